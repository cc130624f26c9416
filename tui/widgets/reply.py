"""The reply under a conversation: edited in place, measured as its channel measures."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static, TextArea

from desk.channels.wording import outgoing
from desk.replies.measure import limit, measure
from desk.replies.reply import Problem
from tui.drafts import Typed
from tui.keys import key
from tui.paint import paint, visible
from tui.signs import Palette
from tui.widgets.bars import Head
from tui.widgets.lines import palette_of

PROBLEMS = 4
"""Lines for what is wrong with the text."""


class ReplyArea(TextArea):
    """The text; words that the desk finds fault with are marked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("ctrl+s,f10", "send", "Send", "Send the reply", meaning="reply.send", shown=True),
        key(
            *("ctrl+n", "send_on", "Send, next", "Send the reply and take the next case"),
            meaning="reply.next",
            shown=True,
        ),
        key(
            *("ctrl+t", "send_beside", "Beside", "Ask a lead to choose: this one, or what waits"),
            meaning="reply.beside",
        ),
        key("ctrl+o", "macros", "Macros", "Find a macro", meaning="reply.macros", shown=True),
        key(
            *("ctrl+g", "seen", "Seen", "You have seen what has changed; the text stays"),
            meaning="reply.seen",
            shown=True,
        ),
        key(
            *("ctrl+r", "refill", "Refill", "You have seen it; fill the macro anew"),
            meaning="reply.refill",
            shown=True,
        ),
        key("escape", "leave", "Back", "To the conversation; the draft is kept", shown=True,
            meaning="reply.leave"),
    ]  # fmt: skip

    class Left(Message):
        """Back to the conversation."""

    class Asked(Message):
        """The reply is to be sent, a macro found, or changed facts taken in."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(
            id=id, compact=True, highlight_cursor_line=False, placeholder="write the answer here"
        )
        self._marks: dict[int, list[tuple[int, int, bool]]] = {}

    def mark(self, problems: tuple[Problem, ...]) -> None:
        """Mark the words that the desk finds fault with."""
        marks: dict[int, list[tuple[int, int, bool]]] = {}
        for problem in problems:
            if problem.end > problem.start:
                self._mark(problem, marks)
        if marks != self._marks:
            self._marks = marks
            self.notify_style_update()  # the lines are painted afresh
            self.refresh()

    def _mark(self, problem: Problem, marks: dict[int, list[tuple[int, int, bool]]]) -> None:
        at = 0
        for number, line in enumerate(self.text.split("\n")):
            start, end = max(problem.start - at, 0), min(problem.end - at, len(line))
            if start < end:
                marks.setdefault(number, []).append((start, end, problem.blocks))
            at += len(line) + 1

    def get_line(self, line_index: int) -> Text:
        line = super().get_line(line_index)
        colours = palette_of(self)
        for start, end, blocks in self._marks.get(line_index, ()):
            line.stylize(problem_style(colours, blocks=blocks), start, end)
        return line

    def write(self, words: str) -> None:
        """Put `words` where the cursor is, in place of what is marked."""
        self.replace(words, *self.selection)

    async def _on_paste(self, event: events.Paste) -> None:
        """What is pasted may come from anywhere."""
        event.prevent_default()
        event.stop()
        text = visible(event.text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    "))
        self.write(text)

    def action_send(self) -> None:
        self.post_message(self.Asked("send"))

    def action_send_on(self) -> None:
        self.post_message(self.Asked("send_on"))

    def action_send_beside(self) -> None:
        self.post_message(self.Asked("send_beside"))

    def action_macros(self) -> None:
        self.post_message(self.Asked("macros"))

    def action_seen(self) -> None:
        self.post_message(self.Asked("seen"))

    def action_refill(self) -> None:
        self.post_message(self.Asked("refill"))

    def action_leave(self) -> None:
        self.post_message(self.Left())


def problem_style(colours: Palette, *, blocks: bool) -> str:
    """How words are marked: underlined, and in a colour of their own where there are colours."""
    style = colours.label("hazard" if blocks else "outage")
    return f"{style} underline"


class Answered(NamedTuple):
    """Who is answered: `to` in words, `mention` as their name goes out, `barred` why nobody is.

    An answer may be `most` long, where the desk says so.
    """

    channel: str
    to: str
    mention: str = ""
    barred: str = ""
    most: int = 0


class ReplyPane(Vertical):
    """The text with its length over it and what is wrong with it under it.

    While nothing stands in it and the keys go elsewhere, it is one line.
    """

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._said: object = None

    class Wanted(Message):
        """The line was clicked: the answer is to be written."""

    def on_click(self) -> None:
        if self.has_class("-idle"):
            self.post_message(self.Wanted())

    def compose(self) -> ComposeResult:
        yield Head("reply-head")
        yield ReplyArea("reply")
        yield Static(id="reply-notes", markup=False)

    @property
    def area(self) -> ReplyArea:
        """Where the text is edited."""
        return self.query_one(ReplyArea)

    def load(self, typed: Typed) -> None:
        """Show what stands in the reply of another case, or what has come of it elsewhere."""
        area = self.area
        text = visible(typed.text)
        if area.text != text:
            area.load_text(text)
            area.move_cursor(area.document.end)

    def show(self, typed: Typed, whom: Answered, hint: str) -> None:
        """Say how long the text is and what is wrong with it; `hint` is for an empty one."""
        area = self.area
        idle = not (typed.text or self.screen.focused is area)
        self.set_class(idle, "-idle")
        problems = typed.problems_now()
        said = (typed.text, whom, hint, typed.stale, typed.refusal, problems, idle)
        if said == self._said:
            return
        self._said = said
        area.mark(problems)
        length = measure(outgoing(typed.text, whom.mention), whom.channel)
        most = whom.most or limit(whom.channel)
        left = [("Reply", "name"), (f"to {whom.to}", "quiet")]
        if length > most:
            left.append((f"{length - most:,} too long", "alarm"))
        head = self.query_one("#reply-head", Head)
        if idle and whom.barred:
            head.show((("Reply", "name"), (f"× {paint(whom.barred[:300]).text}", "alarm")))
        elif idle:
            head.show((("Reply", "name"), (hint, "quiet")))
        else:
            head.show(tuple(left), f"{length:,} of {most:,} ")
        self._tell_notes(typed, problems, whom.barred)

    def _tell_notes(self, typed: Typed, problems: tuple[Problem, ...], barred: str) -> None:
        colours = palette_of(self)
        notes = Text(no_wrap=False)
        if barred and not any(problem.words == barred for problem in problems):
            notes.append(f"× {paint(barred[:300]).text}\n", colours.label("hazard"))
        if typed.stale:
            notes.append("changed: ", colours.alarm)
            notes.append(" " + paint(typed.stale[:300]).text, colours.strong)
            notes.append(" · ctrl+g seen, ctrl+r seen and fill anew\n", colours.quiet)
        if typed.refusal:
            notes.append(f"× {paint(typed.refusal[:300]).text}\n", colours.label("hazard"))
        for problem in problems[:PROBLEMS]:
            sign, label = ("×", "hazard") if problem.blocks else ("!", "outage")
            words = paint(problem.words[:300]).text
            notes.append(f"{sign} {words}\n", colours.label(label))
        if len(problems) > PROBLEMS:
            notes.append(f"  and {len(problems) - PROBLEMS} more\n", colours.quiet)
        notes.rstrip()
        under = self.query_one("#reply-notes", Static)
        under.display = bool(notes.plain)
        under.update(notes)
