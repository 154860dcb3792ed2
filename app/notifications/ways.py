"""The ways by which staff are told: mail, and a program of the operator's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from typing import Protocol

from app.notifications.words import ArticleNews, WrittenLetter
from app.settings import Settings, SettingsError
from app.ticket_delivery.mail_server import MailServer
from app.ticket_delivery.webhook import post_signed


@dataclass(frozen=True, slots=True)
class Subject:
    """One article that a letter is about."""

    article_id: str
    locale: str
    about: ArticleNews


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One or more letters to one person, as a way hands them over together."""

    id: int
    """The same at every attempt."""
    email: str
    name: str
    locale: str
    """Of its words."""
    created_at: datetime
    subjects: tuple[Subject, ...]
    words: WrittenLetter


class Way(Protocol):
    """Hands letters over."""

    def send(self, letter: Outgoing) -> None:
        """Raises DeliveryFailed, DeliveryRefused."""
        ...


class MailWay:
    """Sends each letter to its reader."""

    def __init__(self, url: str, sender: str) -> None:
        self._server = MailServer(url, sender=sender)
        self._sender = sender

    def send(self, letter: Outgoing) -> None:
        """As `Way.send`. The Message-ID is the letter's, so a repetition can be told."""
        self._server.send(self.compose(letter))

    def compose(self, letter: Outgoing) -> EmailMessage:
        """The mail; letters about one article are one thread in a mail program."""
        message = EmailMessage(policy=SMTP.clone(utf8=not letter.email.isascii()))
        domain = self._sender.rpartition("@")[2]
        message["From"] = self._sender
        message["To"] = letter.email if not letter.name else formataddr((letter.name, letter.email))
        message["Subject"] = letter.words.subject
        message["Date"] = format_datetime(letter.created_at)
        message["Message-ID"] = f"<letter-{letter.id}@{domain}>"
        thread = _thread_of(letter, domain)
        if thread:
            message["References"] = thread
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notes in return
        message.set_content(letter.words.text)
        return message


class WebhookWay:
    """Posts each letter to one program, which knows how to reach people; docs/editors.md."""

    def __init__(self, url: str, secret: str) -> None:
        self._url = url
        self._secret = secret

    def send(self, letter: Outgoing) -> None:
        """As `Way.send`. Any 2xx is taken as arrived."""
        [subject] = letter.subjects
        about = subject.about
        payload = {
            "type": "article.news",
            "delivery_id": letter.id,
            "recipient": {"email": letter.email, "name": letter.name, "locale": letter.locale},
            "article": {"id": subject.article_id, "locale": subject.locale}
            | {"title": about.title, "url": about.address},
            "news": [
                {"topic": each.topic, "action": each.action, "by": each.by, "note": each.note}
                | {"at": each.at.isoformat()}
                for each in about.news
            ],
            "subject": letter.words.subject,
            "text": letter.words.text,
        }
        post_signed(self._url, self._secret, payload, letter.id)


def _thread_of(letter: Outgoing, domain: str) -> str:
    """What makes letters about one article one thread; "" for several, and for odd names."""
    if len(letter.subjects) > 1:
        return ""
    subject = letter.subjects[0]
    thread = f"<article-{subject.locale}-{subject.article_id.replace('/', '.')}@{domain}>"
    return thread if thread.isascii() else ""


def open_ways(settings: Settings) -> Mapping[str, Way]:
    """The ways that the settings open. Raises SettingsError where one lacks something."""
    ways: dict[str, Way] = {}
    if settings.smtp_url and settings.mail_from:
        ways["email"] = MailWay(settings.smtp_url, settings.mail_from)
    if settings.notify_webhook:
        if not settings.notify_webhook_secret:
            raise SettingsError("KB_NOTIFY_WEBHOOK asks for KB_NOTIFY_WEBHOOK_SECRET.")
        ways["webhook"] = WebhookWay(settings.notify_webhook, settings.notify_webhook_secret)
    return ways
