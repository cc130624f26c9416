"""Reports from a store: the shift, the volume, what trends; the same at any batch size."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desk.cases import CaseAction
from desk.feeds import Batch
from desk.kept import opened
from desk.pipeline import Pipeline
from desk.post import Author, Post
from desk.reports.answers import endings, times
from desk.reports.records import Records, built
from desk.reports.shift import shift_report
from desk.reports.trending import trending
from desk.reports.volume import Against, volume_report
from desk.store import Commit, Store
from desk.territories import load_territory
from rules import Engine, load_packs

NOON = datetime(2031, 5, 5, 16, 0, tzinfo=UTC)  # a Monday, noon in New York


def post(number: int, minute: float, who: str, text: str, **more: object) -> Post:
    return Post(
        id=f"p{number}", channel="x", author=Author(who, who), text=text,
        created_at=NOON + timedelta(minutes=minute), **more,  # type: ignore[arg-type]
    )  # fmt: skip


DAY = [
    post(0, 0, "ann", "no power in Alderton"),
    post(1, 1, "bob", "the line is down in Birchfield"),
    post(2, 4, "cid", "no power in Alderton either"),
    *(post(100 + n, 5 + 3 * n, f"w{n}", "good morning") for n in range(20)),
    post(3, 64, "dan", "no power in Cedar Gap"),
]


@pytest.fixture
def pipeline(territory_file: Path, rules_folder: Path, tmp_path: Path) -> Iterator[Pipeline]:
    territory = load_territory(str(territory_file))
    store = Store(tmp_path / "store")
    store.territory(territory.name)
    desk = Pipeline(Engine(load_packs(rules_folder)), territory, store)
    yield desk
    desk.store.close()


def run(pipeline: Pipeline, posts: list[Post], size: int = 100) -> None:
    for begin in range(0, len(posts), size):
        pipeline.process("f", Batch(tuple(posts[begin : begin + size]), str(begin + size)))


def records(pipeline: Pipeline) -> Records:
    names = {place.id: place.name for place in pipeline.territory.community}
    return Records(pipeline.store.ask, names, pipeline.territory.zone)


def test_the_shift_tells_replies_agents_places_and_the_queue(pipeline: Pipeline) -> None:
    run(pipeline, DAY[:3])
    at = NOON + timedelta(minutes=6)
    for case, minutes in (("c-x-p1", 2), ("c-x-p0", 12)):
        pipeline.act_on_case(CaseAction(kind="take", by="lea", case=case), at)
        at = at + timedelta(minutes=minutes)
        pipeline.cases.replied(case, at, "lea")
        pipeline.settle()
    run(pipeline, DAY[3:])
    report = built(shift_report(records(pipeline), 3, pipeline.settings.policy, "words"))
    # bob from 12:01 to 12:08, ann from 12:00 to 12:20
    assert report.first_reply == times([7.0, 20.0])
    assert (report.first_reply.mean_min, report.first_reply.median_min) == (13.5, 13.5)
    assert (report.in_hours.count, report.off_hours.count) == (2, 0)
    assert report.in_time == 1  # 5 minutes are promised for a danger, 30 for an outage
    assert report.handling == times([2.0, 12.0])
    (lea,) = report.agents
    assert (lea.name, lea.taken, lea.replied, lea.first_reply.count) == ("lea", 2, 2, 2)
    assert {each.name: each.posts for each in report.places} == {
        "Alderton": 2, "Birchfield": 1, "Cedar Gap": 1,
    }  # fmt: skip
    assert (report.posts, report.opened, report.answered, report.waiting) == (24, 4, 2, 2)
    assert report.backlog[-1].waiting == 2
    assert sum(point.arrived for point in report.backlog) == 4
    assert report.overload == "words"
    assert not report.exercise


def test_another_process_reads_the_same_while_the_desk_runs(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    run(pipeline, DAY)
    here = built(shift_report(records(pipeline), 3, pipeline.settings.policy))
    names = {place.id: place.name for place in pipeline.territory.community}
    with opened(tmp_path / "store") as ask:
        there = Records(ask, names, pipeline.territory.zone)
        assert built(shift_report(there, 3, pipeline.settings.policy)) == here
        assert volume_report(there, 2) == volume_report(records(pipeline), 2)


def test_volume_counts_each_hour_by_label_channel_and_place(pipeline: Pipeline) -> None:
    run(pipeline, DAY)
    report = volume_report(records(pipeline), 3)
    assert [hour.hour for hour in report.hours] == [15, 16, 17]
    assert report.posts == (0, 22, 2)
    assert {one.name: one.posts for one in report.labels} == {
        "hazard": (0, 1, 0), "outage": (0, 2, 1),
    }  # fmt: skip
    assert report.places[0].name == "Alderton"
    assert volume_report(records(pipeline), 0.25).hours == report.hours[-1:]
    assert (report.against, report.usual_days) == ((), 0)
    counts: dict[tuple[str, str, str], int] = {}
    for back, outages in ((1, 4), (2, 90), (3, 6)):  # a storm two days ago moves little
        hour = f"{NOON - timedelta(days=back):%Y-%m-%dT%H}"
        counts |= {(hour, "x", ""): 50 * back, (hour, "x", "outage"): outages}
    pipeline.store.commit(Commit(counts=counts))
    report = volume_report(records(pipeline), 3)
    assert report.usual_days == 3
    assert report.against == (
        Against("", 22, 100), Against("hazard", 1, 0), Against("outage", 2, 6),
    )  # fmt: skip


def test_the_pulse_is_the_same_in_batches_of_any_size(
    pipeline: Pipeline, territory_file: Path, rules_folder: Path
) -> None:
    run(pipeline, DAY, size=7)
    other = Pipeline(Engine(load_packs(rules_folder)), load_territory(str(territory_file)), Store())
    run(other, DAY, size=1)
    since = NOON - timedelta(hours=1)
    assert records(pipeline).pulses(since) == records(other).pulses(since)
    assert sum(pulse.arrived for pulse in records(other).pulses(since)) == 4


def test_the_pulse_goes_on_after_a_restart(
    pipeline: Pipeline, tmp_path: Path, rules_folder: Path
) -> None:
    run(pipeline, DAY[:2])
    pipeline.store.close()
    pipeline.store = Store()
    again = Pipeline(
        Engine(load_packs(rules_folder)), pipeline.territory, Store(tmp_path / "store")
    )
    run(again, [post(9, 1.2, "eve", "no power in Alderton")])
    found = Records(again.store.ask, {}, again.territory.zone).pulses(NOON)
    assert [pulse.arrived for pulse in found] == [1, 2]
    again.store.close()


def test_a_first_date_that_was_wrong_leaves_no_pulse(pipeline: Pipeline) -> None:
    run(pipeline, [post(8, 60 * 24 * 900, "eve", "no power in Alderton")])
    run(pipeline, DAY)
    found = records(pipeline).pulses(NOON - timedelta(days=1))
    assert found[0].minute == int(NOON.timestamp()) // 60
    assert found[-1].minute - found[0].minute == 64


def test_a_case_that_ends_twice_ends_once_unless_it_was_opened_again(pipeline: Pipeline) -> None:
    run(pipeline, DAY[:1])
    for minute, kind in ((7, "answered"), (8, "close"), (9, "reopen"), (10, "close")):
        at = NOON + timedelta(minutes=minute)
        pipeline.act_on_case(
            CaseAction(kind=kind, by="lea", case="c-x-p0"),  # type: ignore[arg-type]
            at,
        )
    events = built(records(pipeline).events(NOON))
    assert [event.kind for event in endings(events)] == ["answered", "close"]


def test_what_was_taken_back_is_in_no_report(pipeline: Pipeline) -> None:
    run(pipeline, DAY[:1])
    at = NOON + timedelta(minutes=7)
    pipeline.act_on_case(CaseAction(kind="close", by="lea", case="c-x-p0"), at)
    pipeline.act_on_case(CaseAction(kind="undo", by="lea", case="c-x-p0"), at)
    assert endings(built(records(pipeline).events(NOON))) == []


def storm_of(term: str, authors: int, *, copies: int = 0) -> list[Post]:
    """A day of talk, and in its last hours so many authors with a term."""
    posts = [
        post(n, n % 1200, f"t{n}", f"no power and a {chr(97 + n % 26) * 5} again")
        for n in range(400)
    ]
    posts += [
        post(5_000 + n, 1210 + n, f"n{n}", f"no power and a {term} {chr(97 + n % 26) * 4} again")
        for n in range(authors)
    ]
    posts += [
        post(7_000 + n, 1215 + n / 10, "spam", f"no power buygold {n}") for n in range(copies)
    ]
    posts += [
        post(8_000 + n, 1216 + n / 10, f"bot{n}", "no power get freecoins") for n in range(copies)
    ]
    return sorted(posts, key=lambda each: each.created_at)


def test_a_term_that_many_use_at_once_and_no_rule_knows_trends(pipeline: Pipeline) -> None:
    run(pipeline, storm_of("bluehum", 25))
    report = built(trending(records(pipeline), pipeline.rules_hold))
    assert report.trends[0].term == "bluehum"
    first = report.trends[0]
    assert (first.authors, first.before, first.examples[0]) == (25, 0, "p5024")
    assert all("power" not in trend.term.split() for trend in report.trends)


def test_one_spammer_and_copies_of_one_text_make_no_trend(pipeline: Pipeline) -> None:
    run(pipeline, storm_of("bluehum", 25, copies=60))
    terms = {trend.term for trend in built(trending(records(pipeline), pipeline.rules_hold)).trends}
    assert "bluehum" in terms
    assert not {"buygold", "freecoins", "get freecoins"} & terms


def test_places_and_names_of_the_utility_do_not_trend(pipeline: Pipeline) -> None:
    run(pipeline, storm_of("birchfield", 25))
    assert built(trending(records(pipeline), pipeline.rules_hold)).trends == ()
    known = built(trending(records(pipeline), lambda term: term == "bluehum"))
    assert known.trends == ()


def test_an_empty_desk_has_empty_reports(pipeline: Pipeline) -> None:
    empty = records(pipeline)
    assert built(shift_report(empty, 1, pipeline.settings.policy)).posts == 0
    assert built(trending(empty, pipeline.rules_hold)).trends == ()
    assert volume_report(empty, 1).posts == (0,)
