"""What a worker carries: one server that hangs holds up nothing of the others."""

import dataclasses
import time
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.accounts.password_reset import Letter as ResetMail
from app.accounts.password_reset import request_reset
from app.carrying import make_couriers
from app.editing.reviewing import submit_for_review
from app.editor.people import actor_of
from app.models import Letter, TicketDelivery, utc_now
from app.notifications.sending import gather_news
from app.notifications.topics import keep_choice
from app.notifications.ways import open_ways
from app.ticket_delivery.channels import open_channels
from app.tickets import NewTicket, open_ticket
from tests.app.store.editing.conftest import NAME
from tests.app.ticket_delivery.help_desk import HelpDesk
from tests.slow_server import slow_server
from tests.staff_fixtures import STAFF_PASSWORD, add_staff

TEXT = "---\ntitle: Get a refund\n---\nOne.\n"
PATIENCE = 30


def wait_for(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


@pytest.fixture
def help_desk():
    help_desk = HelpDesk()
    yield help_desk
    help_desk.stop()


@pytest.fixture
def hook():
    with slow_server() as hook:
        yield hook


@pytest.fixture
def site(settings, mails, help_desk, hook):
    """Settings in which a notification webhook and a ticket webhook never answer."""
    return dataclasses.replace(
        settings,
        smtp_url=mails.url,
        mail_from="help@example.com",
        base_url="https://help.example.com",
        notify_webhook=hook.url,
        notify_webhook_secret="shared",
        ticket_delivery=("webhook", "zammad"),
        ticket_webhook=hook.url,
        ticket_webhook_secret="shared",
        helpdesk_url=help_desk.url,
        helpdesk_token="za-token",
    )


@pytest.fixture
def news(desk, sessions, site):
    """A review that Lee is to be told of by mail and by webhook, due now."""
    with sessions() as session:
        kim = actor_of(session, add_staff(session, "kim", "writer", password=STAFF_PASSWORD))
        lee = add_staff(session, "lee", "reviewer")
        keep_choice(session, lee, locale="en", topics={"email": ["review"], "webhook": ["review"]})
    gather_news(sessions, ("email", "webhook"), site)
    desk.save(TEXT, actor=kim)
    desk(submit_for_review, kim, NAME, note="")
    gather_news(sessions, ("email", "webhook"), site)
    with sessions() as session:
        session.execute(update(Letter).values(next_at=utc_now() - timedelta(minutes=1)))
        session.commit()


def states(sessions, table, way):
    with sessions() as session:
        return {getattr(each, way): each.state for each in session.scalars(select(table))}


def test_a_webhook_that_never_answers_holds_up_itself_alone(
    sessions, site, news, mails, hook, help_desk
):
    couriers = make_couriers(site, sessions, open_channels(site), open_ways(site), interval=0.01)
    with sessions() as session:
        ticket = NewTicket(email="a@example.com", subject="Where?", body="I wait.", locale="en")
        open_ticket(session, ticket, channels=("webhook", "zammad"))
    for courier in couriers:
        courier.start()
    for _ in range(2):  # both webhooks hang now
        assert hook.asked.acquire(timeout=PATIENCE)
    with sessions() as session:
        letter, now = ResetMail("A new password", "{link}"), utc_now()
        request_reset(
            session, email="kim@example.com", client="c", letter=letter, secret="k", now=now
        )
    wait_for(lambda: any(b"new-password/" in mail for mail in mails.mails))
    wait_for(lambda: states(sessions, Letter, "way")["email"] == "delivered")
    wait_for(lambda: states(sessions, TicketDelivery, "channel")["zammad"] == "delivered")
    assert states(sessions, TicketDelivery, "channel")["webhook"] == "waiting"
    assert states(sessions, Letter, "way")["webhook"] == "waiting"
    hook.ending.set()
    for courier in couriers:
        courier.stop()
