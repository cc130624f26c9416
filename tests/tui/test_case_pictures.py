"""Pictures of the cases, the reply, the macros and the announcements, as known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input, TextArea

from desk.cases.case import CaseEvent
from desk.replies.reply import Announcement, Problem, Sending
from tests.tui.cases_scene import CLOCK, case
from tests.tui.test_pictures import SIZES, check
from tui.screens import replying
from tui.screens.cases import CasesScreen

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene, Scene

SCREENS = {
    "case-list": ("C", "j", "j"),
    "case-open": ("g", "enter"),
    "case-macros": ("m",),
    "case-reply": (*"restoration", "enter"),
    "case-everybody": ("escape", "L", "enter"),
    "announcements": ("escape", "N"),
}
"""Pictures, and the keys that lead from one to the next."""
LOOKS = {"dark": "stormdesk-dark", "light": "stormdesk-light", "nocolor": "stormdesk-dark"}


def set_up(scene: Scene) -> None:
    """A case with everything in it, others in every state, and announcements."""
    cases = scene.desk.cases
    cases.send("case-0", "anna", "We have a crew on the way. Please keep away from the wire.")
    events = (
        CaseEvent(case="case-0", at=CLOCK, by="anna", kind="note", side="operations",
                  words="school lets out at three: send somebody"),
        CaseEvent(case="case-0", at=CLOCK, by="anna", kind="take", words="taken in hand"),
    )  # fmt: skip
    cases.whole("case-0", events=events, others=(case(8), case(4)))
    cases.change("case-0", state="mine", agent="agent", viewers=("bea",), waiting_since=CLOCK)
    cases.change("case-1", state="mine", agent="bea", writing="bea")
    cases.change("case-6", skipped=True)
    cases.problems = (
        Problem(kind="promise", words="names a time: the desk knows another", start=49, end=55),
    )
    cases.announcements = [
        Announcement(id="a1", title="Alder Bay: crews at work", text="Crews are at work.",
                     outage="outage-1", accounts=("x:utility", "bluesky:utility.example"),
                     by="anna", at=CLOCK, state="submitted", exercise=True),
        Announcement(id="a2", title="Before the storm", text="Charge your telephones.",
                     accounts=("x:utility",), by="bea", at=CLOCK, state="sent", exercise=True,
                     sendings=(Sending(channel="x", account="utility", state="sent", at=CLOCK,
                                       remote="dry-run:1"),)),
    ]  # fmt: skip


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_cases_look_as_known(
    scene: OpenScene, look: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replying, "SAVE_S", 1000.0)  # it is told when it is to be seen
    if look == "nocolor":
        monkeypatch.setenv("NO_COLOR", "1")
    async with scene(size=size) as s:
        set_up(s)
        s.app.theme = LOOKS[look]
        for screen, keys in SCREENS.items():
            await s.press(*keys)
            for field in s.app.screen.query("Input, TextArea"):
                assert isinstance(field, Input | TextArea)
                field.cursor_blink = False
            await s.pilot.pause(0.2)
            cases = s.app.screen_stack[1]
            assert isinstance(cases, CasesScreen)
            await cases.keep_draft()
            await s.settle()
            check(f"{screen}-{look}-{size[0]}x{size[1]}", s.app.export_screenshot())
