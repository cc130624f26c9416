"""What the desk knows of a customer's outage, and in words what has changed of it."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

import msgspec

from desk.oms.outage import OmsOutage
from desk.outages import ENDED, OutageChange
from desk.replies.reply import Facts
from desk.replies.times import until

NOTHING = "none"
"""The version of facts without an outage."""

SLACK = timedelta(minutes=10)
"""Two estimates so near each other are one: people round."""


def facts_of(
    outage: OutageChange | None, place: str, now: datetime, listed: OmsOutage | None = None
) -> Facts:
    """What is known at `now`; `listed` is the outage as the utility's own list has it.

    The utility's own estimate goes before the one that people quote; an estimate that has passed
    is none.
    """
    if outage is None:
        return Facts(version=NOTHING, at=now, place=place)
    etr = outage.etr if listed is None or listed.etr is None else listed.etr
    if outage.status in ENDED or (etr is not None and etr <= now):
        etr = None
    minute = etr.strftime("%Y-%m-%dT%H:%MZ") if etr is not None else ""
    return Facts(
        version=f"{outage.id}|{outage.status}|{minute}",
        at=now,
        place=place,
        outage=outage.id,
        status=outage.status,
        etr=etr,
        since=outage.started_at,
        cause=outage.cause,
        crews=listed.crews if listed is not None and listed.crews else "",
    )


def changed(seen: Facts | None, now: Facts, zone: tzinfo) -> str:
    """What an agent who saw `seen` has to know before they send, in one line; empty for nothing."""
    if seen is None:
        return f"not seen so far: {state(now, zone)}"
    if seen.version == now.version:
        return ""
    if seen.outage != now.outage:
        return f"another outage now: {state(now, zone)}"
    parts = []
    if seen.status != now.status:
        parts.append(f"was {seen.status}, is {now.status} now")
    if seen.etr != now.etr:
        before = until(seen.etr, now.at, zone, "en") if seen.etr else "no time"
        after = until(now.etr, now.at, zone, "en") if now.etr else "no time"
        parts.append(f"power back {before} before, {after} now")
    return "; ".join(parts)


def state(facts: Facts, zone: tzinfo) -> str:
    """What is known, in a few words for an agent."""
    if facts.outage is None:
        return "no outage known"
    when = f", power back {until(facts.etr, facts.at, zone, 'en')}" if facts.etr else ""
    where = f" in {facts.place}" if facts.place else ""
    return f"{facts.status} outage{where}{when}"


def same_time(one: datetime | None, other: datetime | None) -> bool:
    """Whether two estimates are one."""
    if one is None or other is None:
        return one is other
    return abs(one - other) <= SLACK


def seen_as(version: str, *known: Facts | None) -> Facts | None:
    """The facts of this version among those known."""
    return next((facts for facts in known if facts is not None and facts.version == version), None)


def with_place(facts: Facts, place: str) -> Facts:
    """`facts` as they are at `place`."""
    return msgspec.structs.replace(facts, place=place)
