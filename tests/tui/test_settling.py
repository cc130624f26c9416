"""Replies that wait, failed or are unknown: said in words, counted, found, and settled by a key."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec
import pytest

from desk.replies.reply import Problem, Reply, ReplyState
from desk.serving.case_messages import WatchCases
from desk.serving.protocol import Tick
from desk.serving.reply_messages import Outgoing, Sender, SettleReply
from tests.tui.cases_scene import CLOCK, detail
from tests.tui.conftest import status
from tui.case_words import reply_state
from tui.destinations import REPLIES

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene, Scene

WALL = datetime.fromisoformat("2031-09-04T18:05:09+00:00")
REPLY = Reply(
    id="r-1",
    case="case-0",
    channel="bluesky",
    account="bluesky:utility.example",
    to_post="post-0",
    author_key="bluesky:a",
    text="We are on it.",
    by="anna",
    state="sent",
    at=CLOCK,
)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": "queued"}, "queued"),
        (
            {"state": "queued", "again_at": WALL, "note": "rate limit"},
            "waits until 14:05: rate limit",
        ),
        ({"state": "sending"}, "being sent"),
        (
            {"state": "sending", "note": "the line broke"},
            "may be out, looked up now: the line broke",
        ),
        ({"remote": "dry-run:r-1"}, "recorded, not sent (dry run)"),
        (
            {"remote": "at://did:plc:abc/app.bsky.feed.post/3k"},
            "sent · https://bsky.app/profile/did:plc:abc/post/3k",
        ),
        (
            {"remote": "at://did:plc:abc/app.bsky.feed.post/3k", "exercise": True},
            "sent · at://did:plc:abc/app.bsky.feed.post/3k",
        ),
        ({"channel": "x", "remote": "17"}, "sent · https://x.com/i/status/17"),
        ({"channel": "facebook", "remote": "1_2"}, "sent · https://www.facebook.com/1_2"),
        ({"channel": "mastodon", "remote": "https://a.b/@c/1"}, "sent · https://a.b/@c/1"),
        ({"channel": "x", "remote": "\x1b[2J"}, "sent · ␛[2J"),
        ({"note": "lea has looked: it was sent"}, "sent (lea has looked: it was sent)"),
        (
            {"state": "unknown", "note": "it hung up"},
            "unknown: it may have been sent, or not (it hung up) · look there, then v",
        ),
        (
            {"state": "failed", "note": "the post is gone"},
            "not sent, it failed: the post is gone · v sends it again",
        ),
        (
            {"state": "rejected", "note": "not sent: it promises power by 6 PM"},
            "back to anna, not sent: it promises power by 6 PM",
        ),
        (
            {"state": "rejected", "note": "bea: taken back before it was sent"},
            "back to anna, bea: taken back before it was sent",
        ),
    ],
)
def test_each_state_says_what_it_means(changes: dict[str, object], words: str) -> None:
    reply = msgspec.structs.replace(REPLY, **changes)
    assert reply_state(reply, ZoneInfo("America/New_York")) == words


def test_in_a_storm_the_time_is_said_to_be_that_of_the_wall() -> None:
    reply = msgspec.structs.replace(
        REPLY, state="queued", again_at=WALL, note="busy", exercise=True
    )
    local = f"{WALL.astimezone():%H:%M:%S}"
    assert reply_state(reply, ZoneInfo("UTC")) == f"waits until {local} on the wall: busy"


@pytest.mark.parametrize(
    ("state", "keys", "kind"),
    [
        ("unknown", ("v", "enter"), "sent"),
        ("unknown", ("v", "down", "enter"), "not_sent"),
        ("failed", ("v", "enter"), "again"),
        ("queued", ("v", "enter"), "withdraw"),
    ],
)
async def test_one_key_settles_a_reply(
    scene: OpenScene, state: ReplyState, keys: tuple[str, ...], kind: str
) -> None:
    async with scene() as s:
        await _with(s, state)
        await s.press(*keys)
        assert s.asked(SettleReply) == [SettleReply("r-1", "agent", kind)]  # type: ignore[arg-type]


async def test_an_unknown_one_says_where_to_look(scene: OpenScene) -> None:
    async with scene() as s:
        await _with(s, "unknown")
        await s.press("v")
        assert "Was it sent? Look at https://x.com/i/status/1" in s.text()
        await s.press("escape")
        assert s.asked(SettleReply) == []


async def test_what_is_sent_needs_no_settling(scene: OpenScene) -> None:
    async with scene() as s:
        await _with(s, "sent")
        await s.press("v")
        assert "no reply here is unknown, has failed or waits" in s.text()


async def test_who_can_not_be_answered_is_told_before_a_word_is_written(scene: OpenScene) -> None:
    reason = "X takes a reply only to who has mentioned @utility"
    async with scene() as s:
        problem = Problem(kind="channel", words=reason, blocks=True)
        s.desk.cases.whole("case-0", problems=(problem,))
        await s.press("C", "enter")
        assert f"× {reason}" in s.text()
        await s.press("R")
        assert f"× {reason}" in s.text()


async def test_the_name_in_front_counts_as_it_is_typed(scene: OpenScene) -> None:
    async with scene() as s:
        s.desk.cases.whole("case-0", mention="@ann")
        await s.press("C", "R", *"abc")
        assert "8 of 280" in s.text()


async def test_replies_that_are_stuck_are_counted_and_can_be_found(scene: OpenScene) -> None:
    async with scene() as s:
        assert "replies" not in s.lines()[0]
        await s.say(Tick(status=status(outgoing=Outgoing(3, held=2, failed=1, unknown=1))))
        assert "replies: 1 unknown, 1 failed, 2 held" in s.lines()[0] + s.lines()[1] or (
            "4 replies stuck" in s.lines()[0]
        )
        for _, _, query in REPLIES:
            await s.app.open_cases(filter_=query)
            await s.settle()
            assert s.asked(WatchCases)[-1].filter == query


async def test_the_settings_say_how_each_account_does(scene: OpenScene) -> None:
    sender = Sender(
        account="x:utility",
        state="open",
        server="http://127.0.0.1:1",
        contact_at=WALL,
        left=98,
        most=100,
        resets_at=WALL,
    )
    refused = Sender(account="bluesky:utility.example", state="refused: no such account")
    async with scene() as s:
        s.desk.cases.on = True
        outgoing = Outgoing(senders=(sender, refused))
        await s.say(Tick(status=status(outgoing=outgoing)))
        await s.press("comma")
        await s.say(Tick(status=status(outgoing=outgoing)))
        text = s.text()
        assert "service · on" in text
        assert f"last answered {WALL.astimezone():%H:%M:%S}" in text
        assert "98 of 100 left" in text
        assert "refused: no such account" in text


async def _with(s: Scene, state: ReplyState) -> None:
    """The first case is open, with a reply in this state."""
    row = s.desk.cases.find("case-0")
    assert row is not None
    told = detail(row)
    posts = (msgspec.structs.replace(told.posts[0], id="1", channel="x"), *told.posts[1:])
    reply = msgspec.structs.replace(REPLY, state=state, to_post="1", note="it hung up")
    s.desk.cases.whole("case-0", replies=(reply,), posts=posts)
    await s.press("C", "enter")
