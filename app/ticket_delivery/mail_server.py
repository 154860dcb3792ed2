"""The mail server of the settings: one connection a message."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from app.ticket_delivery.channel import DeliveryFailed, DeliveryRefused

TIMEOUT_SECONDS = 20
_PORTS = {"smtp": 587, "smtps": 465}


class MailServer:
    """Sends messages from one address."""

    def __init__(self, url: str, *, sender: str) -> None:
        """`url`: smtp:// (STARTTLS where it is offered) or smtps://, with user and password."""
        self._url = urlsplit(url)
        self.sender = sender

    def send(self, message: EmailMessage) -> None:
        """Hand a message with one recipient over. Raises DeliveryFailed, DeliveryRefused."""
        try:
            with self._connect() as server:
                server.send_message(message)
        except smtplib.SMTPResponseException as error:
            said = f"The mail server answered {error.smtp_code}: {_text(error.smtp_error)}"
            if error.smtp_code >= 500 and not isinstance(error, smtplib.SMTPAuthenticationError):
                raise DeliveryRefused(said) from error
            raise DeliveryFailed(said) from error
        except smtplib.SMTPRecipientsRefused as error:
            recipient, (code, reason) = next(iter(error.recipients.items()))
            said = f"The mail server refused {recipient} ({code}): {_text(reason)}"
            raise (DeliveryRefused if code >= 500 else DeliveryFailed)(said) from error
        except (OSError, smtplib.SMTPException) as error:
            raise DeliveryFailed(f"The mail server cannot be used: {error}") from error

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
