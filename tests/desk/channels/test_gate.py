"""The gate before every channel: nothing simulated reaches a real one, nothing real a drill's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from desk.channels import LaterError
from desk.channels.choosing import DRY_RUN
from desk.channels.drill import EXERCISE_PATH
from desk.channels.live import Live
from tests.desk.channels.pretend import Platform, live_at, pretending
from tests.desk.replies.bench import Bench

TEXT = "We know of it and crews are on it"


@asynccontextmanager
async def served(platform: Platform, **more: Any) -> AsyncIterator[tuple[Bench, Live]]:  # noqa: ANN401
    """A desk with an account that is switched on at a platform."""
    bench = Bench(**more)
    bench.people(["no power in Alderton"] * 12, account="Power")
    live = live_at(platform.url)
    yield bench, live
    await live.close()


async def test_an_exercise_goes_to_a_drills_server_and_to_no_other() -> None:
    async with pretending(marked=True) as drill, served(drill) as (bench, live):
        reply = bench.send(bench.case(), TEXT)
        await bench.deliver_by(live)
        assert drill.texts == [TEXT]
        sent = bench.reply(reply)
        assert (sent.state, sent.via) == ("sent", "x:Power")
        assert sent.remote.startswith(drill.url)
        assert bench.recorded() == []


async def test_a_real_platform_on_this_machine_gets_nothing_of_an_exercise() -> None:
    async with pretending() as real, served(real) as (bench, live):
        reply = bench.send(bench.case(), TEXT)
        await bench.deliver_by(live)
        assert (real.texts, real.logins) == ([], 0)  # not even the password
        assert bench.reply(reply).remote.startswith(DRY_RUN)
        assert "EXERCISE" in live.state


async def test_a_real_desk_sends_nothing_to_a_drill_and_waits_until_that_is_mended() -> None:
    async with pretending(marked=True) as drill, served(drill, exercise=False) as (bench, live):
        reply = bench.send(bench.case(), TEXT)
        delivery = await bench.deliver_by(live, steps=5)
        assert (drill.texts, drill.logins) == ([], 0)
        told = delivery.told(bench.reply(reply))
        assert (told.state, told.again_at is not None) == ("queued", True)
        assert "drill" in told.note
        assert bench.recorded() == []
        assert bench.case().state != "answered"
        drill.marked = False  # the right server stands there now
        await bench.deliver_by(live, wait_s=1000)
        assert drill.texts == [TEXT]


async def test_an_account_that_is_on_at_the_platform_itself_gets_nothing_of_a_storm() -> None:
    bench = Bench()
    bench.people(["no power in Alderton"] * 12, account="Power")
    live = live_at("")
    reply = bench.send(bench.case(), TEXT)
    await bench.deliver_by(live)
    assert bench.reply(reply).remote.startswith(DRY_RUN)
    assert "not on this machine" in live.state


async def test_a_desk_that_does_not_know_yet_what_it_is_sends_nothing_live() -> None:
    async with pretending() as real:
        bench, live = Bench(exercise=False), live_at(real.url)
        assert bench.store.exercise is None
        bench.announce(TEXT)
        await bench.deliver_by(live, steps=3)
        assert real.texts == []
        bench.people(["no power in Alderton"] * 12)
        await bench.deliver_by(live)
        assert real.texts == [TEXT]
        await live.close()


async def test_the_server_is_asked_again_before_each_reply() -> None:
    async with pretending(marked=True) as drill, served(drill) as (bench, live):
        bench.send(bench.case(), TEXT)
        await bench.deliver_by(live)
        drill.marked = False  # another server has taken its place
        second = bench.send(bench.case(1), f"{TEXT}!")
        await bench.deliver_by(live)
        assert drill.texts == [TEXT]
        assert bench.reply(second).remote.startswith(DRY_RUN)
        assert drill.asked > 2


async def test_a_server_that_sends_us_elsewhere_has_said_nothing_of_itself() -> None:
    async def elsewhere(_: web.Request) -> web.Response:
        raise web.HTTPFound(f"{drill.url}{EXERCISE_PATH}")

    async with pretending(marked=True) as drill:
        app = web.Application()
        app.router.add_get(EXERCISE_PATH, elsewhere)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        live = live_at(f"http://127.0.0.1:{runner.addresses[0][1]}")
        assert not await live.ready(exercise=True)
        await live.close()
        await runner.cleanup()


@pytest.mark.parametrize("exercise", [True, False])
async def test_a_platform_that_is_not_there_now_is_waited_for(exercise: bool) -> None:
    async with pretending(marked=exercise) as platform, served(platform, exercise=exercise) as made:
        bench, _ = made
        gone = live_at("http://127.0.0.1:9")
        reply = bench.send(bench.case(), TEXT)
        delivery = await bench.deliver_by(gone, steps=3, wait_s=0)
        told = delivery.told(bench.reply(reply))
        assert (told.state, told.again_at is not None) == ("queued", True)
        assert "can't connect" in told.note
        assert "can't be reached" in gone.state
        await gone.close()
        live = live_at(platform.url)
        await bench.deliver_by(live)
        assert platform.texts == [TEXT]
        await live.close()


async def test_wrong_credentials_lose_no_reply_and_are_not_tried_without_end() -> None:
    async with pretending() as real, served(real, exercise=False) as (bench, right):
        wrong = live_at(real.url, password="hunter2")
        reply = bench.send(bench.case(), TEXT)
        delivery = await bench.deliver_by(wrong, steps=5)
        assert real.logins == 1
        told = delivery.told(bench.reply(reply))
        assert (told.state, "the password is wrong" in told.note) == ("queued", True)
        assert "hunter2" not in told.note + wrong.state
        with pytest.raises(LaterError):
            await wrong.ready(exercise=False)
        await wrong.close()
        await bench.deliver_by(right)
        assert real.texts == [TEXT]
