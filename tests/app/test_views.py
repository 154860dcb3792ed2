"""The help center's pages: what they show, where they lead, what they guard against."""

import re
from html.parser import HTMLParser

import pytest
from sqlalchemy import select

from app.models import Article, ArticleMedia, Event, Media, Redirect, Ticket
from search.document import Results
from tests.fake_index import make_hit
from tests.help_center import make_article

SHA = "ab" + "0" * 62
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


class Page(HTMLParser):
    """What a test asks of a page: its elements and its words."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.words = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.words.append(data)

    def find(self, tag, **wanted):
        return [
            attributes
            for name, attributes in self.elements
            if name == tag and wanted.items() <= attributes.items()
        ]

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def read(client, address, status=200, **given):
    response = client.get(address, **given)
    assert response.status_code == status, response.headers
    return Page(response.get_data(as_text=True))


@pytest.mark.parametrize(
    ("accepted", "home"),
    [
        ("ko-KR,ko;q=0.9,en;q=0.8", "/ko/"),
        ("fr,ja;q=0.5", "/ja/"),
        ("zh-Hant-TW", "/zh-Hant/"),
        ("zh-HK,zh;q=0.9", "/zh-Hant/"),
        ("zh-SG", "/zh/"),
        ("fr", "/en/"),
        ("", "/en/"),
        ("*", "/en/"),
        (";;q=,=", "/en/"),
    ],
)
def test_the_front_door_leads_to_the_visitors_language(client, accepted, home):
    response = client.get("/", headers={"Accept-Language": accepted})
    assert (response.status_code, response.headers["Location"]) == (302, home)
    assert response.headers["Vary"] == "Accept-Language"


@pytest.mark.parametrize(
    ("locale", "heading"),
    [
        ("en", "Help center"),
        ("ko", "고객센터"),
        ("ja", "ヘルプセンター"),
        ("zh", "帮助中心"),
        ("zh-Hant", "說明中心"),
    ],
)
def test_the_home_page_speaks_the_language_of_its_address(client, locale, heading):
    page = read(client, f"/{locale}/")
    assert page.find("html") == [{"lang": locale, "dir": "ltr"}]
    assert heading in page.text
    assert page.find("form", role="search", action=f"/{locale}/search")
    assert page.find("a", href=f"/{locale}/categories/payment")
    assert page.find("a", href=f"/{locale}/articles/refund", lang=locale.removesuffix("-Hant"))


def test_the_sites_own_name_is_not_translated(sessions, make_client):
    assert "Acme Hilfe" in read(make_client(site_name="Acme Hilfe"), "/ko/").text


def test_a_category_shows_its_shelves_and_articles(client):
    page = read(client, "/ko/categories/payment")
    assert "결제" in page.text
    assert "카드와 환불" in page.text
    assert page.find("a", href="/ko/articles/refund")
    assert page.find("a", href="/ko/categories/payment/cards")


def test_an_article_that_exists_in_another_language_only_is_listed_with_that_language(client):
    page = read(client, "/ko/categories/payment/cards")
    assert page.find("a", href="/ko/articles/gift-cards", lang="en")
    assert page.find("span", **{"class": "language-label"}) == [
        {"class": "language-label", "lang": "en"}
    ]


def test_a_title_in_another_writing_says_which(client):
    page = read(client, "/zh-Hant/categories/payment")
    assert page.find("h1", lang="zh")
    assert page.find("html", lang="zh-Hant")
    assert "lang" not in read(client, "/ko/categories/payment").find("h1")[0]


@pytest.mark.parametrize("slug", ["nothing", "payment/nothing", "%00", "pay", "' OR 1=1"])
def test_an_empty_category_is_not_found(client, slug):
    read(client, f"/en/categories/{slug}", 404)


def test_an_article_is_shown_with_its_way_and_its_languages(client):
    page = read(client, "/ko/articles/refund")
    assert page.find("article", lang="ko", dir="auto")
    assert page.find("a", href="/ko/categories/payment")
    assert page.find("a", href="/ja/articles/refund", lang="ja")
    assert page.find("time") == [{"datetime": "2026-02-03"}]
    assert page.find("link", rel="alternate", hreflang="zh")


def test_an_untranslated_article_is_shown_in_its_own_language_and_says_so(client):
    page = read(client, "/ko/articles/gift-cards")
    assert page.find("html", lang="ko")
    assert page.find("article", lang="en", dir="auto")
    assert "아직 번역되지 않아" in page.text


@pytest.mark.parametrize("article_id", ["escalation", "unfinished", "nothing", "%00", "refund/"])
def test_an_article_that_is_not_public_is_not_found(client, article_id):
    page = read(client, f"/ko/articles/{article_id}", 404)
    assert "페이지를 찾을 수 없습니다" in page.text
    assert page.find("form", role="search", action="/ko/search")
    assert page.find("a", href="/ko/contact")


def test_an_article_may_be_in_any_language_and_the_interface_in_the_nearest(client, sessions):
    with sessions.begin() as session:
        session.add(make_article("refund", "zh-TW", "申請退款"))
        session.add(make_article("refund", "pt-BR", "Reembolso"))
    assert read(client, "/zh-TW/articles/refund").find("html", lang="zh-Hant")
    page = read(client, "/pt-BR/articles/refund")
    assert page.find("html", lang="en")
    assert page.find("article")[0]["lang"] == "pt-BR"
    read(client, "/pt-BR/")


def test_a_language_that_is_not_offered_leads_to_the_nearest_that_is(client):
    for asked, led in [
        ("/en-US/contact?q=a%26b&page=x", "/en/contact?q=a%26b&page=x"),
        ("/ja-JP/articles/refund", "/ja/articles/refund"),
        ("/zh_tw/search?q=%ED%99%98", "/zh-Hant/search?q=%ED%99%98"),
        ("/de/", "/en/"),
        ("/ar/contact", "/en/contact"),
    ]:
        assert client.get(asked).headers["Location"] == led
    read(client, "/xx/contact", 404)
    assert client.post("/ar/contact").status_code == 404


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/KO/articles/refund?x=1", "/ko/articles/refund?x=1"),
        ("/hc/en-us/1234-refunds", "/en/articles/refund"),
        ("/hc/en-us/1234-refunds/", "/en/articles/refund"),
        ("/en/articles/money-back", "/en/articles/refund"),
    ],
)
def test_old_addresses_lead_to_where_the_article_is_now(client, sessions, old, new):
    with sessions.begin() as session:
        article = session.query(make_article("x").__class__).filter_by(
            article_id="refund", locale="en"
        )
        for path in ("/hc/en-us/1234-refunds", "/en/articles/money-back"):
            session.add(Redirect(path=path, article=article.one()))
    response = client.get(old)
    assert (response.status_code, response.headers["Location"]) == (301, new)


def test_results_show_why_they_were_found(client):
    response = client.get("/en/search?q=refund")
    text = response.get_data(as_text=True)
    assert "Get a <mark>refund</mark>" in text
    assert "The <mark>refund</mark> arrives" in text
    words = "The%20refund%20arrives%20within%20five%20days."
    address = f"/en/articles/refund?mark={words}#when:~:text={words}"
    assert Page(text).find("a", href=address)
    assert "1 result" in Page(text).text
    assert response.headers["Cache-Control"] == "no-store"


def test_what_visitors_type_and_editors_write_is_never_markup(client, index, sessions):
    attack = '"><script>alert(1)</script>'
    with sessions.begin() as session:
        session.add(make_article("x", title=attack, html="", category="y"))
    index.hits = [
        make_hit("x", title=attack, title_highlights=((2, 10),), answer=attack, heading=attack)
    ]
    response = client.get("/en/search", query_string={"q": attack})
    for address in ("/en/articles/x", "/en/contact?q=" + attack, "/en/"):
        assert "<script>alert" not in client.get(address).get_data(as_text=True)
    text = response.get_data(as_text=True)
    assert "<script>alert" not in text
    assert "<mark>&lt;script&gt;</mark>" in text


def test_a_question_without_a_good_answer_leads_to_a_person(client, index):
    index.silent = True
    page = read(client, "/en/search?q=capital of Mongolia")
    assert "no good answer" in page.text
    (link, *_) = [a for a in page.find("a") if a["href"].startswith("/en/contact?q=capital")]
    assert "query_id=" in link["href"]


def test_the_nearest_articles_are_offered_as_no_more_than_that(client, index):
    nearest = tuple(index.hits[:1])
    index.search = lambda query: Results(nearest, 1, True, False)
    page = read(client, "/en/search?q=capital of Mongolia")
    assert "no good answer" in page.text
    assert "The nearest articles" in page.text
    assert [a for a in page.find("a") if a["href"].startswith("/en/articles/refund?mark=")]
    assert "1 result" not in page.text


def test_results_in_another_language_say_so(client):
    page = read(client, "/en/search?q=환불")
    assert page.find("span", **{"class": "language-label"}, lang="ko")


def test_results_come_in_pages(client, sessions, index):
    with sessions.begin() as session:
        session.add_all([make_article(f"a{number}", title="word") for number in range(25)])
    index.hits = [make_hit(f"a{number}", title="word") for number in range(25)]
    page = read(client, "/en/search?q=word&page=2")
    assert page.find("a", rel="prev", href="/en/search?q=word&page=1")
    assert page.find("a", rel="next", href="/en/search?q=word&page=3")
    assert "Page 2 of 3" in page.text
    assert not read(client, "/en/search?q=word&page=3").find("a", rel="next")


@pytest.mark.parametrize(
    ("query", "status"),
    [("q=" + "a" * 1001, 400), ("q=%ff", 400), ("page=x", 400), ("q=%00", 200), ("", 200)],
)
def test_a_hostile_search_still_gets_a_page_with_a_search_box(client, query, status):
    page = read(client, f"/ko/search?{query}", status)
    assert page.find("form", role="search", action="/ko/search")


def test_was_this_helpful_works_without_scripts(client, sessions):
    form = {"article_id": "refund", "value": "helpful"}
    response = client.post("/ko/feedback", data=form)
    assert response.status_code == 303
    assert "의견 감사합니다" in read(client, response.headers["Location"].split("#")[0]).text
    with sessions() as session:
        (event,) = session.query(Event).all()
    assert (event.type, event.article_id, event.locale) == ("helpful", "refund", "ko")


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 400),
        ({"article_id": "refund", "value": "solved"}, 400),
        ({"article_id": "escalation", "value": "helpful"}, 404),
    ],
)
def test_bad_feedback_stores_nothing(client, sessions, form, status):
    assert client.post("/en/feedback", data=form).status_code == status
    with sessions() as session:
        assert session.query(Event).count() == 0


def test_the_contact_form_stores_the_message_and_leads_to_its_number(client, sessions):
    form = {
        "email": " kim@example.com ",
        "subject": "환불",
        "body": "언제\r\n와요?",
        "page": "/ko/x",
    }
    response = client.post("/ko/contact", data=form | {"query_id": "q1"})
    assert response.status_code == 303
    number = re.match(r"/ko/contact/sent\?ticket=([0-9a-f]{16})&key=", response.location)[1]
    assert number in read(client, response.location).text
    with sessions() as session:
        ticket = session.get(Ticket, number)
    assert (ticket.email, ticket.subject, ticket.locale) == ("kim@example.com", "환불", "ko")
    assert (ticket.page, ticket.query_id) == ("/ko/x", "q1")


def test_a_bad_contact_form_keeps_what_was_typed_and_ties_each_fault_to_its_field(client):
    response = client.post(
        "/ko/contact", data={"email": "kim", "subject": "", "body": "<b>도움</b>"}
    )
    page = Page(response.get_data(as_text=True))
    assert response.status_code == 422
    for name in ("email", "subject"):
        (field,) = page.find("input", id=name)
        assert (field["aria-invalid"], field["aria-describedby"]) == ("true", f"{name}-fault")
        assert page.find("p", id=f"{name}-fault")
        assert page.find("a", href=f"#{name}")
    (body,) = page.find("textarea")
    assert "aria-invalid" not in body
    assert "<b>도움</b>" in page.text


@pytest.mark.parametrize("ticket", ["", "1", "<b>", "g" * 16, "0" * 17])
def test_a_confirmation_shows_no_number_that_was_made_up(client, ticket):
    read(client, f"/en/contact/sent?ticket={ticket}", 404)


def test_a_page_that_has_not_changed_is_not_sent_again(client):
    for address in ("/en/", "/en/articles/refund", "/en/categories/payment", "/en/contact"):
        first = client.get(address)
        again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert (first.headers["Cache-Control"], again.status_code) == ("no-cache", 304), address


@pytest.fixture
def stored(sessions, settings):
    def store(data, media_type):
        path = settings.media_dir / SHA[:2] / SHA
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
        with sessions.begin() as session:
            session.add(Media(sha256=SHA, media_type=media_type, size=len(data)))
            refund = session.scalars(select(Article).where(Article.article_id == "refund")).first()
            session.add(ArticleMedia(article_pk=refund.id, sha256=SHA))

    return store


@pytest.mark.parametrize(
    ("media_type", "disposition"),
    [
        ("image/svg+xml", "inline"),
        ("image/png", "inline"),
        ("text/html", "attachment"),
        ("application/zip", "attachment"),
        ("application/octet-stream", "attachment"),
    ],
)
def test_stored_files_cannot_run_anything(client, stored, media_type, disposition):
    stored(SVG, media_type)
    with client.get(f"/media/{SHA}/그림.svg") as response:
        assert (response.status_code, response.data) == (200, SVG)
        assert response.headers["Content-Type"].split(";")[0] == media_type
        assert response.headers["Content-Disposition"].startswith(disposition)
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert "script-src" not in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "immutable" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    "address", [f"/media/{SHA}/x", "/media/../x", "/media/%2e%2e/secret_key", "/media/AB/x"]
)
def test_a_file_that_is_not_stored_is_not_found(client, address):
    assert client.get(address).status_code == 404


def test_no_page_sets_a_cookie(client):
    addresses = ("/", "/en/", "/en/search?q=x", "/en/contact", "/api/v1/suggest?q=x", "/nothing")
    assert not any("Set-Cookie" in client.get(address).headers for address in addresses)


def test_an_empty_help_center_still_has_a_front_page(settings, make_client):
    from app.db import create_database_engine
    from app.models import Base

    engine = create_database_engine(settings)
    Base.metadata.create_all(engine)
    engine.dispose()
    assert "No articles have been published yet." in read(make_client(), "/en/").text
