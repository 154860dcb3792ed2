"""Money, effort and time: reckoned by hand, and unknown where nothing was measured."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.audit import COMMAND_LINE
from app.deflection.holdout import TREATMENT, arm_of, note_experiment, note_experiments
from app.deflection.intervals import Interval
from app.deflection.participants import Holdout
from app.deflection.tracking import update_episodes
from app.insights.costs import RELATIVE_COSTS, Costs, load_costs, save_costs
from app.insights.journeys import load_needs
from app.insights.selection import read_selection
from app.insights.worth import make_worth
from app.models import Event, Ticket, TicketOutcome, TicketReply, utc_now
from tests.app.deflection.recording import record
from tests.app.deflection.timelines import START, WINDOW

NOW = START + timedelta(days=20)
DAYS = {"from": "2026-03-01", "to": "2026-03-20"}


@pytest.fixture
def worth(sessions):
    def worth(**values):
        update_episodes(sessions, window=WINDOW, now=NOW)
        selection = read_selection(DAYS | values, zone="UTC", now=NOW)
        with sessions() as session:
            return make_worth(session, load_needs(session, selection), window=WINDOW, now=NOW)

    return worth


def figure(sheet, name):
    return next(each for each in sheet.figures if each.id == name)


def test_literature_is_where_costs_begin():
    assert dict(RELATIVE_COSTS) == {
        "phone": 100,
        "chat": 56,
        "forum": 12,
        "self_service": 12,
        "community": 9,
    }


def test_an_avoided_contact_saves_its_cost_less_that_of_an_answer_found_alone():
    costs = Costs(currency="EUR", hundred=20.0, replaced="phone")
    assert costs.saved_by_one() == pytest.approx(17.6)
    saved = costs.saved_by(Interval(10, -5, 25))
    assert (saved.value, saved.low, saved.high) == pytest.approx((176, -88, 440))


def test_a_channel_cheaper_than_help_alone_turns_the_limits_round():
    saved = Costs(hundred=100.0, replaced="community").saved_by(Interval(10, 5, 20))
    assert saved.low < saved.value < saved.high < 0


def test_nothing_is_saved_where_no_cost_is_set_or_no_holdout_ran(sessions, worth):
    assert Costs().saved_by(Interval(10, 5, 20)) is None
    assert figure(worth(), "avoided_tickets").value is None


def test_the_holdouts_interval_becomes_money(sessions, worth):
    with sessions() as session:
        note_experiment(session, name="spring", percent=50, now=START - timedelta(days=1))
        save_costs(session, Costs(hundred=10.0, replaced="phone"), actor=COMMAND_LINE)
    for number in range(200):
        visitor = f"v{number}"
        treated = arm_of(visitor, "spring", 50) == "treatment"
        ticket = number % (10 if treated else 2) == 0
        story = "0m contact_started" + (", 3m ticket" if ticket else "")
        record(sessions, visitor, story, holdout=Holdout("spring", 50))
    sheet = worth()
    people, cost = figure(sheet, "avoided_senders"), figure(sheet, "avoided_cost")
    tickets = figure(sheet, "avoided_tickets")
    assert 0 < people.low < people.value < people.high
    assert cost.value == pytest.approx(tickets.value * 8.8)
    assert (cost.low, cost.high) == pytest.approx((tickets.low * 8.8, tickets.high * 8.8))
    assert 0 < tickets.low < tickets.value == pytest.approx(people.value)
    assert "suspicious" not in sheet.notes
    (course,) = sheet.charts
    assert course.about == "spring · 50 % · 2026-03-01 – …"
    (table,) = (each for each in sheet.tables if each.id == "experiment")
    assert table.about == "spring · 50 % · 2026-03-01 – …"
    rows = {row["measure"]: row for row in table.rows}
    assert rows["visitors"]["control"] + rows["visitors"]["treatment"] == 200
    assert rows["wrote"]["control"] == pytest.approx(0.5, abs=0.05)
    # The line ends where the report stands.
    last = rows["tickets_always"]
    assert [course.series[name][-1] for name in ("difference", "low", "high")] == pytest.approx(
        [100 * last[name] for name in ("difference", "low", "high")], abs=0.001
    )
    # Who looks every day needs the wider ones.
    for once, always in (("wrote", "wrote_always"), ("tickets_per_visitor", "tickets_always")):
        assert rows[always]["low"] < rows[once]["low"] < rows[once]["difference"]


def test_arms_too_uneven_for_chance_are_warned_of(sessions, worth):
    with sessions() as session:
        note_experiment(session, name="spring", percent=50, now=START - timedelta(days=1))
    names = [name for name in map(str, range(120)) if arm_of(name, "spring", 50) == TREATMENT]
    control = [name for name in map(str, range(60)) if name not in names][:10]
    for visitor in (*names, *control):
        record(sessions, visitor, "0m contact_started", holdout=Holdout("spring", 50))
    assert worth().notes[0] == "suspicious"


def test_claims_of_others_stand_beside_what_was_measured(sessions, worth):
    def claims():
        (table,) = (each for each in worth().tables if each.id == "claims")
        return {row["claim"]: (row["value"], row["defined_by"]) for row in table.rows}

    for number in range(6):
        record(sessions, f"s{number}", "0m contact_started, 1m suggest_shown, 2m solved")
        record(sessions, f"a{number}", "0m contact_started, 1m suggest_shown")
        record(sessions, f"t{number}", "0m contact_started, 4m ticket")
        call = TicketOutcome(id=f"c{number}", outcome="created", at=START)
        call.session = f"t{number}" if number < 3 else None
        with sessions.begin() as session:
            session.add(call)
    assert claims() == {
        "confirmed_of_contacts": (pytest.approx(6 / 18, abs=1e-6), "salesforce_successful"),
        "claimed_of_contacts": (pytest.approx(12 / 18, abs=1e-6), "salesforce_potential"),
        # Of the six opened elsewhere, three are of people who wrote here, too.
        "self_service_score": (pytest.approx(12 / 9, abs=1e-4), "zendesk"),
    }


def test_claims_leave_out_who_was_refuted_elsewhere_and_who_only_began_to_write(sessions, worth):
    refuted = "0m suggest_shown, 1m result_opened:a, 2h contact_started, 121m ticket"
    for number in range(6):
        record(sessions, f"c{number}", "0m contact_started, 1m suggest_shown, 2m solved")
        record(sessions, f"r{number}", refuted)
        record(sessions, f"l{number}", "0m contact_started")
    (table,) = (each for each in worth().tables if each.id == "claims")
    claims = {row["claim"]: row["value"] for row in table.rows}
    assert claims["confirmed_of_contacts"] == pytest.approx(6 / 18, abs=1e-6)
    assert claims["self_service_score"] == 12 / 6


def test_what_sites_with_a_share_of_their_own_avoided_is_added(sessions, worth):
    shares = {"site_a": 50}
    with sessions() as session:
        note_experiments(
            session, name="spring", percent=50, shares=shares, now=START - timedelta(days=1)
        )
    for site in ("", *shares):
        holdout = Holdout("spring", 50, site)
        for number in range(100):
            visitor = f"{site}{number}"
            ticket = number % (10 if holdout.arm_of(visitor) == TREATMENT else 2) == 0
            story = "0m contact_started" + (", 3m ticket" if ticket else "")
            record(sessions, visitor, story, holdout=holdout)
    both = figure(worth(), "avoided_tickets")
    with sessions() as session:
        note_experiments(session, name="spring", percent=50, shares={}, now=utc_now())
    # What a site avoided while it had its share is not what it avoids now.
    general = figure(worth(), "avoided_tickets")
    assert 0 < general.value < both.value
    assert both.value - both.low > general.value - general.low
    found = figure(worth(), "avoided_senders")
    assert found.low < found.value == pytest.approx(general.value)


def test_costs_survive_being_stored(sessions):
    costs = Costs({name: 1.5 for name in RELATIVE_COSTS}, "KRW", 25_000.0, "phone", own=True)
    with sessions() as session:
        save_costs(session, costs, actor=COMMAND_LINE)
        assert load_costs(session) == costs


def test_ease_is_a_mean_by_step_and_hidden_for_few(sessions, worth):
    def rate(step, *eases):
        with sessions.begin() as session:
            for ease in eases:
                value = {"step": step, "effort": ease}
                event = Event(id=str(uuid.uuid4()), session="", type="effort_rated", value=value)
                event.at = event.received_at = START
                session.add(event)

    rate("find", 5, 4, 3, 4, 4, 4)
    rate("person", 1, 1, 1, 1)
    rate("nonsense", 5, 5, 5, 5, 5)
    rate("solve", 9, True, "5", 2.5)
    (table,) = (each for each in worth().tables if each.id == "effort")
    (row,) = table.rows
    assert (row["step"], row["people"], row["ease"]) == ("find", 6, 4)
    assert row["low"] == pytest.approx(4 - 1.959964 * (0.4**0.5) / 6**0.5)
    assert table.hidden == 2


def test_first_needs_count_once_and_only_those_not_come_back_with(sessions, worth):
    record(sessions, "alone", "0m suggest_shown, 1m result_opened:a")
    record(sessions, "again", "0m suggest_shown, 1m result_opened:a, 5h suggest_shown:miss")
    record(sessions, "person", "0m contact_started, 4m ticket")
    found = figure(worth(), "first_contact")
    assert (found.count, found.of) == (1, 3)


def test_a_telephone_call_is_not_digital(sessions, worth):
    record(sessions, "a", "0m suggest_shown, 1m result_opened:a")
    record(sessions, "b", "0m suggest_shown:miss")
    call = TicketOutcome(id="call", session="b", outcome="created", at=START + timedelta(minutes=9))
    call.data, call.received_at = {"channel": "phone"}, call.at
    with sessions.begin() as session:
        session.add(call)
    found = figure(worth(), "digital")
    assert (found.count, found.of) == (1, 2)


def test_a_ticket_made_here_and_solved_by_telephone_is_not_digital(sessions, worth):
    for name in "abcd":
        record(sessions, name, "0m contact_started, 3m ticket")
    with sessions.begin() as session:
        first, second, third, _ = session.scalars(select(Ticket.id).order_by(Ticket.id))
    told = (
        ("one", first, None, "replied", "email"),
        ("two", first, None, "solved", "phone"),
        ("three", second, None, "solved", "chat"),
        # The second of these speaks of the first by its reference; the last of nobody's need here.
        ("four", None, "desk 7", "created", "chat"),
        ("five", None, "desk 7", "solved", "visit"),
        ("six", None, "desk 8", "solved", "phone"),
    )
    with sessions.begin() as session:
        for name, ticket, reference, outcome, channel in told:
            said = TicketOutcome(
                id=name, ticket_id=ticket, reference=reference, outcome=outcome,
                session="e" if name == "four" else None, data={"channel": channel},
            )  # fmt: skip
            said.at = said.received_at = START + timedelta(minutes=9)
            session.add(said)
    found = figure(worth(), "digital")
    assert (found.count, found.of) == (3, 5), third


def test_time_to_an_answer_is_the_median_of_the_first_ones(sessions, worth):
    with sessions.begin() as session:
        for number, minutes in enumerate((10, 20, 30, 40, 500)):
            name = f"t{number}"
            session.add(Ticket(id=name, email="a@b", body="x", created_at=START))
            session.flush()
            for later in (minutes, minutes + 60):
                at = START + timedelta(minutes=later)
                session.add(TicketReply(ticket_id=name, author="support", body="x", at=at))
    found = figure(worth(), "time_person")
    assert (found.value, found.count) == (30, 5)
    assert found.low <= 20 < 40 <= found.high


def test_too_few_answers_make_no_median(sessions, worth):
    with sessions.begin() as session:
        session.add(Ticket(id="t", email="a@b", body="x", created_at=START))
        session.flush()
        session.add(TicketReply(ticket_id="t", author="support", body="x", at=utc_now()))
    assert figure(worth(), "time_person").value is None
