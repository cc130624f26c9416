from __future__ import annotations

import math
import re
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.charts.drawing import PAPER, QUIET, text_width
from tui.charts.svg import COLOURS, DASHES, Line, Mark, Tick, line_chart, percentile_chart

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>&\"'\x1b[2J\x00\u202e\ud800]]>"


def read(chart: str) -> ET.Element:
    return ET.fromstring(chart)


def texts(chart: str) -> list[str]:
    return [element.text or "" for element in read(chart).iter(f"{SVG}text")]


def curves(chart: str) -> list[ET.Element]:
    """The curves themselves: what is drawn 1.8 pixels wide."""
    return [one for one in read(chart).iter(f"{SVG}path") if one.get("stroke-width") == "1.8"]


def drawn(*lines: Line, marks: tuple[Mark, ...] = (), log_y: bool = False) -> str:
    return line_chart(
        lines, title="Rates", x_label="hours", y_label="posts/s", marks=marks, log_y=log_y
    )


def test_a_chart_says_what_it_shows_to_those_who_can_not_see_it() -> None:
    root = read(drawn(Line("outage", [0, 1, 2], [0, 250, 20]), marks=(Mark("peak", 1, 250),)))
    first, second = list(root)[:2]
    assert (first.tag, first.text) == (f"{SVG}title", "Rates")
    assert second.tag == f"{SVG}desc"
    assert "outage: 0 to 250" in (second.text or "")
    assert "peak" in (second.text or "")
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{first.get('id')} {second.get('id')}"


def test_two_charts_in_one_page_have_ids_of_their_own() -> None:
    ids = [
        element.get("id")
        for ys in ([1.0, 2.0], [1.0, 3.0])
        for element in read(drawn(Line("a", [0, 1], ys))).iter()
        if element.get("id")
    ]
    assert len(set(ids)) == 4


def test_hostile_names_stay_text() -> None:
    line = Line(HOSTILE, [0, 1], [0, 1], dash='1"><script>')
    chart = line_chart(
        [line], title=HOSTILE, x_label=HOSTILE, y_label=HOSTILE, marks=[Mark(HOSTILE, 0.5)]
    )
    assert {element.tag for element in read(chart).iter()} <= {
        SVG + tag for tag in ("svg", "title", "desc", "rect", "path", "text", "g", "circle")
    }
    assert "\x1b" not in chart
    chart.encode()


def test_axes_have_round_ticks_units_and_the_names_of_the_curves() -> None:
    shown = texts(drawn(Line("to label", [0, 24], [0, 93]), Line("to screen", [0, 24], [5, 5])))
    assert {"posts/s", "hours", "to label", "to screen", "0", "25", "50", "75", "100"} <= set(shown)


def test_given_ticks_take_the_place_of_round_ones() -> None:
    ticks = [Tick(0, "12:00"), Tick(12, "00:00"), Tick(24, "noon")]
    line = Line("a", [1, 20], [1, 2])
    shown = texts(line_chart([line], title="t", x_label="x", y_label="y", x_ticks=ticks))
    assert [name for name in shown if name in {"12:00", "00:00", "noon"}] == [t.name for t in ticks]
    assert "10" not in shown


def test_curves_differ_by_colour_and_by_dash() -> None:
    chart = drawn(*(Line(str(n), [0, 1], [n, n]) for n in range(len(COLOURS))))
    looks = [(one.get("stroke"), one.get("stroke-dasharray", "")) for one in curves(chart)]
    assert len({colour for colour, _ in looks}) == len({dash for _, dash in looks}) == len(COLOURS)
    assert len(DASHES) == len(COLOURS)
    own = drawn(Line("a", [0, 1], [0, 1], dash="6 3"))
    assert curves(own)[0].get("stroke-dasharray") == "6 3"


@pytest.mark.parametrize("colour", [*COLOURS, QUIET])
def test_colours_stand_out_from_the_paper(colour: str) -> None:
    light, dark = sorted((luminance(PAPER), luminance(colour)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 3


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_a_gap_in_the_values_is_a_gap_in_the_curve() -> None:
    d = curves(drawn(Line("a", [0, 1, 2, 3, 4], [1, 2, math.nan, 2, 1])))[0].get("d") or ""
    assert d.count("M") == 2
    logged = drawn(Line("a", [0, 1, 2, 3, 4], [1, 2, 0, 2, 1]), log_y=True)
    assert (curves(logged)[0].get("d") or "").count("M") == 2


def test_a_chart_without_values_is_still_a_chart() -> None:
    assert "posts/s" in texts(drawn(Line("a", [0, 1], [math.nan, math.inf])))
    assert "posts/s" in texts(drawn())


def test_a_long_curve_is_thinned_without_losing_a_spike() -> None:
    ys = [1.0] * 100_000
    ys[54_321] = 97.0
    chart = drawn(Line("a", range(100_000), ys))
    assert len(chart) < 60_000
    tops = [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", curves(chart)[0].get("d") or "")]
    assert min(tops) < 80 < max(tops)


def test_on_a_log_axis_each_power_of_ten_takes_the_same_room() -> None:
    chart = drawn(Line("a", [0, 1, 2], [1, 10, 100]), log_y=True)
    ys = [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", curves(chart)[0].get("d") or "")]
    assert ys[0] - ys[1] == pytest.approx(ys[1] - ys[2], abs=0.2)


def test_each_nine_of_a_percentile_takes_the_same_room() -> None:
    line = Line("to screen", [0, 90, 99, 99.9, 100], [1, 20, 40, 300, 900])
    marks = [Mark("promise", y=250)]
    chart = percentile_chart([line], title="Latency", y_label="ms", marks=marks)
    xs = [float(x) for x in re.findall(r"[ML]([\d.]+) ", curves(chart)[0].get("d") or "")]
    assert xs[2] - xs[1] == pytest.approx(xs[3] - xs[2], abs=0.2)
    assert {"50 %", "99 %", "99.9 %", "promise", "percentile"} <= set(texts(chart))


def test_a_level_a_moment_a_span_and_a_point_are_named() -> None:
    marks = (Mark("level", y=5), Mark("moment", 1), Mark("span", 1, until=2), Mark("point", 1, 4))
    chart = drawn(Line("a", [0, 3], [0, 9]), marks=marks)
    assert {mark.name for mark in marks} <= set(texts(chart))
    assert len(list(read(chart).iter(f"{SVG}circle"))) == 1


@given(st.lists(st.tuples(st.floats(0, 24), st.integers(1, 25)), max_size=8, unique=True))
def test_no_name_of_a_moment_runs_into_another(moments: list[tuple[float, int]]) -> None:
    marks = tuple(Mark("m" * length, at) for at, length in moments)
    chart = drawn(Line("a", [0, 24], [0, 1]), marks=marks)
    taken = []
    for element in read(chart).iter(f"{SVG}text"):
        if set(element.text or "") == {"m"} and not element.get("aria-hidden"):
            wide = text_width(element.text or "", 11)
            x, y = float(element.get("x", 0)), float(element.get("y", 0))
            left = x - wide if element.get("text-anchor") == "end" else x
            taken.append((y, left, left + wide))
    for (y, begin, end), (other_y, other_begin, other_end) in combinations(taken, 2):
        assert y != other_y or end <= other_begin or other_end <= begin
    for y, begin, end in taken:
        assert y > 0
        assert begin >= 0
        assert end <= 720


def test_the_same_chart_is_the_same_text() -> None:
    line = Line("a", [0, 1], [0.123456, 1])
    assert drawn(line) == drawn(line)
