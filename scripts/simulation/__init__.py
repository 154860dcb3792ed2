"""Visitors who were made up, with a true effect of suggestions that is known."""
