"""Comments of a page: published once, looked for where that is unknown, refused in plain words."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from desk.accounts import Account
from desk.channels import Errand, FateUnknownError, LaterError, NotSentError
from desk.channels import meta as meta_channel
from desk.channels.graph import VERSION, quiet_s
from desk.channels.kinds import OPENERS
from desk.channels.meta import MetaChannel
from desk.errors import SettingsError
from desk.post import Post
from desk.replies.reply import Reply
from desk.secret import Secret
from simulator.platforms import CREDENTIAL
from simulator.platforms.meta.page import PAGE, Wall
from simulator.platforms.meta.platform import meta
from simulator.platforms.stage import Stage
from tests.simulator.platforms.pageland import addressed_day, told
from tests.simulator.platforms.stageland import staged

NOW = datetime(2031, 9, 4, 18, 0, tzinfo=UTC)
TOKEN = "EAAB-a-page-token"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


_MADE: list[MetaChannel] = []


@pytest.fixture(autouse=True)
async def _closed(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    monkeypatch.setattr(meta_channel, "SETTLE_S", 0.0)
    yield
    while _MADE:
        await _MADE.pop().close()


def opened(
    server: str, secret: str = TOKEN, *, id_: str = "", channel: str = "facebook"
) -> MetaChannel:
    account = Account(channel=channel, handle="longleaf", id=id_, server=server)
    made = OPENERS[channel](account, Secret(secret, "env:PAGE"))
    assert isinstance(made, MetaChannel)
    _MADE.append(made)
    return made


def errand(text: str, to: str | None = "7001_1", *, at: datetime = NOW) -> Errand:
    reply = Reply(
        id="r-1",
        case="c-1",
        channel="facebook",
        to_post=to or "",
        author_key="facebook:55",
        text=text,
        by="kim",
        state="sending",
        at=at,
    )
    post = None if to is None else Post(id=to, channel="facebook", text="dark here", created_at=at)
    return Errand(reply, post, "0" * 32)


class Graph:
    """A Graph server that answers what it is told to; `asked` is what it heard."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.bodies: list[str] = []
        self.answers: dict[tuple[str, str], Handler | dict[str, Any]] = {
            ("GET", "me"): {"id": PAGE, "name": "Longleaf Power"}
        }

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix(f"/{VERSION}/")
        self.asked.append((request.method, str(request.rel_url), str(request.headers)))
        self.bodies.append((await request.read()).decode())
        answer = self.answers.get((request.method, path))
        if callable(answer):
            return await answer(request)
        if answer is None:
            return web.json_response(
                {"error": {"code": 100, "message": "Unknown path"}}, status=400
            )
        return web.json_response(answer)


@contextlib.asynccontextmanager
async def graph() -> AsyncIterator[tuple[str, Graph]]:
    server = Graph()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", server.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", server
    finally:
        await runner.cleanup()


def refusing(code: int, status: int = 400, **more: object) -> Handler:
    async def answer(_: web.Request) -> web.Response:
        error = {"message": "As Meta says it", "code": code, **more}
        return web.json_response({"error": error}, status=status)

    return answer


@contextlib.asynccontextmanager
async def in_a_storm() -> AsyncIterator[tuple[str, Stage, Wall]]:
    async with staged(meta, of=addressed_day()) as (url, stage):
        await told(stage)
        wall = Wall(stage)
        wall.look()
        yield url, stage, wall


async def test_a_reply_becomes_a_comment_of_the_page_in_its_storm() -> None:
    async with in_a_storm() as (url, _, wall):
        asked = next(each for each in wall.seen if each.top and each.post.author)
        channel = opened(url, CREDENTIAL, id_=PAGE)
        await channel.open()
        assert channel.exercise
        id_ = await channel.send(errand("Crews are near Tyro.", asked.id))
        announced = await channel.send(errand("Stay 30 ft from lines.", None))
        wall.look()
        assert [each.id for each in wall.seen[-2:]] == [id_, announced]
        assert wall.seen[-2].post.reply_to == asked.post.id


async def test_a_comment_that_was_published_is_found_by_its_words_and_one_that_was_not_is_not() -> (
    None
):
    async with in_a_storm() as (url, stage, wall):
        visitor = next(each for each in wall.seen if not each.top and each.post.author)
        channel = opened(url, CREDENTIAL)
        await channel.open()
        sent = errand("Crews are near Tyro.", visitor.id, at=stage.now())
        assert await channel.look_up(sent) is None
        id_ = await channel.send(sent)
        assert await channel.look_up(sent) == id_
        assert await channel.look_up(errand("Crews are near.", visitor.id, at=stage.now())) is None
        later = errand("Crews are near Tyro.", visitor.id, at=stage.now() + timedelta(hours=2))
        assert await channel.look_up(later) is None
        announced = errand("Stay 30 ft from lines.", None, at=stage.now())
        assert await channel.look_up(announced) is None
        assert await channel.send(announced) == await channel.look_up(announced)


@pytest.mark.parametrize(
    ("code", "more", "error", "words"),
    [
        (190, {}, NotSentError, "make a new Page access token"),
        (200, {}, NotSentError, "pages_manage_engagement"),
        (10, {}, NotSentError, "pages_manage_engagement"),
        (100, {"error_subcode": 33}, NotSentError, "the post is gone"),
        (1500, {}, NotSentError, "As Meta says it"),
        (4, {}, LaterError, "asks to wait"),
        (32, {}, LaterError, "asks to wait"),
        (368, {}, LaterError, "asks to wait"),
        (80001, {}, LaterError, "asks to wait"),
        (1, {}, FateUnknownError, "As Meta says it"),
        (2, {"is_transient": True}, FateUnknownError, "As Meta says it"),
        (506, {}, FateUnknownError, "As Meta says it"),
    ],
)
async def test_errors_of_the_graph_are_told_by_their_kind(
    code: int, more: dict[str, Any], error: type[Exception], words: str
) -> None:
    async with graph() as (url, server):
        server.answers["POST", "7001_1/comments"] = refusing(code, **more)
        channel = opened(url)
        await channel.open()
        assert not channel.exercise
        with pytest.raises(error, match=words):
            await channel.send(errand("On our way."))


async def test_an_answer_that_never_comes_leaves_the_fate_unknown() -> None:
    async def cut(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    async def garbage(_: web.Request) -> web.Response:
        return web.Response(text="<html>502</html>")

    async with graph() as (url, server):
        channel = opened(url)
        await channel.open()
        for answer in (cut, garbage, refusing(0, 502), {"success": True}):
            server.answers["POST", "7001_1/comments"] = answer
            with pytest.raises(FateUnknownError):
                await channel.send(errand("On our way."))
    gone = opened(url)
    with pytest.raises(LaterError, match="can't be asked"):
        await gone.open()
    with pytest.raises(LaterError, match="can't be reached"):
        await gone.send(errand("On our way."))


async def test_who_has_the_words_decides_and_a_list_without_end_is_not_read() -> None:
    words, at = "On our way.", NOW.isoformat()
    theirs = {"id": "7001_8", "message": words, "created_time": at, "from": {"id": "55"}}
    nobodys = {"id": "7001_9", "message": words, "created_time": at}
    other = {"id": "7001_7", "message": "Thanks!", "created_time": at, "from": {"id": "55"}}
    more = {"next": f"https://elsewhere.example/x?after=QQ&access_token={TOKEN}"}
    async with graph() as (url, server):
        channel = opened(url)
        await channel.open()
        server.answers["GET", "7001_1/comments"] = {"data": [theirs]}
        assert await channel.look_up(errand(words)) is None
        server.answers["GET", "7001_1/comments"] = {"data": [nobodys]}
        with pytest.raises(FateUnknownError, match="does not say whose"):
            await channel.look_up(errand(words))
        server.answers["GET", "7001_1/comments"] = {"data": [other], "paging": more}
        with pytest.raises(FateUnknownError, match="look for it there"):
            await channel.look_up(errand(words))
        assert len(server.asked) < 40
        server.answers["GET", "7001_1/comments"] = refusing(100)
        assert await channel.look_up(errand(words)) is None


async def test_what_was_just_sent_is_not_looked_for_too_soon(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(meta_channel, "SETTLE_S", 20.0)
    async with graph() as (url, _):
        channel = opened(url)
        await channel.open()
        with pytest.raises(LaterError, match="may not show yet") as told_:
            await channel.look_up(errand("On our way."))
        assert 15 < told_.value.after_s <= 20


async def test_the_token_is_in_no_address_no_error_and_no_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with graph() as (url, server):
        channel = opened(url)
        await channel.open()
        server.answers["POST", "7001_1/comments"] = refusing(190)
        with pytest.raises(NotSentError) as told_:
            await channel.send(errand("On our way."))
        assert all(TOKEN not in address for _, address, _ in server.asked)
        assert any(f"Bearer {TOKEN}" in headers for _, _, headers in server.asked)
        assert all(TOKEN not in body for body in server.bodies)
        said = f"{told_.value} {caplog.text} {channel!r} {vars(channel)} {vars(channel._graph)}"
        assert TOKEN not in said


async def test_nothing_is_asked_while_meta_wants_to_be_left_alone() -> None:
    async def used(_: web.Request) -> web.Response:
        usage = '{"1":[{"call_count":96,"estimated_time_to_regain_access":3}]}'
        headers = {"X-Business-Use-Case-Usage": usage}
        return web.json_response({"id": "7001_2"}, headers=headers)

    async with graph() as (url, server):
        server.answers["POST", "7001_1/comments"] = used
        channel = opened(url)
        await channel.open()
        assert await channel.send(errand("On our way.", "7001_1#edited-2031-09-04")) == "7001_2"
        asked = len(server.asked)
        with pytest.raises(LaterError) as told_:
            await channel.send(errand("On our way."))
        assert told_.value.after_s > 290
        assert len(server.asked) == asked


@pytest.mark.parametrize(
    ("app", "pages", "wait_s"),
    [
        ("{}", "{}", 0.0),
        ('{"call_count":28}', '{"1":[{"call_count":100}]}', 300.0),
        ('{"total_time":99}', "{}", 300.0),
        ("{}", '{"1":[{"estimated_time_to_regain_access":9}]}', 540.0),
        ("[1]", '{"1":7}', 0.0),
        ("{", "x", 0.0),
    ],
)
def test_usage_says_how_long_to_wait(app: str, pages: str, wait_s: float) -> None:
    assert quiet_s({"X-App-Usage": app, "X-Business-Use-Case-Usage": pages}) == wait_s


async def test_a_token_of_another_page_and_a_redirect_are_refused() -> None:
    async def away(_: web.Request) -> web.Response:
        raise web.HTTPFound("https://elsewhere.example/me")

    async with graph() as (url, server):
        with pytest.raises(NotSentError, match=f"the token is of page {PAGE}, not of 77"):
            await opened(url, id_="77").open()
        server.answers["GET", "me"] = away
        with pytest.raises(NotSentError, match="302"):
            await opened(url).open()


async def test_instagram_answers_comments_and_announces_nothing() -> None:
    with pytest.raises(SettingsError, match="the number of the professional account"):
        opened("", channel="instagram")
    async with graph() as (url, server):
        server.answers["GET", "17841"] = {"id": "17841", "username": "longleaf"}
        server.answers["POST", "17900/replies"] = {"id": "17901"}
        channel = opened(url, id_="17841", channel="instagram")
        await channel.open()
        assert await channel.send(errand("On our way.", "17900")) == "17901"
        at = f"{NOW:%Y-%m-%dT%H:%M:%S}+0000"
        said = {"id": "17901", "text": "On our way.", "timestamp": at, "from": {"id": "17841"}}
        server.answers["GET", "17900/replies"] = {"data": [said]}
        assert await channel.look_up(errand("On our way.", "17900")) == "17901"
        with pytest.raises(NotSentError, match="needs a picture"):
            await channel.send(errand("Storm tonight.", None))
        with pytest.raises(NotSentError, match="is no id of a post"):
            await channel.send(errand("On our way.", "../me"))


async def test_a_real_server_here_is_no_drill() -> None:
    async with graph() as (url, _), aiohttp.ClientSession() as http:
        assert (await http.get(f"{url}/{VERSION}/me")).status == 200
        channel = opened(url)
        await channel.open()
        assert not channel.exercise
