"""Pretrained embedding models: from the published file to the files that serve."""
