"""Tickets to Zammad, by its REST API (v1).

Source of the shapes: https://docs.zammad.org/en/latest/api/ticket/ (create) and .../articles.html
(attachments).
"""

from __future__ import annotations

import base64
from typing import Any

from app.ticket_delivery.channel import DeliveryRefused
from app.ticket_delivery.handoff import Handoff
from app.ticket_delivery.http import post_json


class ZammadChannel:
    """Makes a ticket of each, in its sender's name, in one group."""

    def __init__(self, url: str, *, token: str, group: str) -> None:
        """`token` needs the right ticket.agent: customers are found, or made, by their address."""
        self._url = url
        self._group = group
        self._headers = {"Authorization": f"Token token={token}", "User-Agent": "Kotae"}

    def deliver(self, handoff: Handoff, delivery_id: int) -> str:
        """As `Channel.deliver`; Zammad knows no repetitions, so the ticket's number is in it."""
        article: dict[str, Any] = {
            "subject": handoff.subject,
            "body": f"{handoff.text()}\nKotae: {handoff.ticket_id}\n",
            "content_type": "text/plain",
            "type": "web",
            "sender": "Customer",
            "from": handoff.email,
            "internal": False,
        }
        if handoff.files:
            article["attachments"] = [
                {
                    "filename": file.name,
                    "data": base64.b64encode(file.data).decode(),
                    "mime-type": file.media_type,
                }
                for file in handoff.files
            ]
        ticket = {
            "title": handoff.subject,
            "group": self._group,
            "customer_id": f"guess:{handoff.email}",
            "article": article,
        }
        answer = post_json(f"{self._url}/api/v1/tickets", ticket, self._headers)
        try:
            return str(answer["number"])
        except (KeyError, TypeError):
            raise DeliveryRefused("Zammad's answer names no ticket.") from None
