"""What a desk told, read back from the lines of `tail`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec

from desk.outages.change import OutageChange
from desk.outages.lines import BadLineError, decode, name_of, opened
from desk.outages.truth import Instant

Warn = Callable[[str], None]


class Spot(msgspec.Struct, frozen=True):
    """Where a post was taken to be."""

    community: str
    lat: float
    lon: float


class ToldPost(msgspec.Struct, frozen=True):
    """What the desk made of a post: its labels and its place."""

    labels: tuple[str, ...]
    location: Spot | None


class Told(msgspec.Struct):
    """All that a desk told, in order; `posts` by id."""

    changes: list[OutageChange]
    posts: dict[str, ToldPost]


class _Kind(msgspec.Struct):
    type: str | None = None
    at: Instant | None = None


class _PostLine(msgspec.Struct):
    id: Annotated[str, msgspec.Meta(min_length=1)]
    labels: tuple[str, ...] = ()
    location: Spot | None = None


def read_told(source: Path | BinaryIO, warn: Warn, *, posts: bool = True) -> Told:
    """The outage changes among the lines of a file or stream, and the posts if they are wanted.

    Other lines are passed over; `warn` is told of each bad line.

    Raises:
        DeskError: the file can't be read.
    """
    told = Told([], {})
    with opened(source) as file:
        for number, line in enumerate(file, 1):
            try:
                kind = decode(line, _Kind).type if line.strip() else None
                if kind == "outage":
                    told.changes.append(decode(line, OutageChange))
                elif kind == "post" and posts:
                    post = decode(line, _PostLine)
                    told.posts[post.id] = ToldPost(post.labels, post.location)
            except BadLineError as error:
                warn(f"{name_of(source)}:{number}: skipped: {error}")
    return told


def read_changes(source: Path | BinaryIO, warn: Warn) -> list[OutageChange]:
    """The outage changes alone; errors and `warn` as `read_told`."""
    return read_told(source, warn, posts=False).changes
