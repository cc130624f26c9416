"""What people do to outages, the same on every screen that shows them."""

from __future__ import annotations

import re
from typing import ClassVar

from textual.binding import BindingType

from desk.outages import OutageChange
from desk.serving.outage_messages import Act, Acted, ActKind, OutageDetail, ReadOutage
from desk.serving.protocol import OutageRow, Refused
from tui.act_words import (
    dismiss_question,
    done_words,
    merge_question,
    place_words,
    posts_words,
    split_question,
    undo_question,
)
from tui.columns import since
from tui.keys import key
from tui.paint import paint
from tui.screens.asking import AskScreen, ChooseScreen
from tui.screens.attached import Attached
from tui.signs import STATUS_SIGNS, UNKNOWN

OUTAGE_ID = re.compile(r"\bo-[a-z0-9-]+T\d{4}(?:-\d+)?")
"""Outages as the desk names them where it refuses something."""

ACTS: list[BindingType] = [
    key(
        "v",
        "act('verify')",
        "Verify",
        "Say that you are checking it",
        meaning="outage.verify",
        shown=True,
    ),
    key(
        "c",
        "act('confirm')",
        "Confirm",
        "It is known to be real",
        meaning="outage.confirm",
        shown=True,
    ),
    key(
        "x",
        "act('unverifiable')",
        "Unverifiable",
        "Nobody can find out whether it is real: it stays, and says so",
        meaning="outage.unverifiable",
    ),
    key(
        "d",
        "act('dismiss')",
        "Dismiss",
        "It is no outage; asks once",
        meaning="outage.dismiss",
        shown=True,
    ),
    key(
        "m",
        "act('merge')",
        "Merge",
        "Its posts join another outage; asks once",
        meaning="outage.merge",
        shown=True,
    ),
    key(
        "s",
        "act('split')",
        "Split",
        "Some communities become another; asks once",
        meaning="outage.split",
        shown=True,
    ),
    key(
        "u",
        "act('undo')",
        "Undo",
        "Take back what was done last",
        meaning="outage.undo",
        shown=True,
    ),
    key(
        *("L", "everybody", "Answer all", "Answer everybody of the outage, or close the loop"),
        meaning="outage.everybody",
    ),
    key(
        *("C", "case_list", "All cases", "The cases: list, conversation, reply"),
        meaning="cases.open",
    ),
]
ASKED = "asking the desk…"


class Acting(Attached):
    """A screen on which outages are verified, confirmed, dismissed, merged, split, and undone."""

    BINDINGS: ClassVar[list[BindingType]] = ACTS

    _undoing: str | None = None
    _sheet: ChooseScreen | None = None

    def at_hand(self) -> OutageRow | None:
        """The outage that the keys are about."""
        raise NotImplementedError

    def to_undo(self) -> str | None:
        """The id of the outage of which the last act is taken back."""
        row = self.at_hand()
        return row.outage.id if row else None

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        if action not in ("act", "everybody"):
            return super().why_not(action, parameters)
        row = self.at_hand()
        if row is None:
            return "there is no outage under the cursor"
        if self.now.link.state != "connected":
            return "the desk is not there now: nothing was done"
        if parameters and parameters[0] == "split" and len(row.outage.communities) < 2:
            return f"{place_words(row.place)} is one community: there is nothing to split"
        return None

    async def action_everybody(self) -> None:
        row = self.at_hand()
        if row is not None:
            await self.desk.answer_everybody(row.outage.id)

    async def action_case_list(self) -> None:
        await self.desk.open_cases()

    async def action_act(self, kind: ActKind) -> None:
        row = self.at_hand()
        outage = self.to_undo() if kind == "undo" else row.outage.id if row else None
        if outage is None or row is None:
            return
        if kind == "dismiss":
            self._ask(dismiss_question(row), Act("dismiss", outage, self.desk.agent))
        elif kind == "split":
            self._choose_parts(row)
        elif kind == "merge":
            await self._choose_other(row)
        elif kind == "undo":
            self._undoing = outage
            self.say(ASKED)
            await self.desk.link.send(ReadOutage(outage))
        else:
            await self._send(Act(kind, outage, self.desk.agent))

    def outage_detail(self, detail: OutageDetail) -> None:
        sheet = self._sheet
        if sheet is not None and self.app.screen is sheet and sheet.about == detail.id:
            self._sheet = None
            self._fill(sheet, detail)
        elif self._undoing == detail.id and self.app.screen is self:
            self._undoing = None
            self._undo(detail)

    def acted(self, acted: Acted) -> None:
        self.say(done_words(acted, self._place_of))

    async def refused(self, refused: Refused) -> None:
        if refused.outage is not None:
            self._undoing = None
            self.say(paint(self._in_words(refused.reason[:400])).text, refused=True)

    def _in_words(self, reason: str) -> str:
        """A refusal of the desk with the places of outages for their ids."""

        def place(found: re.Match[str]) -> str:
            row = self.now.outages.get(found[0])
            return f"the outage in {row.place}" if row else found[0]

        return OUTAGE_ID.sub(place, reason)

    # What is asked

    async def _choose_other(self, row: OutageRow) -> None:
        """Open the sheet at once, so that what is typed next lands there; the desk fills it."""
        outage = row.outage.id

        def chosen(answer: tuple[str, ...] | None) -> None:
            into = self.now.outages.get(answer[0]) if answer else None
            if into is not None:
                act = Act("merge", outage, self.desk.agent, into=into.outage.id)
                self._ask(merge_question(row, into), act)

        self._sheet = ChooseScreen(f"Merge {place_words(row.place)} into", outage)
        self.app.push_screen(self._sheet, chosen)
        await self.desk.link.send(ReadOutage(outage))

    def _fill(self, sheet: ChooseScreen, detail: OutageDetail) -> None:
        others = [(near, self.now.outages.get(near.id)) for near in detail.near]
        choices = [(near.id, self._other_words(other, near.km)) for near, other in others if other]
        if choices:
            sheet.fill(choices)
        else:
            sheet.action_leave()
            self.say("there is no other open outage to merge it with", refused=True)

    def _other_words(self, other: OutageRow, km: float) -> str:
        sign = STATUS_SIGNS.get(other.outage.status, UNKNOWN)
        old = since(self.now.clock, other.outage.started_at)
        place = place_words(other.place)
        return f"{km:>6.1f} km  {sign.glyph} {place} · {posts_words(other.outage)} · {old}"

    def _choose_parts(self, row: OutageRow) -> None:
        outage = row.outage
        choices = [(name, self._part_words(name, outage)) for name in outage.communities]

        def chosen(answer: tuple[str, ...] | None) -> None:
            if answer:
                names = [self.now.name_of(name) for name in answer]
                act = Act("split", outage.id, self.desk.agent, communities=answer)
                self._ask(split_question(row, names), act)

        sheet = ChooseScreen(f"Split off {place_words(row.place)}", outage.id, many=True)
        sheet.fill(choices)
        self.app.push_screen(sheet, chosen)

    def _part_words(self, community: str, outage: OutageChange) -> str:
        name, part = place_words(self.now.name_of(community)), outage.parts.get(community)
        return f"{name} · {posts_words(part)}" if part else name

    def _undo(self, detail: OutageDetail) -> None:
        """Take back one's own act at once, and that of somebody else only when asked."""
        act, place = Act("undo", detail.id, self.desk.agent), self._place_of(detail.id)
        last = next((change.by for change in reversed(detail.history) if change.by), None)
        if last == self.desk.agent and self.desk.did(detail.id):
            self.run_worker(self._send(act))
        elif last is None:
            self.say(f"nothing was done to {place_words(place)}", refused=True)
        else:
            self.say("")
            self._ask(undo_question(place, last), act)

    def _ask(self, question: str, act: Act) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                self.run_worker(self._send(act))
            else:
                self.say("")

        self.app.push_screen(AskScreen(question), answered)

    async def _send(self, act: Act) -> None:
        if self.now.link.state == "connected":
            self.say(ASKED)
            await self.desk.link.send(act)
        else:
            self.say("the desk is not there now: nothing was done", refused=True)

    def _place_of(self, outage: str) -> str:
        row = self.now.outages.get(outage)
        return row.place if row else outage
