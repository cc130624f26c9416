"""Outages of a simulated hurricane, from posts whose true meaning and place are known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from desk.clock import EventClock
from desk.outages import OutageChange, Outages
from desk.outages.score import score
from desk.outages.truth import TrueOutage, Truth, read_truth
from desk.post import Location, Post, decode_post, labelled
from desk.territories import Community, load_territory
from simulator.folder import generate
from simulator.storm_file import load_storm
from simulator.truth import PostTruth


def _at(place: Community) -> Location:
    return Location(place.id, place.lat, place.lon, place.radius_km, "text", 0.9)


def _posts(folder: Path) -> Iterator[tuple[Post, PostTruth]]:
    truths = msgspec.json.Decoder(PostTruth)
    files = [(folder / name).read_bytes().splitlines() for name in ("posts.jsonl", "truth.jsonl")]
    for number, (post, truth) in enumerate(zip(*files, strict=True), 1):
        yield decode_post(post, number), truths.decode(truth)


def test_outages_of_a_storm_are_found_in_time_by_an_oracle(tmp_path: Path) -> None:
    storm = load_storm("hurricane", seed=21, hours=9.0, background=0.2)
    generate(storm, tmp_path / "storm")
    territory = load_territory(storm.territory)
    places = {place.id: place for place in territory.community}
    desk = Outages(territory, exercise=True)
    clock = EventClock()
    changes: list[OutageChange] = []
    for post, truth in _posts(tmp_path / "storm"):
        clock.advance(post.created_at, post.author_key)
        now = clock.now or post.created_at
        place = places.get(truth.community or "") if truth.located else None
        where = _at(place) if place else None
        changes += desk.observe(labelled(post, truth.labels, (), where), now)
    truth_of_many = read_truth(tmp_path / "storm")
    lines = (tmp_path / "storm" / "outages.jsonl").read_bytes().splitlines()
    every = tuple(msgspec.json.decode(line, type=TrueOutage) for line in lines)
    result = score(changes, truth_of_many)
    # Whoever tells of an outage that only one to four people spoke of by the end tells the truth.
    right = score(changes, Truth(every, truth_of_many.span))
    assert result.true_outages > 30
    assert min(right.precision or 0, result.recall or 0) >= 0.93, msgspec.json.encode(result)
    assert (result.precision or 0) >= 0.78, msgspec.json.encode(result)
    assert (result.detection_delay_min.p50 or 99) <= 6
    statuses = {change.status for change in changes}
    assert statuses >= {"suspected", "likely", "restoring", "restored", "dismissed"}
    assert all(change.exercise for change in changes)
