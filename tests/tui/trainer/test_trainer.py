"""The trainer's screen: every key, what it shows, and what it says when something is wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from desk.serving.protocol import Fetch, Open, Tick, ViewChange
from tui.board import Board
from tui.link import LinkState
from tui.moments import SPEEDS, moment, next_speed

if TYPE_CHECKING:
    from tests.tui.trainer.conftest import Drill, OpenDrill


def line(drill: Drill, *words: str) -> str:
    """The first line on the screen that has all of `words`."""
    found = [each for each in drill.lines() if all(word in each for word in words)]
    assert found, f"no line with {words}:\n{drill.text()}"
    return found[0]


def said(drill: Drill) -> str:
    """What the screen has told the trainer in passing."""
    return "\n".join(notice.message for notice in drill.app._notifications)


async def test_it_opens_paused_with_what_is_to_come(drill: OpenDrill) -> None:
    async with drill() as d:
        assert "EXERCISE" in d.lines()[0]
        assert "PAUSED" in d.lines()[0]
        assert "in 5m" in line(d, "LOSS", "4,200")
        assert "Who calls operations?" in d.text()
        d.wall.now_s += 60
        await d.settle()
        assert len(d.storm.reel) == 0


async def test_space_runs_and_pauses(drill: OpenDrill) -> None:
    async with drill() as d:
        await d.press("space")
        await d.wait(600)
        assert len(d.storm.reel) == 21
        assert "running" in d.lines()[0]
        assert "12:10:00" in d.lines()[0]
        await d.press("space")
        await d.wait(600)
        assert len(d.storm.reel) == 21


async def test_plus_and_minus_change_the_speed(drill: OpenDrill) -> None:
    async with drill() as d:
        await d.press("+")
        assert "120x" in d.lines()[0]
        await d.press("-", "-")
        assert "30x" in d.lines()[0]
        await d.press(*["+"] * len(SPEEDS))
        assert "speed max" in d.lines()[0]
        await d.press(*["-"] * len(SPEEDS))
        assert "speed 1x" in d.lines()[0]


def test_a_speed_of_ones_own_steps_to_the_nearest() -> None:
    assert next_speed(45, 1) == 60
    assert next_speed(45, -1) == 30
    assert next_speed(0.5, -1) == 1
    assert next_speed(5000, 1) is None


async def test_n_jumps_to_what_happens_next(drill: OpenDrill) -> None:
    async with drill() as d:
        await d.press("n")
        await d.settle()
        assert d.storm.at_s == 300
        await d.press("n")
        await d.settle()
        assert d.storm.at_s == 600
        assert d.storm.state == "paused"


async def test_capital_j_jumps_to_a_time_and_refuses_what_is_none(drill: OpenDrill) -> None:
    async with drill() as d:
        await d.press("J", *"soon", "enter")
        assert d.screen() == "JumpForm"
        assert "'soon' is no time" in d.text()
        await d.press(*["backspace"] * 4, *"+30m", "enter")
        await d.settle()
        assert d.screen() == "Trainer"
        assert d.storm.at_s == 1800
        assert len(d.storm.reel) == 61
        await d.press("J", "escape")
        assert (d.screen(), d.storm.at_s) == ("Trainer", 1800)


@pytest.mark.parametrize(
    ("words", "at_s"),
    [
        ("+30m", 3600), ("+15", 2700), ("+1h", 5400), ("+1h5m", 5700), ("-15m", 900), ("-9h", 0),
        ("13:30", 5400), ("12:10", 600), ("hour 0.5", 1800), (" 1.25h ", 4500), ("0", 0),
    ],
)  # fmt: skip
def test_words_mean_a_second_of_the_day(words: str, at_s: float, board: Board) -> None:
    assert moment(words, board) == pytest.approx(at_s)


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("soon", "'soon' is no time"),
        ("", "is no time"),
        ("+", "is no time"),
        ("25:00", "is no time"),
        ("9", "outside the storm: it runs from Thu 12:00 to Thu 14:00, 2 hours"),
        ("11:00", "outside the storm"),
    ],
)
def test_words_that_mean_no_second_of_the_day_are_refused(
    words: str, fault: str, board: Board
) -> None:
    with pytest.raises(ValueError, match=re.escape(fault)):
        moment(words, board)


async def test_a_jump_back_is_a_rewind(drill: OpenDrill) -> None:
    async with drill() as d:
        d.storm.jump(3600)
        await d.settle()
        await d.press("J", *"-15m", "enter")
        assert d.storm.at_s == 2700
        assert "begins again" in said(d)


async def test_b_bookmarks_and_r_rewinds_to_the_same_posts(drill: OpenDrill) -> None:
    async with drill() as d:
        d.storm.jump(1800)
        await d.settle()
        await d.press("b")
        assert [mark.at_s for mark in d.storm.bookmarks] == [0, 1800]
        d.storm.jump(3600)
        await d.settle()
        whole = [d.storm.reel.post_bytes(at) for at in range(len(d.storm.reel))]
        await d.press("r")
        assert d.screen() == "RewindScreen"
        assert "bookmark 1" in line(d, "12:30:00")
        await d.press("escape")
        assert d.storm.at_s == 3600
        await d.press("r", "enter")
        assert d.storm.at_s == 1800
        assert len(d.storm.reel) == 61
        d.storm.jump(3600)
        await d.settle()
        assert [d.storm.reel.post_bytes(at) for at in range(len(d.storm.reel))] == whole


async def test_i_writes_a_post_that_goes_out_now(drill: OpenDrill) -> None:
    async with drill() as d:
        d.storm.jump(600)
        await d.settle()
        await d.press("i", *"Boom", "tab", *"mo", "tab", *"facebook", "tab", *"Wilmington")
        await d.press("tab", *"hazard", "tab", *"rumour", "enter")
        await d.settle()
        fired = d.storm.reel.told(len(d.storm.reel) - 1)
        post, truth = fired.post, fired.truth
        assert (post.text, post.channel, post.place) == ("Boom", "facebook", "Wilmington")
        assert post.exercise
        assert (truth.labels, truth.trap) == (("hazard",), "rumour")
        assert "on its way" in line(d, "INJ", "Boom")


async def test_an_inject_that_makes_no_sense_is_refused_in_the_form(drill: OpenDrill) -> None:
    async with drill() as d:
        await d.press("i", "enter")
        assert "the text is empty" in d.text()
        await d.press(*"Boom", "tab", "tab", *"fb", "tab", *"wilmingtn", "enter")
        assert "unknown channel 'fb'" in d.text()
        assert "did you mean 'Wilmington'" in d.text()
        await d.press("backspace", "backspace", "tab", "backspace", *"on", "enter")
        assert [fired.inject.place for fired in d.storm.reel.fired] == ["Wilmington"]


async def test_p_goes_to_the_injects_and_enter_sends_one(drill: OpenDrill) -> None:
    async with drill(size=(80, 24)) as d:
        assert "Smoke" not in line(d, "Posts")
        await d.press("p")
        assert d.focus() == "injects"
        assert "at 13:30" in line(d, "Wilmington", "Who calls")
        await d.press("enter")
        await d.settle()
        assert [fired.inject.place for fired in d.storm.reel.fired] == ["Wilmington"]
        assert "✓ 12:00:00" in line(d, "Who calls")
        await d.press("escape")
        assert d.focus() == "events"


async def test_x_withdraws_an_inject_that_would_come_again(drill: OpenDrill) -> None:
    async with drill() as d:
        d.storm.jump(900)
        await d.settle()
        await d.press("p", "j", "enter")
        await d.press("x")
        assert len(d.storm.reel.fired) == 1
        d.app.board.rewind(300)
        await d.settle()
        assert "↻" in line(d, "They say it stays off")
        await d.press("j", "x")
        assert d.storm.reel.fired == []


async def test_a_prepared_inject_goes_out_at_its_hour(drill: OpenDrill) -> None:
    async with drill() as d:
        d.storm.jump(5500)
        await d.settle()
        (fired,) = d.storm.reel.fired
        assert fired.at_s == 5400


async def test_the_desk_stands_beside_the_truth(drill: OpenDrill) -> None:
    async with drill(size=(200, 50)) as d:
        d.storm.jump(3500)
        await d.settle()
        await d.read(117, d.desk.found(0, 12), d.desk.found(1, 45), d.desk.found(0, 20, false=True))
        assert "found +12m" in line(d, "LOSS", "4,200")
        assert "late +45m" in line(d, "LOSS", "980")
        assert "× false" in line(d, "Elsewhere")
        assert "still likely" in line(d, "BACK", "4,200")
        score = line(d, "Score so far")
        assert "outages found 2/2 late 1 missed 0 false 1" in score
        assert "outage 1.00" in score
        assert "fooled by 19/19 traps" in score
        assert "has read 117 of 117 posts" in d.lines()[1]


async def test_posts_show_the_truth_and_the_desk(drill: OpenDrill) -> None:
    async with drill(size=(200, 50)) as d:
        d.storm.jump(900)
        await d.settle()
        await d.read(20)
        assert "= right" in line(d, "no lights on our whole street")
        assert "≠ none" in line(d, "when do we get our power back")
        assert "‹game›" in line(d, "≠ !HAZ", "Blackout")
        assert "soup" not in d.text()
        await d.press("tab", "enter")
        assert d.screen() == "TruthScreen"
        assert "What the desk says" in d.text()
        assert "it has not read it yet" in d.text()
        await d.press("escape")


async def test_rows_that_the_desk_left_out_are_asked_for(drill: OpenDrill) -> None:
    async with drill() as d:
        d.storm.jump(7000)
        await d.settle()
        d.desk.read(230)
        rows = d.desk.rows
        d.desk.greet()
        await d.settle()
        view = max(message.view for message in d.desk.heard if isinstance(message, Open))
        d.desk.rows = rows
        newest = ViewChange(view, 0, len(rows), len(rows) - 10, tuple(rows[-10:]))
        d.desk.say(Tick(views=(newest,)))
        await d.settle()
        assert Fetch(view, 0, 500) in d.desk.heard
        assert d.app.board.marking.labelled == len(rows)


async def test_after_a_rewind_what_the_old_desk_said_counts_no_more(drill: OpenDrill) -> None:
    async with drill(size=(200, 50)) as d:
        d.storm.jump(3500)
        await d.settle()
        await d.read(117, d.desk.found(0, 12))
        assert d.app.board.standing.found == 1
        d.app.board.rewind(1500)
        await d.read(117, d.desk.found(0, 12))  # the old desk, still talking
        assert d.app.board.standing.found == 0
        d.desk.greet()
        await d.settle()
        await d.read(50, d.desk.found(0, 14))
        assert "found +14m" in line(d, "LOSS", "4,200")


async def test_a_jump_and_the_wait_for_the_desk_are_said(
    drill: OpenDrill, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with drill() as d:
        d.storm.behind = lambda: 40
        monkeypatch.setattr(d.app.board.lines, "behind", lambda: 40)
        await d.press("J", *"+1h", "enter")
        d.app.trainer.tell()
        await d.settle()
        assert "CATCHING UP" in d.lines()[0]
        assert "40 posts to go" in d.text()


async def test_a_desk_that_is_gone_is_said(drill: OpenDrill) -> None:
    async with drill() as d:
        d.desk.say(LinkState("lost", "the desk stopped (SIGKILL): starting it again"))
        await d.settle()
        assert "starting it again" in d.lines()[2]
        assert "× desk lost" in d.lines()[1]
        d.desk.say(LinkState("failed", "gave up \x1b[31m after 6 tries"))
        await d.settle()
        assert "No desk to score: gave up ␛[31m" in d.lines()[2]


async def test_the_end_of_the_day_is_said_and_space_does_nothing(drill: OpenDrill) -> None:
    async with drill() as d:
        d.storm.jump(7200)
        await d.settle()
        assert "ENDED" in d.lines()[0]
        await d.press("space")
        assert "r rewinds" in said(d)
        await d.press("n")
        assert "Nothing more happens" in said(d)


async def test_lists_stand_still_when_the_cursor_moves_and_f_goes_back(drill: OpenDrill) -> None:
    async with drill() as d:
        d.storm.jump(1800)
        await d.settle()
        await d.press("g")
        await d.settle()
        assert "held" in line(d, "Truth")
        d.storm.jump(5000)
        await d.settle()
        events = d.app.trainer.events
        assert events.items[events.cursor].kind == "loss"
        await d.press("f")
        await d.settle()
        assert events.items[events.cursor].kind == "now"
        assert "held" not in line(d, "Truth")


async def test_enter_on_what_is_to_come_jumps_there(drill: OpenDrill) -> None:
    async with drill() as d:
        await d.press("j", "j", "enter")
        await d.settle()
        assert d.storm.at_s == 600
        await d.press("g", "enter")
        assert d.storm.at_s == 600


async def test_a_click_on_the_day_jumps_ahead_and_never_back(drill: OpenDrill) -> None:
    async with drill() as d:
        await d.pilot.click("#curve", offset=(60, 1))
        await d.settle()
        assert d.storm.at_s == 3600
        await d.pilot.click("#curve", offset=(3, 1))
        await d.settle()
        assert d.storm.at_s == 3600


async def test_every_key_is_in_the_palette_and_in_the_help(drill: OpenDrill) -> None:
    async with drill() as d:
        named = {command.title for command in d.app.get_system_commands(d.app.screen)}
        shown = {"Run", "Faster", "Slower", "Next", "Jump", "Mark", "Rewind", "Inject", "Prepared"}
        assert shown | {"Withdraw", "Now", "Theme", "Quit"} <= named
        foreign = {k for k, a in d.app.screen.active_bindings.items() if not a.binding.id}
        assert foreign <= {"ctrl+c", "super+c", "ctrl+p"}
        await d.press("question_mark")
        assert "Rewind to a bookmark" in d.text()


async def test_a_terminal_may_be_any_size(drill: OpenDrill) -> None:
    async with drill() as d:
        d.storm.jump(1800)
        for size in ((60, 16), (20, 5), (200, 50), (80, 24)):
            await d.resize(*size)
            await d.settle()
        assert "EXERCISE" in d.lines()[0]


async def test_hostile_words_of_a_post_never_reach_the_terminal(drill: OpenDrill) -> None:
    async with drill(size=(200, 50)) as d:
        from simulator.storm import Inject

        d.storm.fire(Inject(text="\x1b[2J\u202ehello[red]", author="\x07bell", note="\x1b]0;x\x07"))
        await d.settle()
        text = d.text()
        assert "␛[2J‹U+202E›hello[red]" in text
        assert "\x1b" not in text
        assert "\u202e" not in text


async def test_q_leaves_and_lets_go_of_the_desk(drill: OpenDrill) -> None:
    async with drill() as d:
        await d.press("q")
    assert d.desk.closed
