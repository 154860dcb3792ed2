"""Documents and embedders for tests of the search engine."""

from __future__ import annotations

import contextlib
import os
import re
import time
from functools import cache
from pathlib import Path
from zlib import crc32

import numpy as np
from ruamel.yaml import YAML

from search.document import Document, Section
from search.fusion import Weights
from search.index import SearchIndex

ROOT = Path(__file__).resolve().parents[1]

TINY_WEIGHTS = Weights(lowest_cosine=0.1, highest_cosine=0.8, slope=18.0, midpoint=0.35, floor=0.5)
"""Calibration for TinyEmbedder, whose unrelated texts are near cosine 0."""

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_HEADING = re.compile(r"^(#{2,4})\s+(.*)$")
_MARKUP = re.compile(r"!\[[^\]]*\]\([^)]*\)|\]\([^)]*\)|[*`\[|]|^\s*[-|: ]+$", re.MULTILINE)


def make_document(article_id, title, text="", *, locale="en", **values):
    """An article of one section without a heading, unless `sections` says otherwise."""
    given = {"sections": (Section((), "", text),) if text else ()}
    return Document(f"{article_id}@{locale}", article_id, locale, title, **(given | values))


@contextlib.contextmanager
def opened_indexes(folder, **usual):
    """Makes indexes of documents, each in a folder of its own, and closes them in the end.

    `usual`: what SearchIndex is given unless a call says otherwise.
    """
    made = []

    def make(documents, embedder=None, **values):
        given = {"engine": "whoosh", "weights": TINY_WEIGHTS} | usual | values
        index = SearchIndex(folder / f"index-{len(made)}", embedder=embedder, **given)
        made.append(index)
        index.rebuild(documents, total=len(documents))
        return index

    try:
        yield make
    finally:
        for index in made:
            index.close()


def age(directory):
    """Set the clock of all files back an hour: nobody is in the middle of writing them."""
    hour_ago = time.time() - 3_600
    for path in [directory, *directory.rglob("*")]:
        # A reader may take away what a killed writer left, meanwhile.
        with contextlib.suppress(FileNotFoundError):
            os.utime(path, (hour_ago, hour_ago))


def shared_directory():
    """Where the measuring sets are; it need not exist."""
    return Path(os.environ.get("KB_SHARED_DIR") or ROOT / "../shared").resolve()


@cache
def sample_documents():
    """The sample help center, its Markdown read just well enough to be searched."""
    paths = sorted((ROOT / "articles").glob("*/*/*.md"))
    return tuple(_read(path) for path in paths if path.stem not in ("index", "_category"))


def _read(path):
    front, body = _FRONT_MATTER.match(path.read_text(encoding="utf-8")).groups()
    facts = YAML(typ="safe").load(front)
    article_id = facts.get("id") or f"{path.parent.name}/{path.stem}"
    return make_document(
        article_id,
        facts["title"],
        locale=path.parts[-3],
        sections=tuple(_sections(body)),
        questions=tuple(map(str, facts.get("questions") or ())),
        tags=tuple(map(str, facts.get("tags") or ())),
        category=facts.get("category") or path.parent.name,
        products=tuple(facts.get("products") or ()),
    )


def _sections(body):
    path, lines = (), []
    for line in body.splitlines():
        heading = _HEADING.match(line)
        if heading:
            yield Section(path, path[-1] if path else "", _plain(lines))
            path, lines = (heading[2],), []
        else:
            lines.append(line)
    yield Section(path, path[-1] if path else "", _plain(lines))


def _plain(lines):
    return _MARKUP.sub(" ", "\n".join(lines)).strip()


class ConceptEmbedder:
    """Vectors by meaning: each known word, in any language, adds to the axis of its concept.

    `concepts`: word -> axis. What is not known adds a little to the axis of `languages[script]`,
    which is how a multilingual model keeps languages apart. Texts without a known word are about
    something of their own each. Counts what it is given.
    """

    dimensions = 32
    fingerprint = "concepts"

    def __init__(self, concepts, *, language_share=0.0):
        self._axes = {word: i for i, words in enumerate(concepts) for word in words}
        self._language_share = language_share
        self.texts = 0

    def warm(self):
        pass

    def encode_queries(self, texts):
        return self._encode(texts)

    encode_passages = encode_queries

    def _encode(self, texts):
        self.texts += len(texts)
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word, axis in self._axes.items():
                row[axis] += text.lower().count(word)
            if not row.any():
                spare = range(len(set(self._axes.values())), self.dimensions - 2)
                row[spare[crc32(text.encode("utf-8", "replace")) % len(spare)]] = 1.0
            length = float(np.linalg.norm(row))
            row[-1 if text.isascii() else -2] = self._language_share * length
            row /= np.linalg.norm(row)
        return rows
