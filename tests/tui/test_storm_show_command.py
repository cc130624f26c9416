"""`stormdesk storm show`: the page, the picture and the JSON of a storm."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest
from typer.testing import CliRunner

from simulator.errors import FolderError, StormError
from tui.commands.storm import app

SVG = "{http://www.w3.org/2000/svg}"
FLOOD = ("flood", "--hours", "6", "--scale", "0.2")


def run(*args: str) -> str:
    result = CliRunner().invoke(app, ["show", *args], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return str(result.stdout)


@cache
def page() -> str:
    return run(*FLOOD)


@cache
def data() -> dict[str, Any]:
    return dict(msgspec.json.decode(run(*FLOOD, "--format", "json")))


def test_a_page_has_every_part_and_fits_eighty_columns() -> None:
    text = page()
    for part in (
        "customers without power",
        "weather",
        "posts per minute by label",
        "posts per minute by channel",
        "map",
        "in figures",
        "largest outages",
    ):
        assert part in text
    assert max(map(len, text.splitlines())) <= 80
    assert any("\u2800" < char <= "\u28ff" for char in text)


def test_a_page_says_without_colour_what_it_shows() -> None:
    text = page()
    assert "\x1b" not in text
    peak = data()["customers_out"]["peak"]["customers"]
    assert f"▼ {peak:,} at " in text or f"{peak:,} at" in text
    for label in ("▲ outage", "# damage"):
        assert label in text
    assert "km/h" in text
    assert "mm/h" in text
    assert "/min" in text


def test_a_wide_page_uses_its_width() -> None:
    widest = max(map(len, run(*FLOOD, "--width", "180").splitlines()))
    assert 150 < widest <= 180


def test_json_holds_the_curves_the_track_and_each_hour() -> None:
    shown = data()
    assert [hour["hour"] for hour in shown["hours"]] == list(range(6))
    curve = shown["customers_out"]
    assert len(curve["values"]) == 6 * 3600 // curve["step_s"] + 1
    assert max(curve["values"]) <= curve["peak"]["customers"]
    rates = shown["posts_per_minute"]
    bins = 6 * 3600 // rates["step_s"]
    assert {len(values) for values in rates["by_label"].values()} == {bins}
    assert {len(values) for values in rates["by_channel"].values()} == {bins}
    assert rates["background"] > 0
    assert shown["track"][0]["hour"] < 0
    assert shown["largest_outages"][0]["customers"] >= shown["largest_outages"][-1]["customers"]


def test_the_picture_stands_alone_and_says_exercise(tmp_path: Path) -> None:
    path = tmp_path / "flood.svg"
    assert run(*FLOOD, "--svg", str(path)) == page()
    text = path.read_text("utf-8")
    root = ET.fromstring(text)
    assert root.tag == f"{SVG}svg"
    shown = " ".join(element.text or "" for element in root.iter(f"{SVG}text"))
    for words in (
        "EXERCISE",
        "Customers without power",
        "by label",
        "by channel",
        "Towns and track",
        "outage",
    ):
        assert words in shown
    assert not [e for e in root.iter() if e.tag.removeprefix(SVG) in {"script", "image", "style"}]
    assert "href" not in text
    assert len(text.encode()) < 200_000


def test_everything_in_the_picture_is_inside_it(tmp_path: Path) -> None:
    path = tmp_path / "calm.svg"
    run("blackout", "--hours", "2", "--scale", "0.1", "--svg", str(path))
    root = ET.fromstring(path.read_text("utf-8"))
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    down = 0.0
    for element in root.iter():
        if element.tag == f"{SVG}g":
            down = float(element.get("transform", "translate(0 0)")[10:-1].split()[1])
        if element.tag in {f"{SVG}text", f"{SVG}circle"}:
            x, y = (float(element.get(a) or element.get(f"c{a}") or -1) for a in "xy")
            assert 0 <= x <= width
            assert 0 <= y + down <= height
    assert down > 0


def test_a_generated_folder_is_shown_as_the_storm_that_made_it(tmp_path: Path) -> None:
    made = tmp_path / "made"
    options = ["--hours", "1", "--scale", "0.2", "--background", "0", "--seed", "9"]
    generated = CliRunner().invoke(app, ["generate", "flood", *options, "--out", str(made)])
    assert generated.exit_code == 0
    from_folder = run(str(made), "--format", "json")
    assert from_folder == run(str(made / "storm.toml"), "--format", "json")
    shown = msgspec.json.decode(from_folder)
    lines = (made / "posts.jsonl").read_text("utf-8").splitlines()
    assert shown["seed"] == 9
    assert shown["posts_per_minute"]["posts"] == len(lines)
    outages = (made / "outages.jsonl").read_text("utf-8").splitlines()
    ids = {msgspec.json.decode(line)["id"] for line in outages}
    assert {outage["id"] for outage in shown["largest_outages"]} <= ids


def test_an_unknown_storm_and_a_file_that_can_not_be_written_are_told(tmp_path: Path) -> None:
    with pytest.raises(StormError, match="unknown storm 'tornado'"):
        run("tornado")
    with pytest.raises(FolderError, match=r"can't write .*--svg"):
        run("flood", "--hours", "0.2", "--svg", str(tmp_path / "none" / "x.svg"))
    refused = CliRunner().invoke(app, ["show", "flood", "--width", "5"])
    assert refused.exit_code == 2


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_colour_is_for_terminals_that_want_it(no_color: str, coloured: bool) -> None:
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "tui", "storm", "show", "flood", "--hours", "0.5"]
    with subprocess.Popen(
        command,
        stdout=follower,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "NO_COLOR": no_color, "TERM": "xterm-256color"},
    ) as shown:
        os.close(follower)
        text = b""
        while chunk := _read(leader):
            text += chunk
    os.close(leader)
    assert shown.returncode == 0
    assert "customers without power" in text.decode()
    assert (b"\x1b[" in text) is coloured


def _read(leader: int) -> bytes:
    try:
        return os.read(leader, 65536)
    except OSError:  # the other end is closed
        return b""


def test_another_stream_and_share_change_what_is_counted() -> None:
    hour = ("flood", "--hours", "1", "--scale", "0.5", "--format", "json")
    firehose = msgspec.json.decode(run(*hour, "--background", "0.9"))["posts_per_minute"]
    addressed = msgspec.json.decode(run(*hour, "--stream", "addressed"))["posts_per_minute"]
    assert 0 < addressed["posts"] < firehose["posts"]
    assert firehose["background"] == pytest.approx(9 * firehose["posts"] / 60, abs=0.01)
