"""A desk of this screen's own: a child process on a private Unix socket, ended with the screen."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

from desk.errors import DeskError
from tui.setup import Setup

END_S = 3.0
LOG_TAIL_BYTES = 4096
NICE = 5
"""The desk and its processes yield to the screen: where all are busy, a key comes first."""


class DeskChild:
    """`stormdesk serve` for `setup`, its socket and log in `folder` (private to the user).

    It ends when its standard input is closed, so it can't outlive this process.
    """

    def __init__(self, setup: Setup, folder: Path) -> None:
        self.url = f"unix:{folder / 'desk.sock'}"
        self._setup = setup
        self._log = folder / "desk.log"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the desk, and return when screens may attach.

        Raises:
            DeskError: the desk ended before that; the text is what it said.
        """
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *_command(self._setup, self.url),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                start_new_session=True,  # ctrl+c belongs to the screen, which then ends the desk
            )
        with contextlib.suppress(OSError):  # it may have ended already
            os.setpriority(os.PRIO_PROCESS, self._process.pid, NICE)
        assert self._process.stdout is not None
        ready = await self._process.stdout.readline()
        if not ready:
            await self._process.wait()
            raise DeskError(self._last_words())

    async def ended(self) -> str:
        """Wait for the desk to end; how it did, in words."""
        assert self._process is not None
        code = await self._process.wait()
        if code < 0:
            return f"it was ended by {signal.Signals(-code).name}"
        return f"it ended with code {code}: {self._last_words()}"

    async def close(self) -> None:
        """End the desk, by force where it does not end by itself."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), END_S)
        except TimeoutError:
            process.kill()
            await process.wait()

    def _last_words(self) -> str:
        with self._log.open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - LOG_TAIL_BYTES))
            tail = log.read(LOG_TAIL_BYTES).decode("utf-8", "replace").strip()
        return tail.removeprefix("stormdesk: ") or "it said nothing"


def _command(setup: Setup, url: str) -> list[str]:
    command = [sys.executable, "-P", "-m", "tui", "serve", "--attached", "--listen", url]
    for feed in setup.feeds:
        command += ["--feed", feed]
    for folder in setup.rules:
        command += ["--rules", str(folder)]
    if setup.territory is not None:
        command += ["--territory", setup.territory]
    if setup.data is not None:
        command += ["--data", str(setup.data)]
    if setup.processes > 1:
        command += ["--processes", str(setup.processes)]
    if setup.oms is not None:
        command += ["--oms", setup.oms]
    if setup.settings is not None:
        command += ["--settings", str(setup.settings)]
    if setup.wrong_labels is not None:
        command += ["--wrong-labels", str(setup.wrong_labels)]
    if setup.fill:
        command += ["--fill"]
    return command
