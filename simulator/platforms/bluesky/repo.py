"""The server of the utility's account on Bluesky: log in, write posts, read records (XRPC).

Paths, fields and names of errors after the lexicons `com.atproto.server.*`, `com.atproto.repo.*`,
`com.atproto.identity.resolveHandle`, `app.bsky.actor.getProfile` and `app.bsky.feed.getPosts`. What
is written lands in the storm, and comes by Jetstream as a post of the utility.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b
from typing import TypeVar

import msgspec
import regex
from aiohttp import web

from desk.post import Author, Post
from simulator.platforms import CREDENTIAL
from simulator.platforms.bluesky.session import Rate, check, refused, session
from simulator.platforms.bluesky.wants import first_at
from simulator.platforms.bluesky.wire import (
    CHANNEL,
    POSTS,
    UTILITY_DID,
    Json,
    Wire,
    at_us,
    cid,
    did,
    handle,
    moment,
    tid,
    tid_us,
    uri,
)
from simulator.platforms.stage import Landing, Staged

MOST_GRAPHEMES = 300
MOST_BYTES = 3_000
MOST_URIS = 25
LOGINS = (30, 300.0)
WRITES = (1_666, 3_600.0)
"""Calls in seconds: 5,000 points an hour, of which a new record takes 3."""
LOOKED_THROUGH = 20_000
"""Newest posts that are searched for a handle."""

_KEY = re.compile(r"[A-Za-z0-9._:~-]{1,512}")
_Kind = TypeVar("_Kind")
_GRAPHEME = regex.compile(r"\X")


class _Login(msgspec.Struct):
    identifier: str
    password: str


class _Strong(msgspec.Struct):
    uri: str
    cid: str


class _Thread(msgspec.Struct):
    root: _Strong
    parent: _Strong


class _Record(msgspec.Struct, rename="camel"):
    text: str
    created_at: str
    reply: _Thread | None = None


class _Write(msgspec.Struct):
    repo: str
    collection: str
    record: Json
    rkey: str = ""
    swap: str | msgspec.UnsetType | None = msgspec.field(default=msgspec.UNSET, name="swapRecord")


class Repo:
    """The endpoints of one account's server."""

    def __init__(self, wire: Wire, access_s: float) -> None:
        self._wire = wire
        self._stage = wire.stage
        self._access_s = access_s
        utility = wire.stage.storm.utility
        self._name = utility.name
        self._handle = handle(Author(UTILITY_DID, utility.handle))
        self._known = {UTILITY_DID, self._handle, utility.handle.lower()}
        self._logins = Rate(*LOGINS)
        self._writes = Rate(*WRITES)

    async def create_session(self, request: web.Request) -> web.Response:
        """Log in by handle or DID and an app password."""
        headers = self._logins.take()
        login = await _read(request, _Login)
        known = login.identifier.removeprefix("@").lower() in self._known
        if not known or login.password != CREDENTIAL:
            raise refused(401, "AuthenticationRequired", "Invalid identifier or password")
        return web.json_response(session(self._handle, self._access_s), headers=headers)

    async def refresh_session(self, request: web.Request) -> web.Response:
        """Go on with a refresh token."""
        check(request, "refresh")
        return web.json_response(session(self._handle, self._access_s))

    async def get_session(self, request: web.Request) -> web.Response:
        """Say whose session it is."""
        check(request)
        return web.json_response({"did": UTILITY_DID, "handle": self._handle, "active": True})

    async def resolve_handle(self, request: web.Request) -> web.Response:
        """The DID of a handle."""
        found = self._person(request.query.get("handle", "").lower())
        if found is None:
            raise refused(400, "InvalidRequest", "Unable to resolve handle")
        return web.json_response({"did": found[0]})

    async def get_profile(self, request: web.Request) -> web.Response:
        """Who somebody is."""
        found = self._person(request.query.get("actor", "").lower())
        if found is None:
            raise refused(400, "InvalidRequest", "Profile not found")
        profile = {"did": found[0], "handle": found[1], "displayName": found[2], "exercise": True}
        return web.json_response(profile)

    async def create_record(self, request: web.Request) -> web.Response:
        """Write a new record."""
        headers, write = await self._written(request)
        key = write.rkey or self._next_key(write)
        address = f"at://{UTILITY_DID}/{write.collection}/{key}"
        if address in self._wire.records:
            raise refused(400, "InvalidRequest", f"Record already exists: {address}")
        return web.json_response(self._put(address, write), headers=headers)

    async def put_record(self, request: web.Request) -> web.Response:
        """Write a record under a key, whether there is one or not."""
        headers, write = await self._written(request)
        if not write.rkey:
            raise refused(400, "InvalidRequest", 'Input must have the property "rkey"')
        address = f"at://{UTILITY_DID}/{write.collection}/{write.rkey}"
        there = self._wire.records.get(address)
        if there is not None and there != write.record and write.swap is None:
            raise refused(400, "InvalidSwap", f"Record was at {cid(address, there['text'])}")
        if there is None and isinstance(write.swap, str):
            raise refused(400, "InvalidSwap", "Record was at null")
        return web.json_response(self._put(address, write), headers=headers)

    async def get_record(self, request: web.Request) -> web.Response:
        """A record that is there."""
        query = request.query
        repo = query.get("repo", "").lower()
        repo = UTILITY_DID if repo in self._known else repo
        address = f"at://{repo}/{query.get('collection', '')}/{query.get('rkey', '')}"
        staged = self.find(address)
        if staged is None:
            raise refused(400, "RecordNotFound", f"Could not locate record: {address}")
        strong, value = self._wire.strong(staged.post), self._wire.record(staged.post)
        return web.json_response(strong | {"value": value})

    async def get_posts(self, request: web.Request) -> web.Response:
        """Some posts with what is around them; those that are not there are left out."""
        check(request)
        uris = request.query.getall("uris", [])
        if not uris or len(uris) > MOST_URIS:
            raise refused(400, "InvalidRequest", f"uris must have 1 to {MOST_URIS} elements")
        found = [staged.post for address in uris if (staged := self.find(address))]
        return web.json_response({"posts": [self._view(post) for post in found]})

    def find(self, address: str) -> Staged | None:
        """The post at an address: its key says when it was written."""
        us = tid_us(address.rpartition("/")[2])
        if us is None:
            return None
        written = self._wire.landed.get(address)
        if written is not None:
            return self._stage.find(written)
        for staged in self._around(us):
            if staged.post.channel == CHANNEL and uri(staged.post) == address:
                return staged
        return None

    def _around(self, us: int) -> Iterator[Staged]:
        """The posts of a microsecond."""
        for staged in self._stage.read(first_at(self._stage, us / 1e6 - 1e-3)):
            if at_us(staged.post) > us + 1_000:
                return
            yield staged

    def _person(self, name: str) -> tuple[str, str, str] | None:
        """DID, handle and name of somebody, by handle or DID."""
        if name in self._known:
            return UTILITY_DID, self._handle, self._name
        for number in range(self._stage.end - 1, max(-1, self._stage.end - LOOKED_THROUGH), -1):
            for staged in self._stage.read(number, number + 1, channel=CHANNEL):
                author = staged.post.author
                if name in {did(author), handle(author)}:
                    return did(author), handle(author), author.name if author else ""
        return None

    async def _written(self, request: web.Request) -> tuple[dict[str, str], _Write]:
        check(request)
        headers = self._writes.take()
        write = await _read(request, _Write)
        if write.repo.lower() not in self._known:
            raise refused(400, "InvalidRequest", f"Could not find repo: {write.repo}")
        if write.collection != POSTS:
            raise refused(400, "InvalidRequest", f"{write.collection} is not kept here")
        if write.rkey and not _KEY.fullmatch(write.rkey):
            raise refused(400, "InvalidRequest", "Input/rkey must be a valid Record Key")
        _check_record(write.record)
        return headers, write

    def _next_key(self, write: _Write) -> str:
        """A key of this moment: the same storm and the same text give the same."""
        digest = blake2b(msgspec.json.encode(write.record), digest_size=2).digest()
        return tid(self._now_us() + len(self._wire.records), int.from_bytes(digest))

    def _now_us(self) -> int:
        return int(self._stage.now().timestamp() * 1e6)

    def _put(self, address: str, write: _Write) -> Json:
        wire, record = self._wire, write.record
        reply = record.get("reply")
        parent = self.find(reply["parent"]["uri"]) if reply else None
        wire.records[address] = record
        if address not in wire.landed:
            landing = Landing(
                CHANNEL,
                record["text"],
                to=parent.post.id if parent else None,
                key=address,
                url=address,
            )
            wire.landed[address] = self._stage.land(landing).post.id
        version = cid(address, record["text"])
        rev = tid(self._now_us(), len(wire.landed))
        return {
            "uri": address,
            "cid": version,
            "commit": {"cid": version, "rev": rev},
            "validationStatus": "valid",
            "exercise": True,
        }

    def _view(self, post: Post) -> Json:
        return self._wire.strong(post) | {
            "author": {"did": did(post.author), "handle": handle(post.author)},
            "record": self._wire.record(post),
            "indexedAt": moment(at_us(post), 3),
            "exercise": True,
        }


def _check_record(record: Json) -> None:
    """Hold a record against the lexicon, as far as a desk can do wrong."""
    try:
        made = msgspec.convert(record, _Record)
        datetime.fromisoformat(made.created_at)
    except (msgspec.ValidationError, ValueError) as error:
        raise refused(400, "InvalidRequest", f"Invalid {POSTS} record: {error}") from None
    if len(made.text.encode("utf-8", "replace")) > MOST_BYTES:
        reason = f"Record/text must not be longer than {MOST_BYTES} characters"
        raise refused(400, "InvalidRequest", f"Invalid {POSTS} record: {reason}")
    if sum(1 for _ in _GRAPHEME.finditer(made.text)) > MOST_GRAPHEMES:
        reason = f"Record/text must not be longer than {MOST_GRAPHEMES} graphemes"
        raise refused(400, "InvalidRequest", f"Invalid {POSTS} record: {reason}")


async def _read(request: web.Request, kind: type[_Kind]) -> _Kind:
    """The body of a call.

    Raises:
        web.HTTPException: it is not what the call takes.
    """
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except msgspec.MsgspecError as error:
        raise refused(400, "InvalidRequest", f"Input is wrong: {error}") from None
