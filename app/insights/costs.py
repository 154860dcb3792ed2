"""What a contact costs, as the owner sets it, and what avoided ones were worth.

The relative costs to begin with (telephone 100, chat 56, forum and answers found alone 12,
community 9) are figures from literature on self-service, not anybody's own; the pages say so
until they are changed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.audit import Actor, note_deed
from app.deflection.intervals import Interval
from app.errors import KotaeError
from app.models import InsightSetting

RELATIVE_COSTS: Mapping[str, float] = {
    "phone": 100.0,
    "chat": 56.0,
    "forum": 12.0,
    "self_service": 12.0,
    "community": 9.0,
}
_NAME = "costs"


class BadCosts(KotaeError):
    """Costs that cannot be reckoned with."""

    code = "bad-costs"
    status = 422


@dataclass(frozen=True, slots=True)
class Costs:
    """Costs of one contact by channel, relative to each other, and what 100 are in money."""

    relative: Mapping[str, float] = field(default_factory=lambda: dict(RELATIVE_COSTS))
    currency: str = "USD"
    """ISO 4217."""
    hundred: float | None = None
    """What a contact of relative cost 100 costs in that currency; None until it is set."""
    replaced: str = "chat"
    """The channel that a ticket, had it been sent, would have cost."""
    own: bool = False
    """Whether somebody set them; False for figures from literature."""

    def saved_by_one(self) -> float | None:
        """What one avoided contact saves: the channel's cost less that of an answer found alone."""
        if self.hundred is None:
            return None
        points = self.relative[self.replaced] - self.relative["self_service"]
        return points / 100 * self.hundred

    def saved_by(self, contacts: Interval) -> Interval | None:
        """What so many avoided contacts save, with the limits of their number."""
        one = self.saved_by_one()
        if one is None:
            return None
        low, high = sorted((contacts.low * one, contacts.high * one))
        return Interval(contacts.value * one, low, high)


def load_costs(session: Session) -> Costs:
    """The costs as set, else as literature has them."""
    kept = session.get(InsightSetting, _NAME)
    return Costs(**kept.value, own=True) if kept is not None else Costs()


def read_costs(values: Mapping[str, str]) -> Costs:
    """Costs in a posted form. Raises BadCosts."""
    relative = {name: _number(values.get(name, ""), name) for name in RELATIVE_COSTS}
    currency = values.get("currency", "").strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise BadCosts("A currency is three letters, such as EUR or KRW.")
    replaced = values.get("replaced", "")
    if replaced not in RELATIVE_COSTS:
        raise BadCosts(f"{replaced!r} is not a channel.")
    money = values.get("hundred", "").strip()
    hundred = _number(money, "hundred") if money else None
    return Costs(relative, currency, hundred, replaced, own=True)


def save_costs(session: Session, costs: Costs, *, actor: Actor) -> None:
    """Keep the costs, and commit."""
    value: dict[str, Any] = {
        "relative": dict(costs.relative),
        "currency": costs.currency,
        "hundred": costs.hundred,
        "replaced": costs.replaced,
    }
    session.merge(InsightSetting(name=_NAME, value=value))
    note_deed(session, actor, "costs.set", "insights:costs", **value)
    session.commit()


def _number(text: str, name: str) -> float:
    try:
        number = float(text.strip().replace(",", ""))
    except ValueError:
        number = math.nan
    if not 0 <= number <= 1e9:
        raise BadCosts(f"{name} has to be a number from 0 on.")
    return number
