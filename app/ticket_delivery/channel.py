"""What a way to a help desk is, and the two ways in which it fails."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from app.errors import KotaeError
from app.ticket_delivery.handoff import Handoff


class DeliveryFailed(KotaeError):
    """A ticket did not arrive; it may the next time."""

    code = "delivery-failed"
    status = 502

    def __init__(self, message: str, *, wait: timedelta | None = None) -> None:
        """`wait`: how long the other side asks to be left alone, where it says so."""
        super().__init__(message)
        self.wait = wait


class DeliveryRefused(KotaeError):
    """The other side understood the ticket and will not take it, however often it is sent."""

    code = "delivery-refused"
    status = 502


class Channel(Protocol):
    """Hands tickets over to one help desk."""

    def deliver(self, handoff: Handoff, delivery_id: int) -> str:
        """Hand a ticket over; returns the help desk's own number for it, "" where it gives none.

        `delivery_id` is the same at every attempt, so that the other side can tell a repetition.
        Raises DeliveryFailed, DeliveryRefused.
        """
        ...
