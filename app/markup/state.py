"""Where the reading of an article stands: shared by the functions that begin its blocks."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.markup.dialect import Dialect
from app.markup.leaves import Fence, Pending, Skipped
from app.markup.lists import ListReader
from app.markup.outline import INDENTED, Outline
from app.markup.tags import Effort


@dataclass
class Reading:
    """The outline written so far and what the current line may depend on."""

    outline: Outline
    lists: ListReader
    dialect: Dialect
    effort: Effort
    last_closers: dict[str, int] = field(default_factory=dict)
    leaf: Fence | Skipped | Pending | None = None
    number: int = 0
    """The current line, from 0."""
    blank: bool = False
    """Whether the line before was blank."""
    options: bool = False
    """Whether the line before opened a `///` block, whose options may follow."""

    @property
    def base(self) -> int:
        """First column of the innermost indented container's content."""
        columns = (held.column for held in reversed(self.outline.stack) if held.kind in INDENTED)
        return next(columns, 0)

    def closes_later(self, closer: str) -> bool:
        """Whether a closing text stands on a later line."""
        return self.last_closers.get(closer, -1) > self.number

    def start_block(self) -> None:
        """End the paragraph and the lists that the next block does not belong to."""
        self.outline.flush()
        self.outline.leave_bare_lists()
