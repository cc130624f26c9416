"""Whatever is posted and done: a restart changes nothing, undo gives the states back."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.cases import Case
from desk.errors import CaseError
from desk.post import LabelledPost
from rules.verdict import LABELS
from tests.desk.cases.town import Town, post

KINDS = (
    "next",
    "take",
    "release",
    "assign",
    "customer",
    "operations",
    "answered",
    "close",
    "reopen",
    "snooze",
    "wake",
    "merge",
    "split",
    "tag",
    "note",
    "undo",
)
Step = LabelledPost | dict[str, Any] | float | str


@st.composite
def days(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS) -> list[Step]:
    """Posts, acts, time that passes and changes of the mode."""
    steps: list[Step] = []
    minute = 0.0
    for number in range(draw(st.integers(1, 25))):
        minute += draw(st.sampled_from((0, 1, 7, 20, 45, 3_000)))
        case = f"c-x-{draw(st.integers(0, max(number, 1)))}"
        what = draw(st.sampled_from(("post", "post", "act", "act", "time", "mode", "reply")))
        if what == "post":
            answered = draw(st.integers(0, 30))
            labels = draw(st.sampled_from(LABELS[:-1]))
            who = str(draw(st.integers(0, 3)))
            reply = str(answered) if answered < number else None
            repost = reply if draw(st.integers(0, 5)) == 0 else None
            late = draw(st.sampled_from((0, 0, 0, 30)))
            steps.append(
                post(str(number), minute - late, who, labels, reply_to=reply, repost_of=repost)
            )
        elif what == "act":
            posts = tuple(str(n) for n in draw(st.sets(st.integers(0, number), max_size=2)))
            kind = draw(st.sampled_from(kinds))
            other = f"c-x-{draw(st.integers(0, max(number, 1)))}"
            by, to = draw(st.sampled_from(("bea", "carl"))), "dora"
            steps.append(
                {"kind": kind, "case": case, "by": by, "to": to, "into": other, "posts": posts,
                 "minutes": 20, "tags": ("a", "b"), "text": "look"}
            )  # fmt: skip
        elif what == "reply":
            steps.append(case)
        elif what == "mode":
            steps.append(draw(st.sampled_from(("storm", "calm"))))
        else:
            steps.append(minute)
    return steps


def play(town: Town, step: Step) -> object:
    """Take a step; what it says, or why it can't be."""
    try:
        match step:
            case LabelledPost():
                return town.see(step)
            case dict():
                return town.act(**step).words
            case "storm" | "calm":
                town.cases.set_mode(step, "bea", town.now)
            case str():
                return town.cases.replied(step, town.now, "bea")
            case _:
                town.pass_time(step)
    except CaseError as error:
        return str(error)
    return None


@given(days(), st.data())
@settings(max_examples=60, deadline=None)
def test_saved_and_restored_at_any_point_it_goes_on_the_same(
    steps: list[Step], data: st.DataObject
) -> None:
    stops = data.draw(st.sets(st.integers(0, len(steps) - 1), max_size=3))
    whole, parts = Town(held=6), Town(held=6)
    for number, step in enumerate(steps):
        if number in stops:
            parts.restart()
        assert play(parts, step) == play(whole, step)
        assert parts.cases.queue(99) == whole.cases.queue(99)
        assert sorted(parts.cases.all(), key=key) == sorted(whole.cases.all(), key=key)
        assert (parts.cases.late, parts.cases.skipped, parts.cases.mode) == (
            whole.cases.late, whole.cases.skipped, whole.cases.mode,
        )  # fmt: skip
    whole.save()
    parts.save()
    assert whole.states == parts.states
    assert whole.journal == parts.journal


def key(case: Case) -> str:
    return case.id


@given(days())
@settings(max_examples=60, deadline=None)
def test_every_post_is_in_one_case_and_the_queue_is_whole_and_in_order(steps: list[Step]) -> None:
    town = Town()
    for step in steps:
        play(town, step)
        cases = town.cases.all()
        held = [(case.id, one) for case in cases for one in case.posts]
        seen = [one.id for one in steps_seen(town)]
        assert sorted(one for _, one in held) == sorted(seen)
        assert all(town.cases.case_of(town.posts["x", one]) == id_ for id_, one in held)
        waiting = {case.id for case in cases if case.state in ("new", "mine")}
        queue = town.cases.queue(999)
        assert {case.id for case in queue} == waiting
        assert len(queue) == town.cases.queued == town.cases.waiting + town.cases.skipped
        ranks = [
            (not {"hazard", "vulnerable"} & set(c.labels), town.cases.is_skipped(c)) for c in queue
        ]
        assert ranks == sorted(ranks)
        overdue = {c.id for c in cases if c.due_at and c.due_at <= town.now and promised(town, c)}
        town.cases.pass_time(town.now)
        assert {c.id for c in town.cases.all() if town.cases.is_late(c)} == overdue


def promised(town: Town, case: Case) -> bool:
    return case.state in ("new", "mine", "operations") and not town.cases.is_skipped(case)


def steps_seen(town: Town) -> list[LabelledPost]:
    return [one for one in town.posts.values() if one.repost_of is None]


@given(days(), days(kinds=tuple(kind for kind in KINDS if kind != "undo")))
@settings(max_examples=60, deadline=None)
def test_undo_of_all_acts_gives_the_states_back(before: list[Step], acts: list[Step]) -> None:
    town = Town()
    for step in before:
        play(town, step)
    states = {case.id: plain(case) for case in town.cases.all()}
    done: list[str] = []
    kept: set[str] = set()
    for step in acts:
        if isinstance(step, dict):
            number = town.cases.deeds
            if play(town, step) == "it is in your hand already":
                # no deed, and nothing to undo: it tells that whoever has the case is still at it
                kept.add(max(town.cases.all(), key=lambda case: case.version).id)
            elif town.cases.deeds != number:
                done.append(next(c.id for c in town.cases.all() if last(town, c.id) > number))
    for case in reversed(done):
        town.act("undo", case)
    found = {case.id: plain(case) for case in town.cases.all()}
    for id_ in kept & states.keys() & found.keys():
        touched = states[id_].touched_at
        found[id_] = msgspec.structs.replace(found[id_], touched_at=touched)
    assert found == states


ALONE = ("take", "release", "assign", "customer", "operations", "answered", "close", "reopen",
         "snooze", "tag", "note")  # fmt: skip


@given(days(kinds=ALONE))
@settings(max_examples=60, deadline=None)
def test_undone_acts_leave_what_posts_alone_would_have_made(steps: list[Step]) -> None:
    acted, straight = Town(), Town()
    done: list[str] = []
    for step in steps:
        if isinstance(step, LabelledPost):
            play(acted, step)
            play(straight, step)
        elif isinstance(step, dict):
            number = acted.cases.deeds
            play(acted, step)
            done += [step["case"]] * (acted.cases.deeds - number)
    for case in reversed(done):
        acted.act("undo", case)
    assert [plain(case) for case in sorted(acted.cases.all(), key=key)] == [
        plain(case) for case in sorted(straight.cases.all(), key=key)
    ]


def last(town: Town, case: str) -> int:
    deed = town.cases.last_deed(case)
    return deed.number if deed else 0


def plain(case: Case) -> Case:
    return msgspec.structs.replace(case, version=0)
