"""docs/deflection.md: its examples are run, its figures computed."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from app.deflection.episodes import OUTCOMES, follow_visitor
from app.deflection.intervals import (
    always_valid_difference,
    newcombe,
    relative_reduction,
    smallest_effect,
    visitors_needed,
    wilson,
)
from app.models import EVENT_TYPES
from tests.app.deflection.timelines import START, WINDOW, read_timeline, split_later

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "deflection.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^\| `(\d+[smhd] [^`]*)` \| (.*?) ?\|$", TEXT, flags=re.MULTILINE)


@pytest.mark.parametrize(("timeline", "outcomes"), EXAMPLES)
def test_an_example_comes_out_as_written(timeline, outcomes):
    moments, later = split_later(read_timeline(timeline))
    now = START + timedelta(days=60)
    found = follow_visitor("v", moments, window=WINDOW, now=now, later_tickets=later)
    assert ", ".join(episode.outcome for episode in found) == outcomes


def test_every_outcome_has_an_example():
    shown = {name for _, outcomes in EXAMPLES for name in outcomes.split(", ") if name}
    assert shown == set(OUTCOMES) - {"pending"}


def test_the_worked_example_is_what_the_code_computes():
    control, treated = (80, 800), (560, 7200)
    rows = {
        "control": wilson(*control),
        "treatment": wilson(*treated),
        "avoided per visitor": newcombe(control, treated),
        "at every look": always_valid_difference(control, treated),
        "reduction": relative_reduction(treated, control),
    }
    for name, found in rows.items():
        assert f"| {name} | {found.value:.2%} | {found.low:.2%} | {found.high:.2%} |" in TEXT
    monthly = newcombe(control, treated).times(7200)
    assert f"{monthly.value:.0f} tickets were avoided" in TEXT
    assert f"({monthly.low:.0f} to {monthly.high:.0f})" in TEXT
    assert f"{smallest_effect(0.1, 7200, 800) * 100:.2f} points" in TEXT
    needed = visitors_needed(0.1, 0.2, 0.1)
    assert f"{needed:,} visitors, another {(needed - 8000) / (8000 / 30):.0f} days" in TEXT


def test_every_type_of_event_is_told():
    assert [kind for kind in EVENT_TYPES if f"`{kind}`" not in TEXT] == []
