"""The published ranges are derived again from the outage series, where these are there to read."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from simulator.realism.curve import Shape, shape
from simulator.realism.figures import Kind, figures
from simulator.realism.incidents import Incident, sizes

SERIES = Path(__file__).parents[4] / "shared" / "series"
DAY_S = 86_400

pytestmark = pytest.mark.skipif(not SERIES.is_dir(), reason="needs the series in ../shared")


def rows(name: str) -> Iterator[dict[str, str]]:
    with (SERIES / name).open(newline="") as file:
        yield from csv.DictReader(file)


def curve(name: str) -> list[tuple[float, float]]:
    return sorted((float(row["epoch"]), float(row["customers_out"])) for row in rows(name))


def around(points: list[tuple[float, float]], day: str) -> Shape:
    """The shape of the storm whose peak falls on `day` (UTC); what is higher is cut."""
    noon = datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp()
    that_day = [point for point in points if abs(point[0] - noon) <= DAY_S / 2]
    peak_at_s, peak = max(that_day, key=lambda point: point[1])
    found = shape([(at, out if at == peak_at_s else min(out, peak - 1)) for at, out in points])
    assert found is not None
    return found


def holds(kind: Kind, id_: str, value: float | None) -> bool:
    figure = next(figure for figure in figures() if figure.id == id_)
    published = figure.published(kind, "en", 24, "firehose")
    return published is not None and value is not None and published.low <= value <= published.high


@pytest.mark.parametrize(
    ("name", "kind", "day"),
    [
        ("pge_2021jan_storm_series.csv", "wind", "2021-01-19"),
        ("pge_2021jan_storm_series.csv", "wind", "2021-01-27"),
        ("pge_2021dec_storm_series.csv", "ice", "2021-12-14"),
        ("pge_2021dec_storm_series.csv", "ice", "2021-12-27"),
    ],
)
def test_storms_of_pge_lie_in_their_own_ranges(name: str, kind: Kind, day: str) -> None:
    found = around(curve(name), day)
    assert holds(kind, "rise_h", found.rise_h)
    assert holds(kind, "width_h", found.width_h)
    for hours, share in found.tails.items():
        assert holds(kind, f"tail_{hours}h", share), (hours, share)


@cache
def alabama() -> list[tuple[float, float]]:
    return sorted(
        (datetime.fromisoformat(row["timestamp"]).timestamp(), float(row["customers_affected"]))
        for row in rows("alabama_power_2022_summary.csv")
        if row["customers_affected"]
    )


def test_eight_storms_of_alabama_lie_in_the_range_of_thunderstorms() -> None:
    peaks: list[tuple[float, float]] = []
    for point in sorted(alabama(), key=lambda point: -point[1]):
        if point[1] > 18_000 and all(abs(point[0] - at) > 1.5 * DAY_S for at, _ in peaks):
            peaks.append(point)
    assert len(peaks) == 8
    for at_s, _ in peaks:
        near = [point for point in alabama() if abs(point[0] - at_s) < 3.2 * DAY_S]
        single = [(at, out if abs(at - at_s) < DAY_S or out < 18_000 else 0) for at, out in near]
        found = shape(single)
        assert found is not None
        assert holds("thunder", "peak_share", found.peak / 1_561_835)
        assert holds("thunder", "rise_h", found.rise_h)
        assert holds("thunder", "width_h", found.width_h)
        assert holds("thunder", "tail_24h", found.tails[24])


def days_of_pge(name: str) -> Iterator[list[Incident]]:
    """The incidents of each day (UTC-8) with more than 250 of them, as the series saw them."""
    days: dict[int, list[Incident]] = defaultdict(list)
    for row in rows(name):
        start = float(row["start"]) - 8 * 3600
        lasted = float(row["last_seen"]) - float(row["start"])
        days[int(start // DAY_S)].append(
            Incident(start % DAY_S, start % DAY_S + lasted, int(row["cust_max"]))
        )
    yield from (day for day in days.values() if len(day) > 250)


def test_days_of_pge_lie_in_the_ranges_of_incidents() -> None:
    seen = {"wind": 0, "calm": 0}
    for month in ("jan", "dec"):
        for day in days_of_pge(f"pge_2021{month}_storm_incidents.csv"):
            kind: Kind = "wind" if len(day) > 1000 else "calm"
            found = sizes(day, 24)
            seen[kind] += 1
            assert holds(kind, "share_above_one", found.share_above_one)
            assert holds(kind, "customers_p50", found.customers_p50)
            assert holds(kind, "customers_p90", found.customers_p90)
            assert holds(kind, "customers_p99", found.customers_p99)
    assert seen == {"wind": 12, "calm": 27}


def moment(written: str) -> datetime:
    """The series changes its way to write dates after the first days; both are local time."""
    if "-" in written:
        return datetime.fromisoformat(written).replace(tzinfo=UTC)
    return datetime.strptime(written, "%m/%d/%y %H:%M").replace(tzinfo=UTC)


def test_fiona_is_the_widest_and_longest() -> None:
    out: dict[datetime, int] = defaultdict(int)
    for row in rows("luma_pr_fiona_2022.csv"):
        at = moment(row["Datetime"])
        out[at.replace(second=0, microsecond=0)] += int(
            row["Clientes sin Servicio"].replace(",", "")
        )
    began = min(out)
    points = [((at - began).total_seconds(), float(n)) for at, n in sorted(out.items())]
    peak = max(number for _, number in points)
    assert holds("wind", "peak_share", peak / 1_468_223)
    half_h = next(b[0] for a, b in pairwise(points) if a[1] >= peak / 2 > b[1]) / 3600
    tenth_h = next(at for at, number in points if number < peak / 10) // 3600
    assert holds("wind", "width_h", half_h)
    assert holds("wind", "duration_p90_h", tenth_h)
