"""Tickets as e-mail: the message, what was tried already, the files; answers go to its sender."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from app.ticket_delivery.handoff import Handoff
from app.ticket_delivery.mail_server import MailServer


class MailChannel:
    """Sends each ticket to one address."""

    def __init__(self, url: str, *, sender: str, recipient: str) -> None:
        """`url`: smtp:// (STARTTLS where it is offered) or smtps://, with user and password."""
        self._server = MailServer(url, sender=sender)
        self._sender = sender
        self._recipient = recipient

    def deliver(self, handoff: Handoff, delivery_id: int) -> str:
        """As `Channel.deliver`. The Message-ID is the ticket's, so a repetition can be told."""
        self._server.send(self.compose(handoff))
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
