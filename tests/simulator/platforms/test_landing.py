"""What a desk replies becomes a post of the storm."""

from __future__ import annotations

from desk.post import Author
from simulator.platforms.stage import Landing, Stage
from tests.simulator.platforms.stageland import STORM, staged


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
