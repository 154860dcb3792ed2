"""Why an article is among the hits, in words an editor and a customer can be shown."""

from __future__ import annotations

from search.answer import Answer
from search.highlight import Needle
from search.ranking import Ranked

NEAR_IN_MEANING = 0.35
_TYPED = 0.5


def reasons(entry: Ranked, answer: Answer, needle: Needle) -> tuple[str, ...]:
    """Return of title, question, heading, tag, text, prefix and meaning those that hold."""
    record = entry.record
    places = (
        ("title", record.title),
        ("question", "\n".join(record.questions)),
        ("heading", answer.heading),
        ("tag", "\n".join(record.tags)),
        ("text", answer.text),
    )
    found = [name for name, text in places if needle.is_in(text)]
    if entry.keys >= _TYPED:
        found.append("prefix")
    if entry.meaning >= NEAR_IN_MEANING or not found:
        found.append("meaning")
    return tuple(found)
