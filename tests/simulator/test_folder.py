from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from desk.post import decode_post
from desk.territories import load_territory
from simulator.errors import FolderError
from simulator.folder import generate
from simulator.storm_file import load_storm
from simulator.truth import IncidentTruth, OutageTruth, PostTruth

FILES = {
    "posts.jsonl",
    "truth.jsonl",
    "outages.jsonl",
    "incidents.jsonl",
    "oms.csv",
    "territory.toml",
    "territory.geojson",
    "storm.toml",
}


def made(folder: Path, name: str = "hurricane", **changes: float) -> dict[str, bytes]:
    generate(load_storm(name, **changes), folder)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_folder_holds_what_the_design_says(tmp_path: Path) -> None:
    files = made(tmp_path / "out", hours=1.0, background=0.3)
    assert set(files) == FILES
    posts = [decode_post(line, n) for n, line in enumerate(files["posts.jsonl"].splitlines(), 1)]
    truths = [
        msgspec.json.decode(line, type=PostTruth) for line in files["truth.jsonl"].splitlines()
    ]
    outages = [
        msgspec.json.decode(line, type=OutageTruth) for line in files["outages.jsonl"].splitlines()
    ]
    assert [post.id for post in posts] == [truth.id for truth in truths]
    assert {truth.outage for truth in truths} - {None} <= {outage.id for outage in outages}
    territory = load_territory(tmp_path / "out" / "territory.toml")
    assert territory.community == load_territory("north-carolina").community


def test_each_incident_is_written_with_the_outage_it_belongs_to(tmp_path: Path) -> None:
    files = made(tmp_path / "out", hours=6.0, background=0.0, scale=0.01)
    incidents = [
        msgspec.json.decode(line, type=IncidentTruth)
        for line in files["incidents.jsonl"].splitlines()
    ]
    outages = {
        outage.id: outage
        for outage in (
            msgspec.json.decode(line, type=OutageTruth)
            for line in files["outages.jsonl"].splitlines()
        )
    }
    assert len(incidents) > 500
    assert {incident.device for incident in incidents} <= {
        "substation", "feeder", "lateral", "service",
    }  # fmt: skip
    ids = {incident.id: incident for incident in incidents}
    for incident in incidents:
        outage = outages[incident.outage]
        assert incident.community in outage.communities
        assert outage.started_at <= incident.started_at < incident.restored_at
        if incident.behind is not None:
            assert ids[incident.behind].started_at <= incident.started_at
    assert any(incident.behind for incident in incidents)


def test_other_processes_make_the_same_bytes(tmp_path: Path) -> None:
    here = made(tmp_path / "here", seed=11, hours=1.5, background=0.3)
    for salt in ("1", "4242"):
        out = tmp_path / salt
        code = (
            "from pathlib import Path; from simulator.folder import generate;"
            "from simulator.storm_file import load_storm;"
            "storm = load_storm('hurricane', seed=11, hours=1.5, background=0.3);"
            f"generate(storm, Path({str(out)!r}))"
        )
        env = {**os.environ, "PYTHONHASHSEED": salt}
        subprocess.run([sys.executable, "-c", code], env=env, check=True, timeout=60)
        assert {path.name: path.read_bytes() for path in sorted(out.iterdir())} == here


@pytest.mark.parametrize("name", ["flood", "blackout"])
def test_the_storm_in_the_folder_makes_the_folder_again(name: str, tmp_path: Path) -> None:
    first = made(tmp_path / "first", name, seed=5, hours=1.2, scale=0.5, background=0.3)
    again = made(tmp_path / "again", str(tmp_path / "first" / "storm.toml"))
    assert first == again


@pytest.mark.parametrize("name", ["hurricane", "flood"])
def test_the_first_hours_are_how_the_longer_ones_begin(name: str, tmp_path: Path) -> None:
    short = made(tmp_path / "short", name, hours=0.77, background=0.3)
    long = made(tmp_path / "long", name, hours=2.0, background=0.3)
    for file in ("posts.jsonl", "truth.jsonl", "outages.jsonl", "incidents.jsonl", "oms.csv"):
        assert short[file]
        assert long[file].startswith(short[file])
    assert len(long["posts.jsonl"]) > 1.5 * len(short["posts.jsonl"])
    assert "first_hours = 0.77" in short["storm.toml"].decode()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(FolderError, match="is not empty"):
        generate(load_storm("flood", hours=0.2, background=0.3), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(FolderError, match="can't write"):
        generate(load_storm("flood", hours=0.2, background=0.3), tmp_path / "file" / "out")


def test_progress_is_told_on_the_way(tmp_path: Path) -> None:
    told: list[tuple[int, float]] = []
    storm = load_storm("blackout", hours=2.0, background=0.3)
    written = generate(storm, tmp_path / "out", progress=lambda n, hour: told.append((n, hour)))
    assert told
    assert told == sorted(told)
    assert told[-1][0] <= written.posts
    assert 0 < told[0][1] <= 2
