"""Carrying tickets to a help desk: what is handed over, by which channel, and until it arrived."""
