"""The posts of a storm as frames of Jetstream, made before the clock starts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import cast

import msgspec

from desk.territories import Territory, load_territory
from simulator.platforms.bluesky.wire import Wire, frame_v1
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


class Reel:
    """Some posts of a storm, all of one channel, for who writes them as its platform does."""

    def __init__(self, storm: Storm, told: list[Told], channel: str) -> None:
        self.storm = storm
        self.territory = load_territory(storm.territory)
        self.staged = [
            Staged(number, Told(msgspec.structs.replace(one.post, channel=channel), one.truth))
            for number, one in enumerate(told)
        ]
        self._by_id = {one.post.id: one for one in self.staged}

    def find(self, id_: str) -> Staged | None:
        """The post with this id of the storm."""
        return self._by_id.get(id_)

    def shown(self, channel: str, at: datetime) -> datetime:
        """A time as the platform shows it: no clock is wrong here."""
        del channel
        return at


def firehose(seed: int, posts: int, folder: Path) -> Stock:
    """Posts over the whole of the storm, 95 in 100 of which have nothing to do with it."""
    storm = load_storm(STORM, seed=seed, background=FIREHOSE_BACKGROUND)
    territory = load_territory(storm.territory)

    def tell(scale: float) -> Iterator[Told]:
        return first_hand(storm, territory, scale)

    def told() -> list[Told]:
        few, more = (sum(1 for _ in tell(scale)) for scale in _SCALES)
        return _thinned(list(tell(_scale_for(posts, few, more))), FIREHOSE_BACKGROUND)[:posts]

    return _stock(storm, told, folder / f"firehose-{seed}-{posts}.frames")


def peak_hour(seed: int, posts: int, folder: Path) -> Stock:
    """Posts of the hour in which most people write about the storm, with its own background."""
    storm = load_storm(STORM, seed=seed)
    territory = load_territory(storm.territory)

    def told() -> list[Told]:
        hours = Counter(
            _hour(storm, one)
            for one in first_hand(storm, territory, _SCALES[1])
            if one.truth.labels
        )
        peak = max(hours, key=lambda hour: (hours[hour], hour))
        until = msgspec.structs.replace(storm, first_hours=float(peak + 1))

        def tell(scale: float) -> Iterator[Told]:
            every = first_hand(until, territory, scale)
            return (one for one in every if _hour(storm, one) == peak)

        few, more = (sum(1 for _ in tell(scale)) for scale in _SCALES)
        return list(islice(tell(_scale_for(posts, few, more)), posts))

    return _stock(storm, told, folder / f"peak-{seed}-{posts}.frames")


def first_hand(storm: Storm, territory: Territory, scale: float) -> Iterator[Told]:
    """What is told at a scale, but for reposts: each text is new."""
    day = StormDay(msgspec.structs.replace(storm, scale=scale), territory)
    return (told for told in day.tell() if told.post.repost_of is None)


def _hour(storm: Storm, one: Told) -> int:
    return int((one.post.created_at - storm.starts_at).total_seconds() // 3600)


def _scale_for(posts: int, few: int, more: int) -> float:
    a_scale = max(1.0, (more - few) / (_SCALES[1] - _SCALES[0]))
    return min(1000.0, max(_SCALES[0], _SCALES[0] + (1.03 * posts - few) / a_scale))


def _thinned(told: list[Told], background: float) -> list[Told]:
    """`told` with so much background: of the rest, as many as are too many are left out, evenly."""
    relevant = sum(1 for one in told if one.truth.labels)
    wanted = (len(told) - relevant) * (1 - background) / background
    kept, left = [], 0.0
    for one in told:
        left += wanted / relevant if one.truth.labels else 1.0
        if left >= 1.0:
            left -= 1.0
            kept.append(one)
    return kept


def _stock(storm: Storm, tell: Callable[[], list[Told]], path: Path) -> Stock:
    """What lies at `path`, or else made there."""
    note = path.with_suffix(".json")
    if note.exists():
        return msgspec.json.decode(note.read_bytes(), type=Stock)
    reel = Reel(storm, tell(), "bluesky")
    wire = Wire(cast(Stage, reel))
    ends, at, begun = [], 0, 0
    with path.open("wb") as out:
        for staged in reel.staged:
            *_, event = wire.events(staged)
            at += out.write(_framed(frame_v1(event)))
            if at - begun >= _CHUNK_BYTES:
                ends.append(at)
                begun = at
    relevant = sum(1 for one in reel.staged if one.told.truth.labels)
    stock = Stock(str(path), len(reel.staged), (*ends, at), 1 - relevant / len(reel.staged))
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
