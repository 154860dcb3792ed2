"""One contract, two engines: what holds for one holds for the other."""

from __future__ import annotations

import gc
import shutil
import threading

import pytest

from search.damage import IndexDamaged
from search.lexical.contract import K1, Entry, bm25, ideal_score, idf, term_weights
from search.lexical.engines import WHOOSH_LIMIT, choose_engine, create_engine, open_engine
from search.lexical.seal import break_seal
from tests.search_documents import age

ENGINES = ["whoosh", "tantivy"]


def entry(number, terms, *labels):
    return Entry(number, terms.split(), list(labels))


def numbers(ranked):
    return [number for number, _ in ranked]


@pytest.mark.parametrize("name", ENGINES)
class TestLexicalEngine:
    @pytest.fixture
    def directory(self, tmp_path):
        return tmp_path / "lexical"

    @pytest.fixture
    def engine(self, name, directory):
        engine = create_engine(name, directory)
        yield engine
        engine.close()

    def test_a_new_index_is_empty(self, engine):
        assert engine.count() == 0
        assert engine.search(["refund"], 10) == []
        assert engine.document_frequency("refund") == 0

    def test_what_was_put_is_found(self, engine):
        engine.replace([entry(7, "refund money"), entry(8, "delivery")], [])
        assert numbers(engine.search(["refund"], 10)) == [7]
        assert numbers(engine.search(["delivery", "refund"], 10)) in ([7, 8], [8, 7])
        assert engine.count() == 2

    def test_what_was_put_is_there_after_opening_it_again(self, name, engine, directory):
        engine.replace([entry(7, "refund 환불 退款 返金")], [])
        again = open_engine(name, directory)
        for term in ("refund", "환불", "退款", "返金"):
            assert numbers(again.search([term], 10)) == [7]
        assert again.count() == 1
        again.close()

    def test_the_arithmetic_and_what_is_kept_of_lengths_are_those_of_the_engine(self, engine):
        assert engine.reader().average_length() == 0.0
        lengths = [1, 5, 24, 25, 40, 41, 55, 56, 57, 100, 233, 999, 1_000, 4_097, 30_000]
        texts = ["refund " * min(3, length) + "x " * (length - 3) for length in lengths]
        engine.replace([entry(number, text) for number, text in enumerate(texts)], [])
        reader = engine.reader()
        average = sum(len(text.split()) for text in texts) / len(texts)
        assert reader.average_length() == pytest.approx(average, rel=1e-6)
        weight = idf(len(texts), len(texts))
        for number, score in reader.search(["refund"], len(texts)):
            times, length = texts[number].count("refund"), reader.kept_length(lengths[number])
            expected = bm25(weight, times, length, average)
            assert score == pytest.approx(expected, rel=1e-5), lengths[number]

    def test_an_unknown_term_finds_nothing_and_spoils_nothing(self, engine):
        engine.replace([entry(7, "refund")], [])
        assert engine.search(["unheard"], 10) == []
        assert numbers(engine.search(["unheard", "refund"], 10)) == [7]
        assert engine.search([], 10) == []

    def test_a_removed_document_is_not_found(self, engine):
        engine.replace([entry(n, "refund") for n in (1, 2, 3)], [])
        engine.replace([], [1, 3])
        assert numbers(engine.search(["refund"], 10)) == [2]
        assert engine.count() == 1

    def test_a_removed_document_stays_gone_after_opening_it_again(self, name, engine, directory):
        engine.replace([entry(n, "refund") for n in (1, 2)], [])
        engine.replace([], [1])
        again = open_engine(name, directory)
        assert numbers(again.search(["refund"], 10)) == [2]
        again.close()

    def test_a_document_put_again_is_found_by_its_new_terms_only(self, engine):
        engine.replace([entry(1, "refund"), entry(2, "delivery")], [])
        engine.replace([entry(1, "payment")], [])
        assert engine.search(["refund"], 10) == []
        assert numbers(engine.search(["payment"], 10)) == [1]
        assert engine.count() == 2

    def test_a_removed_document_can_come_back(self, engine):
        engine.replace([entry(1, "refund")], [])
        engine.replace([], [1])
        engine.replace([entry(1, "refund")], [])
        assert numbers(engine.search(["refund"], 10)) == [1]
        assert engine.count() == 1

    def test_removing_and_adding_in_one_commit(self, engine):
        engine.replace([entry(1, "refund"), entry(2, "refund")], [])
        engine.replace([entry(3, "refund")], [1, 99])
        assert sorted(numbers(engine.search(["refund"], 10))) == [2, 3]

    def test_a_large_document_number_is_kept(self, engine):
        engine.replace([entry(2**40, "refund")], [])
        assert numbers(engine.search(["refund"], 10)) == [2**40]
        engine.replace([], [2**40])
        assert engine.search(["refund"], 10) == []

    def test_a_long_lived_reader_sees_no_deleted_document_after_its_refresh(
        self, name, engine, directory
    ):
        engine.replace([entry(n, "refund") for n in range(1, 21)], [])
        reader = open_engine(name, directory)
        assert len(reader.search(["refund"], 100)) == 20
        for n in range(1, 11):
            engine.replace([entry(100 + n, "refund")], [n])
            reader.refresh()
            found = numbers(reader.search(["refund"], 100))
            assert len(found) == len(set(found)) == 20
            assert not set(found) & set(range(1, n + 1))
        assert reader.count() == 20
        reader.close()

    def test_a_reader_answers_from_the_old_commit_until_it_refreshes(self, name, engine, directory):
        engine.replace([entry(1, "refund")], [])
        reader = open_engine(name, directory)
        engine.replace([entry(2, "refund")], [1])
        assert numbers(reader.search(["refund"], 10)) == [1]
        reader.refresh()
        assert numbers(reader.search(["refund"], 10)) == [2]
        reader.close()

    def test_labels_of_a_group_are_alternatives_and_groups_are_all_required(self, engine):
        engine.replace(
            [
                entry(1, "refund", "audience:public", "product:web"),
                entry(2, "refund", "audience:agents", "product:web"),
                entry(3, "refund", "audience:public", "product:ios"),
                entry(4, "refund"),
            ],
            [],
        )

        def seen(*required):
            return sorted(numbers(engine.search(["refund"], 10, required)))

        assert seen() == [1, 2, 3, 4]
        assert seen(["audience:public"]) == [1, 3]
        assert seen(["audience:public", "audience:agents"]) == [1, 2, 3]
        assert seen(["audience:public"], ["product:web"]) == [1]
        assert seen(["audience:unheard"]) == []
        assert seen(["audience:public"], []) == []

    def test_a_label_may_hold_any_character_but_white_space(self, engine):
        engine.replace([entry(1, "refund", "category:결제/카드_2", "product:C++|&'\"*?")], [])
        assert numbers(engine.search(["refund"], 9, [["category:결제/카드_2"]])) == [1]
        assert numbers(engine.search(["refund"], 9, [["product:C++|&'\"*?"]])) == [1]
        assert engine.search(["refund"], 9, [["category:결제"]]) == []

    def test_a_label_does_not_change_the_score(self, engine):
        engine.replace([entry(1, "refund", "x"), entry(2, "refund money", "x", "y")], [])
        plain = engine.search(["refund"], 9)
        filtered = engine.search(["refund"], 9, [["x"]])
        assert numbers(plain) == numbers(filtered)
        assert [s for _, s in filtered] == pytest.approx([s for _, s in plain])

    def test_no_more_than_asked_for_and_the_best_of_them(self, engine):
        entries = [entry(n, "refund " * n + "other " * (30 - n)) for n in range(1, 30)]
        engine.replace(entries, [])
        assert numbers(engine.search(["refund"], 3)) == [29, 28, 27]

    def test_rare_terms_and_more_terms_rank_higher(self, engine):
        engine.replace([entry(n, "common filler") for n in range(1, 9)], [])
        engine.replace([entry(10, "rare filler"), entry(11, "rare common")], [])
        ranked = numbers(engine.search(["common", "rare"], 20))
        assert ranked[:2] == [11, 10]

    def test_the_score_is_bm25(self, engine):
        texts = ("a a b", "a b c", "c c d", "d d d")
        engine.replace([entry(n, text) for n, text in enumerate(texts, 1)], [])
        scores = dict(engine.search(["a", "b"], 10))
        twice = 2 * (K1 + 1) / (2 + K1)
        expected = {1: idf(4, 2) * twice + idf(4, 2), 2: 2 * idf(4, 2)}
        assert scores == pytest.approx(expected, rel=1e-3)

    def test_of_what_a_word_may_become_the_best_counts_that_the_document_itself_holds(self, engine):
        """Whoosh's own matcher gives a document the score of another one that comes later."""
        texts = ("b x", "a x", "b x", "c x", "a b x")
        engine.replace([entry(n, text) for n, text in enumerate(texts, 1)], [])
        alone = {term: dict(engine.search([term], 9)) for term in "abc"}
        found = dict(engine.search([], 9, (), [("a", 4.0), ("b", 2.0), ("c", 1.0)]))
        expected = {1: 2 * alone["b"][1], 2: 4 * alone["a"][2], 3: 2 * alone["b"][3],
                    4: alone["c"][4], 5: 4 * alone["a"][5]}  # fmt: skip
        assert found == pytest.approx(expected, rel=1e-3)

    def test_no_score_reaches_the_ideal_one(self, engine):
        engine.replace([entry(1, "a " * 200), entry(2, "b"), entry(3, "c " * 50)], [])
        ideal = ideal_score(term_weights(engine, ["a"]))
        assert 0.8 * ideal < engine.search(["a"], 1)[0][1] < ideal

    def test_no_score_reaches_the_ideal_one_however_often_documents_are_put_again(self, engine):
        """Postings of deleted documents must not make a term look common to one side only."""
        for n in range(0, 18, 3):
            entries = [entry(n + i, f"{term} x") for i, term in enumerate("abc")]
            engine.replace(entries, range(n - 3, n) if n else [])
            best = engine.search(["a"], 1)[0][1]
            assert best < ideal_score(term_weights(engine, ["a"])), f"after {n} replacements"

    def test_document_frequencies_are_counted(self, engine):
        engine.replace([entry(1, "a a b"), entry(2, "a c")], [])
        assert [engine.document_frequency(t) for t in "abcd"] == [2, 1, 1, 0]
        engine.replace([entry(3, "a d")], [])
        assert [engine.document_frequency(t) for t in "abcd"] == [3, 1, 1, 1]

    def test_term_weights_stay_positive_after_many_deletions(self, engine):
        for n in range(1, 9):
            engine.replace([entry(n, "a b")], [n - 1])
        weights = term_weights(engine, ["a", "unheard"])
        assert 0 < weights["a"] < weights["unheard"]

    def test_a_term_may_be_long_and_a_query_may_have_many(self, engine):
        word = "w" * 5_000
        engine.replace([entry(1, f"{word} {' '.join(f't{i}' for i in range(2_000))}")], [])
        assert numbers(engine.search([word], 5)) == [1]
        assert numbers(engine.search([f"t{i}" for i in range(500)], 5)) == [1]

    def test_a_failed_commit_does_not_block_the_next(self, engine):
        engine.replace([entry(1, "refund")], [])
        with pytest.raises((TypeError, ValueError, AttributeError)):
            engine.replace([entry(2, "refund"), Entry(3, None, [])], [1])
        engine.replace([entry(4, "refund")], [])
        assert sorted(numbers(engine.search(["refund"], 9))) == [1, 4]

    def test_searches_go_on_while_another_thread_replaces(self, engine):
        """Documents are replaced in pairs; each search must find a whole pair."""
        engine.replace([entry(1, "refund"), entry(2, "refund")], [])
        stop, wrong = threading.Event(), []

        def look():
            while not stop.is_set():
                try:
                    found = numbers(engine.search(["refund"], 10))
                    if len(found) != 2 or found[0] % 2 == found[1] % 2:
                        wrong.append(found)
                        return
                    engine.document_frequency("refund")
                    engine.count()
                except Exception as error:  # any error at all is what is looked for
                    wrong.append(error)
                    return

        threads = [threading.Thread(target=look) for _ in range(2)]
        for thread in threads:
            thread.start()
        for n in range(3, 43, 2):
            engine.replace([entry(n, "refund"), entry(n + 1, "refund")], [n - 2, n - 1])
        stop.set()
        for thread in threads:
            thread.join()
        assert wrong == []

    def test_a_missing_directory_is_damaged(self, name, directory):
        with pytest.raises(IndexDamaged, match="lexical"):
            open_engine(name, directory)

    def test_an_empty_directory_is_damaged(self, name, directory):
        directory.mkdir()
        age(directory)
        with pytest.raises(IndexDamaged):
            open_engine(name, directory)

    # Whoosh leaves a damaged file open for the garbage collector.
    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    @pytest.mark.parametrize("damage", ["missing", "empty", "half", "zeros", "text"])
    def test_each_damaged_file_is_noticed_when_the_index_is_opened(
        self, name, engine, directory, tmp_path, damage
    ):
        engine.replace([entry(n, f"refund w{n}", "x") for n in range(1, 40)], [])
        engine.replace([entry(n, f"delivery w{n}", "x") for n in range(40, 50)], [])
        for path in sorted(directory.iterdir()):
            copy = tmp_path / f"copy of {path.name}"
            shutil.copytree(directory, copy)
            harm(copy / path.name, damage)
            age(copy)
            try:
                damaged = open_engine(name, copy)
            except IndexDamaged:
                continue
            # Then the file was not needed, and nothing may be missing.
            assert len(damaged.search(["refund", "delivery"], 100, [["x"]])) == 49, path.name
            damaged.close()
        gc.collect()


def harm(path, damage):
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
        return
    damaged = {
        "empty": b"",
        "half": content[: len(content) // 2],
        "zeros": bytes(len(content)),
        "text": (b"not an index " * (len(content) // 13 + 1))[: len(content)],
    }
    path.write_bytes(damaged[damage])


def test_the_number_of_documents_chooses_the_engine():
    assert choose_engine("auto", 0) == "whoosh"
    assert choose_engine("auto", WHOOSH_LIMIT) == "whoosh"
    assert choose_engine("auto", WHOOSH_LIMIT + 1) == "tantivy"


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_asked_for_is_taken_whatever_the_number(name):
    assert choose_engine(name, 10**6) == choose_engine(name, 1) == name


def test_inverse_document_frequency_falls_and_stays_positive():
    values = [idf(100, n) for n in range(101)]
    assert values == sorted(values, reverse=True)
    assert values[-1] > 0


def test_what_a_killed_writer_left_behind_does_not_stop_the_next(tmp_path):
    """Tantivy names the file of a deletion by its commit; one cut short has taken the name."""
    directory = tmp_path / "lexical"
    engine = create_engine("tantivy", directory)
    engine.replace([entry(number, "refund") for number in (1, 2, 3)], [])
    committed = (directory / "meta.json").read_bytes()
    engine.replace([entry(4, "refund")], [2])
    engine.close()
    assert list(directory.glob("*.del"))
    (directory / "meta.json").write_bytes(committed)
    break_seal(directory)
    engine = open_engine("tantivy", directory)
    assert sorted(numbers(engine.search(["refund"], 10))) == [1, 2, 3]
    engine.replace([entry(4, "refund")], [2])
    assert sorted(numbers(engine.search(["refund"], 10))) == [1, 3, 4]
    engine.close()
