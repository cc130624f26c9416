"""A generated storm as a folder: posts, truth, what failed, what the utility knew, territory."""

from __future__ import annotations

import platform
from collections.abc import Callable
from importlib.metadata import version
from itertools import islice
from pathlib import Path

import msgspec

from desk.territories import write_territory
from simulator.errors import FolderError
from simulator.oms import oms_lines, oms_table
from simulator.storm import Storm
from simulator.storm_file import FILE_NAME, storm_toml
from simulator.stream import StormDay

POSTS = "posts.jsonl"
TRUTH = "truth.jsonl"
OUTAGES = "outages.jsonl"
INCIDENTS = "incidents.jsonl"
OMS = "oms.csv"
TERRITORY = "territory.toml"
AT_ONCE = 2000
"""Posts that are written at once; after each lot the progress is told."""

Progress = Callable[[int, float], None]
"""Told the number of posts so far and the hour of the storm day that they have come to."""


class Generated(msgspec.Struct, frozen=True):
    """What `generate` wrote."""

    folder: str
    posts: int
    outages: int


def generate(storm: Storm, out: Path, *, progress: Progress | None = None) -> Generated:
    """Write the storm into `out`, which is made if it does not exist.

    Raises:
        FolderError: `out` is not empty, or can't be written.
        TerritoryError: the storm's territory can't be read.
    """
    day = StormDay(storm)
    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise FolderError(f"the folder '{out}' is not empty: give a new one with --out")
        outages = _write_truth_of_grid(day, out)
        posts = _write_posts(day, out, progress)
    except OSError as error:
        raise FolderError(f"can't write into '{out}': {error.strerror or error}") from None
    return Generated(str(out), posts, outages)


def _write_truth_of_grid(day: StormDay, out: Path) -> int:
    write_territory(day.territory, out)
    kept = msgspec.structs.replace(day.storm, territory=TERRITORY, versions=versions())
    comments = (
        f"{day.storm.title}, as generated; the same storm again, with the same versions:",
        "  stormdesk storm generate storm.toml --out DIR",
    )
    (out / FILE_NAME).write_text(storm_toml(kept, comments), encoding="utf-8")
    encode = msgspec.json.Encoder().encode
    outages = list(day.outages())
    (out / OUTAGES).write_bytes(b"".join(encode(outage) + b"\n" for outage in outages))
    (out / OMS).write_bytes(oms_table(oms_lines(day.storm, outages)))
    incidents = (encode(incident) + b"\n" for incident in day.incident_truths())
    (out / INCIDENTS).write_bytes(b"".join(incidents))
    return len(outages)


def _write_posts(day: StormDay, out: Path, progress: Progress | None) -> int:
    encode_lines = msgspec.json.Encoder().encode_lines
    told, count = day.tell(), 0
    with (out / POSTS).open("wb") as posts, (out / TRUTH).open("wb") as truths:
        while lot := list(islice(told, AT_ONCE)):
            posts.write(encode_lines([each.post for each in lot]))
            truths.write(encode_lines([each.truth for each in lot]))
            count += len(lot)
            if progress is not None:
                elapsed = lot[-1].post.created_at - day.storm.starts_at
                progress(count, elapsed.total_seconds() / 3600)
    return count


def versions() -> dict[str, str]:
    """What the bytes of a storm depend on besides its file."""
    python = ".".join(platform.python_version_tuple()[:2])
    return {"stormdesk": version("stormdesk"), "faker": version("faker"), "python": python}
