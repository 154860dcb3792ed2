"""The `kb` commands, a file a subject."""
