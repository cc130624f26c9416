"""Everything goes wrong at once, and a desk that is killed has each post of a storm once.

The short form of tests/benchmarks/wire_faults.py: a server and a desk in processes of their own.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.benchmarks.wire_faults import Plan, run

FAULTS = (
    "drop=0.015@0.2-28",
    "mastodon:drop=0.03@0.2-28",
    "x:drop=0.3@0.2-28",
    "stall=0.05/min,0.5s@0.2-28",
    "duplicate=0.05@0.2-28",
    "reorder=0.05@0.2-28",
    "garbage=0.05@0.2-28",
    "odin:500=0.3@0.2-28",
    "mastodon:500=0.1@0.2-8",
    "meta:503=0.5@0.2-28",
    "slow=400000@0.2-28",
    "skew=-90@2-28",
)
MOST_S = 230.0
RULES = Path(__file__).parents[3] / "rules" / "packs" / "en"
"""Fewer rules are read sooner, and ask X for less."""


@pytest.mark.timeout(240)
async def test_a_desk_has_each_post_once_whatever_goes_wrong(tmp_path: Path) -> None:
    plan = Plan(
        hours=0.5,
        scale=0.05,
        kills=1,
        faults=FAULTS,
        rules=RULES,
        settle_s=30.0,
        quiet_s=0.4,
        dead_s=0.3,
    )
    async with asyncio.timeout(MOST_S):
        account = await run(plan, tmp_path)
    assert account.holds, account.table()
    told = {row.channel: row.told for row in account.rows}
    assert told["bluesky"] > 20
    assert told["mastodon"] > 10
    assert told["x"] > 3
    assert account.starts == 2
    assert "Traceback" not in (tmp_path / "server.log").read_text()  # what is cut is no error
    done = {kind for kinds in account.faults.values() for kind in kinds}
    assert done >= {"drop", "duplicate", "garbage", "slow", "skew"}
