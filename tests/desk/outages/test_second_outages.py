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
    again = run(reports(130, 6, every=4), desk)
    assert statuses(again) == ["likely"]
    assert {change.id for change in (*ended, *again)} == {ended[0].id}
    assert again[0].authors > 14


@pytest.mark.parametrize(
    ("text", "every", "outages"),
    [
        ("our power just went out", 1, 2),
        ("no power here", 2, 2),
        ("no power here", 4, 1),
        ("still no power here", 1, 1),
    ],
)
def test_people_who_all_lose_power_at_once_after_restoration_make_a_new_outage(
    text: str, every: float, outages: int
) -> None:
    thanks = [post(60 + n, f"r{n}", "restored") for n in range(20)]
    again = [post(200 + n * every, f"x{n}", text=text) for n in range(6)]
    changes = run([*reports(0, 8), *thanks, *again])
    assert changes[-1].status == "likely"
    assert len({change.id for change in changes}) == outages


@pytest.mark.parametrize(("hours", "outages"), [(26, 1), (50, 2)])
def test_reports_days_after_restoration_are_a_new_outage(hours: int, outages: int) -> None:
    back = [post(60 + n, f"b{n}", "restored") for n in range(9)]
    changes = run([*reports(0, 8), *back, *reports(hours * 60, 6, every=4)])
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
    many = reports(0, 60, every=1.5)
    assert len({change.id for change in run([*many, *reports(180, 11, every=1)])}) == 1


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
    ("where", "hours", "text", "outages"),
    [
        ("alder", 2, "4,300 customers without power", 2),
        ("alder", 2, "4,300 customers are still without power", 1),
        ("alder", 2, "1,700 customers without power", 1),
        ("cedar", 2, "1,700 customers without power", 2),
        ("alder", 2, "1,300 customers without power since 13:40", 2),
        ("alder", 2, "1,300 customers without power since 12:10", 1),
        ("alder", 4, "900 customers without power", 2),
    ],
)
def test_a_headline_tells_another_loss_by_its_customers_or_its_time(
    where: str, hours: int, text: str, outages: int
) -> None:
    minute = 60 * hours + 10
    first = post(10, "desk", "outage news", where, text="Outage: 1,200 customers without power")
    second = post(minute, "desk", "outage news", where, text=f"Outage: {text}")
    early, late = reports(0, 8, where=where), reports(minute - 30, 4, 5, where=where)
    changes = run([*early, first, *late, second])
    assert len({change.id for change in changes}) == outages
