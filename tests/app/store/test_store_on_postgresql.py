"""The store's life on PostgreSQL: import, edit, index, prune, export, as on SQLite."""

import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.oidc_accounts import KnownPerson, enter
from app.deflection.report import make_report
from app.editing.lifecycle import archive
from app.editing.publication import publish
from app.editing.reviewing import submit_for_review
from app.editing.scheduling import schedule
from app.editing.transaction import ArticleName
from app.exporting import export_folder
from app.indexing import bring_up_to_date, count_waiting
from app.migrating import upgrade
from app.models import Article, Event, Letter, User, utc_now
from app.notifications.gathering import QUIET
from app.notifications.sending import tell_staff
from app.notifications.topics import keep_choice
from app.outbox import note_passed_times
from app.settings import Settings
from app.syncing import sync_folder
from tests.staff_fixtures import add_staff
from tests.store_helpers import EDITOR, PNG, publish_source, read_tree, save_source, write_tree

pytestmark = pytest.mark.postgresql

FILES = {
    "en/pay/_category.md": "---\ntitle: Pay\n---\n",
    "en/pay/refund.md": "---\r\nredirect_from: [/old]\r\n---\r\n# Refund\r\n[a](../a.md)\r\n",
    "en/a.md": "\ufeff# A 🙂\n![cat](cat.png)\n",
    "ko/pay/refund.md": "# 환불\n",
    "en/cat.png": PNG,
}


@pytest.fixture
def settings(postgresql_url, tmp_path):
    variables = {"KB_VAR_DIR": str(tmp_path / "var"), "KB_DATABASE_URL": postgresql_url}
    made = Settings.from_env(variables)
    upgrade(made)
    return made


def test_a_folder_goes_in_is_indexed_and_comes_out_again(
    tmp_path, settings, sessions, run_import, index
):
    root = write_tree(tmp_path / "in", FILES)
    report = run_import(root)
    assert (report.created, report.failed, report.warnings) == (3, (), ())
    index.stale = True
    assert bring_up_to_date(sessions, index) == 3
    assert set(index.documents) == {"pay/refund@en", "a@en", "pay/refund@ko"}
    assert run_import(root).unchanged == 3
    assert count_waiting(sessions) == 0
    export_folder(tmp_path / "out", session_factory=sessions, settings=settings)
    assert read_tree(tmp_path / "out") == read_tree(root)
    (root / "ko/pay/refund.md").unlink()
    assert run_import(root, prune=True).retired == 1
    bring_up_to_date(sessions, index)
    assert set(index.documents) == {"pay/refund@en", "a@en"}


def test_an_edit_is_published_when_its_time_has_come(sessions, find, index):
    name = {"article_id": "a", "locale": "en"}
    with sessions() as session:
        save_source(session, **name, source="# A")
    with sessions() as session:
        publish(session, EDITOR, ArticleName(**name))
    with sessions() as session:
        schedule(session, EDITOR, ArticleName(**name), expires_at=utc_now() + timedelta(seconds=1))
    with sessions() as session:
        session.scalars(select(Article)).one().indexed = True
        session.commit()
    while find("a").is_visible(utc_now()):
        time.sleep(0.1)
    assert note_passed_times(sessions) == 1
    bring_up_to_date(sessions, index)
    assert [call[0] for call in index.calls] == ["remove"]


def test_both_sides_are_synced_merged_and_kept_in_conflict(tmp_path, settings, sessions, find):
    text = "# A\n\none\n\ntwo\n\nthree\n"
    root = write_tree(tmp_path / "articles", {"en/a.md": text, "en/b.md": text})

    def sync():
        return sync_folder(root, session_factory=sessions, settings=settings)

    assert sync().counts == {"create": 2}
    for name in ("a", "b"):
        with sessions() as session:
            source = text.replace("one", "ONE")
            publish_source(session, article_id=name, locale="en", source=source)
    write_tree(root, {"en/a.md": text.replace("three", "3"), "en/b.md": text.replace("one", "1")})
    report = sync()
    assert (report.counts, report.conflicts) == (
        {"merge": 1, "push": 1, "conflict": 1},
        ("en/b.md",),
    )
    assert find("a").source == text.replace("one", "ONE").replace("three", "3")
    with sessions() as session:
        archive(session, EDITOR, ArticleName("a", "en"))
    assert sync().counts == {"remove": 1, "conflict": 1}


def test_a_failed_import_leaves_nothing_behind(tmp_path, run_import, sessions, monkeypatch):
    def fail(*arguments, **options):
        raise RuntimeError("power cut")

    monkeypatch.setattr("app.importing.storing.store_attachments", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        run_import(write_tree(tmp_path / "in", FILES))
    with sessions() as session:
        assert session.scalars(select(Article)).all() == []


def test_two_servers_that_start_together_migrate_once(postgresql_url, tmp_path):
    failures = []

    def start(number):
        variables = {"KB_VAR_DIR": str(tmp_path / str(number)), "KB_DATABASE_URL": postgresql_url}
        try:
            upgrade(Settings.from_env(variables))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=start, args=[number]) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_events_are_counted(sessions):
    with sessions() as session:
        session.add(Event(id="1", session="s", type="helpful", at=utc_now()))
        session.commit()
        counts = make_report(session, since=None, window=timedelta(hours=72), now=utc_now()).counts
    assert (counts.events["helpful"], counts.sessions) == (1, 1)


def test_workers_tell_staff_once_of_what_was_done(tmp_path, settings, sessions, run_import):
    run_import(write_tree(tmp_path / "in", FILES))
    with sessions() as session:
        for name in ("kim", "lee"):
            add_staff(session, name, "reviewer")
        name = ArticleName("pay/refund", "ko")
        save_source(session, article_id="pay/refund", locale="ko", source="# 환불받기\n")
        submit_for_review(session, EDITOR, name)
    sent = []

    class Notes:
        def send(self, letter):
            sent.append((letter.email, letter.words.subject))

    def later():
        return utc_now() + QUIET

    work = (sessions, {"email": Notes()}, settings, later)
    threads = [threading.Thread(target=tell_staff, args=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    subject = f"환불: {EDITOR.name} asks for a review"
    assert sorted(sent) == [("kim@example.com", subject), ("lee@example.com", subject)]
    with sessions() as session:
        assert {letter.state for letter in session.scalars(select(Letter))} == {"delivered"}
        kim = session.scalars(select(User).where(User.email == "kim@example.com")).one()
        keep_choice(session, kim, locale="ko", topics={"email": ["comment"]})
        keep_choice(session, kim, locale="ja", topics={"email": ["review"]})
        person = KnownPerson("https://id.example", "7", "kim@example.com", True, "Kim", ())
        assert enter(session, person, "writer", now=utc_now()).id == kim.id
        assert enter(session, person, "reader", now=utc_now()).role == "reader"
