"""Drafts of translations by a machine: off unless an operator names a service."""
