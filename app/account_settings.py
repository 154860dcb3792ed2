"""Settings of how staff sign in."""

from __future__ import annotations

from dataclasses import dataclass

from app import setting_values as values
from app.models import ROLES
from app.setting_fields import setting


@dataclass(frozen=True)
class AccountSettings:
    """The part of the settings that concerns the accounts of staff."""

    second_factor: str = setting(
        "KB_SECOND_FACTOR",
        "off",
        "The role from which on accounts with a password need an authenticator app too: `admin` "
        "means administrators and owners, `reader` everybody, `off` nobody",
        values.read_choice("off", *ROLES),
    )
