"""What a desk replies becomes a post of the storm."""

from __future__ import annotations

from collections.abc import AsyncIterator

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.post import Author, Post
from simulator.conductor.conductor import Conductor
from simulator.platforms.stage import Landing, Stage
from tests.simulator.platforms.stageland import STORM, day, staged


async def _told(stage: Stage, posts: int) -> None:
    while stage.end < posts:
        await stage.more(stage.end)


async def test_a_reply_is_a_post_of_the_utility_at_this_moment_and_says_exercise() -> None:
    async with staged() as (_, stage):
        await _told(stage, 20)
        stage.conductor.pause()
        asked = next(stage.read(5)).post
        told = stage.land(Landing(asked.channel, "We are on it.", asked.id, "k1"))
        assert asked.author is not None
        assert told.post.id == f"{STORM}-7-reply-001"
        assert told.post.reply_to == asked.id
        assert told.post.mentions == (asked.author.handle,)
        assert told.post.author is not None
        assert told.post.author.id == f"{asked.channel}-utility"
        assert told.post.exercise
        found = stage.find(told.post.id)
        assert found is not None
        assert found.number == stage.end - 1
        times = [each.post.created_at for each in stage.read(0)]
        assert times == sorted(times)


async def test_the_same_key_lands_once_in_a_channel() -> None:
    async with staged() as (_, stage):
        await _told(stage, 20)
        stage.conductor.pause()
        first = stage.land(Landing("x", "We are on it.", key="k1"))
        end = stage.end
        assert stage.land(Landing("x", "We are on it.", key="k1")) == first
        assert stage.end == end
        stage.land(Landing("mastodon", "We are on it.", key="k1"))
        stage.land(Landing("x", "We are on it."))
        stage.land(Landing("x", "We are on it."))
        assert stage.end == end + 3
        assert len({told.post.id for _, told in stage.landed}) == 4


@given(st.lists(st.tuples(st.sampled_from(("x", "mastodon")), st.sampled_from(("", "a", "b")))))
@settings(max_examples=25, deadline=None)
async def test_any_attempts_land_each_key_once(attempts: list[tuple[str, str]]) -> None:
    stage = Stage(Conductor(day(), None))
    stage.conductor.resume()
    stage.conductor.step()
    stage.conductor.pause()
    before = stage.end
    told = [stage.land(Landing(channel, "We are on it.", key=key)) for channel, key in attempts]
    once = {attempt for attempt in attempts if attempt[1]}
    loose = sum(not key for _, key in attempts)
    assert stage.end - before == len(once) + loose == len(stage.landed)
    assert len({each.post.id for each in told}) == len(once) + loose
    assert [each.post for _, each in stage.landed] == [each.post for each in stage.read(before)]
    stage.conductor.close()


async def test_a_reply_comes_again_when_the_storm_is_told_again() -> None:
    async with staged() as (_, stage):
        await _told(stage, 20)
        stage.conductor.pause()
        page = Author("page", "CarolinaCoastal", "Carolina Coastal")
        told = stage.land(Landing("facebook", "Crews are out.", author=page))
        stage.conductor.rewind(0.0)
        assert stage.find(told.post.id) is None
        while stage.conductor.step():
            pass
        stage.conductor.resume()
        while stage.find(told.post.id) is None:
            await stage.more(stage.end)
        found = stage.find(told.post.id)
        assert found is not None
        assert found.told == told
        assert found.post.author == page


async def test_people_react_and_a_second_telling_is_the_same() -> None:
    tellings = [[each async for each in _told_with_replies()] for _ in range(2)]
    assert tellings[0] == tellings[1]
    own = {post.id for post in tellings[0] if post.author and post.author.id.endswith("-utility")}
    answers = [post for post in tellings[0] if post.reply_to in own and post.id not in own]
    assert len(answers) > 5
    assert len({post.author_key for post in answers}) > 3
    assert all(post.exercise for post in answers)


async def _told_with_replies() -> AsyncIterator[Post]:
    """Every post of a storm whose desk answers each fifth."""
    stage = Stage(Conductor(day(hours=3.0), None))
    stage.conductor.resume()
    read = 0
    while not stage.over:
        stage.conductor.step()
        end = stage.end
        for each in stage.read(read, end):
            yield each.post
            if each.number % 5 == 0 and each.post.author and not each.post.reply_to:
                stage.land(Landing(each.post.channel, "Sorry! We are on it.", each.post.id))
        read = end
    stage.conductor.close()
