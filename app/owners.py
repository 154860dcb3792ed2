"""Whom an article's owner names: people write an address or a name, in capitals or not."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Article, User


@dataclass(frozen=True, slots=True)
class Owners:
    """Every spelling of every owner, and which of them are one person."""

    called: Mapping[str, str]
    """Folded spelling -> what this owner is called: the account's name where an account is meant,
    its address where others have that name too, else the spelling that comes first."""
    written: frozenset[str]
    """As the articles have them."""

    def show(self, spelling: str) -> str:
        """What this owner is called; empty for nobody."""
        return self.called.get(fold_owner(spelling), spelling.strip())

    def spellings(self, spelling: str) -> list[str]:
        """How the articles name the same owner, each way."""
        shown = self.show(spelling)
        return [spelling, *(each for each in self.written if self.show(each) == shown)]


def names_account(spelling: str, user: User) -> bool:
    """Whether an article that names its owner so means this account, be it with others."""
    return fold_owner(spelling) in {fold_owner(user.email), fold_owner(user.name)} - {""}


def read_owners(session: Session) -> Owners:
    """The owners of all articles."""
    written = frozenset(session.scalars(select(Article.owner).distinct()))
    accounts = [(user.email, user.name) for user in session.scalars(select(User))]
    return Owners(_call(written, accounts), written)


def fold_owner(spelling: str) -> str:
    """What all spellings of a name or an address share."""
    return unicodedata.normalize("NFC", " ".join(spelling.split())).casefold()


def _call(written: Iterable[str], accounts: Sequence[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for spelling in sorted(written):
        found.setdefault(fold_owner(spelling), " ".join(spelling.split()))
    bearers = Counter(fold_owner(name) for _, name in accounts)
    for email, name in accounts:
        is_unique = bool(name.strip()) and bearers[fold_owner(name)] == 1
        if is_unique:
            found[fold_owner(name)] = name.strip()
        found[fold_owner(email)] = name.strip() if is_unique else email
    return found
