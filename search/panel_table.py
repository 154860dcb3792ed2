"""The panel in print: for a terminal, for a document, and against an earlier one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from search.panel import Column, Interval, Panel
from search.panel_rows import AUROC, COLUMNS, DOCUMENTS, QUESTIONS

_NAME_WIDTH, _WIDTH = 22, 18
_FACTS = (DOCUMENTS, QUESTIONS)
_LEAST_AUROC = "AUROC, least"


def headings() -> list[str]:
    """Return the headings of the table's columns, the set's name first."""
    return ["set", *_FACTS, *(column.name for column in COLUMNS), _LEAST_AUROC]


def terminal_row(cells: Sequence[str]) -> str:
    """Return cells of `headings`, `set_cells` or `mean_cells` as one line of fixed widths."""
    name, *others = cells
    return f"{name:{_NAME_WIDTH}}" + "".join(f"{cell:>{_WIDTH}}" for cell in others)


def set_cells(panel: Panel, name: str, show: Callable[[Interval], str]) -> list[str]:
    """Return the cells of one set's row; what it cannot tell is empty."""
    facts = [_fact(panel.fact(name, fact), ",.0f") for fact in _FACTS]
    intervals = [panel.interval(name, column) for column in COLUMNS]
    return [name, *facts, *_shown(intervals, show), _fact(panel.fact(name, AUROC), ".3f")]


def mean_cells(panel: Panel, show: Callable[[Interval], str]) -> list[str]:
    """Return the cells of the last row: means of the sets' means, and the least AUROC of all."""
    intervals = [panel.overall(column) for column in COLUMNS]
    known = [panel.fact(name, AUROC) for name in panel.sets()]
    least = min((value for value in known if value is not None), default=None)
    return ["mean", "", "", *_shown(intervals, show), _fact(least, ".3f")]


def compact(interval: Interval) -> str:
    """Return an interval as its mean and half its width."""
    return f"{interval.mean:.3f} ±{interval.half_width:.3f}"


def markdown(panel: Panel) -> Iterator[str]:
    """Yield the lines of a Markdown table, with whole intervals."""
    yield _markdown_row(headings())
    yield _markdown_row(["---", *("---:" for _ in headings()[1:])])
    for name in panel.sets():
        yield _markdown_row(set_cells(panel, name, str))
    yield _markdown_row([f"**{cell}**" if cell else "" for cell in mean_cells(panel, str)])


def comparison(panel: Panel, before: Panel) -> Iterator[str]:
    """Yield, column by column, what rose or fell on each set, and where that is beyond doubt."""
    for column in COLUMNS:
        rises = list(panel.differences(before, column))
        overall = panel.overall_difference(before, column)
        if overall is None:
            continue
        yield ""
        yield f"{column.name}{' (lower is better)' if column.lower_is_better else ''}"
        for name, rise in [*rises, ("mean", overall)]:
            yield f"  {name:{_NAME_WIDTH}} {_difference(rise, column)}".rstrip()
    yield from _auroc_comparison(panel, before)


def _auroc_comparison(panel: Panel, before: Panel) -> Iterator[str]:
    pairs = [(name, before.fact(name, AUROC), panel.fact(name, AUROC)) for name in panel.sets()]
    changed = [(name, old, new) for name, old, new in pairs if old is not None and new is not None]
    if changed:
        yield ""
        yield f"{_LEAST_AUROC} (without interval)"
    for name, old, new in changed:
        yield f"  {name:{_NAME_WIDTH}} {new - old:+.3f}  ({old:.3f} to {new:.3f})"


def _difference(rise: Interval, column: Column) -> str:
    return f"{rise.mean:+.3f} [{rise.low:+.3f}, {rise.high:+.3f}] {column.verdict(rise)}"


def _shown(intervals: Sequence[Interval | None], show: Callable[[Interval], str]) -> list[str]:
    return [show(interval) if interval else "" for interval in intervals]


def _fact(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
