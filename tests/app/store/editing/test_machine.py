"""A machine's draft: made by a real service, marked, and never published without people."""

from datetime import timedelta
from functools import partial

import pytest

from app.editing.actors import Forbidden
from app.editing.lifecycle import archive, rename, take_out_of_archive
from app.editing.machine import AlreadyTranslated, MachineText, draft_by_machine
from app.editing.publication import publish
from app.editing.reviewing import approve, submit_for_review
from app.editing.scheduling import publish_planned, schedule
from app.editing.transaction import ArticleName
from app.editor.translations import list_coverage
from app.models import Revision, utc_now
from app.settings import Settings
from app.translating.http_translator import open_translator
from app.translating.translator import TranslationFailed
from tests.app.store.editing.conftest import NAME, PUBLISHER, REVIEWER, WRITER
from tests.translation_server import start_translation_server

KOREAN = ArticleName(NAME.article_id, "ko")
TEXT = "---\ntitle: Get a refund\n---\nPress **send** in `menu`.\n"
CHECKED = "---\ntitle: 환불받기\n---\n`menu`에서 **보내기**를 누르세요.\n"


@pytest.fixture(scope="module")
def service():
    process, address = start_translation_server()
    yield address
    process.terminate()
    process.wait(10)
    process.stdout.close()


@pytest.fixture
def draft(desk, service):
    """Has the machine draft the Korean text of a published English one."""

    def make(key="", api="libretranslate", actor=WRITER, name=KOREAN, original="en"):
        settings = Settings(translate_url=service, translate_key=key, translate_api=api)
        translator = open_translator(settings)
        options = {"source_locale": original, "translator": translator}
        return desk(draft_by_machine, actor, name, **options)

    return make


@pytest.fixture
def original(desk):
    return desk.publish(TEXT)


def newest(desk):
    def read(session):
        return session.query(Revision).order_by(Revision.id.desc()).first()

    return desk.read(read)


@pytest.mark.parametrize(("api", "key"), [("libretranslate", ""), ("deepl", "secret")])
def test_a_service_makes_a_draft_that_says_so(desk, original, draft, api, key):
    article = draft(key=key, api=api)
    assert (article.status, article.title) == ("draft", "GET A REFUND")
    revision = newest(desk)
    assert revision.author == "Machine translation"
    assert revision.source.endswith("---\nPRESS **SEND** IN `menu`.\n")
    assert "translated_by: machine" in revision.source
    assert [action for _, action, _ in desk.actions()][-2:] == ["create", "translate-by-machine"]
    [covered] = desk.read(partial(list_coverage, demand={}), ["en", "ko", "ja"], "en")
    assert {tag: each.state for tag, each in covered.versions.items()} == {
        "en": "source",
        "ko": "machine",
        "ja": "missing",
    }


@pytest.mark.parametrize("key", ["away", "fewer", "nonsense"])
def test_a_service_that_fails_leaves_nothing_behind(desk, original, draft, key):
    with pytest.raises(TranslationFailed):
        draft(key=key)
    assert newest(desk).source == TEXT


def test_what_somebody_wrote_is_not_replaced(desk, original, draft):
    desk.save(CHECKED, name=KOREAN)
    with pytest.raises(AlreadyTranslated):
        draft()


def test_it_takes_a_writer(original, draft):
    from app.editing.actors import Actor, Grant

    with pytest.raises(Forbidden):
        draft(actor=Actor("Reader", "reader", grants=(Grant("reader"),)))
    korean_only = Actor("Jo", "jo", grants=(Grant("writer", locales=frozenset({"ja"})),))
    with pytest.raises(Forbidden):
        draft(actor=korean_only)


def test_an_owner_cannot_publish_what_nobody_checked(desk, original, draft):
    draft()
    with pytest.raises(MachineText):
        desk(publish, PUBLISHER, KOREAN)
    with pytest.raises(MachineText):
        desk(schedule, PUBLISHER, KOREAN, publish_at=utc_now() + timedelta(1))
    desk(submit_for_review, WRITER, KOREAN)
    desk(approve, REVIEWER, KOREAN, revision=1)
    with pytest.raises(MachineText):
        desk(publish, PUBLISHER, KOREAN)  # approved, but no person says that they checked it


def test_nor_what_was_checked_and_not_approved(desk, original, draft):
    draft()
    desk.save(CHECKED, base=1, name=KOREAN)
    with pytest.raises(MachineText):
        desk(publish, PUBLISHER, KOREAN)


def test_an_approval_before_it_was_checked_does_not_count(desk, original, draft):
    draft()
    desk(submit_for_review, WRITER, KOREAN)
    desk(approve, REVIEWER, KOREAN, revision=1)
    desk.save(CHECKED, base=1, name=KOREAN)
    with pytest.raises(MachineText):
        desk(publish, PUBLISHER, KOREAN)


def test_checked_and_approved_it_is_an_article_like_any_other(desk, original, draft):
    draft()
    desk.save(CHECKED, base=1, name=KOREAN)
    desk(submit_for_review, WRITER, KOREAN)
    desk(approve, REVIEWER, KOREAN, revision=2)
    assert desk(publish, WRITER, KOREAN).status == "published"
    desk.save(CHECKED.replace("누르세요", "눌러 주세요"), base=2, name=KOREAN)
    assert desk(publish, PUBLISHER, KOREAN).status == "published"


def test_no_way_around_shows_it(desk, original, draft, run_import, find, tmp_path, sessions):
    draft()
    desk(archive, PUBLISHER, KOREAN)
    desk(take_out_of_archive, PUBLISHER, KOREAN)
    desk(rename, PUBLISHER, KOREAN.article_id, "money/back")
    with pytest.raises(MachineText):
        desk(publish, PUBLISHER, ArticleName("money/back", "ko"))
    assert publish_planned(sessions) == 0
    assert find("money/back", "ko").status == "draft"
    folder = tmp_path / "folder" / "ja"
    folder.mkdir(parents=True)
    text = "---\ntitle: 返金\nstatus: published\ntranslated_by: machine\n---\n本文\n"
    (folder / "refund.md").write_text(text, encoding="utf-8")
    run_import(tmp_path / "folder")
    assert find("refund", "ja").status == "draft"


def test_a_rename_does_not_take_a_machines_text_past_review(desk, original, draft):
    draft()
    desk.save(CHECKED, base=1, name=KOREAN)
    desk(rename, PUBLISHER, KOREAN.article_id, "money/back")
    renamed = ArticleName("money/back", "ko")
    with pytest.raises(MachineText):
        desk(publish, PUBLISHER, renamed)
    desk(submit_for_review, WRITER, renamed)
    desk(approve, REVIEWER, renamed, revision=3)
    assert desk(publish, WRITER, renamed).status == "published"
