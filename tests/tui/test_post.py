"""The post: whole, with why it was labelled; and posts that mean harm."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import pytest
from textual.widgets import Static

from desk.post import Author, LabelledPost, Media
from desk.serving.protocol import Detail, Hello, MapPlace
from rules import Match
from tui.paint import NEWLINE, Painted, paint
from tui.read_as import read_as
from tui.surety import barely, surety

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene, Scene

HOSTILE = (
    "\x1b[2J\x1b]0;owned\x07\x9b31m\u202eevil\u2066\u200b\x00 [red]markup[/red] "
    "[@click=app.quit]quit[/] "
    "\ud83d\u0301\u0301\u0301\u0301\u0301 停電 \U0001f468\u200d\U0001f469 end"
)


def hostile(scene: Scene, text: str = HOSTILE) -> LabelledPost:
    """The newest canned post, with `text` wherever somebody else's text can stand."""
    newest = scene.desk.rows[-1]
    match = Match(text, "hazard", text, text, 0, len(text), 71.25)
    return LabelledPost(
        id=newest.id,
        channel=text,
        author=Author(text, text, text),
        text=text,
        created_at=newest.at,
        reply_to=text,
        media=(Media(text, text, text),),
        url=text,
        account=text,
        labels=("hazard", text),
        matches=(match,),
        location=None,
    )


async def test_a_post_says_all_that_is_known_of_it(scene: OpenScene) -> None:
    async with scene(size=(100, 40)) as s:
        await s.press("k", "enter")
        text = s.text()
        for part in (
            "+VUL ▲OUT",
            "Person 18 @person18 on mastodon",
            "Thu 04 Sep 2031 14:17:",
            "on oxygen  a person at risk: injured, medical, trapped",
            "nearly sure: it bears 1 more slip",
            "92.5 of 100, from 80 on it counts",
            "known by text · 90% sure · within 6 km of 34.720 -76.730",
            "outage outage-1  ● confirmed in Alder Bay",
            "case case-7",
            " EXERCISE ",
        ):
            assert part in text


def test_a_misspelt_word_is_told_with_what_it_was_read_as() -> None:
    phrase = "$still no|without power|current (up again) =since <number> lose~"
    match = Match("r", "outage", phrase, "withuot the pwer up agian and I lost it", 0, 9, 84)
    assert read_as(match) == [("withuot", "without"), ("pwer", "power"), ("agian", "again")]


def test_how_sure_a_label_is_stands_in_words() -> None:
    def match(label: str, score: float, rule: str = "r") -> Match:
        return Match(rule, label, "p", "p", 0, 1, score)

    own = {"loose": 70.0}
    assert surety(match("outage", 100), own) == "sure: these very words"
    assert surety(match("outage", 84), own) == "only just: one more slip, and it would not be"
    assert surety(match("outage", 86, "loose"), own) == "nearly sure: it bears 2 more slips"
    found = [match("outage", 84), match("etr", 82), match("outage", 100), match("hazard", 90)]
    assert barely(found, own) == ["etr"]


async def test_the_matched_words_are_marked_in_the_text(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("E", "enter")
        marked = [words for words in s.underlined() if words == "live wire"]
        assert len(marked) >= 2


async def test_until_the_desk_answers_the_post_is_being_fetched(scene: OpenScene) -> None:
    async with scene() as s:
        s.desk.mute = True
        await s.press("enter")
        assert "fetching the post…" in s.text()
        await s.say(Detail("another", None))
        assert "fetching the post…" in s.text()
        await s.say(Detail("post-299", None))
        assert "The desk no longer holds this post." in s.text()


async def test_a_sheet_that_an_ending_app_left_without_words_is_no_fault(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("enter")
        sheet = s.app.post
        await sheet.query("#words").remove()
        sheet.tell()
        assert not sheet.query("#words")


async def test_the_keys_of_lists_scroll_a_long_post(scene: OpenScene) -> None:
    async with scene() as s:
        newest = s.desk.rows[-1]
        post = msgspec.structs.replace(hostile(s, "x"), text="word " * 2000 + "the-end")
        s.desk.details[newest.id] = Detail(newest.id, post)
        await s.press("enter")
        sheet = s.app.screen.query_one("#sheet")
        for key, moved in (("j", 1), ("k", 0), ("pagedown", sheet.size.height - 1), ("pageup", 0)):
            await s.press(key)
            assert sheet.scroll_offset.y == moved
        await s.press("G")
        assert sheet.scroll_offset.y == sheet.max_scroll_y
        await s.press("g")
        assert sheet.scroll_offset.y == 0
        await s.press("q")
        assert s.screen() == "Monitor"


async def test_hostile_text_is_visible_text_in_every_pane(scene: OpenScene) -> None:
    async with scene(size=(120, 40)) as s:
        newest = s.desk.rows[-1]
        row = msgspec.structs.replace(
            newest, text=HOSTILE, channel=HOSTILE, place=HOSTILE, labels=("hazard", HOSTILE)
        )
        s.desk.rows[-1] = row
        s.desk.details[newest.id] = Detail(newest.id, hostile(s), HOSTILE, HOSTILE)
        place = MapPlace("alder", HOSTILE, 34.7, -76.7, 1)
        hello = Hello(1, HOSTILE, HOSTILE, "Europe/Rome", (place,), (), True)
        await s.say(hello)
        await s.grow(1)
        await s.press("k", "enter")
        text = s.text()
        for char in "\x1b\x07\x00\x9b\u202e\u2066\u200b\ud83d":
            assert char not in text
        for shown in ("␛[2J", "‹U+202E›evil", "[red]markup[/red]", "[@click=app.quit]quit[/]"):
            assert shown in text
        await s.press("escape")
        assert not set("\x1b\x07\x00\x9b\u202e") & set(s.text())


async def test_markup_in_a_post_can_not_be_clicked(scene: OpenScene) -> None:
    async with scene() as s:
        newest = s.desk.rows[-1]
        post = msgspec.structs.replace(hostile(s, "x"), text="[@click=app.quit]" + "here " * 99)
        s.desk.details[newest.id] = Detail(newest.id, post)
        await s.press("enter")
        for y in (5, 8, 11):
            await s.pilot.click(s.app.screen.query_one("#sheet"), offset=(20, y))
        assert not s.app._exit


async def test_of_a_post_of_a_megabyte_a_part_is_painted_and_the_rest_counted(
    scene: OpenScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[int] = []

    def counted(text: str, *, newline: str = NEWLINE) -> Painted:
        painted.append(len(text))
        return paint(text, newline=newline)

    monkeypatch.setattr("tui.screens.post.paint", counted)
    async with scene() as s:
        newest = s.desk.rows[-1]
        for text, hidden in (("w" * 1_000_000, "990,000"), ("\x1b\n" * 500_000, "999,401")):
            post = hostile(s, text)
            matches = post.matches * 1000
            post = msgspec.structs.replace(post, matches=matches, labels=("hazard",))
            s.desk.details[newest.id] = Detail(newest.id, post)
            painted.clear()
            await s.press("enter")
            await s.press("G")
            assert 0 < sum(painted) < 30_000
            assert "… and 950 more" in s.text()
            words = str(s.app.screen.query_one("#words", Static).content)
            assert f"… {hidden} more characters are not shown" in words
            await s.press("escape")


async def test_a_long_phrase_is_broken_between_words_and_hangs(scene: OpenScene) -> None:
    async with scene(size=(62, 30)) as s:
        newest = s.desk.rows[-1]
        long = " ".join(f"word{number:02}" for number in range(9))
        post = msgspec.structs.replace(hostile(s, long), id=newest.id)
        s.desk.details[newest.id] = Detail(newest.id, post)
        await s.press("enter")
        await s.resize(80, 40)
        lines = [line.strip("│ ") for line in s.lines()]
        why = next(at for at, line in enumerate(s.lines()) if "Why it was labelled" in line)
        left = s.lines()[why].index("Why")
        assert s.lines()[why + 2][left:].startswith("        word")
        assert set(re.findall(r"word\w*", " ".join(lines))) == set(long.split())
