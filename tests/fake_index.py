"""A search index in memory: articles whose words begin as the question's words do, in order."""

from search.document import Hit, Results
from search.index import IndexState


class FakeIndex:
    """Keeps hits by hand and the queries it was asked; `degraded` and `silent` set its mood.

    `corrections` are what it thinks was meant, by question; asked `breaks_at`, it fails as no
    part should.
    """

    def __init__(self, hits=()):
        self.hits = list(hits)
        self.queries = []
        self.degraded = ""
        self.silent = False
        self.facets = {}
        self.did_you_mean = None
        self.corrections = {}
        self.breaks_at = None
        self.tried = []
        self.alike = ()

    def suggest(self, query):
        return self._answer(query)

    def search(self, query):
        return self._answer(query)

    def question_groups(self, questions, weights):
        """Questions with the same first word mean the same here; the heaviest comes first."""
        groups = {}
        for place in sorted(range(len(questions)), key=lambda place: -weights[place]):
            groups.setdefault(questions[place].lower().split()[0], []).append(place)
        return list(groups.values())

    def try_document(self, document):
        """Ranks as this index does, the document before the others that hold the words."""
        self.tried.append(document)
        return FakeTrial(self, document)

    def state(self):
        return IndexState("g1", 7, len(self.hits), len(self.hits), "fake", self.degraded, False)

    def close(self):
        pass

    def _answer(self, query):
        self.queries.append(query)
        if query.text == self.breaks_at:
            raise RuntimeError("This index breaks here.")
        if self.silent:
            return Results((), 0, True, bool(self.degraded))
        words = query.text.lower().split()
        found = [hit for hit in self.hits if words and all(word in _text(hit) for word in words)]
        shown = found[query.offset : query.offset + query.limit]
        return Results(
            tuple(shown),
            len(found),
            not found,
            bool(self.degraded),
            self.facets,
            self.corrections.get(query.text, self.did_you_mean),
        )


class FakeTrial:
    """The fake index with one document more; articles like it are said by `index.alike`."""

    def __init__(self, index, document):
        text = " ".join(section.text for section in document.sections)
        own = make_hit(
            document.article_id, document.locale, document.title, answer=text, score=0.99
        )
        others = [hit for hit in index.hits if hit.document_id != document.id]
        self.index = FakeIndex([own, *others])
        self.index.queries = index.queries
        self.alike_passages = index.alike

    def search(self, query):
        return self.index.search(query)

    def nearest_questions(self, questions, most):
        """Those that share a word with the document."""
        words = set(_text(self.index.hits[0]).split())
        return [text for text in questions if words & set(text.split())][:most]

    def alike(self, least):
        return [each for each in self.alike_passages if each.likeness >= least]


def make_hit(article_id, locale="en", title="Title", **values):
    """A hit with everything a test does not care about filled in."""
    given = {
        "document_id": f"{article_id}@{locale}",
        "article_id": article_id,
        "locale": locale,
        "title": title,
        "title_highlights": (),
        "answer": "",
        "answer_highlights": (),
        "anchor": "",
        "heading": "",
        "score": 0.5,
        "why": ("title",),
        "foreign": False,
        "category": "",
    }
    return Hit(**(given | values))


def _text(hit):
    return f"{hit.title} {hit.answer}".lower()
