"""The golden questions about the sample help center: reading, asking and counting.

A table holds one row of numbers for each kind of question in each language, and `all` for the
sums; gate.json has the same shape with the least (or most) that is allowed.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from search.document import Query

FOLDER = Path(__file__).resolve().parent
LANGUAGES = ("en", "ko", "ja", "zh")
KINDS = ("plain", "paraphrase", "typo", "half", "crosslingual", "no_answer")
UNANSWERABLE = "no_answer"
ALL = "all"
PLACES = 3
SLACK = 0.05
AT_LEAST = ("hit@3", "p@1")
AT_MOST = ("false_silence", "false_suggestion", "false_while_typing")


@dataclass(frozen=True)
class Golden:
    """A question as a customer writes it, and the articles that a support agent would accept."""

    id: str
    text: str
    lang: str
    kind: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """What came back: article ids in order, and whether anything was put forward as an answer."""

    golden: Golden
    found: tuple[str, ...]
    silent: bool
    score: float
    degraded: bool
    silent_while_typing: bool = True
    """What `suggest` did with a question that nothing answers; it is more forthcoming."""


def read_golden(path=FOLDER / "golden.jsonl"):
    """Read the questions in the order of the file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    return [Golden(**{**row, "answers": tuple(row["answers"])}) for row in rows]


def read_gate(path=FOLDER / "gate.json"):
    """Read the bounds: kind -> language -> measure -> number."""
    return json.loads(path.read_text(encoding="utf-8"))


def ask(index, golden):
    """Put one question to the index as the site does; a half-typed one as suggestions are asked.

    What nothing answers goes through both: a search page may list something, a suggestion that
    pops up unasked had better be right.
    """
    query = Query(golden.text, golden.lang, limit=PLACES)
    results = index.suggest(query) if golden.kind == "half" else index.search(query)
    typed = index.suggest(query).no_answer if golden.kind == UNANSWERABLE else True
    found = tuple(hit.article_id for hit in results.hits)
    score = results.hits[0].score if results.hits else 0.0
    return Asked(golden, found, results.no_answer, score, results.degraded, typed)


def measures_of(asked):
    """What one question counts for, 0 or 1 by measure."""
    if asked.golden.kind == UNANSWERABLE:
        return {
            "false_suggestion": int(not asked.silent),
            "false_while_typing": int(not asked.silent_while_typing),
        }
    right = [article in asked.golden.answers for article in asked.found]
    return {
        "hit@3": int(any(right)),
        "p@1": int(any(right[:1])),
        "false_silence": int(asked.silent),
    }


def tabulate(everything):
    """Mean of each measure: kind -> language -> measure; `all` stands for every kind or language.

    `all` kinds has every measure: false_suggestion and false_while_typing over the questions that
    nothing answers, the others over the rest.
    """
    values = defaultdict(lambda: defaultdict(list))
    for asked in everything:
        golden = asked.golden
        for kind in (golden.kind, ALL):
            for language in (golden.lang, ALL):
                for measure, value in measures_of(asked).items():
                    values[kind, language][measure].append(value)
    table = defaultdict(dict)
    for (kind, language), row in values.items():
        table[kind][language] = {name: sum(each) / len(each) for name, each in row.items()}
        table[kind][language]["questions"] = max(map(len, row.values()))
    return table


def slack_of(kind, language, questions):
    """How far a number may fall: one question of a single cell, where that is more than SLACK."""
    return SLACK if ALL in (kind, language) else max(SLACK, 1 / questions)


def gate_for(table):
    """The bounds that follow from measured numbers, rounded to the lenient side."""
    gate = defaultdict(dict)
    for kind, language, row in rows_of(table):
        slack = slack_of(kind, language, row["questions"])
        lower = {m: _floor(max(0.0, row[m] - slack)) for m in AT_LEAST if m in row}
        upper = {m: _ceil(min(1.0, row[m] + slack)) for m in AT_MOST if m in row}
        gate[kind][language] = lower | upper
    return gate


def beyond(row, gate):
    """The measures of a row that are outside of their bounds."""
    low = [name for name in AT_LEAST if name in gate and row[name] < gate[name]]
    return low + [name for name in AT_MOST if name in gate and row[name] > gate[name]]


def rows_of(table):
    """Yield kind, language and row, kinds and languages in a fixed order, sums last."""
    for kind in (*KINDS, ALL):
        for language in (*LANGUAGES, ALL):
            if language in table.get(kind, {}):
                yield kind, language, table[kind][language]


def format_table(table):
    """The table as text, one line for each kind and language."""
    names = (*AT_LEAST, *AT_MOST)
    lines = [f"{'kind':13}{'lang':5}{'n':>4}" + "".join(f"{name:>20}" for name in names)]
    for kind, language, row in rows_of(table):
        numbers = (f"{row[name]:20.3f}" if name in row else " " * 20 for name in names)
        lines.append(f"{kind:13}{language:5}{row['questions']:4}" + "".join(numbers).rstrip())
    return "\n".join(lines)


def format_failures(everything):
    """The questions that are not answered first, left unanswered, or answered without reason."""
    return "\n".join(filter(None, map(_format_failure, everything))) or "  none"


def print_table(everything):
    """Print the table, the questions that failed, and the gate that these numbers would give."""
    table = tabulate(everything)
    print("\n" + format_table(table))
    print("\nfailed:\n" + format_failures(everything))
    print("\ngate.json of these numbers:\n" + format_gate(gate_for(table)))


def format_gate(gate):
    """gate.json as text, one line for each kind and language."""
    kinds = []
    for kind, languages in gate.items():
        rows = [f'    "{name}": {json.dumps(row)}' for name, row in languages.items()]
        kinds.append(f'  "{kind}": {{\n' + ",\n".join(rows) + "\n  }")
    return "{\n" + ",\n".join(kinds) + "\n}"


def _format_failure(asked):
    counts, golden = measures_of(asked), asked.golden
    faults = [
        text
        for text, is_so in (
            ("put forward", counts.get("false_suggestion")),
            ("put forward while typing", counts.get("false_while_typing")),
            ("silent", counts.get("false_silence")),
            ("not in the first 3", counts.get("hit@3") == 0),
            ("not first", counts.get("hit@3") == 1 and counts["p@1"] == 0),
        )
        if is_so
    ]
    if not faults:
        return ""
    came, wanted = ", ".join(asked.found) or "nothing", " or ".join(golden.answers) or "nothing"
    return (
        f"  {golden.id} [{'; '.join(faults)}] {golden.text!r}\n"
        f"      came: {came} ({asked.score:.2f}); wanted: {wanted}"
    )


def _floor(value):
    # The small number keeps 0.9500000001 from being rounded away from 0.95.
    return math.floor(value * 1000 + 1e-6) / 1000


def _ceil(value):
    return math.ceil(value * 1000 - 1e-6) / 1000
