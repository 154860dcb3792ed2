"""Who is told of what was done to an article, in which words, how often; nothing is lost."""

import json
import threading
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest
from sqlalchemy import select

from app.editing.publication import publish
from app.editing.reviewing import Remark, approve, comment, send_back, submit_for_review
from app.editing.scheduling import publish_planned, schedule
from app.editing.transaction import ArticleName
from app.editor.people import actor_of
from app.models import EditorialAction, Letter, User, utc_now
from app.notifications.gathering import APART, QUIET, gather_letters
from app.notifications.sending import last_fault, tell_staff
from app.notifications.topics import find_choice, keep_choice
from app.notifications.ways import open_ways
from app.outbox import note_passed_times
from app.settings import Settings, SettingsError
from app.ticket_delivery.attempts import LEASE, MOST_ATTEMPTS, pause_after
from app.tickets import check_signature
from tests.app.store.editing.conftest import NAME
from tests.app.ticket_delivery.help_desk import HelpDesk
from tests.staff_fixtures import add_staff

TEXT = "---\ntitle: Get a refund\n---\nOne.\n\nTwo.\n"


class Clock:
    def __init__(self):
        self.now = datetime.now(UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def mail_settings(settings, mails):
    return Settings(
        var_dir=settings.var_dir,
        smtp_url=mails.url,
        mail_from="help@example.com",
        base_url="https://help.example.com",
    )


@pytest.fixture
def people(sessions):
    """A writer, two reviewers and a publisher as actors, by their first names."""
    roles = {"kim": "writer", "lee": "reviewer", "park": "reviewer", "choi": "publisher"}
    made = {}
    with sessions() as session:
        for name, role in roles.items():
            user = add_staff(session, name, role)
            made[name] = actor_of(session, user)
    return made


@pytest.fixture
def tell(sessions, mail_settings, clock):
    """Lets `later` pass, and carries what is due."""

    def go(later=QUIET, **changes):
        clock.now += later
        chosen = Settings(**(vars(mail_settings) | changes)) if changes else mail_settings
        return tell_staff(sessions, open_ways(chosen), chosen, clock)

    return go


def read(mails):
    """(recipient, subject, text) of every mail so far, and forget them."""
    parsed = [message_from_bytes(raw, policy=policy.default) for raw in mails.mails]
    mails.mails.clear()
    return sorted(
        (str(each["To"]), str(make_header(decode_header(each["Subject"]))), each.get_content())
        for each in parsed
    )


def recipients(mails):
    return [to.partition("<")[2].partition("@")[0] for to, _, _ in read(mails)]


def choose(sessions, name, **values):
    with sessions() as session:
        user = session.scalars(select(User).where(User.email == f"{name}@example.com")).one()
        keep_choice(session, user, **values)


@pytest.fixture
def submitted(desk, people, tell):
    """An article of Kim's that waits for a reviewer; nobody was told yet."""
    tell()
    desk.save(TEXT, actor=people["kim"])
    desk(submit_for_review, people["kim"], NAME, note="Please look at step two")


def test_whoever_may_review_is_told_that_a_review_is_asked_for(submitted, tell, mails):
    assert tell(timedelta()) == 0  # it waits a little for more
    assert tell() == 3
    told = read(mails)
    assert [to.partition(" ")[0] for to, _, _ in told] == ["Choi", "Lee", "Park"]
    _, subject, text = told[0]
    assert subject == "Get a refund: Kim asks for a review"
    assert "Please look at step two" in text
    assert "https://help.example.com/edit/text/en/pay/refund" in text
    assert "https://help.example.com/account/notifications" in text
    assert tell(timedelta(hours=1)) == 0


def test_the_writer_is_told_of_an_answer_and_of_remarks_in_one_letter(
    submitted, desk, people, tell, mails
):
    tell()
    read(mails)
    desk(
        comment,
        people["lee"],
        NAME,
        revision=1,
        remark=Remark("Say when", "Two.", TEXT.find("Two.")),
    )
    desk(send_back, people["lee"], NAME, revision=1, note="Nearly there")
    tell(timedelta(minutes=20))
    [(to, subject, text)] = [each for each in read(mails) if "kim@" in each[0]]
    assert subject == "Get a refund: 2 new things"
    assert text.index("Lee left a remark") < text.index("Say when") < text.index("Nearly there")


def test_nobody_is_told_of_what_they_did_themselves(submitted, desk, people, tell, mails):
    tell()
    read(mails)
    desk(approve, people["choi"], NAME, revision=1)
    tell()
    assert recipients(mails) == ["kim"]


def test_letters_about_one_article_keep_apart(submitted, desk, people, tell, mails):
    tell()
    read(mails)
    for text in ("First", "Second", "Third"):
        desk(comment, people["choi"], NAME, revision=1, remark=Remark(text))
    tell()
    tell()
    assert recipients(mails) == ["kim"]
    desk(comment, people["choi"], NAME, revision=1, remark=Remark("Fourth"))
    desk(comment, people["choi"], NAME, revision=1, remark=Remark("Fifth"))
    assert tell() == 0
    assert tell(APART / 2) == 0
    assert tell(APART / 2) == 1
    [(_, subject, _)] = read(mails)
    assert subject == "Get a refund: 2 new things"


def test_a_planned_publication_is_told_to_who_planned_it(desk, people, tell, mails, sessions):
    tell()
    desk.publish(TEXT, actor=people["choi"])
    desk.save(TEXT.replace("Two", "Three"), base=1, actor=people["kim"])
    soon = utc_now() + timedelta(hours=1)
    desk(schedule, people["choi"], NAME, publish_at=soon)
    assert publish_planned(sessions, soon) == 1
    tell(timedelta(hours=2))
    [(to, subject, _)] = read(mails)
    assert (to, subject) == ("Choi <choi@example.com>", "Get a refund: published as planned")


def test_a_first_publication_and_an_end_that_were_planned_are_told_too(
    desk, people, tell, mails, sessions
):
    tell()
    desk.save(TEXT, actor=people["kim"])
    soon = utc_now() + timedelta(hours=1)
    desk(schedule, people["choi"], NAME, publish_at=soon, expires_at=soon + timedelta(hours=1))
    assert note_passed_times(sessions, soon) == 1
    assert note_passed_times(sessions, soon + timedelta(hours=1)) == 1
    tell(timedelta(hours=3))
    [(to, _, text)] = read(mails)
    assert to == "Choi <choi@example.com>"
    assert text.index("published as planned") < text.index("taken offline as planned")


def test_a_plan_that_fails_and_the_conflict_behind_it_are_told(desk, people, tell, mails, sessions):
    tell()
    desk.publish(TEXT, actor=people["choi"])
    desk.save(TEXT.replace("Two", "Two of Kim"), base=1, actor=people["kim"])
    soon = utc_now() + timedelta(hours=1)
    desk(schedule, people["choi"], NAME, publish_at=soon)
    with sessions() as session:
        from app.content import read_content
        from app.editing.revisions import append_revision, show_revision
        from app.editing.transaction import writing

        with writing(session, people["choi"]) as tx:
            article = tx.open(NAME, "publish")
            content = read_content(TEXT.replace("Two", "Two of Choi").encode())
            show_revision(tx, article, content, append_revision(tx, article, content, note=""))
    assert publish_planned(sessions, soon) == 0
    tell(timedelta(hours=2))
    texts = {to.partition(" ")[0]: text for to, _, text in read(mails)}
    assert "the planned publication failed" in texts["Choi"]
    assert "two texts changed the same lines" in texts["Kim"]


def test_the_owner_an_article_names_is_told(desk, people, tell, mails):
    tell()
    owned = TEXT.replace("---\nOne", "owner: park@example.com\n---\nOne")
    desk.save(owned, actor=people["kim"])
    desk(comment, people["choi"], NAME, revision=1, remark=Remark("Hm"))
    tell()
    assert recipients(mails) == ["kim", "park"]


def test_each_chooses_what_to_hear_and_in_which_language(submitted, tell, mails, sessions):
    choose(sessions, "lee", locale="ko", topics={"email": ["review"]})
    choose(sessions, "park", locale="ja", topics={"email": ["comment"]})
    choose(sessions, "choi", locale="zh-Hant", topics={"email": ["review", "nonsense"]})
    tell()
    told = {to.partition(" ")[0]: (subject, text) for to, subject, text in read(mails)}
    assert set(told) == {"Choi", "Lee"}
    assert told["Lee"][0] == "[Get a refund] Kim님이 검토를 요청했습니다"
    assert told["Choi"][0] == "Get a refund：Kim 請求審閱"


def test_one_thing_done_to_many_articles_is_one_mail(desk, people, tell, mails, sessions):
    tell()
    names = [ArticleName(f"pay/{number}", "en") for number in range(7)]
    for name in names:
        desk.save(
            TEXT.replace("refund", f"refund {name.article_id[-1]}"), actor=people["kim"], name=name
        )
        desk(submit_for_review, people["kim"], name)
    assert tell() == 3
    subjects = {subject for _, subject, _ in read(mails)}
    assert subjects == {"News about 7 articles"}
    with sessions() as session:
        states = [letter.state for letter in session.scalars(select(Letter))]
    assert states == ["delivered"] * 21


def test_a_program_is_told_signed(submitted, tell, sessions, mail_settings, clock):
    choose(sessions, "lee", locale="en", topics={"webhook": ["review"]})
    hook = HelpDesk()
    try:
        tell(notify_webhook=f"{hook.url}/hook", notify_webhook_secret="shared")
    finally:
        hook.stop()
    [(path, headers, body)] = hook.requests
    check_signature(
        "shared", headers["Kotae-Timestamp"], headers["Kotae-Signature"], body, now=utc_now()
    )
    told = json.loads(body)
    assert told["type"] == "article.news"
    assert told["recipient"]["email"] == "lee@example.com"
    assert told["article"]["id"] == "pay/refund"
    assert [each["action"] for each in told["news"]] == ["submit"]
    with pytest.raises(SettingsError):
        open_ways(Settings(notify_webhook="https://chat.example.com"))


def test_a_mail_server_that_is_away_costs_a_delay_and_no_letter(submitted, tell, mails, clock):
    mails.refusal = "451 later"
    tell()
    assert [tell(timedelta(seconds=3)) for _ in range(3)] == [1, 1, 0]  # one a round
    mails.refusal = ""
    tell(pause_after(1))
    assert recipients(mails) == ["choi", "lee", "park"]


def test_an_address_that_is_refused_is_given_up_and_its_owner_sees_why(
    submitted, tell, mails, sessions
):
    mails.refusal = "550 no such user"
    tell()
    assert tell(timedelta(days=1)) == 0
    with sessions() as session:
        lee = session.scalars(select(User).where(User.email == "lee@example.com")).one()
        assert "no such user" in last_fault(session, lee)


def test_a_server_that_dies_while_sending_sends_again(submitted, sessions, mail_settings, clock):
    class Dies:
        def send(self, letter):
            raise KeyboardInterrupt

    clock.now += QUIET
    gather_letters(sessions, ["email"], "en", clock.now - QUIET)
    with pytest.raises(KeyboardInterrupt):
        tell_staff(sessions, {"email": Dies()}, mail_settings, clock)
    sent = []

    class Notes:
        def send(self, letter):
            sent.append(letter.email)

    clock.now += LEASE
    tell_staff(sessions, {"email": Notes()}, mail_settings, clock)
    assert sorted(sent) == ["choi@example.com", "lee@example.com", "park@example.com"]


def test_a_server_that_dies_while_gathering_forgets_nothing_and_repeats_nothing(
    submitted, sessions, clock, monkeypatch
):
    from app.notifications import gathering

    def dies(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(gathering, "_forget_old", dies)
        with pytest.raises(KeyboardInterrupt):
            gather_letters(sessions, ["email"], "en", clock.now)
    gather_letters(sessions, ["email"], "en", clock.now)
    gather_letters(sessions, ["email"], "en", clock.now)
    with sessions() as session:
        letters = session.scalars(select(Letter)).all()
        assert [len(letter.items) for letter in letters] == [1, 1, 1]


def test_two_workers_send_each_letter_once(submitted, sessions, mail_settings, clock):
    sent = []

    class Notes:
        def send(self, letter):
            sent.append(letter.email)

    clock.now += QUIET
    work = (sessions, {"email": Notes()}, mail_settings, clock)
    threads = [threading.Thread(target=tell_staff, args=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sent) == ["choi@example.com", "lee@example.com", "park@example.com"]


def test_old_news_and_disabled_people_are_passed_over(submitted, sessions, tell, mails, clock):
    with sessions.begin() as session:
        lee = session.scalars(select(User).where(User.email == "lee@example.com")).one()
        lee.disabled_at = utc_now()
    tell()
    assert recipients(mails) == ["choi", "park"]
    with sessions.begin() as session:
        action = session.scalars(select(EditorialAction).order_by(EditorialAction.id)).all()[-1]
        session.add(
            EditorialAction(
                actor="Kim",
                action="submit",
                article_id=action.article_id,
                locale="en",
                at=clock.now,
            )
        )
    clock.now += timedelta(days=4)
    assert tell() == 0


def test_without_a_way_nobody_is_told_later_of_what_was_before(
    submitted, sessions, mail_settings, clock, tell
):
    tell_staff(sessions, {}, mail_settings, clock)
    assert tell(timedelta(hours=1)) == 0


def test_a_refusing_server_is_tried_ten_times_at_most(submitted, tell, mails, clock):
    mails.refusal = "451 later"
    rounds = [timedelta(hours=13), timedelta(), timedelta()] * (MOST_ATTEMPTS + 3)
    tries = sum(tell(later) for later in rounds)
    assert tries == 3 * MOST_ATTEMPTS


def test_the_default_is_everything_by_mail(sessions, people):
    with sessions() as session:
        kim = session.scalars(select(User).where(User.email == "kim@example.com")).one()
        choice = find_choice(session, kim, "zh-TW")
    assert choice.locale == "zh-Hant"
    assert choice.ways_of("conflict") == ("email",)


def test_publishing_at_once_is_told_to_nobody(submitted, desk, people, tell, mails):
    tell()
    read(mails)
    desk(publish, people["choi"], NAME)
    assert tell() == 0
