"""How fast each feed's own decoder is: from the bytes of its platform to posts, and no further."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from time import thread_time
from typing import Any, cast

import msgspec
from wire_stock import Reel, first_hand

from desk.feeds.jetstream.frames import Frames
from desk.feeds.mastodon.events import Statuses
from desk.feeds.meta.wire import decode_webhook
from desk.feeds.sse import Events
from desk.feeds.x.posts import read_line
from desk.territories import load_territory
from simulator.platforms.bluesky import wire as bluesky_wire
from simulator.platforms.mastodon.statuses import status
from simulator.platforms.meta.page import Reached, change, wire_id
from simulator.platforms.meta.sender import webhook
from simulator.platforms.stage import Stage
from simulator.platforms.x import wire as x_wire
from simulator.storm_file import load_storm

POSTS = 10_000
ROUNDS = 5
TOGETHER = 50
"""Events of a stream that come in one read."""
SCALE = 0.02
_FIELDS = x_wire.Fields(
    tweet=frozenset(
        ("author_id", "created_at", "lang", "geo", "referenced_tweets", "entities", "attachments")
    ),
    user=frozenset(("location", "public_metrics")),
    place=frozenset(("full_name",)),
    media=frozenset(("url", "alt_text")),
    expansions=frozenset(("author_id", "geo.place_id", "attachments.media_keys")),
)


class Rate(msgspec.Struct):
    """What one feed's decoder does: median and each of the rounds, CPU microseconds a post."""

    feed: str
    posts: int
    bytes_a_post: float
    rounds_us: list[float]

    @property
    def median_us(self) -> float:
        """CPU microseconds a post."""
        return statistics.median(self.rounds_us)


Decode = Callable[[list[bytes]], int]
"""Decodes all records once; how many posts they have brought."""


def rates(storm: str, seed: int, posts: int = POSTS) -> Iterator[Rate]:
    """Every feed's rate over the same posts of a storm, each written as its platform does."""
    for feed, records, decode in _feeds(storm, seed, posts):
        held = list(records)
        rounds, brought = [], 0
        for _ in range(ROUNDS):
            begin_s = thread_time()
            brought = decode(held)
            rounds.append(1e6 * (thread_time() - begin_s) / len(held))
        if brought != posts:
            raise RuntimeError(f"{feed}: {brought:,} of {posts:,} posts came")
        yield Rate(feed, brought, sum(map(len, held)) / brought, rounds)


def _feeds(name: str, seed: int, posts: int) -> Iterator[tuple[str, Iterable[bytes], Decode]]:
    storm = load_storm(name, seed=seed)
    told = list(islice(first_hand(storm, load_territory(storm.territory), SCALE), posts))
    bluesky = Reel(storm, told, "bluesky")
    wire = bluesky_wire.Wire(cast(Stage, bluesky))
    events = [list(wire.events(staged))[-1] for staged in bluesky.staged]
    yield "Jetstream 1", map(bluesky_wire.frame_v1, events), _jetstream_1
    yield "Jetstream 2", map(bluesky_wire.frame_v2, events), _jetstream_2
    reel = Reel(storm, told, "mastodon")
    statuses = [status(staged, "public", None, None) for staged in reel.staged]
    updates = (json.dumps(one, ensure_ascii=False).encode() for one in statuses)
    sent = [b"event: update\ndata: %b\n\n" % one for one in updates]
    yield "Mastodon SSE", sent, _mastodon
    reel = Reel(storm, told, "x")
    tweets = x_wire.Wire(cast(Stage, reel))
    yield "X stream", (_line(tweets, staged) for staged in reel.staged), _x
    reel = Reel(storm, told, "facebook")
    changes = (change(_reached(staged)) for staged in reel.staged)
    yield "Meta webhooks", (webhook([one]) for one in changes), _meta


def _line(wire: x_wire.Wire, staged: Any) -> bytes:  # noqa: ANN401  a storm's post
    told = {"data": wire.data(staged, _FIELDS), "includes": wire.includes(staged, _FIELDS)}
    return json.dumps(told | {"matching_rules": [{"id": "1", "tag": "power"}]}).encode()


def _reached(staged: Any) -> Reached:  # noqa: ANN401  a storm's post
    return Reached(staged, wire_id(staged), "feed", staged.post.created_at)


def _jetstream_1(frames: list[bytes]) -> int:
    return _taken(Frames(1), frames)


def _jetstream_2(frames: list[bytes]) -> int:
    return _taken(Frames(2), frames)


def _taken(taking: Frames, frames: list[bytes]) -> int:
    posts = 0
    for frame in frames:
        taking.take(frame)
        if len(taking.posts) >= 128:
            posts += len(taking.posts)
            taking.cleared()
    return posts + len(taking.posts)


def _mastodon(sent: list[bytes]) -> int:
    events, statuses, posts = Events(), Statuses("toot.example", "me", drill=True), 0
    for some in _batched(sent, TOGETHER):
        for event in events.feed(b"".join(some)):
            _, said = statuses.heard(event.name, event.data or b"")
            for one in said:
                posts += sum(1 for _ in statuses.posts(one))
    return posts


def _batched(sent: list[bytes], size: int) -> Iterator[list[bytes]]:
    return (sent[begin : begin + size] for begin in range(0, len(sent), size))


def _x(lines: list[bytes]) -> int:
    return sum(len(read_line(line, "a line").posts) for line in lines)


def _meta(bodies: list[bytes]) -> int:
    return sum(len(decode_webhook(body, "a webhook", exercise=True).posts) for body in bodies)
