"""Settings of what is recorded and measured: retention, the ticket window, the experiment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app import setting_values as values
from app.setting_fields import setting


@dataclass(frozen=True)
class DeflectionSettings:
    """The part of the settings that concerns visitors' events and what is concluded from them."""

    event_retention_days: int = setting(
        "KB_EVENT_RETENTION_DAYS",
        "90",
        "Days after which visitors' events are deleted; counts by day are kept",
        values.read_whole_number(1, 3650),
    )
    ticket_window_hours: int = setting(
        "KB_TICKET_WINDOW_HOURS",
        "72",
        "Hours in which a ticket still counts against an episode of seeking help",
        values.read_whole_number(1, 720),
    )
    holdout_percent: int = setting(
        "KB_HOLDOUT_PERCENT",
        "0",
        "Share of visitors who are shown no suggestions, to measure what these are worth; 0 is off",
        values.read_whole_number(0, 50),
    )
    holdout_name: str = setting(
        "KB_HOLDOUT_NAME",
        "first",
        "Name of the experiment, at most 30 letters; another name or share draws other visitors",
        values.read_name(30),
    )
    consent: str = setting(
        "KB_CONSENT",
        "none",
        "Whether visitors are asked before they take part in the experiment: `none` or `required`",
        values.read_choice("none", "required"),
    )
    outcomes_secret: str = setting(
        "KB_OUTCOMES_SECRET",
        "",
        "Secret with which a help desk signs ticket outcomes",
        values.read_text,
        shown="none: outcomes are refused",
        secret=True,
    )
    identity_secret: str = setting(
        "KB_IDENTITY_SECRET",
        "",
        "Secret with which the site that embeds Kotae signs the ids of signed-in customers",
        values.read_text,
        shown="none: identities are refused",
        secret=True,
    )
    clock: str = setting(
        "KB_CLOCK",
        "real",
        "What time it is: `real`, or `simulated` as requests say that come from this machine; the "
        "latter for trials on an empty database only",
        values.read_choice("real", "simulated"),
    )

    @property
    def ticket_window(self) -> timedelta:
        """How long after its end a ticket still counts against an episode."""
        return timedelta(hours=self.ticket_window_hours)

    @property
    def is_simulated(self) -> bool:
        """Whether requests may say what time it is."""
        return self.clock == "simulated"
