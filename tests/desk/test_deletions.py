"""What its author has deleted: no words of it are left, and nobody is answered there."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.deletions import TEXT, WHY_NOT
from desk.feeds import Batch, Deleted
from desk.replies.errors import ReplyError
from tests.desk.replies.bench import Bench

SECRET = "no power at Quillfeather Lane"


def delete(bench: Bench, *ids: str, exercise: bool = True) -> None:
    gone = tuple(Deleted("x", id_, exercise) for id_ in ids)
    bench.pipeline.process("f", Batch((), "9", deleted=gone))


def test_the_words_of_a_deleted_post_leave_the_store_and_its_case(tmp_path: Path) -> None:
    bench = Bench(data=tmp_path)
    bench.people([SECRET, "lovely day at Quillfeather Lane"], who="ann")
    bench.people(["no power in Alderton"], who="bob")
    case = bench.case()
    assert "Quillfeather" in case.text
    delete(bench, "p0-0", "p0-1", "p-unknown")
    kept = bench.store.post("p0-0")
    assert kept is not None
    assert (kept.text, kept.deleted, kept.labels, kept.matches) == (TEXT, True, ("outage",), ())
    sampled = bench.store.sampled("p0-1")
    assert sampled is not None
    assert sampled.text == TEXT
    assert bench.case().text == TEXT
    assert bench.case().labels == ("outage",)
    other = bench.store.post("p1-0")
    assert other is not None
    assert other.text == "no power in Alderton"
    # the sample goes with its block; of what has a label nothing is left
    states = b"".join(bench.store.states("case").values())
    assert b"Quillfeather" not in states
    assert bench.pipeline.intake.knows("f", "x", "p0-0")  # it does not come again


def test_a_change_goes_with_its_post_and_what_came_in_the_same_batch() -> None:
    bench = Bench()
    bench.people([SECRET], id="p")
    bench.people([f"{SECRET}, still"], 1, id="p#edited-2031-05-01T16:01:00Z", who="a0-0")
    bench.people([SECRET], 2, id="pp")
    delete(bench, "p")
    posts = bench.store.newest(9)
    assert [(post.id, post.deleted) for post in posts] == [
        ("p", True), ("p#edited-2031-05-01T16:01:00Z", True), ("pp", False),
    ]  # fmt: skip
    assert SECRET not in bench.case().text


def test_no_drill_deletes_what_is_real() -> None:
    bench = Bench(exercise=False)
    bench.people([SECRET], id="p")
    delete(bench, "p", exercise=True)
    assert bench.case().text == SECRET
    delete(bench, "p", exercise=False)
    assert bench.case().text == TEXT


def test_a_case_that_has_left_memory_forgets_the_words_as_well() -> None:
    bench = Bench()
    bench.people([SECRET, "no power in Alderton"])
    id_ = bench.case().id
    bench.pipeline.cases._memory.let_go(0)
    bench.pipeline.settle()
    assert bench.pipeline.cases.get(id_) is None
    delete(bench, "p0-0")
    case = bench.pipeline.case(id_)
    assert case is not None
    assert case.text == TEXT
    assert b"Quillfeather" not in b"".join(bench.store.states("past case").values())


async def test_nobody_is_answered_below_a_deleted_post() -> None:
    bench = Bench()
    bench.people([SECRET])
    reply = bench.send(bench.case(), "We know of it and crews are on it")
    delete(bench, "p0-0")
    await bench.deliver()
    sent_back = bench.reply(reply)
    assert (sent_back.state, sent_back.note) == ("rejected", f"not sent: {WHY_NOT}")
    assert bench.dry_run.recorded() == []
    with pytest.raises(ReplyError, match="deleted by its author"):
        bench.send(bench.case(), "We know of it and crews are on it")
    bench.people([f"{SECRET}, again"], 5, who="a0-0")  # they have written anew
    bench.send(bench.case(), "We know of it and crews are on it")
    await bench.deliver()
    assert len(bench.dry_run.recorded()) == 1
