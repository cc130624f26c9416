"""Where posts come from: one small interface, one file a kind of feed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Protocol
from urllib.parse import parse_qsl

import msgspec

from desk.errors import FeedError, choices
from desk.post import Post


class Fault(msgspec.Struct, frozen=True):
    """A record that was no post: its place in the feed, and why."""

    place: str
    reason: str


class Batch(msgspec.Struct, frozen=True):
    """Posts in the feed's order; `cursor` lets the feed go on after this batch.

    With `restart` the feed begins again: what it has sent before this batch never was.
    """

    posts: tuple[Post, ...]
    cursor: str
    faults: tuple[Fault, ...] = ()
    restart: bool = False


class Feed(Protocol):
    """A source of posts."""

    url: str

    def batches(self, cursor: str | None) -> AsyncIterator[Batch]:
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


Opener = Callable[[str, Options], Feed]

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
        shown = kind if colon else url
        raise FeedError(
            f"unknown feed '{shown}' in '{url}': {choices(kind, (f'{k}:' for k in kinds))}"
        )
    target, _, query = rest.partition("?")
    return kinds[kind](url, Options(target, dict(parse_qsl(query, keep_blank_values=True)), fill))
