"""Tickets as e-mail: the message, what was tried already, the files; answers go to its sender."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from app.ticket_delivery.channel import DeliveryFailed, DeliveryRefused
from app.ticket_delivery.handoff import Handoff

TIMEOUT_SECONDS = 20
_PORTS = {"smtp": 587, "smtps": 465}


class MailChannel:
    """Sends each ticket to one address."""

    def __init__(self, url: str, *, sender: str, recipient: str) -> None:
        """`url`: smtp:// (STARTTLS where it is offered) or smtps://, with user and password."""
        self._url = urlsplit(url)
        self._sender = sender
        self._recipient = recipient

    def deliver(self, handoff: Handoff, delivery_id: int) -> str:
        """As `Channel.deliver`. The Message-ID is the ticket's, so a repetition can be told."""
        message = self.compose(handoff)
        try:
            with self._connect() as server:
                server.send_message(message)
        except smtplib.SMTPResponseException as error:
            said = f"The mail server answered {error.smtp_code}: {_text(error.smtp_error)}"
            if error.smtp_code >= 500 and not isinstance(error, smtplib.SMTPAuthenticationError):
                raise DeliveryRefused(said) from error
            raise DeliveryFailed(said) from error
        except smtplib.SMTPRecipientsRefused as error:
            code, reason = next(iter(error.recipients.values()))
            said = f"The mail server refused {self._recipient} ({code}): {_text(reason)}"
            raise (DeliveryRefused if code >= 500 else DeliveryFailed)(said) from error
        except (OSError, smtplib.SMTPException) as error:
            raise DeliveryFailed(f"The mail server cannot be used: {error}") from error
        return ""

    def compose(self, handoff: Handoff) -> EmailMessage:
        """The mail of a ticket. What its sender typed is never more than a value of a header."""
        message = EmailMessage(policy=SMTP.clone(utf8=not handoff.email.isascii()))
        message["From"] = self._sender
        message["To"] = self._recipient
        message["Reply-To"] = handoff.email
        message["Subject"] = " ".join(handoff.subject.split())
        message["Date"] = format_datetime(handoff.sent_at)
        message["Message-ID"] = f"<{handoff.ticket_id}@{self._sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notes in return
        message.set_content(f"{handoff.text()}\nTicket: {handoff.ticket_id}\n")
        for file in handoff.files:
            kind, _, subkind = file.media_type.partition("/")
            message.add_attachment(
                file.data, maintype=kind, subtype=subkind or "octet-stream", filename=file.name
            )
        return message

    def _connect(self) -> contextlib.AbstractContextManager[smtplib.SMTP]:
        host, port = self._url.hostname or "", self._url.port or _PORTS[self._url.scheme]
        context = ssl.create_default_context()
        server: smtplib.SMTP
        if self._url.scheme == "smtps":
            server = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context)
        else:
            server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
        with contextlib.ExitStack() as stack:
            stack.enter_context(server)
            server.ehlo()
            if self._url.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=context)
            if self._url.username:
                server.login(unquote(self._url.username), unquote(self._url.password or ""))
            stack.pop_all()
        return server


def _text(said: bytes | str) -> str:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(words.split())[:300]
