"""Settings of where messages to a person go: which help desk, which mail server."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from app import setting_values as values
from app.setting_fields import setting

CHANNELS = ("webhook", "email", "zendesk", "zammad")
"""Ways by which a ticket reaches a help desk; without any it stays in the database."""


def read_channels(value: str) -> tuple[str, ...]:
    """Names of CHANNELS separated by commas; `database` alone is none of them."""
    names = [part.strip().lower() for part in value.split(",") if part.strip()]
    wanted = tuple(dict.fromkeys(name for name in names if name != "database"))
    if not set(wanted) <= set(CHANNELS):
        raise ValueError("`database`, or some of " + ", ".join(CHANNELS) + " separated by commas")
    return wanted


def read_smtp_url(value: str) -> str:
    """`smtp://` (STARTTLS where it is offered) or `smtps://`, with user and password if needed."""
    text = value.strip()
    parts = urlsplit(text)
    if text and (parts.scheme not in {"smtp", "smtps"} or not parts.hostname):
        raise ValueError("an address such as smtps://user:password@mail.example.com")
    return text


@dataclass(frozen=True)
class DeliverySettings:
    """The part of the settings that concerns tickets on their way out."""

    ticket_delivery: tuple[str, ...] = setting(
        "KB_TICKET_DELIVERY",
        "",
        "Where messages to a person go besides the database: `webhook`, `email`, `zendesk`, "
        "`zammad`, or several separated by commas",
        read_channels,
        shown="database only",
    )
    ticket_webhook: str = setting(
        "KB_TICKET_WEBHOOK",
        "",
        "Address that messages are posted to, signed",
        values.read_base_url,
        shown="none",
    )
    ticket_webhook_secret: str = setting(
        "KB_TICKET_WEBHOOK_SECRET",
        "",
        "Secret that signs them",
        values.read_text,
        shown="none",
        secret=True,
    )
    smtp_url: str = setting(
        "KB_SMTP_URL",
        "",
        "Mail server: `smtps://user:password@mail.example.com`, or `smtp://` with STARTTLS",
        read_smtp_url,
        shown="none",
        secret=True,
    )
    mail_from: str = setting(
        "KB_MAIL_FROM", "", "Address that mail is sent from", values.read_email, shown="none"
    )
    ticket_mail_to: str = setting(
        "KB_TICKET_MAIL_TO",
        "",
        "Address that messages are mailed to",
        values.read_email,
        shown="KB_CONTACT_EMAIL",
    )
    helpdesk_url: str = setting(
        "KB_HELPDESK_URL",
        "",
        "Zendesk's or Zammad's address: `https://example.zendesk.com`",
        values.read_base_url,
        shown="none",
    )
    helpdesk_user: str = setting(
        "KB_HELPDESK_USER",
        "",
        "Zendesk: e-mail address of the agent whose API token it is",
        values.read_email,
        shown="none",
    )
    helpdesk_token: str = setting(
        "KB_HELPDESK_TOKEN",
        "",
        "API token of Zendesk or Zammad",
        values.read_text,
        shown="none",
        secret=True,
    )
    effort_percent: int = setting(
        "KB_EFFORT_PERCENT",
        "25",
        "Share of visitors who are asked, with one tap, how easy it was; 0 asks nobody",
        values.read_whole_number(0, 100),
    )
    helpdesk_group: str = setting(
        "KB_HELPDESK_GROUP", "Users", "Zammad: the group that new tickets go to", values.read_text
    )
    notify_webhook: str = setting(
        "KB_NOTIFY_WEBHOOK",
        "",
        "Address of a program that tells staff what happened to their articles, signed",
        values.read_base_url,
        shown="none",
    )
    notify_webhook_secret: str = setting(
        "KB_NOTIFY_WEBHOOK_SECRET",
        "",
        "Secret that signs what is posted there",
        values.read_text,
        shown="none",
        secret=True,
    )
