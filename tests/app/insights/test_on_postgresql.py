"""Accounts, deliveries and figures on PostgreSQL, whose writers, groups and times differ."""

import threading
from datetime import timedelta

import pytest

from app.accounts.audit import COMMAND_LINE, list_deeds
from app.accounts.invitations import accept_invitation, invite
from app.accounts.sessions import find_session, open_session
from app.accounts.sign_in import sign_in
from app.accounts.users import LastOwner, UserExists, add_user, disable_user
from app.attachments import read_attachments
from app.db import create_database_engine, session_factory
from app.deflection.holdout import note_experiment
from app.deflection.participants import Holdout
from app.insights.improvements import check, note_change, plan_improvement
from app.insights.selection import read_selection
from app.insights.sheets import SHEETS, Sources, make_sheet
from app.migrating import upgrade
from app.settings import Settings
from app.ticket_delivery.queue import deliver_due, list_deliveries
from app.tickets import NewTicket, open_ticket
from tests.app.deflection.recording import record
from tests.app.deflection.timelines import START, WINDOW
from tests.fake_index import FakeIndex
from tests.help_center import hits_of_help_center
from tests.staff_fixtures import STAFF_PASSWORD

pytestmark = pytest.mark.postgresql
NOW = START + timedelta(days=9)


@pytest.fixture
def settings(postgresql_url, tmp_path):
    return Settings.from_env({"KB_VAR_DIR": str(tmp_path), "KB_DATABASE_URL": postgresql_url})


@pytest.fixture
def sessions(settings):
    upgrade(settings)
    engine = create_database_engine(settings)
    yield session_factory(engine)
    engine.dispose()


def test_staff_set_up_sign_in_and_stay(sessions):
    given = {"email": "kim@example.com", "name": "", "role": "owner", "actor": COMMAND_LINE}
    with sessions() as session:
        user = add_user(session, password=None, **given)
        token = invite(session, user, actor=COMMAND_LINE, now=NOW)
        accept_invitation(session, token, name="Kim", password=STAFF_PASSWORD, now=NOW)
        with pytest.raises(UserExists):
            add_user(session, password=None, **given)
    with sessions() as session:
        about = {"email": "KIM@example.com", "client": "::1", "secret": "s", "now": NOW}
        user = sign_in(session, password=STAFF_PASSWORD, **about)
        assert find_session(session, open_session(session, user, now=NOW), now=NOW)
        with pytest.raises(LastOwner):
            disable_user(session, user, actor=COMMAND_LINE, now=NOW)
        session.rollback()
        actions = [deed.action for deed in list_deeds(session)]
    assert actions == ["session.open", "user.password", "user.invite", "user.add"]


def test_couriers_side_by_side_carry_each_ticket_once(sessions):
    files = read_attachments([("a.txt", b"words")])
    for number in range(12):
        with sessions() as session:
            ticket = NewTicket(email="kim@example.com", subject="a", body=str(number))
            open_ticket(session, ticket, files=files, channels=["webhook"])
    seen = []

    class Counts:
        def deliver(self, handoff, delivery_id):
            seen.append((delivery_id, handoff.files[0].data))
            return "R-1"

    threads = [
        threading.Thread(target=deliver_due, args=(sessions, {"webhook": Counts()}, ""))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == len(set(seen)) == 12
    assert {data for _, data in seen} == {b"words"}
    with sessions() as session:
        assert len(list_deliveries(session, ["delivered"], 50)) == 12


def test_every_sheet_is_made(sessions, settings):
    with sessions() as session:
        note_experiment(session, name="spring", percent=50, now=START - timedelta(days=1))
    holdout = Holdout("spring", 50)
    for number in range(6):
        record(sessions, f"v{number}", "0m suggest_shown, 1m result_opened:a, 3m ticket")
    for number in range(40):
        record(sessions, f"w{number}", "0m contact_started", holdout=holdout, name=f"w{number}")
    sources = Sources(sessions, settings, FakeIndex(hits_of_help_center()))
    selection = read_selection(
        {"from": "2026-03-01", "to": "2026-03-10", "compare": "1"}, zone="UTC", now=NOW
    )
    sheets = {name: make_sheet(name, sources, selection, locale="en", now=NOW) for name in SHEETS}
    failed = next(each for each in sheets["overview"].figures if each.id == "failed")
    assert (failed.count, failed.of) == (6, 46)
    assert sheets["articles"].tables[1].rows[0]["failed"] == 6
    assert sheets["questions"].tables[0].rows[0]["people"] == 6
    (course,) = sheets["worth"].charts
    assert course.series["difference"][-1] == 0


def test_an_improvement_is_checked(sessions):
    with sessions() as session:
        values = {"kind": "improve", "article": "a"}
        item = plan_improvement(session, values, actor=COMMAND_LINE, now=START)
        note_change(session, item, plan="", change="Did", actor=COMMAND_LINE, now=START)
        assert check(session, item, window=WINDOW, now=NOW).verdict == "too-early"
