"""The form in which editors write a notice, and what they do with notices, on the record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from app.accounts.audit import Actor, note_deed
from app.models import Notice
from app.notice_fields import read_notice
from app.notices import add_notice, end_notice, list_notices
from app.problems import BadRequestData, FieldProblem

MOST_OVER = 20
"""Notices that are over which the list shows; the newest."""
_LINES = ("pages", "phrases")
_MOMENTS = ("starts_at", "ends_at")


@dataclass(frozen=True, slots=True)
class NoticeLists:
    """Every notice by how it stands at a moment."""

    in_force: Sequence[Notice]
    planned: Sequence[Notice]
    over: Sequence[Notice]


@dataclass(frozen=True, slots=True)
class NoticeForm:
    """What was written into the form, as it was written."""

    kind: str = "info"
    titles: Mapping[str, str] | None = None
    bodies: Mapping[str, str] | None = None
    starts_at: str = ""
    ends_at: str = ""
    pages: str = ""
    phrases: str = ""
    locales: Sequence[str] = ()
    products: Sequence[str] = ()

    def title(self, tag: str) -> str:
        """The title in a language; "" where there is none."""
        return (self.titles or {}).get(tag, "")

    def body(self, tag: str) -> str:
        """The text below the title in a language; "" where there is none."""
        return (self.bodies or {}).get(tag, "")


def list_by_state(session: Session, now: datetime) -> NoticeLists:
    """Every notice: in force and planned as they begin, then the MOST_OVER that ended last."""
    notices = list_notices(session)
    over = [each for each in notices if each.ends_at is not None and each.ends_at <= now]
    coming = [each for each in notices if each not in over and each.starts_at > now]
    current = [each for each in notices if each not in over and each not in coming]
    latest = sorted(over, key=lambda each: each.ends_at or now, reverse=True)[:MOST_OVER]
    return NoticeLists(current, coming[::-1], latest)


def announce(
    session: Session,
    form: NoticeForm,
    *,
    actor: Actor,
    now: datetime,
    read_moment: Callable[[str], datetime | None],
) -> Notice:
    """Store the notice in the form, and commit. `read_moment` gives the moment that a date field
    means, or raises ValueError. Raises BadRequestData naming every field that cannot be used."""
    values, problems = _values_of(form, read_moment)
    try:
        notice = read_notice(values, now=now)
    except BadRequestData as error:
        raise BadRequestData((*problems, *error.problems)) from None
    if problems:
        raise BadRequestData(tuple(problems))
    note_deed(session, actor, "notice.add", f"notice:{notice.id}", texts=notice.texts)
    add_notice(session, notice)
    return notice


def withdraw(session: Session, notice_id: str, *, actor: Actor, now: datetime) -> None:
    """End a notice now, or take back one that has not begun. Raises NoticeNotFound."""
    note_deed(session, actor, "notice.end", f"notice:{notice_id}")
    end_notice(session, notice_id, now=now)


def _values_of(
    form: NoticeForm, read_moment: Callable[[str], datetime | None]
) -> tuple[dict[str, object], list[FieldProblem]]:
    titles, bodies = form.titles or {}, form.bodies or {}
    written = [tag for tag in titles if titles[tag].strip() or bodies.get(tag, "").strip()]
    values: dict[str, object] = {
        "kind": form.kind,
        "texts": {tag: {"title": titles[tag], "body": bodies.get(tag, "")} for tag in written},
        "locales": list(form.locales),
        "products": list(form.products),
    }
    values |= {name: _lines(getattr(form, name).splitlines()) for name in _LINES}
    problems = []
    for name in _MOMENTS:
        try:
            values[name] = _rfc_3339(read_moment(getattr(form, name)))
        except (ValueError, OverflowError):
            problems.append(FieldProblem(name, "malformed", "A date and a time are expected."))
    return values, problems


def _lines(texts: Iterable[str]) -> list[str]:
    return [text.strip() for text in texts if text.strip()]


def _rfc_3339(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
