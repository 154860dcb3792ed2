"""Charts as shapes: what is drawn where."""

import pytest

from app.insights.drawing import HEIGHT, WIDTH, draw_band, draw_bars
from app.insights.figures import Chart


def band(low, high, middle=None):
    middle = middle or [(a + b) / 2 for a, b in zip(low, high, strict=True)]
    days = [f"2026-03-{day + 1:02}" for day in range(len(low))]
    return draw_band(Chart("course", "band", days, {"value": middle, "low": low, "high": high}))


def points(text):
    return [tuple(map(float, point.split(","))) for point in text.split()]


def test_the_line_runs_within_the_area_from_left_to_right():
    drawn = band([-4.0, -1.0, 0.5], [6.0, 4.0, 3.0])
    line, area = points(drawn.line), points(drawn.area)
    high, low = area[:3], area[:2:-1]
    assert [x for x, _ in line] == [x for x, _ in high] == [x for x, _ in low]
    assert all(top < middle < bottom for (_, top), (_, middle), (_, bottom)
               in zip(high, line, low, strict=True))  # fmt: skip
    assert drawn.left == line[0][0] < line[-1][0] < WIDTH


def test_zero_is_in_sight_wherever_the_limits_lie():
    for low, high in (([2.0, 3.0], [5.0, 6.0]), ([-9.0, -8.0], [-4.0, -3.0])):
        drawn = band(low, high)
        assert drawn.zero in [tick.y for tick in drawn.ticks if tick.text in ("0", "-0")]
        assert 0 < drawn.zero < HEIGHT


def test_the_first_days_go_beyond_the_frame_and_do_not_press_the_rest_flat():
    drawn = band([-100.0, -30.0, -2.0, -1.0], [100.0, 40.0, 4.0, 3.0], [50.0, 5.0, 1.0, 1.0])
    assert {tick.text for tick in drawn.ticks} == {"-2", "0", "2", "4"}
    inside = [drawn.top <= y <= drawn.bottom for _, y in points(drawn.area)]
    assert inside == [False, False, True, True, True, True, False, False]
    # What is off the scale is not drawn at its edge as if it were there.
    line = [y for _, y in points(drawn.line)]
    assert [y < drawn.top for y in line] == [True, True, False, False]
    assert line[0] < line[1]


def test_an_experiment_without_any_difference_can_be_drawn():
    assert len(points(band([0.0, 0.0], [0.0, 0.0]).line)) == 2


@pytest.mark.parametrize("length", [0.02, 0.03, 1, 7, 480])
def test_a_scale_has_few_round_steps(length):
    assert 3 <= len(band([0.0, 0.0], [length, length]).ticks) <= 8


def test_labels_do_not_touch_and_stay_inside():
    days = [f"2026-03-{day:02}" for day in range(1, 31)]
    bars = draw_bars(Chart("trend", "bars", days, {"settled": [1] * 30}))
    for places in ([mark.x for mark in bars.labels],
                   [mark.x for mark in band([0.0] * 30, [1.0] * 30).labels][:0:-1]):  # fmt: skip
        assert len(places) >= 4
        assert all(right - left >= 85 for left, right in zip(places, places[1:], strict=False))
        assert places[-1] <= WIDTH - 36


@pytest.mark.parametrize("looks", [2, 3, 7, 30])
def test_the_last_day_of_a_band_is_always_named(looks):
    first, *others = band([0.0] * looks, [1.0] * looks).labels
    assert (first.text, first.x) == (f"2026-03-{looks:02}", WIDTH)
    assert all(mark.x <= WIDTH - 90 - 45 for mark in others)
