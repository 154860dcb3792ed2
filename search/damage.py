"""Damage to an index on disk. It is derived data: the answer is to make it again."""

from __future__ import annotations


class IndexDamaged(Exception):
    """Files of an index are missing or cannot be read: it must be rebuilt."""


class LexicalDamaged(IndexDamaged):
    """The keyword index is lost; documents, vectors and keys may still answer."""


class KeysDamaged(IndexDamaged):
    """The file of keys is lost; the documents' keys are in the store, and can be sorted anew."""


class StoreDamaged(IndexDamaged):
    """The documents are lost, and with them the generation."""
