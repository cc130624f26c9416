"""What people do to outages: asked once where everybody sees it, said when done, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from desk.serving.outage_messages import Act, ReadOutage
from desk.serving.protocol import Tick

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene, Scene

LIST, VIEW = ("o",), ("o", "enter")


@pytest.mark.parametrize("way", [LIST, VIEW], ids=["list", "view"])
@pytest.mark.parametrize(
    ("key", "kind", "words"),
    [
        ("v", "verify", "Alder Bay: agent is checking it · u takes it back"),
        ("c", "confirm", "Alder Bay: confirmed by agent · u takes it back"),
        ("x", "unverifiable", "Alder Bay: agent could not find out whether it is real · u takes"),
    ],
)
async def test_a_key_does_it_at_once_and_says_so(
    way: tuple[str, ...], key: str, kind: str, words: str, scene: OpenScene
) -> None:
    async with scene() as s:
        await s.press(*way, key)
        assert [(act.kind, act.outage, act.by) for act in s.asked(Act)] == [
            (kind, "outage-1", "agent")
        ]
        assert words in s.text()


@pytest.mark.parametrize("way", [LIST, VIEW], ids=["list", "view"])
async def test_a_dismissal_is_asked_for_once_and_can_be_left(
    way: tuple[str, ...], scene: OpenScene
) -> None:
    async with scene() as s:
        await s.press(*way, "d")
        assert "Dismiss the outage in Alder Bay (214 posts by 211 people)?" in s.text()
        assert s.asked(Act) == []
        await s.press("escape")
        assert s.asked(Act) == []
        await s.press("d", "y")
        assert [act.kind for act in s.asked(Act)] == ["dismiss"]
        assert "Alder Bay: dismissed by agent · u takes it back" in s.text()


async def test_undo_takes_back_what_was_done_last_wherever_the_cursor_is(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("o", "c", "j", "j", "d", "enter")
        dismissed = s.asked(Act)[-1].outage
        await s.press("k", "u")
        assert s.asked(Act)[-1] == Act("undo", dismissed, "agent")
        assert "taken back, now ■ likely" in s.text()
        await s.press("u")
        assert s.asked(Act)[-1] == Act("undo", "outage-1", "agent")


async def test_what_another_has_done_is_taken_back_only_when_asked(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("o", "enter")
        s.desk.change("outage-1", by="bea", status="likely")
        await s.settle()
        await s.press("u")
        assert "Take back what bea did to Alder Bay?" in s.text()
        assert s.asked(Act) == []
        await s.press("y")
        assert s.asked(Act) == [Act("undo", "outage-1", "agent")]


async def test_where_nothing_was_done_there_is_nothing_to_take_back(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("o", "u")
        assert "nothing was done to Alder Bay" in s.text()
        assert s.asked(Act) == []


async def test_a_merge_is_chosen_from_the_near_ones_and_asked_for(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        await s.press("o", "m")
        text = s.text()
        assert "Merge Alder Bay into" in text
        assert "12.5 km  ■ Fernley · 41 posts by 38 people" in text
        await s.press("enter")
        assert "Merge Alder Bay (214 posts by 211 people) into Fernley" in s.text()
        await s.press("enter")
        assert s.asked(Act) == [Act("merge", "outage-1", "agent", into="outage-2")]
        assert "Alder Bay: merged into Fernley · u takes it back" in s.text()


async def test_a_merge_can_be_left_at_both_sheets(scene: OpenScene) -> None:
    async with scene() as s:
        for keys in (("escape",), ("enter", "escape"), ("enter", "n")):
            await s.press(*(("o",) if s.screen() == "Monitor" else ()), "m", *keys)
            assert s.screen() == "OutagesScreen"
        assert s.asked(Act) == []


def joined(scene: Scene) -> None:
    row = scene.desk.outages["outage-2"]
    outage = msgspec.structs.replace(row.outage, communities=("fern", "grove", "heron"))
    scene.desk.outages["outage-2"] = msgspec.structs.replace(row, outage=outage, place="Fernley +2")
    scene.desk.say(Tick(outages=(scene.desk.outages["outage-2"],)))


async def test_a_split_marks_the_communities_that_leave(scene: OpenScene) -> None:
    async with scene() as s:
        joined(s)
        await s.press("o", "j", "s")
        assert "[ ] Grove Mills" in s.text()
        await s.press("space", "space", "space", "enter")
        assert "one community at least must stay" in s.text()
        await s.press("k", "k", "space", "enter")
        assert "Split Grove Mills, Heron Creek off Fernley +2?" in " ".join(
            part for line in s.lines() for part in line.replace("│", " ").split()
        )
        await s.press("y")
        assert s.asked(Act) == [Act("split", "outage-2", "agent", communities=("grove", "heron"))]


async def test_one_community_can_not_be_split(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("o", "s")
        assert "Alder Bay is one community: there is nothing to split" in s.text()


async def test_a_refusal_is_one_plain_line(scene: OpenScene) -> None:
    async with scene() as s:
        s.desk.no = "outage-1 is restored already\x1b[31m"
        await s.press("o", "c")
        assert "× outage-1 is restored already␛[31m" in s.text()
        assert s.screen() == "OutagesScreen"


async def test_an_answer_that_comes_after_the_agent_left_opens_nothing(scene: OpenScene) -> None:
    async with scene() as s:
        s.desk.mute = True
        await s.press("o", "u")
        assert "asking the desk…" in s.text()
        assert s.asked(ReadOutage)[-1] == ReadOutage("outage-1")
        await s.press("enter")
        s.desk.mute = False
        await s.desk.send(ReadOutage("outage-1"))
        await s.settle()
        assert s.screen() == "OutageScreen"


async def test_what_is_typed_before_the_desk_has_answered_lands_in_the_sheet(
    scene: OpenScene,
) -> None:
    async with scene() as s:
        s.desk.mute = True
        await s.press("o", "m", "enter", "j", "space")
        assert s.screen() == "ChooseScreen"
        assert "asking the desk…" in s.text()
        s.desk.mute = False
        await s.desk.send(ReadOutage("outage-1"))
        await s.settle()
        assert "12.5 km  ■ Fernley" in s.text()
        await s.press("escape", "m", "escape")
        assert s.screen() == "OutagesScreen"
        assert s.asked(Act) == []


async def test_where_there_is_nothing_to_merge_with_the_sheet_goes(scene: OpenScene) -> None:
    async with scene() as s:
        s.desk.outages = {"outage-1": s.desk.outages["outage-1"]}
        await s.press("o", "m")
        assert "there is no other open outage to merge it with" in s.text()
        assert s.screen() == "OutagesScreen"


async def test_an_outage_that_goes_while_the_sheet_is_open_is_refused_by_the_desk(
    scene: OpenScene,
) -> None:
    async with scene() as s:
        await s.press("o", "d")
        s.desk.change("outage-1", status="restored")
        s.desk.no = "outage-1 is restored already: posts of a new loss make a new outage"
        await s.settle()
        await s.press("y")
        assert "outage-1 is restored already" in s.text()


async def test_every_act_is_a_command_of_the_palette(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("o")
        commands = {command.title for command in s.app.get_system_commands(s.app.screen)}
        acts = {"Verify", "Confirm", "Dismiss", "Merge", "Split", "Undo"}
        assert acts | {"Order", "Closer", "Layer damage", "Close-up", "Wide"} <= commands
        await s.press("escape")
        monitor = {command.title for command in s.app.get_system_commands(s.app.screen)}
        assert "Outages" in monitor
