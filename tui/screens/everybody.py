"""One answer for everybody of an outage: who gets what, who does not and why, and then y."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from desk.replies.reply import Problem
from desk.serving.protocol import Refused
from desk.serving.reply_messages import (
    AnswerOutage,
    FilledMacro,
    OutageAnswered,
    PassedOver,
    ReplyRefused,
    WouldSend,
)
from tui.case_words import author_words, name_words
from tui.columns import channel_name, shorten
from tui.keys import key
from tui.link import Link
from tui.paint import cut, fit, paint, visible
from tui.reasons import Reasons
from tui.screens.over import Over
from tui.widgets.lines import Lines, palette_of

Item = WouldSend | PassedOver


class People(Lines):
    """Who gets an answer, then who gets none."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id)
        self.items: Sequence[Item] = ()
        self.nothing = "asking the desk who is affected…"

    def show(self, items: Sequence[Item]) -> None:
        """Show them."""
        self.items = items
        self.cursor = min(self.cursor, max(0, len(items) - 1))
        self.resize_to(len(items))
        self.forget_strips()

    def at_hand(self) -> Item | None:
        """Whom the cursor is on."""
        return self.items[self.cursor] if self.cursor < len(self.items) else None

    def count(self) -> int:
        return len(self.items)

    def empty(self) -> str:
        return self.nothing

    def choose(self, index: int) -> None:
        self.move_to(index)

    def paint_line(self, index: int, width: int) -> Sequence[Segment]:
        item, colours = self.items[index], palette_of(self)
        author = fit(author_words(item.author), 20)
        if isinstance(item, PassedOver):
            words = f"gets none: {paint(item.reason[:200]).text}"
            line = [Segment(f" × {author} ", colours.quiet), Segment(words, colours.quiet)]
        else:
            channel = fit(channel_name(paint(item.channel[:20]).text), 5)
            line = [
                Segment(f" ✓ {author} ", colours.text),
                Segment(channel, colours.quiet),
                Segment("! " if item.problems else "", colours.label("hazard")),
                Segment(paint(item.text[:200]).text, colours.text),
            ]
        return shorten(line, width, colours.quiet)


class Everybody(Reasons, Over, ModalScreen[str]):
    """Shows what would be sent, and sends it when asked; answers with what was done, in words.

    With `loop` it is for those who were promised a time, once power is back.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        key("y", "send", "Send", "Send it to everybody marked ✓", meaning="everybody.send",
            shown=True),
        key("l", "loop", "Whom", "Everybody affected, or those who were promised a time",
            meaning="everybody.loop", shown=True),
        key("n,escape,q", "leave", "Back", "Send nothing", meaning="everybody.leave", shown=True),
    ]  # fmt: skip

    def __init__(
        self, link: Link, outage: str, place: str, macro: FilledMacro, by: str, *, loop: bool
    ) -> None:
        super().__init__()
        self._link = link
        self._outage = outage
        self._place = place
        self._macro = macro
        self._by = by
        self._loop = loop
        self._bound = False
        """Whether the macro is one that only closes the loop."""
        self._told: OutageAnswered | None = None
        self._sending = False

    def compose(self) -> ComposeResult:
        with Vertical(id="everybody"):
            yield Static(id="everybody-words", markup=False)
            yield People("people")
            with VerticalScroll(id="everybody-preview", can_focus=False):
                yield Static(id="everybody-text", markup=False)

    async def on_mount(self) -> None:
        box = self.query_one("#everybody")
        box.border_subtitle = "y sends · l for whom · j/k look · esc sends nothing"
        await self._ask(send=False)
        self._tell()

    async def ask_again(self) -> None:
        """The desk is there again: nothing is known of what was asked before."""
        self._told, self._sending = None, False
        await self._ask(send=False)
        self._tell()

    async def _ask(self, *, send: bool) -> None:
        await self._link.send(
            AnswerOutage(self._outage, self._macro.id, self._by, loop=self._loop, send=send)
        )

    async def hear(self, message: object) -> None:
        """What the desk says to this."""
        match message:
            case OutageAnswered():
                self.fill(message)
            case (
                ReplyRefused(case="", reason=reason) | Refused(case=None, view=None, reason=reason)
            ):
                changed = self._sending
                self.refuse(reason)
                if changed:  # what would be sent now is to be seen first
                    await self._ask(send=False)
            case _:
                pass

    def fill(self, answered: OutageAnswered) -> None:
        """Show what the desk says."""
        if answered.outage != self._outage or (self._loop and not answered.loop):
            return
        if answered.loop and not self._loop:
            self._loop = self._bound = True  # a macro that closes the loop does so by itself
        if self._sending:
            new = answered.sent - len(self._told.filled) if self._told else 0
            more = f", {new:,} more than you saw" if new > 0 else ""
            self.dismiss(
                f"{answered.sent:,} answered in {self._place}{more}; all are in the outbox"
            )
            return
        self._told = answered
        self.query_one(People).show((*answered.filled, *answered.passed_over))
        self.query_one(People).nothing = "nobody is affected who has had no answer"
        self._tell()

    def refuse(self, reason: str) -> None:
        """The desk can't do it."""
        self._sending = False
        self.query_one("#everybody").border_subtitle = cut(paint(reason[:300]).text, 90)

    def _tell(self) -> None:
        colours, told = palette_of(self), self._told
        box = self.query_one("#everybody")
        what = "Close the loop" if self._loop else "Answer everybody"
        box.border_title = cut(f"{what}: {self._place} · {name_words(self._macro.title)}", 80)
        words = Text()
        if told is None:
            words.append("asking the desk…", colours.quiet)
        else:
            words.append(f"{len(told.filled):,} get it", colours.strong)
            words.append(
                f" of {told.affected:,} affected, {told.answered:,} answered before", colours.text
            )
            if self._loop:
                words.append(" · only those who were promised a time", colours.text)
            troubled = sum(1 for each in told.filled if each.problems)
            if troubled:
                words.append(f" · {troubled:,} have warnings", colours.label("hazard"))
        self.query_one("#everybody-words", Static).update(words)
        self._tell_text()

    def on_lines_moved(self) -> None:
        self._tell_text()

    def _tell_text(self) -> None:
        item, colours = self.query_one(People).at_hand(), palette_of(self)
        words = Text()
        if isinstance(item, WouldSend):
            words.append(visible(item.text[:2_000]), colours.text)
            for problem in item.problems:
                words.append(f"\n{_problem(problem)}", colours.label("hazard"))
        elif item is not None:
            words.append(paint(item.reason[:400]).text, colours.quiet)
        self.query_one("#everybody-text", Static).update(words)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        if action == "send":
            if self._sending:
                return "it is being sent"
            if self._told is None:
                return "the desk has not said yet who gets it"
            if not self._told.filled:
                return "nobody would get it"
        if action == "loop" and self._bound:
            return "this macro tells only those who were promised a time · esc, another one"
        return super().why_not(action, parameters)

    def say_once(self, words: str, *, refused: bool = False) -> None:
        """Why a key does nothing now."""
        del refused
        self.query_one("#everybody").border_subtitle = words

    def unsay(self) -> None:
        """It stays until something else is to be said."""

    async def action_send(self) -> None:
        self._sending = True
        await self._ask(send=True)

    async def action_loop(self) -> None:
        self._loop, self._told = not self._loop, None
        self.query_one(People).show(())
        await self._ask(send=False)
        self._tell()

    def action_leave(self) -> None:
        self.dismiss("")


def _problem(problem: Problem) -> str:
    return ("× " if problem.blocks else "! ") + paint(problem.words[:200]).text
