"""The picture of `scripts/bench intervals`: a dot for each kind of experiment, a row for a rate."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from benchmarks.picture import STYLE

_LOW, _HIGH, _STEP = 0.92, 0.98, 0.01
_LEFT, _WIDTH, _RIGHT = 230, 860, 30
_ROW, _TOP = 22, 52
_TITLE = "Share of simulated experiments whose 95% interval holds the truth"


def draw_coverage(
    cells: Sequence[dict[str, Any]], kinds: Sequence[str], band: tuple[float, float]
) -> str:
    """Draw the coverage of each kind of interval; `band` is where all of it should lie."""
    parts, y = [f'<text class="title" x="16" y="26">{_TITLE}</text>'], _TOP
    for kind in kinds:
        for rate in sorted({cell["rate"] for cell in cells}):
            shares = [cell[kind] for cell in cells if cell["rate"] == rate]
            label = f"{kind}, {rate:.1%}"
            parts.append(f'<text x="{_LEFT - 14}" y="{y + 15}" text-anchor="end">{label}</text>')
            parts += [
                f'<circle class="kotae" cx="{_at(share):.1f}" cy="{y + 11}" r="4" opacity="0.55"/>'
                for share in shares
            ]
            y += _ROW
        y += 8
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y + 30}" role="img" '
        f'aria-label="{escape(_TITLE)}"><style>{STYLE}</style>'
        f'<rect class="back" width="100%" height="100%"/>{_band(band, y)}{_scale(y)}'
        f"{''.join(parts)}</svg>\n"
    )


def _band(band: tuple[float, float], bottom: int) -> str:
    left, right = map(_at, band)
    return (
        f'<rect class="peer" opacity="0.15" x="{left:.1f}" y="{_TOP}" '
        f'width="{right - left:.1f}" height="{bottom - _TOP}"/>'
    )


def _scale(bottom: int) -> str:
    steps = round((_HIGH - _LOW) / _STEP)
    marks = [_LOW + _STEP * step for step in range(steps + 1)]
    return "".join(
        f'<line class="line" x1="{_at(m):.1f}" x2="{_at(m):.1f}" y1="{_TOP}" y2="{bottom}"/>'
        f'<text class="quiet" x="{_at(m):.1f}" y="{bottom + 16}" text-anchor="middle">'
        f"{m:.0%}</text>"
        for m in marks
    )


def _at(share: float) -> float:
    inside = min(max(share, _LOW), _HIGH)
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (inside - _LOW) / (_HIGH - _LOW)
