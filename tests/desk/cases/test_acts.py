"""What people do to cases: states, collisions, merge and split; and that it can be undone."""

from __future__ import annotations

import pytest

from desk.errors import CaseError
from tests.desk.cases.town import Town, at, post


@pytest.fixture
def town() -> Town:
    """Ann has written twice, Bob once; it is 12:10."""
    town = Town()
    town.see(post("1"), post("2", 5), post("b", 6, "bob", "hazard"))
    town.pass_time(10)
    return town


def test_next_takes_the_first_of_the_queue_that_nobody_has(town: Town) -> None:
    first = town.act("next")
    assert first.case is not None
    assert (first.case.id, first.case.state, first.case.agent) == ("c-x-b", "mine", "bea")
    assert (first.action.case, first.words) == ("c-x-b", "taken in hand")
    second = town.act("next", by="carl")
    assert second.case is not None
    assert second.case.id == "c-x-1"
    nobody = town.act("next", by="dora")
    assert (nobody.case, nobody.words) == (None, "nobody waits for an answer")


def test_next_gives_back_ones_own_case_once_the_customer_writes_again(town: Town) -> None:
    town.act("next")
    town.act("next")
    assert town.act("next").case is None
    town.see(post("3", 12))
    again = town.act("next")
    assert again.case is not None
    assert again.case.id == "c-x-1"


def test_nobody_takes_a_case_out_of_anothers_hand(town: Town) -> None:
    town.act("take", "c-x-1")
    town.pass_time(14)
    with pytest.raises(CaseError, match="bea has had it in hand for 4 min, last act 4 min ago"):
        town.act("take", "c-x-1", by="carl")
    assert town.act("take", "c-x-1").words == "it is in your hand already"
    given = town.act("assign", "c-x-1", by="carl", to="carl")
    assert given.case is not None
    assert (given.case.agent, given.words) == ("carl", "given to carl")


@pytest.mark.parametrize(
    ("kind", "state", "waits"),
    [
        ("customer", "customer", False),
        ("operations", "operations", True),
        ("answered", "answered", False),
        ("close", "closed", False),
    ],
)
def test_a_case_waits_for_others_or_is_done_until_the_customer_writes_again(
    kind: str, state: str, waits: bool, town: Town
) -> None:
    done = town.act(kind, "c-x-1").case
    assert done is not None
    assert (done.state, done.agent, done.waiting_since is not None) == (state, "bea", waits)
    assert town.queue() == ["c-x-b"]
    town.see(post("3", 20))
    again = town.get("c-x-1")
    assert (again.state, again.contacts) == ("mine", 3 if waits else 1)
    assert again.waiting_since == (at(0) if waits else at(20))
    assert town.queue() == ["c-x-b", "c-x-1"]
    town.save()
    assert (0, "c-x-1 reopened") in town.journal


def test_what_is_put_off_wakes_by_itself_or_by_a_new_post(town: Town) -> None:
    town.act("snooze", "c-x-1", minutes=30)
    town.act("release", "c-x-1")
    town.act("snooze", "c-x-b", minutes=60)
    assert town.queue() == []
    town.pass_time(39)
    assert town.get("c-x-1").state == "snoozed"
    town.pass_time(40)
    assert (town.get("c-x-1").state, town.queue()) == ("new", ["c-x-1"])
    town.see(post("b2", 41, "bob"))
    assert town.get("c-x-b").state == "mine"
    assert town.get("c-x-b").snoozed_until is None


def test_an_untouched_case_goes_back_to_the_queue_and_the_journal_says_so(town: Town) -> None:
    town.act("take", "c-x-1")
    town.pass_time(39)
    assert town.get("c-x-1").agent == "bea"
    town.act("note", "c-x-1", text="calling operations")
    town.pass_time(68)
    assert town.get("c-x-1").agent == "bea"
    town.pass_time(69)
    assert (town.get("c-x-1").agent, town.get("c-x-1").state) == (None, "new")
    town.save()
    assert town.journal[-1] == (0, "c-x-1 returned")


def test_writing_keeps_a_case_in_hand(town: Town) -> None:
    town.act("take", "c-x-1")
    for minute in range(11, 80, 10):
        town.pass_time(minute)
        town.cases.touched("c-x-1", "bea", town.now)
    assert town.get("c-x-1").agent == "bea"
    town.pass_time(150)
    assert town.get("c-x-1").agent is None


def test_merged_cases_are_one_and_new_posts_go_there(town: Town) -> None:
    town.act("tag", "c-x-b", tags=("wire", "wire", " two  words "))
    town.act("merge", "c-x-1", into="c-x-b")
    both, gone = town.get("c-x-b"), town.get("c-x-1")
    assert (both.posts, both.labels) == (("1", "2", "b"), ("hazard", "outage"))
    assert (both.contacts, both.waiting_since, both.tags) == (3, at(0), ("wire", "two words"))
    assert (gone.state, gone.merged_into, gone.posts) == ("closed", "c-x-b", ())
    thread = town.see(post("t", 11, "cid", reply_to="2"))
    assert thread is not None
    assert thread.id == "c-x-b"
    with pytest.raises(CaseError, match="it was merged into c-x-b"):
        town.act("close", "c-x-1")
    town.act("undo", "c-x-1")
    assert town.get("c-x-1").posts == ("1", "2")
    assert town.get("c-x-b").posts == ("b", "t")
    assert town.cases.case_of(post("2")) == "c-x-1"
    assert (town.get("c-x-b").labels, town.get("c-x-b").waiting_since) == (
        ("hazard", "outage"), at(6),
    )  # fmt: skip


def test_merge_then_split_gives_both_back(town: Town) -> None:
    before = town.get("c-x-1"), town.get("c-x-b")
    town.act("merge", "c-x-1", into="c-x-b")
    town.act("split", "c-x-b", posts=("1", "2"))
    after = town.get("c-x-1"), town.get("c-x-b")
    told = ("id", "posts", "labels", "text", "contacts", "waiting_since", "due_at", "merged_into")
    assert [[getattr(case, name) for name in told] for case in after] == [
        [getattr(case, name) for name in told] for case in before
    ]
    assert after[0].author == "@ann"


def test_a_split_case_waits_for_what_nobody_has_answered(town: Town) -> None:
    town.act("answered", "c-x-1")
    town.see(post("3", 20, labels="billing"))
    made = town.act("split", "c-x-1", posts=("3",))
    case = town.get("c-x-3")
    assert (case.state, case.labels, case.waiting_since) == ("new", ("billing",), at(20))
    rest = town.get("c-x-1")
    assert (rest.state, rest.posts, rest.waiting_since) == ("answered", ("1", "2"), None)
    assert made.words == "1 of 3 posts are now a case of their own"
    town.see(post("4", 21, reply_to="3"))
    town.act("undo", "c-x-1")
    assert town.cases.get("c-x-3") is None
    assert town.get("c-x-1").posts == ("1", "2", "3", "4")
    assert town.get("c-x-1").state == "mine"


def test_undo_takes_back_one_after_the_other_and_keeps_what_came_since(town: Town) -> None:
    before = town.get("c-x-1")
    town.act("take", "c-x-1")
    town.act("tag", "c-x-1", tags=("vip",))
    town.act("answered", "c-x-1")
    town.see(post("3", 20, labels="etr"))
    assert town.act("undo", "c-x-1", by="carl").words == "taken back: answered"
    case = town.get("c-x-1")
    assert (case.state, case.contacts, case.waiting_since) == ("mine", 3, at(0))
    assert (case.posts, case.tags, case.answered_at) == (("1", "2", "3"), ("vip",), None)
    town.act("undo", "c-x-1")
    town.act("undo", "c-x-1")
    case = town.get("c-x-1")
    assert (case.state, case.agent, case.tags) == (before.state, None, ())
    with pytest.raises(CaseError, match="nothing was done to this case"):
        town.act("undo", "c-x-1")


def test_a_case_goes_by_the_labels_that_a_person_has_mended(town: Town) -> None:
    assert town.queue() == ["c-x-b", "c-x-1"]
    town.act("wrong", "c-x-b", posts=("b",), labels=())
    assert (town.get("c-x-b").labels, town.queue()) == ((), ["c-x-1", "c-x-b"])
    town.see(post("4", 11, labels="hazard billing"))
    town.act("wrong", "c-x-1", posts=("4",), labels=("billing", "etr"))
    assert town.get("c-x-1").labels == ("outage", "etr", "billing")  # the first posts are right
    town.see(post("5", 12, labels="praise"))
    town.act("wrong", "c-x-1", posts=("4",), labels=("service",))
    assert town.get("c-x-1").labels == ("outage", "service", "praise")
    town.act("split", "c-x-1", posts=("4",))
    assert town.get("c-x-4").labels == ("service",)
    town.act("undo", "c-x-1")
    town.see(post("6", 13, labels="damage"))
    town.act("undo", "c-x-1")
    assert town.get("c-x-1").labels == ("outage", "damage", "etr", "billing", "praise")
    town.act("undo", "c-x-1")
    assert town.get("c-x-1").labels == ("hazard", "outage", "damage", "billing", "praise")


def test_what_others_did_since_to_one_of_two_cases_is_undone_first(town: Town) -> None:
    town.act("merge", "c-x-1", into="c-x-b")
    town.act("tag", "c-x-b", by="carl", tags=("vip",))
    with pytest.raises(CaseError, match=r"before what carl did to c-x-b since \(tags: vip\)"):
        town.act("undo", "c-x-1")


def test_what_was_done_before_a_reply_stands(town: Town) -> None:
    town.act("take", "c-x-1")
    replied = town.cases.replied("c-x-1", at(12), "bea", promised=at(120))
    assert (replied.state, replied.first_reply_at, replied.promised) == (
        "answered", at(12), at(120),
    )  # fmt: skip
    with pytest.raises(CaseError, match="nothing was done"):
        town.act("undo", "c-x-1")


@pytest.mark.parametrize(
    ("act", "said"),
    [
        ({"kind": "take", "case": "c-x-9"}, "this desk knows no case 'c-x-9'"),
        ({"kind": "release", "case": "c-x-1"}, "nobody has it in hand"),
        ({"kind": "assign", "case": "c-x-1"}, "whom is it given to"),
        ({"kind": "reopen", "case": "c-x-1"}, "it is open already"),
        ({"kind": "wake", "case": "c-x-1"}, "it is not put off"),
        ({"kind": "snooze", "case": "c-x-1", "minutes": 0}, "put it off for how long"),
        ({"kind": "merge", "case": "c-x-1", "into": "c-x-1"}, "can't be merged into itself"),
        ({"kind": "split", "case": "c-x-1", "posts": ("1", "2")}, "some, not all"),
        ({"kind": "split", "case": "c-x-1", "posts": ("b",)}, "some, not all"),
        ({"kind": "tag", "case": "c-x-1", "tags": tuple(map(str, range(21)))}, "too many"),
        ({"kind": "note", "case": "c-x-1", "text": " "}, "the note is empty"),
        ({"kind": "note", "case": "c-x-1", "text": "x" * 2_001}, "2,001 letters"),
        ({"kind": "wrong", "case": "c-x-1"}, "which post is labelled wrong"),
        (
            {"kind": "wrong", "case": "c-x-1", "posts": ("1",), "labels": ("prase",)},
            "unknown label 'prase': did you mean 'praise'",
        ),
    ],
)
def test_what_can_not_be_done_is_said_plainly_and_changes_nothing(
    act: dict[str, object], said: str, town: Town
) -> None:
    before = town.cases.all()
    with pytest.raises(CaseError, match=said.replace("(", r"\(")):
        town.act(**act)  # type: ignore[arg-type]
    assert town.cases.all() == before
