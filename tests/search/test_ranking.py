"""What is shown for a question: the right article, in the right language, to the right people."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search import ranking
from search.answering import LEAST_LISTED
from search.completeness import completeness, demand
from search.document import Query
from search.fusion import Weights, calibrate
from search.recent import Recent
from tests.search_documents import ConceptEmbedder, make_document, opened_indexes

CONCEPTS = [
    ("refund", "환불", "返金", "退款"),
    ("delivery", "배송", "配送", "快递"),
    ("password", "비밀번호", "パスワード", "密码"),
    ("gift", "선물", "ギフト", "礼品"),
    ("invoice", "영수증", "領収書", "发票"),
]
WEIGHTS = Weights(lowest_cosine=0.2, highest_cosine=1.0, slope=18.0, midpoint=0.4, floor=0.4)
FLOOR = calibrate(WEIGHTS.floor, WEIGHTS)
# What is listed behind a good answer, to a finished question and while one types.
LISTED = calibrate(0.8 * WEIGHTS.floor, WEIGHTS)
SUGGESTED = calibrate(0.8 * demand("get a ref", has_words=True) * WEIGHTS.floor, WEIGHTS)


def article(article_id, locale, title, text="", **values):
    return make_document(article_id, title, text or title, locale=locale, **values)


SHOP = [
    article("refund", "en", "Get a refund", "A refund takes three days.", category="pay"),
    article("refund", "ko", "환불 받기", "환불은 사흘 걸립니다.", category="pay"),
    article("refund", "ja", "返金を受ける", "返金には三日かかります。", category="pay"),
    article("delivery", "en", "Track a delivery", category="orders"),
    article("delivery", "ko", "배송 조회", category="orders"),
    article("password", "en", "Reset your password", category="account"),
    article("password", "ja", "パスワードを再設定する", category="account"),
    article("gift", "en", "Buy a gift card", category="pay/gift"),
    article("invoice", "zh", "开具发票", category="pay"),
]


@pytest.fixture(scope="module")
def make_index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ranking")
    with opened_indexes(folder, weights=WEIGHTS, refresh_seconds=0) as make:

        def of_concepts(documents, embedder="concepts", **values):
            if embedder == "concepts":
                embedder = ConceptEmbedder(CONCEPTS, language_share=0.6)
            return make(documents, embedder, **values)

        yield of_concepts


@pytest.fixture(scope="module")
def shop(make_index):
    return make_index(SHOP)


def ids(results):
    return [hit.document_id for hit in results.hits]


class TestLanguages:
    @pytest.mark.parametrize(
        ("text", "locale", "first"),
        [
            ("refund", "en", "refund@en"),
            ("환불", "ko", "refund@ko"),
            ("返金", "ja", "refund@ja"),
            ("환불 어떻게 하나요", "ko", "refund@ko"),
            ("password", "ja", "password@ja"),
            ("refund", "ko", "refund@ko"),
            ("환불", "en", "refund@ko"),
            ("환불", None, "refund@ko"),
        ],
    )
    def test_an_article_is_shown_in_the_askers_language(self, shop, text, locale, first):
        for results in (shop.search(Query(text, locale)), shop.suggest(Query(text, locale))):
            assert ids(results)[0] == first
            assert not results.hits[0].foreign

    @pytest.mark.parametrize(
        ("text", "locale", "first"),
        [
            ("선물 카드", "ko", "gift@en"),
            ("비밀번호", "ko", "password@en"),
            ("ギフト", "ja", "gift@en"),
            ("invoice", "en", "invoice@zh"),
            ("领 发票", "zh", "invoice@zh"),
        ],
    )
    def test_the_better_answer_is_offered_in_another_language_and_says_so(
        self, shop, text, locale, first
    ):
        hit = shop.search(Query(text, locale)).hits[0]
        assert hit.article_id == first.split("@")[0]
        assert hit.foreign == (hit.locale != locale)
        if text != "비밀번호":
            assert hit.document_id == first

    def test_an_article_appears_once_whatever_its_languages(self, shop):
        for locale in ("en", "ko", "ja", None):
            results = shop.search(Query("refund 환불 返金", locale, limit=50))
            articles = [hit.article_id for hit in results.hits]
            assert len(articles) == len(set(articles))
            assert results.total == len(articles)

    def test_simplified_and_traditional_chinese_stand_in_for_each_other(self, make_index):
        index = make_index(
            [article("a", "zh", "申请退款"), article("b", "zh-TW", "申請退款"), *SHOP[3:5]]
        )
        assert ids(index.search(Query("退款", "zh-TW")))[0] in ("a@zh", "b@zh-TW")
        assert not index.search(Query("退款", "zh-TW")).hits[0].foreign

    def test_the_version_in_the_askers_own_writing_is_shown(self, make_index):
        index = make_index([article("a", "zh", "申请退款"), article("a", "zh-TW", "申請退款")])
        assert ids(index.search(Query("退款", "zh-TW"))) == ["a@zh-TW"]
        assert ids(index.search(Query("退款", "zh"))) == ["a@zh"]

    def test_han_characters_alone_are_read_in_the_askers_language(self, make_index):
        index = make_index([article("r", "ja", "返金 退款"), article("r", "zh", "退款 返金")])
        assert ids(index.search(Query("退款", "ja"))) == ["r@ja"]
        assert ids(index.search(Query("退款", "zh"))) == ["r@zh"]


RESTRICTED = [
    article("refund", "en", "Get a refund", products=("web",), category="pay/back"),
    article("refund", "ko", "환불 받기", audience="agents", category="pay/back"),
    article("delivery", "en", "Refund a delivery", audience="signed-in", category="payment"),
    article("password", "en", "Password refund", products=("ios", "big app"), category="pay"),
    article("gift", "en", "Gift refund", category=""),
]


@pytest.fixture(scope="module")
def restricted(make_index):
    return make_index(RESTRICTED)


class TestFilters:
    """Nothing outside of a filter is shown, by no leg and in no language."""

    TEXTS = ("refund", "환불", "refu", "gift refund password delivery", "환")

    def seen(self, index, **filters):
        found = set()
        for text in self.TEXTS:
            for locale in ("en", "ko", None):
                for mode in ("hybrid", "keyword", "semantic"):
                    query = Query(text, locale, limit=50, **filters)
                    found |= set(ids(index.search(query, mode)) + ids(index.suggest(query, mode)))
        return found

    def test_the_public_sees_public_articles_only(self, restricted):
        assert self.seen(restricted) == {"refund@en", "password@en", "gift@en"}

    def test_agents_see_what_is_theirs_too(self, restricted):
        audiences = frozenset({"public", "signed-in", "agents"})
        assert self.seen(restricted, audiences=audiences) == {d.id for d in RESTRICTED}

    def test_an_audience_alone_sees_its_own_only(self, restricted):
        assert self.seen(restricted, audiences=frozenset({"agents"})) == {"refund@ko"}

    def test_nobody_sees_nothing(self, restricted):
        assert self.seen(restricted, audiences=frozenset()) == set()

    def test_a_category_holds_its_sub_categories_and_no_namesakes(self, restricted):
        assert self.seen(restricted, category="pay") == {"refund@en", "password@en"}
        assert self.seen(restricted, category="pay/back") == {"refund@en"}
        assert self.seen(restricted, category="unheard") == set()

    def test_a_product_has_its_articles_and_those_of_no_product(self, restricted):
        assert self.seen(restricted, products=frozenset({"web"})) == {"refund@en", "gift@en"}
        assert self.seen(restricted, products=frozenset({"big app"})) == {"password@en", "gift@en"}
        assert self.seen(restricted, products=frozenset({"web", "ios"})) == {
            "refund@en", "password@en", "gift@en",
        }  # fmt: skip

    def test_facets_and_total_count_only_what_may_be_seen(self, restricted):
        results = restricted.search(Query("refund", "en", limit=50))
        assert results.total == len(results.hits) == 3
        assert results.facets["category"] == {"pay/back": 1, "pay": 1, "": 1}
        assert results.facets["locale"] == {"en": 3}

    def test_asking_for_ever_new_categories_does_not_fill_the_memory(self, restricted):
        for i in range(1_100):
            restricted.search(Query("refund", category=f"made-up-{i}"), mode="keyword")
        assert len(restricted._generation.view._allowed) < 1_000


class Emptied(dict):
    """A dict that another thread empties as soon as something was found to be in it."""

    def __contains__(self, key):
        known = super().__contains__(key)
        self.clear()
        return known


@pytest.mark.parametrize("mode", ["keyword", "semantic", "hybrid"])
def test_a_filter_that_is_forgotten_meanwhile_hides_nothing(make_index, mode):
    index = make_index(RESTRICTED)
    before = ids(index.search(Query("refund", "en"), mode))
    assert before
    view = index._generation.view
    object.__setattr__(view, "_allowed", Emptied(view._allowed))
    assert ids(index.search(Query("refund", "en"), mode)) == before


def test_half_a_question_finds_first_what_begins_like_it_and_a_whole_one_does_not(make_index):
    titles = ["Password and the delivery", "Delivery and the password"]
    index = make_index([article(f"a{i}", "en", title) for i, title in enumerate(titles)])
    query = Query("parcel delivery", "en")
    half, whole = index.suggest(query, "semantic").hits, index.search(query, "semantic").hits
    assert [hit.article_id for hit in half] == ["a1", "a0"]
    assert half[0].score > half[1].score + 0.1
    assert whole[0].score == whole[1].score


class TestSilence:
    def test_what_no_article_is_about_has_no_answer(self, shop):
        query = Query("capital of mongolia", "en")
        assert shop.suggest(query).hits == ()
        assert shop.suggest(query).no_answer
        assert shop.suggest(query).total == 0
        assert shop.search(query).no_answer

    def test_a_full_search_still_shows_the_nearest_then(self, shop):
        results = shop.search(Query("capital of mongolia", "en"))
        assert results.no_answer
        assert results.hits

    def test_what_an_article_is_about_has_an_answer(self, shop):
        for question in ("get a refund", "track a delivery"):
            assert not shop.search(Query(question, "en")).no_answer
            assert not shop.suggest(Query(question, "en")).no_answer

    def test_a_search_lists_what_is_near_and_at_most_a_few_that_are_not(self, make_index):
        """Every article is somewhat near to every question; they are not all results."""
        documents = [article(f"n{i}", "en", f"Number {i} of something else") for i in range(60)]
        index = make_index([*SHOP, *documents])
        results = index.search(Query("get a refund", "en", limit=200))
        far = [hit for hit in results.hits if hit.score < round(LISTED, 4)]
        assert not results.no_answer
        assert results.total == len(results.hits) < 20
        assert len(far) < LEAST_LISTED

    def test_no_suggestion_is_far_below_the_floor(self, shop):
        for text in ("refund", "get a ref", "환불", "gift"):
            hits = shop.suggest(Query(text, "en", limit=50)).hits
            assert hits
            assert all(hit.score >= round(LISTED, 4) for hit in hits), text

    @pytest.mark.parametrize(
        "text",
        ["", " ", "\t\n", "?", "!?…。、", "😀😀", "\u200b\u200b", "\ud800", "\x00", "'", "\u0301"],
        ids=ascii,
    )
    def test_a_question_without_a_word_has_no_answer(self, shop, text):
        for query in (Query(text, "en"), Query(text)):
            for results in (shop.search(query), shop.suggest(query)):
                assert results.no_answer
                assert all(hit.score < FLOOR for hit in results.hits)

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.text(
            st.one_of(
                st.characters(),
                st.sampled_from("refund delivery 환불 배송 返金 パスワード 退款 ㅎㅂ ｱﾞ'’-"),
            ),
            max_size=40,
        ),
        st.sampled_from([None, "en", "ko", "ja", "zh", "zh-TW", "pt-BR", "xx", ""]),
    )
    def test_any_question_at_all_is_answered_in_order(self, shop, text, locale):
        found, suggested = shop.search(Query(text, locale)), shop.suggest(Query(text, locale))
        assert found.no_answer == (max((h.score for h in found.hits), default=0) < round(FLOOR, 4))
        best = max((hit.score for hit in suggested.hits), default=0)
        assert suggested.no_answer == (best < round(FLOOR, 4))
        assert all(hit.score >= round(SUGGESTED, 4) for hit in suggested.hits)
        for results in (found, suggested):
            scores = [hit.score for hit in results.hits]
            assert scores == sorted(scores, reverse=True)
            assert all(0 <= score <= 1 for score in scores)
            for hit in results.hits:
                for spans, shown in (
                    (hit.title_highlights, hit.title),
                    (hit.answer_highlights, hit.answer),
                ):
                    assert all(0 <= start < end <= len(shown) for start, end in spans)
                assert hit.why


@pytest.fixture(scope="module")
def without_model(make_index):
    return make_index(SHOP, embedder=None)


@pytest.mark.parametrize("unit", ["환불해주세요 ", "退"])
def test_a_very_long_question_is_searched_in_a_moment(without_model, unit):
    text = unit * (1_000_000 // len(unit))
    start = time.perf_counter()
    without_model.search(Query(text))
    assert time.perf_counter() - start < 1


def test_a_very_long_question_gets_suggestions_in_a_moment(without_model):
    text = " ".join(f"refund{i}" for i in range(60_000))
    start = time.perf_counter()
    without_model.suggest(Query(text, "en"))
    assert time.perf_counter() - start < 1


@pytest.fixture(scope="module")
def numbered(make_index):
    return make_index([article(f"r{i:02d}", "en", f"Refund number {i}") for i in range(23)])


class TestPaging:
    def test_pages_follow_each_other_without_gap_or_repeat(self, numbered):
        whole = ids(numbered.search(Query("refund", limit=50)))
        pages = [ids(numbered.search(Query("refund", limit=5, offset=o))) for o in range(0, 25, 5)]
        assert [id_ for page in pages for id_ in page] == whole
        assert [len(page) for page in pages] == [5, 5, 5, 5, 3]

    def test_the_total_and_the_facets_do_not_depend_on_the_page(self, numbered):
        for offset in (0, 20, 100):
            results = numbered.search(Query("refund", limit=5, offset=offset))
            assert results.total == 23
            assert results.facets["locale"] == {"en": 23}

    def test_behind_the_end_and_with_limit_0_there_is_nothing(self, numbered):
        assert numbered.search(Query("refund", offset=100)).hits == ()
        assert numbered.search(Query("refund", limit=0)).hits == ()
        assert numbered.search(Query("refund", limit=0)).total == 23

    def test_ties_are_broken_by_usefulness_then_by_name(self, make_index):
        index = make_index(
            [
                article("b", "en", "Refund"),
                article("a", "en", "Refund"),
                article("c", "en", "Refund", quality=0.9),
            ]
        )
        assert ids(index.search(Query("refund"))) == ["c@en", "a@en", "b@en"]


class TestLegs:
    def test_each_leg_alone_finds_what_it_can(self, shop):
        assert ids(shop.search(Query("track", "en"), "keyword")) == ["delivery@en"]
        assert ids(shop.suggest(Query("trac", "en"), "keyword")) == ["delivery@en"]
        assert ids(shop.search(Query("선물", "ko"), "semantic"))[0] == "gift@en"
        assert "gift@en" not in ids(shop.search(Query("선물", "ko"), "keyword"))

    def test_a_finished_question_is_not_matched_by_beginnings(self, shop):
        assert ids(shop.search(Query("trac", "en"), "keyword")) == []

    @pytest.mark.parametrize("typed", ["ㅎㅂ", "ghksqnf", "환부", "환ㅂ", "화"])
    def test_korean_in_any_state_suggests_the_korean_article(self, shop, typed):
        assert ids(shop.suggest(Query(typed, "ko"), "keyword"))[0] == "refund@ko"

    def test_the_reasons_name_the_places_and_the_legs(self, shop):
        hit = shop.suggest(Query("get a ref", "en")).hits[0]
        assert {"title", "prefix"} <= set(hit.why)
        foreign = shop.search(Query("선물", "ko")).hits[0]
        assert foreign.why == ("meaning",)

    def test_degraded_says_whether_meaning_was_missing(self, shop, make_index):
        assert not shop.search(Query("refund")).degraded
        assert make_index(SHOP, embedder=None).search(Query("refund")).degraded


@pytest.mark.parametrize(
    ("text", "share"),
    [("", 0.0), ("refund", 6 / 10), ("환불", 4 / 10), ("how do i pay for it", 1.0)],
)
def test_wide_characters_say_twice_as_much(text, share):
    assert completeness(text) == pytest.approx(share)


def test_less_is_demanded_while_one_types_of_an_answer_that_holds_the_words():
    assert 0 < demand("get a ref", has_words=True) < demand("get a ref", has_words=False) < 1


def test_less_is_demanded_of_what_is_near_in_meaning_while_few_words_may_become_many_questions():
    few, more, many = (demand("refund " * count, has_words=False) for count in (2, 4, 8))
    assert few < more < many
    assert demand("환불" * 5, has_words=False) == few
    assert demand("refund " * 20, has_words=False) == many


@pytest.mark.parametrize("closed", ["refund?", "환불되나요? ", "返金できますか？", "如何退款。"])
def test_a_closed_question_must_be_answered_as_surely_as_a_search(closed):
    assert demand(closed, has_words=True) == demand(closed, has_words=False) == 1.0


def test_a_fragment_is_embedded_as_the_likeliest_word_and_a_word_as_it_is(shop):
    view = shop._current().view
    assert view.completed("get a refu") == "get a refund"
    assert view.completed("get a refund") == "get a refund"
    assert view.completed("get a zzz") == "get a zzz"
    assert view.completed("환부") == "환부"


@pytest.mark.parametrize("typed", ["get a refund p", "get a refund ㅎ", "get a refund 환ㅂ"])
def test_what_is_only_just_begun_is_not_embedded(shop, typed):
    assert shop._current().view.completed(typed) == typed[:-1]


def test_a_letter_that_stands_in_another_article_takes_no_place_from_the_right_one(make_index):
    documents = [
        article("gift", "en", "Wrap a gift", "We wrap gifts for a birthday."),
        article("plan", "en", "Plan w", "Plan w is a gift of ours; w has more data than plan v."),
        *(article(f"other{i}", "en", f"Other {i}", "Nothing of the kind.") for i in range(8)),
    ]
    index = make_index(documents, embedder=None)
    before, after = (index.suggest(Query(text)).hits for text in ("wrap gift ", "wrap gift w"))
    assert [hit.article_id for hit in after][:1] == ["gift"]
    # The words say the same as one key before; only the keys have something to add.
    scores = [
        index.suggest(Query(text, explain=True)).hits[0].explanation.words.score
        for text in ("wrap gift ", "wrap gift w")
    ]
    assert scores[0] == scores[1] > 0
    assert before[0].article_id == "gift"
    # Asked as a finished question, the letter is a word.
    finished = index.search(Query("wrap gift w", explain=True)).hits
    assert {hit.article_id: hit.explanation.terms for hit in finished}["plan"] == ("gift", "w")


@pytest.mark.parametrize(
    ("typed", "locale"), [("pasword", "en"), ("refnud", "en"), ("henkin", "ja")]
)
def test_what_only_keys_can_read_is_ranked_by_them(shop, typed, locale):
    found = shop.suggest(Query(typed, locale))
    assert not found.no_answer
    assert found.hits[0].article_id == ("password" if typed == "pasword" else "refund")


@pytest.mark.parametrize("text", ["re", "refund", "환불", "p", "how do i get a gift", "パスワ"])
@pytest.mark.parametrize("locale", ["en", "ko", "ja", None])
def test_ending_the_ranking_early_changes_nothing_that_is_shown(make_index, text, locale):
    documents = [
        article(f"a{n}", ("en", "ko", "ja")[n % 3], f"{name} {n}", quality=n % 4 / 4)
        for n in range(60)
        for name in [CONCEPTS[n % 5][(0, 1, 2)[n % 3]]]
    ]
    index = make_index(documents)
    query = Query(text, locale=locale, limit=4, offset=1)
    whole = index.suggest(replace(query, explain=True)).hits
    assert index.suggest(query).hits == tuple(replace(hit, explanation=None) for hit in whole)


def test_the_first_letters_are_answered_as_if_words_had_been_looked_up(make_index, monkeypatch):
    titles = [f"{word} {rest}" for word in ("refund", "report", "return", "reset", "renew")
              for rest in ("an order", "a gift", "a phone")]  # fmt: skip
    documents = [
        make_document(f"d{i}", title, f"{titles[-i]}. What to rely on.")
        for i, title in enumerate(titles)
    ]
    index = make_index(documents)

    def listed():
        return [[hit.document_id for hit in index.suggest(Query(text, limit=5)).hits]
                for text in ("r", "re", "ref", "an", "a")]  # fmt: skip

    looked_up = []
    word_scores = ranking.word_scores
    monkeypatch.setattr(ranking, "word_scores",
                        lambda *a, **k: looked_up.append(a[1]) or word_scores(*a, **k))  # fmt: skip
    quick = listed()
    assert "re" not in looked_up
    index._recent = Recent(0)
    monkeypatch.setattr(ranking, "_settled", lambda *_: False)
    assert listed() == quick
    assert "re" in looked_up
