"""`scripts/bench serve`: x"""


def add_arguments(p): ...
