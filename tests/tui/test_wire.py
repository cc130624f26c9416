"""What the screen says when the desk goes, and how it goes on when it comes back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from desk.serving.protocol import Hello, Open, Tick
from tui.link import LinkState

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene, Scene

LOST = LinkState("lost", "the desk stopped (signal 9): starting it again")


def taken(path: str) -> str:
    """The text of a file that is then removed."""
    text = Path(path).read_text(encoding="utf-8")
    Path(path).unlink()
    return text


async def come_back(scene: Scene, hello: Hello) -> None:
    await scene.say(LinkState("connected"), hello, Tick(status=scene.app.now.status))


def hello_of(scene: Scene) -> Hello:
    hello = scene.app.now.hello
    assert hello is not None
    return hello


async def test_a_lost_desk_is_said_loudly_and_what_was_in_view_stays(scene: OpenScene) -> None:
    async with scene() as s:
        before = s.feed_ids()
        await s.say(LOST)
        text = s.text()
        assert "the desk stopped (signal 9): starting it again" in text
        assert "in view: as of 14:45:11 EDT" in text
        assert "× desk lost" in s.lines()[0]
        assert set(s.feed_ids()) <= set(before)
        assert "Alder Bay" in text
        assert s.app.monitor.has_class("-stale")


async def test_when_the_desk_is_back_the_view_opens_again_with_its_filter(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("slash", *"oxygen", "enter")
        await s.say(LOST)
        await come_back(s, hello_of(s))
        assert s.asked(Open)[-1].filter == "oxygen"
        assert "starting it again" not in s.text()
        assert not s.app.monitor.has_class("-stale")
        assert s.feed_ids()[-1] == "post-298"
        s.desk.grow(4)
        await s.settle()
        assert s.feed_ids()[-1] == "post-298"


async def test_a_reader_keeps_the_place_when_the_desk_is_back(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("k", "k", "k", "space")
        await s.say(LOST)
        s.desk.rows = s.desk.rows[50:]
        s.desk.first = 0
        await come_back(s, hello_of(s))
        under = s.feed.window.row(s.feed.cursor)
        assert under is not None
        assert under.id == "post-296"
        assert s.feed.paused
        assert not s.feed.following


async def test_a_new_desk_that_knows_nothing_clears_the_old_outages(scene: OpenScene) -> None:
    async with scene() as s:
        await s.say(LOST)
        assert "Outages 5 · 1 ended" in s.text()
        await come_back(s, hello_of(s))
        assert "no outages so far" in s.text()


async def test_another_territory_is_shown_when_the_desk_comes_back_with_it(
    scene: OpenScene,
) -> None:
    async with scene() as s:
        await s.say(LOST)
        hello = msgspec.structs.replace(
            hello_of(s), territory="Other Land", timezone="Europe/Madrid"
        )
        await come_back(s, hello)
        assert "Other Land" in s.text()
        assert "20:45:11 CEST" in s.lines()[0]


async def test_a_desk_that_can_not_be_had_is_said_and_the_keys_still_work(scene: OpenScene) -> None:
    async with scene() as s:
        await s.say(LinkState("failed", "gave up after 6 tries: no answer"))
        assert "gave up after 6 tries: no answer" in s.text()
        await s.press("k", "enter")
        assert "Why it was labelled" in s.text()


async def test_a_desk_that_never_came_is_said(scene: OpenScene) -> None:
    async with scene(rows=0, up=False) as s:
        await s.say(LinkState("connecting", "attaching"))
        assert "waiting for the desk…" in s.text()
        await s.say(LinkState("failed", "no desk at http://127.0.0.1:1"))
        assert "no desk at http://127.0.0.1:1" in s.text()


async def test_a_filter_that_the_new_desk_refuses_gives_way_to_all_posts(scene: OpenScene) -> None:
    async with scene() as s:
        await s.press("slash", *"oxygen", "enter")
        s.desk.refusals["oxygen"] = "can't read the filter"
        await s.say(LOST)
        await come_back(s, hello_of(s))
        await s.settle()
        assert s.feed_ids()[-1] == "post-299"
        assert "filter:" not in s.lines()[1]


async def test_an_unforeseen_error_ends_in_one_line_and_a_file(scene: OpenScene) -> None:
    async with scene(size=(100, 30)) as s:
        s.app._exception = ValueError("a \x1b[31mtest")
        s.app._fatal_error()
        shown = "".join(
            segment.text
            for renderable in s.app._exit_renderables
            for segment in s.app.console.render(renderable)
        )
        assert "Traceback" not in shown
        assert "unexpected error" in shown
        assert "\x1b[31m" not in shown
        assert "ValueError" in taken(shown.partition("details: ")[2].strip())
        s.app._exception = None
