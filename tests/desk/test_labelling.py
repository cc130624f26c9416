"""Labelling in processes of their own: the same labels in the same order, whatever dies."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desk.errors import LabellingError
from desk.labelling import Labellers
from desk.post import Post
from rules import Engine, Verdict, load_packs

AT = datetime(2024, 5, 1, 12, tzinfo=UTC)


def posts(count: int) -> list[Post]:
    texts = ["no power here", "nice soup", "the line is down", "a cat"]
    return [
        Post(id=f"p{number}", channel="x", text=texts[number % 4], created_at=AT)
        for number in range(count)
    ]


@pytest.fixture
def labellers(rules_folder: Path) -> Iterator[Labellers]:
    made = Labellers([rules_folder], 2)
    made.start()
    yield made
    made.close()


def test_they_say_what_the_desks_own_engine_says(labellers: Labellers, rules_folder: Path) -> None:
    some = posts(10)
    told = asyncio.run(labellers.classify(some))
    own = Engine(load_packs(rules_folder)).classify(some)
    assert [(v.labels, v.matches) for v in told] == [(v.labels, v.matches) for v in own]
    assert labellers.work_s > 0


def test_no_posts_need_no_process(labellers: Labellers) -> None:
    assert asyncio.run(labellers.classify([])) == []


def test_posts_of_a_process_that_was_killed_are_labelled_by_another(labellers: Labellers) -> None:
    async def killed() -> list[tuple[str, ...]]:
        await labellers.classify(posts(1))
        for process in multiprocessing.active_children():
            process.kill()
        labellers._all[0].leave()  # as another batch does that has found it dead first
        return [verdict.labels for verdict in await labellers.classify(posts(3))]

    assert asyncio.run(killed()) == [("outage",), (), ("hazard",)]


def test_processes_that_can_never_begin_are_an_error_of_one_line(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("language = 1")
    broken = Labellers([tmp_path], 1)
    try:
        with pytest.raises(LabellingError, match="fewer --processes"):
            asyncio.run(broken.classify(posts(1)))
    finally:
        broken.close()


def test_who_stops_waiting_does_not_mix_up_the_answers(rules_folder: Path) -> None:
    one = Labellers([rules_folder], 1)

    async def impatient() -> list[list[Verdict]]:
        waits = [asyncio.create_task(one.classify(posts(count))) for count in range(1, 9)]
        await asyncio.sleep(0)
        for wait in waits[::2]:
            wait.cancel()
        told = await asyncio.gather(*waits, return_exceptions=True)
        return [each for each in told if isinstance(each, list)]

    try:
        told = asyncio.run(impatient())
    finally:
        one.close()
    assert [len(each) for each in told] == [2, 4, 6, 8]
    assert [v.labels for v in told[1]] == [("outage",), (), ("hazard",), ()]


def test_they_know_the_utilitys_own_accounts(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        'language = "en"\n[[rule]]\nid = "told"\nlabel = "outage"\nany = ["still out"]\n'
        'when = ["own_account"]\n'
    )
    asked = [
        Post(id=name, channel="x", text="still out", created_at=AT, mentions=(name,))
        for name in ("ElmPower", "elsewhere")
    ]
    knowing = Labellers([tmp_path], 1, ["ElmPower"])
    try:
        told = asyncio.run(knowing.classify(asked))
    finally:
        knowing.close()
    assert [verdict.labels for verdict in told] == [("outage",), ()]
