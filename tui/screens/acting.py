"""What people do to outages, the same on every screen that shows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import BindingType

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
from tui.widgets.actline import ActLine

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
]
CHECKED: tuple[ActKind, ...] = ("merge", "split", "undo")
"""Acts before which the desk is asked for the outage as it is now."""


class Acting(Attached):
    """A screen on which outages are verified, confirmed, dismissed, merged, split, and undone."""

    BINDINGS: ClassVar[list[BindingType]] = ACTS

    _wanted: tuple[ActKind, str] | None = None

    def at_hand(self) -> OutageRow | None:
        """The outage that the keys are about."""
        raise NotImplementedError

    def to_undo(self) -> str | None:
        """The id of the outage of which the last act is taken back."""
        row = self.at_hand()
        return row.outage.id if row else None

    def say(self, words: str, *, refused: bool = False) -> None:
        """Say `words`, painted, over the keys."""
        self.query_one(ActLine).show(words, refused=refused)

    async def action_act(self, kind: ActKind) -> None:
        row = self.at_hand()
        outage = self.to_undo() if kind == "undo" else row.outage.id if row else None
        if outage is None:
            self.say("there is no outage under the cursor", refused=True)
        elif self.now.link.state != "connected":
            self.say("the desk is not there now: nothing was done", refused=True)
        elif kind in CHECKED:
            self._wanted = (kind, outage)
            self.say("asking the desk…")
            await self.desk.link.send(ReadOutage(outage))
        elif kind == "dismiss" and row is not None:
            self._ask(dismiss_question(row), lambda: Act("dismiss", outage, self.desk.agent))
        else:
            await self._send(Act(kind, outage, self.desk.agent))

    def outage_detail(self, detail: OutageDetail) -> None:
        if self._wanted is None or self._wanted[1] != detail.id:
            return
        (kind, _), self._wanted = self._wanted, None
        if self.app.screen is not self:
            return  # the agent has gone elsewhere meanwhile
        self.say("")
        row = self.now.outages.get(detail.id)
        if detail.outage is None or row is None:
            self.say("the desk no longer holds this outage", refused=True)
        elif kind == "merge":
            self._choose_other(row, detail)
        elif kind == "split":
            self._choose_parts(row, detail)
        else:
            self._undo(row, detail)

    def acted(self, acted: Acted) -> None:
        self.say(done_words(acted, self._place_of(acted.act.outage)))

    async def refused(self, refused: Refused) -> None:
        if refused.outage is not None:
            self._wanted = None
            self.say(paint(refused.reason[:400]).text, refused=True)

    # What is asked

    def _choose_other(self, row: OutageRow, detail: OutageDetail) -> None:
        others = [(near, self.now.outages.get(near.id)) for near in detail.near]
        known = {near.id: (near.km, other) for near, other in others if other is not None}
        if not known:
            self.say("there is no other open outage to merge it with", refused=True)
            return
        choices = [(id_, self._other_words(other, km)) for id_, (km, other) in known.items()]

        def chosen(answer: tuple[str, ...] | None) -> None:
            if answer:
                into = known[answer[0]][1]
                act = Act("merge", row.outage.id, self.desk.agent, into=answer[0])
                self._ask(merge_question(row, into), lambda: act)

        title = f"Merge {place_words(row.place)} into"
        self.app.push_screen(ChooseScreen(title, choices), chosen)

    def _other_words(self, other: OutageRow, km: float) -> str:
        sign = STATUS_SIGNS.get(other.outage.status, UNKNOWN)
        old = since(self.now.clock, other.outage.started_at)
        place = place_words(other.place)
        return f"{km:>6.1f} km  {sign.glyph} {place} · {posts_words(other.outage)} · {old}"

    def _choose_parts(self, row: OutageRow, detail: OutageDetail) -> None:
        if len(row.outage.communities) < 2:
            place = place_words(row.place)
            self.say(f"{place} is one community: there is nothing to split", refused=True)
            return
        posts = {part.community: part.posts for part in detail.parts}
        choices = [
            (name, f"{place_words(self.now.name_of(name))} · {posts.get(name, 0):,} posts")
            for name in row.outage.communities
        ]

        def chosen(answer: tuple[str, ...] | None) -> None:
            if answer:
                names = [self.now.name_of(name) for name in answer]
                act = Act("split", row.outage.id, self.desk.agent, communities=answer)
                self._ask(split_question(row, names), lambda: act)

        title = f"Split off {place_words(row.place)}"
        self.app.push_screen(ChooseScreen(title, choices, many=True), chosen)

    def _undo(self, row: OutageRow, detail: OutageDetail) -> None:
        """Take back one's own act at once, and that of somebody else only when asked."""
        act = Act("undo", row.outage.id, self.desk.agent)
        last = next((change.by for change in reversed(detail.history) if change.by), None)
        if last == self.desk.agent and self.desk.did(row.outage.id):
            self.run_worker(self._send(act))
        elif last is None:
            self.say(f"nothing was done to {place_words(row.place)}", refused=True)
        else:
            self._ask(undo_question(row.place, last), lambda: act)

    def _ask(self, question: str, act: Callable[[], Act]) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                self.run_worker(self._send(act()))
            else:
                self.say("")

        self.app.push_screen(AskScreen(question), answered)

    async def _send(self, act: Act) -> None:
        if self.now.link.state == "connected":
            self.say("asking the desk…")
            await self.desk.link.send(act)
        else:
            self.say("the desk is not there now: nothing was done", refused=True)

    def _place_of(self, outage: str) -> str:
        row = self.now.outages.get(outage)
        return row.place if row else outage
