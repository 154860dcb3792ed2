"""What a person is handed with a ticket: the message, and what its sender has tried already.

Everything in it was in the sender's sight on the form, and could be taken away there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from app.addresses import article_url
from app.errors import KotaeError
from app.models import Article, Ticket, TicketAttachment


class AttachmentNotFound(KotaeError):
    """A message has no file with this number."""

    code = "attachment-not-found"
    status = 404


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """An article that the sender read before they wrote."""

    article_id: str
    title: str
    url: str
    helped: bool
    """False where they said that it did not."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that the sender attached."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Handoff:
    """A ticket with its surroundings, as a channel hands it over."""

    ticket_id: str
    email: str
    subject: str
    body: str
    locale: str
    page: str
    asked: tuple[str, ...]
    """What they searched for, in that order."""
    read: tuple[ReadArticle, ...]
    files: tuple[File, ...]
    sent_at: datetime
    custom: Mapping[str, Any]
    """What a program sent along besides."""

    def context(self) -> str:
        """What was tried already, in words for who answers; "" where nothing was sent along."""
        lines = [f"Language: {self.locale}"] if self.locale else []
        lines += [f"Page: {self.page}"] if self.page else []
        lines += [f"Asked: {question}" for question in self.asked]
        for article in self.read:
            verdict = "Read, but it did not help" if not article.helped else "Read"
            lines.append(f"{verdict}: {article.title} ({article.url})")
        return "\n".join(lines)

    def text(self) -> str:
        """The message with its context below."""
        context = self.context()
        return f"{self.body}\n\n---\n{context}\n" if context else f"{self.body}\n"


_OWN = ("asked", "read", "rejected")
"""Members of a ticket's `custom` that the hand-off reads itself."""


def load_handoff(session: Session, ticket: Ticket, base_url: str) -> Handoff:
    """The hand-off of a stored ticket; `base_url` makes articles' addresses whole."""
    custom = ticket.custom or {}
    files = session.scalars(
        select(TicketAttachment)
        .where(TicketAttachment.ticket_id == ticket.id)
        .order_by(TicketAttachment.id)
        .options(undefer(TicketAttachment.data))
    )
    return Handoff(
        ticket_id=ticket.id,
        email=ticket.email,
        subject=ticket.subject,
        body=ticket.body,
        locale=ticket.locale or "",
        page=ticket.page or "",
        asked=tuple(_texts(custom, "asked")),
        read=tuple(_articles(session, ticket, custom, base_url)),
        files=tuple(File(each.name, each.media_type, each.data) for each in files),
        sent_at=ticket.created_at,
        custom={name: value for name, value in custom.items() if name not in _OWN},
    )


def describe_surroundings(session: Session, ticket_id: str, base_url: str) -> list[str]:
    """What its sender tried, and the files that came with it, a line each; none of it for none."""
    ticket = session.get(Ticket, ticket_id)
    if ticket is None:
        return []
    handoff = load_handoff(session, ticket, base_url)
    context = handoff.context()
    lines = ["", *context.splitlines()] if context else []
    for number, file in enumerate(handoff.files, 1):
        lines.append(f"Attachment {number}: {file.name} ({file.media_type}, {len(file.data)} B)")
    return lines


def load_attachment(session: Session, ticket_id: str, number: int) -> bytes:
    """The bytes of a ticket's file; they are counted from 1. Raises AttachmentNotFound."""
    ticket = session.get(Ticket, ticket_id)
    files = load_handoff(session, ticket, "").files if ticket is not None else ()
    if not 1 <= number <= len(files):
        raise AttachmentNotFound(f"The message {ticket_id} has no attachment {number}.")
    return files[number - 1].data


def _articles(
    session: Session, ticket: Ticket, custom: Mapping[str, Any], base_url: str
) -> list[ReadArticle]:
    rejected = set(_texts(custom, "rejected"))
    found = []
    for article_id in dict.fromkeys([*_texts(custom, "read"), *_texts(custom, "rejected")]):
        locale, title = _title(session, article_id, ticket.locale or "")
        url = f"{base_url}{article_url(locale, article_id)}"
        found.append(ReadArticle(article_id, title, url, article_id not in rejected))
    return found


def _title(session: Session, article_id: str, locale: str) -> tuple[str, str]:
    """Language and title as the sender read it, as far as can be told."""
    columns = select(Article.locale, Article.title).where(Article.article_id == article_id)
    titles = {row.locale: row.title for row in session.execute(columns.order_by(Article.id))}
    shown = locale if locale in titles else next(iter(titles), locale)
    return shown or "en", titles.get(shown, article_id)


def _texts(custom: Mapping[str, Any], name: str) -> list[str]:
    value = custom.get(name)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
