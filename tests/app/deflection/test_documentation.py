"""docs/deflection.md: its examples are run, its figures computed."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from app.deflection.episodes import OUTCOMES, follow_visitor
from app.deflection.every_look import Pair
from app.deflection.holdout import CONTROL, SUSPICIOUS, TREATMENT, Comparison
from app.deflection.intervals import (
    newcombe,
    relative_reduction,
    sample_ratio_p,
    smallest_effect,
    visitors_needed,
    wilson,
)
from app.insights.costs import Costs
from app.models import EVENT_TYPES
from tests.app.deflection.timelines import (
    START,
    WINDOW,
    read_timeline,
    split_later,
    stored_and_told,
)

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "deflection.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^\| `(\d+[smhd] [^`]*)` \| (.*?) ?\|$", TEXT, flags=re.MULTILINE)


@pytest.mark.parametrize(("timeline", "outcomes"), EXAMPLES)
def test_an_example_comes_out_as_written(timeline, outcomes):
    moments, later = split_later(read_timeline(timeline))
    now = next((each.at for each in moments if each.kind == "now"), START + timedelta(days=60))
    moments = stored_and_told(each for each in moments if each.kind != "now")
    found = follow_visitor("v", moments, window=WINDOW, now=now, later_tickets=later)
    assert ", ".join(episode.outcome for episode in found) == outcomes


def test_every_outcome_has_an_example():
    shown = {name for _, outcomes in EXAMPLES for name in outcomes.split(", ") if name}
    assert shown == set(OUTCOMES)


def test_the_worked_example_is_what_the_code_computes():
    control, treated = (80, 800), (560, 7200)
    senders = Pair.of_senders(control, treated, share=0.1)
    rows = {
        "control": wilson(*control),
        "treatment": wilson(*treated),
        "avoided per visitor": newcombe(control, treated),
        "at every look": (every := senders.difference()),
        "reduction": relative_reduction(treated, control),
        "reduction at every look": senders.reduction(),
    }
    for name, found in rows.items():
        assert f"| {name} | {found.value:.2%} | {found.low:.2%} | {found.high:.2%} |" in TEXT
    people = every.times(7200)
    assert f"{people.value:.0f} people did not have to write" in TEXT
    assert f"({people.low:.0f} to {people.high:.0f} at every look)" in TEXT
    assert f"{smallest_effect(0.1, 7200, 800) * 100:.2f} points" in TEXT
    needed = visitors_needed(0.1, 0.2, 0.1)
    assert f"{needed:,} visitors, another {(needed - 8000) / (8000 / 30):.0f} days" in TEXT


def test_the_worked_examples_of_tickets_and_of_the_sample_ratio_are_what_the_code_computes():
    visitors = {(0, 1): 720, (1, 1): 72, (2, 1): 8}, {(0, 1): 6640, (1, 1): 520, (2, 1): 40}
    compared = Comparison.make(dict(zip((CONTROL, TREATMENT), visitors, strict=True)))
    rows = {
        "control": compared.control,
        "treatment": compared.treatment,
        "difference": compared.difference,
        "at every look": (every := Pair.of_clusters(*visitors, share=0.1).difference()),
        "reduction": compared.reduction,
    }
    for name, found in rows.items():
        assert f"| {name} | {found.value:.2%} | {found.low:.2%} | {found.high:.2%} |" in TEXT
    month = every.times(7200)
    assert f"{month.value:.0f} tickets were avoided ({month.low:.0f} to {month.high:.0f})" in TEXT
    saved = Costs(hundred=20.0, replaced="phone").saved_by(month)
    assert f"{month.value:.0f} tickets saved {saved.value:,.0f}" in TEXT
    assert f"({saved.low:,.0f} to {saved.high:,.0f})" in TEXT
    for held in (800, 720, 700):
        assert f"p = {sample_ratio_p(8000 - held, held, 0.1):.4f}" in TEXT
    assert sample_ratio_p(7300, 700, 0.1) < SUSPICIOUS < sample_ratio_p(7280, 720, 0.1)


def test_every_type_of_event_is_told():
    assert [kind for kind in EVENT_TYPES if f"`{kind}`" not in TEXT] == []
