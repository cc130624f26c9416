"""Injects: posts that a trainer puts between those of the storm, with their truth."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

import msgspec

from desk.errors import choices
from desk.post import Author, Post
from desk.territories import Community, Territory
from simulator.errors import InjectError
from simulator.restoration import Outage
from simulator.storm import Inject, Storm
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
    faults = inject_faults(inject, day)
    if faults:
        raise InjectError("\n".join(fault.words for fault in faults))
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
    if place:
        inject = msgspec.structs.replace(inject, place=place.name)
    return Fired(number, at_s, before, inject, Told(post, truth))


class InjectFault(NamedTuple):
    """What is wrong with one field of an inject, in one line."""

    field: str
    words: str


def inject_faults(inject: Inject, day: StormDay) -> list[InjectFault]:
    """All that is wrong with an inject, in the order of its fields."""
    faults = []
    if not inject.text.strip():
        faults.append(InjectFault("text", "the text is empty: write what is posted"))
    channels = _channels(day.storm)
    if not inject.channel.strip():
        words = f"the channel is empty: write {', '.join(channels)}"
        faults.append(InjectFault("channel", words))
    elif inject.channel not in channels:
        words = f"unknown channel '{inject.channel}': {choices(inject.channel, channels)}"
        faults.append(InjectFault("channel", words))
    if inject.place and community_of(inject.place, day.territory) is None:
        names = [community.name for community in day.territory.community]
        words = f"unknown place '{inject.place}': {choices(inject.place, names)}"
        faults.append(InjectFault("place", words))
    for label in inject.labels:
        if label not in LABELS:
            words = f"unknown label '{label}': {choices(label, LABELS)}"
            faults.append(InjectFault("labels", words))
    return faults


def _channels(storm: Storm) -> list[str]:
    """Where anybody posts in this storm."""
    crowd = storm.crowd
    people = (*crowd.channels, *crowd.late_channels, *crowd.calm_channels)
    return list(dict.fromkeys((*people, *(outlet.channel for outlet in storm.outlet))))


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
