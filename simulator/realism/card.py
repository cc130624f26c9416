"""The realism card: what a generated storm shows, beside published figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import sqrt
from pathlib import Path
from typing import Literal

import msgspec

from rules import Engine
from rules.workbench.score import Row as RealPost
from simulator.realism import engine as hearing
from simulator.realism import values
from simulator.realism.curve import curve_of, shape
from simulator.realism.figures import (
    Figure,
    Kind,
    Range,
    figures,
    kind_of,
)
from simulator.realism.posts import Mix, Tally, mixes
from simulator.realism.reading import count_posts, pairs
from simulator.realism.sameness import SAMPLE_MAX, Sampler, names_of
from simulator.realism.texts import Other, Texts
from simulator.storm import Storm
from simulator.storm_file import load_storm
from simulator.stream import StormDay

Mark = Literal["in range", "out of range", "no published figure", "nothing to measure"]
Progress = Callable[[str], None]
"""Told in words how far the reading has come."""

BATCH = 1000
REPORT_EVERY = 100_000
BACKGROUND_NEAR = 0.02
"""How far the share of the background may lie from the storm file's over a whole day."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the card; shares lie in 0-1, `low` and `high` are the published range."""

    id: str
    group: str
    title: str
    unit: str
    generated: float | None
    low: float | None = None
    high: float | None = None
    mark: Mark
    source: str = ""
    note: str = ""


class Engines(msgspec.Struct, frozen=True, kw_only=True):
    """The engine on both sides; `near` is how far F1 for outage may lie apart."""

    simulated_posts: int
    real_posts: int
    language: str
    same_language: bool
    near: float
    mark: Mark
    labels: tuple[hearing.Beside, ...]


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """The whole card of one folder; `out_of_range` names the lines that are."""

    storm: str
    title: str
    kind: Kind
    seed: int
    hours: float
    posts: int
    texts_sampled: int
    rows: tuple[Row, ...]
    channels: tuple[Mix, ...]
    engine: Engines | None
    out_of_range: tuple[str, ...]


def _silent(words: str) -> None:
    """Tell nobody."""
    del words


def card(
    folder: Path,
    *,
    other: Path | None = None,
    real: Sequence[RealPost] = (),
    engine: Engine | None = None,
    progress: Progress = _silent,
) -> Card:
    """The card of a folder that `storm generate` wrote.

    `other` is a folder of the same storm under another seed; without, that storm is told here.
    With an `engine` and `real` labelled posts, the engine is heard on both.

    Raises:
        FolderError, StormError: the folder, or the other one, can't be read.
    """
    storm = load_storm(str(folder.absolute()))  # a folder may be called as a built-in storm is
    day = StormDay(storm)
    curved = shape(curve_of(day))
    tally = Tally(storm, curved)
    names = names_of(storm, day.territory)
    texts = Texts(names, storm.voice[0].language)
    heard = hearing.Hearing(engine) if engine is not None and real else None
    _read(folder, tally, texts, heard, progress)
    measured = (
        values.of_grid(storm, day, curved)
        | values.of_incidents(folder, storm)
        | values.of_posts(storm, day, tally)
        | values.of_texts(texts, _other(storm, tally.posts, other, progress))
    )
    rows = tuple(_row(figure, measured[figure.id], storm) for figure in figures())
    engines = _engines(heard, engine, real, storm, progress)
    return Card(
        storm=storm.name,
        title=storm.title,
        kind=kind_of(storm),
        seed=storm.seed,
        hours=storm.told_hours,
        posts=tally.posts,
        texts_sampled=texts.count,
        rows=rows,
        channels=mixes(tally),
        engine=engines,
        out_of_range=_out_of_range(rows, engines),
    )


def _out_of_range(rows: Iterable[Row], engines: Engines | None) -> tuple[str, ...]:
    titles = [f"{row.group}: {row.title}" for row in rows if row.mark == "out of range"]
    if engines is not None and engines.mark == "out of range":
        titles.append("engine: F1 for outage")
    return tuple(titles)


def _read(
    folder: Path,
    tally: Tally,
    texts: Texts,
    heard: hearing.Hearing | None,
    progress: Progress,
) -> None:
    sampler = Sampler(count_posts(folder))
    batch: list[RealPost] = []
    for number, (post, truth) in enumerate(pairs(folder), 1):
        tally.add(post, truth)
        if number % REPORT_EVERY == 0:
            progress(f"{number:,} posts read")
        if not sampler.takes(post.id):
            continue
        repost = post.repost_of is not None
        report = "outage" in truth.labels and "news" not in truth.labels
        texts.add(post.text, post.lang, repost=repost, report=report)
        # A labelled set holds each text once: neither reposts nor what a flood of bots repeats.
        if heard is not None and not repost and post.lang == texts.language and texts.is_new:
            batch.append(RealPost(post.text, truth.labels, post.lang))
            if len(batch) == BATCH:
                heard.add(batch)
                batch = []
    if heard is not None:
        heard.add(batch)


def _other(storm: Storm, posts: int, folder: Path | None, progress: Progress) -> Other:
    """The sampled texts of the same storm under another seed.

    Of a storm that has more `posts` than are compared, so many are told as will be.
    """
    if folder is not None:
        storm = load_storm(str(folder.absolute()))
        day = StormDay(storm)
        told: Iterable[tuple[str, str]] = ((post.id, post.text) for post, _ in pairs(folder))
    else:
        scale = storm.scale * min(1.0, SAMPLE_MAX / max(1, posts))
        storm = msgspec.structs.replace(storm, seed=storm.seed + 1, scale=scale)
        day = StormDay(storm)
        told = ((told.post.id, told.post.text) for told in day.tell())
    found = Other(names_of(storm, day.territory))
    for number, (id_, text) in enumerate(told, 1):
        found.add(id_, text)
        if number % REPORT_EVERY == 0:
            progress(f"{number:,} posts of seed {storm.seed}")
    return found


def _row(figure: Figure, measured: values.Measured, storm: Storm) -> Row:
    published = figure.published(
        kind_of(storm), storm.voice[0].language, storm.told_hours, storm.stream
    )
    if figure.id == "background":
        published = _planned_background(storm)
    return Row(
        id=figure.id,
        group=figure.group,
        title=figure.title,
        unit=figure.unit,
        generated=measured.value,
        low=published.low if published else None,
        high=published.high if published else None,
        mark=_mark(measured, published),
        source=published.source if published else "",
        note="; ".join(filter(None, (measured.note, _chance(measured, published), figure.note))),
    )


def _mark(measured: values.Measured, published: Range | None) -> Mark:
    """In range also where the published range lies within the chance of few cases."""
    if measured.value is None or measured.cases == 0:
        return "nothing to measure"
    if published is None:
        return "no published figure"
    low, high = measured.value, measured.value
    if measured.cases:
        low, high = _interval(measured.value, measured.cases)
    elif measured.between:
        low, high = measured.between
    return "in range" if low <= published.high and high >= published.low else "out of range"


def _chance(measured: values.Measured, published: Range | None) -> str:
    """The interval of a share that lies beside its published range, in percent."""
    share, cases = measured.value, measured.cases
    if not share or not cases or not published or published.low <= share <= published.high:
        return ""
    low, high = _interval(share, cases)
    return f"95 % interval {100 * low:.2g} - {100 * high:.2g} %"


def _interval(share: float, cases: int) -> tuple[float, float]:
    """The 95 % interval of a share of so many cases (E. B. Wilson, 1927)."""
    z2 = 3.8415
    middle = share + z2 / (2 * cases)
    spread = sqrt(z2 * (share * (1 - share) / cases + z2 / (4 * cases * cases)))
    return (middle - spread) / (1 + z2 / cases), (middle + spread) / (1 + z2 / cases)


def _planned_background(storm: Storm) -> Range | None:
    if storm.told_hours < storm.hours:
        return None
    planned = storm.background_share
    return Range(
        low=planned - BACKGROUND_NEAR,
        high=min(1.0, planned + BACKGROUND_NEAR),
        source=f"storm.toml: {planned:.0%}",
    )


def _engines(
    heard: hearing.Hearing | None,
    engine: Engine | None,
    real: Sequence[RealPost],
    storm: Storm,
    progress: Progress,
) -> Engines | None:
    if heard is None or engine is None:
        return None
    rows, same = hearing.fitting(real, storm.voice[0].language)
    progress(f"{len(rows):,} real posts read by the engine")
    truth = hearing.Hearing(engine)
    truth.add(rows)
    labels = hearing.beside(heard, truth)
    outage = next(each for each in labels if each.label == "outage")
    mark: Mark = "nothing to measure"
    if outage.simulated_at_real_mix is not None and outage.real is not None:
        low, high = _interval(outage.simulated_at_real_mix, outage.simulated_support)
        near = low <= outage.real + hearing.NEAR and high >= outage.real - hearing.NEAR
        mark = "in range" if near else "out of range"
    return Engines(
        simulated_posts=heard.posts,
        real_posts=truth.posts,
        language=storm.voice[0].language,
        same_language=same,
        near=hearing.NEAR,
        mark=mark,
        labels=labels,
    )
