"""The lead is called when promises are broken: seen and heard, once, until she has looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desk.serving.case_messages import WatchCases
from desk.serving.protocol import Tick
from tests.tui.conftest import status
from tui.calling import QUIET_S, Calls

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene, Scene


def test_a_call_rings_once_and_again_only_for_more_and_later() -> None:
    calls = Calls()
    assert not calls.told(0, 0.0)
    assert calls.told(2, 1.0)
    assert not calls.told(5, 2.0)
    assert "5 promises are broken ·" in calls.words()
    calls.look(3.0)
    assert calls.words() == ""
    assert not calls.told(6, 60.0)
    assert calls.told(7, 3.0 + QUIET_S)
    assert "7 promises are broken, 2 since you looked" in calls.words()


def test_promises_that_are_kept_after_all_end_the_call() -> None:
    calls = Calls()
    assert calls.told(1, 0.0)
    assert "1 promise is broken" in calls.words()
    assert not calls.told(0, 0.0)
    assert calls.words() == ""
    assert calls.told(1, 0.0)


async def late(s: Scene, count: int) -> None:
    await s.say(Tick(status=status(waiting=31, late=count)))


async def test_a_lead_hears_and_sees_it_and_one_key_shows_the_list(
    scene: OpenScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    async with scene(size=(120, 40)) as s:
        monkeypatch.setattr(s.app, "bell", lambda: rung.append("bell"))
        await late(s, 3)
        assert "LEAD" not in s.text()  # an agent is not called
        s.app.role = "lead"
        s.app.alone = True
        await late(s, 3)
        assert "LEAD" not in s.text()  # nor who has nobody to lead
        s.app.alone = False
        await late(s, 4)
        await late(s, 5)
        assert len(rung) == 1
        assert "!! LEAD: 5 promises are broken" in s.text()
        await s.press("exclamation_mark")
        assert s.screen() == "CasesScreen"
        assert s.asked(WatchCases)[-1].filter == "state:late"
        assert "LEAD" not in s.text()
