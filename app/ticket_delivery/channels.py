"""The ways to a help desk that the settings open."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.delivery_settings import CHANNELS
from app.settings import Settings, SettingsError
from app.ticket_delivery.channel import Channel
from app.ticket_delivery.mail import MailChannel
from app.ticket_delivery.webhook import WebhookChannel
from app.ticket_delivery.zammad import ZammadChannel
from app.ticket_delivery.zendesk import ZendeskChannel


def open_channels(settings: Settings) -> Mapping[str, Channel]:
    """The channels that the settings name. Raises SettingsError where one lacks something."""
    makers: dict[str, Callable[[], Channel]] = {
        "webhook": lambda: WebhookChannel(
            _need(settings.ticket_webhook, "KB_TICKET_WEBHOOK"),
            _need(settings.ticket_webhook_secret, "KB_TICKET_WEBHOOK_SECRET"),
        ),
        "email": lambda: MailChannel(
            _need(settings.smtp_url, "KB_SMTP_URL"),
            sender=_need(settings.mail_from, "KB_MAIL_FROM"),
            recipient=_need(settings.ticket_mail_to or settings.contact_email, "KB_TICKET_MAIL_TO"),
        ),
        "zendesk": lambda: ZendeskChannel(
            _need(settings.helpdesk_url, "KB_HELPDESK_URL"),
            user=_need(settings.helpdesk_user, "KB_HELPDESK_USER"),
            token=_need(settings.helpdesk_token, "KB_HELPDESK_TOKEN"),
        ),
        "zammad": lambda: ZammadChannel(
            _need(settings.helpdesk_url, "KB_HELPDESK_URL"),
            token=_need(settings.helpdesk_token, "KB_HELPDESK_TOKEN"),
            group=settings.helpdesk_group,
        ),
    }
    return {name: makers[name]() for name in CHANNELS if name in settings.ticket_delivery}


def _need(value: str, name: str) -> str:
    if not value:
        raise SettingsError(f"KB_TICKET_DELIVERY asks for {name}, which is not set.")
    return value
