"""Tickets to Zendesk, by its Ticketing API (v2).

Source of the shapes: https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/ (create
ticket, idempotency) and .../tickets/ticket-attachments/ (upload).
"""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

from app.ticket_delivery.channel import DeliveryRefused
from app.ticket_delivery.handoff import File, Handoff
from app.ticket_delivery.http import post, post_json


class ZendeskChannel:
    """Makes a ticket of each, in its sender's name."""

    def __init__(self, url: str, *, user: str, token: str) -> None:
        """`user` is the agent whose API token `token` is."""
        self._url = url
        basic = base64.b64encode(f"{user}/token:{token}".encode()).decode()
        self._headers = {"Authorization": f"Basic {basic}", "User-Agent": "Kotae"}

    def deliver(self, handoff: Handoff, delivery_id: int) -> str:
        """As `Channel.deliver`; Zendesk makes one ticket of one Idempotency-Key."""
        comment: dict[str, object] = {"body": handoff.text(), "public": True}
        if handoff.files:
            comment["uploads"] = [self._upload(file) for file in handoff.files]
        ticket = {
            "subject": handoff.subject,
            "comment": comment,
            "requester": {"name": handoff.email.partition("@")[0], "email": handoff.email},
            "external_id": handoff.ticket_id,
            "tags": ["kotae"],
        }
        answer = post_json(
            f"{self._url}/api/v2/tickets.json",
            {"ticket": ticket},
            self._headers | {"Idempotency-Key": f"kotae-{handoff.ticket_id}"},
        )
        try:
            return str(answer["ticket"]["id"])
        except (KeyError, TypeError):
            raise DeliveryRefused("Zendesk's answer names no ticket.") from None

    def _upload(self, file: File) -> str:
        address = f"{self._url}/api/v2/uploads.json?filename={quote(file.name, safe='')}"
        answer = post(address, file.data, self._headers | {"Content-Type": file.media_type})
        try:
            return str(json.loads(answer)["upload"]["token"])
        except (ValueError, KeyError, TypeError):
            raise DeliveryRefused("Zendesk's answer to an upload names no token.") from None
