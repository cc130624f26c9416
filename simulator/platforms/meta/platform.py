"""Meta's Graph API for the utility's page, and the subscription to its webhooks.

Source: Meta's "Pages API", "Graph API: paged results" and "handling errors". Every object says
`"exercise": true`; the token of everything is `CREDENTIAL`.
"""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from aiohttp import web

from simulator.platforms import CREDENTIAL
from simulator.platforms.meta.page import FIELDS, PAGE, Reached, Wall, is_own, node, wire_id
from simulator.platforms.meta.sender import CallbackError, MetaSender
from simulator.platforms.stage import Landing, Stage

__all__ = ["meta", "wire_id"]

LONGEST = 8000
MOST_AT_ONCE = 100
FEW = 25
_COMMENTS = re.compile(r"(?<![a-z_])comments(?:[^,{]*?\.limit\((\d+)\))?")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class GraphFault(Exception):  # noqa: N818  it is what Graph calls an error, and no error here
    """What the Graph API answers instead, with its code."""

    def __init__(self, code: int, message: str, subcode: int = 0, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.subcode = subcode
        self.status = status


def meta(stage: Stage) -> Iterator[web.AbstractRouteDef]:
    """The routes of the Graph API of any version, such as /v26.0/me."""
    graph = _Graph(stage)
    for method, path, handler in (
        ("GET", "me", graph.me),
        ("GET", r"{id:[0-9_]+}", graph.one),
        ("GET", r"{id:[0-9_]+|me}/feed", graph.feed),
        ("POST", r"{id:[0-9_]+|me}/feed", graph.announce),
        ("GET", r"{id:[0-9_]+}/comments", graph.comments),
        ("POST", r"{id:[0-9_]+}/comments", graph.comment),
        ("POST", r"{id:[0-9_]+|me}/subscribed_apps", graph.subscribe_page),
        ("GET", r"{id:[0-9_]+|me}/subscribed_apps", graph.subscribed),
        ("POST", r"{id:[0-9]+}/subscriptions", graph.subscribe),
    ):
        yield web.route(method, rf"/{{version:v\d+\.\d+}}/{path}", _answering(handler))


def _answering(handler: Callable[[web.Request, dict[str, str]], Awaitable[object]]) -> Handler:
    """Check the token, and answer what `handler` gives as JSON, or its fault as Graph does."""

    async def answer(request: web.Request) -> web.Response:
        try:
            asked = await _asked(request)
            _check(request, asked)
            said, status = await handler(request, asked), 200
        except GraphFault as fault:
            error: dict[str, Any] = {
                "message": str(fault),
                "type": "OAuthException",
                "code": fault.code,
                "fbtrace_id": "exercise",
            }
            if fault.subcode:
                error["error_subcode"] = fault.subcode
            said, status = {"error": error, "exercise": True}, fault.status
        usage = {"X-App-Usage": '{"call_count":1,"total_cputime":1,"total_time":1}'}
        return web.json_response(said, status=status, headers=usage)

    return answer


async def _asked(request: web.Request) -> dict[str, str]:
    asked = dict(request.query)
    if request.method == "POST":
        if request.content_type == "application/json":
            try:
                body = await request.json()
            except ValueError:
                raise GraphFault(100, "(#100) The body is no JSON") from None
            asked |= {key: str(value) for key, value in body.items()} if body else {}
        else:
            asked |= {k: v for k, v in (await request.post()).items() if isinstance(v, str)}
    return asked


def _check(request: web.Request, asked: dict[str, str]) -> None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token if kind in ("Bearer", "OAuth") else asked.get("access_token", "")
    if not token:
        raise GraphFault(2500, "An active access token must be used to query this")
    if token != CREDENTIAL:
        raise GraphFault(190, "Invalid OAuth access token - Cannot parse access token")


class _Graph:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._wall = Wall(stage)
        self._fields: tuple[str, ...] = FIELDS
        self._senders: dict[str, tuple[MetaSender, asyncio.Task[None]]] = {}

    async def me(self, _: web.Request, __: dict[str, str]) -> object:
        """The page that the token is of."""
        return self._page()

    async def one(self, request: web.Request, _: dict[str, str]) -> object:
        """The page, a post or a comment."""
        id_ = request.match_info["id"]
        return self._page() if id_ == PAGE else node(self._reached(id_))

    async def feed(self, request: web.Request, asked: dict[str, str]) -> object:
        """The posts on the page, the newest first, with their comments where they are asked for."""
        self._own(request)
        since, until = (_second(asked, name) for name in ("since", "until"))
        self._wall.look()
        found = [
            each
            for each in self._wall.posts()
            if (since is None or each.at.timestamp() >= since)
            and (until is None or each.at.timestamp() <= until)
        ]
        said = _paged(request, asked, found, node)
        wanted = _COMMENTS.search(asked.get("fields", ""))
        if wanted:
            for told in said["data"]:
                below = list(reversed(self._wall.below.get(told["id"], [])))
                limit = {"limit": wanted[1] or str(FEW)}
                path = f"{request.path.rpartition('/')[0].rpartition('/')[0]}/{told['id']}/comments"
                if below:
                    told["comments"] = _paged(request, limit, below, node, path)
        return said

    async def comments(self, request: web.Request, asked: dict[str, str]) -> object:
        """The comments under a post or comment: `filter=stream` with those under comments."""
        over = self._reached(request.match_info["id"])
        found = list(self._wall.below.get(over.id, []))
        if asked.get("filter") != "stream":
            found = [each for each in found if each.parent == over.id]
        if asked.get("order") == "reverse_chronological":
            found.reverse()
        since = _second(asked, "since")
        if since is not None:
            found = [each for each in found if each.at.timestamp() >= since]
        return _paged(request, asked, found, node)

    async def comment(self, request: web.Request, asked: dict[str, str]) -> object:
        """A comment of the page lands in the storm."""
        over = self._reached(request.match_info["id"])
        return self._land(asked, over.post.id)

    async def announce(self, request: web.Request, asked: dict[str, str]) -> object:
        """A post of the page lands in the storm."""
        self._own(request)
        return self._land(asked, None)

    async def subscribe_page(self, request: web.Request, asked: dict[str, str]) -> object:
        """Say which fields of the page webhooks are sent of."""
        self._own(request)
        self._fields = _fields(asked.get("subscribed_fields", ""))
        return {"success": True}

    async def subscribed(self, request: web.Request, _: dict[str, str]) -> object:
        """Which fields of the page webhooks are sent of."""
        self._own(request)
        app = {"id": "1", "name": "stormdesk", "subscribed_fields": list(self._fields)}
        return {"data": [app]}

    async def subscribe(self, _: web.Request, asked: dict[str, str]) -> object:
        """Send webhooks to a callback from now on, once it has given back the challenge."""
        if asked.get("object") != "page":
            raise GraphFault(100, "(#100) object must be page")
        callback = asked.get("callback_url", "")
        try:
            sender = MetaSender(
                self._stage,
                callback,
                verify_token=asked.get("verify_token", ""),
                fields=_fields(asked["fields"]) if "fields" in asked else self._fields,
            )
            async with sender.session() as http:
                await sender.verify(http)
        except CallbackError as error:
            raise GraphFault(2200, f"(#2200) Callback verification failed: {error}") from None
        if callback in self._senders:
            self._senders.pop(callback)[1].cancel()
        self._senders[callback] = sender, asyncio.create_task(sender.run())
        return {"success": True}

    def _page(self) -> dict[str, Any]:
        return {"id": PAGE, "name": self._stage.storm.utility.name, "exercise": True}

    def _own(self, request: web.Request) -> None:
        if request.match_info["id"] not in (PAGE, "me"):
            raise _gone(request.match_info["id"])

    def _reached(self, id_: str) -> Reached:
        self._wall.look()
        reached = self._wall.by_id.get(id_)
        if reached is None:
            raise _gone(id_)
        return reached

    def _land(self, asked: dict[str, str], to: str | None) -> dict[str, Any]:
        message = asked.get("message", "").strip()
        if not message:
            raise GraphFault(100, "(#100) Missing message or attachment")
        if len(message) > LONGEST:
            raise GraphFault(100, f"(#100) message must be at most {LONGEST} characters long")
        told = self._stage.land(Landing("facebook", message, to))
        self._wall.look()
        landed = next(each for each in reversed(self._wall.seen) if each.post.id == told.post.id)
        assert is_own(landed.post)
        return {"id": landed.id, "exercise": True}


def _gone(id_: str) -> GraphFault:
    return GraphFault(
        100,
        f"Unsupported request. Object with ID '{id_[:60]}' does not exist, cannot be loaded due to"
        " missing permissions, or does not support this operation.",
        33,
    )


def _fields(text: str) -> tuple[str, ...]:
    wanted = tuple(field for field in text.split(",") if field)
    unknown = next((field for field in wanted if field not in FIELDS), None)
    if unknown is not None or not wanted:
        raise GraphFault(100, f"(#100) subscribed_fields must be among {', '.join(FIELDS)}")
    return wanted


def _second(asked: dict[str, str], name: str) -> int | None:
    text = asked.get(name, "")
    if not text:
        return None
    if not text.isdecimal() or len(text) > 12:
        raise GraphFault(100, f"(#100) {name} must be a Unix timestamp")
    return int(text)


def _paged(
    request: web.Request,
    asked: dict[str, str],
    found: list[Reached],
    shape: Callable[[Reached], dict[str, Any]],
    path: str = "",
) -> dict[str, Any]:
    """One page of `found`; the next begins behind the id that `after` holds."""
    text = asked.get("limit", str(FEW))
    limit = min(MOST_AT_ONCE, int(text)) if text.isdecimal() and len(text) < 6 else FEW
    start = 0
    if after := asked.get("after"):
        try:
            behind = base64.b64decode(after, b"-_", validate=True).decode()
        except ValueError:
            raise GraphFault(100, "(#100) after is no cursor of this list") from None
        ids = [each.id for each in found]
        start = ids.index(behind) + 1 if behind in ids else len(ids)
    part = found[start : start + limit]
    said: dict[str, Any] = {"data": [shape(each) for each in part]}
    if part:
        cursors = {
            name: base64.urlsafe_b64encode(each.id.encode()).decode()
            for name, each in (("before", part[0]), ("after", part[-1]))
        }
        said["paging"] = {"cursors": cursors}
        if start + limit < len(found):
            kept = {} if path else {k: v for k, v in asked.items() if k != "after"}
            more = request.url.with_path(path or request.path).with_query(
                {**kept, "limit": str(limit), "after": cursors["after"]}
                | ({"order": "reverse_chronological", "filter": "stream"} if path else {})
                | {"access_token": CREDENTIAL}
            )
            said["paging"]["next"] = str(more)
    return said
