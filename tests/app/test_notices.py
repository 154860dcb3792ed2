"""Notices: when, where and to whom they are shown; how programs write them."""

from datetime import UTC, datetime, timedelta

import pytest

from app.accounts.audit import list_deeds
from app.models import Notice
from app.notice_fields import read_notice
from app.notices import (
    NoticeNotFound,
    Visit,
    add_notice,
    end_notice,
    mentions,
    notices_for,
    notices_in_force,
    notices_of_late,
    notices_to_come,
)
from app.page_patterns import matches_page
from app.problems import BadRequestData

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TOKEN = {"Authorization": "Bearer letmein"}


def notice(name="n1", **given):
    values = {
        "id": name,
        "kind": "info",
        "texts": {"en": {"title": f"Title of {name}", "body": ""}},
        "locales": [],
        "products": [],
        "pages": [],
        "phrases": [],
        "starts_at": NOW - HOUR,
        "ends_at": NOW + HOUR,
    }
    return Notice(**(values | given))


def shown(*notices, **visit):
    circumstances = Visit(**({"locale": "en"} | visit))
    return [each.id for each in notices_for(notices, circumstances)]


@pytest.mark.parametrize(
    ("starts", "ends", "list_of"),
    [
        (-HOUR, HOUR, notices_in_force),
        (timedelta(), None, notices_in_force),
        (HOUR, None, notices_to_come),
        (-2 * HOUR, timedelta(), notices_of_late),
    ],
)
def test_a_notice_is_in_force_to_come_or_over(sessions, starts, ends, list_of):
    with sessions() as session:
        add_notice(
            session,
            notice(
                starts_at=NOW + starts,
                ends_at=ends and NOW + ends or (NOW if ends == timedelta() else None),
            ),
        )
        lists = (notices_in_force, notices_to_come, notices_of_late)
        found = {each.__name__: len(each(session, NOW)) for each in lists}
    assert found == {each.__name__: int(each is list_of) for each in lists}


def test_the_gravest_notice_comes_first_then_the_newest(sessions):
    with sessions() as session:
        for name, kind, age in (
            ("a", "info", 1),
            ("b", "planned", 2),
            ("c", "problem", 3),
            ("d", "problem", 2),
        ):
            add_notice(session, notice(name, kind=kind, starts_at=NOW - age * HOUR))
        assert [each.id for each in notices_in_force(session, NOW)] == ["d", "c", "b", "a"]


def test_an_ended_notice_is_over_and_an_unknown_one_is_named(sessions):
    with sessions() as session:
        add_notice(session, notice(ends_at=None))
        assert end_notice(session, "n1", now=NOW).ends_at == NOW
        assert notices_in_force(session, NOW) == []
        assert end_notice(session, "n1", now=NOW + HOUR).ends_at == NOW
        with pytest.raises(NoticeNotFound, match="nothing"):
            end_notice(session, "nothing", now=NOW)


def test_a_notice_without_pages_and_words_is_shown_everywhere():
    assert shown(notice()) == ["n1"]


def test_a_notice_is_for_its_languages_and_products_only():
    assert shown(notice(locales=["ko"])) == []
    assert shown(notice(locales=["zh-TW"]), locale="zh-Hant") == ["n1"]
    assert shown(notice(locales=["zh"]), locale="zh-Hant") == []
    assert shown(notice(products=["ios"]), products=frozenset({"web"})) == []
    assert shown(notice(products=["ios"]), products=frozenset({"web", "ios"})) == ["n1"]
    assert shown(notice(products=["ios"])) == ["n1"]  # nobody knows what this visitor uses


def test_pages_and_words_each_call_for_a_notice():
    narrow = notice(pages=["/checkout*"], phrases=["payment"])
    assert shown(narrow, page="https://shop.example.com/cart") == []
    assert shown(narrow, page="https://shop.example.com/checkout/pay?x=1") == ["n1"]
    assert shown(narrow, question="Where is my PAYMENT?") == ["n1"]
    assert shown(narrow, question="Where is my parcel?") == []


@pytest.mark.parametrize(
    ("pattern", "address", "fits"),
    [
        ("/checkout", "https://a.example/checkout/", True),
        ("/checkout", "https://a.example/checkout/pay", False),
        ("/checkout*", "/checkout/pay?step=2#x", True),
        ("*/invoices/*", "https://a.example/me/invoices/7", True),
        ("shop.example.com/*", "https://shop.example.com/cart", True),
        ("https://shop.example.com/*", "http://shop.example.com/cart", True),
        ("shop.example.com/*", "https://evil.example/shop.example.com/", False),
        ("/a*b*c", "/aXbYc", True),
        ("/a*b*c", "/acb", False),
        ("/ab*ab", "/ab", False),
        ("/", "https://a.example", True),
        ("*", "/anything", True),
        ("/x", "http://[", False),
        ("/" + "*a" * 100, "/" + "a" * 2000 + "b", False),
    ],
)
def test_a_pattern_stands_for_addresses(pattern, address, fits):
    assert matches_page(pattern, address) is fits


@pytest.mark.parametrize(
    ("question", "phrase", "found"),
    [
        ("Ｃａｒｄ declined", "card", True),
        ("discard it", "card", False),
        ("카드결제가 안 돼요", "결제", True),
        ("お支払いできない", "支払", True),
        ("my  card\tfails", "card fails", True),
        ("anything", " ", False),
        ("a.b", "axb", False),
    ],
)
def test_a_phrase_is_found_as_words(question, phrase, found):
    assert mentions(question, phrase) is found


def test_a_notice_is_read_in_the_nearest_language_it_is_written_in():
    texts = {tag: {"title": tag} for tag in ("en", "ko", "zh-TW")}
    for locale, written in (("ko", "ko"), ("zh-Hant", "zh-TW"), ("ja", "en")):
        (found,) = notices_for([notice(texts=texts)], Visit(locale))
        assert (found.title, found.locale, found.body) == (written, written, "")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "joke"}, "kind"),
        ({"texts": {}}, "texts"),
        ({"texts": {"en": "x"}}, "texts.en"),
        ({"texts": {"en": {"title": " "}}}, "texts.en.title"),
        ({"texts": {"??": {"title": "x"}}}, "texts"),
        ({"locales": ["klingon"]}, "locales"),
        ({"pages": "x"}, "pages"),
        ({"phrases": [""]}, "phrases"),
        ({"starts_at": "soon"}, "starts_at"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, "ends_at"),
    ],
)
def test_every_bad_field_of_a_notice_is_named(values, field):
    good = {"kind": "info", "texts": {"en": {"title": "x"}}}
    assert read_notice(good, now=NOW).starts_at == NOW
    with pytest.raises(BadRequestData) as refused:
        read_notice(good | values, now=NOW)
    assert [problem.field for problem in refused.value.problems] == [field]


NEW = {
    "kind": "problem",
    "texts": {
        "en": {"title": "Cards fail <b>"},
        "ko": {"title": "카드 오류", "body": "고치고 있어요"},
    },
    "phrases": ["refund"],
    "pages": ["*/articles/sign-in", "/cart"],
}


@pytest.fixture
def writer(sessions, make_client):
    return make_client(api_token="letmein")


def test_who_has_the_token_writes_and_ends_notices(writer, sessions):
    made = writer.post("/api/v1/notices", json=NEW, headers=TOKEN)
    assert made.status_code == 201
    name = made.get_json()["id"]
    assert [each["id"] for each in writer.get("/api/v1/notices").get_json()["items"]] == [name]
    ended = writer.post(f"/api/v1/notices/{name}/end", headers=TOKEN)
    assert (ended.status_code, bool(ended.get_json()["ends_at"])) == (200, True)
    assert writer.get("/api/v1/notices").get_json()["items"] == []
    assert writer.post("/api/v1/notices/x/end", headers=TOKEN).status_code == 404
    with sessions() as session:
        deeds = [(deed.actor, deed.action, deed.subject) for deed in list_deeds(session)]
    assert deeds == [
        ("KB_API_TOKEN", action, f"notice:{name}") for action in ("notice.end", "notice.add")
    ]


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer x"}, {"Authorization": "Bearer "}]
)
def test_nobody_else_does(writer, client, headers):
    for each in (writer, client):
        assert each.post("/api/v1/notices", json=NEW, headers=headers).status_code == 401
        assert each.post("/api/v1/notices/x/end", headers=headers).status_code == 401


def test_a_notice_shows_where_it_concerns_and_nowhere_else(writer):
    def titles(address):
        return "카드 오류" in writer.get(address).get_data(as_text=True)

    writer.post("/api/v1/notices", json=NEW, headers=TOKEN)
    seen = (
        "/ko/articles/sign-in",
        "/ko/search?q=refund",
        "/ko/status",
        "/ko/contact?q=refund",
        "/ko/contact?page=https://shop.example.com/cart",
        "/ko/for?page=/cart",
    )
    unseen = ("/ko/", "/ko/articles/refund", "/ko/search?q=parcel", "/ko/contact", "/ko/for")
    assert {address: titles(address) for address in (*seen, *unseen)} == dict.fromkeys(
        seen, True
    ) | dict.fromkeys(unseen, False)
    english = writer.get("/en/articles/sign-in").get_data(as_text=True)
    assert "Cards fail &lt;b&gt;" in english


def test_suggestions_and_results_carry_the_notices_of_the_question_and_the_page(writer):
    writer.post("/api/v1/notices", json=NEW, headers=TOKEN)
    for query in (
        "suggest?q=refund&locale=ko",
        "search?q=refund&locale=ko",
        "suggest?q=parcel&locale=ko&page=https://shop.example.com/cart",
    ):
        (found,) = writer.get(f"/api/v1/{query}").get_json()["notices"]
        assert (found["title"], found["locale"], found["url"]) == ("카드 오류", "ko", "/ko/status")
    assert writer.get("/api/v1/suggest?q=parcel&locale=ko").get_json()["notices"] == []


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", "1 Mar 2026, 20:00 to 6 Mar 2126, 21:30 (Asia/Seoul)"),
        ("ko", "2026년 3월 1일 20:00 ~ 2126년 3월 6일 21:30 (Asia/Seoul)"),
        ("ja", "2026年3月1日 20:00 〜 2126年3月6日 21:30 (Asia/Seoul)"),
        ("zh-Hant", "2026年3月1日 20:00 至 2126年3月6日 21:30 (Asia/Seoul)"),
    ],
)
def test_planned_work_says_when_in_the_readers_words(sessions, make_client, locale, words):
    with sessions() as session:
        ends = datetime(2126, 3, 6, 12, 30, tzinfo=UTC)
        add_notice(session, notice(kind="planned", starts_at=NOW - HOUR, ends_at=ends))
    text = make_client(time_zone="Asia/Seoul").get(f"/{locale}/status").get_data(as_text=True)
    assert words in text


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", "1 Jun 2126, 23:30 to 23:45 (Asia/Seoul)"),
        ("ko", "2126년 6월 1일 23:30 ~ 23:45 (Asia/Seoul)"),
        ("zh", "2126年6月1日 23:30 至 23:45 (Asia/Seoul)"),
    ],
)
def test_planned_work_of_one_day_names_the_day_once(sessions, make_client, locale, words):
    starts = datetime(2126, 6, 1, 14, 30, tzinfo=UTC)
    with sessions() as session:
        ends = starts + timedelta(minutes=15)
        add_notice(session, notice(kind="planned", starts_at=starts, ends_at=ends))
    text = make_client(time_zone="Asia/Seoul").get(f"/{locale}/status").get_data(as_text=True)
    assert words in text
