"""The map on the monitor: signs by the worst status, names where there is room, a legend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from desk.serving.protocol import MapPlace, Tick

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene, Scene


def map_lines(scene: Scene) -> list[str]:
    region = scene.app.monitor.query_one("#map").region
    lines = scene.lines()[region.y : region.bottom]
    return [line[region.x : region.right] for line in lines]


async def test_outages_stand_on_the_map_with_their_sign_and_name(scene: OpenScene) -> None:
    async with scene(size=(160, 50)) as s:
        drawn = "\n".join(map_lines(s))
        for mark in ("Alder Bay ●", "■ Fernley", "Dune Harbor ■", "○ Cedar Point", "✓"):
            assert mark in drawn
        assert "Elmton" not in drawn
        assert any("\u2800" < char <= "\u28ff" for char in drawn)


async def test_the_map_follows_the_outages(scene: OpenScene) -> None:
    async with scene(size=(160, 50)) as s:
        row = next(row for row in s.app.now.ranked() if row.place == "Fernley")
        worse = msgspec.structs.replace(row.outage, status="confirmed")
        await s.say(Tick(outages=(msgspec.structs.replace(row, outage=worse),)))
        assert "● Fernley" in "\n".join(map_lines(s))


async def test_the_legend_explains_the_signs_that_are_there(scene: OpenScene) -> None:
    async with scene(size=(200, 50)) as s:
        legend = map_lines(s)[-1]
        assert legend.rstrip() == "● confirmed ■ likely ○ suspected ↑ restoring ✓ restored"
        await s.resize(80, 24)
        assert "● confirmed" in map_lines(s)[-1]


async def test_without_colour_the_worst_stand_in_reverse(
    scene: OpenScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with scene(size=(160, 50)) as s:
        found = [part for line in s.segments() for part in line]
        loud = {part.text for part in found if part.style and part.style.reverse}
        assert {"●", "■"} <= loud
        assert "○" not in loud


async def test_a_territory_without_outline_or_places_is_an_empty_map(scene: OpenScene) -> None:
    async with scene() as s:
        hello = s.app.now.hello
        assert hello is not None
        await s.say(msgspec.structs.replace(hello, places=(), lines=()))
        assert all(ord(char) < 0x2800 or ord(char) > 0x28FF for char in s.text())


async def test_a_name_in_wide_letters_stays_in_the_lists(scene: OpenScene) -> None:
    async with scene(size=(160, 50)) as s:
        hello = s.app.now.hello
        assert hello is not None
        wide = MapPlace("alder", "停電 City", 34.72, -76.73, 1)
        await s.say(msgspec.structs.replace(hello, places=(*hello.places[1:], wide)))
        await s.say(Tick(outages=tuple(s.app.now.outages.values())))
        assert "停電" not in "\n".join(map_lines(s))
        assert all(len(line) <= 160 for line in s.lines())
