"""Accounts of staff: who may sign in, and what they may do."""
