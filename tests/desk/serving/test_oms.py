"""Screens are told what the utility's own list holds for open."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from desk.oms import OmsOutage
from desk.serving.protocol import Hello, OmsMark, Tick

OpenDesk = Callable[[Path], AbstractAsyncContextManager[Any]]
PostsFile = Callable[[list[str]], Path]
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


async def test_marks_come_with_a_tick(desk: OpenDesk, posts_file: PostsFile) -> None:
    posts = posts_file(["no power in Alderton", "lovely day in Cedar Gap"] * 8)
    async with desk(posts) as (monitor, client):
        await client.until(Hello)
        monitor.pipeline.oms.replace(
            [
                OmsOutage(
                    id="17", started_at=NOON, lat=35.0, lon=-79.0, communities=("alderton",),
                    customers=900,
                ),
                OmsOutage(id="18", started_at=NOON, lat=36.0, lon=-80.0, customers=None),
            ]
        )  # fmt: skip
        await monitor.run()
        outage = monitor.pipeline.outages.open()[0].id
        seen: tuple[OmsMark, ...] | None = None
        while seen is None:
            seen = (await client.until(Tick)).oms
        assert seen == (
            OmsMark("17", 35.0, -79.0, "confirmed", 900, outage),
            OmsMark("18", 36.0, -80.0, "confirmed", None, None),
        )


async def test_a_list_that_changes_is_told_without_another_post(
    desk: OpenDesk, posts_file: PostsFile
) -> None:
    posts = posts_file(["no power in Alderton"])
    async with desk(posts) as (monitor, client):
        await client.until(Hello)
        one = OmsOutage(id="17", started_at=NOON, lat=35.0, lon=-79.0, customers=9)
        monitor.pipeline.oms.replace([one])
        await monitor.run()
        while (await client.until(Tick)).oms is None:
            pass
        monitor.pipeline.oms.replace([])
        seen: tuple[OmsMark, ...] | None = None
        while seen is None:
            seen = (await client.until(Tick)).oms
        assert seen == ()
