"""The live screen of a load test: rates, latencies, backlog and CPU while it runs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import ClassVar

from textual import work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Footer, Sparkline, Static

from simulator.load.report import Report
from simulator.load.runner import Now
from tui.paint import visible

HISTORY = 120

Test = Callable[[Callable[[Now], None], Callable[[str], None], Callable[[], bool]], Report]
"""A load test, given who watches, who hears its words, and who says that it is to stop."""


class LoadApp(App[None]):
    """Runs a load test beside its screen; `report` or `error` is what came of it."""

    CSS = """
    #title { text-style: bold; padding: 0 1; }
    #words, #figures { padding: 0 1; }
    .name { padding: 1 1 0 1; color: $text-muted; }
    Sparkline { height: 3; margin: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "q,ctrl+c", "stop", "Stop, and report what was measured", key_display="q", priority=True
        ),
    ]

    def __init__(self, title: str, test: Test) -> None:
        super().__init__()
        self._headline = title
        self._test = test
        self._stop = threading.Event()
        self._achieved: list[float] = []
        self._latency: list[float] = []
        self.report: Report | None = None
        self.error: Exception | None = None

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(visible(f"EXERCISE  {self._headline}"), id="title", markup=False)
            yield Static("preparing", id="words", markup=False)
            yield Static("", id="figures", markup=False)
            yield Static("posts a second, achieved", classes="name", markup=False)
            yield Sparkline([], id="rate")
            yield Static("post to label, p99 in ms", classes="name", markup=False)
            yield Sparkline([], id="latency")
        yield Footer()

    def on_mount(self) -> None:
        self._run_test()

    @work(thread=True)
    def _run_test(self) -> None:
        try:
            self.report = self._test(self._watch, self._say, self._stop.is_set)
        except Exception as error:  # noqa: BLE001  told by the command, once the screen is gone
            self.error = error
        self.call_from_thread(self.exit)

    def action_stop(self) -> None:
        self._stop.set()
        self._words("stopping: what was sent is drained, then the report follows")

    def _watch(self, now: Now) -> None:
        self.call_from_thread(self._show, now)

    def _say(self, words: str) -> None:
        self.call_from_thread(self._words, words)

    def _words(self, words: str) -> None:
        self.query_one("#words", Static).update(visible(words))

    def _show(self, now: Now) -> None:
        self._achieved = [*self._achieved, now.sample.achieved][-HISTORY:]
        self._latency = [*self._latency, now.sample.p99_ms or 0.0][-HISTORY:]
        if not self._stop.is_set():
            self._words(f"{now.name}: second {now.at_s:.1f} of {now.seconds:.0f}")
        self.query_one("#figures", Static).update("\n".join(figures(now)))
        self.query_one("#rate", Sparkline).data = self._achieved
        self.query_one("#latency", Sparkline).data = self._latency


def figures(now: Now) -> list[str]:
    """A run as it stands, in lines."""
    sample = now.sample
    spent = ", ".join(f"{role} {used:.2f}" for role, used in sample.cores.items())
    stages = ", ".join(f"{stage} {used:.2f}" for stage, used in sample.stages.items())
    latencies = "   ".join(
        f"{name} {_ms(value)}"
        for name, value in (
            ("p50", sample.p50_ms), ("p90", now.p90_ms), ("p99", sample.p99_ms),
            ("p99.9", now.p999_ms),
        )
    )  # fmt: skip
    return [
        f"rate      {sample.intended:>9,.0f} intended   {sample.achieved:>9,.0f} achieved  posts/s",
        f"latency   {latencies}  ms",
        f"backlog   {sample.backlog:>9,} posts     memory {sample.memory_mb:,.0f} MB",
        f"cores     {spent}",
        f"stages    {stages or 'not told'}",
        f"others    {sample.others:.2f} cores",
    ]


def _ms(value: float | None) -> str:
    return f"{'-':>7}" if value is None else f"{value:>7,.0f}"
