"""Merging two texts that began as one, line by line.

The method is that of diff3 (Khanna, Kunal and Pierce, "A Formal Investigation of Diff3", 2007):
between lines that all three texts share, whoever left the base alone yields to the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.content import read_content
from app.errors import KotaeError
from app.text_lines import Match, match_lines, split_lines


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines between two places where all three texts agree, or such a place itself."""

    kind: str
    """`same`, `mine` (only mine changed), `theirs`, `both` (changed alike), or `conflict`."""
    base: str
    mine: str
    theirs: str

    @property
    def text(self) -> str:
        """The merged text; of a conflict, mine."""
        return self.theirs if self.kind == "theirs" else self.mine


@dataclass(frozen=True, slots=True)
class Merge:
    """Three texts, stretch by stretch, in order."""

    stretches: tuple[Stretch, ...]

    @property
    def is_clean(self) -> bool:
        """Whether no stretch was changed by both in different ways."""
        return all(stretch.kind != "conflict" for stretch in self.stretches)

    @property
    def text(self) -> str:
        """All stretches; where there is a conflict, mine."""
        return "".join(stretch.text for stretch in self.stretches)


def merge_texts(base: str, mine: str, theirs: str) -> Merge:
    """Bring two texts together that both began as `base`. Every line of both stays or conflicts."""
    lines = split_lines(base), split_lines(mine), split_lines(theirs)
    return Merge(tuple(_stretches(*lines)))


def merge_sources(base: str, mine: str, theirs: str) -> str | None:
    """The merged file; None where both changed the same lines, or the result is no article.

    Two clean changes can still break the front matter between them, such as a key added twice.
    """
    merge = merge_texts(base, mine, theirs)
    if not merge.is_clean:
        return None
    try:
        read_content(merge.text.encode("utf-8"))
    except (KotaeError, UnicodeEncodeError):
        return None
    return merge.text


def _stretches(
    base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]
) -> Iterator[Stretch]:
    at_base = at_mine = at_theirs = 0
    for shared in _shared(match_lines(base, mine), match_lines(base, theirs)):
        changed = (
            "".join(base[at_base : shared.base]),
            "".join(mine[at_mine : shared.mine]),
            "".join(theirs[at_theirs : shared.theirs]),
        )
        if any(changed):
            yield _judge(*changed)
        same = "".join(base[shared.base : shared.base + shared.size])
        if same:
            yield Stretch("same", same, same, same)
        at_base = shared.base + shared.size
        at_mine, at_theirs = shared.mine + shared.size, shared.theirs + shared.size


@dataclass(frozen=True, slots=True)
class _Shared:
    base: int
    mine: int
    theirs: int
    size: int


def _shared(mine: Sequence[Match], theirs: Sequence[Match]) -> Iterator[_Shared]:
    """Runs of base lines that both others keep; the last, of size 0, ends all three."""
    i = j = 0
    while i < len(mine) - 1 and j < len(theirs) - 1:
        one, other = mine[i], theirs[j]
        start = max(one.old, other.old)
        end = min(one.old + one.size, other.old + other.size)
        if start < end:
            yield _Shared(
                start, one.new + start - one.old, other.new + start - other.old, end - start
            )
        if one.old + one.size < other.old + other.size:
            i += 1
        else:
            j += 1
    yield _Shared(mine[-1].old, mine[-1].new, theirs[-1].new, 0)


def _judge(base: str, mine: str, theirs: str) -> Stretch:
    if mine == theirs:
        kind = "same" if mine == base else "both"
    elif mine == base:
        kind = "theirs"
    elif theirs == base:
        kind = "mine"
    else:
        kind = "conflict"
    return Stretch(kind, base, mine, theirs)
