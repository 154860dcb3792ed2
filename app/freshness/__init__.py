"""Which articles have gone stale, by what happened, and who looks after them.

`signs` says what counts as a sign, from facts alone; `evidence` gathers the facts; `worklist` makes
the list for each owner. Only a deliberate review starts the counting anew: reading never does.
"""
