"""Links to other sites: which are known, when they are asked, and when they count as dead."""

from collections import Counter
from datetime import timedelta

import pytest
from click.testing import CliRunner
from filelock import FileLock
from sqlalchemy import select

from app.cli import main
from app.editing.actors import SYSTEM
from app.editing.lifecycle import archive
from app.editing.transaction import ArticleName
from app.freshness.worklist import list_work
from app.models import Article, OutsideLink, utc_now
from app.outside_links.asking import DEAD, FINE, PRIVATE, UNKNOWN, UNREACHABLE, LinkAnswer
from app.outside_links.checking import check_links
from app.outside_links.known_links import addresses_in
from tests.store_helpers import publish_source

DAY = timedelta(days=1)
ONE, OTHER = "https://one.example/a?b=1&c=2", "https://other.example/"


class Asker:
    """Answers by a table; fine where it names nothing."""

    def __init__(self):
        self.answers, self.asked = {}, []

    def ask(self, url):
        self.asked.append(url)
        return self.answers.get(url, LinkAnswer(FINE, "200"))


@pytest.fixture
def asker():
    return Asker()


@pytest.fixture
def write(sessions):
    def write(article_id, *links, **fields):
        header = "".join(f"{key}: {value}\n" for key, value in fields.items())
        lines = "".join(f"[there]({link})\n" for link in links)
        source = f"---\ntitle: {article_id}\n{header}---\n{lines}\n"
        with sessions() as session:
            publish_source(session, article_id=article_id, locale="en", source=source)

    return write


@pytest.fixture
def check(sessions, settings, asker):
    """Asks what is due `after` some time, and returns what was asked."""
    begun = utc_now() + timedelta(minutes=1)

    def check(after=timedelta(), **options):
        asker.asked.clear()
        check.report = check_links(sessions, settings, asker, now=begun + after, **options)
        return sorted(asker.asked)

    return check


@pytest.fixture
def signs(sessions, settings):
    def signs():
        with sessions() as session:
            items = list_work(session, settings, now=utc_now())
        return {item.article_id: [sign.detail for sign in item.signs] for item in items}

    return signs


def test_addresses_of_other_sites_are_found_once_and_without_fragments():
    html = (
        '<a href="https://a.example/x?y=1&amp;z=2#top" rel="noopener">a</a> '
        '<a href="https://a.example/x?y=1&amp;z=2#end">b</a> <img src="http://b.example/c.png">'
        '<a href="/en/articles/x">c</a> <a href="mailto:a@b.example">d</a> https://not.a.link/ '
        '<a href="https://help.example.com/en/">e</a> <a href="https://help.example.com.evil/">f</a>'
    )
    assert addresses_in(html, "https://help.example.com") == {
        "https://a.example/x?y=1&z=2",
        "http://b.example/c.png",
        "https://help.example.com.evil/",
    }
    assert addresses_in(f'<a href="https://a.example/{"x" * 2000}">a</a>') == set()


def test_each_link_is_asked_once_a_week_and_twice_a_day_while_it_fails(write, check, asker):
    write("a", ONE, OTHER)
    write("b", ONE)
    asker.answers[OTHER] = LinkAnswer(DEAD, "404")
    assert check() == [ONE, OTHER]
    assert check.report.dead == (OTHER,)
    assert check(timedelta(hours=11)) == []
    assert check(timedelta(hours=13)) == [OTHER]
    assert check(6 * DAY) == [OTHER]
    assert check(7 * DAY) == [ONE, OTHER]
    write("c", ONE)
    assert check(7 * DAY) == [ONE]


def test_only_what_visitors_see_is_asked_and_what_is_gone_is_forgotten(
    write, check, sessions, asker
):
    write("a", ONE)
    write("later", OTHER, publish_at=(utc_now() + DAY).isoformat())
    assert check() == [ONE]
    write("a", "https://new.example/")
    assert check(8 * DAY) == [OTHER, "https://new.example/"][::-1]
    with sessions() as session:
        archive(session, SYSTEM, ArticleName("a", "en"))
    check(9 * DAY)
    with sessions() as session:
        assert session.scalars(select(OutsideLink.url)).all() == [OTHER]


@pytest.mark.parametrize(
    ("meaning", "is_dead"),
    [(DEAD, True), (UNREACHABLE, True), (UNKNOWN, False), (PRIVATE, False), (FINE, False)],
)
def test_a_link_that_led_nowhere_for_a_day_is_a_sign(write, check, asker, signs, meaning, is_dead):
    write("a", ONE, OTHER)
    asker.answers[ONE] = LinkAnswer(meaning, "said so")
    check()
    check(timedelta(hours=13))
    assert signs() == {}
    check(timedelta(hours=26))
    assert signs() == ({"a": [f"{ONE} (said so)"]} if is_dead else {})


def test_a_link_that_is_back_is_forgiven_and_one_that_wants_a_person_changes_nothing(
    write, check, asker, signs
):
    write("a", ONE)
    asker.answers[ONE] = LinkAnswer(DEAD, "404")
    check()
    asker.answers[ONE] = LinkAnswer(UNKNOWN, "403")
    check(DAY)
    asker.answers[ONE] = LinkAnswer(DEAD, "404")
    check(2 * DAY)
    assert list(signs()) == ["a"]
    asker.answers[ONE] = LinkAnswer(FINE, "200")
    check(3 * DAY)
    assert signs() == {}


def test_a_text_that_changed_since_has_no_dead_link_until_it_is_asked_again(
    write, check, asker, signs, sessions
):
    write("a", ONE)
    asker.answers[ONE] = LinkAnswer(DEAD, "404")
    check()
    check(2 * DAY)
    assert list(signs()) == ["a"]
    with sessions.begin() as session:
        article = session.scalar(select(Article).where(Article.article_id == "a"))
        article.updated_at = utc_now() + 3 * DAY
    assert signs() == {}


SILENT = LinkAnswer(UNREACHABLE, "unknown host")
HALF_HOUR = timedelta(minutes=30)


def play(check, days, *, begin=timedelta()):
    """Look every half hour; returns how often each address was asked."""
    times = Counter()
    for number in range(int(days * DAY / HALF_HOUR) + 1):
        times.update(check(begin + number * HALF_HOUR))
    return times


def test_who_reaches_nobody_holds_it_against_no_link(write, check, asker, signs):
    inside = "http://intranet.example/"
    write("a", ONE, OTHER, inside)
    asker.answers = {url: SILENT for url in (ONE, OTHER)}
    asker.answers[inside] = LinkAnswer(PRIVATE, "not public")
    assert len(check()) == 3
    assert (check.report.is_offline, check.report.dead) == (True, ())
    assert check(timedelta(hours=1)) == []
    asker.answers.clear()
    assert check(timedelta(hours=13)) == [OTHER, ONE][::-1]
    assert not check.report.is_offline
    assert check(timedelta(hours=26)) == []
    assert signs() == {}


def test_two_dead_links_are_told_where_another_site_answers(write, check, asker, signs):
    write("a", ONE, OTHER, "https://good.example/")
    asker.answers = {url: SILENT for url in (ONE, OTHER)}
    times = play(check, 2)
    assert signs() == {"a": [f"{ONE} (unknown host), {OTHER} (unknown host)"]}
    assert times == {ONE: 5, OTHER: 5, "https://good.example/": 5}


def test_two_links_that_never_led_anywhere_are_told_without_a_witness(write, check, asker, signs):
    write("a", ONE, OTHER)
    asker.answers = {url: SILENT for url in (ONE, OTHER)}
    times = play(check, 2)
    assert list(signs()) == ["a"]
    assert times == {ONE: 5, OTHER: 5}


def test_an_outage_of_ours_is_held_against_nobody_however_many_links_are_due(
    write, check, asker, signs
):
    good = [f"https://{name}.example/" for name in "abcde"]
    write("a", ONE, OTHER, *good)
    asker.answers[ONE] = SILENT
    play(check, 1)
    asker.answers = {url: SILENT for url in (ONE, OTHER, *good)}
    times = play(check, 3, begin=6.5 * DAY)
    assert max(times.values()) <= 7
    assert signs() == {"a": [f"{ONE} (unknown host)"]}
    asker.answers = {ONE: SILENT}
    play(check, 1, begin=10 * DAY)
    assert signs() == {"a": [f"{ONE} (unknown host)"]}
    assert play(check, 2, begin=11.5 * DAY).keys() == {ONE}


def test_a_witness_that_is_silent_for_a_week_is_none_any_more(write, check, asker, signs):
    write("a", ONE, OTHER)
    check()
    asker.answers = {url: SILENT for url in (ONE, OTHER)}
    play(check, 7, begin=7 * DAY)
    assert signs() == {}
    play(check, 2, begin=14.5 * DAY)
    assert list(signs()) == ["a"]


def test_a_round_asks_no_more_than_it_may_and_goes_on_with_the_next(write, check):
    write("a", *(f"https://{name}.example/" for name in "abcde"))
    rounds = [check(most=2) for _ in range(3)]
    assert [len(each) for each in rounds] == [2, 2, 1]
    assert len({url for each in rounds for url in each}) == 5


def test_two_processes_do_not_ask_at_once(write, check, settings):
    write("a", ONE)
    with FileLock(settings.var_dir / "links.lock"):
        assert check() == []
    assert check() == [ONE]


def test_the_command_asks_and_lists(write, check, asker, settings, monkeypatch, sessions):
    write("a", ONE, "missing.md")
    monkeypatch.setenv("KB_VAR_DIR", str(settings.var_dir))
    monkeypatch.setattr("app.outside_links.asking.Asker", lambda name: asker)
    listed = CliRunner().invoke(main, ["links"])
    assert asker.asked == []
    assert listed.stdout == "a (en)  missing.md\n"
    asker.answers[ONE] = LinkAnswer(DEAD, "404")
    done = CliRunner().invoke(main, ["links", "--external"])
    assert asker.asked == [ONE]
    assert f"asked 1, led nowhere 1\n  {ONE}" in done.stderr
