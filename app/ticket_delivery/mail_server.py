"""The mail server of the settings: one connection a message."""

from __future__ import annotations

import contextlib
import io
import smtplib
import ssl
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

from app.ticket_delivery.channel import DeliveryFailed, DeliveryRefused
from app.timely_http import Deadline, TimelyReader

LONGEST_SECONDS = 60.0
"""Of one message, from the connection to the last word of the server."""
_CONNECT_SECONDS = 10.0
_PIECE = 64 * 1024
_PORTS = {"smtp": 587, "smtps": 465}


class _Timely:
    """Makes an SMTP connection end by a deadline, however slowly the server speaks or listens."""

    sock: Any
    file: Any
    command_encoding: str

    def __init__(self, deadline: Deadline, *args: Any, **options: Any) -> None:
        self._deadline = deadline
        super().__init__(*args, **options)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None:
            self.file = io.BufferedReader(TimelyReader(self.sock, self._deadline))
        reply: tuple[int, bytes] = super().getreply()  # type: ignore[misc]  # of smtplib
        return reply

    def send(self, s: Any) -> None:
        data = s.encode(self.command_encoding) if isinstance(s, str) else s
        for start in range(0, len(data), _PIECE):
            try:
                if self.sock is not None:
                    self.sock.settimeout(self._deadline.left())
            except TimeoutError as error:
                # Where only QUIT came too late, smtplib takes this as the end that it is.
                raise smtplib.SMTPServerDisconnected(str(error)) from error
            super().send(data[start : start + _PIECE])  # type: ignore[misc]


class _Connection(_Timely, smtplib.SMTP):
    pass


class _SecureConnection(_Timely, smtplib.SMTP_SSL):
    pass


class MailServer:
    """Sends messages from one address."""

    def __init__(self, url: str, *, sender: str, seconds: float = LONGEST_SECONDS) -> None:
        """`url`: smtp:// (STARTTLS where it is offered) or smtps://, with user and password.
        `seconds`: how long a message may take in all."""
        self._seconds = seconds
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
        deadline, wait = Deadline(self._seconds), min(_CONNECT_SECONDS, self._seconds)
        server: smtplib.SMTP
        if self._url.scheme == "smtps":
            server = _SecureConnection(deadline, host, port, timeout=wait, context=context)
        else:
            server = _Connection(deadline, host, port, timeout=wait)
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
