"""What is written to X for the utility, and read of it: posts, timelines, accounts, the search."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from aiohttp import web

from desk.post import Author
from simulator.platforms.stage import Landing, Staged
from simulator.platforms.x.asked import AskedError, fields_asked, number_asked, time_asked
from simulator.platforms.x.gate import (
    Limits,
    Window,
    answer,
    is_app,
    is_user,
    problem,
    too_many,
    unauthorized,
)
from simulator.platforms.x.rule import RuleError, read_rule
from simulator.platforms.x.wire import CHANNEL, UTILITY, UTILITY_ID, Wire, user_id, wire_id

LONGEST = 4000
"""Characters that are read of a post: its own count is checked by who writes."""
NOT_SUMMONED = (
    "Reply to this conversation is not allowed because you have not been mentioned"
    " or otherwise engaged by the author of the post you are replying to."
)
INVALID = "https://api.x.com/2/problems/invalid-request"
NOT_FOUND = "https://api.x.com/2/problems/resource-not-found"


class _Reply(msgspec.Struct):
    in_reply_to_tweet_id: str


class _New(msgspec.Struct):
    text: str
    reply: _Reply | None = None


class Posting:
    """The utility's account, and what anybody may read."""

    def __init__(self, wire: Wire, limits: Limits) -> None:
        self._wire = wire
        self._stage = wire.stage
        self._limits = limits
        self._posts = Window(limits.posts)
        self._reads = Window(limits.reads)

    async def create(self, request: web.Request) -> web.Response:
        """`POST /2/tweets`."""
        if not is_user(request):
            return unauthorized()
        if not self._posts.take():
            return too_many(self._posts)
        try:
            new = msgspec.json.decode(await request.read(), type=_New)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return problem(400, "Invalid Request", "The request body is not valid.", type=INVALID)
        if not new.text.strip() or len(new.text) > LONGEST:
            return problem(400, "Invalid Request", "`text` is empty or too long.", type=INVALID)
        answered = None
        if new.reply is not None:
            answered = self._wire.find(new.reply.in_reply_to_tweet_id)
            if answered is None:
                words = "You attempted to reply to a Post that is deleted or not visible to you."
                return problem(403, "Forbidden", words)
            if self._limits.summoned_only and not self._is_summoned(answered):
                return problem(403, "Forbidden", NOT_SUMMONED)
        if self._is_told_already(new.text, answered):
            words = "You are not allowed to create a Post with duplicate content."
            return problem(403, "Forbidden", words)
        to = answered.post.id if answered else None
        told = self._stage.land(Landing(CHANNEL, new.text, to))
        landed = self._stage.find(told.post.id)
        assert landed is not None, "what has landed was sent"
        id_ = wire_id(landed)
        said = {"id": id_, "text": new.text, "edit_history_tweet_ids": [id_], "exercise": True}
        return answer({"data": said}, 201, headers=self._posts.headers)

    def _is_summoned(self, answered: Staged) -> bool:
        """Whether the author has named the utility's account, or answered it."""
        seen = self._wire.seen(answered)
        own = self._stage.storm.utility.handle.lower()
        return own in seen.mentions or seen.to == own

    def _is_told_already(self, text: str, answered: Staged | None) -> bool:
        to = answered.post.id if answered else None
        return any(
            landing.channel == CHANNEL and landing.text == text and landing.to == to
            for landing, _ in self._stage.landed
        )

    async def post(self, request: web.Request) -> web.Response:
        """`GET /2/tweets/:id`."""
        refused = self._read(request)
        if refused is not None:
            return refused
        found = self._wire.find(request.match_info["id"])
        if found is None:
            return self._missing(request.match_info["id"])
        return self._one(request, found)

    async def posts(self, request: web.Request) -> web.Response:
        """`GET /2/tweets?ids=`."""
        refused = self._read(request)
        if refused is not None:
            return refused
        ids = request.query.get("ids", "").split(",")[:100]
        found = [each for id_ in ids if (each := self._wire.find(id_)) is not None]
        return self._page(request, found, "")

    async def timeline(self, request: web.Request) -> web.Response:
        """`GET /2/users/:id/tweets`, the newest first."""
        refused = self._read(request)
        if refused is not None:
            return refused
        id_ = request.match_info["id"]
        return self._listed(
            request, lambda each: each.post.author and user_id(each.post.author.id) == id_, 5
        )

    async def search(self, request: web.Request) -> web.Response:
        """`GET /2/tweets/search/recent`, the newest first."""
        refused = self._read(request)
        if refused is not None:
            return refused
        query = request.query.get("query", "")
        try:
            node = read_rule(query, self._limits.query_signs)
        except RuleError as error:
            return problem(400, "Invalid Request", f"query: {error}", type=INVALID)
        return self._listed(request, lambda each: node.holds(self._wire.seen(each)), 10)

    async def me(self, request: web.Request) -> web.Response:
        """`GET /2/users/me`."""
        return answer({"data": self._utility()}) if is_user(request) else unauthorized()

    async def by_name(self, request: web.Request) -> web.Response:
        """`GET /2/users/by/username/:name`."""
        refused = self._read(request)
        if refused is not None:
            return refused
        name = request.match_info["name"].lower()
        if name == self._stage.storm.utility.handle.lower():
            return answer({"data": self._utility()})
        for staged in self._stage.read(0, None, CHANNEL):
            author = staged.post.author
            if author is not None and author.handle.lower() == name:
                told = self._wire.user(author, fields_asked(request))
                return answer({"data": told | {"exercise": True}})
        return self._missing(name)

    def _utility(self) -> dict[str, Any]:
        utility = self._stage.storm.utility
        told = Author(UTILITY, utility.handle, utility.name)
        return {"id": UTILITY_ID, "username": told.handle, "name": told.name, "exercise": True}

    def _read(self, request: web.Request) -> web.Response | None:
        """What is said instead to who may not read, or asks for nonsense; None to the others."""
        if not is_app(request) and not is_user(request):
            return unauthorized()
        if not self._reads.take():
            return too_many(self._reads)
        try:
            fields_asked(request)
        except AskedError as error:
            return problem(400, "Invalid Request", str(error), type=INVALID)
        return None

    def _one(self, request: web.Request, staged: Staged) -> web.Response:
        fields = fields_asked(request)
        includes = self._wire.includes(staged, fields)
        told = {"data": self._wire.data(staged, fields)}
        return answer(
            told | ({"includes": includes} if includes else {}), headers=self._reads.headers
        )

    def _missing(self, what: str) -> web.Response:
        error = {
            "value": what,
            "detail": f"Could not find [{what}].",
            "title": "Not Found Error",
            "type": NOT_FOUND,
        }
        return answer({"errors": [error]})

    def _listed(self, request: web.Request, wanted: Any, least: int) -> web.Response:  # noqa: ANN401
        try:
            found = list(self._between(request))
            size = number_asked(request, "max_results", 10, least, 100)
        except AskedError as error:
            return problem(400, "Invalid Request", str(error), type=INVALID)
        token = request.query.get("next_token") or request.query.get("pagination_token") or ""
        before = int(token) if token.isascii() and token.isdigit() else self._stage.end
        chosen: list[Staged] = []
        for staged in reversed(found):
            if staged.number < before and wanted(staged):
                chosen.append(staged)
                if len(chosen) > size:
                    break
        following = str(chosen[size - 1].number) if len(chosen) > size else ""
        return self._page(request, chosen[:size], following)

    def _between(self, request: web.Request) -> Iterator[Staged]:
        since = request.query.get("since_id", "0")
        until = request.query.get("until_id", "")
        for told in (since, until or "0"):
            if not told.isascii() or not told.isdigit():
                raise AskedError(f"[{told[:30]}] is no id of a Post.")
        start, end = time_asked(request, "start_time"), time_asked(request, "end_time")
        for staged in self._stage.read(0, None, CHANNEL):
            id_, at = int(wire_id(staged)), staged.post.created_at
            if id_ <= int(since) or (until and id_ >= int(until)):
                continue
            if (start is None or at >= start) and (end is None or at < end):
                yield staged

    def _page(self, request: web.Request, found: list[Staged], following: str) -> web.Response:
        fields = fields_asked(request)
        includes: dict[str, list[Any]] = {}
        for staged in found:
            for name, each in self._wire.includes(staged, fields).items():
                known = includes.setdefault(name, [])
                known += [one for one in each if one not in known]
        meta: dict[str, Any] = {"result_count": len(found)}
        if found:
            meta |= {"newest_id": wire_id(found[0]), "oldest_id": wire_id(found[-1])}
        meta |= {"next_token": following} if following else {}
        told: dict[str, Any] = {"data": [self._wire.data(each, fields) for each in found]}
        told = (told if found else {}) | ({"includes": includes} if includes else {})
        return answer(told | {"meta": meta}, headers=self._reads.headers)
