"""tantivy by itself, with its own tokenizer and its own prefix and fuzzy queries."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Occur, Query

from benchmarks.answering import Ask, answer_all, own_memory, stopwatch
from benchmarks.engine_process import size_on_disk
from benchmarks.growing import read_grown

_WORD = re.compile(r"\w+")
_SHORTEST_WITH_SLIP = 4
_FIELDS = (("title", 2.0), ("text", 1.0))


def build(folder: Path, articles: Path) -> tantivy.Index:
    """Index the articles in one commit."""
    schema = tantivy.SchemaBuilder()
    schema.add_unsigned_field("number", fast=True)
    for name, _ in _FIELDS:
        schema.add_text_field(name)
    index = tantivy.Index(schema.build(), path=str(folder))
    writer = index.writer(100_000_000, 1)
    for article in read_grown(articles):
        row = tantivy.Document()
        row.add_unsigned("number", article.number)
        row.add_text("title", article.title)
        row.add_text("text", article.text)
        writer.add_document(row)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index


def suggesting(index: tantivy.Index) -> Ask:
    """Return a function that asks: the last word is a prefix; slips if too little is found."""
    searcher, schema = index.searcher(), index.schema

    def either(word: str, *, last: bool, slip: bool) -> Query:
        fields = []
        for name, weight in _FIELDS:
            if last or slip:
                query = Query.fuzzy_term_query(schema, name, word, int(slip), True, last)
            else:
                query = Query.term_query(schema, name, word)
            fields.append((Occur.Should, Query.boost_query(query, weight)))
        return Query.boolean_query(fields)

    def find(words: list[str], *, slips: bool) -> list[int]:
        parts = [
            (Occur.Should, either(word, last=i == len(words) - 1,
                                  slip=slips and len(word) >= _SHORTEST_WITH_SLIP))
            for i, word in enumerate(words)
        ]  # fmt: skip
        found = searcher.search(Query.boolean_query(parts), limit=5, count=False).hits
        return searcher.fast_field_values("number", [address for _, address in found])

    def ask(text: str, _locale: str) -> list[int]:
        words = [word.lower() for word in _WORD.findall(text)]
        found = find(words, slips=False)
        return found if len(found) == 5 else find(words, slips=True)

    return ask


def main() -> None:
    articles, folder, facts = Path(sys.argv[1]), Path(sys.argv[2]), dict[str, Any]()
    facts["base_memory"] = own_memory()
    with stopwatch(facts, "build"):
        index = build(folder, articles)
    facts["disk"] = size_on_disk(folder)
    answer_all({"tantivy": suggesting(index)}, facts)


if __name__ == "__main__":
    main()
