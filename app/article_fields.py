"""The fields that an article's front matter sets, checked and typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape

from app.front_matter import ArticleError, ArticleSource
from app.locales import BadLocale, normalise_locale
from app.machine_texts import is_machine_made

AUDIENCES = ("public", "signed-in", "agents")
STATUSES = ("draft", "review", "published")
LONGEST_TITLE = 300
LONGEST_ID = 200
_LONGEST_HEADING = 2000
"""Characters of a first heading that are read, its links and marks included."""

_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
_TITLE_LINE = re.compile(r" {0,3}#[ \t]+(\S.*)$")
_HEADING_LINE = re.compile(r" {0,3}#{2,6}[ \t]")
_ANCHOR = re.compile(r"\s*\{:?[ ]*[.#][^{}]*\}\s*$")
_CLOSING_MARKS = re.compile(r"\s+#+\s*$")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_EMPHASIS = re.compile(r"(?<!\w)([*_]{1,3})(?=\S)(.+?)(?<=\S)\1(?!\w)|`([^`]+)`")


class BadField(ArticleError):
    """A key of the front matter holds something it cannot hold."""

    code = "bad-field"

    def __init__(self, name: str, expected: str, found: object) -> None:
        super().__init__(f"`{name}` must be {expected}; it is {_show(found)}.")
        self.field = name


class MissingTitle(ArticleError):
    """Neither the front matter nor a first heading names the article."""

    code = "missing-title"


@dataclass(frozen=True, slots=True)
class ArticleFields:
    """What the front matter says; what it leaves out is None or empty. Times are in UTC."""

    title: str
    id: str | None = None
    locale: str | None = None
    category: str | None = None
    questions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    audience: str = "public"
    status: str = "published"
    publish_at: datetime | None = None
    expires_at: datetime | None = None
    review_by: datetime | None = None
    owner: str | None = None
    redirect_from: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    """Patterns of addresses on which the article is offered before anything is typed."""
    unknown: Mapping[str, object] = field(default_factory=dict)


def read_fields(source: ArticleSource) -> ArticleFields:
    """Check and type the front matter of a file. Raises BadField, MissingTitle."""
    raw = source.raw
    known = ArticleFields.__dataclass_fields__.keys() - {"unknown"}
    return ArticleFields(
        title=_read_title(source),
        id=_read_id(raw),
        locale=_read_locale(raw),
        category=_read_category(raw),
        questions=_read_list(raw, "questions", commas=False),
        tags=_read_list(raw, "tags", commas=True),
        products=_read_list(raw, "products", commas=True),
        audience=_read_choice(raw, "audience", AUDIENCES, "public"),
        status=_read_status(raw),
        publish_at=_read_time(raw, "publish_at"),
        expires_at=_read_time(raw, "expires_at"),
        review_by=_read_time(raw, "review_by"),
        owner=_read_text(raw, "owner", LONGEST_TITLE),
        redirect_from=_read_list(raw, "redirect_from", commas=False),
        pages=_read_list(raw, "pages", commas=False),
        unknown={key: value for key, value in source.meta.items() if key not in known},
    )


def find_title(body: str) -> str | None:
    """The words of the first heading, when it is of the first level."""
    previous = ""
    for line in _lines_outside_code(body):
        if title := _TITLE_LINE.match(line):
            return _plain(title[1])
        if _HEADING_LINE.match(line):
            return None
        if previous.strip() and len(line) > 1 and not line.strip("= "):
            return _plain(previous)
        previous = line
    return None


def _lines_outside_code(body: str) -> Iterator[str]:
    fence = ""
    for line in body.splitlines():
        if found := _FENCE.match(line):
            mark = found[1]
            if not fence:
                fence = mark
            elif mark[0] == fence[0] and len(mark) >= len(fence):
                fence = ""
            yield ""
        elif not fence:
            yield line


def _plain(heading: str) -> str | None:
    # Blanks collapsed and the length bounded: the patterns below take quadratic time otherwise.
    heading = " ".join(heading[: 10 * _LONGEST_HEADING].split())[:_LONGEST_HEADING]
    words = _CLOSING_MARKS.sub("", _ANCHOR.sub("", heading))
    words = _TAG.sub("", _LINK.sub(r"\1", words))
    words = _EMPHASIS.sub(lambda found: found[2] or found[3], words)
    return " ".join(unescape(words).split()) or None


def _read_title(source: ArticleSource) -> str:
    title = _read_text(source.raw, "title", LONGEST_TITLE) or find_title(source.body)
    if title is None:
        raise MissingTitle(
            "The article has no title. Add `title:` to the front matter, or begin with `# Title`."
        )
    return title[:LONGEST_TITLE]


def _read_text(raw: Mapping[str, object], name: str, longest: int) -> str | None:
    value = raw.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadField(name, "one text", value)
    text = " ".join(value.split())
    if len(text) > longest:
        raise BadField(name, f"at most {longest} characters long", value)
    return text or None


def _read_id(raw: Mapping[str, object]) -> str | None:
    text = _read_text(raw, "id", LONGEST_ID)
    if text is not None and re.search(r"[\s?#%\\\x00-\x1f]|^/|/$|//|(?:^|/)\.\.?(?:/|$)", text):
        raise BadField("id", "a name fit for an address, like reset-password", text)
    return text


def _read_locale(raw: Mapping[str, object]) -> str | None:
    text = _read_text(raw, "locale", 40)
    if text is None:
        return None
    try:
        return normalise_locale(text)
    except BadLocale as error:
        raise BadField("locale", "a language tag like en, ko or zh-TW", text) from error


def _read_category(raw: Mapping[str, object]) -> str | None:
    text = _read_text(raw, "category", LONGEST_ID)
    return text.strip("/ ") or None if text else None


def _read_list(raw: Mapping[str, object], name: str, *, commas: bool) -> tuple[str, ...]:
    value = raw.get(name)
    if value is None:
        return ()
    if isinstance(value, str):
        value = value.split(",") if commas else [value]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise BadField(name, "a list of texts, like [one, two]", value)
    texts = (" ".join(item.split()) for item in value)
    return tuple(dict.fromkeys(text for text in texts if text))


def _read_choice(
    raw: Mapping[str, object], name: str, choices: tuple[str, ...], default: str
) -> str:
    value = raw.get(name)
    if value is None:
        return default
    if not isinstance(value, str) or value.strip().lower() not in choices:
        raise BadField(name, f"one of {', '.join(choices)}", value)
    return value.strip().lower()


def _read_status(raw: Mapping[str, object]) -> str:
    """A machine's text that nobody checked is a draft, whatever it says, wherever it comes from."""
    status = _read_choice(raw, "status", STATUSES, "published")
    return "draft" if is_machine_made(raw) else status


def _read_time(raw: Mapping[str, object], name: str) -> datetime | None:
    text = _read_text(raw, name, 60)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        expected = "a date or a time like 2026-03-01 or 2026-03-01T09:00:00+09:00"
        raise BadField(name, expected, text) from error


def _show(value: object) -> str:
    text = " ".join(str(value).split())
    kinds = {dict: "a mapping", list: "a list"}
    prefix = next((word + " " for kind, word in kinds.items() if isinstance(value, kind)), "")
    return f"{prefix}{text[:60]!r}"
