"""An article's file: its front matter and its body, read without losing a byte.

The keys are those of the help center's published format (`title`, `id`, `locale`, `category`,
`questions`, `tags`, `products`, `audience`, `status`, `publish_at`, `expires_at`, `review_by`,
`owner`, `redirect_from`); any other key is kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.errors import KotaeError
from app.markup.yaml_header import Entry, HeaderError, edit_lines, read_header
from app.text_lines import match_lines

LARGEST = 2 * 1024 * 1024
"""Bytes of one file."""

_BOM = b"\xef\xbb\xbf"
# Atomic: a CR LF that could also be read as CR and LF makes a search for a missing end exponential.
_BREAK = r"(?>\r\n|\n|\r)"
_HEADER = re.compile(
    rf"---[ \t]*{_BREAK}(?P<yaml>(?:[^\r\n]*{_BREAK})*?)(?:---|\.\.\.)[ \t]*(?P<end>{_BREAK}|\Z)"
)
# The characters at which a YAML reader counts a new line.
_YAML_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_PLAIN = re.compile(r"[^\W\d_][\w /.+-]*\w|[^\W\d_]")
_NOT_TEXT = {"true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"}


class ArticleError(KotaeError):
    """A file is no article; the message says why and what to do."""

    code = "bad-article"
    status = 422


class BadEncoding(ArticleError):
    """The file is not UTF-8."""

    code = "bad-encoding"


class TooLarge(ArticleError):
    """The file is larger than an article may be."""

    code = "article-too-large"


class BadFrontMatter(ArticleError):
    """The YAML at the top cannot be read."""

    code = "bad-front-matter"


@dataclass(frozen=True)
class ArticleSource:
    """A file as it is: `text` holds every character but the byte order mark."""

    text: str
    meta: Mapping[str, object]
    """The front matter in JSON's types; dates stay text."""
    raw: Mapping[str, object]
    """The front matter with every scalar as typed: an id of digits, a title `1.10`."""
    body: str
    newline: str
    bom: bool
    body_line: int
    """Line of the file, from 1, on which the body begins."""

    def encode(self) -> bytes:
        """The file's bytes."""
        return (_BOM if self.bom else b"") + self.text.encode()


def parse_source(raw: bytes) -> ArticleSource:
    """Read a file. Raises TooLarge, BadEncoding, BadFrontMatter."""
    if len(raw) > LARGEST:
        raise TooLarge(
            f"The file has more than {LARGEST // 1024**2} MB, which is the most for an article. "
            "Split it, or take out embedded images."
        )
    bom = raw.startswith(_BOM)
    text = _decode(raw[len(_BOM) :] if bom else raw)
    header = _HEADER.match(text)
    entries = _read_entries(header["yaml"]) if header else ()
    newline = re.search(_BREAK, text)
    start = header.end() if header else 0
    return ArticleSource(
        text=text,
        meta={entry.key: entry.value for entry in entries},
        raw={entry.key: entry.raw for entry in entries},
        body=text[start:],
        newline=newline.group() if newline else "\n",
        bom=bom,
        body_line=len(re.findall(_BREAK, text[:start])) + 1,
    )


def _decode(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadEncoding("The file is UTF-16. Save it as UTF-8.")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise BadEncoding(
            f"The file is not UTF-8: byte {error.start} is 0x{raw[error.start]:02x}. "
            "Save it as UTF-8."
        ) from error


def _read_entries(yaml_text: str) -> tuple[Entry, ...]:
    try:
        return read_header(_YAML_BREAK.sub("\n", yaml_text))
    except HeaderError as error:
        raise BadFrontMatter(
            f"The front matter cannot be read, line {error.line + 2}: {error}. "
            "Quote values that hold special characters."
        ) from error


def with_fields(
    source: ArticleSource, changes: Mapping[str, object], *, body: str | None = None
) -> str:
    """The file's text with some keys changed, and perhaps another body; all else byte for byte.

    None removes a key. Values: text, numbers, booleans, dates, lists and mappings of those. The
    byte order mark, if the file has one, leads the text. Raises BadFrontMatter when the result
    would not read back as wanted.
    """
    given = {key: _as_json(value) for key, value in changes.items()}
    wanted = {key: value for key, value in given.items() if _differs(source, key, value)}
    new_body = source.body if body is None else _with_breaks_of(source, body)
    mark = "\ufeff" if source.bom else ""
    if not wanted and body is None:
        return mark + source.text
    head = source.text[: len(source.text) - len(source.body)]
    text = head + new_body
    if wanted:
        text = _edit_head(source, head, wanted, as_a_whole=False) + new_body
        if _find_fault(text, source, wanted):
            text = _edit_head(source, head, wanted, as_a_whole=True) + new_body
    fault = _find_fault(text, source, wanted)
    if fault is not None:
        raise fault
    return mark + text


def _differs(source: ArticleSource, key: str, value: object) -> bool:
    if key not in source.meta:
        return value is not None
    return value not in (source.meta[key], source.raw[key])


def _edit_head(
    source: ArticleSource, head: str, values: Mapping[str, object], as_a_whole: bool
) -> str:
    header = _HEADER.match(head)
    if header is None:
        lines = _write_entries(values)
        return source.newline.join(["---", *lines, "---", "", ""]) if lines else head
    entries = _read_entries(header["yaml"])
    pieces = _split(header["yaml"])
    if len({entry.line for entry in entries}) < len(entries) or header["yaml"].lstrip()[:1] == "{":
        merged = {entry.key: entry.value for entry in entries} | dict(values)
        edited = [(line, source.newline) for line in _write_entries(merged)]
        return _join(source, head, header, edited)
    old = [line for line, _ in pieces]
    lines = edit_lines(old, entries, values, _write_value, as_a_whole=as_a_whole)
    return _join(source, head, header, _keep_breaks(lines, pieces, source.newline))


def _write_entries(values: Mapping[str, object]) -> list[str]:
    return [f"{key}: {_write_value(value)}" for key, value in values.items() if value is not None]


def _with_breaks_of(source: ArticleSource, body: str) -> str:
    """The body with the file's line breaks: each line that it had keeps its own."""
    if len(set(re.findall(_BREAK, source.body))) < 2:
        return re.sub(_BREAK, source.newline, body)
    old, new = _lines_of(source.body), _lines_of(body)
    breaks = [end and source.newline for _, end in new]
    for match in match_lines([line for line, _ in old], [line for line, _ in new]):
        for at in range(match.size):
            if new[match.new + at][1]:
                breaks[match.new + at] = old[match.old + at][1] or source.newline
    return "".join(line + end for (line, _), end in zip(new, breaks, strict=True))


def _lines_of(text: str) -> list[tuple[str, str]]:
    """Lines and what ends each; the last is ended by nothing, and may be empty."""
    pieces = re.split(f"({_BREAK})", text)
    return list(zip(pieces[::2], [*pieces[1::2], ""], strict=True))


def _split(text: str) -> list[tuple[str, str]]:
    """The lines of YAML, each with the characters that end it."""
    pieces, position = [], 0
    for found in _YAML_BREAK.finditer(text):
        pieces.append((text[position : found.start()], found.group()))
        position = found.end()
    return pieces


def _keep_breaks(
    lines: list[str], pieces: list[tuple[str, str]], newline: str
) -> list[tuple[str, str]]:
    # Mixed line ends survive where the lines do: matched from both ends.
    front = 0
    while front < min(len(lines), len(pieces)) and lines[front] == pieces[front][0]:
        front += 1
    back = 0
    most = min(len(lines), len(pieces)) - front
    while back < most and lines[-1 - back] == pieces[-1 - back][0]:
        back += 1
    middle = [(line, newline) for line in lines[front : len(lines) - back]]
    return pieces[:front] + middle + (pieces[-back:] if back else [])


def _join(
    source: ArticleSource, head: str, header: re.Match[str], lines: list[tuple[str, str]]
) -> str:
    yaml_text = "".join(line + end for line, end in lines)
    return head[: header.start("yaml")] + yaml_text + head[header.end("yaml") :]


def _find_fault(
    text: str, source: ArticleSource, wanted: Mapping[str, object]
) -> BadFrontMatter | None:
    """Why the text does not read back as wanted; None where it does."""
    try:
        result = parse_source(text.encode())
    except BadFrontMatter as error:
        return error
    expected = {key: value for key, value in {**source.meta, **wanted}.items() if value is not None}
    if expected == {key: value for key, value in result.meta.items() if value is not None}:
        return None
    return BadFrontMatter("The front matter cannot be edited in place. Edit the file by hand.")


def _as_json(value: object) -> object:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _as_json(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_as_json(item) for item in value]
    return value


def _write_value(value: object) -> str:
    """A value on one line of YAML."""
    if isinstance(value, list):
        return "[" + ", ".join(_write_value(item) for item in value) + "]"
    if isinstance(value, dict):
        pairs = (f"{_write_value(key)}: {_write_value(item)}" for key, item in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _NOT_TEXT:
        return value
    text = json.dumps(value, ensure_ascii=False)
    return "".join(
        f"\\u{ord(character):04x}"
        if character in "\x7f\ufeff\ufffe\uffff"
        or "\x80" <= character <= "\x9f"
        or character in "\u2028\u2029"
        else character
        for character in text
    )
