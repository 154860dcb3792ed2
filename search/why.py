"""Why an article is among the hits, in words an editor and a customer can be shown."""

from __future__ import annotations

from search.answer import Answer
from search.highlight import Needle
from search.ranking import Ranked

NEAR_IN_MEANING = 0.35
_TYPED = 0.5


def reasons(
    entry: Ranked, answer: Answer, needle: Needle, *, in_title: bool, in_text: bool
) -> tuple[str, ...]:
    """Return of title, question, heading, tag, text, prefix and meaning those that hold.

    `in_title`, `in_text`: whether anything is highlighted there, which the caller knows already.
    """
    record = entry.record
    places = (
        ("title", in_title),
        ("question", needle.is_in("\n".join(record.questions))),
        ("heading", needle.is_in(answer.heading)),
        ("tag", needle.is_in("\n".join(record.tags))),
        ("text", in_text),
    )
    found = [name for name, holds in places if holds]
    if entry.keys >= _TYPED:
        found.append("prefix")
    if entry.meaning >= NEAR_IN_MEANING or not found:
        found.append("meaning")
    return tuple(found)
