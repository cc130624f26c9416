"""A generated folder, read as a stream: each post beside its truth."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

from desk.post import Author, Geo
from simulator.errors import FolderError
from simulator.folder import INCIDENTS, POSTS, TRUTH
from simulator.realism.incidents import Incident
from simulator.truth import PostTruth

_BLOCK = 1 << 20

Record = TypeVar("Record")


class Line(msgspec.Struct, frozen=True, gc=False):
    """What the card looks at in a line of posts.jsonl."""

    id: str
    channel: str
    text: str
    created_at: datetime
    author: Author | None = None
    lang: str | None = None
    geo: Geo | None = None
    repost_of: str | None = None
    mentions: tuple[str, ...] = ()

    @property
    def author_key(self) -> str:
        """Who counts as one person: the author within the channel, or the post itself."""
        return f"{self.channel}:{self.author.id}" if self.author else f"post:{self.id}"


class _IncidentLine(msgspec.Struct, frozen=True, gc=False):
    started_at: datetime
    restored_at: datetime
    customers: int


_post = msgspec.json.Decoder(Line).decode
_truth = msgspec.json.Decoder(PostTruth).decode
_incident = msgspec.json.Decoder(_IncidentLine).decode


def pairs(folder: Path) -> Iterator[tuple[Line, PostTruth]]:
    """Every post of a folder with its truth, in order.

    Raises:
        FolderError: a file is missing, a line is none of its kind, or the two do not belong
            together.
    """
    with _open(folder / POSTS) as posts, _open(folder / TRUTH) as truths:
        for number, (raw, raw_truth) in enumerate(itertools.zip_longest(posts, truths), 1):
            if raw is None or raw_truth is None:
                ended = POSTS if raw is None else TRUTH
                raise FolderError(
                    f"{folder / ended} ends before line {number}: generate the storm again"
                )
            post = _decoded(_post, raw, folder / POSTS, number)
            truth = _decoded(_truth, raw_truth, folder / TRUTH, number)
            if post.id != truth.id:
                raise FolderError(
                    f"{folder / TRUTH}:{number}: is about '{truth.id}', the post is '{post.id}':"
                    " generate the storm again"
                )
            yield post, truth


def count_posts(folder: Path) -> int:
    """How many posts a folder holds: the lines of its truth.

    Raises:
        FolderError: the file can't be read.
    """
    with _open(folder / TRUTH) as truths:
        return sum(block.count(b"\n") for block in iter(lambda: truths.read(_BLOCK), b""))


def incidents(folder: Path, starts_at: datetime) -> Iterator[Incident]:
    """The incidents of a folder, in seconds from the storm's start.

    Raises:
        FolderError: the file can't be read, or a line is no incident.
    """
    path = folder / INCIDENTS
    with _open(path) as lines:
        for number, raw in enumerate(lines, 1):
            line = _decoded(_incident, raw, path, number)
            yield Incident(
                (line.started_at - starts_at).total_seconds(),
                (line.restored_at - starts_at).total_seconds(),
                line.customers,
            )


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise FolderError(
            f"can't read '{path}': {error.strerror or error};"
            " give a folder that `stormdesk storm generate` wrote"
        ) from None


def _decoded(decode: Callable[[bytes], Record], raw: bytes, path: Path, number: int) -> Record:
    try:
        return decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise FolderError(
            f"{path}:{number}: {error}: give a folder as `stormdesk storm generate` wrote it"
        ) from None
