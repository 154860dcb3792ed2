"""The pages of figures: what they show, whom they hide, how they leave the house."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest

from app.models import DeflectionMark, utc_now
from tests.app.deflection.recording import record
from tests.app.deflection.timelines import START
from tests.app.test_templates import Checker
from tests.staff_fixtures import form_token

PAGES = ("", "/articles", "/questions", "/worth", "/speed", "/improvements", "/definitions")
FAILED = "0m suggest_shown, 1m result_opened:refund, 3m ticket"
SETTLED = "0m suggest_shown, 1m result_opened:refund"
MISSED = "0m suggest_shown:miss"


@pytest.fixture
def reader(sign_in_as):
    return sign_in_as("reader")


@pytest.fixture
def visits(sessions):
    """What visitors did five days ago: (how many of them, what)."""

    def make(*groups, days_ago=5, name="v", **about):
        later = utc_now() - START - timedelta(days=days_ago)
        for number, (people, timeline) in enumerate(groups):
            for person in range(people):
                record(sessions, f"{name}{number}-{person}", timeline, later=later, **about)

    return make


def figures(client, address="/insights"):
    joint = "&" if "?" in address else "?"
    found = client.get(f"{address}{joint}format=json").get_json()
    return {each["id"]: each for each in found["figures"]}


def tables(client, address):
    joint = "&" if "?" in address else "?"
    found = client.get(f"{address}{joint}format=json").get_json()
    return {each["id"]: each for each in found["tables"]}


def days_ago(days):
    return (utc_now() - timedelta(days=days)).date().isoformat()


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_there_before_anything_happened(reader, page):
    assert reader.get(f"/insights{page}").status_code == 200


@pytest.mark.parametrize("page", [*PAGES, "/episodes?outcome=failed", "?compare=1"])
def test_every_page_is_well_formed(sign_in_as, visits, page):
    visits((6, FAILED), (6, SETTLED), (6, MISSED))
    owner = sign_in_as("owner")
    text = owner.get(f"/insights{page}").text
    found = Checker(text)
    assert found.faults == []
    assert len(found.ids) == len(set(found.ids))
    assert set(found.references) <= set(found.ids)
    assert [found.names.count(name) for name in ("h1", "main")] == [1, 1]
    assert "%(" not in text


def test_outcomes_are_counted_with_intervals_and_lead_to_their_episodes(reader, visits):
    visits((6, FAILED), (14, SETTLED))
    found = figures(reader)
    assert (found["failed"]["count"], found["failed"]["of"]) == (6, 20)
    assert found["failed"]["low"] == pytest.approx(0.1455, abs=1e-3)
    page = reader.get("/insights").text
    (link,) = set(re.findall(r'href="(/insights/episodes[^"]*outcome=failed[^"]*)"', page))
    behind = reader.get(link.replace("&amp;", "&"))
    assert behind.text.count("<time") == 6


def test_a_row_leads_to_its_own_episodes(reader, visits):
    visits((6, FAILED), locale="ko", query="refund late")
    visits((7, SETTLED), name="w", locale="en", query="refund")
    for page, part, shown in (
        ("/insights", "locale=ko", 6),
        ("/insights/articles", "article=refund", 13),
        ("/insights/articles", "outcome=failed", 6),
        ("/insights/questions", "questions=refund+late", 6),
    ):
        links = re.findall(r'href="(/insights/episodes[^"]*)"', reader.get(page).text)
        link = next(each for each in links if part in each)
        assert reader.get(link.replace("&amp;", "&")).text.count("<time") == shown, (page, part)


def test_a_number_leads_to_its_definition(reader, visits):
    visits((6, FAILED))
    page = reader.get("/insights").text
    targets = set(re.findall(r'href="/insights/definitions#(\w+)"', page))
    assert {"failed", "episodes", "settled_share"} <= targets
    defined = set(re.findall(r'<dt id="(\w+)"', reader.get("/insights/definitions").text))
    assert targets <= defined


NO_NUMBERS = {"article", "language", "locale", "page", "product", "question", "what", "step"} | {
    *("subjects", "todo", "wordings", "count", "p50", "p95", "p99", "ease", "low", "high"),
    *("measure", "control", "treatment", "difference", "claim", "value", "defined_by"),
}


def test_every_number_has_a_definition(reader, visits):
    visits((6, FAILED), (6, SETTLED), (6, MISSED))
    shown = set()
    for page in ("", "/articles", "/questions", "/worth", "/speed"):
        sheet = reader.get(f"/insights{page}?format=json").get_json()
        named = {each["id"] for each in sheet["figures"] + sheet["charts"]}
        for chart in sheet["charts"]:
            named |= {*chart["series"], *(chart["labels"] if chart["id"] == "funnel" else ())}
        for table in sheet["tables"]:
            named |= {name for row in table["rows"] for name in row}
            named |= {
                row[name] for row in table["rows"] for name in ("measure", "claim") if name in row
            }
        linked = set(re.findall(r"definitions#(\w+)", reader.get(f"/insights{page}").text))
        assert named - linked - NO_NUMBERS == set(), page
        shown |= linked
    assert shown <= set(re.findall(r'<dt id="(\w+)"', reader.get("/insights/definitions").text))


def test_groups_of_fewer_than_five_people_are_not_shown(reader, visits):
    visits((4, FAILED), locale="ja")
    visits((5, FAILED), name="w", locale="ko")
    shown = tables(reader, "/insights")["by_language"]
    assert [row["language"] for row in shown["rows"]] == ["ko"]
    assert shown["hidden"] == 1
    few = reader.get("/insights/episodes?locale=ja")
    assert "fewer than 5 people" in few.text
    assert "<time" not in few.text
    assert "refund" not in reader.get("/insights/episodes?locale=ja&format=json").text


def test_the_list_of_episodes_says_what_was_seen_and_where_nothing_was(reader, visits):
    missed = "0m suggest_shown:miss, 3m ticket"
    visits((5, "0m suggest_shown, 3m ticket"), told={"articles": ["refund", "gift-cards"]})
    visits((6, missed), name="w")
    reader.get("/insights")  # follows the visitors
    listed = reader.get("/insights/episodes?outcome=failed&format=json").get_json()["episodes"]
    assert sorted(each["seen"] for each in listed) == [[]] * 6 + [["refund", "gift-cards"]] * 5
    page = reader.get("/insights/episodes?outcome=failed").text
    assert page.count("Get a refund") == 5
    assert page.count("Nothing was shown") == 6


def test_filters_that_leave_fewer_than_five_people_leave_no_figure(reader, visits):
    visits((4, FAILED), locale="ja", query="a rare question")
    visits((9, SETTLED), name="w", locale="ko")
    for page in ("", "/articles", "/questions", "/worth"):
        for few in ("locale=ja", "questions=a+rare+question", "locale=ja&article=refund"):
            sheet = reader.get(f"/insights{page}?{few}&format=json").get_json()
            assert (sheet["figures"], sheet["charts"], sheet["tables"]) == ([], [], []), few
            assert "fewer than 5 people" in reader.get(f"/insights{page}?{few}").text
        assert reader.get(f"/insights{page}?locale=ko&format=json").get_json() != sheet
    assert figures(reader, "/insights?locale=ko")["episodes"]["value"] == 9
    assert figures(reader)["episodes"]["value"] == 13
    listed = reader.get("/insights/episodes?locale=ja&format=json").get_json()
    assert (listed["total"], listed["episodes"]) == (None, [])


def test_few_people_of_the_days_before_are_not_compared_with(reader, visits):
    visits((4, FAILED), days_ago=40, name="old", locale="ko")
    visits((6, FAILED), locale="ko")
    for narrow in ("locale=ko", f"from={days_ago(20)}"):
        assert figures(reader, f"/insights?compare=1&{narrow}")["failed"]["before"] is None
    assert figures(reader, "/insights?compare=1")["failed"]["before"] == 1


def test_a_filter_that_does_not_reach_everything_says_so_and_questions_compare(reader, visits):
    visits((8, SETTLED), days_ago=40, name="old", query="refund")
    visits((6, MISSED), query="refund")
    found = figures(reader, "/insights/questions?compare=1")["asked_unanswered"]
    assert (found["value"], found["before"]) == (1, 0)
    assert "filtered by language only" in reader.get("/insights/worth?locale=en").text
    assert "of all pages and questions" in reader.get("/insights/articles?questions=refund").text
    assert 'name="compare"' not in reader.get("/insights/articles").text


def test_one_visitor_who_comes_often_is_not_a_group(reader, sessions):
    for hours in range(8):
        later = utc_now() - START - timedelta(days=6, hours=hours)
        record(sessions, "one", SETTLED, later=later)
    shown = tables(reader, "/insights")["by_language"]
    assert (shown["rows"], shown["hidden"]) == ([], 1)


def test_few_days_with_few_people_show_no_figure(reader, visits):
    visits((6, SETTLED), days_ago=20)
    visits((2, FAILED), name="lately", days_ago=5)
    for page in ("", "/articles", "/questions", "/worth"):
        assert reader.get(f"/insights{page}?format=json").get_json()["notes"] != ["too_few"]
        found = reader.get(f"/insights{page}?from={days_ago(9)}&format=json").get_json()
        assert (found["figures"], found["tables"], found["notes"]) == ([], [], ["too_few"])


def test_votes_of_few_people_are_no_share_of_a_group(reader, visits):
    visits((6, SETTLED), (3, "0m article_viewed:refund, 1m helpful:refund"))
    assert figures(reader, "/insights/worth")["satisfaction"]["value"] == 1
    narrow = f"/insights/worth?from={days_ago(9)}"
    assert figures(reader, narrow)["satisfaction"]["value"] is None


def test_simulated_visitors_are_called_that(reader, visits, sessions):
    visits((6, SETTLED))
    assert "These visitors were simulated" not in reader.get("/insights/worth").text
    with sessions() as session:
        session.add(DeflectionMark(name="simulation", at=utc_now()))
        session.commit()
    assert "These visitors were simulated" in reader.get("/insights/worth").text


def test_filters_and_days_stand_in_the_address(reader, visits):
    visits((6, FAILED), locale="ko")
    visits((7, SETTLED), name="w", locale="en")
    assert figures(reader, "/insights?locale=ko")["episodes"]["value"] == 6
    assert figures(reader, "/insights?article=refund")["episodes"]["value"] == 13
    assert figures(reader, "/insights?article=other")["episodes"]["value"] == 0
    long_ago = "/insights?from=2020-01-01&to=2020-01-31"
    assert figures(reader, long_ago)["episodes"]["value"] == 0
    for nonsense in ("from=2026-13-45&to=x&locale=%00", "from=2026-03-20&to=2026-03-01"):
        page = reader.get(f"/insights?{nonsense}")
        assert page.status_code == 200
        assert "make no sense" in page.text
    assert "make no sense" not in reader.get(long_ago).text
    assert 'value="2020-01-01"' in reader.get(long_ago).text


def test_a_period_is_compared_with_the_days_before(reader, visits):
    visits((10, FAILED), days_ago=40, name="old")
    visits((2, FAILED), (8, SETTLED))
    found = figures(reader, "/insights?compare=1")["failed"]
    assert (found["value"], found["before"]) == (0.2, 1.0)
    assert found["change"]["high"] < 0
    assert "before" in reader.get("/insights?compare=1").text


def test_what_is_forgotten_is_counted_in_sums(reader, sessions, visits):
    from app.retention import forget_old_events

    visits((6, FAILED), days_ago=20)
    before = figures(reader)["failed"]["count"]
    assert forget_old_events(sessions, 10) > 0
    assert figures(reader)["failed"]["count"] == before == 6
    assert "kept as sums" in reader.get("/insights").text


def test_articles_say_what_their_readers_wrote_about(reader, sessions, visits):
    from app.models import Ticket

    visits((6, FAILED))
    with sessions.begin() as session:
        for ticket in session.query(Ticket):
            ticket.subject = "Money back? kim@example.com"
    found = tables(reader, "/insights/articles")
    (row,) = found["failing"]["rows"]
    assert (row["article"], row["failed"], row["subjects"]) == (
        "refund",
        6,
        ["Money back? [email]"],
    )
    assert found["articles"]["rows"][0]["views"] == 6


def test_subjects_of_few_are_nobodys_to_read(reader, sessions, visits):
    from app.models import Ticket

    visits((4, FAILED), (9, SETTLED))
    with sessions.begin() as session:
        for ticket in session.query(Ticket):
            ticket.subject = "A secret of mine"
    assert "A secret of mine" not in reader.get("/insights/articles").text


def test_questions_come_together_by_meaning_and_offer_what_closes_the_gap(reader, visits):
    visits((4, MISSED), query="transfer money abroad")
    visits((3, MISSED), name="w", query="transfer cash to Japan")
    visits((5, SETTLED), name="x", query="refund")
    found = tables(reader, "/insights/questions")
    assert [(row["question"], row["people"]) for row in found["top"]["rows"]] == [
        ("transfer money abroad", 7),
        ("refund", 5),
    ]
    assert [row["question"] for row in found["no_answer"]["rows"]] == ["transfer money abroad"]
    assert found["no_answer"]["rows"][0]["todo"]["kind"] == "write"
    assert figures(reader, "/insights/questions")["asked_unanswered"]["count"] == 7


def test_a_question_answered_in_another_language_asks_for_a_translation(reader, visits, index):
    visits((5, SETTLED), query="gift", locale="ko")
    (row,) = tables(reader, "/insights/questions")["untranslated"]["rows"]
    assert (row["question"], row["todo"]["article"]) == ("gift", "gift-cards")
    assert row["todo"]["kind"] == "translate"


def test_a_weak_answer_is_judged_by_the_score_that_it_had_when_it_was_shown(reader, visits):
    asked = "0m suggest_shown"
    visits((5, asked), query="refund", told={"score": 0.49})
    visits((6, asked), name="sure", query="gift cards", told={"score": 0.5})
    visits((7, asked), name="silent", query="transfer", told={"score": 0.2, "no_answer": True})
    visits((8, asked), name="old", query="shipping")
    rows = tables(reader, "/insights/questions")["unsure"]["rows"]
    assert [(row["question"], row["unsure"], row["people"]) for row in rows] == [("refund", 5, 5)]


def test_a_page_is_where_help_was_first_looked_for_or_a_ticket_was_written(reader, visits):
    cart = "https://shop.example.com/cart"
    visits((5, MISSED), query="refund", told={"page": cart})
    rows = tables(reader, "/insights")["by_page"]["rows"]
    assert [(row["page"], row["episodes"]) for row in rows] == [(cart, 5)]
    assert figures(reader, f"/insights?page={cart}")["episodes"]["value"] == 5


def test_csv_has_every_number_and_no_formula(reader, visits):
    visits((5, MISSED), query="=HYPERLINK(1)")
    text = reader.get("/insights/questions?format=csv").get_data().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[1][:2] == ["asked_unanswered", "1.0"]
    assert "'=HYPERLINK(1)" in [cell for row in rows for cell in row]
    assert not any(cell.startswith("=") for row in rows for cell in row)


def test_gaps_become_improvements_whose_check_compares_before_and_after(
    sign_in_as, sessions, visits
):
    writer = sign_in_as("writer")
    visits((20, MISSED), days_ago=12, query="transfer money")
    token = form_token(writer, "/account")
    data = {"form_token": token, "kind": "write", "questions": "transfer money", "locale": "en"}
    first = writer.post("/insights/improvements", data=data)
    again = writer.post("/insights/improvements", data=data)
    assert first.status_code == 303
    assert first.headers["Location"] == again.headers["Location"]
    address = first.headers["Location"]
    done = {"form_token": token, "plan": "Nothing says how", "change": "Wrote it"}
    writer.post(address, data=done)
    with sessions.begin() as session:
        from app.models import Improvement

        session.query(Improvement).one().changed_at = utc_now() - timedelta(days=10)
    visits((20, SETTLED), days_ago=5, name="after", query="transfer money")
    figures(writer)  # follows the visitors
    (item,) = writer.get("/insights/improvements?format=json").get_json()
    assert item["check"]["before"] == [20, 20]
    assert item["check"]["after"] == [0, 20]
    assert item["check"]["verdict"] == "better"
    text = writer.get("/insights/improvements?format=csv").get_data().decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["title"], row["verdict"], row["failed_before"]) == (
        "transfer money",
        "better",
        "20",
    )
    writer.post(f"{address}/settle", data={"form_token": token, "keep": "1"})
    (item,) = writer.get("/insights/improvements?format=json").get_json()
    assert item["state"] == "kept"
    # What was decided on stays, whatever is counted or forgotten later.
    visits((20, MISSED), days_ago=4, name="later", query="transfer money")
    figures(writer)
    (kept,) = writer.get("/insights/improvements?format=json").get_json()
    assert kept["check"] == item["check"]
    assert kept["check"]["after"] == [0, 20]
    assert writer.post(address, data=done).status_code == 422


def test_an_improvement_about_nothing_is_refused(sign_in_as):
    writer = sign_in_as("writer")
    token = form_token(writer, "/account")
    data = {"form_token": token, "kind": "write"}
    assert writer.post("/insights/improvements", data=data).status_code == 422
    assert writer.get("/insights/improvements/99").status_code == 404


def test_costs_are_literatures_until_somebody_sets_them(sign_in_as):
    admin = sign_in_as("admin")
    assert "figures from literature" in admin.get("/insights/worth").text
    costs = {"phone": "100", "chat": "60", "forum": "12", "self_service": "10", "community": "9"}
    data = costs | {"hundred": "25,000", "currency": "krw", "replaced": "phone"}
    data["form_token"] = form_token(admin, "/account")
    assert admin.post("/insights/costs", data=data).status_code == 303
    page = admin.get("/insights/worth").text
    assert "figures from literature" not in page
    assert 'value="KRW"' in page
    for bad in ({"currency": "won!"}, {"phone": "-1"}, {"hundred": "nan"}, {"replaced": "pigeon"}):
        assert admin.post("/insights/costs", data=data | bad).status_code == 422


@pytest.mark.parametrize("locale", ["ko", "ja", "zh", "zh-Hant"])
def test_no_english_is_left_in_another_languages_figures(reader, visits, locale):
    visits((6, FAILED), (6, SETTLED))
    for page in PAGES:
        text = reader.get(f"/insights{page}?lang={locale}").text
        visible = re.sub(r"<[^>]*>", " ", text.partition("<main")[2])
        for words in ("Needs for help", "People", "Ticket", "Show", "Article", "Definitions"):
            assert words not in visible, page


def test_speed_is_what_the_server_measured(reader):
    for _ in range(3):
        reader.get("/api/v1/suggest?q=refund")
    found = tables(reader, "/insights/speed")["answering"]["rows"]
    assert [(row["what"], row["count"]) for row in found] == [("suggest", 3)]
    assert 0 < found[0]["p50"] < 1
    assert json.dumps(figures(reader, "/insights/speed")["available"])
