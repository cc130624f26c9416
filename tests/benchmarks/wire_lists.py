"""Lists that a desk asks for again and again: what it holds, against what the server has now.

Warnings of the weather service by id and end, outages of ODIN by place, size and time of report.
A desk shows an outage from the minute of its own clock in which the utility knew of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import aiohttp
import msgspec

from desk.serving.protocol import PATH, FromDesk, Tick

if TYPE_CHECKING:
    from tests.benchmarks.wire_faults import Desk, Server

LISTEN_S = 0.4
"""So long after a screen has come its ticks have told it everything."""
AGAIN_S = 0.3
ANSWER_S = 60.0
_decode = msgspec.json.Decoder(FromDesk).decode

Held = Counter[tuple[str, ...]]


class Lists(NamedTuple):
    """Warnings and outages, and the desk's clock when it held them."""

    warnings: Held
    outages: Held
    clock: datetime | None = None


class ListRow(NamedTuple):
    """One list at one minute of the storm: how long it took until both were the same."""

    name: str
    minute: float
    told: int
    held: int
    same: bool
    after_s: float


async def compared(
    server: Server, desk: Desk, http: aiohttp.ClientSession, within_s: float
) -> list[ListRow]:
    """Both lists, once they are the same as the server's, or as they are at last.

    The storm must stand, or be over: what it holds changes with its clock.
    """
    began_s = time.monotonic()
    minute = float((await server.state(http))["minute"])
    rows: dict[str, ListRow] = {}
    while True:
        shown, told = await _shown(desk), await _told(server, http)
        spent_s = time.monotonic() - began_s
        if shown is not None and told is not None:
            known = _known(told.outages, shown.clock)
            for name, has, holds in (
                ("warnings", told.warnings, shown.warnings),
                ("outages", known, shown.outages),
            ):
                if name not in rows or not rows[name].same:
                    counts = has.total(), holds.total()
                    rows[name] = ListRow(name, minute, *counts, has == holds, spent_s)
            if all(row.same for row in rows.values()):
                return list(rows.values())
        if spent_s > within_s:
            return list(rows.values())
        await asyncio.sleep(AGAIN_S)


async def _shown(desk: Desk) -> Lists | None:
    """What a screen that comes now is told; None where the desk can't be asked."""
    warnings, outages, clock = Held(), Held(), None
    with contextlib.suppress(aiohttp.ClientError, OSError):
        async with (
            aiohttp.UnixConnector(str(desk.socket)) as connector,
            aiohttp.ClientSession(connector=connector) as http,
            http.ws_connect(f"http://desk{PATH}", max_msg_size=0) as socket,
        ):
            until_s = time.monotonic() + LISTEN_S
            while (left_s := until_s - time.monotonic()) > 0:
                with contextlib.suppress(TimeoutError):
                    said = _decode((await socket.receive(timeout=left_s)).data)
                    if not isinstance(said, Tick):
                        continue
                    if said.status is not None:
                        clock = said.status.clock
                    if said.warnings is not None:
                        warnings = Held((each.id, _at(each.until)) for each in said.warnings)
                    if said.oms is not None:
                        outages = Held(_placed(one.lat, one.lon, one.customers) for one in said.oms)
        return Lists(warnings, outages, clock)
    return None


async def _told(server: Server, http: aiohttp.ClientSession) -> Lists | None:
    """What the server has now; None where its faults keep it from saying so."""
    found: list[Any] = []
    for path in (
        "/alerts/active?status=exercise",
        "/api/explore/v2.1/catalog/datasets/odin-real-time-outages-county/exports/json",
    ):
        timeout = aiohttp.ClientTimeout(total=ANSWER_S)
        try:
            async with http.get(
                server.url + path, headers={"User-Agent": "check"}, timeout=timeout
            ) as answer:
                if answer.status != 200:
                    return None
                found.append(msgspec.json.decode(await answer.read()))
        except (aiohttp.ClientError, OSError, msgspec.MsgspecError):
            return None
    told = [each["properties"] for each in found[0]["features"]]
    warnings = Held(
        (each["id"], _at(datetime.fromisoformat(each["ends"])))
        for each in told
        if each["messageType"] != "Cancel"
    )
    rows = Held(
        (
            *_placed(row["geo_point_2d"]["lat"], row["geo_point_2d"]["lon"], row["metersaffected"]),
            row["reportedstarttime"],
        )
        for row in found[1]
    )
    return Lists(warnings, rows)


def _known(outages: Held, clock: datetime | None) -> Held:
    """Those of which the utility knew at the desk's clock, without the time."""
    if clock is None:
        return Held()
    return Held(key[:-1] for key in outages.elements() if datetime.fromisoformat(key[-1]) <= clock)


def _placed(lat: float, lon: float, customers: int | None) -> tuple[str, ...]:
    return f"{lat:.5f}", f"{lon:.5f}", str(customers)


def _at(at: datetime) -> str:
    return str(int(at.timestamp()))
