"""Sheets as CSV (RFC 4180): figures first, then each chart and table below its name."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Response

from app.insights.figures import Sheet

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula; visitors type questions, too."""


def csv_of_sheet(sheet: Sheet) -> str:
    """The sheet; names are the ids of the definitions, numbers are as exact as they are."""
    text = io.StringIO()
    writer = csv.writer(text)
    if sheet.figures:
        columns = ("value", "low", "high", "count", "of", "before")
        writer.writerow(("figure", *columns))
        for figure in sheet.figures:
            writer.writerow(_cells([figure.id, *(getattr(figure, name) for name in columns)]))
    for chart in sheet.charts:
        writer.writerows([(), (chart.id, *chart.series)])
        for place, label in enumerate(chart.labels):
            writer.writerow([label, *(values[place] for values in chart.series.values())])
    for table in sheet.tables:
        names = [name for name, kind in table.columns if kind != "todo"]
        writer.writerows([(), (f"table {table.id}", *names)])
        for row in table.rows:
            writer.writerow(["", *_cells(row.get(name) for name in names)])
    return text.getvalue()


def csv_of_rows(rows: Sequence[Mapping[str, Any]]) -> str:
    """Records with the same members, named in the first line; nothing for none."""
    text = io.StringIO()
    writer = csv.writer(text)
    if rows:
        writer.writerow(rows[0])
        writer.writerows(_cells(row.values()) for row in rows)
    return text.getvalue()


def download(text: str, name: str) -> Response:
    """A CSV file to keep."""
    # The mark at the start tells spreadsheets that it is UTF-8.
    response = Response("\ufeff" + text, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _cells(values: Iterable[Any]) -> list[Any]:
    return [_cell(value) for value in values]


def _cell(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        value = " | ".join(map(str, value))
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value
