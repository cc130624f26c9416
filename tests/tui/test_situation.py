from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from desk.outages import Status
from desk.serving.protocol import DeskStatus, FeedHealth, Hello, OutageRow, Tick
from tests.desk.outages.changes import change
from tui.link import LinkState
from tui.schemes import DARK
from tui.signs import palette
from tui.situation import ENDED_HELD, Situation
from tui.widgets.bars import strip_items

NOON = datetime(2031, 9, 4, 12, tzinfo=UTC)
COLOURS = palette(DARK, no_color=False)


def outage(number: int, status: Status, minute: int = 0, community: str = "alder") -> OutageRow:
    at = NOON + timedelta(minutes=minute)
    told = change(f"o{number}", status, at, community, started_at=NOON, posts=1, authors=1)
    return OutageRow(told, community, (0,) * 12)


def desk_status(*feeds: FeedHealth, exercise: bool = False, backlog: int = 0) -> DeskStatus:
    return DeskStatus(NOON, 10, 5, 3.0, backlog, 2, 1, feeds, exercise)


def feed(state: str, lag_s: float = 0.0) -> FeedHealth:
    return FeedHealth(f"file:{state}", state, 1, 0, 0, lag_s, 1.0)


def hello(*, exercise: bool = False) -> Hello:
    return Hello(1, "desk", "Sampleland", "Europe/Rome", (), (), exercise)


def strip(now: Situation, *, paused: bool = False, waiting: int = 0) -> str:
    items = strip_items(now, COLOURS, paused=paused, waiting=waiting)
    return " | ".join(item[1] for item in items)


def test_outages_stand_by_urgency_then_by_newest_activity() -> None:
    now = Situation()
    rows = [outage(1, "restored", 9), outage(2, "likely", 1), outage(3, "likely", 5)]
    now.tick(Tick(outages=(*rows, outage(4, "confirmed"), outage(5, "suspected", 9))))
    assert [row.outage.id for row in now.ranked()] == ["o4", "o3", "o2", "o5", "o1"]


def test_a_place_shows_the_worst_of_its_outages() -> None:
    now = Situation()
    now.tick(Tick(outages=(outage(1, "suspected"), outage(2, "confirmed"), outage(3, "restored"))))
    now.tick(Tick(outages=(outage(4, "dismissed", community="birch"),)))
    assert now.worst() == {"alder": "confirmed", "birch": "dismissed"}


def test_only_the_newest_ended_outages_are_kept() -> None:
    now = Situation()
    ended = tuple(outage(n, "restored", n) for n in range(ENDED_HELD + 25))
    now.tick(Tick(outages=(*ended, outage(999, "suspected"))))
    assert len(now.outages) == ENDED_HELD + 1
    assert "o0" not in now.outages
    assert "o999" in now.outages


def test_after_a_new_hello_the_first_tick_replaces_what_was_known() -> None:
    now = Situation()
    now.link = LinkState("connected")
    now.tick(Tick(outages=(outage(1, "likely"),)))
    now.greet(hello())
    assert now.stale
    assert "o1" in now.outages
    now.tick(Tick(outages=(outage(2, "likely"),)))
    assert not now.stale
    assert list(now.outages) == ["o2"]


@pytest.mark.parametrize("by_hello", [True, False])
def test_exercise_is_said_when_any_part_says_it(by_hello: bool) -> None:
    now = Situation()
    assert "EXERCISE" not in strip(now)
    now.greet(hello(exercise=by_hello))
    now.tick(Tick(status=desk_status(exercise=not by_hello)))
    assert " EXERCISE " in strip(now)


def test_the_clock_is_the_territorys() -> None:
    now = Situation()
    now.greet(hello())
    now.tick(Tick(status=desk_status()))
    assert "Thu 04 Sep 14:00:00 CEST" in strip(now)


@pytest.mark.parametrize(
    ("feeds", "said"),
    [
        ((), "no feed"),
        ((feed("live"),), "● feed live"),
        ((feed("live", 75),), "● feed live 1m behind"),
        ((feed("live"), feed("live", 3)), "● 2/2 feeds live 3s behind"),
        ((feed("live"), feed("failed"), feed("retrying")), "× 1/3 feeds failed"),
        ((feed("live"), feed("unheard-of")), "· 1/2 feeds ???"),
        ((feed("ended"),), "■ feed ended"),
    ],
)
def test_the_worst_feed_is_told(feeds: tuple[FeedHealth, ...], said: str) -> None:
    now = Situation()
    now.link = LinkState("connected")
    now.tick(Tick(status=desk_status(*feeds)))
    assert strip(now).endswith(said)


def test_a_desk_that_is_gone_stands_where_its_feeds_stood() -> None:
    now = Situation()
    now.tick(Tick(status=desk_status(feed("live"))))
    now.link = LinkState("lost")
    assert strip(now).endswith("× desk lost")


def test_a_paused_view_says_how_much_waits() -> None:
    assert "PAUSED · 214 waiting" in strip(Situation(), paused=True, waiting=214)
