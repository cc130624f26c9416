"""People read what a desk has written, and some react: in their time, and always the same."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import lru_cache

import pytest

from desk.post import Post
from simulator.crowd.readers import Readers
from simulator.crowd.utility import own_account
from simulator.restoration import Outage
from simulator.storm_file import load_storm
from simulator.stream import StormDay
from simulator.truth import PostTruth, Told

TRIES = 40


@lru_cache
def storm_day(name: str = "thunderstorms") -> StormDay:
    return StormDay(load_storm(name, seed=7, scale=0.02))


def big_outage(day: StormDay) -> Outage:
    return max(day.true_outages, key=lambda outage: outage.restored_s - outage.started_s)


def asked(day: StormDay, outage: Outage, number: int, *labels: str) -> Told:
    """Person `number` of the outage's place has asked an hour into it."""
    person = day.scene.people.person(outage.zone.place, "x", number)
    id_ = f"asked-{number}"
    at = day.scene.time(outage.started_s + 3600)
    post = Post(id=id_, channel="x", author=person.author, text="?", created_at=at, lang="en")
    name = f"t-{outage.number + 1:05d}"
    return Told(post, PostTruth(id_, labels, name, outage.zone.community.id, False, None))


def reply(day: StormDay, text: str, at_s: float, to: str | None) -> Told:
    post = Post(
        id="r", channel="x", author=own_account(day.scene, "x"), text=text,
        created_at=day.scene.time(at_s), reply_to=to,
    )  # fmt: skip
    return Told(post, PostTruth("r", ("news",), None, None, False, None))


def said(day: StormDay, text: str, at_s: float, *labels: str) -> list[tuple[float, Told]]:
    """What TRIES people who have asked say to `text`, and when."""
    readers, outage, found = Readers(day.scene), big_outage(day), []
    for number in range(TRIES):
        question = asked(day, outage, number, *labels)
        told = reply(day, text, at_s, question.post.id)
        for reaction in readers.reactions(told, question, at_s):
            draft = reaction.write(reaction.due_s)
            if draft is not None and draft.author == question.post.author:
                found.append((reaction.due_s, day.told(draft, f"{number}", reaction.due_s)))
    return found


def labels_of(found: list[tuple[float, Told]]) -> Counter[str]:
    return Counter(label for _, told in found for label in told.truth.labels)


def test_whoever_asked_when_and_hears_no_time_is_angry() -> None:
    day = storm_day()
    at_s = big_outage(day).started_s + 4000
    beside = said(day, "We are so sorry.", at_s, "outage", "etr")
    assert labels_of(beside)["complaint"] > TRIES / 2
    fine = said(day, "We don't know yet, crews are assessing.", at_s, "outage", "etr")
    assert labels_of(fine)["complaint"] < TRIES / 10
    assert 0 < len(fine) < TRIES
    assert labels_of(fine)["praise"] > 0


def test_a_promise_that_is_not_kept_is_remembered_once_it_has_passed() -> None:
    day = storm_day()
    outage = big_outage(day)
    at_s = outage.started_s + 4000
    assert outage.restored_s > at_s + 3 * 3600
    found = said(day, "Crews will have you back in 1 hour.", at_s, "outage", "etr")
    after = [told.truth for due_s, told in found if due_s > at_s + 3600]
    angry = [truth for truth in after if "outage" in truth.labels]
    assert len(angry) > TRIES / 4
    assert all(truth.outage == f"t-{outage.number + 1:05d}" for truth in angry)


def test_an_answer_after_the_lights_are_back_is_late() -> None:
    day = storm_day()
    found = said(day, "We are on it.", big_outage(day).restored_s + 3600, "outage")
    assert labels_of(found)["restored"] == len(found) > 0
    assert labels_of(found)["outage"] == 0


def test_who_is_told_that_it_is_back_and_sits_in_the_dark_says_so() -> None:
    day = storm_day()
    at_s = big_outage(day).started_s + 4000
    found = said(day, "Your power is back on.", at_s, "outage")
    assert labels_of(found)["outage"] > TRIES / 2


@pytest.mark.parametrize("name", ["thunderstorms", "flood", "blackout"])
def test_the_same_words_draw_the_same_readers_and_others_draw_others(name: str) -> None:
    day = storm_day(name)
    at_s = big_outage(day).started_s + 4000
    first, again = (said(day, "We are on it.", at_s, "outage") for _ in range(2))
    assert first == again
    assert first != said(day, "We are at it.", at_s, "outage")
    assert all(due_s > at_s for due_s, _ in first)
    times = [told.post.created_at for _, told in first]
    assert all(at > day.scene.time(at_s) for at in times)
    assert max(times) - min(times) > timedelta(minutes=5)


def test_what_is_said_to_everybody_is_passed_on_and_commented() -> None:
    day = storm_day()
    readers, at_s = Readers(day.scene), big_outage(day).started_s + 4000
    told = reply(day, "Crews are out all over the state.", at_s, None)
    drafts = [r.write(r.due_s) for _ in range(8) for r in readers.reactions(told, None, at_s)]
    made = [draft for draft in drafts if draft is not None]
    assert sum(draft.repost_of == "r" for draft in made) > 10
    assert sum(draft.reply_to == "r" for draft in made) > 8
    assert len({draft.author.id for draft in made}) > len(made) / 2


def test_the_desk_of_a_storm_can_be_silent_and_all_else_stays() -> None:
    storm = load_storm("thunderstorms", seed=7, hours=4.0, scale=0.3)
    spoken = list(StormDay(storm).tell())
    silent = {told.post.id: told for told in StormDay(storm, desk_speaks=False).tell()}
    gone = {told.post.id: told.post for told in spoken if told.post.id not in silent}
    assert all(silent[told.post.id] == told for told in spoken if told.post.id in silent)
    assert any(post.author and post.author.id.endswith("-utility") for post in gone.values())
    for told in silent.values():
        assert told.post.reply_to not in gone
        assert told.post.repost_of not in gone
    for post in gone.values():
        own = post.author is not None and post.author.id.endswith("-utility") and post.reply_to
        assert own or post.reply_to in gone or post.repost_of in gone
