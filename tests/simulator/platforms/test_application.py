"""The platforms of a storm on one port."""

from __future__ import annotations

import aiohttp

from simulator.platforms import EXERCISE_HEADER, EXERCISE_PATH
from tests.simulator.platforms.stageland import STORM, staged


async def test_every_answer_says_that_it_is_an_exercise() -> None:
    async with staged() as (url, stage), aiohttp.ClientSession(url) as http:
        said = await (await http.get(EXERCISE_PATH)).json()
        missing = await http.get("/nothing")
    assert said == {"exercise": True, "storm": STORM, "run": stage.conductor.run_id}
    assert missing.headers[EXERCISE_HEADER] == STORM
    assert missing.status == 404


async def test_the_storm_is_told_to_its_end_as_it_was_generated() -> None:
    async with staged() as (_, stage):
        number = 0
        while not stage.over or number < stage.end:
            await stage.more(number)
            number = stage.end
        posts = [staged.post for staged in stage.read(0)]
        assert posts == [told.post for told in stage.conductor.day.tell()]
        assert all(post.exercise for post in posts)
        assert stage.find(posts[-1].id) is not None
        bluesky = list(stage.read(0, channel="bluesky"))
    assert {each.post.channel for each in bluesky} == {"bluesky"}
    assert [posts[each.number].id for each in bluesky] == [each.post.id for each in bluesky]
