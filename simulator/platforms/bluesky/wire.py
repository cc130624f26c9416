"""What Bluesky's servers call the posts of a storm, and how they write them down.

Names are made from what the storm says and from nothing else, so they are the same each time: a
person's DID from the author's id, a post's record key from its time and id (a TID), its CID from
its address and text. Shapes after the lexicons `app.bsky.feed.post` and
`network.bsky.jetstream.subscribeEvents`, and Jetstream's docs/README.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b, sha256
from typing import Any, NamedTuple

import msgspec

from desk.post import Author, Media, Post
from simulator.platforms.stage import Stage, Staged

CHANNEL = "bluesky"
POSTS = "app.bsky.feed.post"
REPOSTS = "app.bsky.feed.repost"
V2 = "network.bsky.jetstream.subscribeEvents"
UTILITY = f"{CHANNEL}-utility"
"""The author's id of the utility in a storm."""
EVENTS = 4
"""Sequence numbers that a post has: of its author's name, of the author's account, its own."""
LONGEST_THREAD = 200

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _BASE32 for second in _BASE32]
_TID = "234567abcdefghijklmnopqrstuvwxyz"
_TID_PAIRS = [first + second for first in _TID for second in _TID]
_NO_HANDLE = re.compile(r"[^a-z0-9.-]+")

Json = dict[str, Any]


class Event(NamedTuple):
    """An event of Jetstream: `seq` orders all of them; `body` is what its `kind` says."""

    seq: int
    did: str
    at_us: int
    kind: str
    body: Json

    @property
    def collection(self) -> str:
        """Of a commit, what it is a record of."""
        return str(self.body.get("collection", ""))


def did(author: Author | None) -> str:
    """The DID of whoever wrote a post."""
    return _did(author.id if author else "nobody")


@lru_cache(maxsize=50_000)
def _did(id_: str) -> str:
    return f"did:plc:{_base32(blake2b(id_.encode(), digest_size=15).digest())}"


def _base32(digest: bytes) -> str:
    """Base32 in small letters, without padding (RFC 4648); that of base64.py takes 35 µs."""
    bits = len(digest) * 8
    number = int.from_bytes(digest) << (-bits % 10)
    pairs = (_PAIRS[number >> shift & 1023] for shift in range(bits + -bits % 10 - 10, -1, -10))
    return "".join(pairs)[: -(-bits // 5)]


UTILITY_DID = _did(UTILITY)
"""What the utility's own account has for its `id` in the settings of a desk."""


def handle(author: Author | None) -> str:
    """The handle of whoever wrote a post: Bluesky's are names of hosts."""
    name = _NO_HANDLE.sub("-", (author.handle if author else "").lower()).strip(".-") or "nobody"
    return name if "." in name else f"{name}.bsky.example"


def at_us(post: Post) -> int:
    """The microsecond at which the servers hear of a post."""
    return us_of(post.created_at)


def us_of(at: datetime) -> int:
    """A time as microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def tid(us: int, clock: int) -> str:
    """A timestamp identifier: 53 bits of microseconds, 10 of a clock's number (atproto.com)."""
    number = ((us & (1 << 53) - 1) << 10) | clock & 1023
    pairs = (_TID_PAIRS[number >> shift & 1023] for shift in range(50, -1, -10))
    return _TID[number >> 60 & 31] + "".join(pairs)


def tid_us(key: str) -> int | None:
    """The microseconds of a timestamp identifier; None where it is none."""
    if len(key) != 13 or any(char not in _TID for char in key):
        return None
    number = 0
    for char in key:
        number = number << 5 | _TID.index(char)
    return number >> 10


def uri(post: Post) -> str:
    """The address of a post; what a desk has written has the one that it chose."""
    if post.url and post.url.startswith("at://"):
        return post.url
    collection = REPOSTS if post.repost_of else POSTS
    key = tid(at_us(post), int.from_bytes(blake2b(post.id.encode(), digest_size=2).digest()))
    return f"at://{did(post.author)}/{collection}/{key}"


def wire_id(staged: Staged) -> str:
    """The id that a desk's post has which came from Bluesky."""
    return uri(staged.post)


def told_posts(stage: Stage, start: int = 0) -> Iterator[Staged]:
    """The server's own list: what it tells as posts, from number `start` on; no reposts."""
    return (each for each in stage.read(start, channel=CHANNEL) if not each.post.repost_of)


def cid(address: str, text: str) -> str:
    """The content id of a record: a version 1 CID of DAG-CBOR by SHA-256, in its form only."""
    return _cid(0x71, f"{address}\0{text}")


def _cid(codec: int, of: str) -> str:
    digest = bytes((1, codec, 0x12, 0x20)) + sha256(of.encode("utf-8", "surrogatepass")).digest()
    return f"b{_base32(digest)}"


def moment(us: int, digits: int) -> str:
    """A time as RFC 3339 with 3 or 6 digits of a second."""
    at = _EPOCH + timedelta(microseconds=us)
    return at.isoformat(timespec="milliseconds" if digits == 3 else "microseconds")[:-6] + "Z"


class Wire:
    """The posts of a storm as records and events.

    `records` are those that desks have written, by their addresses; `landed` are the ids that the
    storm has given them.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.records: dict[str, Json] = {}
        self.landed: dict[str, str] = {}

    def reference(self, id_: str | None) -> Json | None:
        """The address and version of a post of the storm; None where it is none of Bluesky's."""
        staged = self.stage.find(id_) if id_ else None
        if staged is None or staged.post.channel != CHANNEL:
            return None
        return self.strong(staged.post)

    def strong(self, post: Post) -> Json:
        """The address and version of a post."""
        return {"uri": uri(post), "cid": cid(uri(post), post.text)}

    def record(self, post: Post) -> Json:
        """A post as its author's server keeps it."""
        written = self.records.get(uri(post))
        if written is not None:
            return written | {"exercise": True}
        lag_us = 200_000 + int.from_bytes(blake2b(post.id.encode(), digest_size=2).digest()) * 20
        shown = self.stage.shown(CHANNEL, post.created_at)  # by a clock that may be wrong
        made: Json = {"$type": POSTS, "createdAt": moment(us_of(shown) - lag_us, 3)}
        if post.repost_of:
            subject = self.reference(post.repost_of) or {"uri": uri(post), "cid": _cid(0x71, "")}
            return made | {"$type": REPOSTS, "subject": subject, "exercise": True}
        made["text"] = post.text
        if post.lang:
            made["langs"] = [post.lang]
        parent = self.reference(post.reply_to)
        if parent is not None:
            made["reply"] = {"root": self._root(post), "parent": parent}
        if post.mentions:
            made["facets"] = list(self._facets(post))
        embed = _embed(post)
        if embed:
            made["embed"] = embed
        return made | {"exercise": True}

    def _root(self, post: Post) -> Json:
        """The first post of a conversation."""
        root = post
        for _ in range(LONGEST_THREAD):
            staged = self.stage.find(root.reply_to) if root.reply_to else None
            if staged is None or staged.post.channel != CHANNEL:
                break
            root = staged.post
        return self.strong(root)

    def _facets(self, post: Post) -> Iterator[Json]:
        small = post.text.lower()
        for mention in post.mentions:
            start = small.find(f"@{mention.lower()}")
            before = len(post.text[: max(0, start)].encode())
            end = before + len(f"@{mention}".encode()) if start >= 0 else before
            yield {
                "$type": "app.bsky.richtext.facet",
                "index": {"byteStart": before, "byteEnd": end},
                "features": [
                    {"$type": "app.bsky.richtext.facet#mention", "did": self._meant(post, mention)}
                ],
            }

    def _meant(self, post: Post, mention: str) -> str:
        """Who is meant: the utility, whom the post answers, or somebody by that name."""
        if mention == self.stage.storm.utility.handle:
            return UTILITY_DID
        answered = self.stage.find(post.reply_to) if post.reply_to else None
        author = answered.post.author if answered else None
        return did(author) if author and author.handle == mention else _did(f"@{mention}")

    def events(self, staged: Staged) -> Iterator[Event]:
        """What is told of a post: its author's name, of the utility also the account; then itself.

        Bluesky tells a name when it changes. Here it comes with each post, so that a desk that
        begins late knows it too.
        """
        post = staged.post
        who, us, seq = did(post.author), at_us(post), staged.number * EVENTS
        upstream = {"did": who, "seq": seq, "time": moment(us, 3)}
        yield Event(seq + 1, who, us, "identity", upstream | {"handle": handle(post.author)})
        if who == UTILITY_DID:
            yield Event(seq + 2, who, us, "account", upstream | {"active": True})
        address = uri(post)
        collection, _, key = address.removeprefix(f"at://{who}/").partition("/")
        body = {
            "rev": tid(us, seq),
            "operation": "create",
            "collection": collection,
            "rkey": key,
            "record": self.record(post),
            "cid": cid(address, post.text),
        }
        yield Event(seq + 3, who, us, "commit", body)


def frame_v1(event: Event) -> bytes:
    """An event as version 1 tells it."""
    return msgspec.json.encode(
        {
            "did": event.did,
            "time_us": event.at_us,
            "cursor": event.seq,
            "kind": event.kind,
            event.kind: event.body,
            "exercise": True,
        }
    )


def frame_v2(event: Event) -> bytes:
    """An event as version 2 tells it."""
    inner = event.body if event.kind == "commit" else {event.kind: event.body}
    payload = {
        "$type": f"{V2}#{event.kind}",
        "seq": event.seq,
        "did": event.did,
        "time": moment(event.at_us, 6),
        **inner,
        "exercise": True,
    }
    return msgspec.json.encode({"$type": "message", "payload": payload, "exercise": True})


def _embed(post: Post) -> Json | None:
    images = [each for each in post.media if each.kind == "image"]
    films = [each for each in post.media if each.kind == "video"]
    if images:
        shown = [{"image": _blob(each, "image/jpeg"), "alt": each.alt} for each in images[:4]]
        return {"$type": "app.bsky.embed.images", "images": shown}
    if films:
        film = _blob(films[0], "video/mp4")
        return {"$type": "app.bsky.embed.video", "video": film, "alt": films[0].alt}
    if post.url:
        card = {"uri": post.url, "title": "", "description": ""}
        return {"$type": "app.bsky.embed.external", "external": card}
    return None


def _blob(media: Media, kind: str) -> Json:
    return {
        "$type": "blob",
        "ref": {"$link": _cid(0x55, media.url)},
        "mimeType": kind,
        "size": 100_000,
    }
