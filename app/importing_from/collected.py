"""What every source is read into, before any of it is converted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult

from app.errors import KotaeError
from app.importing.report import FileProblem
from app.importing_from.old_site import UNKNOWN_SITE, OldSite, split_address


class SourceRefused(KotaeError):
    """What was given cannot be read as what it is said to be; nothing was written."""

    code = "source-refused"
    status = 422


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category, section or collection."""

    title: str
    description: str = ""
    position: int = 1000


@dataclass(frozen=True, slots=True)
class SourceArticle:
    """One article in one language."""

    key: str
    """Its id there; the same in every language."""
    locale: str
    title: str
    html: str
    shelves: tuple[Shelf, ...] = ()
    """From the outermost in."""
    tags: tuple[str, ...] = ()
    audience: str = "public"
    is_draft: bool = False
    position: int = 1000
    addresses: tuple[str, ...] = ()
    """Paths under which it could be read, starting with "/"."""
    base: str = ""
    """The path that relative links start from."""


@dataclass(slots=True)
class Collected:
    """Everything of one source."""

    articles: list[SourceArticle] = field(default_factory=list)
    files: dict[str, Path] = field(default_factory=dict)
    """Address of an image or attachment, as the HTML has it, or its path -> the file."""
    by_number: dict[str, Path] = field(default_factory=dict)
    """Number of an attachment, as its address on the old site has it -> the file."""
    attached: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """Key of an article -> (name, address) of what is attached and not in its text."""
    hosts: set[str] = field(default_factory=set)
    """Where it was served: links there are links within."""
    site: OldSite = UNKNOWN_SITE
    """What else is known to be the same help center's."""
    lost: list[FileProblem] = field(default_factory=list)
    """What could not be carried over."""

    def lose(self, where: str, code: str, reason: str) -> None:
        """Note what could not be carried over."""
        self.lost.append(FileProblem(where, code, reason))

    def has(self, parts: SplitResult) -> bool:
        """Whether an address that names a host is one of the help center that was left."""
        named = {host.lower() for host in self.hosts}
        return parts.netloc.lower() in named or self.site.has(parts)

    def find_left(self, address: str | None, is_image: bool) -> tuple[str, str] | None:
        """(code, reason) where an article still depends on another site: a link to the old help
        center, an image from wherever it is. None for everything else."""
        parts = split_address(address or "")
        if not parts.netloc:
            return None
        if is_image:
            reason = f"The image {address} is still loaded from {parts.netloc}; add it as a file."
            return "image-elsewhere", reason
        if not self.has(parts):
            return None
        return "link-elsewhere", f"The link to {address} still leads to {parts.netloc}; change it."


def texts(values: object) -> tuple[str, ...]:
    """The strings of a JSON list; anything else is left out."""
    if not isinstance(values, Sequence) or isinstance(values, str):
        return ()
    return tuple(" ".join(str(value).split()) for value in values if isinstance(value, str | int))


def text(record: Mapping[str, object], *keys: str) -> str:
    """The first of `keys` that has a text, or a number, in `record`; empty for none."""
    for key in keys:
        value = record.get(key)
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return ""


def number(record: Mapping[str, object], key: str, default: int) -> int:
    """A whole number of 0 to 1,000,000; else `default`."""
    value = record.get(key)
    is_fit = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1_000_000
    return int(str(value)) if is_fit else default
