"""A desk behind a page, killed while webhooks come: what was answered with 200 is in its store."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp

from desk.store import DATABASE
from tests.desk.feeds.metaland import APP_SECRET, VERIFY_TOKEN, comment, signed, webhook

MESSAGES, KILLS = 120, 2
ANSWER_S = 5.0


class Store:
    """The desk's store, looked at from outside."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def ids(self) -> list[str]:
        path = self._folder / DATABASE
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as held:
            return [row[0] for row in held.execute("SELECT id FROM posts ORDER BY seq")]


class Meta:
    """Sends each message until it is answered with 200, as Meta does."""

    def __init__(self, url: str, store: Store) -> None:
        self._url = url
        self._store = store
        self.attempts = 0
        self.acknowledged: list[str] = []

    async def send(self, http: aiohttp.ClientSession, number: int) -> None:
        body = webhook(comment(number, f"no power in Alderton, house {number}"))
        while True:
            self.attempts += 1
            try:
                async with http.post(self._url, data=body, headers=signed(body)) as answer:
                    taken = answer.status == 200
            except (aiohttp.ClientError, TimeoutError):
                taken = False
            if taken:
                # the very moment at which Meta forgets it
                assert f"7001_{number}" in self._store.ids()
                self.acknowledged.append(f"7001_{number}")
                return
            await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def desk(url: str, base: list[str]) -> AsyncIterator[asyncio.subprocess.Process]:
    env = os.environ | {
        "STORMDESK_META_APP_SECRET": APP_SECRET,
        "STORMDESK_META_VERIFY_TOKEN": VERIFY_TOKEN,
    }
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *base, "--feed", url, env=env, stdout=asyncio.subprocess.DEVNULL, stderr=pipe
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        said = (await process.communicate())[1].decode()
        assert APP_SECRET not in said
        assert "Traceback" not in said, said


async def test_a_desk_that_is_killed_loses_nothing_and_keeps_nothing_twice(
    territory_file: Path, rules_folder: Path, tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data, draw = tmp_path / "data", random.Random(7)
    base = [
        *(sys.executable, "-P", "-m", "tui", "tail", "--data", str(data)),
        *("--territory", str(territory_file), "--rules", str(rules_folder)),
    ]
    store = Store(data)
    meta = Meta(f"http://127.0.0.1:{port}/hook", store)
    timeout = aiohttp.ClientTimeout(total=ANSWER_S)
    async with aiohttp.ClientSession(timeout=timeout) as http, asyncio.TaskGroup() as sending:
        room = asyncio.Semaphore(8)

        async def send(number: int) -> None:
            async with room:
                await meta.send(http, number)

        for number in range(MESSAGES):
            sending.create_task(send(number))
        for kill in range(KILLS + 1):
            async with desk(f"meta://127.0.0.1:{port}/hook", base):
                enough = MESSAGES * (kill + 1) // (KILLS + 1)
                while len(meta.acknowledged) < enough:  # noqa: ASYNC110  another process does it
                    await asyncio.sleep(draw.random() / 200)
                if kill == KILLS:  # Meta has not heard of any, and sends all at once
                    await asyncio.gather(*(meta.send(http, number) for number in range(MESSAGES)))
    ids = store.ids()
    assert sorted(ids) == sorted(f"7001_{number}" for number in range(MESSAGES))
    assert len(set(meta.acknowledged)) == MESSAGES
    assert len(meta.acknowledged) == 2 * MESSAGES
    assert meta.attempts > 2 * MESSAGES
