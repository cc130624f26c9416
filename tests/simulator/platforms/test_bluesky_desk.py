"""A desk on the storm's Bluesky: every post once, whatever breaks, and every reply once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from msgspec import structs

from desk.accounts import Account
from desk.channels import Errand, LaterError, NotSentError
from desk.channels.bluesky import BlueskyChannel, open_bluesky
from desk.channels.bluesky_record import record_key
from desk.channels.live import Live
from desk.channels.switched_on import SwitchedOn
from desk.feeds import Batch
from desk.feeds.jetstream.feed import JetstreamFeed
from desk.feeds.patience import Growth, Rules
from desk.intake import digest_of
from desk.pipeline import Pipeline
from desk.post import Post
from desk.reading import Reading
from desk.replies.reply import Reply
from desk.secret import Secret
from desk.store import Commit, Store
from desk.territories import load_territory
from rules import Engine, load_packs
from simulator.conductor.conductor import Conductor
from simulator.platforms.application import application
from simulator.platforms.bluesky.platform import UTILITY_DID, bluesky, told_posts, wire_id
from simulator.platforms.bluesky.session import _token
from simulator.platforms.stage import Stage
from tests.desk.replies.bench import Bench
from tests.simulator.platforms.stageland import day, staged

SOON = Growth(0.05, 0.2)
AT_ONCE = Rules(SOON, SOON, SOON)
HANDLE = "longleafpower.bsky.example"
NOW = datetime(2026, 7, 14, tzinfo=UTC)
GONE = f"at://{UTILITY_DID}/app.bsky.feed.post/3lqvxhzwuxfpu"


class Server:
    """A storm's Bluesky that can be killed, and comes back at the same port with all it had."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.port = 0
        self._runner: web.AppRunner | None = None

    async def begin(self) -> None:
        made = application(self.stage, [bluesky])
        self._runner = web.AppRunner(made, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = self._runner.addresses[0][1]

    async def kill(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[Server]:
    stage = Stage(Conductor(day(), 1800.0, behind=lambda: 0))
    stage.conductor.resume()
    server = Server(stage)
    await server.begin()
    try:
        yield server
    finally:
        await server.kill()
        stage.conductor.close()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110  a store and a server tell nobody
            await asyncio.sleep(0.01)


def stored(store: Store, stage: Stage, url: str) -> bool:
    """Whether the store holds what the server tells, each post once."""
    assert store.totals()[0] == len(store.known())
    return sorted(store.known()) == sorted(told(stage, url))


def told(stage: Stage, url: str) -> list[int]:
    ids = (wire_id(each) for each in told_posts(stage))
    posts = (Post(id=id_, channel="bluesky", text="", created_at=NOW) for id_ in ids)
    return [digest_of(url, post) for post in posts]


@pytest.mark.parametrize("version", [1, 2])
async def test_a_server_killed_in_the_middle_and_a_desk_too_lose_nothing(
    version: int, tmp_path: Path, territory_file: Path, rules_folder: Path
) -> None:
    async with serving() as server:
        url = f"jetstream+ws://127.0.0.1:{server.port}?cursor=0&version={version}"
        store = Store(tmp_path)
        engine = Engine(load_packs(rules_folder))
        for life in range(3):
            feed = JetstreamFeed(url, rules=AT_ONCE)
            pipeline = Pipeline(engine, load_territory(str(territory_file)), store)
            reading = Reading(pipeline, [feed], lambda _: None, print)
            task = asyncio.create_task(reading.run())
            if life < 2:
                enough = (20, 60)[life]
                await until(lambda: store.totals()[0] >= enough)  # noqa: B023  awaited here
                await server.kill()
                await asyncio.sleep(0.1)
                await server.begin()
                await until(lambda: feed.condition.connected)  # noqa: B023
                assert feed.condition.reconnects > 0
            else:
                await until(lambda: server.stage.over and stored(store, server.stage, url))  # noqa: B023
            assert feed.condition.lost == 0
            task.cancel()
            await asyncio.wait([task])
            store.close()
            store = Store(tmp_path)
        assert stored(store, server.stage, url)
        assert store.exercise is True
        store.close()


def reply(text: str, to: Post | None = None) -> Reply:
    return Reply(
        id="r-1",
        case="c-1",
        channel="bluesky",
        to_post=to.id if to else "",
        author_key="",
        text=text,
        by="ann",
        state="sending",
        at=NOW,
        lang="en",
        exercise=True,
    )


def account(url: str, did: str = "") -> Account:
    return Account(channel="bluesky", handle=HANDLE, id=did, server=url, on=True)


@contextlib.asynccontextmanager
async def opened(
    url: str, password: str = "exercise", did: str = ""
) -> AsyncIterator[BlueskyChannel]:
    channel = open_bluesky(account(url, did), Secret(password, "env:BLUESKY"))
    try:
        await channel.open()
        yield channel
    finally:
        await channel.close()


async def posts(url: str, count: int) -> list[Post]:
    """The first `count` posts as a desk has them."""
    found: list[Post] = []
    feed = JetstreamFeed(f"jetstream+{url.replace('http', 'ws')}?cursor=0", rules=AT_ONCE)
    async with contextlib.aclosing(feed.batches(None)) as batches:
        async for batch in batches:
            found += batch.posts
            if len(found) >= count:
                break
    return found


async def test_an_answer_lands_once_however_often_it_is_sent_and_comes_back_by_the_feed() -> None:
    async with staged(bluesky, of=day(hours=0.5)) as (url, stage):
        asked = (await posts(url, 6))[5]
        text = "¡Ya vamos! See longleafpower.com/map, and @nobody.example."
        errand = Errand(reply(text, asked), asked, "ab" * 16)
        async with opened(url, did=UTILITY_DID) as channel:
            assert channel.exercise is True
            assert await channel.look_up(errand) is None
            address = await channel.send(errand)
            assert await channel.send(errand) == address
        # another desk, after a crash between sending and storing: nothing of the first is known
        async with opened(url) as channel:
            assert await channel.look_up(errand) == address
            assert await channel.send(errand) == address
            assert channel.allowance is not None
        assert len(stage.landed) == 1
        mine = next(each for each in await posts(url, 7) if each.id == address)
        assert address == f"at://{UTILITY_DID}/app.bsky.feed.post/{record_key(errand.key)}"
        assert (mine.text, mine.reply_to) == (text, asked.id)
        assert mine.author is not None
        assert (mine.author.id, mine.author.handle) == (UTILITY_DID, HANDLE)
        assert mine.reference is not None
        assert mine.reference.root == asked.id
        assert mine.exercise


async def test_an_announcement_answers_nobody_and_a_post_that_is_gone_nobody_can() -> None:
    async with staged(bluesky, of=day(hours=0.5)) as (url, stage), opened(url) as channel:
        await channel.send(Errand(reply("Power is back."), None, "cd" * 16))
        for address in (GONE, "thunderstorms-7-0000002"):
            lost = structs.replace(reply("Hello"), to_post=address)
            with pytest.raises(NotSentError, match=r"no longer there|no post of Bluesky"):
                await channel.send(Errand(lost, None, "ef" * 16))
        ((landing, _),) = stage.landed
        assert landing.to is None


async def test_a_post_of_another_feed_is_answered_by_what_the_server_knows_of_it() -> None:
    async with staged(bluesky, of=day(hours=0.5)) as (url, stage), opened(url) as channel:
        (asked, *_) = await posts(url, 1)
        plain = structs.replace(asked, reference=None)
        await channel.send(Errand(reply("We see it.", plain), plain, "ab" * 16))
        found = await posts(url, len(list(told_posts(stage))))
        mine = next(each for each in found if each.text == "We see it.")
        assert mine.reply_to == asked.id


def cutting(*, done: bool) -> Callable[[Stage], Iterable[web.AbstractRouteDef]]:
    """Bluesky whose answer to the first record never arrives: it was written, or it was not."""
    cut: list[str] = []

    def platform(stage: Stage) -> Iterable[web.AbstractRouteDef]:
        for route in bluesky(stage):
            assert isinstance(route, web.RouteDef)
            handler = route.handler

            async def cuts(
                request: web.Request,
                handler: Any = handler,  # noqa: ANN401
            ) -> web.StreamResponse:
                first, answer = not cut, web.StreamResponse()
                if done or not first:
                    answer = await handler(request)
                if not first:
                    return answer
                cut.append("cut")
                assert request.transport is not None
                request.transport.abort()
                raise ConnectionResetError

            put = route.path.endswith("putRecord")
            yield web.post(route.path, cuts) if put else route

    return platform


async def test_an_answer_that_was_cut_off_is_looked_up_and_never_sent_twice() -> None:
    async with staged(cutting(done=True), of=day(hours=0.5)) as (url, stage):
        asked = (await posts(url, 1))[0]
        errand = Errand(reply("Crews are near.", asked), asked, "ab" * 16)
        async with opened(url) as channel:
            address = await channel.send(errand)
            assert await channel.look_up(errand) == address
        assert len(stage.landed) == 1


async def test_what_was_cut_off_before_it_was_written_is_sent_later() -> None:
    async with staged(cutting(done=False), of=day(hours=0.5)) as (url, stage):
        asked = (await posts(url, 1))[0]
        errand = Errand(reply("Crews are near.", asked), asked, "ab" * 16)
        async with opened(url) as channel:
            with pytest.raises(LaterError, match="is not there"):
                await channel.send(errand)
            assert stage.landed == []
            await channel.send(errand)
        assert len(stage.landed) == 1


async def test_a_session_that_is_worn_out_is_renewed_first_by_its_token_then_by_the_password() -> (
    None
):
    async with staged(bluesky, of=day(hours=0.5)) as (url, stage), opened(url) as channel:
        session = channel._server.session
        assert session is not None
        session.access_jwt = _token("access", -1.0)
        await channel.send(Errand(reply("one"), None, "01" * 16))
        session.refresh_jwt = session.access_jwt = "spoilt.spoilt.spoilt"
        channel._server.session = session
        await channel.send(Errand(reply("two"), None, "02" * 16))
        assert [landing.text for landing, _ in stage.landed] == ["one", "two"]


async def test_limits_are_obeyed_as_the_server_tells_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.platforms.bluesky.repo.WRITES", (1, 60.0))
    async with staged(bluesky, of=day(hours=0.5)) as (url, _), opened(url) as channel:
        await channel.send(Errand(reply("one"), None, "01" * 16))
        with pytest.raises(LaterError, match="limit") as later:
            await channel.send(Errand(reply("two"), None, "02" * 16))
        assert 0 < later.value.after_s <= 60.0
        assert channel.allowance is not None
        assert channel.allowance.left == 0


async def test_what_is_refused_is_told_with_the_mend_and_never_with_the_password(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    said: list[str] = []
    async with staged(bluesky, of=day(hours=0.5)) as (url, stage):
        with pytest.raises(NotSentError, match="make a new app password") as error:
            async with opened(url, password="guessed-by-nobody"):
                pass
        said.append(str(error.value))
        async with opened(url) as channel:
            with pytest.raises(NotSentError, match="301 characters"):
                await channel.send(Errand(reply("é" * 301), None, "01" * 16))
            said += [repr(channel), repr(channel._server), repr(channel._server.session)]
        assert stage.landed == []
    here = open_bluesky(account("http://127.0.0.1:9"), Secret("exercise", "env:BLUESKY"))
    with pytest.raises(LaterError):
        await here.open()
    await here.close()
    said += [record.getMessage() for record in caplog.records]
    said += capfd.readouterr()
    for words in said:
        assert "guessed-by-nobody" not in words
        assert "eyJ" not in words  # what a token begins with


class DiedError(BaseException):
    """The desk is gone at this very moment."""


async def answering(folder: Path, url: str, post: Post | None, *, dies_at: int) -> list[Reply]:
    """A desk on a store that answers `post`, if there is one, and dies at a commit; its replies."""
    bench = Bench(data=folder)
    own = account(url, UTILITY_DID)
    live = Live(SwitchedOn(own, open_bluesky(own, Secret("exercise", "env:BLUESKY"))))
    commit, commits = bench.store.commit, 0

    def counting(batch: Commit) -> None:
        nonlocal commits
        commits += 1
        if commits == dies_at:
            raise DiedError
        commit(batch)

    if post is not None:
        bench.pipeline.process("f", Batch((post,), "1"))
        bench.store.commit = counting  # type: ignore[method-assign]
    try:
        if post is not None:
            bench.send(bench.case(), "Crews are on their way.")
        await bench.deliver_by(live, steps=5)
        await bench.deliver_by(live)
    except DiedError:
        pass
    finally:
        await live.close()
        found = bench.replies.outbox.of_case(bench.case().id)
        bench.store.close()
    return found


@pytest.mark.parametrize("dies_at", [2, 3])
async def test_a_desk_that_dies_before_or_after_it_has_sent_answers_once(
    tmp_path: Path, dies_at: int
) -> None:
    async with staged(bluesky, of=day(hours=0.5)) as (url, stage):
        asked = structs.replace((await posts(url, 1))[0], text="no power", account=HANDLE)
        await answering(tmp_path, url, asked, dies_at=dies_at)
        assert len(stage.landed) == (0 if dies_at == 2 else 1)
        (reply,) = await answering(tmp_path, url, None, dies_at=0)
        assert reply.state == "sent"
        ((landing, _),) = stage.landed
        assert reply.remote == landing.url
