"""Who posts, on which channel and where from: consistent people, phases, threads, wrong places."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import timedelta

import pytest

from simulator.crowd.everyday import Surroundings
from simulator.crowd.people import People
from simulator.draft import look_alikes
from simulator.storm_file import load_storm
from simulator.stream import StormDay
from simulator.truth import Told, relevant
from tests.simulator.days import day_of

Posts = tuple[Told, ...]


def private(posts: Posts) -> list[Told]:
    person = re.compile(r"\w+-(-1|\d+)\.\d+")
    return [t for t in posts if t.post.author and person.fullmatch(t.post.author.id)]


def test_an_author_keeps_name_home_street_and_language(hurricane: Posts) -> None:
    people = People(load_storm("hurricane"))
    seen = 0
    for told in private(hurricane)[:4000]:
        author = told.post.author
        assert author is not None
        person = people.of(author)
        assert person.author == author
        assert people.of(author) == person
        shares = told.post.repost_of or "news" in told.truth.labels  # a headline keeps its language
        if told.post.lang and not shares:
            assert person.voice.language == told.post.lang
            seen += 1
    assert seen > 1000


def test_people_of_a_large_city_live_in_one_of_its_parts(hurricane: Posts) -> None:
    day = day_of("hurricane")
    zone_of = {f"t-{o.number + 1:05d}": o.zone.number for o in day.true_outages}
    homes: dict[str, set[int]] = defaultdict(set)
    for told in private(hurricane):
        own = told.truth.outage and not told.post.repost_of and told.post.author
        if own and told.post.author and "--1." not in told.post.author.id:
            homes[told.post.author.id].add(zone_of[told.truth.outage or ""])
    assert sum(len(zones) == 1 for zones in homes.values()) / len(homes) > 0.999


def test_a_thread_stays_in_its_channel_and_answers_what_was_there(hurricane: Posts) -> None:
    seen = {told.post.id: told for told in hurricane}
    answers: Counter[str] = Counter()
    for told in hurricane:
        root = seen.get(told.post.reply_to or "")
        if root is None or told.truth.trap is not None:
            continue
        assert root.post.created_at <= told.post.created_at
        assert root.post.channel == told.post.channel
        assert root.post.author is not None
        assert root.post.author.handle in told.post.mentions
        own = told.post.author is not None and told.post.author.id.endswith("-utility")
        answers["desk" if own else "people"] += 1
    assert answers["people"] > 100
    assert answers["desk"] > 30


def test_an_answer_to_the_desk_comes_from_whom_it_answered(hurricane: Posts) -> None:
    seen = {told.post.id: told.post for told in hurricane}
    found = 0
    for told in hurricane:
        reply = seen.get(told.post.reply_to or "")
        if reply is None or reply.author is None or not reply.author.id.endswith("-utility"):
            continue
        asked = seen[reply.reply_to or ""]
        assert told.post.author == asked.author
        found += 1
    assert found > 5


def test_bills_and_meters_wait_for_the_morning(hurricane: Posts) -> None:
    scene, start = day_of("hurricane").scene, load_storm("hurricane").starts_at
    answers = [
        scene.local_hour((told.post.created_at - start).total_seconds())
        for told in hurricane
        if told.post.reply_to and told.post.author and told.post.author.id.endswith("-utility")
        and told.truth.outage is None and told.truth.trap is None
    ]  # fmt: skip
    assert len(answers) > 20
    assert all(7 <= hour < 22.1 for hour in answers)


def test_some_name_the_town_next_door_and_their_truth_keeps_the_real_one(hurricane: Posts) -> None:
    wrong = [told for told in hurricane if told.truth.trap == "wrong_place"]
    names = {c.id: c.name for c in day_of("hurricane").territory.community}
    assert wrong
    located = sum(told.truth.located for told in hurricane if told.truth.outage)
    assert 0.003 < len(wrong) / located < 0.05
    for told in wrong:
        assert not told.truth.located
        assert names[told.truth.community or ""].lower() not in told.post.text.lower().split()


def test_a_calm_days_questions_are_on_bills_and_on_facebook() -> None:
    told = list(StormDay(load_storm("calm", background=0.0, scale=0.5)).tell())
    own = [t for t in told if t.truth.trap is None and "news" not in t.truth.labels]
    own = [t for t in own if not t.post.repost_of and not t.truth.outage and t.truth.labels]
    channels = Counter(t.post.channel for t in own)
    labels = Counter(label for t in own for label in t.truth.labels)
    assert channels.most_common(1)[0][0] == "facebook"
    assert labels["billing"] > labels["service"]


def test_what_is_addressed_is_part_of_the_same_posts() -> None:
    def texts(stream: str) -> list[Told]:
        storm = load_storm("flood", hours=9, scale=0.4, background=0.3, stream=stream)
        return list(StormDay(storm).tell())

    everything, addressed = texts("firehose"), texts("addressed")
    known = {(t.post.created_at, t.post.text) for t in everything}
    storm = load_storm("flood")
    handle = storm.utility.handle
    mine = [t for t in addressed if relevant(t.truth)]
    assert 0.03 < len(mine) / sum(relevant(t.truth) for t in everything) < 0.5
    for told in mine:
        assert (told.post.created_at, told.post.text) in known
    about = sum(
        handle in t.post.mentions or (t.post.author is not None and t.post.author.handle == handle)
        for t in addressed
    )
    assert about > 0.8 * len(addressed)


@pytest.mark.parametrize(("stream", "share"), [("firehose", 0.97), ("addressed", 0.3)])
def test_the_default_shares_hold(stream: str, share: float) -> None:
    storm = load_storm("flood", scale=0.05, stream=stream)
    posts = other = 0
    for told in StormDay(storm).tell():
        posts += 1
        other += not relevant(told.truth)
    assert other / posts == pytest.approx(share, abs=0.02)


def test_what_fell_at_night_is_told_by_daylight_and_ice_has_to_grow_first() -> None:
    hurricane = Surroundings(day_of("hurricane").scene).expected(24)  # from noon on
    assert hurricane[15] < 0.5 * hurricane[9] < hurricane[20]
    ice = Surroundings(day_of("ice-storm").scene).expected(12)  # from two in the morning on
    assert ice[1] < 0.1 * ice[8]


def test_a_storm_without_a_name_is_called_what_people_call_it() -> None:
    scene = day_of("ice-storm").scene
    assert scene.storm_name("en") == "the ice storm"
    assert scene.storm_name("es") == "la tormenta de hielo"
    assert day_of("hurricane").scene.storm_name("es") == "Odalys"


def test_posts_follow_a_missed_estimate() -> None:
    from simulator.crowd.rhythm import missed_s

    before = after = 0
    for seed in (7, 8):  # one day has too few of them to be sure
        day = StormDay(load_storm("thunderstorms", seed=seed, background=0.0, scale=0.5))
        # Where a promise runs out soon after the loss, posts on the loss itself still come.
        missed = {
            f"t-{o.number + 1:05d}": [
                at_s for at_s in missed_s(o) if at_s > o.lost[-1][0] + 3 * 3600
            ]
            for o in day.true_outages
        }
        start = day.storm.starts_at
        for told in day.tell():
            for at_s in missed.get(told.truth.outage or "", ()):
                away = told.post.created_at - start - timedelta(seconds=at_s)
                before += timedelta(minutes=-60) < away < timedelta(0)
                after += timedelta(0) < away < timedelta(minutes=60)
    assert after > before > 0


def test_look_alikes_are_near_the_handle_and_never_it() -> None:
    for handle, name in look_alikes("LongleafPower", "Longleaf Power"):
        assert handle != "LongleafPower"
        assert name


def test_after_a_collapse_fewer_can_post_until_their_town_is_back() -> None:
    day = day_of("blackout")
    scene, first = day.scene, day.true_outages[0]
    zone, back_s = first.zone.number, first.back[0][0]
    lost_s = first.started_s + 60
    assert scene.online(zone, first.started_s - 60) == scene.all_online(first.started_s - 60) == 1
    assert scene.online(zone, lost_s) == pytest.approx(0.4, abs=0.01)
    assert scene.online(zone, lost_s + 2 * 3600) < scene.online(zone, lost_s)
    assert scene.online(zone, back_s - 1) >= 0.2
    assert scene.online(zone, back_s + 3600) == 1
    assert 0.2 <= scene.all_online(lost_s + 4 * 3600) < 0.35


def test_everybody_names_streets_of_the_place() -> None:
    storm = load_storm("blackout")
    people = People(storm)
    spoken = {people.person(0, "x", number).voice.language for number in range(400)}
    assert spoken == {"es", "en"}
    streets = {people.person(0, "x", number).street for number in range(400)}
    assert streets <= people.streets()
    assert not any(street.endswith((" Road", " Street", " Lane")) for street in streets)


def test_a_bulletin_has_a_place_only_if_it_names_it(hurricane: Posts) -> None:
    storm = load_storm("hurricane")
    service = next(outlet.handle for outlet in storm.outlet if outlet.kind == "weather")
    names = {c.id: c.name for c in StormDay(storm).territory.community}
    sent = [told for told in hurricane if told.post.author and told.post.author.handle == service]
    bulletins = [told for told in sent if told.truth.labels == ("news",)]
    placed = [told for told in bulletins if told.truth.community]
    assert placed
    for told in placed:
        assert told.truth.located
        assert names[told.truth.community or ""] in told.post.text
    assert not any(told.truth.located for told in bulletins if not told.truth.community)


def test_a_collapse_quiets_what_else_is_posted(blackout: Posts) -> None:
    starts_at = load_storm("blackout").starts_at
    hours = Counter(
        int((told.post.created_at - starts_at) / timedelta(hours=1))
        for told in blackout
        if not relevant(told.truth)
    )
    before = hours[0]
    assert hours[1] < 0.8 * before
    assert hours[4] < 0.6 * before
