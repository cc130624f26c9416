"""The live screen of a load test: rates, latencies, backlog and CPU while it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import Sparkline, Static

from simulator.load.runner import Now
from tui.keys import key
from tui.load_words import BUSY
from tui.paint import visible
from tui.screens.sized import Sized
from tui.widgets.keyline import KeyLine

HISTORY = 120
RATE = "posts a second, achieved"
LATENCY = "post to label, p99 in ms"
TOO_BUSY = " used by other work: the figures will be too low"


class LoadScreen(Sized, Screen[None]):
    """How a load test stands."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("q,ctrl+c", "stop", "Stop", "Stop, and report what was measured", shown=True, face="q"),
    ]

    def __init__(self, title: str, stop: Callable[[], None]) -> None:
        super().__init__()
        self._headline = title
        self.action_stop = stop
        self._achieved: list[float] = []
        self._latency: list[float] = []

    def compose(self) -> ComposeResult:
        yield Static(visible(f"EXERCISE  {self._headline}"), id="title", markup=False)
        yield Static("preparing", id="words", markup=False)
        yield Static("", id="figures", markup=False)
        yield Static(RATE, id="rate-name", classes="name", markup=False)
        yield Sparkline([], id="rate")
        yield Static(LATENCY, id="latency-name", classes="name", markup=False)
        yield Sparkline([], id="latency")
        yield KeyLine("keyline")

    def say(self, words: str) -> None:
        """What the test does now."""
        self.query_one("#words", Static).update(visible(words))

    def show(self, now: Now) -> None:
        """How a run stands."""
        self._achieved = [*self._achieved, now.sample.achieved][-HISTORY:]
        self._latency = [*self._latency, now.sample.p99_ms or 0.0][-HISTORY:]
        self.query_one("#figures", Static).update("\n".join(figures(now)))
        for name, curve, values in (
            (RATE, "rate", self._achieved), (LATENCY, "latency", self._latency),
        ):  # fmt: skip
            self.query_one(f"#{curve}", Sparkline).data = values
            top = f"{name}: now {values[-1]:,.0f}, highest in view {max(values):,.0f}"
            self.query_one(f"#{curve}-name", Static).update(top)


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
        f"others    {sample.others:.2f} cores{TOO_BUSY if sample.others > BUSY else ''}",
    ]


def _ms(value: float | None) -> str:
    return f"{'-':>7}" if value is None else f"{value:>7,.0f}"
