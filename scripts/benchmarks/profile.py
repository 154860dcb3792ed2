"""`scripts/bench profile`: x"""


def add_arguments(p): ...
