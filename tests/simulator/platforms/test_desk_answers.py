"""A desk with a feed and an account at a storm: what it replies lands there, and people react."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import lru_cache
from pathlib import Path

import pytest
from aiohttp import web

from desk.cases import Case
from desk.channels.switched_on import switched_on
from desk.feeds import open_feed
from desk.feeds.kinds import KINDS
from desk.feeds.surroundings import Adapting, Surroundings
from desk.pipeline import Pipeline
from desk.serving.case_messages import Attach, CaseDetail, OpenCase
from desk.serving.monitor import Monitor
from desk.serving.protocol import Hello, Tick
from desk.serving.reply_messages import Replied, ReplyRefused, SendReply
from desk.serving.server import listening
from desk.settings import load_settings
from desk.store import Store
from rules import Engine, load_packs
from simulator.conductor.conductor import Conductor
from simulator.platforms.application import served
from simulator.platforms.attaching import SECRET_NAME, WAYS, Place, Way, accounts_toml, ways
from simulator.platforms.stage import Stage
from simulator.storm_file import load_storm
from simulator.stream import StormDay
from tests.desk.serving.conftest import Client, client_at
from tests.simulator.platforms.stageland import STORM

SPEED = 600.0
"""Storm seconds a second: people react after minutes."""
ANSWERED_IN = ("bluesky", "mastodon", "meta", "x")
TEXT = "We know of the outage and crews are on it. We will tell you as soon as we know a time."
ANSWERED = 25


packs = lru_cache(load_packs)


@lru_cache(maxsize=1)
def engine() -> Engine:
    """The built-in rules, read once."""
    return Engine(packs())


@lru_cache(maxsize=1)
def afternoon() -> StormDay:
    """Two hours of a storm in which nobody speaks of anything else, worked out once."""
    return StormDay(load_storm(STORM, seed=7, hours=2.0, scale=1.0, background=0.0))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.asynccontextmanager
async def storm(platform: str) -> AsyncIterator[tuple[Stage, Way]]:
    """A storm that is served by one platform's protocols, and how a desk is attached."""
    stage = Stage(Conductor(afternoon(), SPEED))
    callback = f"http://127.0.0.1:{free_port()}/meta" if platform == "meta" else ""
    runner = web.AppRunner(
        served(stage, [platform], callback), access_log=None, shutdown_timeout=0.5
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield stage, ways(stage, Place(base, callback), [platform])[platform]
    finally:
        await runner.cleanup()
        stage.conductor.close()


@contextlib.asynccontextmanager
async def desk(stage: Stage, way: Way, folder: Path) -> AsyncIterator[tuple[Monitor, Client]]:
    """A desk that is attached, with one screen."""
    settings = load_settings(folder)
    pipeline = Pipeline(engine(), stage.territory, Store(), settings)
    feed = open_feed(way.feeds[0], KINDS)
    if isinstance(feed, Adapting):
        feed.adapt(Surroundings(stage.territory, pipeline.own.accounts, packs()))
    accounts = switched_on(settings.accounts, folder)
    monitor = Monitor(pipeline, [feed], print, accounts=accounts)
    path = folder / "desk.sock"
    async with listening(monitor, f"unix:{path}"), client_at(path) as client:
        reading = asyncio.create_task(monitor.run())
        await client.until(Hello)
        await client.ask(Attach("Ann", "lead"))
        # X's rules take seconds to make: a storm that has begun might be over by then
        while not stage.lines:  # noqa: ASYNC110  who attaches rings no bell
            await asyncio.sleep(0.05)
        stage.conductor.resume()
        yield monitor, client
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reading
    pipeline.store.close()


async def answer(client: Client, case: Case) -> str:
    """Answer a case through the desk's protocol; the id of the reply, empty where refused."""
    await client.ask(OpenCase(case.id))
    detail = await client.until(CaseDetail)
    assert detail.facts is not None
    said = SendReply(case.id, "Ann", TEXT, detail.facts.version, anyway=True)
    await client.ask(said)
    while True:
        answered = await client.until(object)
        if isinstance(answered, Replied):
            return answered.reply.id
        if isinstance(answered, ReplyRefused):
            return ""


def reacted(pipeline: Pipeline, case: Case) -> bool:
    """Whether who was answered in a case has written again in it."""
    answered = [one for one in pipeline.replies.outbox.of_case(case.id) if one.state == "sent"]
    newest = pipeline.store.posts_of(case.channel, case.posts[-1:])
    return any(
        newest[0].author_key == one.author_key and newest[0].id != one.to_post for one in answered
    )


@pytest.mark.timeout(150)
@pytest.mark.parametrize("platform", [name for name in ANSWERED_IN if name in WAYS])
async def test_what_a_desk_replies_lands_in_the_storm_and_the_person_reacts_in_the_same_case(
    platform: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SECRET_NAME, "exercise")
    replies: dict[str, str] = {}
    async with asyncio.timeout(140), AsyncExitStack() as stack:
        stage, way = await stack.enter_async_context(storm(platform))
        (tmp_path / "accounts.toml").write_text(accounts_toml({"": way}))
        monitor, client = await stack.enter_async_context(desk(stage, way, tmp_path))
        pipeline = monitor.pipeline
        outbox = pipeline.replies.outbox
        came_back: list[Case] = []
        while not came_back:
            await client.until(Tick)
            waiting = [one for one in pipeline.cases.queue(50) if one.id not in replies]
            room = ANSWERED - len(list(filter(None, replies.values())))
            for case in waiting[:room]:
                replies[case.id] = await answer(client, case)
            came_back = [case for case in pipeline.cases.all() if reacted(pipeline, case)]
        written = [reply for reply in map(outbox.find, replies.values()) if reply]
        assert {reply.state for reply in written} <= {"sent", "queued", "sending"}
        sent = [reply for reply in written if reply.state == "sent"]
        assert way.account is not None
        assert {reply.via for reply in sent} == {way.account.key}
        texts = [landing.text for landing, _ in stage.landed]
        assert len(sent) <= len(texts) <= len(written)
        assert all(TEXT in text for text in texts)
        assert came_back[0].waiting_since is not None
        assert came_back[0].exercise
