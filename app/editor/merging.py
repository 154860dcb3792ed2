"""Two texts of one article brought together by a person, stretch by stretch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.differences import InlineLine, to_inline
from app.editing.actors import Actor
from app.editing.conflicts import ConflictingTexts
from app.editing.drafts import SaveOutcome, find_unsaved, mark_text, working_text
from app.editing.publication import StaleRevision
from app.editing.revisions import RevisionNotFound, compare_revisions, read_revision
from app.editing.transaction import ArticleName

CHOICES = ("mine", "theirs", "both")


@dataclass(frozen=True, slots=True)
class Waiting:
    """What somebody wrote and could not save, beside what others saved meanwhile."""

    texts: ConflictingTexts
    base: int


def waiting_merge(session: Session, actor: Actor, name: ArticleName) -> Waiting | None:
    """The actor's unsaved text and the newest one, both begun as `base`; None where none waits.

    Raises ArticleNotFound, Forbidden.
    """
    head = working_text(session, actor, name)
    unsaved = find_unsaved(session, actor, name)
    if unsaved is None or unsaved.base_revision is None:
        return None
    begun = read_revision(session, head.article, unsaved.base_revision)
    theirs = read_revision(session, head.article, head.revision)
    texts = ConflictingTexts(
        begun.source, unsaved.source, theirs.source, theirs.number, theirs.author
    )
    return Waiting(texts, begun.number)


def require_seen(texts: ConflictingTexts, *, theirs: int, mine: str) -> None:
    """Raise StaleRevision where these are not the texts that were looked at.

    Choices go by a stretch's number, which is another stretch's once a text has changed. `theirs`:
    number of the revision; `mine`: the text's mark, by `mark_text`.
    """
    if (theirs, mine) != (texts.their_revision, mark_text(texts.mine)):
        raise StaleRevision("One of both texts changed after you looked at them; choose once more.")


def span_of(base: int, outcome: SaveOutcome) -> str | None:
    """The revisions between which is seen what a save merged in, for an address: `3-5`."""
    return f"{base}-{outcome.merged_with}" if outcome.is_merged else None


def changes_in(session: Session, name: ArticleName, span: str) -> tuple[InlineLine, ...]:
    """What was changed between two revisions, as `span_of` names them; nothing for another text."""
    old, _, new = span.partition("-")
    if not (old.isdecimal() and new.isdecimal() and len(old + new) < 18):
        return ()
    try:
        return to_inline(compare_revisions(session, name, int(old), int(new)))
    except RevisionNotFound:
        return ()


def choose_texts(texts: ConflictingTexts, choices: Mapping[int, str]) -> str:
    """The merged text, with one of CHOICES for each stretch in conflict, by its number.

    A conflict that nobody chose for keeps both texts: nothing is lost by forgetting.
    """
    parts = []
    for number, stretch in enumerate(texts.merge.stretches):
        choice = choices.get(number, "both")
        if stretch.kind != "conflict":
            parts.append(stretch.text)
        elif choice == "mine":
            parts.append(stretch.mine)
        elif choice == "theirs":
            parts.append(stretch.theirs)
        else:
            parts.append(_after(stretch.mine, stretch.theirs))
    return "".join(parts)


def _after(first: str, second: str) -> str:
    gap = "" if not first or first.endswith(("\n", "\r")) else "\n"
    return f"{first}{gap}{second}"
