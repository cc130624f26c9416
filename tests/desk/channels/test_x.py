"""Replies on X against a server of X: published once, or refused with the reason."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial

import msgspec
import pytest
from aiohttp import web

from desk.accounts import Account
from desk.channels import Errand, FateUnknownError, LaterError, NotSentError
from desk.channels.summons import why_not
from desk.channels.x import XChannel, open_x
from desk.errors import SettingsError
from desk.post import Author, Post
from desk.replies.reply import Reply
from desk.secret import Secret
from simulator.platforms import CREDENTIAL
from simulator.platforms.stage import Landing, Stage
from simulator.platforms.x.platform import UTILITY_ID, Limits, wire_id, x
from tests.simulator.platforms.stageland import staged

AT = datetime(2026, 7, 14, 20, tzinfo=UTC)
SIGNED = ":".join([CREDENTIAL] * 4)
STILL = 1e-6


def account(stage: Stage, url: str, **more: object) -> Account:
    own = Account(
        channel="x", handle=stage.storm.utility.handle, id=UTILITY_ID, server=url, on=True
    )
    return msgspec.structs.replace(own, secret="env:X_KEYS", **more)


def asked(stage: Stage, text: str) -> Post:
    """A post of somebody in the storm, as the desk gets it from X."""
    told = stage.land(Landing("x", text, author=Author("x-77", "ann_lee", "Ann Lee")))
    found = stage.find(told.post.id)
    assert found is not None
    own = stage.storm.utility.handle
    mentions = (own,) if f"@{own}" in text else ()
    return msgspec.structs.replace(found.post, id=wire_id(found), mentions=mentions)


def errand(text: str, post: Post | None) -> Errand:
    reply = Reply(
        id="r-1",
        case="c-1",
        channel="x",
        to_post=post.id if post else "",
        author_key="",
        text=text,
        by="kim",
        state="sending",
        at=AT,
    )
    return Errand(reply, post, "0" * 32)


def landed(stage: Stage) -> list[tuple[str, str | None]]:
    return [
        (told.post.text, told.post.reply_to)
        for _, told in stage.landed
        if told.post.author is not None and told.post.author.id == "x-utility"
    ]


@contextlib.asynccontextmanager
async def opened(own: Account, secret: str = SIGNED) -> AsyncIterator[XChannel]:
    channel = XChannel(own, Secret(secret, "env:X_KEYS"), shown_s=0.05)
    try:
        await channel.open()
        yield channel
    finally:
        await channel.close()


@pytest.mark.parametrize("secret", [SIGNED, "\n".join([CREDENTIAL] * 4), CREDENTIAL])
async def test_a_summoned_reply_lands_and_is_found_again(secret: str) -> None:
    async with staged(x, speed=STILL) as (url, stage):
        post = asked(stage, f"@{stage.storm.utility.handle} power is out & it's dark")
        async with opened(account(stage, url), secret) as channel:
            assert channel.exercise
            said = errand("Crews are on the way: https://longleaf.example/map & <soon>", post)
            assert await channel.look_up(said) is None
            id_ = await channel.send(said)
            assert landed(stage) == [(said.reply.text, stage.landed[0][1].post.id)]
            assert await channel.look_up(said) == id_
            assert await channel.look_up(errand("Other words", post)) is None
            assert await channel.look_up(errand(said.reply.text, None)) is None
            assert channel.allowance is not None
            assert (channel.allowance.left, channel.allowance.most) == (99, 100)


async def test_an_announcement_is_a_plain_post() -> None:
    async with staged(x, speed=STILL) as (url, stage), opened(account(stage, url)) as channel:
        said = errand("Power is back in Raleigh.", None)
        id_ = await channel.send(said)
        assert landed(stage) == [(said.reply.text, None)]
        assert await channel.look_up(said) == id_


async def test_who_has_not_summoned_is_never_asked_for_at_x() -> None:
    async with staged(x, speed=STILL) as (url, stage):
        post = asked(stage, "power is out")
        async with opened(account(stage, url)) as channel:
            with pytest.raises(NotSentError, match="only to who has mentioned @"):
                await channel.send(errand("Crews are on the way.", post))
            assert channel.allowance is None  # nothing was sent
        # an account that says it is exempt, at a server that says it is not
        async with opened(account(stage, url, summoned_only=False)) as channel:
            with pytest.raises(NotSentError, match="X does not take it: Reply to this"):
                await channel.send(errand("Crews are on the way.", post))
        assert not landed(stage)


async def test_enterprise_access_answers_anybody() -> None:
    free = partial(x, limits=Limits(summoned_only=False))
    async with staged(free, speed=STILL) as (url, stage):
        post = asked(stage, "power is out")
        async with opened(account(stage, url, summoned_only=False)) as channel:
            await channel.send(errand("Crews are on the way.", post))
        assert len(landed(stage)) == 1


def test_why_somebody_can_t_be_answered() -> None:
    own = Account(channel="x", handle="LongleafPower")
    post = Post(id="1", channel="x", text="out", created_at=AT)
    assert "@LongleafPower" in why_not(post, own)
    assert not why_not(msgspec.structs.replace(post, mentions=("@longleafPOWER",)), own)
    assert not why_not(post, msgspec.structs.replace(own, summoned_only=False))


async def test_280_is_the_most_by_x_s_own_count() -> None:
    async with staged(x, speed=STILL) as (url, stage):
        async with opened(account(stage, url)) as channel:
            with pytest.raises(NotSentError, match="counts 281 on X, which takes 280"):
                await channel.send(errand("a" * 281, None))
            with pytest.raises(NotSentError, match="counts 282"):
                await channel.send(errand("停" * 141, None))
        assert not landed(stage)


async def test_the_same_words_again_are_the_reply_that_is_there() -> None:
    """As after a crash in the midst of sending: X refuses the second, and the first is meant."""
    async with staged(x, speed=STILL) as (url, stage):
        post = asked(stage, f"@{stage.storm.utility.handle} out")
        async with opened(account(stage, url)) as channel:
            first = await channel.send(errand("On it.", post))
            assert await channel.send(errand("On it.", post)) == first
        assert len(landed(stage)) == 1


@pytest.mark.parametrize(
    ("secret", "more", "words"),
    [
        ("wrong:wrong:wrong:wrong", {}, "put valid ones into env:X_KEYS"),
        ("wrong", {}, "put valid ones into env:X_KEYS"),
        (SIGNED, {"id": "12"}, "not of 'x:"),
        (SIGNED, {"handle": "SomebodyElse"}, "not of 'x:SomebodyElse'"),
    ],
)
async def test_credentials_that_are_refused(
    secret: str, more: dict[str, object], words: str
) -> None:
    async with staged(x, speed=STILL) as (url, stage):
        own = account(stage, url, **more)
        with pytest.raises(NotSentError, match=words) as caught:
            async with opened(own, secret):
                pass
        assert "wrong" not in str(caught.value)


@pytest.mark.parametrize("secret", ["a:b", "a b c", "a:b:c:d:e"])
def test_a_secret_of_other_parts_is_a_fault_of_the_settings(secret: str) -> None:
    own = Account(channel="x", handle="LongleafPower")
    with pytest.raises(SettingsError, match="CONSUMER_KEY:CONSUMER_SECRET") as caught:
        open_x(own, Secret(secret, "env:X_KEYS"))
    assert secret not in str(caught.value)


async def test_more_than_x_allows_waits_until_it_counts_anew() -> None:
    async with staged(partial(x, limits=Limits(posts=1)), speed=STILL) as (url, stage):
        async with opened(account(stage, url)) as channel:
            await channel.send(errand("One.", None))
            with pytest.raises(LaterError) as caught:
                await channel.send(errand("Two.", None))
            assert 800 < caught.value.after_s <= 900
        assert len(landed(stage)) == 1


class Broken:
    """A server that takes a post, or does not, and breaks off in the midst of its answer."""

    def __init__(self, *, status: int = 0, takes: bool, shows: bool = True) -> None:
        self.posts: list[str] = []
        self._status, self._takes, self._shows = status, takes, shows

    async def create(self, request: web.Request) -> web.Response:
        text = (await request.json())["text"]
        if self._takes:
            self.posts.append(text)
        if self._status:
            return web.json_response({"detail": "no", "title": "x"}, status=self._status)
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def me(self, _: web.Request) -> web.Response:
        return web.json_response({"data": {"id": "1", "username": "LongleafPower"}})

    async def newest(self, _: web.Request) -> web.Response:
        if not self._shows:
            raise web.HTTPServiceUnavailable
        told = [{"id": str(100 + n), "text": text} for n, text in enumerate(self.posts)]
        return web.json_response({"data": told} if told else {"meta": {"result_count": 0}})


@contextlib.asynccontextmanager
async def at(server: Broken) -> AsyncIterator[XChannel]:
    app = web.Application()
    app.router.add_post("/2/tweets", server.create)
    app.router.add_get("/2/users/me", server.me)
    app.router.add_get("/2/users/1/tweets", server.newest)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with opened(Account(channel="x", handle="LongleafPower", server=url)) as channel:
            assert not channel.exercise
            yield channel
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("status", [0, 500, 503])
async def test_a_post_whose_answer_is_lost_is_looked_up(status: int) -> None:
    server = Broken(status=status, takes=True)
    async with at(server) as channel:
        assert await channel.send(errand("Crews are out.", None)) == "100"
    assert server.posts == ["Crews are out."]


async def test_a_post_that_never_came_through_goes_again_later() -> None:
    async with at(Broken(takes=False)) as channel:
        with pytest.raises(LaterError, match="not among the account's newest posts"):
            await channel.send(errand("Crews are out.", None))


async def test_what_can_t_be_looked_up_is_unknown() -> None:
    async with at(Broken(takes=True, shows=False)) as channel:
        with pytest.raises(FateUnknownError, match="can't be looked up: X answered 503"):
            await channel.send(errand("Crews are out.", None))


@pytest.mark.parametrize(
    ("status", "error"), [(400, NotSentError), (403, NotSentError), (402, LaterError)]
)
async def test_what_x_refuses(status: int, error: type[Exception]) -> None:
    async with at(Broken(status=status, takes=False)) as channel:
        with pytest.raises(error):
            await channel.send(errand("Crews are out.", None))


async def test_a_server_that_is_not_there_is_tried_later() -> None:
    own = Account(channel="x", handle="LongleafPower", server="http://127.0.0.1:9")
    channel = XChannel(own, Secret(SIGNED))
    with pytest.raises(LaterError):
        await channel.open()
    await channel.close()
    await asyncio.sleep(0)
