"""The truth of a storm that outages are scored against: what happened, and who posted of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import msgspec

from desk.outages.lines import lines

FEWEST_AUTHORS = 5
"""A true outage counts when so many authors posted located reports on it."""

Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class TrueOutage(msgspec.Struct, frozen=True):
    """A line of outages.jsonl: what really happened; not restored within the storm: None."""

    id: str
    started_at: Instant
    restored_at: Instant | None
    communities: tuple[str, ...]
    lat: float
    lon: float


class Truth(msgspec.Struct, frozen=True):
    """The true outages that count, and the time from the first post to the last."""

    outages: tuple[TrueOutage, ...]
    span: timedelta


class TruePost(msgspec.Struct, frozen=True):
    """What a post really means; `located` when it says where, `trap` when it only seems to."""

    id: str
    author: str
    labels: tuple[str, ...]
    outage: str | None
    community: str | None
    located: bool
    trap: str | None

    @property
    def reports(self) -> bool:
        """Whether it counts for its outage: a report that says where."""
        return self.outage is not None and self.located and "outage" in self.labels


class Known(msgspec.Struct, frozen=True):
    """All of a storm's truth: every outage, and every post that means anything to a utility."""

    outages: tuple[TrueOutage, ...]
    posts: dict[str, TruePost]
    span: timedelta

    def reports(self) -> dict[str, list[TruePost]]:
        """Of each outage the posts that count for it."""
        found: dict[str, list[TruePost]] = {}
        for post in self.posts.values():
            if post.reports and post.outage is not None:
                found.setdefault(post.outage, []).append(post)
        return found

    def truth(self) -> Truth:
        """The outages that count."""
        reports = self.reports()
        counting = (o for o in self.outages if authors(reports.get(o.id, ())) >= FEWEST_AUTHORS)
        return Truth(tuple(counting), self.span)


def authors(posts: Iterable[TruePost]) -> int:
    """How many people wrote these posts."""
    return len({post.author for post in posts})


class _Author(msgspec.Struct):
    id: str | int


class _PostLine(msgspec.Struct):
    id: str | int
    created_at: Instant
    channel: str = "file"
    author: _Author | None = None


class _TruthLine(msgspec.Struct):
    id: str | int
    labels: tuple[str, ...]
    outage: str | None
    located: bool
    community: str | None = None
    trap: str | None = None

    @property
    def silent(self) -> bool:
        """Whether the post means nothing to a utility."""
        return not self.labels and self.outage is None and self.trap is None


def read_known(folder: Path) -> Known:
    """The truth in a folder that `storm generate` wrote.

    Raises:
        DeskError: a file is missing, or can't be read, or has a line that `storm generate` would
            not write: a score without it would be of another storm.
    """
    by_id: dict[str, str] = {}
    first = last = None
    for post in lines(folder / "posts.jsonl", _PostLine):
        id_ = str(post.id)
        by_id[id_] = f"{post.channel}:{post.author.id}" if post.author else f"post:{id_}"
        first = post.created_at if first is None else min(first, post.created_at)
        last = post.created_at if last is None else max(last, post.created_at)
    posts = {}
    for line in lines(folder / "truth.jsonl", _TruthLine):
        id_ = str(line.id)
        author = by_id.get(id_)
        if author is not None and not line.silent:
            posts[id_] = TruePost(
                id_, author, line.labels, line.outage, line.community, line.located, line.trap
            )
    outages = tuple(lines(folder / "outages.jsonl", TrueOutage))
    span = timedelta() if first is None or last is None else last - first
    return Known(outages, posts, span)


def read_truth(folder: Path) -> Truth:
    """The outages that count, in a folder that `storm generate` wrote; errors as `read_known`."""
    return read_known(folder).truth()
