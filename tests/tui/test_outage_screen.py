"""One outage: what is known of it, its evidence, its posts, and whatever becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from desk.serving.outage_messages import OutageDetail, ReadOutage, Series
from desk.serving.protocol import Close, Open, Tick
from tests.tui.conftest import HELLO, MARKS
from tui.link import LinkState
from tui.screens import outage as module
from tui.screens.outage import OutageScreen
from tui.widgets.feed import Feed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desk.serving.protocol import OutageRow
    from tests.tui.conftest import OpenScene, Scene

OPEN = ("o", "enter")


def view(scene: Scene) -> OutageScreen:
    screen = scene.app.screen
    assert isinstance(screen, OutageScreen)
    return screen


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 16)])
async def test_it_shows_what_is_known_its_evidence_its_history_and_its_posts(
    size: tuple[int, int], scene: OpenScene
) -> None:
    async with scene(size=size) as s:
        await s.press(*OPEN)
        text = s.text()
        known = ("EXERCISE", "● confirmed Alder Bay", "214 posts by 211 people", "!1 danger")
        parts = ("What happened", "Its posts", "no lights on our", "13:46")
        for part in (*known, *parts, *(("Evidence", "▲OUT", "!HAZ") if size[1] > 20 else ())):
            assert part in text
        assert "customers" not in text
        assert all(len(line) == size[0] for line in s.lines())


async def test_cause_etr_oms_and_who_checks_it_are_said(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        await s.press("o", "j", "enter")
        assert "not in the utility's list" not in s.text()
        assert "nobody names a cause" in s.text()
        await s.say(Tick(oms=MARKS[1:]))
        assert "not in the utility's list" in s.text()
        s.desk.change(
            "outage-2", cause="treeDown", verifying="bea", etr=s.desk.outages["outage-2"].outage.at
        )
        await s.say(Tick(oms=MARKS))
        for part in ("cause: a tree fell", "people quote power back by", "bea is checking it"):
            assert part in s.text()
        assert "◆ OMS 4711 confirmed, 1,240 customers" in s.text()


async def test_its_posts_are_a_live_view_and_enter_opens_one(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press(*OPEN)
        assert s.asked(Open)[-1].filter == 'outage:"outage-1"'
        feed = view(s).query_one(Feed)
        before = feed.window.total
        await s.grow(24)
        assert feed.window.total > before
        await s.press("enter")
        assert "Why it was labelled" in s.text()
        await s.press("escape")
        assert s.screen() == "OutageScreen"
        await s.press("escape")
        assert Close(s.asked(Open)[-1].view) in s.desk.heard


async def test_a_community_of_the_story_narrows_the_posts_and_a_change_opens_its_evidence(
    scene: OpenScene,
) -> None:
    async with scene() as s:
        await s.press(*OPEN, "shift+tab")
        assert s.focus() == "story"
        await s.press("enter")
        assert s.asked(Open)[-1].filter == 'outage:"outage-1" place:"Alder Bay"'
        assert "only Alder Bay · esc all" in s.text()
        await s.press("escape")
        assert s.asked(Open)[-1].filter == 'outage:"outage-1"'
        await s.press("j", "enter")
        assert s.screen() == "PostScreen"


async def test_it_is_asked_for_again_when_it_changes_but_not_with_every_tick(
    scene: OpenScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ASK_AGAIN_S", 0.05)
    async with scene() as s:
        await s.press(*OPEN)
        await s.settle()
        asked = len(s.asked(ReadOutage))
        for _ in range(5):
            await s.say(Tick(status=s.app.now.status))
        assert len(s.asked(ReadOutage)) == asked
        s.desk.change("outage-1", posts=300)
        for _ in range(10):
            await s.settle()
        assert len(s.asked(ReadOutage)) == asked + 1
        assert "300 posts by 211 people" in s.text()


async def test_an_outage_that_ends_while_it_is_open_says_so(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press(*OPEN)
        asked = len(s.asked(Open))
        s.desk.change("outage-1", status="restored")
        await s.settle()
        assert "✓ restored Alder Bay" in s.text()
        assert len(s.asked(Open)) == asked + 1  # which posts are its own has changed


async def test_an_outage_that_was_merged_while_it_is_open_leads_to_the_other(
    scene: OpenScene,
) -> None:
    async with scene() as s:
        await s.press(*OPEN)
        assert "Merged into" not in s.text()
        await s.press("o")
        assert s.screen() == "OutageScreen"
        s.desk.change("outage-1", status="dismissed", merged_into="outage-2")
        await s.settle()
        assert "merged into Fernley · o opens it" in s.text()
        await s.press("o")
        assert view(s).outage == "outage-2"
        assert "■ likely Fernley" in s.text()
        await s.press("escape")
        assert s.screen() == "OutagesScreen"


async def test_a_desk_that_ends_is_said_and_everything_is_asked_for_anew(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press(*OPEN)
        await s.say(LinkState("lost", "the desk stopped: starting it again"))
        assert "the desk stopped" in s.text()
        assert "● confirmed Alder Bay" in s.text()
        asked = len(s.asked(Open))
        await s.say(LinkState("connected"), HELLO, Tick(status=s.app.now.status))
        assert len(s.asked(Open)) > asked
        assert s.screen() == "OutageScreen"


async def test_an_outage_that_the_new_desk_does_not_know_is_said(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press(*OPEN)
        known = s.desk.outages.pop("outage-1")
        s.desk.refusals['outage:"outage-1"'] = "no outage 'outage-1' at this desk"
        await s.say(LinkState("lost"), LinkState("connected"), HELLO, Tick(status=s.app.now.status))
        await s.desk.send(ReadOutage("outage-1"))
        await s.settle()
        assert "The desk knows no such outage." in s.text()
        await s.press(*"vcdmsu")
        assert s.screen() == "OutageScreen"
        assert known.outage.id == "outage-1"


async def test_a_resize_in_the_middle_keeps_the_place(scene: OpenScene) -> None:
    async with scene(size=(160, 50)) as s:
        await s.press(*OPEN, "k", "k")
        under = view(s).feed.cursor
        for size in ((60, 16), (30, 10), (80, 24), (200, 50)):
            await s.resize(*size)
        assert view(s).feed.cursor == under
        assert "● confirmed Alder Bay" in s.text()


async def test_names_of_people_and_places_reach_no_terminal_unpainted(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        await s.press(*OPEN)
        bad = "e\x1b[31m\u202evil"
        s.desk.change("outage-1", verifying=bad, cause=bad, oms=bad, by=bad)
        row = msgspec.structs.replace(s.desk.outages["outage-1"], place=bad)
        s.desk.outages["outage-1"] = row
        await s.say(Tick(outages=(row,)))
        for keys in ((), ("escape",), ("d",), ("escape", "c")):
            await s.press(*keys)
            text = s.text()
            assert "\x1b" not in text
            assert "\u202e" not in text
            assert "␛[31m" in text


async def test_help_names_every_act(scene: OpenScene) -> None:
    async with scene(size=(120, 50)) as s:
        await s.press(*OPEN, "question_mark")
        for words in ("Say that you are checking it", "Take back what was done last"):
            assert words in s.text()


@pytest.mark.parametrize(("spans", "words"), [(3, "a bar 5 min"), (2016, "a bar 180 min")])
async def test_the_evidence_of_an_hour_or_a_week_fills_the_same_line(
    spans: int, words: str, scene: OpenScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def long(row: OutageRow, near: Sequence[OutageRow]) -> OutageDetail:
        del near
        outage = row.outage
        series = Series(outage.started_at, (3,) * spans, (0,) * spans, (1,) * spans)
        return OutageDetail(outage.id, outage, row.place, series=series, history=(outage,))

    monkeypatch.setattr("tests.tui.conftest.outage_detail", long)
    async with scene() as s:
        await s.press(*OPEN)
        assert words in s.text()
        bars = next(line for line in s.lines() if line.startswith("▲OUT"))
        assert bars.count("█") == (12 if spans == 3 else 56)


async def test_an_outage_without_a_post_at_hand_says_so(
    scene: OpenScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bare(row: OutageRow, near: Sequence[OutageRow]) -> OutageDetail:
        del near
        return OutageDetail(row.outage.id, row.outage, row.place)

    monkeypatch.setattr("tests.tui.conftest.outage_detail", bare)
    async with scene(rows=0) as s:
        await s.press(*OPEN)
        assert "no post at hand yet" in s.text()
        assert "no post of it at hand" in s.text()
