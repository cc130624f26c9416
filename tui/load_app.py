"""The app of a load test: runs it beside its screen."""

from __future__ import annotations

import threading
from collections.abc import Callable

from textual import work

from simulator.load.report import Report
from simulator.load.runner import Now
from tui.frame import Frame
from tui.leaving import Leaving
from tui.screens.load import LoadScreen

Test = Callable[[Callable[[Now], None], Callable[[str], None], Callable[[], bool]], Report]
"""A load test, given who watches, who hears its words, and who says that it is to stop."""


class LoadApp(Frame):
    """Runs a load test beside its screen; `report` or `error` is what came of it."""

    def __init__(self, title: str, test: Test) -> None:
        super().__init__()
        self._test = test
        self._stop = threading.Event()
        self._shown = LoadScreen(title, self.stop)
        self.report: Report | None = None
        self.error: Exception | None = None

    def get_default_screen(self) -> LoadScreen:
        """The one that it has."""
        return self._shown

    def on_mount(self) -> None:
        """Begin."""
        Leaving().how = self.stop
        self._run_test()

    def on_unmount(self) -> None:
        """Whatever has ended the screen: nobody watches any more."""
        self._stop.set()

    @work(thread=True)
    def _run_test(self) -> None:
        try:
            self.report = self._test(self._watch, self._say, self._stop.is_set)
        except Exception as error:  # noqa: BLE001  told by the command, once the screen is gone
            self.error = error
        self._call(self.exit)

    async def action_quit(self) -> None:
        """As every way out: not without the report."""
        self.stop()

    def stop(self) -> None:
        """Send no more, and leave once the report is there."""
        self._stop.set()
        self._shown.say("stopping: what was sent is drained, then the report follows")

    def _watch(self, now: Now) -> None:
        self._call(lambda: self._shown.show(now))
        self._say(f"{now.name}: second {now.at_s:.1f} of {now.seconds:.0f}")

    def _say(self, words: str) -> None:
        if not self._stop.is_set():
            self._call(lambda: self._shown.say(words))

    def _call(self, what: Callable[[], None]) -> None:
        if self.is_running:
            self.call_from_thread(what)
