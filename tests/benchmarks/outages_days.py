"""Storm days to score outages on: made and labelled once, kept in a folder, read in seconds."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import TypeVar

import msgspec

from desk.outages.truth import Known, read_known
from desk.post import Post
from desk.territories import Territory, load_territory
from rules import Engine, Verdict, load_packs
from simulator.folder import generate
from simulator.storm import Storm
from simulator.storm_file import load_storm
from simulator.truth import PostTruth

ROOT = Path(__file__).parent.parent.parent
CACHE = Path(tempfile.gettempdir()) / "stormdesk-outages"
AT_ONCE = 5000

_MADE_BY = ("simulator", "desk/territories")
_LABELLED_BY = ("rules",)

T = TypeVar("T", bound=msgspec.Struct)


class Day(msgspec.Struct, frozen=True):
    """A storm day to be made: `name` says what it is, `seed` which one of its kind.

    `cut` says how much of it is told.
    """

    name: str
    seed: int
    cut: str
    storm: Storm


class Kept(msgspec.Struct, frozen=True):
    """A day that was made: its folder is one of `storm generate`, with a verdict for each post."""

    name: str
    seed: int
    folder: Path
    verdicts: Path

    def posts(self) -> Iterator[tuple[Post, ...]]:
        """The posts in batches."""
        yield from _batches(self.folder / "posts.jsonl", Post)

    def truths(self) -> Iterator[PostTruth]:
        """What each post really means, in the order of the posts."""
        for batch in _batches(self.folder / "truth.jsonl", PostTruth):
            yield from batch

    def labelled(self) -> Iterator[tuple[tuple[Post, ...], tuple[Verdict, ...]]]:
        """The posts in batches, each with what the rules say."""
        verdicts = _batches(self.verdicts, Verdict)
        yield from zip(self.posts(), verdicts, strict=True)

    def territory(self) -> Territory:
        """Where the day happens."""
        return load_territory(str(self.folder / "territory.toml"))

    def known(self) -> Known:
        """What really happened."""
        return read_known(self.folder)


def shipped(
    name: str, seed: int, hours: float | None, scale: float | None, background: float
) -> Day:
    """A day of a shipped storm."""
    storm = load_storm(name, seed=seed, hours=hours, scale=scale, background=background)
    return Day(name, seed, cut_of(storm), storm)


def cut_of(storm: Storm) -> str:
    """Hours, scale and background of a day in short."""
    return f"{storm.told_hours:g}h-{storm.scale:g}x-{storm.background_share:g}"


class Cache:
    """Days kept in a folder; one whose makers have changed since is made anew.

    With `keep` whatever is there is taken: the storms and labels of earlier code, to tune with.
    """

    def __init__(self, folder: Path, *, keep: bool = False) -> None:
        self._folder = folder
        self._keep = keep
        self._made_by = _digest(*_MADE_BY)
        self._labelled_by = _digest(*_LABELLED_BY)
        self._engine: Engine | None = None

    def get(self, day: Day) -> Kept:
        """The day, made and labelled if it is not yet there."""
        storm = msgspec.structs.replace(day.storm, versions={})
        asked = blake2b(msgspec.json.encode(storm), digest_size=5).hexdigest()
        stem = f"{day.name}-{day.seed}-{day.cut}"
        folder = self._folder / f"{stem}-{asked}-{self._made_by}"
        if self._keep and not folder.exists():
            folder = _newest(self._folder.glob(f"{stem}-*")) or folder
        if not folder.exists():
            _make(storm, folder)
        verdicts = folder / f"verdicts-{self._labelled_by}.jsonl"
        if self._keep and not verdicts.exists():
            verdicts = _newest(folder.glob("verdicts-*.jsonl")) or verdicts
        kept = Kept(day.name, day.seed, folder, verdicts)
        if not verdicts.exists():
            self._label(kept)
        return kept

    def _label(self, kept: Kept) -> None:
        if self._engine is None:
            gc.disable()  # half a million small objects that stay
            self._engine = Engine(load_packs())
            gc.freeze()
            gc.enable()
        encode = msgspec.json.Encoder().encode
        part = kept.verdicts.with_suffix(f".{os.getpid()}")
        with part.open("wb") as file:
            for batch in kept.posts():
                file.writelines(encode(v) + b"\n" for v in self._engine.classify(batch))
        part.replace(kept.verdicts)


def _make(storm: Storm, folder: Path) -> None:
    part = folder.with_name(f"part-{os.getpid()}-{folder.name}")
    shutil.rmtree(part, ignore_errors=True)
    generate(storm, part)
    if folder.exists():  # another run was quicker
        shutil.rmtree(part)
    else:
        part.replace(folder)


def _newest(paths: Iterator[Path]) -> Path | None:
    return max(paths, key=lambda path: path.stat().st_mtime, default=None)


def _digest(*folders: str) -> str:
    """A name for the state of the source files in these folders."""
    digest = blake2b(digest_size=5)
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _batches(path: Path, type_: type[T]) -> Iterator[tuple[T, ...]]:
    decode = msgspec.json.Decoder(type_).decode
    with path.open("rb") as file:
        while lines := list(islice(file, AT_ONCE)):
            yield tuple(decode(line) for line in lines)
