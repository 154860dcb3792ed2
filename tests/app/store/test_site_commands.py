"""`kb notice`, `kb ticket`, `kb brand`: what they print and what they refuse."""

import json

import pytest
from click.testing import CliRunner

from app import cli
from app.db import create_database_engine, session_factory
from app.models import Ticket
from app.settings import Settings


@pytest.fixture
def kb(tmp_path):
    environment = {"KB_VAR_DIR": str(tmp_path / "var"), "KB_DATABASE_URL": ""}

    def run(*arguments, code=0, **variables):
        result = CliRunner().invoke(cli.main, arguments, env=environment | variables)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result.output

    run("migrate")
    return run


def test_a_notice_is_added_listed_and_ended(kb):
    made = json.loads(
        kb(
            "notice", "add", "--kind", "planned",
            "--title", "en=Payments pause", "--title", "ko=결제 점검", "--body", "ko=새벽 2시부터",
            "--starts", "2026-03-01T02:00+09:00", "--ends", "2126-03-02", "--page", "/pay*",
            "--phrase", "card", "--locale", "ko", "--product", "web", "--json",
        )
    )  # fmt: skip
    assert made["texts"] == {
        "en": {"title": "Payments pause", "body": ""},
        "ko": {"title": "결제 점검", "body": "새벽 2시부터"},
    }
    assert (made["starts_at"], made["ends_at"]) == ("2026-02-28T17:00:00Z", "2126-03-02T00:00:00Z")
    lists = [made[name] for name in ("pages", "phrases", "locales", "products")]
    assert lists == [["/pay*"], ["card"], ["ko"], ["web"]]
    assert made["id"] in kb("notice", "list")
    assert "2126" not in kb("notice", "end", made["id"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("notice", "add"), "--title"),
        (("notice", "add", "--title", "no language"), "LOCALE=TEXT"),
        (("notice", "add", "--title", "en=x", "--body", "ko=y"), "--title ko"),
        (("notice", "add", "--title", "??=x"), "texts"),
        (("notice", "add", "--title", "en=x", "--ends", "2020-01-01"), "ends_at"),
        (("notice", "end", "nothing"), "nothing"),
        (("ticket", "show", "nothing"), "nothing"),
        (("ticket", "reply", "nothing", " "), "empty"),
    ],
)
def test_what_cannot_be_done_is_named(kb, arguments, said):
    code = 1 if arguments[1] in ("end", "show") or said in ("texts", "ends_at") else 2
    assert said in kb(*arguments, code=code)


def test_a_message_is_read_answered_and_closed(kb, tmp_path):
    engine = create_database_engine(Settings(var_dir=tmp_path / "var"))
    with session_factory(engine).begin() as session:
        session.add(Ticket(id="t1", email="kim@example.com", subject="환불", body="언제 와요?"))
    engine.dispose()
    assert "t1" in kb("ticket", "list")
    assert "언제 와요?" in kb("ticket", "show", "t1")
    assert "answered" in kb("ticket", "reply", "t1", "내일 도착해요.")
    assert kb("ticket", "list") == ""
    assert "내일 도착해요." in kb("ticket", "show", "t1")
    assert "solved" in kb("ticket", "close", "t1")
    assert "closed" in kb("ticket", "close", "t1", "--unsolved")
    said = [line.split()[4:6] for line in kb("user", "log").splitlines()]
    assert said == [["ticket.close", "ticket:t1"]] * 2 + [["ticket.reply", "ticket:t1"]]


def test_the_look_is_checked(kb):
    printed = kb(
        "brand",
        KB_SITE_NAME="Haru",
        KB_ACCENT_COLOR="#ffdd00",
        KB_FOOTER_LINKS="Shop=https://shop.example.com",
        KB_PRODUCTS="web=Website",
    )
    assert "name      Haru" in printed
    assert "in the light theme" in printed
    assert "in the dark theme" in printed
    assert "link      Shop: https://shop.example.com" in printed
    assert "product   web: Website" in printed
    refused = kb("brand", code=1, KB_ACCENT_COLOR="yellow")
    assert "KB_ACCENT_COLOR" in refused
