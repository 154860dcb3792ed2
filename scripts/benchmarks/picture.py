"""Pictures of the figures, as SVG without any library, readable on a light and a dark page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

STYLE = """
text{font:13px system-ui,sans-serif;fill:#24292f}.quiet{fill:#57606a;font-size:12px}
.title{font-size:15px;font-weight:600}.line{stroke:#d0d7de}.kotae{fill:#0969da}.peer{fill:#8c959f}.back{fill:#ffffff}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.quiet{fill:#9198a1}.line{stroke:#3d444d}
.kotae{fill:#4493f8}.peer{fill:#656c76}.back{fill:#0d1117}}
"""
_LEFT, _WIDTH, _BAR, _GAP = 190, 860, 14, 8
_PLOT = _WIDTH - _LEFT - 110


def draw_suggest(run: dict[str, Any]) -> str:
    """Draw the CPU time of every path at every size, p50 to p99, on a logarithmic scale."""
    from benchmarks.suggest_table import name_of

    groups = [
        (f"{int(size):,} articles", [
            (name_of(path), path, [v / 1000 for v in figures["kinds"]["all"]["cpu_us"]])
            for path, figures in measured["engines"].items()
        ])
        for size, measured in run["sizes"].items()
    ]  # fmt: skip
    values = [v for _, rows in groups for _, _, times in rows for v in times if v > 0]
    # The scale begins below the fastest, so that even that has a bar.
    low, high = min(values) / 2, 10 ** math.ceil(math.log10(max(values)))
    return _bars("CPU time of one suggestion: p50 (solid) to p99 (pale), ms, logarithmic",
                 groups, low, high)  # fmt: skip


def _bars(
    title: str,
    groups: Sequence[tuple[str, Sequence[tuple[str, str, Sequence[float]]]]],
    low: float,
    high: float,
) -> str:
    from benchmarks.suggest_run import PEERS

    span = math.log10(high / low)

    def at(value: float) -> float:
        return _LEFT + _PLOT * max(0.0, math.log10(max(value, low) / low)) / span

    parts, y = [f'<text class="title" x="16" y="26">{escape(title)}</text>'], 44.0
    for name, rows in groups:
        y += 18
        parts.append(f'<text class="title" x="16" y="{y:.0f}">{escape(name)}</text>')
        top, y = y + 8, y + 14
        bars = []
        for label, path, times in rows:
            kind = "peer" if path in PEERS else "kotae"
            middle, late = at(times[0]), at(times[2])
            bars += [
                f'<text x="{_LEFT - 10}" y="{y + 11:.0f}" text-anchor="end">{escape(label)}</text>',
                _rectangle(kind, _LEFT, y, late - _LEFT, 0.35),
                _rectangle(kind, _LEFT, y, middle - _LEFT, 1),
                f'<text class="quiet" x="{late + 6:.1f}" y="{y + 11:.0f}">'
                f"{_short(times[0])} – {_short(times[2])}</text>",
            ]
            y += _BAR + _GAP
        parts += [*_scale(at, low, high, top, y), *bars]
        y += 22
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y + 6:.0f}" role="img" '
        f'aria-label="{escape(title)}"><style>{STYLE}</style>'
        f'<rect class="back" width="100%" height="100%"/>{"".join(parts)}</svg>\n'
    )


def _rectangle(kind: str, x: float, y: float, width: float, opacity: float) -> str:
    return (f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{max(1.0, width):.1f}" '
            f'height="{_BAR}" rx="2" opacity="{opacity}"/>')  # fmt: skip


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"


def _scale(at: Any, low: float, high: float, top: float, bottom: float) -> list[str]:
    decades = range(math.ceil(math.log10(low)), round(math.log10(high)) + 1)
    marks = [10.0**decade for decade in decades]
    return [
        f'<line class="line" x1="{at(m):.1f}" x2="{at(m):.1f}" y1="{top:.0f}" y2="{bottom:.0f}"/>'
        f'<text class="quiet" x="{at(m):.1f}" y="{bottom + 14:.0f}" text-anchor="middle">'
        f"{m:g}</text>"
        for m in marks
    ]
