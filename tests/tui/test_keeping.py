"""Pins, marks, copies, and the way back: what an agent keeps at hand on the monitor."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from desk.serving.protocol import Detail, Read
from tests.tui.conftest import OUTAGES, detail, row
from tui.copying import MOST_CHARS, joined, row_words
from tui.kept import DEEDS_MOST, MARKS_MOST, PINS_MOST, Kept
from tui.link import LinkState
from tui.widgets.outage_table import OutageTable
from tui.widgets.outages import OutageList

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene, Scene


def said(s: Scene) -> str:
    """What the line over the keys says."""
    return s.lines()[-2].strip()


def clipboard(s: Scene) -> str:
    return s.app._clipboard


async def test_a_pinned_post_stays_on_top_across_filters(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("k", "p")
        assert said(s).startswith("» ^ pinned: @person18 “mum is on oxygen")
        assert "^ Pinned" in s.lines()[1]
        assert "mum is on oxygen" in s.lines()[2]
        await s.press("slash", *"zebra", "enter")
        assert "mum is on oxygen" in s.lines()[2]
        await s.press("escape", "k", "p")
        assert "no longer pinned" in said(s)
        assert "Pinned" not in s.lines()[1]


async def test_a_pinned_post_can_be_opened_copied_and_taken_away_where_it_stands(
    scene: OpenScene,
) -> None:
    async with scene() as s:
        await s.press("k", "p", "k", "p", "shift+tab")
        assert s.focus() == "pinned"
        await s.press("enter")
        assert s.asked(Read) == [Read("post-298")]
        await s.press("escape", "y")
        assert "post-298" in clipboard(s)
        await s.press("p", "p")
        assert s.focus() == "feed"
        assert "Pinned" not in s.text()


async def test_a_pinned_outage_stays_on_top_of_its_list(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        await s.press("tab", "G", "p")
        list_ = s.app.monitor.query_one(OutageList)
        assert list_.items[0].outage.id == "outage-5"
        assert "✓ restored   ^Birch" in s.text()
        s.desk.change("outage-5", status="likely")
        await s.settle()
        assert "■ likely     ^Birch" in s.text()
        await s.press("s", "s")
        assert list_.items[0].outage.id == "outage-5"
        await s.press("u", "u")
        assert "nothing was pinned, marked or filtered here" in said(s)
        assert list_.items[0].outage.id != "outage-5"


async def test_marks_are_signs_in_the_feed_and_m_shows_them_alone(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("k", "m", "g", "m")
        assert "§ " in s.lines()[2]
        assert "§2" in s.lines()[1]
        await s.press("M")
        assert "§ marked posts alone · M all" in s.text()
        assert s.feed_ids() == ["post-0", "post-298"]
        await s.grow(3)
        assert s.feed_ids() == ["post-0", "post-298"]
        await s.press("m")
        assert s.feed_ids() == ["post-298"]
        await s.press("escape", "f")
        assert s.feed_ids()[-1] == "post-302"


async def test_brackets_jump_from_mark_to_mark(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("k", "m", "k", "k", "m", "f", "[")
        assert s.feed.cursor == 298
        await s.press("[")
        assert s.feed.cursor == 296
        await s.press("[")
        assert "no earlier marked post in this view" in said(s)
        await s.press("]")
        assert s.feed.cursor == 298


async def test_without_marks_their_keys_say_so(scene: OpenScene) -> None:
    async with scene() as s:
        for key in ("M", "]", "[", "Y"):
            await s.press(key)
            assert "no post is marked: m marks one" in said(s)


async def test_undo_takes_back_pin_mark_and_filter_in_turn(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("p", "m", "slash", *"oxygen", "enter", "slash", *"x", "enter")
        assert "filter: oxygenx" in s.text()
        await s.press("u")
        assert "filter: oxygen " in s.text()
        await s.press("u")
        assert s.app.monitor.query_words == ""
        assert s.app.kept.marks
        await s.press("u")
        assert said(s).startswith("» taken back: § marked")
        assert not s.app.kept.marks
        await s.press("u")
        assert not s.app.kept.posts
        await s.press("u")
        assert "nothing was pinned, marked or filtered here" in said(s)


async def test_a_post_is_copied_whole_and_harmless(scene: OpenScene) -> None:
    async with scene() as s:
        written: list[str] = []
        driver = s.app._driver
        assert driver is not None
        s.app._driver.write = written.append  # type: ignore[method-assign, union-attr]
        text = "no lights \x1b[31m\u202e since six\nsecond line"
        s.desk.details["post-299"] = detail(row(299), text)
        await s.press("y")
        copied = clipboard(s)
        assert copied.splitlines()[0].startswith("EXERCISE · post-299 · facebook · @person19")
        assert copied.splitlines()[1:] == ["no lights ␛[31m‹U+202E› since six", "second line"]
        assert f"copied {len(copied):,} characters: @person19" in said(s)
        packed = base64.b64encode(copied.encode()).decode()
        assert any(f"\x1b]52;c;{packed}" in part for part in written)


async def test_all_marked_posts_are_copied_oldest_first(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("m", "k", "k", "m", "Y")
        copied = clipboard(s)
        assert copied.index("post-297") < copied.index("post-299")
        assert "characters: 2 posts" in said(s)


async def test_what_the_desk_no_longer_holds_is_copied_as_it_stands_there(scene: OpenScene) -> None:
    async with scene() as s:
        s.desk.details["post-299"] = Detail("post-299", None)
        await s.press("y")
        assert row(299).text in clipboard(s)


async def test_a_copy_does_not_wait_for_a_desk_that_is_gone(scene: OpenScene) -> None:
    async with scene() as s:
        s.desk.mute = True
        await s.press("y")
        assert clipboard(s) == ""
        await s.say(LinkState("lost", "gone"))
        assert "post-299" in clipboard(s)
        await s.press("k", "y")
        assert "post-298" in clipboard(s)


async def test_no_post_no_pin_mark_or_copy(scene: OpenScene) -> None:
    async with scene(rows=0) as s:
        for key in ("p", "m", "y"):
            await s.press(key)
            assert "there is no post under the cursor" in said(s)


def test_pins_marks_and_deeds_are_bounded(scene: OpenScene) -> None:
    del scene
    kept = Kept()

    async def back() -> None: ...

    for _ in range(DEEDS_MOST + 5):
        kept.did("x", back)
    count = 0
    while kept._deeds:
        kept._deeds.pop()
        count += 1
    assert count == DEEDS_MOST


async def test_where_the_room_for_pins_and_marks_is_full_it_says_so(scene: OpenScene) -> None:
    async with scene() as s:
        for number in range(MARKS_MOST):
            s.app.kept.mark(row(number))
        for number in range(PINS_MOST):
            s.app.kept.pin_post(row(number))
        await s.press("p")
        assert f"{PINS_MOST} are pinned: take one away first" in said(s)
        await s.press("m")
        assert f"{MARKS_MOST} posts are marked: take a mark away first" in said(s)
        s.app.monitor.show_kept()
        await s.settle()
        assert s.feed.size.height > 0


def test_a_copy_is_bounded() -> None:
    whole = [row_words(row(number), None) for number in range(2000)]
    text, count = joined(whole)
    assert len(text) <= MOST_CHARS
    assert 0 < count < 2000


@pytest.mark.parametrize("outage", OUTAGES)
def test_pinned_outages_come_first_in_the_order_they_were_pinned(outage: object) -> None:
    del outage
    kept = Kept()
    kept.pin_outage(OUTAGES[4])
    kept.pin_outage(OUTAGES[2])
    first = kept.first_pinned(OUTAGES)
    assert first[:2] == [OUTAGES[4], OUTAGES[2]]
    assert sorted(r.outage.id for r in first) == sorted(r.outage.id for r in OUTAGES)


async def test_an_outage_is_pinned_on_its_own_screen_too(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        await s.press("o", "j", "j", "p")
        table = s.app.screen.query_one(OutageTable)
        pinned = table.items[0].outage.id
        assert list(s.app.kept.outages) == [pinned]
        assert "» ^ pinned:" in said(s)
        await s.press("r", "slash", *"suspected", "enter")
        assert table.items[0].outage.id == pinned
        await s.press("escape", "escape")
        assert s.app.monitor.query_one(OutageList).items[0].outage.id == pinned
        await s.press("o", "g", "p")
        assert "no longer pinned" in said(s)
        assert not s.app.kept.outages
