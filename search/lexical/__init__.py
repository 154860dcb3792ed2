"""Keyword search: one contract (contract.py), two engines that give the same ranking."""
