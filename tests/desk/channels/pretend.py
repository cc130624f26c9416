"""A platform that pretends: a real server on this machine that counts what it publishes.

`POST /posts` publishes, `GET /posts/KEY` tells whether it has; with `marked` it says of itself that
it is a drill's. What it does with the next requests is said by `plan`, one word each:
`refuse` 403, `limit` 429 for 30 s, `lose` (published, and the line breaks), `drop` (the line breaks
before), `hang`, `kill` and `kill-late` (whoever asks is killed before, or after it is published).
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from desk.accounts import Account
from desk.channels import Errand, FateUnknownError, LaterError, NotSentError
from desk.channels.drill import EXERCISE_PATH, is_drill
from desk.channels.live import Live
from desk.channels.switched_on import SwitchedOn
from desk.secret import Secret

PASSWORD = "exercise"
PID = "X-Pid"


class Platform:
    """The server, and what it has published: how often each key, and the texts in their order."""

    def __init__(self, *, marked: bool = False) -> None:
        self.marked = marked
        self.plan: list[str] = []
        self.published: Counter[str] = Counter()
        self.texts: list[str] = []
        self.logins = 0
        self.asked = 0
        self.url = ""
        self.held = asyncio.Event()

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_get(EXERCISE_PATH, self._mark)
        app.router.add_post("/login", self._login)
        app.router.add_post("/posts", self._publish)
        app.router.add_get("/posts/{key}", self._find)
        return app

    async def _mark(self, _: web.Request) -> web.Response:
        self.asked += 1
        if not self.marked:
            raise web.HTTPNotFound
        return web.json_response({"exercise": True})

    async def _login(self, request: web.Request) -> web.Response:
        self.logins += 1
        if (await request.json())["password"] != PASSWORD:
            raise web.HTTPUnauthorized
        return web.json_response({})

    async def _publish(self, request: web.Request) -> web.Response:
        said = await request.json()
        what = self.plan.pop(0) if self.plan else "publish"
        match what:
            case "refuse":
                raise web.HTTPForbidden
            case "limit":
                raise web.HTTPTooManyRequests(headers={"Retry-After": "30"})
            case "drop" | "kill":
                _break(request, what)
                raise web.HTTPServiceUnavailable
            case "hang":
                await self.held.wait()
        self.published[said["key"]] += 1
        self.texts.append(said["text"])
        if what in ("lose", "kill-late"):
            _break(request, what)
        return web.json_response({"id": f"{self.url}/posts/{said['key']}"})

    async def _find(self, request: web.Request) -> web.Response:
        key = request.match_info["key"]
        if not self.published[key]:
            raise web.HTTPNotFound
        return web.json_response({"id": f"{self.url}/posts/{key}"})


def _break(request: web.Request, what: str) -> None:
    if what.startswith("kill"):
        os.kill(int(request.headers[PID]), signal.SIGKILL)
    if request.transport is not None:
        request.transport.abort()


@asynccontextmanager
async def pretending(*, marked: bool = False, port: int = 0) -> AsyncIterator[Platform]:
    """A platform that runs."""
    platform = Platform(marked=marked)
    runner = web.AppRunner(platform.application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    platform.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield platform
    finally:
        platform.held.set()
        await runner.cleanup()


class Pretender:
    """The channel to such a platform; a `forgetful` one can't be asked what it has published."""

    def __init__(self, account: Account, secret: Secret, *, forgetful: bool = False) -> None:
        self.exercise = False
        self.most_characters: int | None = None
        self._server = account.server
        self._secret = secret
        self._forgetful = forgetful
        self._http: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        http = self._session()
        self.exercise = await is_drill(http, self._server)
        try:
            answer = await http.post(
                f"{self._server}/login", json={"password": self._secret.reveal()}
            )
        except aiohttp.ClientError as error:
            raise LaterError(type(error).__name__, 1.0) from None
        if answer.status != 200:
            raise NotSentError("the password is wrong: mend it in accounts.toml")

    async def send(self, errand: Errand) -> str:
        said = {"key": errand.key, "text": errand.reply.text}
        headers = {PID: str(os.getpid())}
        try:
            answer = await self._session().post(f"{self._server}/posts", json=said, headers=headers)
        except aiohttp.ClientConnectorError:
            raise LaterError("can't connect", 1.0) from None
        except aiohttp.ClientError as error:
            raise FateUnknownError(f"the line broke: {type(error).__name__}") from None
        match answer.status:
            case 200:
                return str((await answer.json())["id"])
            case 429:
                raise LaterError("rate limit", float(answer.headers["Retry-After"]))
            case _:
                raise NotSentError("they may not be answered")

    async def look_up(self, errand: Errand) -> str | None:
        if self._forgetful:
            raise FateUnknownError("it has no search")
        try:
            answer = await self._session().get(f"{self._server}/posts/{errand.key}")
        except aiohttp.ClientError as error:
            raise LaterError(type(error).__name__, 1.0) from None
        return str((await answer.json())["id"]) if answer.status == 200 else None

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
            self._http = None

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            # a line that is used again would be tried again by itself
            connector = aiohttp.TCPConnector(force_close=True)
            self._http = aiohttp.ClientSession(connector=connector)
        return self._http


def live_at(
    server: str, key: str = "x:Power", password: str = PASSWORD, *, forgetful: bool = False
) -> Live:
    """An account that is switched on at a server that pretends."""
    channel, _, handle = key.partition(":")
    account = Account(channel=channel, handle=handle, on=True, server=server)
    pretender = Pretender(account, Secret(password), forgetful=forgetful)
    return Live(SwitchedOn(account, pretender))
