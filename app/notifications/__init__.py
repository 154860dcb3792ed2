"""Telling staff what happened to the articles that concern them."""
