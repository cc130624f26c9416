"""The posts of a load test, made and encoded before the clock starts, and told again and again.

A pool is a file of JSON lines with what is known of each post's truth. When all posts were sent it
begins again: the next day of the same storm, with ids and dates of its own. So the generator's work
while the clock runs is to copy bytes.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec

from desk.errors import PostError
from desk.post import LAST_YEAR, Post, decode_post, encode
from desk.territories import Territory
from simulator.errors import LoadError
from simulator.load.accounting import mask
from simulator.load.shapes import levels_of
from simulator.storm import Storm
from simulator.stream import StormDay
from simulator.truth import Told

ID = "load-{round:05d}-{number:07d}"
_NUMBER = re.compile(r"load-(\d{5,})-(\d{7})")
_SAMPLES = (0.005, 0.02)
"""Scales at which a storm is told, to learn how many posts it has: some do not grow with it."""
REPORT_EVERY = 5000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Said = Callable[[str], None]
UNKNOWN_TRUTH = -1


class Pool(msgspec.Struct, frozen=True):
    """`posts` lines in `path`; post n begins at byte `starts[n]`, and `starts` ends with the size.

    `truth` holds each post's true labels as a bit set, -1 where nobody knows them. `dates` are
    the days of the posts, the newest first, and `days` by how many of them each round is later.
    `levels` is the rate curve of the posts' own times.
    """

    path: Path
    starts: array[int]
    truth: array[int]
    dates: tuple[str, ...]
    days: int
    levels: tuple[float, ...]
    has_truth: bool

    @property
    def posts(self) -> int:
        """How many posts there are before the first comes again."""
        return len(self.truth)

    @property
    def most(self) -> int:
        """How many posts can be sent: each round is later, and a date must stay one of a post."""
        if not self.dates:
            return 0
        left = date(LAST_YEAR, 12, 31) - date.fromisoformat(self.dates[0])
        return self.posts * (1 + left.days // self.days)


class _Line(msgspec.Struct):
    id: str
    labels: tuple[str, ...] = ()


def from_storm(
    storm: Storm, territory: Territory, posts: int, folder: Path, say: Said | None = None
) -> Pool:
    """`posts` posts over the whole of a storm day: as many as it takes are made of each hour."""
    day = _scaled(storm, territory, _SAMPLES[0])
    few, wanted = sum(1 for _ in day.tell()), 1.02 * posts
    step = max(1.0, few / posts)
    if wanted > few:
        more = sum(1 for _ in _scaled(storm, territory, _SAMPLES[1]).tell())
        a_scale = max(1.0, (more - few) / (_SAMPLES[1] - _SAMPLES[0]))
        scale = _SAMPLES[0] + (wanted - few) / a_scale
        day, step = _scaled(storm, territory, min(1000.0, scale)), 1.0
    pairs = ((told.post, mask(told.truth.labels)) for told in _thinned(day.tell(), step))
    return _write(pairs, posts, folder, say, has_truth=True)


def _scaled(storm: Storm, territory: Territory, scale: float) -> StormDay:
    return StormDay(msgspec.structs.replace(storm, scale=scale), territory)


def _thinned(told: Iterator[Told], step: float) -> Iterator[Told]:
    """One of `step` posts, evenly over the whole day."""
    wanted = 0.0
    for number, one in enumerate(told):
        if number >= wanted:
            wanted += step
            yield one


def from_file(path: Path, posts: int, folder: Path, say: Said | None = None) -> Pool:
    """The first `posts` posts of a file, with the truth of `truth.jsonl` where it lies beside.

    Raises:
        LoadError: the file can't be read, or holds no post.
    """
    try:
        truth = _truth_beside(path)
        with path.open("rb") as lines:
            pool = _write(_decoded(lines, truth), posts, folder, say, has_truth=truth is not None)
    except OSError as error:
        raise LoadError(f"can't read '{path}': {error.strerror}") from None
    if not pool.posts:
        raise LoadError(f"'{path}' holds no post: give JSON Lines of posts (docs/operations.md)")
    return pool


def _truth_beside(path: Path) -> dict[str, int] | None:
    beside = path.parent / "truth.jsonl"
    if not beside.is_file():
        return None
    decode = msgspec.json.Decoder(_Line).decode
    found = {}
    for number, line in enumerate(beside.read_bytes().splitlines(), 1):
        try:
            one = decode(line)
            found[one.id] = mask(one.labels)
        except (msgspec.MsgspecError, UnicodeDecodeError, KeyError) as error:
            raise LoadError(f"{beside}:{number}: not a line of truth: {error}") from None
    return found


def _decoded(lines: Iterable[bytes], truth: dict[str, int] | None) -> Iterator[tuple[Post, int]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            post = decode_post(line.strip(), number)
        except PostError:
            continue  # `tail` tells of bad lines; a load needs only posts
        yield post, UNKNOWN_TRUTH if truth is None else truth.get(post.id, 0)


def _write(
    pairs: Iterable[tuple[Post, int]],
    posts: int,
    folder: Path,
    say: Said | None,
    *,
    has_truth: bool,
) -> Pool:
    starts, truth = array("q", [0]), array("h")
    numbers: dict[str, int] = {}
    times: list[float] = []
    path = folder / "pool.jsonl"
    with path.open("wb") as out:
        for number, (post, true) in enumerate(pairs):
            if number == posts:
                break
            numbers[post.id] = number
            line = encode(_renamed(post, number, numbers)) + b"\n"
            out.write(line)
            starts.append(starts[-1] + len(line))
            truth.append(true)
            times.append(post.created_at.timestamp())
            if say is not None and (number + 1) % REPORT_EVERY == 0:
                say(f"{number + 1:,} of {posts:,} posts prepared")
    span_s = max(times) - min(times) if times else 0.0
    dates = sorted({_date(at_s) for at_s in times}, reverse=True)
    return Pool(
        path, starts, truth, tuple(dates), math.ceil((span_s + 1) / 86400) + 1,
        levels_of(times), has_truth,
    )  # fmt: skip


def _renamed(post: Post, number: int, numbers: dict[str, int]) -> Post:
    """`post` under the id by which it is found again, and so the posts that it speaks of."""

    def own(id_: str | None) -> str | None:
        known = None if id_ is None else numbers.get(id_)
        return id_ if known is None else ID.format(round=0, number=known)

    return msgspec.structs.replace(
        post,
        id=ID.format(round=0, number=number),
        reply_to=own(post.reply_to),
        repost_of=own(post.repost_of),
    )


def _date(at_s: float) -> str:
    return (_EPOCH + timedelta(seconds=at_s)).strftime("%Y-%m-%d")


def number_of(id_: str, posts: int) -> int | None:
    """The number of a post in the whole of what was sent, by its id; None for a foreign one."""
    found = _NUMBER.fullmatch(id_)
    return int(found[1]) * posts + int(found[2]) if found else None


class Lines:
    """The lines of a pool as bytes, round after round."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._bytes = memoryview(pool.path.read_bytes())
        self._round = -1
        self._changes: list[tuple[bytes, bytes]] = []

    def of(self, first: int, end: int) -> Iterator[bytes]:
        """The lines of posts `first` to `end`, counted over all rounds."""
        posts, starts = self._pool.posts, self._pool.starts
        while first < end:
            turn, at = divmod(first, posts)
            upto = min(posts, at + end - first)
            chunk = bytes(self._bytes[starts[at] : starts[upto]])
            yield self._changed(chunk, turn) if turn else chunk
            first += upto - at

    def _changed(self, chunk: bytes, turn: int) -> bytes:
        """A chunk with the ids and dates of a later round.

        Within a text a quote has a backslash before it, so none of the patterns can be part of one.
        """
        if turn != self._round:
            self._round = turn
            later = timedelta(days=turn * self._pool.days)
            self._changes = [
                (b'"%b":"load-00000-' % key, b'"%b":"load-%05d-' % (key, turn))
                for key in (b"id", b"reply_to", b"repost_of")
            ]
            for old_day in self._pool.dates:
                day = (datetime.fromisoformat(old_day) + later).strftime("%Y-%m-%d")
                self._changes.append((b'"created_at":"%b' % old_day.encode(), _created(day)))
        for old, new in self._changes:
            chunk = chunk.replace(old, new)
        return chunk


def _created(day: str) -> bytes:
    return b'"created_at":"%b' % day.encode()
