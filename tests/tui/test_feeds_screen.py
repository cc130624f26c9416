"""How the feeds do: at one glance, as a list, and the records that were no posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from desk.serving.feed_messages import ReadFaults
from desk.serving.protocol import Tick
from tests.tui.conftest import FEEDS, HELLO, START, status
from tui.feed_words import again, feed_name, is_late, trouble
from tui.screens.feeds import FaultsScreen, FeedsScreen

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene

LIVE, WAITING, _ = FEEDS


async def test_one_glance_says_which_feed_is_in_trouble_and_when_it_is_tried_again(
    scene: OpenScene,
) -> None:
    async with scene(size=(200, 30)) as s:
        await s.say(Tick(status=status(feeds=FEEDS)))
        assert "! mastodon social.example waiting, again in 4m" in s.lines()[0]
        assert "mastodon social.example again in 4m: the server answered 429" in s.lines()[1]
        soon = msgspec.structs.replace(WAITING, state="retrying", retry_s=7, silent_s=0)
        await s.say(Tick(status=status(feeds=(LIVE, soon))))
        assert "! mastodon social.example retrying, again in 7s" in s.lines()[0]
        assert "answered 429" not in s.text()  # a hiccup takes no line from the feed
        await s.say(Tick(status=status(feeds=(LIVE,))))
        assert "● feed live" in s.lines()[0]


async def test_a_narrow_screen_says_it_in_fewer_words(scene: OpenScene) -> None:
    async with scene(size=(80, 24)) as s:
        await s.say(Tick(status=status(feeds=FEEDS)))
        assert "!mastodon again in 4m" in s.lines()[0]


async def test_a_desk_that_hears_nothing_says_since_when(scene: OpenScene) -> None:
    async with scene(size=(120, 30)) as s:
        silent = msgspec.structs.replace(LIVE, silent_s=600, heard_at=START)
        await s.say(Tick(status=status(feeds=(silent,), silent_since=START)))
        assert "! silent since 14:03 EDT" in s.lines()[0]
        assert "silent since 14:03 EDT: no feed brings anything" in s.lines()[1]
        assert "feed live" not in s.lines()[0]
        await s.press("H")
        assert "! silent since 14:03 EDT: no feed brings anything" in s.text()


async def test_the_feeds_are_listed_with_all_that_is_counted(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        await s.say(Tick(status=status(feeds=FEEDS)))
        await s.press("H")
        assert isinstance(s.app.screen, FeedsScreen)
        text = s.text()
        for words in (
            "! mastodon social.example · waiting · again in 4m",
            "4s behind itself · newest post 3m old",
            "0 bad · 2 duplicates · 0 ignored · 0 refused · 3 reconnects",
            "4 lost",
            "last error: the server answered 429",
            "41.2 posts/s · 48,211 received",
            "● nws api.weather.gov · live",
        ):
            assert words in text, words
        assert text.index("mastodon social") < text.index("jetstream jetstream")
        listed = msgspec.structs.replace(
            WAITING, url="odin+https://list.example/records", outages=97, bad=2, lost=0
        )
        await s.say(Tick(status=status(feeds=(LIVE, listed))))
        assert "! odin list.example · waiting · again in 4m" in s.text()
        assert "the utility's own list: 97 outages · 2 bad lines · 3 times not to" in s.text()
        assert s.text().count("duplicates") == 1
        gone = msgspec.structs.replace(WAITING, state="failed", last_error="no such token\x1b[2J")
        await s.say(Tick(status=status(feeds=(LIVE, gone))))
        assert "× mastodon social.example · failed" in s.text()
        assert "no such token␛[2J" in s.text()
        await s.press("escape")
        assert not isinstance(s.app.screen, FeedsScreen)


async def test_bad_records_are_shown_as_they_came_and_harmless(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        await s.say(Tick(status=status(feeds=FEEDS)))
        await s.press("H", "n", "enter")
        assert isinstance(s.app.screen, FaultsScreen)
        assert s.asked(ReadFaults) == [ReadFaults(LIVE.url)]
        text = s.text()
        assert "Bad records of jetstream jetstream.example" in text
        assert "not a post: Expected `str`, got `int`" in text
        assert '"text":"␛[31mred␛[0m ‹U+202E›"' in text
        assert "Thu 04 Sep 14:02:11" in text
        assert "before any post" in text
        assert "\x1b" not in text
        await s.say(HELLO)
        assert s.asked(ReadFaults) == [ReadFaults(LIVE.url)] * 2
        s.desk.faults = ()
        await s.press("escape", "enter")
        assert "No bad record has come from this feed" in s.text()


async def test_one_feed_has_no_next(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("H", "n")
        assert "there is no other feed" in s.text()


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("jetstream+wss://stream.example/subscribe?x=1", "jetstream stream.example"),
        ("mastodon+http://127.0.0.1:8931/public", "mastodon 127.0.0.1:8931"),
        ("file:posts.jsonl", "file:posts.jsonl"),
        ("storm:hurricane?seed=7", "storm:hurricane"),
        ("x+https://[bad", "x+https://[bad"),
        ("file:" + "a" * 99, "file:" + "a" * 34 + "…"),
    ],
)  # fmt: skip
def test_a_feed_has_a_short_name(url: str, name: str) -> None:
    assert feed_name(url) == name


def test_a_hiccup_is_no_trouble_yet() -> None:
    retrying = msgspec.structs.replace(WAITING, state="retrying", retry_s=0, silent_s=20)
    assert not is_late(retrying)
    assert again(retrying) == "tried now"
    assert is_late(msgspec.structs.replace(retrying, silent_s=30))
    assert trouble(retrying) == "mastodon social.example tried now: the server answered 429"
