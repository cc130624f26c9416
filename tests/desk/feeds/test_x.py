"""The feed of X at the X of a storm: its rules, its posts, its URL."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from desk.errors import FeedError
from desk.feeds import open_feed
from desk.feeds.kinds import KINDS
from rules import load_packs
from rules.pack import Pack
from simulator.platforms.x.platform import Limits, wire_id, x
from simulator.platforms.x.rule import read_rule
from simulator.platforms.x.wire import Wire
from tests.desk.feeds.xland import (
    FEW,
    STILL,
    add_rule,
    around,
    feed_of,
    reading,
    rules_at,
)
from tests.simulator.platforms.stageland import staged

pytestmark = pytest.mark.usefixtures("x_token")


async def test_it_brings_exactly_the_posts_that_its_rules_match(packs: Sequence[Pack]) -> None:
    async with staged(x, speed=STILL) as (url, stage):
        feed = feed_of(url, "retweets=yes")
        feed.adapt(around(stage, packs))
        async with reading(feed) as reader:
            await reader.until(lambda: feed.condition.state == "live")
            values = [rule["value"] for rule in await rules_at(url)]
            start = stage.end
            stage.conductor.set_speed(None)
            await reader.until(lambda: stage.over)
            wire, nodes = Wire(stage), [read_rule(value) for value in values]
            posts = list(stage.read(start, None, "x"))
            seen = [(each, wire.seen(each)) for each in posts]
            wanted = [wire_id(each) for each, one in seen if any(n.holds(one) for n in nodes)]
            assert 2 < len(wanted) < len(posts)
            await reader.until(lambda: len(reader.ids) >= len(wanted))
            assert reader.ids == wanted
            got = [post for batch in reader.all for post in batch.posts]
            told = {wire_id(each): each.post for each in posts}
            for post in got:
                own = told[post.id]
                assert (post.text, post.lang, post.geo) == (own.text, own.lang, own.geo)
                assert post.place == own.place
                assert post.author is not None
                assert own.author is not None
                assert (post.author.handle, post.author.name) == (
                    own.author.handle,
                    own.author.name,
                )
                assert post.exercise
            assert not feed.condition.error


async def test_its_rules_are_kept_in_step_and_others_are_left_alone(packs: Sequence[Pack]) -> None:
    async with staged(x, speed=STILL) as (url, stage):
        await add_rule(url, "kittens", "of somebody else")
        await add_rule(url, "puppies", "stormdesk:named:old")
        feed = feed_of(url)
        feed.adapt(around(stage, packs))
        async with reading(feed) as reader:
            await reader.until(lambda: feed.condition.state == "live")
            kept = await rules_at(url)
            values = {rule["value"] for rule in kept}
            assert "kittens" in values
            assert "puppies" not in values
            assert all(rule["tag"].startswith("stormdesk:") for rule in kept[1:])
            assert any("outage" in value for value in values)
        async with reading(feed_again := feed_of(url)) as reader:
            feed_again.adapt(around(stage, packs))
            await reader.until(lambda: feed_again.condition.state == "live")
            assert await rules_at(url) == kept  # what stands is not touched, its ids are the same


async def test_rules_change_with_the_packs_while_the_stream_is_read(
    packs: Sequence[Pack], tmp_path: Path
) -> None:
    other = tmp_path / "other.toml"
    other.write_text(FEW.replace('"outage"]', '"brownout"]'), "utf-8")
    async with staged(partial(x, keep_alive_s=0.1), speed=STILL) as (url, stage):
        feed = feed_of(url)
        feed.adapt(around(stage, packs))
        async with reading(feed) as reader:
            await reader.until(lambda: feed.condition.state == "live")
            feed.adapt(around(stage, load_packs(other)))
            for _ in range(100):
                if any("brownout" in rule["value"] for rule in await rules_at(url)):
                    break
                await asyncio.sleep(0.05)
            assert feed.condition.reconnects == 0
            assert not any(" outage" in rule["value"] for rule in await rules_at(url))


async def test_rules_that_x_refuses_are_told_and_the_others_hold(packs: Sequence[Pack]) -> None:
    async with staged(partial(x, limits=Limits(rule_signs=200)), speed=STILL) as (url, stage):
        feed = feed_of(url)
        feed.adapt(around(stage, packs))
        async with reading(feed) as reader:
            await reader.until(lambda: feed.condition.state == "live")
            assert await rules_at(url)
            assert any("X refuses it: Rule is" in reason for reason in reader.faults)


async def test_rules_can_be_left_to_who_made_them() -> None:
    async with staged(x, speed=STILL) as (url, stage):
        await add_rule(url, "storm OR power", "mine")
        feed = feed_of(url, "rules=leave&expansions=none")
        async with reading(feed) as reader:
            await reader.until(lambda: feed.condition.state == "live")
            stage.conductor.set_speed(None)
            await reader.until(lambda: bool(reader.ids))
            assert [rule["tag"] for rule in await rules_at(url)] == ["mine"]
            authors = {post.author for batch in reader.all for post in batch.posts}
            assert all(author is None or not author.handle for author in authors)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("colour=red", "unknown option 'colour'"),
        ("recover=all", "recover=all"),
        ("rules=mine", "rules=mine"),
        ("languages=en,fr", "languages=fr"),
        ("expansions=everything", "expansions=everything"),
        ("secret=env:NOT_THERE_AT_ALL", "needs X's bearer token: no secret in env:NOT_THERE"),
        ("secret=abc", "never written down"),
    ],
)
def test_a_wrong_url_is_told_with_the_mend(query: str, words: str) -> None:
    with pytest.raises(FeedError, match=words):
        open_feed(f"x+https://api.x.com?{query}", KINDS)


@pytest.mark.parametrize("url", ["x+https://", "x+https://a/b", "x+https://u:p@api.x.com"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(FeedError, match=r"write x\+https://api\.x\.com"):
        open_feed(url, KINDS)


async def test_a_cursor_of_another_feed_is_told() -> None:
    feed = open_feed("x+https://api.x.com/2/tweets/search/stream", KINDS)
    with pytest.raises(FeedError, match="is no cursor of"):
        async for _ in feed.batches("1:2:3"):
            pass
