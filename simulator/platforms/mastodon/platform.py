"""A Mastodon instance of a storm: what clients ask it for, and what a desk posts there.

Routes and answers after docs.joinmastodon.org/methods; limits after its rack_attack.rb.
"""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec
from aiohttp import web

from simulator.platforms.mastodon.shelf import HOME, Shelf, page
from simulator.platforms.mastodon.statuses import (
    DOMAIN,
    Record,
    account,
    status_id,
    wire_id,
)
from simulator.platforms.mastodon.streams import HEARTBEAT_S, LIST, Streams, allowed, token_of
from simulator.platforms.stage import Landing, Stage, Staged

__all__ = ["mastodon", "sent", "wire_id"]

CHANNEL = "mastodon"
VERSION = "4.5.0"
LIMIT, WINDOW_S = 300, 300
KEPT_S = 3600.0
"""For how long an Idempotency-Key is known again (app/services/post_status_service.rb)."""
MOST_CHARACTERS, URL_CHARACTERS = 500, 23
VISIBILITIES = ("public", "unlisted", "private", "direct")
INVALID_TOKEN = "The access token is invalid"  # noqa: S105

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def mastodon(stage: Stage) -> Iterable[web.AbstractRouteDef]:
    """The instance's routes."""
    return Instance(stage).routes()


def sent(stage: Stage, name: str = HOME) -> list[Staged]:
    """What an instance has sent by its own list, such as home (everything) or hashtag:NAME."""
    shelf = Shelf(stage)
    return [shelf.staged(id_) for id_ in shelf.listed(name)]


class Instance:
    """One instance; `limit` requests in five minutes, `beat_s` between heartbeats."""

    def __init__(self, stage: Stage, *, limit: int = LIMIT, beat_s: float = HEARTBEAT_S) -> None:
        self._stage = stage
        self._shelf = Shelf(stage)
        self._streams = Streams(self._shelf, beat_s)
        self._limit = limit
        self._asked: dict[tuple[str, str], tuple[int, int]] = {}
        self._keys: dict[str, tuple[float, str]] = {}
        self._texts: dict[str, str] = {}

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Everything that is answered."""
        yield web.get("/api/v1/streaming/health", self._health)
        yield web.get("/api/v1/streaming", self._streams.socket)
        yield web.get("/api/v1/streaming/", self._streams.socket)
        yield web.get("/api/v1/streaming/{name:.+}", self._streams.events)
        for version, said in (("v1", self._instance_v1), ("v2", self._instance_v2)):
            yield web.get(f"/api/{version}/instance", self._limited(said))
            yield web.get(f"/api/{version}/instance/", self._limited(said))
        for path, handler in (
            ("/api/v1/apps/verify_credentials", self._app),
            ("/api/v1/accounts/verify_credentials", self._me),
            ("/api/v1/accounts/{id}", self._account),
            ("/api/v1/accounts/{id}/statuses", self._statuses_of),
            ("/api/v1/timelines/public", self._public),
            ("/api/v1/timelines/home", self._home),
            ("/api/v1/timelines/list/{id}", self._listed),
            ("/api/v1/timelines/tag/{tag}", self._tagged),
            ("/api/v1/lists", self._lists),
            ("/api/v1/conversations", self._nothing),
            ("/api/v1/notifications", self._notifications),
            ("/api/v1/statuses", self._several),
            ("/api/v1/statuses/{id}", self._status),
            ("/api/v1/statuses/{id}/context", self._context),
            ("/api/v1/statuses/{id}/source", self._source),
            ("/api/v2/search", self._search),
        ):
            yield web.get(path, self._limited(handler, for_users=True))
        yield web.post("/api/v1/statuses", self._limited(self._post, for_users=True))

    def _limited(self, handler: Handler, *, for_users: bool = False) -> Handler:
        """Count what is asked, by token and address, in windows of the wall's clock."""

        async def answer(request: web.Request) -> web.StreamResponse:
            now_s = time.time()
            window = int(now_s // WINDOW_S)
            who = (token_of(request), request.remote or "")
            before, count = self._asked.get(who, (window, 0))
            count = count + 1 if before == window else 1
            if len(self._asked) > 10_000:
                self._asked.clear()
            self._asked[who] = (window, count)
            response: web.StreamResponse
            if count > self._limit:
                response = web.json_response({"error": "Too many requests"}, status=429)
            elif for_users and not allowed(request):
                response = web.json_response({"error": INVALID_TOKEN}, status=401)
            else:
                response = await handler(request)
            reset = datetime.fromtimestamp((window + 1) * WINDOW_S, UTC)
            response.headers["X-RateLimit-Limit"] = str(self._limit)
            response.headers["X-RateLimit-Remaining"] = str(max(0, self._limit - count))
            response.headers["X-RateLimit-Reset"] = reset.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            return response

        return answer

    # Who this is

    async def _health(self, _: web.Request) -> web.Response:
        return web.Response(text="OK")

    async def _instance_v1(self, request: web.Request) -> web.Response:
        told = {
            "uri": DOMAIN,
            "title": self._title,
            "short_description": "",
            "description": self._title,
            "email": "",
            "version": VERSION,
            "urls": {"streaming_api": f"ws://{request.host}"},
            "stats": {"user_count": 0, "status_count": 0, "domain_count": 0},
            "thumbnail": None,
            "languages": [voice.language for voice in self._stage.storm.voice],
            "registrations": False,
            "approval_required": False,
            "invites_enabled": False,
            "configuration": self._configuration(),
            "contact_account": None,
            "rules": [],
            "exercise": True,
        }
        return _json(told)

    async def _instance_v2(self, request: web.Request) -> web.Response:
        access = {"local": "public", "remote": "public"}
        urls = {"urls": {"streaming": f"ws://{request.host}"}}
        timelines = {"live_feeds": access, "hashtag_feeds": access}
        told = {
            "domain": DOMAIN,
            "title": self._title,
            "version": VERSION,
            "source_url": "https://github.com/mastodon/mastodon",
            "description": self._title,
            "usage": {"users": {"active_month": 0}},
            "thumbnail": {"url": ""},
            "icon": [],
            "languages": [voice.language for voice in self._stage.storm.voice],
            "configuration": {
                **urls,
                **self._configuration(),
                "timelines_access": timelines,
                "translation": {"enabled": False},
            },
            "registrations": {"enabled": False, "approval_required": False, "message": None},
            "api_versions": {"mastodon": 7},
            "contact": {"email": "", "account": None},
            "rules": [],
            "exercise": True,
        }
        return _json(told)

    @property
    def _title(self) -> str:
        return f"EXERCISE: {self._stage.storm.name}"

    def _configuration(self) -> Record:
        return {
            "accounts": {"max_featured_tags": 10},
            "statuses": {
                "max_characters": MOST_CHARACTERS,
                "max_media_attachments": 4,
                "characters_reserved_per_url": URL_CHARACTERS,
            },
        }

    async def _app(self, _: web.Request) -> web.Response:
        return _json({"id": "1", "name": self._title, "website": None, "scopes": ["read", "write"]})

    async def _me(self, _: web.Request) -> web.Response:
        source = {
            "privacy": "public",
            "sensitive": False,
            "language": None,
            "note": "",
            "fields": [],
        }
        return _json({**account(self._shelf.me), "source": source})

    async def _account(self, request: web.Request) -> web.Response:
        found = self._shelf.person(request.match_info["id"])
        return _json(found) if found else _missing()

    async def _lists(self, _: web.Request) -> web.Response:
        return _json([{"id": LIST, "title": "Everybody", "replies_policy": "list"}])

    async def _nothing(self, _: web.Request) -> web.Response:
        return _json([])

    # What was posted

    async def _public(self, request: web.Request) -> web.Response:
        query = request.query
        where = next((each for each in ("local", "remote") if _is_true(query.get(each))), "")
        return self._page(request, f"public:{where}" if where else "public")

    async def _home(self, request: web.Request) -> web.Response:
        return self._page(request, HOME)

    async def _listed(self, request: web.Request) -> web.Response:
        return self._page(request, HOME) if request.match_info["id"] == LIST else _missing()

    async def _tagged(self, request: web.Request) -> web.Response:
        where = "local:" if _is_true(request.query.get("local")) else ""
        return self._page(request, f"hashtag:{where}{request.match_info['tag'].lower()}")

    async def _statuses_of(self, request: web.Request) -> web.Response:
        if self._shelf.person(request.match_info["id"]) is None:
            return _missing()
        return self._page(request, f"account:{request.match_info['id']}")

    def _page(self, request: web.Request, name: str) -> web.Response:
        ids = page(self._shelf.listed(name), _most(request), **_range(request))
        body = b"[" + b",".join(self._shelf.status_bytes(id_) for id_ in ids) + b"]"
        return _linked(request, body, [str(id_) for id_ in ids])

    async def _notifications(self, request: web.Request) -> web.Response:
        types = request.query.getall("types[]", [])
        told = dict(self._shelf.notifications()) if not types or "mention" in types else {}
        numbers = page(list(told), _most(request, 80), **_range(request))
        records = [self._shelf.notification_of(told[number]) for number in numbers]
        return _linked(request, msgspec.json.encode(records), [str(each) for each in numbers])

    async def _several(self, request: web.Request) -> web.Response:
        found = [self._shelf.find(id_) for id_ in request.query.getall("id[]", [])[:20]]
        return _json([self._shelf.status(id_) for id_ in found if id_ is not None])

    async def _status(self, request: web.Request) -> web.Response:
        found = self._shelf.find(request.match_info["id"])
        return _missing() if found is None else _json(self._shelf.status(found))

    async def _context(self, request: web.Request) -> web.Response:
        found = self._shelf.find(request.match_info["id"])
        if found is None:
            return _missing()
        before, after = self._shelf.thread(found)
        told = {"ancestors": before, "descendants": after}
        return _json({key: [self._shelf.status(id_) for id_ in ids] for key, ids in told.items()})

    async def _source(self, request: web.Request) -> web.Response:
        found = self._shelf.find(request.match_info["id"])
        if found is None:
            return _missing()
        post = self._shelf.staged(found).post
        return _json({"id": str(found), "text": post.text, "spoiler_text": ""})

    async def _search(self, request: web.Request) -> web.Response:
        wanted = request.query.get("q", "").strip()
        found = (
            self._shelf.by_address(wanted) if wanted.startswith(("http://", "https://")) else None
        )
        statuses = [] if found is None else [self._shelf.status(found)]
        return _json({"accounts": [], "statuses": statuses, "hashtags": []})

    # What a desk posts

    async def _post(self, request: web.Request) -> web.Response:
        try:
            given = await _given(request)
        except ValueError:
            return web.json_response({"error": "Error occurred while parsing request"}, status=400)
        key, now_s = request.headers.get("Idempotency-Key", ""), time.monotonic()
        done = self._keys.get(key)
        if key and done is not None and now_s - done[0] < KEPT_S:
            return self._answer(done[1])
        said = given.get("status")
        text = said.strip() if isinstance(said, str) else ""
        visibility = str(given.get("visibility") or "public")
        answered = given.get("in_reply_to_id")
        parent = self._shelf.find(str(answered)) if answered else None
        if fault := _fault(text, visibility):
            return web.json_response({"error": f"Validation failed: {fault}"}, status=422)
        if answered and parent is None:
            words = "The post you are trying to reply to does not appear to exist."
            return web.json_response({"error": words}, status=404)
        to = self._shelf.staged(parent).post.id if parent is not None else None
        again = f"{key}#{now_s}" if done is not None else key
        told = self._stage.land(Landing(CHANNEL, text, to, again))
        self._shelf.visibility[told.post.id] = visibility
        self._remember(key, now_s, told.post.id)
        return self._answer(told.post.id)

    def _remember(self, key: str, now_s: float, post: str) -> None:
        if key:
            self._keys[key] = (now_s, post)
            for old in [k for k, (at_s, _) in self._keys.items() if now_s - at_s > 2 * KEPT_S]:
                del self._keys[old]

    def _answer(self, post: str) -> web.Response:
        staged = self._stage.find(post)
        if staged is None:  # the storm was rewound to before it
            return _missing()
        self._shelf.read_on()
        return _json(self._shelf.status(status_id(staged)))


async def _given(request: web.Request) -> dict[str, Any]:
    """The fields of a form, or of JSON.

    Raises:
        ValueError: it is neither.
    """
    if request.content_type == "application/json":
        try:
            told = await request.json()
        except RecursionError:
            raise ValueError from None
        if not isinstance(told, dict):
            raise ValueError
        return told
    return dict(await request.post())


def _fault(text: str, visibility: str) -> str:
    if not text:
        return "Text can't be blank"
    if visibility not in VISIBILITIES:
        return "Visibility is not included in the list"
    if length(text) > MOST_CHARACTERS:
        return f"Text character limit of {MOST_CHARACTERS} exceeded"
    return ""


def length(text: str) -> int:
    """How long a status is: a URL counts 23, of `@name@domain` only `@name` does."""
    text = re.sub(r"https?://[^\s<>\"]+", "x" * URL_CHARACTERS, text)
    return len(re.sub(r"(@[\w.-]+)@[\w-]+(?:\.[\w-]+)+", r"\1", text))


def _most(request: web.Request, most: int = 40) -> int:
    told = request.query.get("limit", "20")
    return (
        min(most, max(1, int(told)))
        if told.isascii() and told.isdecimal() and len(told) < 6
        else 20
    )


def _range(request: web.Request) -> dict[str, int | None]:
    told = {name: request.query.get(name, "") for name in ("min_id", "since_id", "max_id")}
    return {
        name: int(id_) if id_.isascii() and id_.isdecimal() and len(id_) < 20 else None
        for name, id_ in told.items()
    }


def _is_true(told: str | None) -> bool:
    return (told or "").lower() in ("1", "true", "t", "on", "yes")


def _json(told: object, status: int = 200) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(told), status=status, content_type="application/json"
    )


def _missing() -> web.Response:
    return web.json_response({"error": "Record not found"}, status=404)


def _linked(request: web.Request, body: bytes, ids: list[str]) -> web.Response:
    """A page with links to the one after it and the one before, as web pages count them."""
    answer = web.Response(body=body, content_type="application/json")
    if ids:
        kept = {k: v for k, v in request.query.items() if not k.endswith("_id")}
        base = request.url.with_query(kept)
        older, newer = base.update_query(max_id=ids[-1]), base.update_query(min_id=ids[0])
        answer.headers["Link"] = f'<{older}>; rel="next", <{newer}>; rel="prev"'
    return answer
