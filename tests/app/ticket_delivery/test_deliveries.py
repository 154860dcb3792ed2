"""Tickets on their way to a help desk: arrived once, tried again, given up in sight."""

import base64
import dataclasses
import email
import email.policy
import json
import threading
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from click.testing import CliRunner

from app.accounts import password_reset
from app.attachments import MOST_FILES, read_attachments
from app.cli import main
from app.doctor import _check_deliveries
from app.models import Ticket, TicketAttachment, TicketDelivery, TicketOutcome
from app.settings import Settings, SettingsError
from app.ticket_delivery import http, mail_server
from app.ticket_delivery.attempts import LEASE, MOST_ATTEMPTS, pause_after
from app.ticket_delivery.channel import DeliveryFailed
from app.ticket_delivery.channels import open_channels
from app.ticket_delivery.courier import Courier
from app.ticket_delivery.mail_server import MailServer
from app.ticket_delivery.queue import DeliveryNotFound, deliver_again, deliver_due
from app.ticket_outcomes import Outcome, record_outcome
from app.tickets import NewTicket, check_signature, open_ticket
from tests.app.ticket_delivery.help_desk import HelpDesk
from tests.slow_server import slow_server

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
SITE = "https://help.example.com"
TRIED = {"asked": ["refund late"], "read": ["refund", "gift-cards"], "rejected": ["refund"]}


@pytest.fixture
def desk():
    desk = HelpDesk()
    yield desk
    desk.stop()


@pytest.fixture
def clock():
    """A clock that stands still until it is moved."""

    class Clock:
        now = datetime.now(UTC) + timedelta(seconds=1)

        def __call__(self):
            return self.now

    return Clock()


@pytest.fixture
def send(sessions):
    def send(channel, files=(), **changes):
        given = {
            "email": "kim@example.com",
            "subject": "Where is it?",
            "body": "I wait.",
        }
        given |= {"locale": "en", "page": "/cart", "custom": TRIED | {"plan": "pro"}} | changes
        with sessions() as session:
            return open_ticket(
                session,
                NewTicket(**given),
                files=read_attachments(files),
                channels=[channel],
            )

    return send


@pytest.fixture
def carry(sessions, settings, desk, clock):
    """One round of a courier."""

    def carry(**changes):
        given = {
            "ticket_webhook": f"{desk.url}/hook",
            "ticket_webhook_secret": "hook secret",
            "helpdesk_url": desk.url,
            "helpdesk_user": "agent@example.com",
            "helpdesk_token": "zd-token",
            "mail_from": "help@example.com",
            "ticket_mail_to": "team@example.com",
        } | changes
        channels = open_channels(dataclasses.replace(settings, **given))
        return deliver_due(sessions, channels, SITE, clock)

    return carry


def delivery(sessions):
    with sessions() as session:
        return session.query(TicketDelivery).one()


def test_without_a_channel_a_ticket_stays_in_the_database(client, sessions):
    client.post("/api/v1/tickets", json={"email": "kim@example.com", "subject": "a", "body": "b"})
    with sessions() as session:
        assert session.query(Ticket).count() == 1
        assert session.query(TicketDelivery).count() == 0


def test_the_form_and_the_api_hand_tickets_over(make_client, sessions):
    client = make_client(ticket_delivery=("webhook", "email"))
    ticket = {"email": "kim@example.com", "subject": "a", "body": "b"}
    client.post("/api/v1/tickets", json=ticket)
    client.post("/en/contact", data=ticket | {"body": "c"})
    with sessions() as session:
        assert [each.channel for each in session.query(TicketDelivery)] == ["webhook", "email"] * 2


def test_a_webhook_is_signed_and_says_what_was_tried(carry, send, sessions, desk):
    ticket_id = send("webhook", [("shot.png", PNG)])
    assert carry(ticket_delivery=("webhook",)) == 1
    (path, headers, body) = desk.requests[0]
    stamp, signature = headers["Kotae-Timestamp"], headers["Kotae-Signature"]
    check_signature("hook secret", stamp, signature, body, now=datetime.now(UTC))
    sent = json.loads(body)
    assert sent["ticket_id"] == ticket_id
    assert sent["asked"] == ["refund late"]
    assert [(each["title"], each["helped"]) for each in sent["read"]] == [
        ("Get a refund", False),
        ("Use a gift card", True),
    ]
    assert sent["read"][0]["url"] == f"{SITE}/en/articles/refund"
    assert (sent["page"], sent["locale"], sent["custom"]) == ("/cart", "en", {"plan": "pro"})
    assert base64.b64decode(sent["attachments"][0]["data"]) == PNG
    with sessions() as session:
        assert session.get(Ticket, ticket_id).reference == "HOOK-1"
    assert (delivery(sessions).state, carry(ticket_delivery=("webhook",))) == ("delivered", 0)


def test_what_the_help_desk_reported_before_its_answer_came_is_about_the_ticket(
    carry, send, sessions, clock
):
    """Its own trigger is quicker than the answer that tells us its number."""
    ticket_id = send("webhook", session="visit")
    told = {"id": "trigger", "ticket_id": "", "reference": "HOOK-1", "outcome": "created"}
    with sessions() as session:
        record_outcome(session, Outcome(**told, at=clock(), data={}, session="visit"), now=clock())
    carry(ticket_delivery=("webhook",))
    with sessions() as session:
        assert session.get(TicketOutcome, "trigger").ticket_id == ticket_id


def test_zendesk_gets_a_ticket_in_its_senders_name_with_uploaded_files(carry, send, sessions, desk):
    ticket_id = send("zendesk", [("shot.png", PNG)])
    carry(ticket_delivery=("zendesk",))
    ticket = json.loads(desk.requests[1][2])["ticket"]
    assert ticket["requester"] == {"name": "kim", "email": "kim@example.com"}
    assert ticket["comment"]["uploads"] == ["token-shot.png"]
    assert "Read, but it did not help: Get a refund" in ticket["comment"]["body"]
    assert ticket["external_id"] == ticket_id
    with sessions() as session:
        assert session.get(Ticket, ticket_id).reference == "35436"


def test_zendesk_makes_one_ticket_of_two_attempts(carry, send, desk, sessions, clock):
    """The answer to the first attempt was lost: the key is the same, and so is the ticket."""
    send("zendesk")
    carry(ticket_delivery=("zendesk",))
    with sessions.begin() as session:
        again = session.query(TicketDelivery).one()
        again.state, again.next_at = "waiting", clock.now
    carry(ticket_delivery=("zendesk",))
    assert len(desk.requests) == 2
    assert len(desk.tickets) == 1


def test_zammad_gets_a_ticket_for_a_customer_found_by_address(carry, send, sessions, desk):
    ticket_id = send("zammad", [("notes.txt", "메모".encode())])
    carry(ticket_delivery=("zammad",), helpdesk_token="za-token", helpdesk_group="Sales")
    ticket = desk.tickets[0]
    assert (ticket["group"], ticket["customer_id"]) == ("Sales", "guess:kim@example.com")
    assert ticket["article"]["attachments"][0]["filename"] == "notes.txt"
    assert ticket_id in ticket["article"]["body"]
    with sessions() as session:
        assert session.get(Ticket, ticket_id).reference == "22001"


def test_a_mail_says_who_to_answer_and_carries_the_files(carry, send, mails):
    send("email", [("shot.png", PNG)], subject="환불 문의\r\nBcc: x@evil.example")
    carry(ticket_delivery=("email",), smtp_url=mails.url)
    mail = email.message_from_bytes(mails.mails[0], policy=email.policy.default)
    assert (mail["To"], mail["Reply-To"]) == ("team@example.com", "kim@example.com")
    assert mail["Subject"] == "환불 문의 Bcc: x@evil.example"
    assert mail["Bcc"] is None
    assert "Asked: refund late" in mail.get_body().get_content()
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("shot.png", PNG)


@pytest.mark.parametrize(
    ("refusal", "state"), [("550 5.1.1 no such user", "dead"), ("451 4.7.1 try later", "waiting")]
)
def test_a_mail_servers_no_is_final_and_its_later_is_not(
    carry, send, sessions, mails, refusal, state
):
    send("email")
    mails.refusal = refusal
    carry(ticket_delivery=("email",), smtp_url=mails.url)
    assert delivery(sessions).state == state
    assert refusal[4:] in delivery(sessions).fault


def test_what_fails_is_tried_again_ever_more_seldom_and_given_up_in_sight(
    carry, send, sessions, desk, clock
):
    send("webhook")
    desk.failures = [(503, {})] * MOST_ATTEMPTS
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert carry(ticket_delivery=("webhook",)) == 1
        assert carry(ticket_delivery=("webhook",)) == 0
        assert delivery(sessions).attempts == attempt
        clock.now += pause_after(attempt)
    assert delivery(sessions).state == "dead"
    assert "503" in delivery(sessions).fault
    assert carry(ticket_delivery=("webhook",)) == 0


def test_pauses_grow_to_half_a_day():
    minutes = [pause_after(attempt) / timedelta(minutes=1) for attempt in range(1, 9)]
    assert minutes == [1, 4, 16, 64, 256, 720, 720, 720]


def test_a_help_desk_that_asks_for_time_is_given_it(carry, send, sessions, desk, clock):
    send("webhook")
    desk.failures = [(429, {"Retry-After": "7200"})]
    carry(ticket_delivery=("webhook",))
    assert delivery(sessions).next_at == clock.now + timedelta(hours=2)


@pytest.mark.parametrize("status", [400, 404, 413, 422])
def test_what_will_never_be_taken_is_not_sent_twice(carry, send, sessions, desk, status):
    send("webhook")
    desk.failures = [(status, {})]
    carry(ticket_delivery=("webhook",))
    assert (delivery(sessions).state, len(desk.requests)) == ("dead", 1)


def test_a_ticket_goes_nowhere_but_to_the_address_that_was_set(carry, send, sessions, desk):
    send("webhook")
    desk.failures = [(302, {"Location": f"{desk.url}/elsewhere"})]
    carry(ticket_delivery=("webhook",))
    assert [path for path, _, _ in desk.requests] == ["/hook"]
    assert delivery(sessions).state == "waiting"


def test_a_wrong_token_can_be_mended(carry, send, sessions, desk, clock):
    send("zendesk")
    carry(ticket_delivery=("zendesk",), helpdesk_token="wrong")
    assert delivery(sessions).state == "waiting"
    clock.now += pause_after(1)
    carry(ticket_delivery=("zendesk",))
    assert delivery(sessions).state == "delivered"


def test_a_help_desk_that_is_away_is_named(carry, send, sessions):
    send("webhook")
    carry(ticket_delivery=("webhook",), ticket_webhook="http://127.0.0.1:1/hook")
    assert "127.0.0.1:1 cannot be reached" in delivery(sessions).fault


def test_a_ticket_whose_worker_died_comes_up_again(sessions, send, carry, clock):
    send("webhook")

    class Dies:
        def deliver(self, handoff, delivery_id):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver_due(sessions, {"webhook": Dies()}, SITE, clock)
    assert carry(ticket_delivery=("webhook",)) == 0
    clock.now += LEASE
    assert carry(ticket_delivery=("webhook",)) == 1
    assert delivery(sessions).state == "delivered"


def test_couriers_side_by_side_carry_each_ticket_once(sessions, send):
    for number in range(20):
        send("webhook", body=str(number))
    seen = []

    class Counts:
        def deliver(self, handoff, delivery_id):
            seen.append(delivery_id)
            return ""

    threads = [
        threading.Thread(target=deliver_due, args=(sessions, {"webhook": Counts()}, SITE))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == sorted(set(seen))
    assert len(seen) == 20


def test_a_courier_carries_on_after_a_defect_and_stops():
    went = []
    again = threading.Event()

    def go_round():
        went.append(1)
        if len(went) == 1:
            raise RuntimeError("a defect")
        again.set()

    courier = Courier(go_round, interval=0.01)
    courier.start()
    assert again.wait(20)
    courier.stop()


def test_after_a_failure_the_rest_waits_for_the_next_round(sessions, send, carry, desk):
    for number in range(3):
        send("webhook", body=str(number))
    desk.failures = [(503, {}), (422, {})]
    assert carry(ticket_delivery=("webhook",)) == 1
    assert carry(ticket_delivery=("webhook",)) == 2  # a refused one is no reason to stop


def test_an_attempt_that_outlived_its_lease_takes_nothing_back(sessions, send, carry, desk, clock):
    send("webhook")

    class Hangs:
        def deliver(self, handoff, delivery_id):
            clock.now += LEASE
            assert carry(ticket_delivery=("webhook",)) == 1
            raise DeliveryFailed("too late")

    deliver_due(sessions, {"webhook": Hangs()}, SITE, clock)
    assert delivery(sessions).state == "delivered"
    clock.now += pause_after(1)
    assert carry(ticket_delivery=("webhook",)) == 0
    assert len(desk.requests) == 1


def test_a_lease_is_longer_than_all_that_a_delivery_may_take():
    assert LEASE.total_seconds() > (MOST_FILES + 1) * http.LONGEST_SECONDS
    assert min(LEASE, password_reset._LEASE).total_seconds() > mail_server.LONGEST_SECONDS


@pytest.mark.parametrize(
    ("says", "drips"),
    [(b"", b""), (b"220 h", b"i"), (b"220 hi\r\n250-mail\r\n", b"250-more\r\n")],
    ids=["silent", "drips", "never done"],
)
def test_a_mail_server_that_never_ends_is_given_up(says, drips):
    message = EmailMessage()
    message["From"], message["To"] = "help@example.com", "team@example.com"
    with slow_server(says, drips=drips, greets=True) as slow:
        server = MailServer(slow.url.replace("http", "smtp"), sender="x@example.com", seconds=0.3)
        with pytest.raises(DeliveryFailed, match="cannot be used"):
            server.send(message)


def test_dead_ones_are_tried_again_when_asked_for(sessions, send, carry, desk, clock):
    send("webhook")
    desk.failures = [(422, {})]
    carry(ticket_delivery=("webhook",))
    with sessions() as session:
        with pytest.raises(DeliveryNotFound):
            deliver_again(session, [999], clock.now)
        assert deliver_again(session, [], clock.now) == 1
    carry(ticket_delivery=("webhook",))
    assert delivery(sessions).state == "delivered"


@pytest.mark.parametrize("channel", ["webhook", "email", "zendesk", "zammad"])
def test_a_channel_that_lacks_a_setting_is_refused_at_the_start(tmp_path, channel):
    with pytest.raises(SettingsError, match="KB_"):
        open_channels(Settings(var_dir=tmp_path, ticket_delivery=(channel,)))


def test_a_word_that_is_no_channel_is_refused():
    with pytest.raises(SettingsError, match="KB_TICKET_DELIVERY"):
        Settings.from_env({"KB_TICKET_DELIVERY": "pigeon"})
    assert Settings.from_env({"KB_TICKET_DELIVERY": "database"}).ticket_delivery == ()


def test_a_deleted_ticket_takes_its_files_and_deliveries_with_it(sessions, send):
    ticket_id = send("webhook", [("shot.png", PNG)])
    with sessions.begin() as session:
        session.delete(session.get(Ticket, ticket_id))
    with sessions() as session:
        assert session.query(TicketAttachment).count() == session.query(TicketDelivery).count() == 0


def test_the_doctor_names_what_is_missing_and_what_was_given_up(
    sessions, send, carry, desk, settings
):
    desk.failures = [(422, {})]
    assert _check_deliveries(sessions, settings).level == "ok"
    wanting = dataclasses.replace(settings, ticket_delivery=("email",))
    assert "KB_SMTP_URL" in _check_deliveries(sessions, wanting).finding
    send("webhook")
    carry(ticket_delivery=("webhook",))
    assert _check_deliveries(sessions, settings).mend == "kb ticket deliveries"


def test_the_command_line_shows_deliveries_files_and_what_was_tried(
    sessions, send, carry, desk, settings, tmp_path
):
    from app.migrating import head_revision

    ticket_id = send("webhook", [("shot.png", PNG)])
    desk.failures = [(422, {})]
    carry(ticket_delivery=("webhook",))
    with sessions.begin() as session:
        connection = session.connection()
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num TEXT PRIMARY KEY)")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (head_revision(),))

    def run(*arguments):
        env = {"KB_VAR_DIR": str(settings.var_dir)}
        done = CliRunner().invoke(main, ["ticket", *arguments], env=env)
        assert done.exit_code == 0, done.output
        return done.output

    assert "422" in run("deliveries", "--dead")
    assert json.loads(run("deliveries", "--json"))[0]["state"] == "dead"
    assert "1 will be tried again" in run("redeliver")
    shown = run("show", ticket_id)
    assert "Asked: refund late" in shown
    assert "Attachment 1: shot.png (image/png" in shown
    run("attachment", ticket_id, "1", str(tmp_path / "out.png"))
    assert (tmp_path / "out.png").read_bytes() == PNG


def test_a_defect_of_ours_counts_as_an_attempt_and_others_go_on(carry, send, sessions, mails):
    send("email", email="a\u2028@example.com")
    send("email")
    carry(ticket_delivery=("email",), smtp_url=mails.url)
    with sessions() as session:
        poisoned, good = session.query(TicketDelivery).order_by(TicketDelivery.id)
        assert (poisoned.state, poisoned.attempts, good.state) == ("waiting", 1, "delivered")
        assert poisoned.fault
