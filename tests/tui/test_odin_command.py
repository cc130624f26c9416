"""`outages match` with ODIN's list over the network."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from desk.errors import OmsError
from desk.outages import OutageChange
from desk.post import encode
from tests.desk.oms.odinland import dataset, row
from tui.commands.outages import app

START = datetime(2026, 9, 4, 18, 0, tzinfo=UTC)


def found(tmp_path: Path, *, exercise: bool) -> Path:
    path = tmp_path / "found.jsonl"
    change = OutageChange(
        id="o-1", status="likely", at=START, started_at=START, communities=("alderton",),
        lat=35.0, lon=-79.0, radius_km=5.0, first_post_at=START, posts=9, authors=7, hazards=0,
        vulnerable=0, damage=0, confidence=0.8, evidence=(), exercise=exercise,
    )  # fmt: skip
    path.write_bytes(encode(change) + b"\n")
    return path


async def match(path: Path, url: str, territory: Path) -> Result:
    words = ["match", "--oms", url, "--predicted", str(path), "--territory", str(territory)]
    return await asyncio.to_thread(
        CliRunner().invoke, app, [*words, "--format", "json"], catch_exceptions=False
    )


async def test_outages_are_held_against_the_list_as_it_is_now(
    tmp_path: Path, territory_file: Path
) -> None:
    async with dataset(row(3), row(1, "Portland")) as (url, _):
        path = found(tmp_path, exercise=False)
        result = await match(path, f"{url}/records", territory_file)
        held = json.loads(result.stdout)
        assert [pair["outage"]["id"] for pair in held["matched"]] == ["o-1"]
        assert held["oms_only"] == []
        with pytest.raises(OmsError, match="the two are never mixed"):
            await match(found(tmp_path, exercise=True), f"{url}/records", territory_file)
        with pytest.raises(OmsError, match="answered 404"):
            await match(found(tmp_path, exercise=False), f"{url[:-5]}/nothing", territory_file)
