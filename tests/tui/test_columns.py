from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tui.columns import (
    age,
    channel_name,
    count,
    label_tags,
    labels_width,
    marked,
    short_count,
    shorten,
    since,
    trend,
)
from tui.paint import paint
from tui.schemes import DARK
from tui.signs import palette

COLOURS = palette(DARK, no_color=False)
MONOCHROME = palette(DARK, no_color=True)
PLAIN = Style()


def words(segments: list[Segment]) -> str:
    return "".join(segment.text for segment in segments)


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "0"), (999, "999"), (1141, "1.1k"), (9949, "9.9k"), (9951, "10k"), (999_499, "999k"),
     (999_501, "1.0M")],
)  # fmt: skip
def test_a_short_count_fits_into_four_cells(number: float, shown: str) -> None:
    assert short_count(number) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "0"), (9999, "9,999"), (12_345, "12.3k"), (99_949, "99.9k"), (99_951, "100k"),
     (999_999, "1000k"), (4_100_000, "4.1M")],
)  # fmt: skip
def test_a_count_takes_at_most_five_cells(number: float, shown: str) -> None:
    assert count(number) == shown
    assert len(shown) <= 5


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(-5, "0s"), (59, "59s"), (60, "1m"), (3599, "59m"), (3 * 3600 + 300, "3h05"),
     (2 * 86_400 + 7 * 3600, "2d07h"), (400 * 86_400, "400d")],
)  # fmt: skip
def test_an_age_says_its_largest_units(seconds: int, shown: str) -> None:
    assert age(timedelta(seconds=seconds)) == shown


def test_an_age_is_blank_until_the_clock_is_known() -> None:
    then = datetime(2031, 9, 4, tzinfo=UTC)
    assert since(None, then) == ""
    assert since(then + timedelta(minutes=3), then) == "3m"


@pytest.mark.parametrize(
    ("counts", "cells", "shown"),
    [
        ((1, 2, 4, 8), 4, "▁▂▄█"),
        ((0, 0, 0), 3, "   "),
        ((), 4, "    "),
        ((0, 1), 4, "   █"),
        ((1, 1, 2, 2, 4, 4), 3, "▂▄█"),
        ((5,) * 12, 6, "██████"),
    ],
)
def test_a_trend_is_bars_with_the_newest_last(
    counts: tuple[int, ...], cells: int, shown: str
) -> None:
    assert trend(counts, cells) == shown


@given(st.lists(st.integers(0, 10_000), max_size=30).map(tuple), st.integers(1, 20))
def test_a_trend_never_takes_more_than_its_cells(counts: tuple[int, ...], cells: int) -> None:
    assert len(trend(counts, cells)) == cells


@pytest.mark.parametrize(
    ("channel", "shown"), [("bluesky", "bsky"), ("x", "x"), ("carrier-pigeon", "car…")]
)
def test_a_channel_has_a_short_name(channel: str, shown: str) -> None:
    assert channel_name(channel) == shown


@pytest.mark.parametrize(
    ("labels", "room", "shown"),
    [
        ((), 2, ""),
        (("outage",), 2, "▲OUT"),
        (("billing", "hazard"), 2, "!HAZ $BIL"),
        (("news", "outage", "vulnerable", "hazard"), 2, "!HAZ +VUL +2"),
        (("news", "outage", "vulnerable", "hazard"), 3, "!HAZ +VUL ▲OUT +1"),
    ],
)
def test_the_most_urgent_labels_are_shown_first(
    labels: tuple[str, ...], room: int, shown: str
) -> None:
    segments = label_tags(labels, room, COLOURS)
    assert words(segments).rstrip() == shown
    assert cell_len(words(segments)) == labels_width(room)


def test_matched_words_carry_the_label_and_brackets_without_colour() -> None:
    text = paint("wire\x1b down here")
    spans = [(0, 4, "hazard"), (6, 10, "damage")]
    coloured = marked(text, spans, COLOURS, PLAIN)
    assert [s.text for s in coloured] == ["wire", "␛ ", "down", " here"]
    assert [bool(s.style and s.style.underline) for s in coloured] == [True, False, True, False]
    assert words(marked(text, spans, MONOCHROME, PLAIN)) == "[wire]␛ [down] here"


@given(
    st.text(max_size=60),
    st.lists(
        st.tuples(st.integers(-5, 80), st.integers(-5, 80), st.sampled_from(["hazard", "etr"])),
        max_size=8,
    ),
)
def test_marking_loses_no_text_however_spans_overlap(
    text: str, spans: list[tuple[int, int, str]]
) -> None:
    painted = paint(text)
    assert words(marked(painted, spans, COLOURS, PLAIN)) == painted.text


@given(st.lists(st.text(max_size=20), max_size=6), st.integers(1, 40))
def test_shortened_segments_fit(texts: list[str], width: int) -> None:
    segments = [Segment(paint(text).text, PLAIN) for text in texts]
    short = shorten(segments, width, PLAIN)
    assert cell_len(words(short)) <= width
    if cell_len(words(segments)) > width:
        assert words(short).endswith("…")
