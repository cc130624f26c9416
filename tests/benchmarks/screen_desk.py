"""A real `stormdesk watch` in a pty, its processes, and what its desk says to a second screen."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import aiohttp
import msgspec
import psutil
from screen_terminal import Terminal

from desk.serving.protocol import PATH, DeskStatus, FromDesk, Open, Page, Tick

COLUMNS, LINES = 160, 50
START_S = 180.0
ANSWER_S = 20.0
ROOT = Path(__file__).parents[2]


class Watched:
    """`stormdesk watch` with `options`; everything that it keeps lies in `folder`."""

    def __init__(self, folder: Path, options: Sequence[str]) -> None:
        self.folder = folder
        (folder / "tmp").mkdir(parents=True, exist_ok=True)
        settings = folder / ".config" / "stormdesk" / "screen.json"
        settings.parent.mkdir(parents=True)
        settings.write_text('{"headlines": true}')  # every labelled post is counted on the screen
        command = [sys.executable, "-P", "-m", "tui", "watch", *options]
        self.terminal = Terminal(command, _env(folder), ROOT, COLUMNS, LINES)

    def start(self, words: str) -> None:
        """Wait until the screen says `words`.

        Raises:
            RuntimeError: it did not in time; the text is what it says.
        """
        if self.terminal.until(lambda screen: words in screen.text(), START_S) is None:
            raise RuntimeError(f"no '{words}' on the screen:\n{self.terminal.screen.text()}")

    def processes(self) -> dict[str, list[psutil.Process]]:
        """The processes by what they do: screen, desk, labelling."""
        screen = psutil.Process(self.terminal.pid)
        desks = [child for child in screen.children() if "serve" in child.cmdline()]
        labelling = [child for desk in desks for child in desk.children(recursive=True)]
        return {"screen": [screen], "desk": desks, "labelling": labelling}

    def cpu_s(self) -> dict[str, float]:
        """CPU seconds of each so far."""
        return {
            name: sum(sum(each.cpu_times()[:2]) for each in some)
            for name, some in self.processes().items()
        }

    def memory_mb(self) -> dict[str, float]:
        """Resident memory of each."""
        return {
            name: round(sum(each.memory_info().rss for each in some) / 1e6, 1)
            for name, some in self.processes().items()
        }

    def cores(self, seconds: float) -> dict[str, float]:
        """Cores that each uses, over so many seconds in which the screen is watched."""
        before = self.cpu_s()
        self.terminal.watch(seconds)
        after = self.cpu_s()
        return {name: round((after[name] - before[name]) / seconds, 4) for name in after}

    def desk_says(self) -> tuple[DeskStatus, Page]:
        """The desk's status, and a page of everything: what a second screen is told."""
        (socket,) = (self.folder / "tmp").glob("stormdesk-*/desk.sock")
        return asyncio.run(_asked(socket))

    def close(self) -> None:
        """End screen and desk."""
        self.terminal.close()


def _env(folder: Path) -> Mapping[str, str]:
    keep = {
        name: os.environ[name] for name in ("PATH", "LANG", "STORMDESK_PLAIN") if name in os.environ
    }
    return {
        **keep,
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(folder / "tmp"),
        "HOME": str(folder),
    }


async def _asked(socket: Path) -> tuple[DeskStatus, Page]:
    status, page = None, None
    decode = msgspec.json.Decoder(FromDesk).decode
    async with (
        aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(socket))) as session,
        session.ws_connect(f"http://desk{PATH}", max_msg_size=0) as wire,
    ):
        await wire.send_bytes(msgspec.json.encode(Open(1, "", 1)))
        while status is None or page is None:
            message = decode(await wire.receive_str(timeout=ANSWER_S))
            if isinstance(message, Page):
                page = message
            elif isinstance(message, Tick):
                status = message.status or status
    return status, page
