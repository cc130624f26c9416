"""The conductor: what goes out when, and what the clock does meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from simulator.conductor import Conductor
from simulator.conductor.conductor import LEAD_POSTS, check_injects
from simulator.errors import InjectError
from simulator.storm import Inject
from simulator.storm_file import load_storm, storm_toml
from simulator.stream import StormDay

if TYPE_CHECKING:
    from tests.simulator.conductor.conftest import MakeConductor, Wall, WithInjects


def settle(conductor: Conductor) -> None:
    """Until nothing more is due."""
    for _ in range(10_000):
        if not conductor.step():
            return
    raise AssertionError("it never ends")


def sent(conductor: Conductor) -> list[bytes]:
    return [conductor.reel.post_bytes(at) for at in range(len(conductor.reel))]


def test_a_paused_storm_sends_nothing(conductor: MakeConductor, wall: Wall) -> None:
    storm = conductor()
    wall.now_s += 30
    settle(storm)
    assert (len(storm.reel), storm.state) == (0, "paused")
    storm.resume()
    wall.now_s += 20
    settle(storm)
    before = len(storm.reel)
    assert before > 5
    reached_s = storm.at_s
    wall.now_s += 5  # it pauses between two steps
    storm.pause()
    assert storm.at_s == reached_s == storm.bookmark().at_s
    wall.now_s += 20
    settle(storm)
    assert (len(storm.reel), storm.state) == (before, "paused")


@pytest.mark.parametrize("speed", [1.0, 60.0, 600.0])
def test_posts_go_out_when_the_clock_has_come_to_them(
    speed: float, conductor: MakeConductor, wall: Wall
) -> None:
    storm = conductor(speed)
    storm.resume()
    for _ in range(4):
        wall.now_s += 900 / speed
        settle(storm)
        last = storm.reel.second(len(storm.reel) - 1)
        assert last <= storm.at_s < last + 600
    assert storm.at_s == pytest.approx(3600)
    assert len(storm.reel) == len(list(storm.day.tell()))
    assert storm.state == "ended"


def test_as_fast_as_possible_is_as_fast_as_the_slowest_desk(conductor: MakeConductor) -> None:
    behind: list[int | None] = [None]
    storm = conductor(None, behind=lambda: behind[0])
    storm.resume()
    settle(storm)
    assert len(storm.reel) == 0  # nobody listens
    behind[0] = LEAD_POSTS + 1
    settle(storm)
    assert len(storm.reel) == 0
    behind[0] = 0
    settle(storm)
    assert storm.over


def test_a_jump_sends_everything_between_and_waits_for_the_desk(
    conductor: MakeConductor, wall: Wall
) -> None:
    behind = [0]
    storm = conductor(60, behind=lambda: behind[0])
    storm.jump(1800)
    assert storm.target_s == 1800
    behind[0] = 7
    settle(storm)
    assert storm.state == "catching up"
    assert storm.at_s == 1800
    assert storm.reel.second(len(storm.reel) - 1) > 1500
    wall.now_s += 60
    settle(storm)
    assert storm.at_s == 1800
    behind[0] = 0
    settle(storm)
    assert not storm.clock.running  # as it was before


def test_a_running_storm_runs_on_after_a_jump(conductor: MakeConductor, wall: Wall) -> None:
    storm = conductor(60)
    storm.resume()
    storm.jump(600)
    for _ in range(3):
        settle(storm)
    assert storm.state == "running"
    wall.now_s += 10
    settle(storm)
    assert storm.at_s == pytest.approx(1200)


def test_pause_ends_a_jump_where_it_is(conductor: MakeConductor) -> None:
    storm = conductor()
    storm.jump(3600)
    storm.step()
    storm.pause()
    settle(storm)
    assert storm.state == "paused"
    assert 0 < storm.at_s < 3600


def test_a_rewind_gives_the_same_posts_in_a_new_run(conductor: MakeConductor) -> None:
    storm = conductor(None)
    storm.resume()
    storm.jump(1200)
    settle(storm)
    mark = storm.bookmark()
    settle(storm)
    whole, run = sent(storm), storm.run_id
    storm.rewind(mark.at_s)
    assert storm.state == "catching up"
    assert storm.run_id != run
    assert storm.at_s == mark.at_s == 1200
    assert sent(storm) == whole[: len(storm.reel)]
    assert len(storm.reel) < len(whole)
    settle(storm)
    settle(storm)
    assert sent(storm) == whole


def test_bookmarks_are_in_order_and_a_moment_has_one(conductor: MakeConductor) -> None:
    storm = conductor(None)
    for at_s in (900.0, 300.0):
        storm.jump(at_s)
        settle(storm)
        storm.rewind(at_s)
        storm.bookmark(f"at {at_s:g}")
        storm.bookmark("again")
    assert [mark.at_s for mark in storm.bookmarks] == sorted({0.0, 900.0, storm.at_s})
    assert storm.bookmarks[0].name == "the beginning"


def test_a_prepared_inject_goes_out_at_its_hour_once_and_again_after_a_rewind(
    conductor: MakeConductor, with_injects: WithInjects
) -> None:
    early = Inject(text="early one", hour=0.25)
    by_key = Inject(text="by key", labels=("hazard",))
    storm = conductor(None, day=with_injects(early, by_key))
    storm.resume()
    settle(storm)
    texts = [post for post in sent(storm) if b"inject" in post]
    assert len(texts) == 1
    assert storm.reel.fired[0].at_s == 900
    assert storm.waiting() == [by_key]
    whole = sent(storm)
    storm.rewind(100)
    settle(storm)
    settle(storm)
    assert sent(storm) == whole


def test_an_inject_fired_by_hand_does_not_go_out_at_its_hour_too(
    conductor: MakeConductor, with_injects: WithInjects
) -> None:
    inject = Inject(text="one time only", hour=0.5)
    storm = conductor(None, day=with_injects(inject))
    storm.fire(inject)
    storm.resume()
    settle(storm)
    assert sum(b"one time only" in post for post in sent(storm)) == 1
    assert storm.waiting() == []


def test_an_inject_is_a_post_with_its_truth(conductor: MakeConductor, small_day: StormDay) -> None:
    storm = conductor(None)
    storm.jump(3000)
    settle(storm)
    out = next(
        outage
        for outage in small_day.true_outages
        if outage.started_s < storm.reel.reached_s < outage.restored_s
    )
    town = out.zone.community
    fired = storm.fire(
        Inject(
            text="Luce via",
            author="@mario r",
            channel="facebook",
            place=town.name.upper(),
            labels=("etr", "outage"),
            trap="rumour",
        )
    )
    post, truth = fired.told.post, fired.told.truth
    assert (post.text, post.channel, post.place) == ("Luce via", "facebook", town.name)
    assert post.exercise
    assert post.author is not None
    assert post.author.handle == "marior"
    assert (post.created_at - small_day.storm.starts_at).total_seconds() == pytest.approx(3000)
    assert truth.labels == ("outage", "etr")
    assert (truth.community, truth.located, truth.trap) == (town.id, True, "rumour")
    assert truth.outage is not None
    assert storm.reel.told(len(storm.reel) - 1) == fired.told


@pytest.mark.parametrize(
    ("inject", "fault"),
    [
        (Inject(text="x", place="Cagliary"), "unknown place 'Cagliary': did you mean 'Cagliari'"),
        (Inject(text="x", labels=("outgae",)), "unknown label 'outgae': did you mean 'outage'"),
        (Inject(text=" "), "the text is empty"),
        (Inject(text="x", channel=" "), "the channel is empty"),
        (Inject(text="x", channel="facebok"), "unknown channel 'facebok': did you mean 'facebook'"),
        (Inject(text="x", hour=99.0), "hour = 99: the day has"),
    ],
)
def test_what_makes_no_sense_is_told_before_the_storm_runs(
    inject: Inject, fault: str, with_injects: WithInjects
) -> None:
    with pytest.raises(InjectError, match=f"flood: inject 2: {fault}"):
        check_injects(with_injects(Inject(text="fine"), inject))


def test_injects_are_read_from_a_storm_file_and_written_again(tmp_path: Path) -> None:
    injects = (Inject(text="Fumo dal tetto", hour=2.5, labels=("hazard",), note="chi chiama?"),)
    storm = msgspec.structs.replace(load_storm("flood"), inject=injects)
    path = tmp_path / "storm.toml"
    path.write_text(storm_toml(storm), encoding="utf-8")
    assert load_storm(str(path)).inject == injects
