"""Injects: posts that a trainer puts between those of the storm, with their truth."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from desk.errors import choices
from desk.post import Author, Post
from desk.territories import Community, Territory
from simulator.errors import InjectError
from simulator.restoration import Outage
from simulator.storm import Inject
from simulator.stream import StormDay, outage_id
from simulator.truth import LABELS, PostTruth, Told, in_order

PLAYER = "trainer"


class Fired(NamedTuple):
    """An inject at its moment: second `at_s`, before post `before` of the storm."""

    number: int
    at_s: float
    before: int
    inject: Inject
    told: Told


def fire(inject: Inject, number: int, at_s: float, before: int, day: StormDay) -> Fired:
    """`inject` as a post of second `at_s`; where it tells of an outage, of the one that is there.

    Raises:
        InjectError: the place or a label is unknown, or there is no text.
    """
    fault = inject_fault(inject, day.territory)
    if fault:
        raise InjectError(fault)
    place = community_of(inject.place, day.territory) if inject.place else None
    storm = day.storm
    name = inject.author or PLAYER
    handle = re.sub(r"\s+", "", name.removeprefix("@"))
    id_ = f"{storm.name}-{storm.seed}-inject-{number:03d}"
    post = Post(
        id=id_,
        channel=inject.channel,
        author=Author(f"inject-{handle}", handle, name.removeprefix("@")),
        text=inject.text,
        created_at=storm.starts_at + timedelta(seconds=round(at_s, 3)),
        place=place.name if place else None,
        exercise=True,
    )
    outage = None
    if place and "outage" in inject.labels:
        outage = _outage_there(day.true_outages, place, at_s)
    truth = PostTruth(
        id=id_,
        labels=in_order(set(inject.labels)),
        outage=outage_id(outage.number) if outage else None,
        community=place.id if place else None,
        located=place is not None,
        trap=inject.trap or None,
    )
    return Fired(number, at_s, before, inject, Told(post, truth))


def inject_fault(inject: Inject, territory: Territory) -> str | None:
    """What is wrong with an inject, in one line; None where nothing is."""
    if not inject.text.strip():
        return "the text is empty: write what is posted"
    if not inject.channel.strip():
        return "the channel is empty: write x, facebook, bluesky, mastodon …"
    unknown = next((label for label in inject.labels if label not in LABELS), None)
    if unknown is not None:
        return f"unknown label '{unknown}': {choices(unknown, LABELS)}"
    if inject.place and community_of(inject.place, territory) is None:
        names = [community.name for community in territory.community]
        return f"unknown place '{inject.place}': {choices(inject.place, names)}"
    return None


def community_of(place: str, territory: Territory) -> Community | None:
    """The community of this id, name or alias, however it is capitalised."""
    wanted = place.strip().casefold()
    for community in territory.community:
        if wanted in (name.casefold() for name in (community.id, community.name)):
            return community
    for community in territory.community:
        if wanted in (name.casefold() for name in community.aliases):
            return community
    return None


def _outage_there(outages: Sequence[Outage], place: Community, at_s: float) -> Outage | None:
    """The largest true outage that is open there."""
    there = [
        outage
        for outage in outages
        if outage.zone.community.id == place.id and outage.started_s <= at_s < outage.restored_s
    ]
    return max(there, key=lambda outage: outage.out(at_s), default=None)
