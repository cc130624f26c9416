"""When a loss is another outage, and when the old one goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk.errors import OutageError
from desk.outages import Action, Outages
from tests.desk.outages.streams import START, TOWNS, later, post, reports, run, statuses


def test_reports_after_restoration_reopen_the_outage_and_stragglers_do_not() -> None:
    back = [post(60 + n, f"b{n}", "restored") for n in range(9)]
    first = [*reports(0, 8), *back]
    desk = Outages(TOWNS)
    ended = [*run(first, desk), *later(desk, 110)]
    assert statuses(ended)[-1] == "restored"
    stragglers = [post(120 + n, f"a0-{n}") for n in range(5)]
    assert run(stragglers, desk) == []
    again = run(reports(130, 6), desk)
    assert statuses(again) == ["likely"]
    assert {change.id for change in (*ended, *again)} == {ended[0].id}
    assert again[0].authors > 14


@pytest.mark.parametrize(
    ("text", "outages"), [("our power just went out", 2), ("still no power here", 1)]
)
def test_people_who_have_just_lost_power_after_restoration_make_a_new_outage(
    text: str, outages: int
) -> None:
    thanks = [post(60 + n, f"r{n}", "restored") for n in range(20)]
    again = [post(200 + n, f"x{n}", text=text) for n in range(5)]
    changes = run([*reports(0, 8), *thanks, *again])
    assert changes[-1].status == "likely"
    assert len({change.id for change in changes}) == outages


@pytest.mark.parametrize(("hours", "outages"), [(26, 1), (50, 2)])
def test_reports_days_after_restoration_are_a_new_outage(hours: int, outages: int) -> None:
    back = [post(60 + n, f"b{n}", "restored") for n in range(9)]
    changes = run([*reports(0, 8), *back, *reports(hours * 60, 6)])
    assert len({change.id for change in changes}) == outages


def test_a_far_larger_loss_upon_an_open_outage_is_one_of_its_own() -> None:
    desk = Outages(TOWNS)
    small = reports(0, 9, every=5)
    changes = run([*small, *reports(120, 40, every=0.2)], desk)
    assert len({change.id for change in changes}) == 2
    second = changes[-1]
    assert second.started_at == START + timedelta(minutes=120)
    assert desk.outage_of(post(128, "x")) == second.id
    assert desk.outage_of(post(128, "a0-3", where=None)) == changes[0].id
    assert len({change.id for change in run([*small, *reports(120, 40, every=4)])}) == 1


def test_two_outages_of_one_place_merge_without_losing_a_post() -> None:
    desk = Outages(TOWNS)
    changes = run([*reports(0, 9, every=5), *reports(120, 40, every=0.2)], desk)
    both = {change.id: change for change in changes}
    old, new = both.values()
    at = START + timedelta(minutes=129)
    into = desk.act(Action(kind="merge", outage=new.id, by="ann", into=old.id), at)[1]
    assert into.authors == 9 + 40
    assert into.posts >= 9 + 40
    assert into.started_at == old.started_at
    with pytest.raises(OutageError, match="both were in alder"):
        desk.act(Action(kind="undo", outage=new.id, by="ann"), at)


@pytest.mark.parametrize(
    ("text", "outages"),
    [
        ("Alder: 4,300 customers without power", 2),
        ("Alder: 4,300 customers are still without power", 1),
        ("Alder: 1,300 customers without power", 1),
    ],
)
def test_a_headline_that_counts_far_more_customers_speaks_of_another_loss(
    text: str, outages: int
) -> None:
    first = post(10, "desk", "outage news", text="Alder: 1,200 customers without power")
    second = post(130, "desk", "outage news", text=text)
    changes = run([*reports(0, 8), first, *reports(100, 4, 5), second])
    assert len({change.id for change in changes}) == outages
