"""A desk that is killed while it sends over a network: the platform counts what it publishes."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from tests.desk.channels.pretend import live_at, pretending
from tests.desk.replies.bench import Bench
from tests.desk.replies.dying_desk import TEXT

ROOT = Path(__file__).parents[3]
STEPS = [f"{when}-{number}" for number in (1, 2, 3) for when in ("before", "after")]
BY_SERVER = ["kill", "kill-late"]


async def die(folder: Path, url: str, *steps: str) -> None:
    """Let desks die at these steps."""
    command = [sys.executable, "-m", "tests.desk.replies.dying_sender", str(folder), url, *steps]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    killed = str(int(signal.SIGKILL))
    assert [line.split() for line in said.decode().splitlines()] == [[s, killed] for s in steps]


@pytest.mark.parametrize("forgetful", [False, True])
async def test_at_whatever_step_it_dies_a_reply_is_published_once_or_shown_as_unknown(
    tmp_path: Path, forgetful: bool
) -> None:
    async with pretending(marked=True) as platform:
        steps = [*STEPS, *(f"server-{what}" for what in BY_SERVER)]
        # who dies before the third commit, or before it is sent, asks for nothing
        asking = [step for step in STEPS if step in ("before-3", "after-3")]
        platform.plan = [*("publish" for _ in asking), *BY_SERVER]
        await die(tmp_path, platform.url, *steps)
        assert sum(platform.published.values()) == 3  # before-3, after-3, kill-late
        ends = {}
        for step in steps:
            ends[step] = await _again(tmp_path / step, platform.url, forgetful=forgetful)
        assert set(platform.published.values()) == {1}  # nothing twice
    lost = "unknown" if forgetful else "sent"
    assert ends == {
        "before-1": "nothing",  # and nothing was acknowledged
        "after-1": "sent",
        "before-2": "sent",
        "after-2": lost,
        "before-3": lost,
        "after-3": "sent",
        "server-kill": lost,
        "server-kill-late": lost,
    }
    assert len(platform.published) == (5 if forgetful else 7)


async def _again(folder: Path, url: str, *, forgetful: bool) -> str:
    """What becomes of the reply at the desk that goes on there."""
    bench = Bench(data=folder)
    live = live_at(url, forgetful=forgetful)
    await bench.deliver_by(live, steps=5)
    await bench.deliver_by(live)
    await live.close()
    found = bench.replies.outbox.of_case(bench.case().id)
    assert [reply.text for reply in found] == [TEXT] * len(found)
    assert (bench.case().state == "answered") is any(reply.state == "sent" for reply in found)
    bench.store.close()
    return found[0].state if found else "nothing"
