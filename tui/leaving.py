"""Leaving a screen in good order when the system, or a terminal that is gone, wants it to end."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable

from tui.console import OK


class Leaving:
    """Leaves when the terminal is closed (SIGHUP) or the system ends the process (SIGTERM).

    `how` is to be set once there is something better to do than to cancel the task.
    """

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        assert task is not None
        self.how: Callable[[], object] = task.cancel
        self.code = OK
        for number in (signal.SIGHUP, signal.SIGTERM):
            loop.add_signal_handler(number, self._leave, number)

    def _leave(self, number: signal.Signals) -> None:
        self.code = 128 + number  # as shells have it
        if number == signal.SIGHUP:
            self._forget_terminal()
        self.how()

    def _forget_terminal(self) -> None:
        """Let what is still drawn go nowhere: a terminal that is gone refuses it."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(nowhere, stream)
        os.close(nowhere)
