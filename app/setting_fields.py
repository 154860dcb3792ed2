"""How a setting is declared: a dataclass field that knows its variable, default and meaning."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SettingDescription:
    """One line of the settings table: the variable, its default as text, and what it does."""

    name: str
    default: str
    meaning: str
    secret: bool = False


def setting(
    name: str,
    default: str,
    meaning: str,
    read: Callable[[str], T],
    *,
    shown: str | None = None,
    secret: bool = False,
) -> T:
    """Declare a field read from variable `name`; `shown` replaces a default that is derived."""
    description = SettingDescription(name, default if shown is None else shown, meaning, secret)
    field: Any = dataclasses.field(
        default_factory=lambda: read(default),
        repr=not secret,
        metadata={"setting": description, "read": read},
    )
    return field  # type: ignore[no-any-return]
