"""The posts of a storm as frames of Jetstream, made before the clock starts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import cast

import msgspec

from desk.post import Post
from desk.territories import Territory, load_territory
from simulator.platforms.bluesky_wire import Wire, frame_v1, frame_v2
from simulator.platforms.stage import Stage, Staged
from simulator.storm import Storm
from simulator.storm_file import load_storm
from simulator.stream import StormDay
from simulator.truth import Told

STORM = "hurricane"
FIREHOSE_BACKGROUND = 0.95
_SCALES = (0.005, 0.02)
"""Scales at which a storm is told, to learn how its posts grow."""
_CHUNK_BYTES = 65_536
_SHORT, _MEDIUM = 126, 65_536
_TEXT = 0x81


class Stock(msgspec.Struct):
    """Frames in `path`, as a server sends them over a WebSocket; `chunks` end where frames end.

    `background` is the share of posts that mean nothing to a utility, by the storm's truth.
    """

    path: str
    posts: int
    chunks: tuple[int, ...]
    background: float


class _Reel:
    """Some posts of a storm, all of them Bluesky's, for who writes them as that platform does."""

    def __init__(self, storm: Storm, told: list[Told]) -> None:
        self.storm = storm
        self.staged = [
            Staged(number, Told(_moved(one.post), one.truth)) for number, one in enumerate(told)
        ]
        self._by_id = {one.post.id: one for one in self.staged}

    def find(self, id_: str) -> Staged | None:
        """The post with this id of the storm."""
        return self._by_id.get(id_)

    def shown(self, channel: str, at: datetime) -> datetime:
        """A time as the platform shows it: no clock is wrong here."""
        del channel
        return at


def _moved(post: Post) -> Post:
    return msgspec.structs.replace(post, channel="bluesky")


def firehose(seed: int, posts: int, folder: Path) -> Stock:
    """Posts over the whole of the storm, 95 in 100 of which have nothing to do with it."""
    storm = load_storm(STORM, seed=seed, background=FIREHOSE_BACKGROUND)
    territory = load_territory(storm.territory)
    few, more = (sum(1 for _ in _first_hand(storm, territory, scale)) for scale in _SCALES)
    scale = _scale_for(posts, few, more)
    return _stock(storm, _first_hand(storm, territory, scale), posts, folder / f"firehose-{seed}")


def peak_hour(seed: int, posts: int, folder: Path) -> Stock:
    """Posts of the hour in which most people write about the storm, with its own background."""
    storm = load_storm(STORM, seed=seed)
    territory = load_territory(storm.territory)
    by_hour: dict[int, int] = {}
    for one in _first_hand(storm, territory, _SCALES[1]):
        if one.truth.labels:
            by_hour[_hour(storm, one)] = by_hour.get(_hour(storm, one), 0) + 1
    peak = max(by_hour, key=lambda hour: by_hour[hour])
    storm = msgspec.structs.replace(storm, first_hours=float(peak + 1))

    def of_peak(scale: float) -> Iterator[Told]:
        return (o for o in _first_hand(storm, territory, scale) if _hour(storm, o) == peak)

    few, more = (sum(1 for _ in of_peak(scale)) for scale in _SCALES)
    return _stock(storm, of_peak(_scale_for(posts, few, more)), posts, folder / f"peak-{seed}")


def _first_hand(storm: Storm, territory: Territory, scale: float) -> Iterator[Told]:
    """What is told at a scale, but for reposts: each text is new."""
    day = StormDay(msgspec.structs.replace(storm, scale=scale), territory)
    return (told for told in day.tell() if told.post.repost_of is None)


def _hour(storm: Storm, one: Told) -> int:
    return int((one.post.created_at - storm.starts_at).total_seconds() // 3600)


def _scale_for(posts: int, few: int, more: int) -> float:
    a_scale = max(1.0, (more - few) / (_SCALES[1] - _SCALES[0]))
    return min(1000.0, max(_SCALES[0], _SCALES[0] + (1.03 * posts - few) / a_scale))


def _stock(storm: Storm, told: Iterable[Told], posts: int, path: Path) -> Stock:
    """Write frames of both versions, once: `PATH.v1` and `PATH.v2`."""
    kept, note = path.with_suffix(".v1"), path.with_suffix(".json")
    if note.exists():
        known = msgspec.json.decode(note.read_bytes(), type=Stock)
        if known.path == str(kept):
            return known
    reel = _Reel(storm, list(islice(told, posts)))
    wire = Wire(cast(Stage, reel))
    ends, at, begun = [], 0, 0
    with kept.open("wb") as first, path.with_suffix(".v2").open("wb") as second:
        for staged in reel.staged:
            *_, event = wire.events(staged)
            at += first.write(_framed(frame_v1(event)))
            second.write(_framed(frame_v2(event)))
            if at - begun >= _CHUNK_BYTES:
                ends.append(at)
                begun = at
    labelled = sum(1 for one in reel.staged if one.told.truth.labels)
    stock = Stock(str(kept), len(reel.staged), (*ends, at), 1 - labelled / len(reel.staged))
    note.write_bytes(msgspec.json.encode(stock))
    return stock


def _framed(message: bytes) -> bytes:
    """A text frame from a server: not masked, never in parts (RFC 6455)."""
    size = len(message)
    if size < _SHORT:
        return bytes((_TEXT, size)) + message
    if size < _MEDIUM:
        return bytes((_TEXT, _SHORT)) + size.to_bytes(2) + message
    return bytes((_TEXT, _SHORT + 1)) + size.to_bytes(8) + message


def messages(path: Path) -> Iterator[bytes]:
    """The messages in a file of frames."""
    held, at = path.read_bytes(), 0
    while at < len(held):
        size = held[at + 1]
        at += 2
        if size >= _SHORT:
            length = 2 if size == _SHORT else 8
            size = int.from_bytes(held[at : at + length])
            at += length
        yield held[at : at + size]
        at += size
