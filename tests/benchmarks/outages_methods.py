"""The desk itself over a storm day, and the same desk with an oracle's eyes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from time import process_time

import msgspec
from outages_days import Kept

from desk.feeds import Batch
from desk.outages import OutageChange
from desk.pipeline import Pipeline
from desk.post import LabelledPost, Location, Post
from desk.store import Store
from desk.territories import Community
from rules import Verdict
from simulator.truth import PostTruth

ORACLE_CONFIDENCE = 0.95
GEO_RADIUS_KM = 0.5


class Replay(msgspec.Struct, frozen=True):
    """What a desk made of a day: posts labelled and located, outage changes, CPU seconds."""

    posts: list[LabelledPost]
    changes: list[OutageChange]
    cpu_s: float


def product(day: Kept) -> Replay:
    """The desk as it is: its rules, its places, its outages."""
    pipeline = Pipeline(None, day.territory(), Store())
    return _replay(pipeline, day.labelled())


def oracle(day: Kept) -> Replay:
    """The same desk, told each post's true labels and community; one that does not say where it
    is gives no place."""
    territory = day.territory()
    pipeline = Pipeline(None, territory, Store())
    truths = {truth.id: truth for truth in day.truths()}
    places = {place.id: place for place in territory.community}
    pipeline._locator = _Knowing(truths, places)  # type: ignore[assignment]
    told = (
        (posts, tuple(Verdict(None, truths[post.id].labels, "und", ()) for post in posts))
        for posts in day.posts()
    )
    return _replay(pipeline, told)


class _Knowing:
    """Knows where posts are, in the place of a `Locator`."""

    def __init__(self, truths: Mapping[str, PostTruth], places: Mapping[str, Community]) -> None:
        self._truths = truths
        self._places = places

    def locate(self, post: Post, *_: object, **__: object) -> Location | None:
        truth = self._truths[post.id]
        place = self._places.get(truth.community or "") if truth.located else None
        if place is None:
            return None
        lat, lon, radius_km = place.lat, place.lon, place.radius_km
        if post.geo is not None:
            lat, lon, radius_km = post.geo.lat, post.geo.lon, GEO_RADIUS_KM
        return Location(place.id, lat, lon, radius_km, "text", ORACLE_CONFIDENCE)

    def remember(self, post: LabelledPost) -> None:
        """It knows without."""

    def restore(self, posts: Iterable[LabelledPost]) -> None:
        """It knows without."""

    def forget(self) -> None:
        """It knows nothing but the truth."""


def _replay(
    pipeline: Pipeline, told: Iterable[tuple[tuple[Post, ...], tuple[Verdict, ...]]]
) -> Replay:
    posts: list[LabelledPost] = []
    changes: list[OutageChange] = []
    began_s = process_time()
    for number, (batch, verdicts) in enumerate(told):
        taken = pipeline.take("file", Batch(batch, str(number)))
        for event in pipeline.finish(taken, verdicts).events:
            if isinstance(event, OutageChange):
                changes.append(event)
            else:
                posts.append(event)
    pipeline.store.close()
    return Replay(posts, changes, process_time() - began_s)
