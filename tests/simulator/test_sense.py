"""What people say fits the outage, the hour and the sky: held against whole small storms."""

from __future__ import annotations

import re
from functools import cache

import pytest

from desk.post import Post
from simulator.crowd.sense import UNSAID, Moment, sensible
from simulator.restoration import Outage
from simulator.storm_file import load_storm
from simulator.stream import StormDay
from simulator.truth import Told
from tests.simulator.days import day_of

HOURS = re.compile(r"\b(\d+)\+? (?:hours|hrs|hs|horas|ore)\b(?! (?:away|they))")
NOT_OF_THE_LOSS = re.compile(r"batter|planned work|\baway\b|16 hours", re.IGNORECASE)


@cache
def calm() -> tuple[Told, ...]:
    return tuple(StormDay(load_storm("calm", background=0.3, scale=0.5)).tell())


def second(day: StormDay, post: Post) -> float:
    return (post.created_at - day.storm.starts_at).total_seconds()


def own(posts: tuple[Told, ...]) -> list[Told]:
    """What people say themselves and mean."""
    return [
        told
        for told in posts
        if told.truth.trap is None and not told.post.repost_of and "news" not in told.truth.labels
    ]


def outages(day: StormDay) -> dict[str, Outage]:
    return {f"t-{outage.number + 1:05d}": outage for outage in day.true_outages}


@pytest.mark.parametrize("name", ["hurricane", "flood", "blackout"])
def test_hours_are_those_since_the_loss(name: str, request: pytest.FixtureRequest) -> None:
    posts: tuple[Told, ...] = request.getfixturevalue(name)
    day = day_of(name)
    known = outages(day)
    said = off = 0
    for told in own(posts):
        found = HOURS.search(told.post.text)
        if not found or told.truth.outage is None or NOT_OF_THE_LOSS.search(told.post.text):
            continue
        outage, at_s = known[told.truth.outage], second(day, told.post)
        ages_h = [(at_s - lost_s) / 3600 for lost_s, _ in outage.lost if lost_s <= at_s]
        hours = int(found[1])
        said += 1
        # Whoever is back may tell of it up to four hours later.
        off += not any(
            hours - 1 <= age_h
            and min(age_h, (outage.restored_s - outage.started_s) / 3600)
            <= hours + 1.5 + 0.3 * age_h
            for age_h in ages_h
        )
        assert hours > 1
    assert said > 20
    assert off / said < 0.03


def test_flickers_are_few_and_nearly_none_on_a_calm_day(hurricane: tuple[Told, ...]) -> None:
    def share(posts: tuple[Told, ...]) -> float:
        out = [told.truth.outage for told in own(posts) if "outage" in told.truth.labels]
        return out.count(None) / len(out)

    assert 0.02 < share(hurricane) < 0.15
    assert share(calm()) < 0.1


def test_on_a_calm_day_nobody_tags_or_prepares_for_a_storm() -> None:
    tags = tuple(f"#{tag.lower()}" for tag in load_storm("calm").tags)
    for told in calm():
        assert not any(tag in told.post.text.lower().split() for tag in tags)
        assert "flashlight" not in told.post.text or "news" not in told.truth.labels


def test_on_facebook_an_answer_begins_without_a_handle(hurricane: tuple[Told, ...]) -> None:
    answers = [t.post for t in hurricane if t.post.reply_to and t.truth.trap is None]
    facebook = [post for post in answers if post.channel == "facebook"]
    assert len(facebook) > 20
    assert not [post.text for post in facebook if post.text.startswith("@")]
    assert all(post.mentions for post in facebook)
    assert [post for post in answers if post.channel == "x" and post.text.startswith("@")]


def test_after_a_collapse_no_town_has_a_fault_of_its_own(blackout: tuple[Told, ...]) -> None:
    day = day_of("blackout")
    names = {community.name for community in day.territory.community}
    known = outages(day)
    told_of_all = replies = 0
    for told in blackout:
        text, author = told.post.text, told.post.author
        official = author is not None and author.id.endswith("-utility")
        out = "outage" in told.truth.labels and told.truth.trap is None
        if official:
            assert not re.search(r"(?<!una )[Aa]vería|[Ii]ncidencia", text)
        if official and out and not told.post.reply_to:
            assert told.truth.community is None
            told_of_all += 1
        elif official and out:
            assert not any(re.search(rf"\b{re.escape(name)}\b", text) for name in names)
            replies += 1
        if out and told.truth.outage and not told.post.repost_of and not official:
            back_s = known[told.truth.outage].back[0][0]
            if second(day, told.post) < back_s:
                assert not re.search(r"va y viene|media casa|parpade", text)
    assert told_of_all > 2
    assert replies > 10


def test_the_day_of_a_collapse_is_about_radios_trains_and_cash(blackout: tuple[Told, ...]) -> None:
    day = day_of("blackout")
    words = re.compile(
        r"radio|tren|metálico|ascensor|transistor|cobertura|estrellas|calle", re.IGNORECASE
    )
    other = [t for t in blackout if not t.truth.labels and second(day, t.post) > 3000]
    other = [t for t in other if t.post.lang == "es" and t.truth.outage is None]
    assert sum(bool(words.search(t.post.text)) for t in other) > 0.12 * len(other)


@pytest.mark.parametrize(
    ("text", "moment", "may"),
    [
        ("Good morning, power is out", Moment(20.75, 9), False),
        ("Good morning, power is out", Moment(8, 9), True),
        ("not even that windy yet and we lost power", Moment(13, 9, gust_kmh=150), False),
        ("not even that windy yet and we lost power", Moment(13, 9, 20, coming=True), True),
        ("praying the power stays on", Moment(11, 9), False),
        ("praying the power stays on", Moment(11, 9, coming=True), True),
        ("been like this since before dark", Moment(13.6, 9, lost_h=3), False),
        ("been like this since before dark", Moment(22, 9, lost_h=5), True),
        ("my mother is fainting from the heat", Moment(15, 1), False),
        ("my mother is fainting from the heat", Moment(15, 7), True),
        ("media casa sin luz", Moment(12.6, 4, dark=True), False),
        ("9 flickers in 9 minutes", Moment(12, 5, failing=False), False),
        ("luce assente in piena interrogazione online", Moment(20.75, 11), False),
        ("power just went, reading by candlelight", Moment(12.6, 4), False),
        ("power just went, reading by candlelight", Moment(23, 4), True),
        ("terraza llena, cerveza aún fría", Moment(23, 4, lost_h=10.5), False),
        (f"{UNSAID} hours without power", Moment(12, 5), False),
        ("black as a boot in here", Moment(17.5, 7), False),
        ("lights: off. AC: off", Moment(21, 2), False),
        ("big thanks to the crew working through the night", Moment(18, 7, lost_h=1), False),
        ("siamo senza luce da stanotte", Moment(9, 10, lost_h=5), True),
        ("siamo senza luce da stanotte", Moment(9, 10, lost_h=1), False),
    ],
)
def test_a_text_is_held_against_its_moment(text: str, moment: Moment, may: bool) -> None:
    assert sensible(text, moment) is may


def test_an_estimate_for_another_day_names_it_and_an_office_says_am_or_pm(
    hurricane: tuple[Told, ...],
) -> None:
    texts = [
        told.post.text
        for told in hurricane
        if told.post.author and told.post.author.id.endswith("-utility") and not told.post.reply_to
    ]
    told = [text for text in texts if "stimat" in text or re.search(r"\bETR\b", text)]
    times = [text for text in told if re.search(r"\d:\d\d", text)]
    assert all(re.search(r"\d:\d\d[ap]m", text) for text in times)
    assert [text for text in times if re.search(r"[ap]m( tomorrow| on \w+day)", text)]


def test_an_estimate_that_is_moved_never_goes_back_in_time(hurricane_day: StormDay) -> None:
    from simulator.crowd.utility import Announcements

    moved = [
        (eta_s, before_s)
        for _, act, _, eta_s, before_s in Announcements(hurricane_day.scene)._told
        if act == "utility_etr_moved"
    ]
    assert moved
    assert all(eta_s > before_s for eta_s, before_s in moved)
