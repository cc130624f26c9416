"""Every fault at once, for hours of a storm: does the desk have all that the server sent, once?

`python -m tests.benchmarks.wire_faults` serves a storm with `stormdesk storm serve`, attaches a
desk to every platform of it (`stormdesk serve`), lets everything go wrong that can, kills the desk
(SIGKILL) now and then, and at last holds the server's own list against the desk's store.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp

from tests.benchmarks.wire_account import Account, Store, account
from tests.benchmarks.wire_lists import ListRow, compared

SERVER_READY_S = 120.0
DESK_READY_S = 60.0
SETTLE_S = 300.0
"""How long the desk may take for the rest, once the day is over and nothing goes wrong any more."""
QUIET_S = 3.0
LOOK_S = 0.25
TELL_S = 30.0
LISTS_S = 240.0
"""How long a list may differ from the server's while things go wrong: two refusals of a minute."""
FEEDS = ("bluesky", "mastodon", "meta", "x", "rss", "nws", "odin")

EVERY_FAULT = """
drop=0.003@1-{end}
stall=0.003/min,40s@1-{end}
duplicate=0.02@1-{end}
reorder=0.02@1-{end}
garbage=0.01@1-{end}
429=0.01@1-{end}
500=0.01@1-{end}
503=0.01@1-{end}
slow=60000@{third}-{more}
skew=-90@{more}-{most}
bluesky:skew=45@1-{third}
"""
"""What goes wrong in the long run; it ends some minutes before the day does."""


class Plan(NamedTuple):
    """A run: `faults` as options of `storm serve`, `kills` of the desk, evenly over the day.

    `lists_at` are the shares of the day at which the storm is held, and lists are compared; they
    are once more when all is over. A desk stays dead for `dead_s` at most.
    """

    storm: str = "thunderstorms"
    hours: float = 10.0
    scale: float = 0.05
    seed: int = 7
    kills: int = 4
    faults: tuple[str, ...] = ()
    version: int = 1
    rules: Path | None = None
    speed: str = "max"
    settle_s: float = SETTLE_S
    quiet_s: float = QUIET_S
    lists_at: tuple[float, ...] = (0.5,)
    dead_s: float = 2.0


def every_fault(hours: float) -> tuple[str, ...]:
    """Every kind of fault at once, in a day of so many hours."""
    end = hours * 60
    spans = {"end": end * 0.97, "third": end / 3, "more": end / 2, "most": end * 0.6}
    named = {name: f"{minute:.1f}" for name, minute in spans.items()}
    return tuple(EVERY_FAULT.format(**named).split())


class Server:
    """`storm serve` in a process of its own."""

    def __init__(self, told: dict[str, Any], process: asyncio.subprocess.Process) -> None:
        self.url: str = told["server"]
        self.told = told
        self.process = process

    async def state(self, http: aiohttp.ClientSession) -> dict[str, Any]:
        """What it says of itself."""
        async with http.get(f"{self.url}/exercise") as answer:
            found: dict[str, Any] = await answer.json()
        return found

    async def listed(self, http: aiohttp.ClientSession, name: str) -> list[dict[str, Any]]:
        """All pages of one of its lists."""
        found: list[dict[str, Any]] = []
        start: int | None = 0
        while start is not None:
            query = {"from": str(start), "limit": "5000"}
            async with http.get(f"{self.url}/exercise/{name}", params=query) as answer:
                rows = [json.loads(line) for line in (await answer.read()).splitlines()]
            start = rows.pop()["next"] if rows and "next" in rows[-1] else None
            found += rows
        return found


class Desk:
    """`stormdesk serve` on a storm, which dies and is started again."""

    def __init__(self, server: Server, plan: Plan, folder: Path) -> None:
        self.data = folder / "data"
        self.socket = folder / "desk.sock"
        self.starts = 0
        self._log = folder / "desk.log"
        self._process: asyncio.subprocess.Process | None = None
        self._environment = {**os.environ, **server.told["environment"]}
        self._command = [*desk_options(server, plan), "--data", str(self.data)]

    async def start(self) -> None:
        """Start it, and wait until it listens."""
        self.starts += 1
        self.socket.unlink(missing_ok=True)
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "tui", "serve", "--listen", f"unix:{self.socket}"),
                *self._command,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=self._environment,
            )
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), DESK_READY_S)
        if not line:
            raise SystemExit(f"the desk does not start:\n{self._log.read_text()[-2000:]}")

    async def kill(self) -> None:
        """End it without a word."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        """End it in good order."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGINT)
            await asyncio.wait_for(self._process.wait(), DESK_READY_S)

    @property
    def gone(self) -> bool:
        """Whether it has ended by itself."""
        return self._process is None or self._process.returncode is not None

    def words(self) -> str:
        """What it has said on stderr."""
        return self._log.read_text("utf-8", "replace")

    async def health(self) -> dict[str, Any]:
        """What it says of its feeds."""
        async with (
            aiohttp.UnixConnector(str(self.socket)) as connector,
            aiohttp.ClientSession(connector=connector) as http,
            http.get("http://desk/health") as answer,
        ):
            found: dict[str, Any] = await answer.json()
        return found


def desk_options(server: Server, plan: Plan) -> list[str]:
    """How a desk is attached to all that a server tells."""
    told = server.told
    options = ["--territory", territory_of(told)]
    for platform, feeds in told["feeds"].items():
        second = platform == "bluesky" and plan.version == 2
        options += ["--feed", feeds[1 if second else 0]]
    if told["oms"]:
        options += ["--oms", told["oms"]]
    if plan.rules is not None:
        options += ["--rules", str(plan.rules)]
    return options


def territory_of(told: dict[str, Any]) -> str:
    """The territory that the server names in the command that attaches a desk."""
    words = told["attach"][1].split()
    return str(words[words.index("--territory") + 1])


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextlib.asynccontextmanager
async def served(plan: Plan, folder: Path) -> AsyncIterator[Server]:
    """The storm of a plan, on the wire."""
    options = [plan.storm, "--port", "0", "--hours", f"{plan.hours:g}", "--seed", str(plan.seed)]
    options += ["--scale", f"{plan.scale:g}", "--speed", plan.speed, "--paused"]
    options += ["--meta-callback", f"http://127.0.0.1:{free_port()}/meta"]
    options += [word for fault in plan.faults for word in ("--fault", fault)]
    with (folder / "server.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "tui", "storm", "serve", *options),
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            limit=1 << 20,
        )
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), SERVER_READY_S)
        if not line:
            raise SystemExit((folder / "server.log").read_text()[-2000:])
        yield Server(json.loads(line), process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 20)
        with contextlib.suppress(ProcessLookupError):
            process.kill()


async def run(plan: Plan, folder: Path) -> Account:
    """Carry a plan out; the account of it."""
    began_s = time.monotonic()
    async with served(plan, folder) as server, aiohttp.ClientSession() as http:
        desk = Desk(server, plan, folder)
        await desk.start()
        try:
            await _attached(server, http)
            await http.post(f"{server.url}/exercise/run")
            lists = await _through(plan, server, desk, http)
            listed = await _settled(plan, server, desk, http)
            health = await _healthy(desk)
            lists += await compared(server, desk, http, LISTS_S)
            state = await server.state(http)
        finally:
            await desk.stop()
    words, store = desk.words(), Store(desk.data)
    wall_s = time.monotonic() - began_s
    return account(plan, state, listed, store, health, wall_s, desk.starts, words, lists)


async def _attached(server: Server, http: aiohttp.ClientSession) -> None:
    """Wait until every feed that streams is attached."""
    streams = set(server.told["feeds"]) & {"bluesky", "mastodon", "x", "meta"}
    async with asyncio.timeout(DESK_READY_S * 3):
        while not streams <= set((await server.state(http))["clients"]):  # noqa: ASYNC110
            await asyncio.sleep(LOOK_S)


async def _through(
    plan: Plan, server: Server, desk: Desk, http: aiohttp.ClientSession
) -> list[ListRow]:
    """The day to its end; the desk is killed on the way. Lists as they were in its midst."""
    draw = random.Random(f"{plan.seed}/kills")
    kills = sorted(plan.hours * 60 * draw.uniform(0.05, 0.95) for _ in range(plan.kills))
    looks = [plan.hours * 60 * share for share in sorted(plan.lists_at)]
    told_s = time.monotonic()
    lists: list[ListRow] = []
    while True:
        state = await server.state(http)
        if looks and state["minute"] >= looks[0] and state["state"] != "ended":
            looks.pop(0)
            await http.post(f"{server.url}/exercise/pause")
            lists += await compared(server, desk, http, LISTS_S)
            await http.post(f"{server.url}/exercise/run")
        if kills and state["minute"] >= kills[0]:
            kills.pop(0)
            await desk.kill()
            await asyncio.sleep(draw.uniform(0.1, 1.0) * plan.dead_s)
            await desk.start()
        if desk.gone:
            raise SystemExit(f"the desk has ended by itself:\n{desk.words()[-3000:]}")
        if state["state"] == "ended":
            return lists
        if time.monotonic() - told_s > TELL_S:
            told_s = time.monotonic()
            await _tell(state, desk)
        await asyncio.sleep(LOOK_S)


async def _tell(state: dict[str, Any], desk: Desk) -> None:
    """Say how far the storm is, who holds it up, and which feeds do not do well."""
    line = {key: state[key] for key in ("minute", "posts", "clients", "behind")}
    with contextlib.suppress(aiohttp.ClientError, OSError, ValueError):
        line["waiting"] = {
            feed["url"].partition(":")[0]: f"{feed['state']}, again in {feed['retry_s']} s:"
            f" {feed['last_error'][:80]}"
            for feed in (await desk.health())["feeds"]
            if feed["state"] not in ("live", "ended")
        }
    sys.stderr.write(f"{json.dumps(line)}\n")


async def _settled(
    plan: Plan, server: Server, desk: Desk, http: aiohttp.ClientSession
) -> list[dict[str, Any]]:
    """The server's own list, once the desk has what it will have."""
    listed = await server.listed(http, "posts")
    deadline_s = time.monotonic() + plan.settle_s
    since_s, before = time.monotonic(), -1
    while time.monotonic() < deadline_s:
        store = Store(desk.data)
        known = len(store.digests)
        if known != before:
            since_s, before = time.monotonic(), known
        asked = [row for row in listed if row["asked_for"]]
        missing = sum(digest not in store.known for digest in store.wanted(asked))
        if not missing and time.monotonic() - since_s >= plan.quiet_s:
            break
        await asyncio.sleep(LOOK_S)
    return listed


async def _healthy(desk: Desk) -> dict[str, Any]:
    """What the desk says of its feeds, once all of them do well; else what it says at last."""
    deadline_s = time.monotonic() + 330.0
    while True:
        try:
            health = await desk.health()
        except (aiohttp.ClientError, ValueError) as error:
            return {"feeds": [], "troubles": [str(error)]}
        if all(feed["state"] == "live" for feed in health["feeds"]):
            return health
        if time.monotonic() > deadline_s:
            return health
        await asyncio.sleep(LOOK_S)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the account of a run; 0 where the store equals what was sent."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--storm", default=Plan().storm)
    parser.add_argument("--hours", type=float, default=Plan().hours)
    parser.add_argument("--scale", type=float, default=Plan().scale)
    parser.add_argument("--seed", type=int, default=Plan().seed)
    parser.add_argument("--kills", type=int, default=Plan().kills)
    parser.add_argument("--version", type=int, choices=(1, 2), default=1, help="of Jetstream")
    parser.add_argument("--speed", default=Plan().speed)
    parser.add_argument("--settle", type=float, default=SETTLE_S, help="seconds for the rest")
    parser.add_argument("--fault", action="append", help="instead of every fault")
    parser.add_argument("--keep", type=Path, help="keep the store and the logs here")
    given = parser.parse_args(arguments)
    faults = tuple(given.fault) if given.fault else every_fault(given.hours)
    plan = Plan(
        given.storm, given.hours, given.scale, given.seed, given.kills, faults, given.version,
        speed=given.speed, settle_s=given.settle,
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="wire-") as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        found = asyncio.run(run(plan, folder))
    sys.stdout.write(f"{found.table()}\n")
    return 0 if found.holds else 1


if __name__ == "__main__":
    sys.exit(main())
