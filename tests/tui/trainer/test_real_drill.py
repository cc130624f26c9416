"""A storm run by hand on a real desk in a process of its own: rewound, killed, ended."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from simulator.conductor import Conductor
from simulator.conductor.server import Lines
from simulator.storm import Inject
from simulator.storm_file import load_storm
from simulator.stream import StormDay
from tests.tui.scene import until
from tui.board import Board
from tui.child import DeskChild
from tui.desk_link import DeskLink
from tui.setup import Setup
from tui.trainer import TrainerApp

INJECTS = 9


@pytest.mark.timeout(90)
async def test_the_storms_desk_is_scored_rewound_killed_and_ended(
    rules_folder: Path, tmp_path: Path
) -> None:
    day = StormDay(load_storm("flood", hours=0.5, scale=0.1, background=0.3))
    conductor = Conductor(day, None)
    lines = Lines(conductor)
    town = max(day.territory.community, key=lambda each: each.customers)
    async with lines.listening(f"unix:{tmp_path / 'storm.sock'}") as address:
        child = DeskChild(Setup([f"drill:{address}"], None, [rules_folder]), tmp_path)
        await child.start()
        board = Board(conductor, lines, own=True)
        app = TrainerApp(board, DeskLink(child.url, child))

        def read() -> int:
            return board.status.received if board.status else -1

        try:
            async with app.run_test(size=(120, 40)):
                await until(lambda: board.link.state == "connected")
                conductor.resume()
                await until(lambda: conductor.over and read() == len(conductor.reel) > 20)
                whole = len(conductor.reel)
                for number in range(INJECTS):
                    conductor.fire(
                        Inject(text="no power here", author=f"n{number}", place=town.name)
                    )
                await until(lambda: read() == whole + INJECTS)
                await until(lambda: board.marking.labelled >= INJECTS)
                await until(lambda: board.standing.false == 1)  # nobody there is without power

                conductor.pause()
                board.rewind(900)
                sent = len(conductor.reel)
                assert sent < whole
                await until(lambda: conductor.state == "paused" and read() == sent)
                assert board.standing.false == 0
                assert board.marking.given(sent - 1) is not None or board.marking.read <= sent

                process = child._process
                assert process is not None
                os.kill(process.pid, signal.SIGKILL)
                await until(lambda: board.link.state == "lost")
                await until(lambda: board.link.state == "connected" and read() == sent)
                conductor.resume()
                await until(lambda: read() == whole + INJECTS)
                await until(lambda: board.standing.false == 1)
        finally:
            await child.close()
            conductor.close()
    assert child._process is not None
    assert child._process.returncode is not None
