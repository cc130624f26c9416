"""Where posts come from: one small interface, one file a kind of feed."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncGenerator, Callable, Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable
from urllib.parse import parse_qsl

import msgspec

from desk.errors import FeedError, choices
from desk.feeds.warning import WeatherWarning
from desk.post import Post
from desk.territories import Territory


class Fault(msgspec.Struct, frozen=True):
    """A record that was no post: its place in the feed, and why.

    `raw` is the record as it came, as far as it is worth a look; it is kept (`MOST_RAW_BYTES`).
    """

    place: str
    reason: str
    raw: bytes = b""


class Deleted(msgspec.Struct, frozen=True):
    """A post that its author has deleted, by its id in its channel; changes of it are meant too."""

    channel: str
    id: str
    exercise: bool = False


class Batch(msgspec.Struct, frozen=True):
    """Posts in the feed's order; `cursor` lets the feed go on after this batch.

    With `restart` the feed begins again: what it has sent before this batch never was. `ignored`
    counts records that are no posts and no faults either: likes, deletions, kinds of tomorrow.
    `warnings` are all official warnings that hold now, None where the feed has none to tell.
    `deleted` are posts that are no longer there, of these and of all before.
    """

    posts: tuple[Post, ...]
    cursor: str
    faults: tuple[Fault, ...] = ()
    restart: bool = False
    ignored: int = 0
    warnings: tuple[WeatherWarning, ...] | None = None
    deleted: tuple[Deleted, ...] = ()


class Feed(Protocol):
    """A source of posts.

    A feed over a network also has a `condition: Condition` (desk/feeds/condition.py), for its
    health. One that must acknowledge has `stored(batch)`, called once a batch and its cursor are on
    disk; batches come to it in their order. One that asks for what holds in a territory has
    `locate(territory)`, called before the first batch; one that asks for what matters to this desk
    alone has `adapt(surroundings)` (desk/feeds/surroundings.py).
    """

    url: str

    def batches(self, cursor: str | None) -> AsyncGenerator[Batch, None]:
        """Batches from behind `cursor` (None: from the start), until the feed ends.

        Raises:
            FeedError: the feed can't be read.
        """
        ...


class Options(msgspec.Struct, frozen=True):
    """The parts of a feed URL behind its kind, and how the user wants lines to be read."""

    target: str
    query: dict[str, str]
    fill: bool = False


@runtime_checkable
class Acknowledging(Protocol):
    """A feed whose platform hears that posts were taken only after they are stored."""

    def stored(self, batch: Batch) -> None:
        """`batch` is on disk."""
        ...


@runtime_checkable
class Locating(Protocol):
    """A feed that asks for what holds in a territory."""

    def locate(self, territory: Territory) -> None:
        """Ask for what holds in `territory`.

        Raises:
            FeedError: the territory does not tell what is to be asked for.
        """
        ...


Opener = Callable[[str, Options], Feed]

MOST_RAW_BYTES = 4096
"""Of a faulty record that is kept for a look."""

_UNUSABLE = re.compile(r"[\0\ud800-\udfff]")


def open_feed(url: str, kinds: Mapping[str, Opener], *, fill: bool = False) -> Feed:
    """The feed behind `url`; `kinds` maps what stands before the first colon to an opener.

    Raises:
        FeedError: the kind or the target is unknown, or no file system can hold the name.
    """
    if _UNUSABLE.search(url):
        shown = url.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
        raise FeedError(f"can't use the feed '{shown}': the name is not UTF-8; rename the file")
    kind, colon, rest = url.partition(":")
    if not colon or kind not in kinds:
        with contextlib.suppress(OSError):  # a name that no file system takes
            if Path(url).is_file():
                raise FeedError(f"unknown feed '{url}': to read a file, write file:{url}")
        where = f" in '{url}'" if colon else ""
        known = choices(kind, (f"{k}:" for k in kinds))
        raise FeedError(f"unknown feed '{kind}'{where}: {known}; such as file:posts.jsonl")
    target, _, query = rest.partition("?")
    return kinds[kind](url, Options(target, dict(parse_qsl(query, keep_blank_values=True)), fill))
