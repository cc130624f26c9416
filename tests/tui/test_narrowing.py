"""What the feed lets through by one key: time windows, media, saved filters; and storm mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.serving.case_messages import SetMode
from desk.serving.filters import _TERM
from desk.serving.protocol import Open, Tick
from tests.tui.conftest import status
from tui.choices import MOST_FILTERS, SavedFilter
from tui.filter_words import has, looking_back, terms, toggled, without_headlines
from tui.link import LinkState

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene, Scene


def said(s: Scene) -> str:
    return s.lines()[-2].strip()


@pytest.mark.parametrize(
    ("query", "span", "then"),
    [
        ("", "5m", "since:5m"),
        ("label:hazard", "15m", "label:hazard since:15m"),
        ('since:5m "no power" SINCE:1h', "6h", '"no power" since:6h'),
        ("a since:5m", "", "a"),
        ('"since:5m"', "1h", '"since:5m" since:1h'),
    ],
)
def test_a_span_takes_the_place_of_the_one_before(query: str, span: str, then: str) -> None:
    assert looking_back(query, span) == then


def test_a_term_comes_and_goes() -> None:
    assert toggled("a", "has:media") == "a has:media"
    assert toggled("a HAS:media b", "has:media") == "a b"
    assert has("x has:media", "has:media")
    assert not has('"has:media"', "has:media")


@given(st.text(st.sampled_from('ab:"! ~é\n')))
def test_terms_are_those_that_the_desk_reads(query: str) -> None:
    assert terms(query) == [match[0] for match in _TERM.finditer(query)]


async def test_digits_look_back_and_6_shows_all(scene: OpenScene) -> None:
    async with scene() as s:
        for digit, span in (("1", "5m"), ("2", "15m"), ("3", "30m"), ("4", "1h"), ("5", "6h")):
            await s.press(digit)
            assert s.asked(Open)[-1].filter == f"since:{span}"
            assert f"filter: since:{span}" in s.text()
        await s.press("5")
        assert "only the last 6h are in view: 6 shows all times" in said(s)
        await s.press("6")
        assert s.asked(Open)[-1].filter == ""
        await s.press("6")
        assert "all times are in view" in said(s)


async def test_a_time_window_joins_the_filter_that_is_set(scene: OpenScene) -> None:
    async with scene(query="label:hazard") as s:
        await s.press("1", "i")
        assert s.asked(Open)[-1].filter == "label:hazard since:5m has:media"
        assert all(found.media for found in s.desk._filtered("label:hazard since:5m has:media"))
        await s.press("i")
        assert s.asked(Open)[-1].filter == "label:hazard since:5m"
        await s.press("u", "u", "u")
        assert s.asked(Open)[-1].filter == "label:hazard"


async def test_without_a_desk_nothing_can_be_filtered(scene: OpenScene) -> None:
    async with scene() as s:
        await s.say(LinkState("lost", "gone"))
        await s.press("1")
        assert "the desk is not there now: it can't filter" in said(s)


async def test_n_goes_to_what_is_urgent_and_with_a_filter_to_its_hits(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("N")
        assert s.feed.cursor == 298
        await s.press("N", "N", "n")
        assert s.feed.cursor == 297
        await s.press("n", "n")
        assert "nobody further in danger or at risk at hand" in s.text()
        await s.press("slash", *"oxygen", "enter", "f", "N")
        shown = s.feed.row_at_hand()
        assert shown is not None
        assert shown.id == "post-290"
        await s.press("n", "n")
        assert "no further hit at hand" in s.text()


async def test_filters_are_saved_applied_renamed_deleted_and_taken_back(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("slash", *"oxygen", "enter", "F")
        assert "no filter was saved so far" in s.text()
        await s.press("s", *"Air", "enter")
        assert s.app.choices.now.filters == (SavedFilter("Air", "oxygen"),)
        await s.press("r", *" now", "enter")
        assert s.app.choices.now.filters == (SavedFilter("Air now", "oxygen"),)
        await s.press("escape", "escape", "F", "enter")
        assert s.screen() == "Monitor"
        assert "filter: oxygen" in s.text()
        await s.press("F", "d")
        assert not s.app.choices.now.filters
        await s.press("u")
        assert s.app.choices.now.filters == (SavedFilter("Air now", "oxygen"),)
        await s.press("escape")
        assert s.screen() == "Monitor"


async def test_the_sheet_of_filters_says_why_a_key_is_idle(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        await s.press("F", "s")
        assert "× no filter is set" in s.text()
        for key in ("r", "d", "enter"):
            await s.press(key)
            assert "× no filter was saved so far" in s.text()
        await s.press("u")
        assert "× nothing was done here" in s.text()


async def test_a_filter_without_a_name_or_room_is_refused(scene: OpenScene) -> None:
    async with scene(query="oxygen", size=(120, 40)) as s:
        await s.press("F", "s", "enter")
        assert "a filter needs a name" in s.text()
        await s.press("escape")
        s.app.choices.keep(filters=tuple(SavedFilter(f"f{n}", "x") for n in range(MOST_FILTERS)))
        await s.press("s")
        assert f"there are {MOST_FILTERS} already" in s.text()


async def test_storm_mode_is_asked_for_once_and_said_on_every_screen(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        await s.press("S")
        assert "Switch the whole desk to storm mode?" in s.text()
        await s.press("n")
        assert s.asked(SetMode) == []
        await s.press("S", "y")
        assert s.asked(SetMode) == [SetMode("storm", "agent")]
        await s.say(Tick(status=status(mode="storm", mode_by="Anna B.", skipped=12)))
        for keys in ((), ("o",), ("enter",)):
            await s.press(*keys)
            assert "!! STORM MODE " in s.lines()[0]
            assert "!! STORM MODE · switched on by Anna B. · 12 left for later" in s.lines()[1]
        await s.press("escape", "escape", "S")
        assert "Switch the whole desk back to calm?" in s.text()
        await s.press("y")
        assert s.asked(SetMode)[-1] == SetMode("calm", "agent")


async def test_the_strip_says_what_waits_and_what_is_late(scene: OpenScene) -> None:
    async with scene(size=(200, 50)) as s:
        await s.say(Tick(status=status(waiting=17, late=4)))
        assert "17 cases waiting !4 late" in s.lines()[0]
        await s.say(Tick(status=msgspec.structs.replace(status(), waiting=17)))
        assert "late" not in s.lines()[0]


async def test_headlines_on_other_matters_come_at_a_key_and_stay_chosen(scene: OpenScene) -> None:
    async with scene(size=(100, 30), headlines=False) as s:
        assert "County office" not in s.text()
        assert "no headlines" in s.text()
        await s.press("h")
        assert "County office" in s.text()
        assert "no headlines" not in s.text()
        assert s.app.choices.now.headlines
        await s.press("h")
        assert "County office" not in s.text()


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("", "!only:news"),
        ("oxygen", "oxygen !only:news"),
        ("label:outage", "label:outage"),
        ("label:news", "label:news"),
        ("!label:hazard", "!label:hazard !only:news"),
        ("only:praise", "only:praise"),
    ],
)
def test_a_filter_that_says_which_labels_it_wants_is_left_as_it_is(
    written: str, asked: str
) -> None:
    assert without_headlines(written) == asked
