"""`outages list` and `outages match` as users run them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from desk.errors import DeskError
from desk.outages import OutageChange
from desk.pipeline import Pipeline
from desk.post import encode
from desk.store import Store
from desk.territories import load_territory
from tui.commands.outages import app

START = datetime(2031, 9, 4, 16, 0, tzinfo=UTC)


def told(id_: str, status: str, minute: int, town: str = "alderton", **more: object) -> bytes:
    fields: dict[str, object] = {
        "id": id_, "status": status, "at": START + timedelta(minutes=minute),
        "started_at": START, "communities": (town,), "lat": 35.0, "lon": -79.0, "radius_km": 5.0,
        "first_post_at": START, "posts": 9, "authors": 7, "hazards": 1, "vulnerable": 0,
        "damage": 0, "confidence": 0.8, "evidence": (), "exercise": True,
    }  # fmt: skip
    return encode(OutageChange(**(fields | more)))  # type: ignore[arg-type]


@pytest.fixture
def found(tmp_path: Path) -> Path:
    """Three outages as `tail` prints them: likely, ended and suspected."""
    path = tmp_path / "found.jsonl"
    lines = [
        told("o-alderton", "suspected", 3),
        told("o-alderton", "likely", 5),
        told("o-birch\x1b[31m", "likely", 9, "birchfield", lat=35.5, lon=-79.5),
        told("o-birch\x1b[31m", "restored", 60, "birchfield", lat=35.5, lon=-79.5),
        told("o-cedar", "suspected", 9, "cedar-gap", lat=36.0, lon=-80.0),
        b"not json",
    ]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


@pytest.fixture
def oms(tmp_path: Path) -> Path:
    path = tmp_path / "oms.csv"
    path.write_text(
        "id,start,recorded_at,city,customers\n"
        "17,2031-09-04T15:58:00Z,2031-09-04T16:20:00Z,Alderton,800\n"
        "18,2031-09-04T15:58:00Z,,Cedar Gap,50\n"
        "19,never,,Cedar Gap,50\n"
        "20,2031-09-05T15:58:00Z,,Birchfield,4000\n"
    )
    return path


def run(*arguments: str | Path, input_: bytes | None = None) -> Result:
    return CliRunner().invoke(app, [str(word) for word in arguments], input=input_)


def lines(result: Result) -> Iterator[str]:
    assert result.exit_code == 0, result.output
    return iter(result.stdout.splitlines())


def test_match_as_text(found: Path, oms: Path, territory_file: Path) -> None:
    result = run("match", "--oms", oms, "--predicted", found, "--territory", territory_file)
    text = list(lines(result))
    assert text[0] == "EXERCISE  Three Towns: 3 outages from posts, 3 in the utility's list"
    assert text[2] == "In posts alone: 1"
    assert "Birchfield" in text[4]
    assert "\x1b" not in result.stdout
    assert any(line.startswith("In both: 2") for line in text)
    assert any("In the utility's list alone: 1 with 4,000 customers" in line for line in text)
    likely = next(line for line in text if line.startswith("likely ") and "%" in line)
    assert likely.split() == ["likely", "+15.0", "+15.0", "+15.0", "100%", "1"]
    assert "oms.csv:4: skipped: 'never' is no time" in result.stderr
    assert "found.jsonl:6: skipped" in result.stderr


def test_match_as_json(found: Path, oms: Path, territory_file: Path) -> None:
    result = run(
        *("match", "--oms", oms, "--predicted", "-", "--territory", territory_file),
        *("--format", "json"),
        input_=found.read_bytes(),
    )
    held = json.loads(next(lines(result)))
    assert (held["territory"], held["exercise"]) == ("Three Towns", True)
    pairs = {pair["outage"]["id"]: pair["oms"]["id"] for pair in held["matched"]}
    assert pairs == {"o-alderton": "17", "o-cedar": "18"}
    assert [outage["id"] for outage in held["social_only"]] == ["o-birch\x1b[31m"]
    assert [one["id"] for one in held["oms_only"]] == ["20"]
    first = held["matched"][0]
    assert first["lead_min"]["record"] == {"first_post": 20.0, "suspected": 17.0, "likely": 15.0}
    assert first["lead_min"]["start"] == {"first_post": -2.0, "suspected": -5.0, "likely": -7.0}
    assert held["lead_times_min"]["record"]["likely"]["ahead"] == 1.0


def test_as_it_stood_then(found: Path, oms: Path, territory_file: Path) -> None:
    """Before the utility's record at 16:20 Z, which is 12:20 in the territory."""

    def heads(at: str) -> list[str]:
        result = run(
            *("match", "--oms", oms, "--predicted", found, "--territory", territory_file),
            *("--at", at),
        )
        return [line for line in lines(result) if line.startswith("In ")]

    assert heads("2031-09-04T12:06")[0] == "In posts alone: 1"
    assert heads("2031-09-04T12:06")[1] == "In both: 0"
    assert heads("2031-09-04T12:21")[1].startswith("In both: 2")
    result = run(
        *("match", "--oms", oms, "--predicted", found, "--territory", territory_file),
        *("--at", "noon"),
    )
    assert result.exit_code == 2
    assert "'noon' is no time" in result.stderr


def test_only_suspected_outages_are_counted_apart(found: Path, territory_file: Path) -> None:
    oms = found.parent / "other.csv"
    oms.write_text("id,start,city\n1,2031-09-04T15:58:00Z,Alderton\n")
    result = run("match", "--oms", oms, "--predicted", found, "--territory", territory_file)
    assert "In posts alone: 1; 1 more were only suspected" in result.stdout


def test_list_shows_the_open_and_the_sure_first(found: Path, territory_file: Path) -> None:
    result = run("list", "--predicted", found, "--territory", territory_file)
    text = list(lines(result))
    assert text[0].startswith("EXERCISE  3 outages, 2 open; people who post, not customers,")
    assert [line.split()[0] for line in text[2:]] == ["likely", "suspected", "restored"]
    assert "04 Sep 12:00" in text[2]
    assert "\x1b" not in result.stdout
    result = run("list", "--open", "--predicted", found, "--territory", territory_file)
    assert len(list(lines(result))) == 4


def test_list_as_json_is_what_tail_prints(found: Path, territory_file: Path) -> None:
    result = run("list", "--predicted", found, "--territory", territory_file, "--format", "json")
    items = [json.loads(line) for line in lines(result)]
    assert [item["id"] for item in items] == ["o-alderton", "o-cedar", "o-birch\x1b[31m"]
    assert all(item["type"] == "outage" and item["exercise"] for item in items)


def test_the_store_of_a_running_desk(tmp_path: Path, territory_file: Path) -> None:
    territory = load_territory(territory_file)
    store = Store(tmp_path / "data")
    store.territory(territory.name)
    try:
        Pipeline(None, territory, store)
        result = run("list", "--data", tmp_path / "data", "--territory", territory_file)
        assert next(lines(result)).startswith("0 outages")
        with pytest.raises(DeskError, match="'Three Towns', which is not built in"):
            CliRunner().invoke(
                app, ["list", "--data", str(tmp_path / "data")], catch_exceptions=False
            )
    finally:
        store.close()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["list"], "which outages"),
        (["list", "--predicted", "x", "--data", "y"], "which outages"),
        (["list", "--data", "nowhere"], "no store in nowhere"),
        (["list", "--predicted", "nowhere.jsonl"], "can't read nowhere.jsonl"),
    ],
)
def test_mistakes_are_one_plain_line(arguments: list[str], reason: str) -> None:
    with pytest.raises(DeskError, match=reason) as raised:
        CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert "\n" not in str(raised.value)


def test_outages_of_another_territory_are_told(found: Path) -> None:
    with pytest.raises(DeskError, match="none of the outages lies in North Carolina: give theirs"):
        CliRunner().invoke(app, ["list", "--predicted", str(found)], catch_exceptions=False)
