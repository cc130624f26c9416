"""The palette: everything by name, by a few letters, at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from textual.widgets import OptionList

from desk.serving.filters import fold
from desk.serving.protocol import MapPlace, Open
from tests.tui.conftest import HELLO
from tui.choices import SavedFilter
from tui.palette import FOUND_MOST, ranked

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene, Scene

NAMES = [
    fold(name)
    for name in (
        "Filter hazard",
        "Hazard",
        "Hazard before",
        "Outage Fernley ■ likely",
        "Posts about Fernley",
        "Posts about Pointe-à-Pitre",
        "Copy",
        "Copy marked",
        "Theme light",
    )
]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("hazard", "hazard"),
        ("filter haz", "filter hazard"),
        ("fernl", "posts about fernley"),
        ("outage fern", "outage fernley ■ likely"),
        ("pointe a pitre", "posts about pointe-a-pitre"),
        ("posts abuot furnley", "posts about fernley"),
        ("lihgt", "theme light"),
        ("COPY", "copy"),
        ("marked copy", "copy marked"),
    ],
)
def test_what_is_meant_comes_first(query: str, first: str) -> None:
    assert NAMES[ranked(query, NAMES)[0].at] == first


def test_nothing_is_found_for_what_nothing_is_like() -> None:
    assert ranked("qqqqxxxx", NAMES) == []
    assert ranked("zzz [bold]", []) == []


def test_of_many_the_best_are_shown() -> None:
    many = [f"posts about town {number}" for number in range(2000)]
    assert len(ranked("town", many)) == FOUND_MOST


async def find(s: Scene, words: str) -> None:
    await s.press("colon", *("space" if char == " " else char for char in words))
    await s.pilot.pause(0.35)
    await s.settle()


def offered(s: Scene) -> list[str]:
    """The commands that are offered, by name."""
    options = s.app.screen.query_one(OptionList)
    return [str(options.get_option_at_index(at).prompt) for at in range(options.option_count)]


async def chosen(s: Scene) -> None:
    await s.press("enter")
    await s.pilot.pause(0.1)
    await s.settle()


async def test_an_outage_is_opened_by_its_place(scene: OpenScene) -> None:
    async with scene() as s:
        await find(s, "outage fern")
        assert offered(s)[0].startswith("Outage Fernley ■ likely\n41 posts by 38 people")
        await chosen(s)
        assert s.screen() == "OutageScreen"
        assert "■ likely Fernley" in s.text()


async def test_posts_about_a_place_are_shown_from_any_screen(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("o", "enter")
        await find(s, "posts cedar")
        await chosen(s)
        assert s.screen() == "Monitor"
        assert s.asked(Open)[-1].filter == 'place:"Cedar Point"'


async def test_a_saved_filter_a_theme_and_a_screen_are_found(scene: OpenScene) -> None:
    async with scene() as s:
        s.app.choices.keep(filters=(SavedFilter("air [red]supply", "oxygen"),))
        await find(s, "air")
        assert offered(s)[0] == "Filter air [red]supply\noxygen"
        await chosen(s)
        assert s.asked(Open)[-1].filter == "oxygen"
        await find(s, "theme blue")
        await chosen(s)
        assert s.app.theme == "stormdesk-tritanopia"
        await find(s, "go to outages")
        await chosen(s)
        assert s.screen() == "OutagesScreen"


async def test_a_key_that_does_nothing_now_says_so_there_and_when_chosen(scene: OpenScene) -> None:
    async with scene() as s:
        await find(s, "copy marked")
        assert offered(s)[0] == "Copy marked\nnot now: no post is marked: m marks one"
        await chosen(s)
        assert "× no post is marked" in s.lines()[-2]


async def test_names_of_places_are_no_markup(scene: OpenScene) -> None:
    places = (*HELLO.places, MapPlace("x", "Ox[bold]bow \x1b[31m", 35.0, -80.0, 10))
    async with scene() as s:
        await s.say(msgspec.structs.replace(HELLO, places=places))
        await find(s, "oxbold")
        assert offered(s)[0].startswith("Posts about Ox[bold]bow ␛[31m")


async def test_before_anything_is_typed_the_keys_are_there_and_no_long_lists(
    scene: OpenScene,
) -> None:
    async with scene() as s:
        await find(s, "")
        shown = "\n".join(offered(s))
        assert "Pause\n" in shown
        assert "Theme light" in shown
        assert "Posts about" not in shown
