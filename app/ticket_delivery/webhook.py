"""Tickets to a program of one's own: JSON, signed as its answers about outcomes are."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from typing import Any

from app.ticket_delivery.handoff import Handoff
from app.ticket_delivery.http import post
from app.tickets import sign


class WebhookChannel:
    """Posts each ticket to one address; docs/tickets.md describes the body."""

    def __init__(self, url: str, secret: str) -> None:
        self._url = url
        self._secret = secret

    def deliver(self, handoff: Handoff, delivery_id: int) -> str:
        """As `Channel.deliver`. Any 2xx is taken as arrived; a JSON `reference` is remembered."""
        payload = _payload(handoff, delivery_id)
        answer = post_signed(self._url, self._secret, payload, delivery_id)
        try:
            reference = json.loads(answer).get("reference", "")
        except (ValueError, AttributeError):
            return ""  # it need not answer anything
        return str(reference)[:200]


def post_signed(url: str, secret: str, payload: Mapping[str, Any], delivery_id: int) -> bytes:
    """POST JSON, signed over time and body; what is answered. Raises as `http.post`."""
    body = json.dumps(payload, ensure_ascii=False).encode()
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Kotae",
        "Kotae-Delivery": str(delivery_id),
        "Kotae-Timestamp": timestamp,
        "Kotae-Signature": sign(secret, timestamp, body),
    }
    return post(url, body, headers)


def _payload(handoff: Handoff, delivery_id: int) -> dict[str, Any]:
    return {
        "type": "ticket.created",
        "delivery_id": delivery_id,
        "ticket_id": handoff.ticket_id,
        "sent_at": handoff.sent_at.isoformat(),
        "email": handoff.email,
        "subject": handoff.subject,
        "body": handoff.body,
        "locale": handoff.locale,
        "page": handoff.page,
        "asked": list(handoff.asked),
        "read": [
            {"article_id": each.article_id, "title": each.title, "url": each.url}
            | {"helped": each.helped}
            for each in handoff.read
        ],
        "attachments": [
            {"name": each.name, "media_type": each.media_type, "size": len(each.data)}
            | {"data": base64.b64encode(each.data).decode()}
            for each in handoff.files
        ],
        "custom": dict(handoff.custom),
    }
