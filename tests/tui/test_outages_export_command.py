"""`outages export` as users run it: to stdout, files and folders, with what was left out."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from desk.errors import DeskError
from desk.outages import OutageChange
from desk.post import encode
from tui.commands.outages import app

START = datetime(2031, 9, 4, 16, 0, tzinfo=UTC)
ALERT = "{urn:oasis:names:tc:emergency:cap:1.2}alert"


def told(id_: str, status: str, minute: int, **more: object) -> bytes:
    fields: dict[str, object] = {
        "id": id_, "status": status, "at": START + timedelta(minutes=minute),
        "started_at": START, "communities": ("alderton",), "lat": 35.0, "lon": -79.0,
        "radius_km": 5.0, "first_post_at": START, "posts": 9, "authors": 7, "hazards": 1,
        "vulnerable": 0, "damage": 0, "confidence": 0.8, "evidence": ("secret-post",),
        "exercise": True,
    }  # fmt: skip
    return encode(OutageChange(**(fields | more)))  # type: ignore[arg-type]


@pytest.fixture
def found(tmp_path: Path) -> Path:
    """Two outages that are sure and one that is only suspected."""
    path = tmp_path / "found.jsonl"
    path.write_bytes(
        b"\n".join(
            [told("o1", "likely", 5), told("o2", "likely", 6), told("o3", "suspected", 7), b""]
        )
    )
    return path


def run(*arguments: str | Path, input_: bytes | None = None) -> Result:
    result = CliRunner().invoke(
        app, ["export", *map(str, arguments)], input=input_, catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    return result


@pytest.mark.parametrize("to", ["odin", "cap", "geojson", "csv", "multispeak"])
def test_every_format_on_stdout(found: Path, territory_file: Path, to: str) -> None:
    result = run("--to", to, "--predicted", found, "--territory", territory_file)
    assert "EXERCISE: " in result.stderr
    assert "1 left out: only suspected (--suspected takes them in)" in result.stderr
    assert "secret-post" not in result.stdout
    text = result.stdout_bytes.decode()
    if to == "geojson":
        assert len(json.loads(text)["features"]) == 2
    elif to == "csv":
        assert len(list(csv.DictReader(io.StringIO(text, newline="")))) == 2
    else:
        assert ET.fromstring(text) is not None
    if to == "multispeak":
        assert "2 left out: no feeder known" in result.stderr
    else:
        assert "EXERCISE: 2 outages handed over" in result.stderr


def test_suspected_ones_where_asked_for(found: Path, territory_file: Path) -> None:
    result = run(
        *("--to", "geojson", "--predicted", "-", "--territory", territory_file, "--suspected"),
        input_=found.read_bytes(),
    )
    assert len(json.loads(result.stdout)["features"]) == 3


def test_a_file(found: Path, territory_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.xml"
    result = run(
        *("--to", "odin", "--predicted", found, "--territory", territory_file, "--out", out)
    )
    assert result.stdout == ""
    assert len(ET.parse(out).getroot()) == 2


def test_cap_into_folders_one_after_the_other(
    found: Path, territory_file: Path, tmp_path: Path
) -> None:
    common = ("--to", "cap", "--predicted", found, "--territory", territory_file)
    run(*common, "--out", tmp_path / "first", "--sender", "storm@utility.example")
    first = sorted((tmp_path / "first").iterdir())
    assert len(first) == 2
    assert {ET.parse(path).getroot().tag for path in first} == {ALERT}
    with found.open("ab") as file:
        file.write(told("o1", "dismissed", 30, by="kim") + b"\n")
    result = run(*common, "--out", tmp_path / "second", "--previous", tmp_path / "first")
    (second,) = (tmp_path / "second").iterdir()
    text = second.read_text()
    assert "<msgType>Cancel</msgType>" in text
    assert "storm@utility.example," in text
    assert "1 left out: unchanged since they were told" in result.stderr
    feed = tmp_path / "feed.xml"
    run(*common, "--out", feed, "--previous", tmp_path / "first", "--previous", second)
    assert not list(ET.parse(feed).getroot().iter(ALERT))


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--to", "csv", "--previous", "x"], "needs no --previous"),
        (["--to", "odin", "--previous", "nowhere.xml"], "can't read nowhere.xml"),
        (["--to", "odin"], "which outages"),
        (["--to", "cap", "--sender", "a b"], "can't be a CAP sender"),
        (["--to", "csv", "--out", "no/such/file.csv"], "can't write no/such/file.csv"),
    ],
)
def test_mistakes_are_one_plain_line(
    found: Path, territory_file: Path, arguments: list[str], reason: str
) -> None:
    if "which" not in reason:
        arguments = [*arguments, "--predicted", str(found), "--territory", str(territory_file)]
    with pytest.raises(DeskError, match=reason) as raised:
        CliRunner().invoke(app, ["export", *arguments], catch_exceptions=False)
    assert "\n" not in str(raised.value)
