"""The outages of a storm as the utility's own system sees them: late, in part, with counts.

How long the utility takes to know is a model after two measurements. What utilities learn of
outages by, in storms: customers' calls 54 %, the control system (SCADA) 32 %, meters 12 % (survey
by BRIDGE Energy Group, 2015). How late an incident appeared on PG&E's public page after its start:
median 14 minutes and 90 % within 35 in December 2021, 25 and 68 in January 2021; of that, the page
and its reading took some 7 and 18 minutes. All outages together come to a median of some 15 minutes
here, and 90 % within 40.
"""

from __future__ import annotations

import csv
import io
import math
import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from simulator.storm import Storm, layer_random
from simulator.truth import OutageTruth

COLUMNS = (
    *("id", "started_at", "recorded_at", "restored_at", "lat", "lon", "communities", "customers"),
    *("cause", "status", "exercise"),
)

LARGE = 300
"""So many customers hang on a feeder's own breaker or on a large branch of it."""

SCADA_SHARE = 0.6
"""Of the large outages, those at a device that the control system watches."""

METERS_SHARE = 0.2
"""Of the smaller outages, those that meters tell of before anybody calls."""

UNRECORDED = ((2, 0.3), (10, 0.08))
"""Outages of at most so many customers, and the share that never gets on the list by itself."""

LATE_TO_CLOSE_MIN = (2.0, 25.0)


class Delay(NamedTuple):
    """Minutes from the start until the utility knows: log-normal, by median and spread."""

    median_min: float
    spread: float

    def drawn(self, draw: random.Random) -> timedelta:
        """One delay, at least half a minute."""
        delay_min = draw.lognormvariate(math.log(self.median_min), self.spread)
        return timedelta(minutes=max(0.5, delay_min))


SCADA = Delay(2.5, 0.5)
METERS = Delay(6.0, 0.6)
CALLS = Delay(17.0, 0.75)
MANY_CALLS = Delay(5.0, 0.6)
"""The first call of few customers, and of a large outage."""

CALL_HANDLING = Delay(4.0, 0.6)
"""From the first call to the incident on the list: enough calls to name the device."""


class OmsLine(msgspec.Struct, frozen=True):
    """A line of oms.csv.

    `started_at` is the true start where the control system or a meter saw it, else the first call;
    `recorded_at` is when the incident got on the list.
    """

    id: str
    started_at: datetime
    recorded_at: datetime
    restored_at: datetime
    lat: float
    lon: float
    communities: tuple[str, ...]
    customers: int
    cause: str | None
    status: str = "restored"


def oms_lines(storm: Storm, outages: Iterable[OutageTruth]) -> Iterator[OmsLine]:
    """What the utility's list holds of `outages` in the end, in their order."""
    draw = layer_random(storm, "oms")
    for number, outage in enumerate(outages, 1):
        line = _line(outage, draw)
        if line is not None:
            yield msgspec.structs.replace(line, id=f"INC-{storm.starts_at:%Y%m%d}-{number:05}")


def _line(outage: OutageTruth, draw: random.Random) -> OmsLine | None:
    """One outage as the list has it; each takes the same draws, so that none moves the others."""
    missed, source = draw.random(), draw.random()
    scada, meters = SCADA.drawn(draw), METERS.drawn(draw)
    large = outage.customers >= LARGE
    call = (MANY_CALLS if large else CALLS).drawn(draw)
    handled = CALL_HANDLING.drawn(draw)
    close_min = draw.uniform(*LATE_TO_CLOSE_MIN)
    if large and source < SCADA_SHARE:
        start, known = outage.started_at, outage.started_at + scada
    elif not large and source < METERS_SHARE:
        start, known = outage.started_at, outage.started_at + meters
    else:
        start = outage.started_at + call
        known = start + handled
    forgotten = next((share for most, share in UNRECORDED if outage.customers <= most), 0.0)
    if missed < forgotten or known >= outage.restored_at:
        return None
    return OmsLine(
        "",
        _minute(start),
        _minute(known),
        _minute(outage.restored_at + timedelta(minutes=close_min)),
        outage.lat,
        outage.lon,
        outage.communities,
        outage.customers,
        outage.cause,
    )


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def oms_table(lines: Iterable[OmsLine]) -> bytes:
    """The list as CSV (RFC 4180); every line says that it is an exercise."""
    out = io.StringIO(newline="")
    write = csv.writer(out).writerow
    write(COLUMNS)
    for line in lines:
        times = (line.started_at, line.recorded_at, line.restored_at)
        write(
            (
                line.id,
                *(at.isoformat() for at in times),
                *(f"{line.lat:.5f}", f"{line.lon:.5f}"),
                *(";".join(line.communities), line.customers, line.cause or "", line.status),
                "EXERCISE",
            )
        )
    return out.getvalue().encode()
