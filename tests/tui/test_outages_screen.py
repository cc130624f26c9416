"""The outages' own screen: the list, its order and filter, and what each key does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from desk.serving.protocol import OmsMark, Tick
from tests.tui.conftest import COUNTS, MARKS
from tui.screens.outages import OutagesScreen
from tui.widgets.outage_map import OutageMap
from tui.widgets.outage_table import OutageTable

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene, Scene


def table(scene: Scene) -> OutageTable:
    return scene.app.screen.query_one(OutageTable)


def places(scene: Scene) -> list[str]:
    return [row.place for row in table(scene).items]


def large_map(scene: Scene) -> str:
    region = scene.app.screen.query_one(OutageMap).region
    lines = scene.lines()[region.y : region.bottom]
    return "\n".join(line[region.x : region.right] for line in lines)


async def test_list_and_map_stand_side_by_side_when_wide_and_stacked_when_narrow(
    scene: OpenScene,
) -> None:
    async with scene(size=(160, 40)) as s:
        await s.press("o")
        screen = s.app.screen
        left, right = (
            screen.query_one("#outage-table").region,
            screen.query_one("#large-map").region,
        )
        assert left.right < right.x
        assert "EXERCISE" in s.lines()[0]
        await s.resize(80, 24)
        above, below = (
            screen.query_one("#outage-table").region,
            screen.query_one("#large-map").region,
        )
        assert above.bottom < below.bottom
        assert above.width == 80
        assert "● confirmed !    Alder Bay" in s.text()


async def test_the_list_has_open_outages_by_urgency_and_ended_ones_when_asked_for(
    scene: OpenScene,
) -> None:
    async with scene() as s:
        await s.press("o")
        assert places(s) == ["Alder Bay", "Fernley", "Dune Harbor", "Cedar Point", "Heron Creek"]
        assert "Outages 5 · 1 ended · by urgency" in s.text()
        await s.press("a")
        assert places(s)[-1] == "Birchfield"
        await s.press("a")
        assert "Birchfield" not in places(s)


async def test_the_order_goes_round_and_begins_at_the_top(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("o", "G", "r", "r")
        assert "by oldest" in s.text()
        assert (places(s)[0], table(s).cursor) == ("Dune Harbor", 0)
        await s.press("r", "r", "r")
        assert "by urgency" in s.text()


async def test_the_filter_is_said_and_left_with_escape(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("o", "slash")
        assert "restoring restored dismissed open ended" in s.text()
        await s.press(*"likely", "enter")
        assert places(s) == ["Fernley", "Dune Harbor"]
        assert "filter: likely" in s.text()
        await s.press("slash", *"x", "enter")
        assert "no outage that the filter lets through: likelyx" in s.text()
        await s.press("escape")
        assert len(places(s)) == 5
        await s.press("escape")
        assert s.screen() == "Monitor"


async def test_the_cursor_stays_on_its_outage_whatever_the_list_does(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("o")
        assert s.app.screen.at_hand().place == "Alder Bay"  # type: ignore[attr-defined]
        s.desk.change("outage-1", status="restoring")
        await s.settle()
        assert places(s).index("Alder Bay") == table(s).cursor > 0


async def test_enter_opens_the_outage_and_escape_goes_back(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("o", "j", "enter")
        assert "■ likely Fernley" in s.text()
        await s.press("escape")
        assert s.screen() == "OutagesScreen"
        assert table(s).cursor == 1


async def test_a_list_without_an_outage_says_so_and_no_key_does_harm(scene: OpenScene) -> None:
    async with scene(up=False) as s:
        await s.press("o")
        assert "no open outage" in s.text()
        await s.press(*"z1234+-0rawvcdmsu", "enter")
        await s.press("v")
        assert "there is no outage under the cursor" in s.text()
        assert s.screen() == "OutagesScreen"


async def test_who_checks_an_outage_and_the_utilitys_own_id_stand_in_the_list(
    scene: OpenScene,
) -> None:
    async with scene(size=(120, 40)) as s:
        await s.press("o")
        s.desk.change("outage-2", verifying="an\x1bna", oms="4711", vulnerable=2)
        await s.settle()
        (line,) = (line for line in s.lines() if "■ likely" in line and "Fernley" in line)
        assert "Fernley (an␛na)" in line
        assert "+ ◆ Fernley" in line


async def test_a_lost_desk_is_said_and_the_list_stays(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("o")
        await s.say(msgspec.structs.replace(s.app.now.link, state="lost", reason="it stopped"))
        assert "it stopped" in s.text()
        assert "Alder Bay" in places(s)
        await s.press("v")
        assert "the desk is not there now: nothing was done" in s.text()


async def test_layers_come_and_go(scene: OpenScene) -> None:
    async with scene(size=(160, 50)) as s:
        await s.press("o")
        await s.say(Tick(counts=COUNTS, oms=MARKS))
        drawn = large_map(s)
        for part in ("■!", "◆ OMS", "◇ OMS only", "+ 1 at risk", "! 5 danger"):
            assert part in drawn
        assert "#" not in drawn  # nearly every place has some on a bad day
        assert drawn.count("◇") == 2
        await s.press("2", "4")
        assert "danger" not in large_map(s)
        assert "◇" not in large_map(s)
        assert "1✓status 2·dangers 3·damage 4·OMS" in s.text()
        await s.press("1", "3", "2")
        assert "■" not in large_map(s)
        assert "# 5 damage" in large_map(s)
        assert "!" in large_map(s)


async def test_the_map_zooms_and_pans_and_fits_again(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        await s.press("o")
        screen = s.app.screen
        assert isinstance(screen, OutagesScreen)
        whole, wide = large_map(s), screen.map.look.km_wide
        assert 700 < wide < 1000
        await s.press("+", "+")
        closer = large_map(s)
        assert closer != whole
        assert screen.map.look.km_wide == pytest.approx(wide / 1.6**2, rel=0.02)
        assert "Alder Bay" in closer
        await s.press("tab", "right", "l", "up", "j")
        assert large_map(s) != closer
        assert "arrows move it" in s.text()
        await s.press("0")
        assert large_map(s).replace(" ", "") == whole.replace(" ", "")
        await s.press("-", "left")
        assert screen.map.look.whole


async def test_the_outage_at_hand_is_looked_at_closely_and_kept_in_sight(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        await s.press("o", "z")
        screen = s.app.screen
        assert isinstance(screen, OutagesScreen)
        assert screen.map.look.km_wide < 60
        assert "Alder Bay" in large_map(s)
        await s.press("j")
        assert "Fernley" in large_map(s)
        assert "Alder Bay" not in large_map(s)
        await s.press("escape")
        assert screen.map.look.whole


async def test_the_outage_at_hand_stands_out_without_colour(
    scene: OpenScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with scene(size=(120, 40)) as s:
        await s.press("o", "G")
        found = [part for line in s.segments() for part in line]
        assert "↑" in {part.text for part in found if part.style and part.style.reverse}


async def test_a_click_on_the_map_goes_to_the_nearest_outage(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        await s.press("o")
        lines = large_map(s).splitlines()
        y = next(y for y, line in enumerate(lines) if "Dune Harbor" in line)
        x = lines[y].index("Dune Harbor") + 12
        await s.pilot.click("#large-map", offset=(x, y))
        await s.settle()
        at_hand = table(s).at_hand()
        assert at_hand is not None
        assert at_hand.place == "Dune Harbor"


async def test_map_alone_and_list_alone(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("o", "w")
        screen = s.app.screen
        assert screen.query_one("#large-map").region.height > 18
        assert s.focus() == "large-map"
        await s.press("w")
        assert screen.query_one("#outage-table").region.height > 18
        await s.press("w", "enter")
        assert s.screen() == "OutageScreen"


async def test_a_resize_in_the_middle_keeps_zoom_cursor_and_filter(scene: OpenScene) -> None:
    async with scene(size=(160, 50)) as s:
        await s.press("o", "j", "z")
        wide_km = s.app.screen.query_one(OutageMap).look.km_wide
        for size in ((60, 16), (30, 10), (200, 50), (80, 24), (160, 50)):
            await s.resize(*size)
        assert s.screen() == "OutagesScreen"
        assert table(s).cursor == 1
        assert s.app.screen.query_one(OutageMap).look.km_wide == pytest.approx(wide_km, rel=0.05)
        assert "Fernley" in large_map(s)


async def test_five_hundred_outages_are_a_list_and_a_map(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        await s.press("o")
        row = s.desk.outages["outage-3"]
        many = [
            msgspec.structs.replace(row, outage=msgspec.structs.replace(row.outage, id=f"o-{n}"))
            for n in range(500)
        ]
        await s.say(Tick(outages=tuple(many)))
        assert len(places(s)) == 505
        await s.press("G")
        assert table(s).cursor == 504


async def test_the_name_of_the_outage_at_hand_is_written_over_other_signs(
    scene: OpenScene,
) -> None:
    async with scene(size=(120, 40)) as s:
        spread = (-79.9 + 0.12 * step for step in range(24))
        marks = tuple(OmsMark(str(lon), 35.05, lon, "confirmed", None, None) for lon in spread)
        await s.say(Tick(oms=marks))
        await s.press("o")
        assert "Fernley" not in large_map(s)
        await s.press("j")
        assert "Fernley" in large_map(s)
