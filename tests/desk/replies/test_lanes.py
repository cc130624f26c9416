"""Lanes: what waits, for how long and in which order; one channel never holds up another."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from desk.cases import CaseAction
from desk.channels import Channel, Errand, FateUnknownError, LaterError, NotSentError
from desk.channels.live import Live
from desk.channels.switched_on import SwitchedOn
from desk.feeds import Batch
from desk.post import Author, Post
from desk.replies.lane import Pace
from tests.desk.channels.pretend import live_at, pretending
from tests.desk.replies.bench import NOON, Bench, account_of

TEXT = "We know of it and crews are on it"
POWER = "x:Power"


class Told(Channel):
    """A channel that does what it is told, reply by reply; then it publishes."""

    exercise = False

    def __init__(self, *plan: Exception | None) -> None:
        self.plan = list(plan)
        self.published: list[str] = []
        self.tried: list[str] = []

    async def open(self) -> None:
        """It is always open."""

    async def close(self) -> None:
        """Nothing is held."""

    async def send(self, errand: Errand) -> str:
        self.tried.append(errand.reply.id)
        fault = self.plan.pop(0) if self.plan else None
        if fault is not None:
            raise fault
        self.published.append(errand.reply.id)
        return f"id-{errand.reply.id}"

    async def look_up(self, errand: Errand) -> str | None:
        return f"id-{errand.reply.id}" if errand.reply.id in self.published else None


def real(*texts: str) -> Bench:
    """A real desk with people who wrote to an account, and a reply to each of the first."""
    bench = Bench(exercise=False)
    bench.people(["no power in Alderton"] * 12, account="Power")
    for number, text in enumerate(texts):
        bench.send(bench.case(number), text)
    return bench


def states(bench: Bench) -> dict[str, str]:
    outbox = bench.replies.outbox
    return {id_: reply.state for id_ in outbox.ids() if (reply := outbox.find(id_))}


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something that another task does."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110  it is no task of ours that tells
            await asyncio.sleep(0.01)


async def test_what_is_not_taken_now_waits_its_time_and_says_why() -> None:
    bench = real(TEXT)
    channel = Told(LaterError("rate limit", 600.0))
    delivery = await bench.deliver({POWER: channel}, steps=3)
    reply = bench.replies.outbox.under_way()[0]
    assert (reply.state, reply.note, reply.tries) == ("queued", "rate limit", 1)
    assert reply.again_at == NOON + timedelta(seconds=600)
    assert channel.tried == ["r-1"]
    assert delivery.is_held(reply)
    assert bench.case().state != "answered"
    bench.wall = NOON + timedelta(seconds=601)
    await bench.deliver({POWER: channel})
    sent = bench.reply(reply)
    assert (sent.state, sent.note, sent.again_at) == ("sent", "", None)
    assert bench.case().state == "answered"


def switched_on(folder: Path, people: int) -> Bench:
    """A real desk with an account that its settings switch on."""
    (folder / "accounts.toml").write_text(
        '[[account]]\nchannel = "bluesky"\nhandle = "Power"\non = true\nsecret = "env:X"\n'
    )
    bench = Bench(exercise=False, settings=folder)
    bench.people(["no power in Alderton"] * people, account="Power", channel="bluesky")
    return bench


async def test_a_reply_of_an_account_that_was_switched_off_waits_and_is_no_dry_run(
    tmp_path: Path,
) -> None:
    bench = switched_on(tmp_path, 3)
    for number in range(2):
        bench.send(bench.case(number), TEXT)
    # the desk ends before they go out, and begins again with the account off
    delivery = await bench.deliver({}, steps=3)
    reply = bench.replies.outbox.under_way()[0]
    assert (reply.state, reply.tries) == ("queued", 1)
    assert reply.note.startswith("bluesky:Power is no longer switched on: switch it on again, or")
    assert delivery.is_held(reply)
    assert bench.dry_run.recorded() == []
    # one is taken back, the other goes out once the account is on again
    bench.passage.settle("r-2", "withdraw", "ann", bench.now)
    bench.wall += timedelta(seconds=61)
    channel = Told()
    await bench.deliver({"bluesky:Power": channel})
    assert channel.published == ["r-1"]
    assert states(bench) == {"r-1": "sent", "r-2": "rejected"}


async def test_a_reply_of_an_account_that_stays_off_fails_after_a_day(tmp_path: Path) -> None:
    bench = switched_on(tmp_path, 1)
    bench.send(bench.case(), TEXT)
    for _ in range(3):
        await bench.deliver({})
        bench.wall += timedelta(hours=13)
    assert states(bench) == {"r-1": "failed"}
    assert bench.dry_run.recorded() == []


async def test_who_answers_our_reply_joins_that_conversation() -> None:
    bench = real(TEXT)
    await bench.deliver({POWER: Told()})
    answered = bench.case()
    assert answered.state == "answered"
    bench.people(["no power here either"], 5, who="neighbour", reply_to="id-r-1")
    joined = bench.case()
    assert (joined.id, joined.state, len(joined.posts)) == (answered.id, "mine", 2)
    cases = len(bench.pipeline.cases.all())
    bench.people(["no power at ours"], 6, who="another", reply_to="id-r-9")  # of nobody here
    assert len(bench.pipeline.cases.all()) == cases + 1
    # the conversation is known after a restart as well
    again = bench.born_again()
    again.people(["no power in our street"], 7, who="third", reply_to="id-r-1", id="p-third")
    assert len(again.case().posts) == 3


async def test_a_rate_limit_holds_the_whole_account_and_nobody_is_asked_meanwhile() -> None:
    bench = real(TEXT, f"{TEXT}!", f"{TEXT}.")
    channel = Told(LaterError("rate limit", 600.0))
    delivery = bench.delivery(Live(SwitchedOn(account_of(POWER), channel)))
    for _ in range(5):
        await delivery.deliver()
        bench.wall += timedelta(seconds=100)
    assert channel.tried == ["r-1"]
    behind = delivery.told(bench.replies.outbox.under_way()[1])
    assert (behind.note, behind.again_at is not None) == ("rate limit", True)
    bench.wall += timedelta(seconds=200)
    await delivery.deliver()
    # those that have been tried least go first
    assert channel.tried == ["r-1", "r-2", "r-3", "r-1"]
    assert set(states(bench).values()) == {"sent"}


async def test_one_reply_in_trouble_does_not_hold_up_the_others_for_long() -> None:
    bench = real(*(f"{TEXT}, {number}" for number in range(6)))

    class Poisoned(Told):
        async def send(self, errand: Errand) -> str:
            if errand.reply.id == "r-1":
                self.tried.append("r-1")
                raise LaterError("server error 500", 1.0)
            return await super().send(errand)

    channel = Poisoned()
    delivery = bench.delivery(Live(SwitchedOn(account_of(POWER), channel)))
    for _ in range(60):
        await delivery.deliver()
        bench.wall += timedelta(seconds=1)
    assert channel.published == [f"r-{number}" for number in range(2, 7)]
    assert 3 <= channel.tried.count("r-1") <= 6  # its waits grow
    for _ in range(40):
        bench.wall += timedelta(hours=1)
        await delivery.deliver()
    assert states(bench)["r-1"] == "failed"  # and end


async def test_what_one_person_is_told_is_told_in_order() -> None:
    bench = real()
    bench.send(bench.case(), f"{TEXT}, first")
    (first,) = bench.replies.outbox.under_way()
    # a second one to the same person, as a lead's approval or everybody of an outage gives
    second = bench.replies.outbox.new_id()
    bench.replies.put(msgspec.structs.replace(first, id=second, text=f"{TEXT}, second"))
    bench.send(bench.case(1), TEXT)
    channel = Told(LaterError("busy", 30.0))
    delivery = bench.delivery(Live(SwitchedOn(account_of(POWER), channel)))
    for _ in range(50):
        await delivery.deliver()
        bench.wall += timedelta(seconds=1)
    assert channel.published == ["r-3", "r-1", second]


async def test_what_may_be_out_is_looked_up_and_sent_again_only_if_it_surely_is_not() -> None:
    bench = real(TEXT, f"{TEXT}!")

    class Losing(Told):
        async def send(self, errand: Errand) -> str:
            if errand.reply.id == "r-1" and not self.published:
                await super().send(errand)
                raise FateUnknownError("the line broke")  # after it was published
            return await super().send(errand)

    channel = Losing(None, FateUnknownError("the line broke"))  # the second one before
    delivery = bench.delivery(Live(SwitchedOn(account_of(POWER), channel)))
    await delivery.deliver()
    assert states(bench) == {"r-1": "sending", "r-2": "sending"}
    assert channel.tried == ["r-1", "r-2"]
    for _ in range(10):
        bench.wall += timedelta(seconds=5)
        await delivery.deliver()
    assert states(bench) == {"r-1": "sent", "r-2": "sent"}
    assert channel.published == ["r-1", "r-2"]


async def test_one_of_the_same_words_to_somebody_else_is_not_taken_for_this_one() -> None:
    bench = real(TEXT, TEXT)

    class Confusing(Told):
        async def send(self, errand: Errand) -> str:
            if self.published:
                raise FateUnknownError("the line broke")
            return await super().send(errand)

        async def look_up(self, errand: Errand) -> str | None:  # noqa: ARG002
            return "id-r-1"  # by its words alone

    await bench.deliver({POWER: Confusing()}, steps=3)
    assert states(bench) == {"r-1": "sent", "r-2": "unknown"}


async def test_a_promise_that_is_stale_goes_back_to_its_writer() -> None:
    bench = real()
    bench.estimate(4)
    case = bench.case()
    etr = bench.facts(case).etr
    assert etr is not None
    bench.send(case, "Power should be back by 4:00 PM. We know of it and crews are on it")
    (reply,) = bench.replies.outbox.under_way()
    assert reply.etr is not None
    channel = Told(LaterError("rate limit", 600.0))
    await bench.deliver({POWER: channel})
    bench.estimate(7)
    bench.wall += timedelta(seconds=700)
    await bench.deliver({POWER: channel})
    assert channel.published == []
    back = bench.reply(reply)
    assert back.state == "rejected"
    assert "it promises power" in back.note
    draft = bench.replies.drafts.of(case.id)
    assert draft is not None
    assert (draft.by, draft.text) == ("ann", reply.text)
    assert bench.store.events(case.id)[-1].kind == "rejected"


async def test_who_wrote_again_before_the_reply_was_out_still_waits() -> None:
    bench = real(TEXT)
    channel = Told(LaterError("rate limit", 600.0))
    await bench.deliver({POWER: channel})
    post = bench.replies.writing.newest(bench.case())
    assert post is not None
    assert post.author is not None
    again = Post(
        id="again",
        channel="x",
        author=Author(id=post.author.id, handle=post.author.handle),
        text="still no power in Alderton",
        created_at=bench.now + timedelta(minutes=1),
    )
    bench.pipeline.process("f", Batch((again,), "again"))
    bench.wall += timedelta(seconds=700)
    await bench.deliver({POWER: channel})
    assert channel.published == ["r-1"]
    case = bench.case()
    assert case.first_reply_at is not None
    assert (case.state, case.waiting_since is not None) == ("new", True)


async def test_nobody_is_handed_a_case_to_which_a_reply_is_on_its_way() -> None:
    bench = real(TEXT)
    channel = Told(LaterError("rate limit", 600.0))
    await bench.deliver({POWER: channel})
    done = bench.pipeline.act_on_case(CaseAction(kind="next", by="bob", case=""), bench.now)[0]
    assert done.case is not None
    assert done.case.id != bench.case().id


async def test_a_channel_that_hangs_holds_up_its_own_replies_alone() -> None:
    bench = Bench()
    async with pretending(marked=True) as slow, pretending(marked=True) as quick:
        slow.plan = ["hang"]
        for server, account in ((slow, "x:Slow"), (quick, "bluesky:Quick")):
            channel, _, handle = account.partition(":")
            bench.people(["no power in Alderton"] * 3, account=handle, channel=channel)
            assert server.marked
        lives = [live_at(slow.url, "x:Slow"), live_at(quick.url, "bluesky:Quick")]
        for case in sorted(bench.pipeline.cases.all(), key=lambda one: one.id):
            bench.send(case, f"{TEXT}, {case.id}")
        delivery = bench.delivery(*lives)
        task = asyncio.create_task(delivery.run())
        await until(lambda: len(quick.texts) == 3)
        assert slow.texts == []
        assert sum(state == "sent" for state in states(bench).values()) == 3
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_a_desk_that_ends_waits_shortly_for_what_is_being_sent() -> None:
    bench = Bench()
    async with pretending(marked=True) as platform:
        bench.people(["no power in Alderton"] * 3, account="Power")
        platform.plan = ["hang"]
        for number in range(2):
            bench.send(bench.case(number), f"{TEXT}, {number}")
        delivery = bench.delivery(live_at(platform.url))
        task = asyncio.create_task(delivery.run())
        await until(lambda: "sending" in states(bench).values())
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.sleep(0.1)
        platform.held.set()  # the platform answers while the desk is on its way out
        with pytest.raises(asyncio.CancelledError):
            await task
        assert states(bench) == {"r-1": "sent", "r-2": "queued"}  # and begins nothing new
        assert len(platform.texts) == 1


async def test_a_channel_that_never_answers_is_left_and_looked_up() -> None:
    bench = Bench()
    async with pretending(marked=True) as platform:
        bench.people(["no power in Alderton"] * 3, account="Power")
        platform.plan = ["hang"]
        bench.send(bench.case(), TEXT)
        live = live_at(platform.url)
        delivery = bench.delivery(live, pace=Pace(answer_s=0.2, jitter=0.0))
        await delivery.deliver()
        assert states(bench) == {"r-1": "sending"}
        for _ in range(3):
            bench.wall += timedelta(seconds=10)
            await delivery.deliver()
        assert states(bench) == {"r-1": "sent"}
        await live.close()


async def test_an_account_that_was_switched_off_leaves_its_replies_unknown() -> None:
    bench = real(TEXT)
    (reply,) = bench.replies.outbox.under_way()
    bench.passage.begin(reply, bench.now, POWER)
    await bench.deliver()
    now = bench.reply(reply)
    assert (now.state, "no longer switched on" in now.note) == ("unknown", True)
    assert bench.recorded() == []


OUTCOMES = st.sampled_from(
    ["publish", "refuse", "later", "lost before", "lost after", "die before", "die after"]
)


class Died(BaseException):
    """The desk has died."""


class Wild(Told):
    """A platform in a storm of its own; `forgetful` it can't tell what it has published."""

    def __init__(self, outcomes: list[str], *, forgetful: bool) -> None:
        super().__init__()
        self.outcomes = outcomes
        self.forgetful = forgetful
        self.looks = 0

    async def send(self, errand: Errand) -> str:
        outcome = self.outcomes.pop(0) if self.outcomes else "publish"
        match outcome:
            case "refuse":
                raise NotSentError("no")
            case "later":
                raise LaterError("busy", 20.0)
            case "lost before":
                raise FateUnknownError("the line broke")
            case "die before":
                raise Died
        self.published.append(errand.reply.id)
        if outcome == "die after":
            raise Died
        if outcome == "lost after":
            raise FateUnknownError("the line broke")
        return f"id-{errand.reply.id}"

    async def look_up(self, errand: Errand) -> str | None:
        self.looks += 1
        if self.looks % 3 == 1:
            raise LaterError("busy", 1.0)
        if self.forgetful:
            raise FateUnknownError("it has no search")
        return await super().look_up(errand)


@settings(deadline=None)
@example(  # it had waited for an hour when the line broke, and was given up at the first busy look
    outcomes=["publish", "later", *["lost before"] * 2, "later", *["lost before"] * 3],
    forgetful=False,
    many=2,
)
@given(outcomes=st.lists(OUTCOMES, max_size=12), forgetful=st.booleans(), many=st.integers(1, 5))
def test_whatever_happens_nothing_is_lost_and_nothing_is_sent_twice(
    outcomes: list[str], forgetful: bool, many: int
) -> None:
    channel = Wild(outcomes, forgetful=forgetful)
    bench = real(*(f"{TEXT}, {number}" for number in range(many)))
    unknown: set[str] = set()
    for _ in range(200):
        delivery = bench.delivery(Live(SwitchedOn(account_of(POWER), channel)))
        try:
            asyncio.run(delivery.deliver())
        except Died:
            bench = bench.born_again()
        bench.wall += timedelta(seconds=60)
        now = states(bench)
        assert unknown <= {id_ for id_, state in now.items() if state == "unknown"}
        unknown |= {id_ for id_, state in now.items() if state == "unknown"}
        assert len(set(channel.published)) == len(channel.published)  # nothing twice
        if not bench.replies.outbox.under_way():
            break
    end = states(bench)
    assert len(end) == many
    assert not bench.replies.outbox.under_way()
    for id_, state in end.items():
        assert state in ("sent", "failed", "unknown")
        assert (id_ in channel.published) is (state == "sent") or state == "unknown"
    if not forgetful:
        assert not unknown
    answered = [case.state == "answered" for case in map(bench.case, range(many))]
    assert answered == [state == "sent" for state in end.values()]
