"""The outbox over crashes, and that nothing simulated can reach a real channel."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from desk.channels import Channel, Errand, FateUnknownError, NotSentError
from desk.channels.choosing import DRY_RUN
from desk.replies.outbox import Outbox
from desk.replies.reply import Reply, ReplyState
from tests.desk.replies.bench import NOON, Bench, kept
from tests.desk.replies.dying_desk import TEXT

ROOT = Path(__file__).parents[3]
STEPS = [f"{when}-{number}" for number in (1, 2, 3, 4) for when in ("before", "after")]


class Live:
    """A platform that can look replies up, unless it is `forgetful`."""

    def __init__(self, *, forgetful: bool = False, fault: Exception | None = None) -> None:
        self.forgetful = forgetful
        self.fault = fault
        self.published: list[str] = []

    exercise = False

    async def open(self) -> None:
        """It is always open."""

    async def close(self) -> None:
        """Nothing is held."""

    async def send(self, errand: Errand) -> str:
        if self.fault is not None:
            raise self.fault
        self.published.append(errand.reply.id)
        return f"https://platform.example/{errand.reply.id}"

    async def look_up(self, errand: Errand) -> str | None:
        if self.forgetful:
            raise FateUnknownError("it has no search")
        id_ = errand.reply.id
        return f"https://platform.example/{id_}" if id_ in self.published else None


@pytest.fixture(scope="module")
def dead(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bool]]:
    """Desks that died, each at a step, in a folder; and whether each had acknowledged the reply."""
    folder = tmp_path_factory.mktemp("dead")
    command = [sys.executable, "-m", "tests.desk.replies.dying_desk", str(folder), *STEPS]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    told = [line.split() for line in run.stdout.splitlines()]
    assert [line[:2] for line in told] == [[step, str(int(signal.SIGKILL))] for step in STEPS]
    return folder, {step: acknowledged == "True" for step, _, acknowledged in told}


def again(dead: tuple[Path, dict[str, bool]], step: str, tmp_path: Path) -> Bench:
    """A desk that goes on where the dead one was, in a copy of its store."""
    shutil.copytree(dead[0] / step, tmp_path / "data")
    return Bench(data=tmp_path / "data")


@pytest.mark.parametrize("step", STEPS)
async def test_a_desk_that_is_killed_loses_no_reply_and_sends_none_twice(
    dead: tuple[Path, dict[str, bool]], tmp_path: Path, step: str
) -> None:
    bench = again(dead, step, tmp_path)
    case = bench.case()
    before = [reply.state for reply in bench.replies.outbox.of_case(case.id)]
    states = {"before-1": [], "after-1": ["queued"], "before-2": ["queued"], "after-4": ["sent"]}
    assert before == states.get(step, ["sending"])
    assert dead[1][step] is (int(step[-1]) > 1)
    await bench.deliver()
    if step == "before-1":
        assert bench.recorded() == []
    else:
        assert [(each.reply.text, each.times) for each in bench.recorded()] == [(TEXT, 1)]
        (sent,) = bench.replies.outbox.of_case(case.id)
        assert (sent.state, sent.remote) == ("sent", f"{DRY_RUN}r-1")
        assert bench.case().state == "answered"
        events = bench.store.events(case.id)
        assert [event.kind for event in events].count("replied") == 1
    bench.store.close()
    third = Bench(data=tmp_path / "data")
    await third.deliver()
    assert all(each.times == 1 for each in third.recorded())
    third.store.close()


@pytest.mark.parametrize("step", ["after-2", "after-3"])
async def test_what_a_platform_can_not_tell_is_unknown_and_never_sent_again(
    dead: tuple[Path, dict[str, bool]], tmp_path: Path, step: str
) -> None:
    bench = again(dead, step, tmp_path)
    bench.dry_run = Live(forgetful=True)  # type: ignore[assignment]
    await bench.deliver()
    await bench.deliver()
    (reply,) = bench.replies.outbox.of_case(bench.case().id)
    assert reply.state == "unknown"
    assert "it has no search" in reply.note
    assert bench.dry_run.published == []  # type: ignore[attr-defined]
    assert bench.case().state != "answered"
    bench.store.close()


async def test_faults_of_a_channel_are_told_and_stop_nobody() -> None:
    bench = Bench(exercise=False)
    bench.people(["no power in Alderton"] * 12, account="Power")
    channels: list[tuple[Channel, str]] = [
        (Live(fault=NotSentError("the account is locked")), "failed"),
        (Live(fault=FateUnknownError("it hung up"), forgetful=True), "unknown"),
        (Live(fault=ValueError("what?"), forgetful=True), "unknown"),
        (Live(), "sent"),
    ]
    for number, (channel, state) in enumerate(channels):
        case = bench.case(number)
        bench.send(case, f"{TEXT}, {number}")
        await bench.deliver({"x:Power": channel})
        (reply,) = bench.replies.outbox.of_case(case.id)
        assert reply.state == state
        assert (bench.case(number).state == "answered") is (state == "sent")
    assert bench.recorded() == []


async def test_nothing_simulated_can_reach_a_real_channel() -> None:
    live = Live()
    for exercise in (True, False):
        bench = Bench(exercise=exercise)
        bench.people(["no power in Alderton"] * 12, account="Power")
        bench.send(bench.case(), TEXT)
        await bench.deliver({"x:Power": live})
        assert len(bench.recorded()) == exercise
    assert live.published == ["r-1"]  # the real one
    bench.send(bench.case(1), TEXT)
    (reply,) = bench.replies.outbox.of_case(bench.case(1).id)
    bench.replies.outbox.put(msgspec.structs.replace(reply, exercise=True))
    await bench.deliver({"x:Power": live})
    assert live.published == ["r-1"]
    assert [each.reply.id for each in bench.recorded()] == ["r-2"]


async def test_a_real_desk_without_accounts_sends_nowhere() -> None:
    bench = Bench(exercise=False)
    bench.people(["no power in Alderton"] * 12)
    assert not bench.send(bench.case(), TEXT).exercise
    await bench.deliver()
    (reply,) = bench.replies.outbox.of_case(bench.case().id)
    assert reply.remote.startswith(DRY_RUN)


def test_an_unknown_reply_keeps_the_next_back_until_somebody_has_looked(bench: Bench) -> None:
    from desk.replies.errors import ReplyError

    case = bench.case()
    reply = bench.passage.begin(bench.send(case, TEXT), bench.now)
    bench.passage.unknown(reply, bench.now, "it hung up")
    with pytest.raises(ReplyError, match="may have been sent or not"):
        bench.send(case, f"{TEXT}!")
    assert bench.send(case, f"{TEXT}!", anyway=True).state == "queued"


def test_old_replies_leave_memory_and_stay_in_the_store(bench: Bench) -> None:
    case = bench.case()
    reply = bench.send(case, TEXT)
    outbox = Outbox(held=50)
    for number in range(200):
        state: ReplyState = "sent" if number else "unknown"
        outbox.put(
            Reply(
                id=outbox.new_id(),
                case=case.id,
                channel="x",
                to_post="p",
                author_key="x:a",
                text=str(number),
                by="ann",
                state=state,
                at=NOON + timedelta(seconds=number),
            )
        )
        outbox.dirty()
    held = outbox.of_case(case.id)
    assert 50 <= len(held) <= 55
    assert held[0].state == "unknown"  # what is not done stays
    assert held[-1].text == "199"
    assert len(outbox.told("x:a")) == len(held)
    assert kept(bench)[0] == [reply]
