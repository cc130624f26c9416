"""The trainer's screen: the storm's clock, its truth beside what the desk has found, its posts."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from simulator.conductor import Bookmark
from simulator.errors import InjectError
from simulator.storm import Inject
from tui.board import Board
from tui.keys import key
from tui.moments import next_speed
from tui.paint import paint
from tui.screens.form import InjectForm, JumpForm
from tui.screens.rewind import RewindScreen
from tui.screens.sized import Sized
from tui.screens.truth import TruthScreen
from tui.widgets.bars import Banner, Head
from tui.widgets.curve import DayCurve
from tui.widgets.injects import InjectList
from tui.widgets.keyline import KeyLine
from tui.widgets.panes import Pane, Panes
from tui.widgets.sent import SentList
from tui.widgets.storm_events import EventList
from tui.widgets.trainer_bars import ClockBar, DeskBar, ScoreBar

if TYPE_CHECKING:
    from tui.trainer import TrainerApp

LOOK_S = 0.1
JUDGE_S = 1.0


class Trainer(Sized, Screen[None]):
    """What a trainer steers a storm day with."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key(
            *("space", "run", "Run", "Let the storm run, or pause it; ends a jump"),
            meaning="storm.run",
            shown=True,
        ),
        key("n", "next", "Next", "Jump to what happens next", meaning="storm.next", shown=True),
        key(
            *("J", "jump", "Jump", "Jump to a time; what lies between is sent at once"),
            meaning="storm.jump",
            shown=True,
        ),
        key("b", "bookmark", "Mark", "Bookmark this moment", meaning="storm.bookmark", shown=True),
        key(
            *("r", "rewind", "Rewind", "Rewind to a bookmark; the same posts come again"),
            meaning="storm.rewind",
            shown=True,
        ),
        key(
            *("i", "inject", "Inject", "Write a post and send it now"),
            meaning="storm.inject",
            shown=True,
        ),
        key(
            *("p", "prepared", "Prepared", "To the injects; enter sends the one at the cursor"),
            meaning="storm.prepared",
            shown=True,
        ),
        key(
            *("plus,equals_sign", "speed(1)", "Faster", "Let the storm run faster"),
            meaning="storm.faster",
            shown=True,
            face="+",
        ),
        key(
            *("minus", "speed(-1)", "Slower", "Let the storm run slower"),
            meaning="storm.slower",
            shown=True,
            face="-",
        ),
        key(
            *("x", "withdraw", "Withdraw", "Let a wound-back inject not come again"),
            meaning="storm.withdraw",
        ),
        key("f", "now", "Now", "Back to now in every list", meaning="storm.now"),
        key("tab", "app.focus_next", "Pane", "To the next pane", meaning="pane.next"),
        key(
            "shift+tab", "app.focus_previous", "Pane", "To the pane before", meaning="pane.previous"
        ),
        key("escape", "back", "Back", "Back to the events of the storm"),
    ]

    AUTO_FOCUS = "#events"

    def __init__(self, board: Board) -> None:
        super().__init__()
        self.board = board

    def compose(self) -> ComposeResult:
        yield ClockBar("clock")
        yield DeskBar("desk")
        yield Banner("banner")
        yield DayCurve("curve")
        with Panes(id="trainer-panes"):
            with Pane(id="events-pane"):
                yield Head("events-head")
                yield EventList("events")
            with Panes(id="trainer-side"):
                with Pane(id="sent-pane"):
                    yield Head("sent-head")
                    yield SentList("sent")
                with Pane(id="injects-pane"):
                    yield Head("injects-head")
                    yield InjectList("injects")
        yield ScoreBar("score")
        yield KeyLine("keyline")

    def on_mount(self) -> None:
        self.events = self.query_one(EventList)
        self.sent = self.query_one(SentList)
        self.injects = self.query_one(InjectList)
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self.tell())
        self.set_interval(LOOK_S, self.tell)
        self.set_interval(JUDGE_S, self.board.judge)
        self.tell()
        self._trainer.begin()

    @property
    def _trainer(self) -> TrainerApp:
        return cast("TrainerApp", self.app)

    # What is in sight

    def tell(self) -> None:
        """Show how the storm and the desk stand."""
        board = self.board
        board.look()
        for bar in (ClockBar, DeskBar, ScoreBar):
            self.query_one(bar).show(board)
        self.query_one(Banner).show(paint(self._words()).text)
        self.query_one(DayCurve).show(board)
        self.events.show(board, board.events())
        self.sent.show(board)
        self.injects.show(board)
        self._tell_heads()

    def _tell_heads(self) -> None:
        events, sent = self.events, self.sent
        left = [("Truth", "name"), (f"{len(events.items) - 1} events", "quiet")]
        if not events.following:
            left.append(("held · f follows now", "quiet"))
        self.query_one("#events-head", Head).show(tuple(left), "the desk ")
        left = [("Posts", "name"), (f"{len(sent.items):,} of note", "quiet")]
        if not sent.following:
            left.append(("held · f follows", "quiet"))
        self.query_one("#sent-head", Head).show(tuple(left), "truth, then the desk ")
        ready = len(self.board.conductor.waiting())
        self.query_one("#injects-head", Head).show(
            (("Injects", "name"), (f"{ready} ready", "quiet")), "enter sends "
        )

    def _words(self) -> str:
        """What the trainer must know beyond the figures; nothing when all is well."""
        board = self.board
        conductor = board.conductor
        reel = len(conductor.reel)
        behind = board.behind()
        if conductor.state == "jumping" and conductor.target_s is not None:
            where = f"{board.time(conductor.target_s):%a %H:%M:%S}"
            return f"Jumping to {where}: {reel:,} posts sent so far · space stops here"
        if conductor.state == "catching up":
            left = "waiting for a desk" if behind is None else f"{behind:,} posts to go"
            return f"The clock waits until the desk has the same posts up to here: {left}"
        if board.link.state == "failed":
            return f"No desk to score: {board.link.reason}"
        if board.link.state != "connected":
            return board.link.reason or "Waiting for the desk…"
        failed = [feed for feed in board.feeds() if feed.state == "failed"]
        return f"The desk has lost the storm: {failed[0].last_error}" if failed else ""

    # What the trainer does

    def action_run(self) -> None:
        conductor = self.board.conductor
        if conductor.state == "ended":
            self._say("The day is at its end: r rewinds to a bookmark")
        elif conductor.wanted or conductor.state == "jumping":
            conductor.pause()
        else:
            conductor.resume()
        self.tell()

    def action_speed(self, step: int) -> None:
        conductor = self.board.conductor
        conductor.set_speed(next_speed(conductor.clock.speed, step))
        self.tell()

    def action_next(self) -> None:
        coming = self.board.coming()
        if coming:
            self._go(coming[0])
        else:
            self._say("Nothing more happens in this storm")

    def action_jump(self) -> None:
        self.app.push_screen(JumpForm(self.board), self._jump)

    def _jump(self, at_s: object) -> None:
        if isinstance(at_s, float):
            self._go(at_s)

    def _go(self, at_s: float) -> None:
        """Jump ahead, or wind back."""
        if at_s < self.board.conductor.reel.reached_s:
            self._rewind(Bookmark(at_s, ""))
        else:
            self.board.conductor.jump(at_s)
            self._follow()

    def action_bookmark(self) -> None:
        mark = self.board.conductor.bookmark()
        self._say(f"{mark.name.capitalize()} at {self.board.time(mark.at_s):%a %H:%M:%S}")
        self.tell()

    def action_rewind(self) -> None:
        self.app.push_screen(RewindScreen(self.board), self._rewind)

    def _rewind(self, mark: Bookmark | None) -> None:
        if mark is not None:
            self.board.rewind(mark.at_s)
            self._say(
                f"Rewound to {self.board.time(mark.at_s):%a %H:%M:%S}: the desk begins again, and"
                " gets the same posts"
            )
            self._follow()

    def action_inject(self) -> None:
        self.app.push_screen(InjectForm(self.board), self._fire)

    def _fire(self, inject: object) -> None:
        if not isinstance(inject, Inject):
            return
        try:
            fired = self.board.conductor.fire(inject)
        except InjectError as error:
            self._say(str(error))
            return
        self._say(f"Sent at {self.board.time(fired.at_s):%H:%M:%S}: {inject.text[:80]}")
        self._follow()

    def action_prepared(self) -> None:
        on = not self.has_class("-injects")
        self.set_class(on, "-injects")
        self.set_focus(self.injects if on else self.events)

    def action_withdraw(self) -> None:
        item = self.injects.chosen()
        fired = item[1] if item and self.injects.has_focus else None
        if fired is None:
            self._say("p goes to the injects: x withdraws one that comes again (↻)")
        elif self.board.conductor.reel.was_sent(fired):
            self._say("It was sent: only what was wound back can be withdrawn")
        else:
            self.board.conductor.reel.withdraw(fired)
            self._say(f"Withdrawn: {fired.inject.text[:80]}")
        self.tell()

    def action_now(self) -> None:
        self._follow()

    def _follow(self) -> None:
        self.tell()
        self.events.follow()
        self.sent.follow()

    def action_back(self) -> None:
        self.remove_class("-injects")
        self.set_focus(self.events)

    def on_event_list_chosen(self, event: EventList.Chosen) -> None:
        chosen = event.event
        if chosen.at_s > self.board.conductor.at_s + 1:
            self._go(chosen.at_s)
        elif chosen.post is not None:
            self._show(self.board.conductor.reel.position_of(chosen.post))
        else:
            self._say("What has been: r rewinds to a bookmark, b sets one")

    def on_sent_list_chosen(self, event: SentList.Chosen) -> None:
        self._show(event.position)

    def _show(self, position: int | None) -> None:
        if position is not None and position < len(self.board.conductor.reel):
            self.app.push_screen(TruthScreen(self.board, position))

    def on_inject_list_chosen(self, event: InjectList.Chosen) -> None:
        inject, fired = event.item
        if fired is None:
            self._fire(inject)
        else:
            self._show(self.board.conductor.reel.position_of(fired.told.post.id))

    def on_day_curve_clicked(self, event: DayCurve.Clicked) -> None:
        if event.at_s > self.board.conductor.at_s:
            self._go(event.at_s)
        else:
            self._say("J jumps back too, r to a bookmark: a click never rewinds")

    def _say(self, words: str) -> None:
        self.app.notify(paint(words).text, markup=False, timeout=4)
