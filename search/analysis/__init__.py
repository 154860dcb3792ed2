"""Text to terms: one analysis for the index and the query, in every script."""
