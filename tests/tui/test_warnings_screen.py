"""Official warnings at the desk: the line, the sheet, the marks on outages and in facts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from desk.feeds.warning import OPEN
from desk.serving.protocol import Tick
from tests.tui.conftest import START, WARNINGS, status, warning
from tui.screens.warnings import WarningsScreen
from tui.warning_words import line_words, when_words, where_words

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene

NAMES = {"alder": "Alder Bay", "dune": "Dune Harbor", "cedar": "Cedar Point"}


def name_of(id_: str) -> str:
    return NAMES.get(id_, id_)


async def test_the_worst_warning_stands_on_the_monitor_while_it_holds(scene: OpenScene) -> None:
    async with scene() as s:
        assert "Warning" not in s.text()
        await s.say(Tick(warnings=WARNINGS))
        line = s.lines()[1]
        assert "EXERCISE Hurricane Warning · Alder Bay" in line
        assert "until Fri 06:03 EDT" in line
        assert "+2" in line  # the one at sea is none of the territory's
        await s.say(Tick(warnings=WARNINGS[3:]))
        assert "Warning" not in s.text()


async def test_a_click_on_the_line_opens_all(scene: OpenScene) -> None:
    async with scene() as s:
        await s.say(Tick(warnings=WARNINGS))
        await s.pilot.click("#warning-line")
        await s.settle()
        assert isinstance(s.app.screen, WarningsScreen)


async def test_the_sheet_tells_what_where_when_and_what_to_do(scene: OpenScene) -> None:
    async with scene(size=(120, 60)) as s:
        await s.say(Tick(warnings=WARNINGS))
        await s.press("W")
        text = s.text()
        for words in (
            "Official warnings: 3 for the territory",
            "△ EXERCISE Hurricane Warning · Extreme",
            "Alder Bay, Dune Harbor, Cedar Point",
            "Stay inside and away from windows.",
            "* WHERE...The coast and what lies behind.",
            "Fernley (by name)",
            "from Fri 10:03 EDT until Sat 06:03 EDT",
            "somewhere in The sounds between the capes",
            "until further notice",
            "outside the territory: Far out at sea",
        ):
            assert words in text, words
        await s.say(Tick(warnings=WARNINGS[:1]))
        assert "Flood Watch" not in s.text()
        await s.say(Tick(warnings=()))
        assert "No official warning holds" in s.text()
        await s.press("escape")
        assert s.app.screen is s.app.monitor


async def test_what_a_service_writes_can_not_steer_the_terminal(scene: OpenScene) -> None:
    evil = "\x1b[2J\u202eevil\x07"
    told = warning(event=evil, area=evil, headline=evil, text=evil, instruction=evil, sender=evil)
    async with scene(size=(120, 60)) as s:
        await s.say(Tick(warnings=(told,)))
        await s.press("W")
        for line in s.lines():
            assert not set(line) & {"\x1b", "\u202e", "\x07"}
        assert "␛[2J" in s.text()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_outages_show_that_they_are_warned_of(
    scene: OpenScene, size: tuple[int, int]
) -> None:
    async with scene(size=size) as s:
        await s.press("o")
        assert "△" not in s.text()
        await s.say(Tick(warnings=WARNINGS))
        rows = {name: next(line for line in s.lines() if name in line) for name in
                ("Alder Bay", "Elmton" if "Elmton" in s.text() else "Heron Creek")}  # fmt: skip
        assert "△" in rows.pop("Alder Bay")
        assert all("△" not in line for line in rows.values())
        await s.press("enter")
        assert "△ EXERCISE Hurricane Warning until Fri 06:03 EDT" in s.text()


async def test_outages_lead_to_the_warnings_too(scene: OpenScene) -> None:
    async with scene() as s:
        await s.say(Tick(warnings=WARNINGS))
        await s.press("o", "W")
        assert "Official warnings" in s.text()


@pytest.mark.parametrize("width", [30, 60, 78, 118, 198])
def test_the_line_fits_and_names_as_many_places_as_it_can(width: int) -> None:
    zone = None
    words = line_words(WARNINGS[:3], name_of, START, zone, width)
    assert cell_len(words) <= width
    assert words.startswith("△ EXERCISE Hurricane Warning")
    if width > 100:
        assert "Alder Bay, Dune Harbor, Cedar Point" in words


def test_times_have_their_day_where_it_is_another() -> None:
    told = warning(until=START + timedelta(hours=2))
    assert when_words(told, START, None) == "until 20:03 UTC"
    assert when_words(told, START - timedelta(days=1), None).startswith("from Thu")
    assert when_words(warning(until=OPEN), START, None) == "until further notice"
    assert when_words(told, None, None) == "until Thu 20:03 UTC"


def test_where_is_never_more_than_is_known() -> None:
    assert where_words(warning(), name_of, 2) == "Alder Bay, Dune Harbor +1"
    assert where_words(warning(placed="name"), name_of, 1) == "Alder Bay +2 (by name)"
    nowhere = warning(communities=(), placed="", area="A; B")
    assert where_words(nowhere, name_of) == "somewhere in A; B"
    assert where_words(warning(communities=(), area=""), name_of).startswith("outside")


async def test_a_new_desk_tells_its_warnings_anew(scene: OpenScene) -> None:
    async with scene() as s:
        await s.say(Tick(warnings=WARNINGS))
        from tests.tui.conftest import HELLO

        await s.say(HELLO, Tick(status=status()))
        assert "Warning" not in s.text()


async def test_a_case_says_what_is_warned_of_where_its_outage_is(scene: OpenScene) -> None:
    async with scene(size=(160, 50)) as s:
        await s.say(Tick(warnings=WARNINGS))
        await s.press("C", "i")
        assert "△ EXERCISE Hurricane Warning until Fri 06:03 EDT" in s.text()
        await s.say(Tick(warnings=()))
        assert "Hurricane Warning" not in s.text()
