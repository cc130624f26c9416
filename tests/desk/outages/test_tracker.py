"""Outages from synthetic streams: the ladder, who counts, and that nothing hangs on batches."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from desk.outages import Action, Outages
from desk.post import LabelledPost, Location
from desk.territories import Community
from rules.verdict import Match
from tests.desk.outages.streams import START, TOWNS, later, post, reports, run, statuses


def test_reports_of_several_authors_climb_the_ladder() -> None:
    changes = run(reports(0, 6))
    assert statuses(changes) == ["suspected", "likely"]
    first = changes[0]
    assert first.id == "o-alder-20310904T1200"
    assert first.started_at == START
    assert first.communities == ("alder",)
    assert (first.posts, first.authors) == (2, 2)
    assert changes[-1].at <= START + timedelta(minutes=5)


def test_one_author_never_makes_an_outage_however_often_they_post() -> None:
    assert run([post(n / 2, "same", id=f"p{n}") for n in range(50)]) == []


def test_two_authors_are_suspected_and_never_likely() -> None:
    desk = Outages(TOWNS)
    changes = run([post(n, f"w{n % 2}", id=f"p{n}") for n in range(40)], desk)
    assert set(statuses(changes)) == {"suspected"}
    assert statuses(later(desk, 200)) == ["dismissed"]


@pytest.mark.parametrize("more", [{"repost_of": "x"}, {"labels": "outage news"}])
def test_headlines_and_reposts_count_as_one_author_together(more: dict[str, Any]) -> None:
    assert run(reports(0, 30, **more)) == []
    changes = run([*reports(0, 30, **more), post(31, "a witness")])
    assert statuses(changes) == ["suspected"]
    assert changes[-1].authors == 2


@pytest.mark.parametrize(
    ("text", "more", "status"),
    [
        ("Cedar: 1,240 customers without power since noon", {}, "likely"),
        ("Cedar: without power since noon", {}, "suspected"),
        ("Cedar: 1.240 clienti senza corrente", {}, "likely"),
        ("Cedar: 1,240 customers without power", {"reply_to": "1"}, "suspected"),
        ("RT Cedar: 1,240 customers without power", {"repost_of": "1"}, "suspected"),
    ],
)
def test_a_headline_that_counts_customers_and_two_people_are_enough_in_a_city(
    text: str, more: dict[str, Any], status: str
) -> None:
    headline = post(20, "desk", "outage news", "cedar", text=text, **more)
    people = [post(n * 25, f"p{n}", where="cedar") for n in range(2)]
    changes = run([people[0], headline, people[1]])
    assert changes[-1].status == status


def test_echoes_keep_no_outage_alive_and_add_no_dangers() -> None:
    desk = Outages(TOWNS)
    echoes = [post(5 + n * 10, f"e{n}", "hazard etr", repost_of="x") for n in range(30)]
    nowhere = [post(6 + n * 10, f"n{n}", "outage news", None) for n in range(30)]
    posts = sorted([*reports(0, 2), *echoes, *nowhere], key=lambda item: item.created_at)
    changes = run(posts, desk)
    assert [change.status for change in changes][-1] == "dismissed"
    assert max(change.posts for change in changes) < 20
    assert changes[-1].hazards == 0


def test_dangers_and_questions_alone_are_no_outage_but_support_one() -> None:
    assert run(reports(0, 20, labels="hazard")) == []
    supported = run([*reports(0, 2, labels="etr"), *reports(2, 2)])
    assert statuses(supported)[-1] == "likely"
    photographs = [post(60 + n, f"h{n}", "hazard") for n in range(9)]
    assert statuses(run([*reports(50, 2, 20), *photographs])) == ["suspected"]


def test_a_large_city_needs_more_witnesses_than_a_town() -> None:
    few = reports(0, 3)
    many = reports(0, 3, where="cedar")
    assert statuses(run(few))[-1] == "likely"
    assert statuses(run(many))[-1] == "suspected"
    assert statuses(run(reports(0, 12, where="cedar")))[-1] == "likely"


def test_a_small_outage_that_trickles_in_over_hours_is_found_and_a_slower_one_is_not() -> None:
    assert statuses(run(reports(0, 8, every=45)))[-1] == "likely"
    assert statuses(run(reports(0, 8, every=200)))[-1] == "likely"
    assert run(reports(0, 8, every=400)) == []


def test_a_suspicion_that_fell_silent_goes_on_under_its_id_when_more_people_speak() -> None:
    desk = Outages(TOWNS)
    first = run(reports(0, 2), desk)
    assert statuses(first) == ["suspected"]
    assert statuses(later(desk, 180)) == ["dismissed"]
    again = run([post(m, f"late{m}") for m in (200, 240, 300)], desk)
    assert {change.id for change in again} == {first[0].id}
    assert statuses(again)[-1] == "likely"
    assert again[-1].authors == 5


def test_a_person_s_dismissal_stands_when_one_more_speaks() -> None:
    desk = Outages(TOWNS)
    (suspected, *_) = run(reports(0, 2), desk)
    desk.act(Action(kind="dismiss", outage=suspected.id, by="ann"), START + timedelta(minutes=5))
    assert run([post(200, "late")], desk) == []


def test_lights_that_only_dip_are_half_a_witness() -> None:
    dips = [post(n, f"a{n}", text="the lights keep flickering here") for n in range(4)]
    assert run(dips) == []
    lost = [post(5, "b"), post(6, "c")]
    assert statuses(run([*dips, *lost]))[-1] == "likely"


def test_a_place_beside_a_large_outage_needs_more_witnesses() -> None:
    large = [post(n / 20, f"a{n}", where="cedar") for n in range(3000)]
    beside = [post(150 + n, f"b{n}", where="alder") for n in range(3)]
    assert statuses(run(beside))[-1] == "likely"
    changes = run([*large, *beside])
    assert "likely" not in {one.status for one in changes if one.communities == ("alder",)}


def test_people_who_have_just_lost_power_make_a_second_outage_of_a_smaller_wave() -> None:
    first = [post(n / 2, f"a{n}", text="power out") for n in range(8)]
    slow = [post(20 + 10 * n, f"s{n}", text="still out") for n in range(15)]
    for text, count in (("still out", 1), ("just lost power", 2)):
        wave = [post(180 + n / 4, f"w{n}", text=text) for n in range(18)]
        changes = run([*first, *slow, *wave, post(190, "z", where="birch")])
        assert len({one.id for one in changes if one.communities == ("alder",)}) == count


def test_voices_of_restoration_end_an_outage_over_restoring() -> None:
    desk = Outages(TOWNS)
    back = [post(90 + n, f"b{n}", "restored") for n in range(6)]
    changes = run([*reports(0, 10), *reports(80, 3), *back], desk)
    assert statuses(changes) == ["suspected", "likely", "restoring"]
    assert statuses(later(desk, 125)) == ["restored"]
    assert desk.open() == []


def test_a_large_outage_that_comes_back_in_parts_stays_open_while_many_lack_power() -> None:
    desk = Outages(TOWNS)
    back = [post(60 + n, f"b{n}", "restored") for n in range(9)]
    parts = sorted([*back, *reports(60, 90)], key=lambda item: item.created_at)
    changes = run([*reports(0, 20), *parts], desk)
    assert statuses(changes) == ["suspected", "likely", "restoring", "likely"]
    assert len(desk.open()) == 1


def test_half_of_the_own_authors_end_a_small_outage_without_naming_the_place() -> None:
    desk = Outages(TOWNS)
    own = [post(100 + n, f"a0-{n}", "restored", None) for n in range(2)]
    assert statuses(run([*reports(0, 4), *own], desk))[-1] == "likely"
    assert statuses(later(desk, 120)) == ["restoring", "restored"]


def test_one_voice_of_restoration_changes_no_status() -> None:
    changes = run([*reports(0, 8), post(20, "b", "restored"), *reports(21, 3)])
    assert statuses(changes) == ["suspected", "likely"]


def test_silence_of_hours_ends_an_outage() -> None:
    desk = Outages(TOWNS)
    run(reports(0, 8), desk)
    assert "restored" not in statuses(later(desk, 7 + 355))
    ended = later(desk, 7 + 365)
    assert statuses(ended)[-1] == "restored"
    assert START + timedelta(minutes=367) <= ended[-1].at <= START + timedelta(minutes=368)


def test_overlapping_neighbours_that_fail_together_are_one_outage() -> None:
    pair = [post(n, f"w{n}", where="alder" if n % 2 else "birch") for n in range(12)]
    changes = run(pair)
    assert len({change.id for change in changes}) == 1
    desk = Outages(TOWNS)
    run(pair, desk)
    later(desk, 13)
    assert desk.open()[0].communities == ("alder", "birch")
    assert desk.open()[0].authors == 12


def test_overlapping_neighbours_that_fail_apart_are_two_outages() -> None:
    changes = run([*reports(0, 5), *reports(20, 5, where="birch")])
    assert {change.id for change in changes} == {
        "o-alder-20310904T1200",
        "o-birch-20310904T1220",
    }


def test_a_late_post_counts_for_the_time_it_speaks_of() -> None:
    desk = Outages(TOWNS)
    changes = run([post(90, "on time", where="cedar"), *reports(0, 3)], desk)
    assert statuses(changes)[-1] == "likely"
    assert changes[-1].started_at == START
    assert changes[-1].at == START + timedelta(minutes=90)
    assert run([post(300, "x", where="cedar"), *reports(100, 5)]) == []


def test_hazards_people_damage_and_cause_are_counted_and_told() -> None:
    wire = Match("r", "hazard", "wire down", "wires down", 0, 10, 100)
    desk = Outages(TOWNS)
    run(
        [
            *reports(0, 4),
            post(5, "h", "hazard outage", matches=(wire,), text="wires down in the road"),
            post(6, "v", "vulnerable"),
            post(7, "d", "damage"),
        ],
        desk,
    )
    told = later(desk, 10)[-1]
    assert (told.hazards, told.vulnerable, told.damage) == (1, 1, 1)
    assert told.cause == "lineDown"
    assert (told.posts, told.authors) == (7, 6)


def test_changes_between_statuses_are_told_once_a_minute_at_most() -> None:
    changes = run(reports(0, 400, every=0.05))
    assert 3 <= len(changes) <= 22
    growth = [change for change in changes if change.at.second == 0]
    assert len({change.at for change in growth[2:]}) == len(growth[2:])


def test_authors_beyond_those_known_are_estimated_and_evidence_is_bounded() -> None:
    desk = Outages(TOWNS)
    run(reports(0, 3000, every=0.01), desk)
    outage = desk.open()[0]
    assert 2400 < outage.authors < 3600
    assert outage.posts == 3000
    assert len(outage.evidence) == 20
    assert outage.evidence[-1].startswith("29.99")
    assert max(len(piece or b"") for piece in desk.dirty().values()) < 40_000


def test_a_second_copy_of_a_post_that_was_dated_ahead_opens_no_outage() -> None:
    desk = Outages(TOWNS)
    ahead, beside = post(370, "ann"), post(0, "bea")
    now = START + timedelta(minutes=5)
    assert [change.status for one in (beside, ahead) for change in desk.observe(one, now)] == [
        "suspected"
    ]
    later = START + timedelta(minutes=370)
    assert [change.status for change in desk.advance(later)] == ["dismissed"]
    assert desk.observe(post(369, "cid"), later) == []
    assert desk.observe(ahead, later) == []


def test_ended_outages_leave_memory_and_the_store() -> None:
    desk = Outages(TOWNS)
    run(reports(0, 5), desk)
    assert "o-alder-20310904T1200" in desk.dirty()
    later(desk, 60 * 60)
    assert desk.rows(START + timedelta(hours=60)) == []
    assert desk.dirty()["o-alder-20310904T1200"] is None


def test_rows_hold_the_trend_of_an_hour_newest_last() -> None:
    desk = Outages(TOWNS)
    run([*reports(0, 5), *reports(11, 2)], desk)
    ((outage, trend),) = desk.rows(START + timedelta(minutes=12))
    assert trend == (0,) * 9 + (5, 0, 2)
    assert outage.posts == 7


def test_a_post_knows_its_outage() -> None:
    desk = Outages(TOWNS)
    run(reports(0, 4), desk)
    assert desk.outage_of(post(2, "x")) == "o-alder-20310904T1200"
    assert desk.outage_of(post(2, "a0-1", where=None)) == "o-alder-20310904T1200"
    assert desk.outage_of(post(2, "x", where="cedar")) is None
    assert desk.outage_of(post(2, "x", "praise")) is None


def test_an_exercise_marks_its_outages() -> None:
    desk = Outages(TOWNS, exercise=True)
    assert run(reports(0, 3), desk)[0].exercise


def test_a_place_outside_the_territory_is_passed_over() -> None:
    elsewhere = Location("atlantis", 0.0, 0.0, 5.0, "text", 0.9)
    posts = [
        LabelledPost(
            id=str(n),
            channel="file",
            text="",
            created_at=START,
            labels=("outage",),
            matches=(),
            location=elsewhere,
        )
        for n in range(9)
    ]
    assert run(posts) == []


def test_the_time_that_most_people_quote_is_the_estimate_until_it_has_passed() -> None:
    desk = Outages(TOWNS)
    quotes = [
        ("a", "they say 3pm"),
        ("b", "ETR 14:30"),
        ("c", "back by 2:30pm"),
        ("d", "ETR 2:30 PM"),
    ]
    posts = [post(6 + n, who, text=text) for n, (who, text) in enumerate(quotes)]
    run([*reports(0, 5), *posts[:1]], desk)
    assert desk.open()[0].etr is None
    run(posts[1:], desk)
    later(desk, 10)
    assert desk.open()[0].etr == START + timedelta(hours=2, minutes=30)
    told = later(desk, 151)
    assert told[-1].etr is None


FLOOD = "{} no power?? watch what happened next in the video, everybody is talking"


@pytest.mark.parametrize("flood", [FLOOD, "#nopower #{} #dark now trending, subscribe please"])
def test_near_copies_of_a_long_text_are_one_voice_and_a_flood_is_none(flood: str) -> None:
    bots = [
        post(n / 10, f"bot{n}", text=flood.format("Alder") + ("!" * (n % 7)) + (" wow" * (n % 2)))
        for n in range(200)
    ]
    assert "likely" not in statuses(run(bots))
    seen = [post(20 + n, f"n{n}", text=f"power out in Alder {n}") for n in range(3)]
    assert statuses(run([*bots, *seen]))[-1] == "likely"


def test_neighbours_who_all_write_the_same_few_words_are_witnesses() -> None:
    told = run([post(n, f"n{n}", text="power out in Alder") for n in range(30)])
    assert statuses(told)[-1] == "likely"
    assert told[-1].authors > 20


def test_a_town_that_always_seems_to_be_out_needs_more_witnesses() -> None:
    others = tuple(
        Community(id=f"t{n}", name=f"T{n}", lat=40 + n / 9, lon=-79, radius_km=1, customers=900)
        for n in range(100)
    )
    land = msgspec.structs.replace(TOWNS, community=(*TOWNS.community, *others))
    desk = Outages(land)
    days = 40
    for day in range(days):
        run([post(day * 24 * 60 + 70 * n, f"{day}-{n}") for n in range(3)], desk)
    later(desk, days * 24 * 60)
    assert desk.open() == []
    fresh = reports(days * 24 * 60 + 30, 3)
    assert statuses(run(fresh, Outages(land)))[-1] == "likely"
    again = Outages(land)
    again.restore([piece for piece in desk.dirty().values() if piece])
    for known in (desk, again):
        assert statuses(run(fresh, known)) == ["suspected"]
        assert statuses(run(reports(days * 24 * 60 + 34, 3), known))[-1] == "likely"


def test_communities_on_one_feeder_that_fail_together_are_one_outage() -> None:
    towns = tuple(
        msgspec.structs.replace(town, feeder=None if town.id == "birch" else "F12")
        for town in TOWNS.community
    )
    desk = Outages(msgspec.structs.replace(TOWNS, community=towns))
    both = [*reports(0, 6), *reports(0.5, 16, where="cedar", every=0.5)]
    run(sorted(both, key=lambda item: item.created_at), desk)
    assert [outage.communities for outage in desk.open()] == [("alder", "cedar")]


def test_where_one_part_is_back_and_the_other_is_not_they_part() -> None:
    desk = Outages(TOWNS)
    pair = [post(n, f"w{n}", where="alder" if n % 2 else "birch") for n in range(12)]
    run(pair, desk)
    back = [post(60 + n, f"w{2 * n}", "restored", "birch") for n in range(6)]
    still = [post(62 + 3 * n, f"s{n}") for n in range(16)]
    changes = run(sorted([*back, *still], key=lambda item: item.created_at), desk)
    parted = {change.id: change for change in [*changes, *later(desk, 115)]}
    assert max((o.communities, o.status) for o in parted.values()) == (
        ("birch",),
        "restored",
    )
    assert [(o.communities, o.status) for o in desk.open()] in (
        [(("alder",), "likely")],
        [(("alder",), "restoring")],
    )
