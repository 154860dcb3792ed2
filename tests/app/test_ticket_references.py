"""One ticket counts once, however often and in whatever order a help desk tells of it."""

import itertools
import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.counting import count_senders
from app.deflection.participants import Holdout
from app.deflection.people import hash_address, know_person
from app.deflection.tracking import update_episodes
from app.models import EpisodeRecord, Participant, Ticket, TicketOutcome, TicketReply
from app.ticket_outcomes import TicketNotFound, read_outcome, record_outcome
from app.tickets import NewTicket, open_ticket
from tests.app.deflection.recording import record
from tests.app.deflection.timelines import START, WINDOW

MINUTE = timedelta(minutes=1)
SECRET = "shared secret"
KIM = {"email_hash": hash_address(SECRET, "kim@example.com")}


@pytest.fixture
def say(sessions):
    """A help desk's word at a minute; returns how many sessions the ticket belongs to."""

    def say(name, minute, what="created", reference="ZD-3", **about):
        at = START + minute * MINUTE
        told = {"id": name, "outcome": what, "reference": reference, "at": at.isoformat()}
        with sessions() as session:
            outcome = read_outcome(json.dumps(told | about).encode())
            return record_outcome(session, outcome, secret=SECRET, window=WINDOW, now=at)

    return say


@pytest.fixture
def send(sessions):
    def send(visit="v", email="kim@example.com", **about):
        with sessions() as session:
            ticket = NewTicket(email, "s", "b", session=visit, **about)
            holdout = Holdout("x", 20)
            at = START + 3 * MINUTE
            return open_ticket(session, ticket, secret=SECRET, holdout=holdout, now=at)

    return send


@pytest.fixture
def counted(sessions):
    """By session: outcome, own tickets, tickets against it."""

    def counted(minute=60 * 24 * 30):
        update_episodes(sessions, window=WINDOW, now=START + minute * MINUTE)
        with sessions() as session:
            return {
                row.visitor: (row.outcome, row.tickets, len(row.evidence["against"]))
                for row in session.scalars(select(EpisodeRecord))
            }

    return counted


ORDERS = list(itertools.permutations(["ours", "echo", "again"]))


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
@pytest.mark.parametrize("looks", [True, False])
def test_a_help_desks_echo_of_a_ticket_made_here_is_that_ticket_whichever_comes_first(
    sessions, say, send, counted, order, looks
):
    """An hour lies between the words: what was followed in between is followed again."""
    record(sessions, "v", "0m suggest_shown")
    record(sessions, "before", "0m suggest_shown, 1m result_opened:a")
    ticket = send(visitor="n" * 20)
    with sessions.begin() as session:
        know_person(session, KIM["email_hash"], ["before"], START)
    words = {"ours": {"ticket_id": ticket}, "echo": KIM, "again": KIM}
    for place, name in enumerate(order):
        say(name, 4 + 60 * place, **words[name])
        if looks:
            counted(5 + 60 * place)
    assert counted() == {"v": ("failed", 1, 1), "before": ("failed", 0, 1)}
    with sessions() as session:
        assert count_senders(session, None) == 1
        assert session.scalars(select(Participant.tickets)).all() == [1]
        assert set(session.scalars(select(TicketOutcome.ticket_id))) == {ticket}


def test_a_ticket_that_is_reported_twice_under_one_number_is_one_ticket(sessions, say, counted):
    for visit in ("v", "w"):
        record(sessions, visit, "0m suggest_shown")
    assert say("a", 3, session="v") == 1
    assert counted(4)["v"] == ("failed", 1, 1)
    with sessions.begin() as session:
        for visit in ("v", "w"):
            know_person(session, KIM["email_hash"], [visit], START)
    for _ in range(2):
        assert say("b", 90, **KIM) == 2
    assert counted(91) == {"v": ("failed", 1, 1), "w": ("failed", 0, 1)}
    with sessions() as session:
        assert count_senders(session, None) == 1
    say("c", 100, "spam")
    say("d", 110, **KIM)
    assert counted() == {"v": ("abandoned", 0, 0), "w": ("abandoned", 0, 0)}


def test_who_is_learned_by_the_second_report_is_whose_ticket_it_was(sessions, say, counted):
    record(sessions, "v", "0m suggest_shown")
    assert say("a", 3, **KIM) == say("again", 4, **KIM) == 0
    assert counted(5)["v"][0] == "pending"
    with sessions() as session:
        assert count_senders(session, None) == 1
    assert say("b", 90, session="v") == 1
    assert counted() == {"v": ("failed", 1, 1)}
    with sessions() as session:
        assert count_senders(session, None) == 1


@pytest.mark.parametrize("sent_here", [True, False])
def test_the_same_number_of_another_help_desk_is_another_ticket(
    sessions, say, send, counted, sent_here
):
    for visit in ("v", "w"):
        record(sessions, visit, "0m suggest_shown")
    say("a", 4, **({"ticket_id": send()} if sent_here else {"session": "v"}))
    say("b", 5, session="w")
    assert counted() == {"v": ("failed", 1, 1), "w": ("failed", 1, 1)}


def test_the_same_number_of_another_help_desk_told_before_stays_another_ticket(
    sessions, say, send, counted
):
    for visit in ("v", "w"):
        record(sessions, visit, "0m suggest_shown")
    ticket = send()
    say("b", 4, session="w")
    say("a", 5, ticket_id=ticket)
    say("c", 6, "spam")
    assert counted() == {"v": ("failed", 1, 1), "w": ("abandoned", 0, 0)}


@pytest.mark.parametrize(("number", "tickets"), [("  ZD-3 ", 1), ("zd-3", 2)])
def test_blanks_around_a_number_do_not_matter_and_case_does(
    sessions, say, send, counted, number, tickets
):
    """Some help desks tell numbers apart by case alone."""
    record(sessions, "v", "0m suggest_shown")
    say("a", 4, ticket_id=send())
    say("b", 5, reference=number, **KIM)
    assert counted()["v"] == ("failed", tickets, tickets)


@pytest.mark.parametrize("early", [True, False])
def test_a_word_by_number_alone_is_about_the_ticket_made_here(sessions, say, send, counted, early):
    record(sessions, "v", "0m suggest_shown")
    ticket = send()
    if early:  # known by the help desk's own report, before we learn the number
        say("echo", 4, **KIM)
        say("a", 5, "spam")
        say("ours", 6, ticket_id=ticket)
    else:
        say("ours", 4, ticket_id=ticket)
        say("a", 5, "spam")
        say("echo", 6, **KIM)
    assert counted()["v"] == ("abandoned", 0, 0)
    with pytest.raises(TicketNotFound):
        say("b", 7, "spam", reference="ZD-4")


def test_a_reply_that_is_echoed_by_number_is_read_once(sessions, say, send):
    say("ours", 4, ticket_id=(ticket := send()))
    say("r1", 5, "replied", ticket_id=ticket, data={"reply": "On its way."})
    say("r2", 5, "replied", data={"reply": "On its way."})
    with sessions() as session:
        assert session.scalars(select(TicketReply.body)).all() == ["On its way."]
        assert session.get(Ticket, ticket).reference == "ZD-3"
