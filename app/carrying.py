"""Everything that a worker carries out of the house, each thing on a thread of its own.

What one other server does, or fails to do, is no reason for the rest to wait: a webhook that hangs
holds up itself, and neither a new password's link nor a ticket.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from sqlalchemy.orm import Session, sessionmaker

from app.accounts.password_reset import open_mail_server, send_due_resets
from app.notifications.sending import gather_news, send_letters
from app.notifications.ways import Way
from app.settings import Settings
from app.ticket_delivery.channel import Channel
from app.ticket_delivery.courier import Courier
from app.ticket_delivery.queue import deliver_due


def make_couriers(
    settings: Settings,
    sessions: sessionmaker[Session],
    channels: Mapping[str, Channel],
    ways: Mapping[str, Way],
    *,
    interval: float = 3.0,
) -> list[Courier]:
    """For links to new passwords, each channel of tickets, the gathering of news, and each way."""
    site, mail = settings.base_url, open_mail_server(settings)
    rounds: list[Callable[[], object]] = [partial(gather_news, sessions, ways, settings)]
    if mail is not None:
        rounds.append(partial(send_due_resets, sessions, mail, site))
    rounds += [
        partial(deliver_due, sessions, {name: each}, site) for name, each in channels.items()
    ]
    rounds += [
        partial(send_letters, sessions, {name: each}, settings) for name, each in ways.items()
    ]
    return [Courier(each, interval=interval) for each in rounds]
