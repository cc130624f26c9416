"""`outages score` against hand-made storms whose score is known, and pairing by brute force."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from desk.errors import DeskError
from desk.outages import OutageChange
from desk.outages.pairing import assign
from desk.outages.score import Percentiles, Score, score
from desk.outages.told import read_changes
from desk.outages.truth import read_truth
from tui.commands.outages import app

START = datetime(2031, 9, 4, 12, 0, tzinfo=UTC)


def at(hour: float) -> datetime:
    """`hour` hours after START."""
    return START + timedelta(hours=hour)


def change(
    id_: str,
    status: str,
    hour: float,
    town: str = "alder",
    **more: Any,  # noqa: ANN401  any field of a change
) -> OutageChange:
    """A change of outage `id_`, `hour` hours after START."""
    fields: dict[str, Any] = {
        "id": id_,
        "status": status,
        "at": at(hour),
        "started_at": at(hour),
        "communities": (town,),
        "lat": 35.0,
        "lon": -79.0,
        "radius_km": 5.0,
        "first_post_at": at(hour),
        "posts": 3,
        "authors": 3,
        "hazards": 0,
        "vulnerable": 0,
        "damage": 0,
        "confidence": 0.5,
        "evidence": (),
    }
    return OutageChange(**(fields | more))


def storm(
    folder: Path,
    outages: Sequence[tuple[str, float, float | None, str]],
    reporters: int = 5,
    **more: Any,  # noqa: ANN401  any field of a line of truth.jsonl
) -> Path:
    """A truth folder of a day; `outages` are (id, start hour, end hour, town)."""
    posts = [{"id": "first", "text": "", "created_at": at(0).isoformat()}]
    posts.append({"id": "last", "text": "", "created_at": at(24).isoformat()})
    truths: list[dict[str, Any]] = []
    for outage, hour, _, town in outages:
        for number in range(reporters):
            id_ = f"{outage}-{number}"
            author = {"id": f"author-{number}"}
            posts.append(
                {"id": id_, "text": "", "created_at": at(hour).isoformat(), "author": author}  # type: ignore[dict-item]
            )
            line = {"id": id_, "labels": ["outage"], "outage": outage, "located": True}
            truths.append(line | {"community": town, "trap": None} | more)
    lines = {
        "posts": posts,
        "truth": truths,
        "outages": [
            {
                "id": id_,
                "started_at": at(start).isoformat(),
                "restored_at": None if end is None else at(end).isoformat(),
                "communities": [town],
                "lat": 35.0,
                "lon": -79.0,
                "customers": 100,
                "cause": None,
            }
            for id_, start, end, town in outages
        ],
    }
    for name, rows in lines.items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def judged(changes: Sequence[OutageChange], folder: Path) -> Score:
    """The score against the truth in the folder."""
    return score(changes, read_truth(folder))


def test_found_missed_and_false_outages_are_counted(tmp_path: Path) -> None:
    truth = storm(tmp_path, [("t1", 1, 5, "alder"), ("t2", 2, 5, "birch"), ("t3", 3, 9, "cedar")])
    result = judged(
        [
            change("p1", "suspected", 1.05),
            change("p1", "likely", 1.1),
            change("p1", "restored", 5),
            change("p2", "likely", 2.5, "birch", lat=35.09),
            change("p3", "suspected", 3, "cedar"),
            change("p4", "likely", 4, "elsewhere", lat=39.0),
        ],
        truth,
    )
    assert result == Score(
        precision=0.6667,
        recall=0.6667,
        f1=0.6667,
        true_outages=3,
        predicted=3,
        detection_delay_min=Percentiles(18.0, 27.6),
        location_error_km=Percentiles(5.0, 9.01),
        false_per_day=1.0,
    )


@pytest.mark.parametrize(
    ("predicted", "found"),
    [
        ([change("p", "likely", 6, "alder")], 0),
        ([change("p", "likely", 0), change("p", "restored", 0.5)], 0),
        ([change("p", "likely", 0), change("p", "restored", 1)], 1),
        ([change("p", "likely", 0), change("p", "dismissed", 0.5), change("p", "dismissed", 3)], 0),
        ([change("p", "likely", 0), change("p", "restoring", 2)], 1),
        ([change("p", "confirmed", 5)], 1),
        ([change("p", "suspected", 2)], 0),
        ([change("p", "likely", 2, "birch")], 1),
        ([change("p", "likely", 2, "birch", lat=35.04)], 1),
        ([change("p", "likely", 2, "birch", lat=35.05)], 0),
        ([change("p", "likely", 2, "birch", lat=36), change("p", "likely", 3, lat=36)], 1),
        ([change("p", "likely", 2, "birch"), change("p", "likely", 3, "birch", lat=36)], 0),
    ],
)
def test_a_pair_shares_place_and_time(
    predicted: list[OutageChange], found: int, tmp_path: Path
) -> None:
    result = judged(predicted, storm(tmp_path, [("t", 1, 5, "alder")]))
    assert result.recall == found


@pytest.mark.parametrize(
    ("more", "counts"),
    [
        ({}, True),
        ({"reporters": 4}, False),
        ({"labels": ["hazard"]}, False),
        ({"labels": ["hazard", "outage"]}, True),
        ({"located": False}, False),
        ({"outage": None}, False),
    ],
)
def test_a_true_outage_needs_five_authors_of_located_reports(
    more: dict[str, Any], counts: bool, tmp_path: Path
) -> None:
    result = judged([], storm(tmp_path, [("t", 1, 5, "alder")], **more))
    assert result.true_outages == counts


def test_most_pairs_go_before_the_least_delay(tmp_path: Path) -> None:
    truth = storm(tmp_path, [("t1", 1, 9, "alder"), ("t2", 2, 9, "birch")])
    both = change("p1", "likely", 2, communities=("alder", "birch"), lat=39.0)
    only_birch = change("p2", "likely", 5, "birch", lat=39.0)
    result = judged([both, only_birch], truth)
    assert result.recall == 1
    assert result.detection_delay_min == Percentiles(120.0, 168.0)


def test_an_outage_never_restored_lasts_to_the_end(tmp_path: Path) -> None:
    truth = storm(tmp_path, [("t", 1, None, "alder")])
    assert judged([change("p", "likely", 23)], truth).recall == 1


def test_nothing_to_measure_is_null_and_no_crash(tmp_path: Path) -> None:
    for name in ("posts", "truth", "outages"):
        (tmp_path / f"{name}.jsonl").write_text("")
    none = Percentiles(None, None)
    assert judged([], tmp_path) == Score(None, None, None, 0, 0, none, none, None)
    truth = storm(tmp_path, [("t", 1, 5, "alder")])
    assert judged([], truth) == Score(None, 0.0, 0.0, 1, 0, none, none, 0.0)


def test_bad_lines_are_told_of_and_other_lines_passed_over(tmp_path: Path) -> None:
    told = tmp_path / "told.jsonl"
    good = msgspec.json.encode(change("p", "likely", 2))
    naive = good.replace(b"Z", b"")
    told.write_bytes(
        b'{"type":"post","id":"1"}\n{"id":3}\n\n' + good + b"\nnonsense\n[1]\n\xff\n"
        b'{"type":"outage","id":"q"}\n' + naive + b"\n"
    )
    bad: list[str] = []
    assert [item.id for item in read_changes(told, bad.append)] == ["p"]
    assert [line.split(": ")[0].rsplit(":")[-1] for line in bad] == ["5", "6", "7", "8", "9"]


def test_a_missing_file_is_named_with_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(DeskError, match=r"none\.jsonl: No such file .*tail"):
        read_changes(tmp_path / "none.jsonl", print)
    with pytest.raises(DeskError, match=r"posts\.jsonl: No such file .*storm generate"):
        read_truth(tmp_path)


@pytest.mark.parametrize("file", ["posts", "truth", "outages"])
@pytest.mark.parametrize("line", ["garbage", "{}", "[1]", '{"id": 1', "\x00", "[" * 10_000])
def test_a_truth_that_is_none_gives_no_score(file: str, line: str, tmp_path: Path) -> None:
    path = storm(tmp_path, [("t", 1, 5, "alder")]) / f"{file}.jsonl"
    good = path.read_text().splitlines()
    path.write_text("\n".join([good[0], "", line, *good[1:]]))
    with pytest.raises(DeskError, match=rf"{file}\.jsonl:3:1: no line .*generate the storm again"):
        read_truth(tmp_path)


def test_predictions_come_from_standard_input_too(tmp_path: Path) -> None:
    storm(tmp_path, [("t", 1, 5, "alder")])
    told = msgspec.json.encode(change("p", "likely", 1.1)) + b"\nbad\n"
    asked = ["score", "--predicted", "-", "--truth", str(tmp_path)]
    done = CliRunner().invoke(app, asked, input=told)
    assert done.exit_code == 0
    assert json.loads(done.stdout)["recall"] == 1
    assert "-:2: skipped" in done.stderr


def test_the_command_prints_json_or_a_table(tmp_path: Path) -> None:
    storm(tmp_path, [("t", 1, 5, "alder")])
    told = tmp_path / "told.jsonl"
    told.write_bytes(msgspec.json.encode(change("p", "likely", 1.1)) + b"\nbad\n")
    asked = ["score", "--predicted", str(told), "--truth", str(tmp_path)]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0
    assert list(json.loads(done.stdout)) == list(Score.__struct_fields__)
    assert json.loads(done.stdout)["detection_delay_min"] == {"p50": 6.0, "p90": 6.0}
    assert "1 bad line skipped" in done.stderr
    table = CliRunner().invoke(app, [*asked, "--format", "text"]).stdout
    assert "detection delay  p50 6 min, p90 6 min" in table


def best_by_force(costs: dict[tuple[int, int], int]) -> tuple[int, int]:
    """Pairs and cost of the best pairing, by trying all."""

    def results() -> Iterator[tuple[int, int]]:
        lefts = sorted({left for left, _ in costs})
        rights = sorted({right for _, right in costs})
        for order in permutations([*rights, *[-1] * len(lefts)], len(lefts)):
            made = [costs[pair] for pair in zip(lefts, order, strict=True) if pair in costs]
            yield -len(made), sum(made)

    return min(results(), default=(0, 0))


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 3), st.integers(0, 3)), st.integers(0, 20), max_size=12
    )
)
@settings(max_examples=150, deadline=None)
def test_pairing_is_as_good_as_trying_all(costs: dict[tuple[int, int], int]) -> None:
    pairs = assign(costs)
    assert len(set(pairs.values())) == len(pairs)
    total = sum(costs[pair] for pair in pairs.items())
    assert (-len(pairs), total) == best_by_force(costs)
