"""Replies on Mastodon, at the instance of a storm: each once, named, and seen by no more people."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import msgspec
import pytest
from aiohttp import web
from aiohttp.typedefs import Handler

from desk.accounts import Account
from desk.channels import Errand, FateUnknownError, LaterError, NotSentError
from desk.channels.mastodon import MastodonChannel, open_mastodon, visibility
from desk.errors import SettingsError
from desk.post import Post
from desk.replies.reply import Reply
from desk.secret import Secret
from simulator.platforms.mastodon.platform import Instance, mastodon, sent, wire_id
from simulator.platforms.stage import Stage
from tests.desk.feeds.wobbly import wobbly
from tests.simulator.platforms.stageland import staged

HANDLE = "LongleafPower@toot.example"
TEXT = "We know of it: crews are on their way to #Alderton, see https://power.example/map?a=1&b=2"


def channel(url: str, handle: str = HANDLE, token: str = "exercise") -> MastodonChannel:
    account = Account(channel="mastodon", handle=handle, on=True, server=url)
    return open_mastodon(account, Secret(token, "env:TOKEN"))


def errand(post: Post | None, text: str = TEXT, key: str = "k" * 32) -> Errand:
    reply = Reply(
        id="r-1",
        case="c-1",
        channel="mastodon",
        to_post=post.id if post else "",
        author_key=post.author_key if post else "",
        text=text,
        lang="en",
        by="ann",
        state="sending",
        at=datetime(2026, 7, 14, 18, 30, tzinfo=UTC),
        exercise=True,
    )
    return Errand(reply, post, key)


async def over(stage: Stage) -> None:
    while not stage.over:
        await stage.more(stage.end)


def asked(stage: Stage, number: int = 0) -> Post:
    """A post of the storm as a desk has it."""
    each = sent(stage)[number]
    assert each.post.author is not None
    return msgspec.structs.replace(each.post, id=wire_id(each))


@contextlib.asynccontextmanager
async def opened() -> AsyncIterator[tuple[MastodonChannel, Stage, str]]:
    async with staged(mastodon) as (url, stage):
        await over(stage)
        made = channel(url)
        await made.open()
        try:
            yield made, stage, url
        finally:
            await made.close()


async def test_a_reply_lands_once_named_unlisted_and_below_its_post() -> None:
    async with opened() as (made, stage, _):
        post = asked(stage)
        assert made.exercise
        assert await made.look_up(errand(post)) is None
        address = await made.send(errand(post))
        assert await made.send(errand(post)) == address
        assert await made.look_up(errand(post)) == address
        assert made.allowance is not None
        assert made.allowance.most == 300
        other = await made.send(errand(post, key="o" * 32))
        assert other != address
        listed = sent(stage)
    landed = [each for each in listed if each.post.reply_to]
    assert [wire_id(each) for each in landed] == [address, other]
    assert post.author is not None
    assert landed[0].post.text == f"@{post.author.handle} {TEXT}"
    assert landed[0].post.reply_to == listed[0].post.id


async def test_an_announcement_is_public_and_can_be_looked_up() -> None:
    async with opened() as (made, stage, _):
        assert await made.look_up(errand(None)) is None
        address = await made.send(errand(None))
        assert await made.look_up(errand(None)) == address
        assert [wire_id(each) for each in sent(stage, "public")][-1] == address


async def test_a_post_of_another_instance_and_an_edited_one_are_found_by_their_address() -> None:
    async with opened() as (made, stage, _):
        post = asked(stage, 1)
        edit = msgspec.structs.replace(post, id=f"{post.id}#edited-2026-07-14T18:10:00.000Z")
        made._domain = "power.example"  # an account elsewhere has to search
        address = await made.send(errand(edit))
        assert sent(stage)[-1].post.reply_to == sent(stage)[1].post.id
        assert wire_id(sent(stage)[-1]) == address
        gone = msgspec.structs.replace(post, id="https://gone.example/users/ann/statuses/1")
        with pytest.raises(NotSentError, match="does not know the post"):
            await made.send(errand(gone))
        with pytest.raises(NotSentError, match="no address of a status"):
            await made.send(errand(msgspec.structs.replace(post, id="storm-1")))


@pytest.mark.parametrize(
    ("seen", "answered"),
    [
        (None, "unlisted"),
        ("public", "unlisted"),
        ("unlisted", "unlisted"),
        ("private", "direct"),
        ("direct", "direct"),
        ("local", "direct"),
    ],
)
def test_an_answer_is_seen_by_nobody_who_did_not_see_the_post(
    seen: str | None, answered: str
) -> None:
    post = Post(id="1", channel="mastodon", text="", created_at=datetime(2026, 7, 14, tzinfo=UTC))
    assert visibility(msgspec.structs.replace(post, visibility=seen)) == answered
    assert visibility(None) == "public"


async def test_wrong_tokens_and_accounts_are_told_with_the_mend_and_never_shown() -> None:
    async with staged(mastodon) as (url, _):
        wrong = channel(url, token="hush-hush")
        with pytest.raises(
            NotSentError, match=r"refuses.*access token is invalid.*env:TOKEN"
        ) as told:
            await wrong.open()
        assert "hush-hush" not in f"{told.value!r} {wrong!r} {vars(wrong)!r}"
        await wrong.close()
        other = channel(url, handle="SomebodyElse@toot.example")
        with pytest.raises(NotSentError, match=r"that of LongleafPower@toot\.example"):
            await other.open()
        await other.close()
        short = channel(url, handle="longleafpower")
        await short.open()
        await short.close()
    with pytest.raises(SettingsError, match="Write its handle whole"):
        open_mastodon(Account(channel="mastodon", handle="Power"), Secret("x"))


async def test_too_long_a_text_is_not_sent() -> None:
    async with opened() as (made, stage, _):
        with pytest.raises(NotSentError, match="this instance takes 500"):
            await made.send(errand(asked(stage), "power " * 100))
        # the address of a page counts 23, and of whom is named only the name does
        fits = "x" * (500 - 23 - 1 - len("@heathercooper ")) + f" https://a.example/{'y' * 100}"
        await made.send(errand(asked(stage), fits))
        with pytest.raises(NotSentError, match="501"):
            await made.send(errand(asked(stage), f"x{fits}", key="z" * 32))


async def test_a_line_that_breaks_leaves_nothing_twice() -> None:
    async with opened() as (_, stage, url), wobbly(url) as (through, line):
        made = channel(through)
        await made.open()
        post = asked(stage)
        sending = asyncio.create_task(made.send(errand(post)))
        line.hush(silent=True)
        await asyncio.sleep(0.1)
        line.cut()
        with pytest.raises((FateUnknownError, LaterError)):
            await sending
        line.hush(silent=False)
        before = await made.look_up(errand(post))
        address = await made.send(errand(post))
        assert before in (None, address)
        assert await made.look_up(errand(post)) == address
        assert [wire_id(each) for each in sent(stage) if each.post.reply_to] == [address]
        await made.close()
        nobody = channel("http://127.0.0.1:9")
        with pytest.raises(LaterError, match="can't connect"):
            await nobody.open()
        await nobody.close()


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (401, {"error": "The access token was revoked"}, NotSentError, "revoked"),
        (403, {"error": "This action is outside the authorized scopes"}, NotSentError, "scopes"),
        (404, {"error": "Record not found"}, NotSentError, "no longer there"),
        (422, {"error": "Validation failed: Text can't be blank"}, NotSentError, "blank"),
        (429, {"error": "Too many requests"}, LaterError, "limit"),
        (500, None, FateUnknownError, "500"),
        (503, {"error": ["?"]}, FateUnknownError, "503"),
        (200, "oops", FateUnknownError, "no status"),
    ],
)
async def test_each_refusal_is_told_as_what_it_is(
    status: int, body: object, kind: type[Exception], words: str
) -> None:
    refuse = False

    @web.middleware
    async def refusing(request: web.Request, handler: Handler) -> web.StreamResponse:
        if refuse and request.method == "POST":
            return web.Response(
                body=msgspec.json.encode(body) if body is not None else b"<html>",
                status=status,
                content_type="application/json",
            )
        return await handler(request)

    async with staged(mastodon) as (_, stage):
        await over(stage)
        app = web.Application(middlewares=[refusing])
        app.router.add_routes(Instance(stage).routes())
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        made = channel(f"http://127.0.0.1:{runner.addresses[0][1]}")
        await made.open()
        assert not made.exercise  # only a server that says so is one
        refuse = True
        with pytest.raises(kind, match=words):
            await made.send(errand(asked(stage)))
        await made.close()
        await runner.cleanup()


async def test_the_limit_of_the_instance_is_a_wait() -> None:
    async with staged(lambda stage: Instance(stage, limit=4).routes()) as (url, stage):
        await over(stage)
        made = channel(url)
        await made.open()
        for number in range(2):
            await made.send(errand(asked(stage), key=str(number)))
        with pytest.raises(LaterError, match="limit") as told:
            await made.send(errand(asked(stage)))
        assert 0 < told.value.after_s <= 300
        with pytest.raises(LaterError):
            await made.look_up(errand(asked(stage)))
        assert made.allowance is not None
        assert made.allowance.left == 0
        await made.close()
