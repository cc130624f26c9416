"""The utility's view of a storm: late as measured, in part, marked as an exercise."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path

from desk.oms import read_oms
from simulator.oms import COLUMNS, oms_lines, oms_table
from simulator.storm_file import load_storm
from simulator.stream import StormDay


def test_the_list_is_late_and_incomplete_as_measured() -> None:
    day = StormDay(load_storm("thunderstorms", seed=3, hours=6))
    outages = list(day.outages())
    lines = list(oms_lines(day.storm, outages))
    assert 0.7 < len(lines) / len(outages) < 0.95
    true = {(one.lat, one.lon, one.customers, one.restored_at): one for one in outages}
    delays_min = sorted(
        (line.recorded_at - line.started_at) / timedelta(minutes=1) for line in lines
    )
    assert delays_min[0] >= 0
    late_min = []
    for line in lines:
        held = [
            one
            for (lat, lon, customers, _), one in true.items()
            if (lat, lon, customers) == (line.lat, line.lon, line.customers)
            and one.started_at <= line.recorded_at <= line.restored_at
        ]
        assert held
        late_min.append(
            min((line.recorded_at - one.started_at) / timedelta(minutes=1) for one in held)
        )
        assert line.recorded_at < line.restored_at
    late_min.sort()
    assert 10 < late_min[len(late_min) // 2] < 22
    assert 25 < late_min[int(0.9 * len(late_min))] < 60


def test_every_line_says_that_it_is_an_exercise(tmp_path: Path) -> None:
    day = StormDay(load_storm("flood", hours=6))
    table = oms_table(oms_lines(day.storm, day.outages()))
    rows = list(csv.reader(io.StringIO(table.decode(), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert {row[-1] for row in rows[1:]} == {"EXERCISE"}
    path = tmp_path / "oms.csv"
    path.write_bytes(table)
    told: list[str] = []
    listed = read_oms(path, day.territory, told.append)
    assert told == []
    assert len(listed) == len(rows) - 1
    assert all(one.exercise and one.start_known and one.recorded_at for one in listed)
