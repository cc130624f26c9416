"""Cases: who joins which, in what order they wait, and that memory is bounded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from desk.accounts import Account, Own
from desk.cases import Case
from desk.post import Author, LabelledPost
from tests.desk.cases.town import ALDER, START, Town, at, post


def seen(town: Town, *posts: LabelledPost) -> Case:
    case = town.see(*posts)
    assert case is not None
    return case


def test_a_labelled_post_opens_a_case() -> None:
    town = Town()
    more: dict[str, Any] = {"exercise": True, "account": "@PowerCo", "lang": "es"}
    case = seen(town, post("1", labels="outage etr", location=ALDER, **more))
    assert (case.id, case.state, case.channel, case.author) == ("c-x-1", "new", "x", "@ann")
    assert (case.labels, case.posts, case.community) == (("outage", "etr"), ("1",), "alder")
    assert (case.account, case.lang, case.contacts) == ("@PowerCo", "es", 1)
    assert case.waiting_since == START
    assert case.due_at == at(30)
    assert case.exercise
    assert town.cases.waiting == 1
    assert town.cases.case_of(post("1")) == "c-x-1"
    assert town.cases.case_of(post("2")) is None


@pytest.mark.parametrize(
    "more", [{"labels": "outage news"}, {"labels": "news"}, {"repost_of": "0"}, {"labels": ""}]
)
def test_headlines_reposts_and_posts_without_label_open_none(more: dict[str, Any]) -> None:
    town = Town()
    assert town.see(post("1", **more)) is None
    assert town.queue() == []


def test_an_author_stays_in_one_case_and_adds_labels_by_urgency() -> None:
    case = seen(Town(), post("1", labels="billing"), post("2", 30, labels="hazard"))
    assert case.id == "c-x-1"
    assert (case.labels, case.posts) == (("hazard", "billing"), ("1", "2"))
    assert (case.text, case.contacts) == ("words of 2", 2)
    assert case.updated_at - case.opened_at == timedelta(minutes=30)
    assert case.waiting_since == START


def test_a_case_stays_with_the_account_that_the_number_of_its_page_means() -> None:
    own = Own([Account(channel="facebook", handle="PowerCo", id="1044")])
    town = Town(account_of=own.addressed)
    told: dict[str, Any] = {"channel": "facebook", "account": "1044"}
    first = seen(town, post("1", **told))
    assert first.account == seen(town, post("2", 1, **told)).account == "facebook:PowerCo"


def test_a_page_that_nobody_has_configured_is_the_utilitys_own_at_its_own_feed() -> None:
    said: dict[str, Any] = {"channel": "facebook", "author": Author("1044", "", "Power Co")}
    assert Own().wrote(post("1", account="1044", **said)) is not None
    assert Own().wrote(post("1", account="1055", **said)) is None


def test_an_author_who_was_quiet_for_days_opens_another_case() -> None:
    assert seen(Town(), post("1"), post("2", 4 * 24 * 60)).id == "c-x-2"


def test_an_answer_joins_its_thread_in_the_same_channel_only() -> None:
    town = Town()
    joined = seen(town, post("1"), post("2", 1, "bob", reply_to="1"))
    apart = seen(town, post("3", 2, "cid", reply_to="1", channel="bluesky"))
    assert (joined.posts, joined.author, joined.contacts) == (("1", "2"), "@ann", 1)
    assert apart.id == "c-bluesky-3"


def test_the_same_name_or_id_in_another_channel_is_something_else() -> None:
    town = Town()
    assert seen(town, post("1"), post("2", channel="mastodon")).id == "c-mastodon-2"
    assert seen(town, post("1", who="bob", channel="mastodon")).id == "c-mastodon-1"


def test_a_copy_of_a_post_changes_nothing() -> None:
    town = Town()
    town.see(post("1"))
    assert town.see(post("1")) is None


def test_a_late_post_joins_without_hiding_the_newest_words() -> None:
    case = seen(Town(), post("1", 50), post("0", 10))
    assert case.text == "words of 1"
    assert case.updated_at == at(50)


@pytest.mark.parametrize(("minute", "waits"), [(-60 * 24 * 365 * 30, -120), (90_000, 0)])
def test_a_post_of_a_wrong_date_counts_from_near_the_clock(minute: float, waits: float) -> None:
    town = Town()
    wrong = post("1", minute)
    town.posts["x", "1"] = wrong
    case = town.cases.observe(wrong, START)
    assert case is not None
    assert case.waiting_since == at(waits)
    assert case.updated_at <= START


def test_followers_and_reposts_are_reach_and_pictures_are_counted() -> None:
    town = Town()
    author = Author(id="ann", handle="@ann", followers=2_000)
    town.see(post("1", author=author))
    case = seen(town, *(post(f"r{n}", n, f"a{n}", repost_of="1") for n in range(3)))
    assert (case.id, case.reach, case.contacts) == ("c-x-1", 2_003, 1)
    assert town.cases.queued == 1


def test_the_queue_goes_by_danger_promise_reach_and_contacts() -> None:
    town = Town()
    loud = Author(id="loud", followers=50_000)
    town.see(
        post("praise", 0, "a", "praise"),
        post("bill", 0, "b", "billing"),
        post("out", 1, "c", "outage"),
        post("loud", 2, author=loud),
        post("again", 2, "d", "outage"),
        post("again2", 3, "d", "outage"),
        post("ill", 3, "e", "vulnerable"),
        post("wire", 4, "f", "hazard"),
        post("late", 20, "g", "outage"),
    )
    order = ["ill", "wire", "loud", "again", "out", "late", "bill", "praise"]
    assert town.queue() == [f"c-x-{name}" for name in order]


def test_storm_mode_leaves_everyday_matters_for_later_but_not_what_many_see() -> None:
    town = Town()
    town.see(
        post("bill", 0, "a", "billing"),
        post("both", 1, "b", "billing outage"),
        post("seen", 2, author=Author(id="c", followers=20_000), labels="praise"),
        post("etr", 3, "d", "etr"),
    )
    assert (town.cases.waiting, town.cases.skipped) == (4, 0)
    town.cases.set_mode("storm", "bea", at(5))
    assert (town.cases.waiting, town.cases.skipped) == (3, 1)
    assert town.queue()[-1] == "c-x-bill"
    assert town.get("c-x-etr").due_at == at(93)
    town.act("take", "c-x-bill")
    assert town.cases.skipped == 0
    town.cases.set_mode("calm", "bea", at(6))
    assert town.cases.skipped == 0
    assert town.get("c-x-etr").due_at == at(33)


def test_who_waits_past_the_promise_is_late_until_answered() -> None:
    town = Town()
    town.see(post("1", labels="etr"), post("2", 1, "bob", labels="praise"))
    town.pass_time(29.9)
    assert town.cases.late == 0
    town.pass_time(30)
    assert [case.id for case in town.cases.all() if town.cases.is_late(case)] == ["c-x-1"]
    town.act("operations", "c-x-1")
    assert town.cases.late == 1
    town.act("answered", "c-x-1")
    assert town.cases.late == 0
    town.act("undo", "c-x-1")
    town.pass_time(31)
    assert town.cases.late == 1


def test_a_huge_post_is_cut_and_a_long_case_keeps_the_newest_posts() -> None:
    town = Town()
    for number in range(120):
        case = seen(town, post(str(number), number, text="🕯" * 100_000))
    assert len(case.text) == 500
    assert case.posts == tuple(str(number) for number in range(70, 120))
    assert town.cases.case_of(post("69")) is None


def test_memory_is_bounded_and_the_urgent_stay() -> None:
    town = Town(held=100)
    for number in range(1000):
        label = "hazard" if number % 20 == 0 else "praise"
        town.see(post(str(number), number, f"a{number}", label))
        town.save()
    assert town.cases.held <= 101
    assert sum("hazard" in case.labels for case in town.cases.queue(1000)) == 50
    assert town.cases.case_of(post("999")) == "c-x-999"
    assert len(town.kept("case")) == town.cases.held
    assert len(town.kept("case")) + len(town.kept("past case")) == 1000


def test_what_is_done_leaves_memory_first_and_comes_back_when_opened() -> None:
    town = Town(held=100)
    town.see(*(post(str(n), n / 60, f"a{n}", "praise") for n in range(100)))
    town.act("answered", "c-x-50")
    town.see(post("more", 5, "more"), post("more2", 5, "more2"))
    town.save()
    assert town.cases.get("c-x-50") is None
    town.cases.recall(town.kept("past case")["c-x-50"])
    town.act("reopen", "c-x-50")
    town.save()
    assert "c-x-50" in town.kept("case")
    assert "c-x-50" not in town.kept("past case")


def test_what_somebody_is_at_work_on_does_not_leave_memory() -> None:
    town = Town(held=100)
    town.see(post("mine", 0, "first", "praise"), post("later", 0, "second", "praise"))
    town.act("take", "c-x-mine")
    town.act("snooze", "c-x-later", minutes=60)
    town.see(*(post(str(n), n / 60, f"a{n}") for n in range(300)))
    assert (town.get("c-x-mine").state, town.get("c-x-later").state) == ("mine", "snoozed")


def test_an_author_may_be_missing() -> None:
    case = seen(Town(), post("1", author=None), post("2", author=None))
    assert (case.id, case.author) == ("c-x-2", "")
