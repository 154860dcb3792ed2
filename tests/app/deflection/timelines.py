"""Short notation for what a visitor did: `0m suggest_shown:hit, 1m solved, 3h ticket`.

Behind a type stands an article, or for suggestions `hit` (some were shown), `miss` (there were
none), `held` (the experiment held them back) and `typing` (none for a ticket's subject). Behind a
ticket may stand `later` (it was sent in a later session that names this one) or `void` (the help
desk called it spam or merged).
"""

import re
from datetime import UTC, datetime, timedelta

from app.deflection.moments import TICKET, Moment, merge_tickets

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
WINDOW = timedelta(hours=72)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_SHOWN = {
    "hit": {"query": "refund", "results": 2},
    "miss": {"query": "refund", "results": 0},
    "held": {"query": "refund", "held_back": True},
    "typing": {"query": "refund", "results": 0, "via": "contact"},
}
_STEP = re.compile(r"(\d+)([smhd]) ([a-z_]+)(?::([\w-]+))?")


def read_timeline(text, later=None):
    """The moments, all of them `later` where it is given; ids are their places."""
    moments = []
    for place, step in enumerate(filter(None, (part.strip() for part in text.split(",")))):
        number, unit, kind, about = _STEP.fullmatch(step).groups()
        value = _SHOWN[about or "hit"] if kind == "suggest_shown" else None
        if kind == "article_viewed" and about == "contact":
            value, about = {"from": "contact"}, "reached"
        if kind == TICKET:
            value = about
        article = about if kind not in ("suggest_shown", TICKET) else None
        at = START + timedelta(**{_UNITS[unit]: int(number)}) + (later or timedelta())
        moments.append(Moment(f"{place}-{kind}", at, kind, article, value=value))
    return moments


def stored_and_told(moments):
    """The moments as they are merged from a browser's words, tickets and void tickets."""
    moments = list(moments)
    tickets = [each for each in moments if each.kind == TICKET]
    void = [each for each in tickets if each.value == "void"]
    told = [each for each in moments if each.kind != TICKET]
    return merge_tickets(told, [each for each in tickets if each not in void], void)


def split_later(moments):
    """The visitor's own moments, and the tickets of later sessions."""
    later = [each for each in moments if each.kind == TICKET and each.value == "later"]
    return [each for each in moments if each not in later], later
