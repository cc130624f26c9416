"""Everybody affected by an outage: answered once each, over restarts, and told when it is over."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from desk.cases import CaseAction
from desk.oms import OmsOutage
from desk.outages import Action
from desk.post import Author
from desk.replies.errors import ReplyError
from desk.replies.everybody import MOST_AT_ONCE, Round
from tests.desk.replies.bench import NOON, Bench


def reasons(done: Round) -> set[str]:
    return {reason for _, reason in done.passed_over}


def who(done: Round) -> list[str]:
    return [answer.person.author_key for answer in done.answers]


async def test_everybody_is_answered_once_and_a_second_run_says_why_not_again(
    bench: Bench,
) -> None:
    bench.estimate(6)
    plan = bench.plan("outage-etr")
    assert (len(plan.answers), plan.affected, plan.answered, plan.sent) == (12, 12, 0, 0)
    assert plan.answers[0].text.startswith("@a0-0, we know of the outage in Alderton")
    assert bench.recorded() == []
    done = await bench.answer("outage-etr")
    assert done.sent == 12
    assert len({each.reply.author_key for each in bench.recorded()}) == 12
    assert {case.state for case in bench.pipeline.cases.all()} == {"answered"}
    second = await bench.answer("outage-etr")
    assert (second.sent, second.answered, len(second.passed_over)) == (0, 12, 12)
    assert reasons(second) == {"answered at 12:00 by ann, told by 6 pm"}
    assert len(bench.recorded()) == 12


async def test_single_replies_count_and_newcomers_are_answered(bench: Bench) -> None:
    bench.send(bench.case(), "We know of it and crews are on it")
    await bench.deliver()
    done = await bench.answer("outage-no-etr")
    assert (done.sent, done.answered) == (11, 1)
    bench.people(["no power in Alderton"] * 2, 3)
    done = await bench.answer("outage-no-etr")
    assert (done.sent, done.answered, done.affected) == (2, 12, 14)


async def test_who_was_answered_is_known_after_a_restart(tmp_path: Path) -> None:
    bench = Bench(data=tmp_path / "data")
    bench.people(["no power in Alderton"] * 12)
    await bench.answer("outage-no-etr")
    bench.store.close()
    bench = Bench(data=tmp_path / "data")
    done = await bench.answer("outage-no-etr")
    assert (done.sent, done.answered) == (0, 12)
    bench.store.close()


async def test_two_people_of_one_thread_are_two_and_one_in_two_cases_is_one(bench: Bench) -> None:
    first = bench.case()
    bench.people(["no power in Alderton either"], 1, who="neighbour", reply_to=first.posts[0])
    assert len(bench.pipeline.cases.all()) == 12
    done = await bench.answer("outage-no-etr")
    assert (done.sent, done.affected) == (13, 13)
    assert "x:neighbour" in who(done)
    sent = {each.reply.author_key: each.reply.to_post for each in bench.recorded()}
    assert sent["x:neighbour"] != sent["x:a0-0"]
    split = CaseAction(kind="split", case=first.id, by="ann", posts=(sent["x:neighbour"],))
    bench.pipeline.act_on_case(split, bench.now)
    again = await bench.answer("outage-no-etr")
    assert again.sent == 0


async def test_who_needs_an_answer_of_their_own_is_passed_over_with_the_reason(
    bench: Bench,
) -> None:
    bench.people(["no power in Alderton, a line is down"], 1)
    bench.people(["no power in Alderton"], 1, channel="rss")
    act = bench.pipeline.act_on_case
    act(CaseAction(kind="take", case=bench.case(0).id, by="bea"), bench.now)
    bench.replies.save_draft(bench.written(bench.case(1), "Sorry", by="cid"), bench.now)
    bench.send(bench.case(2), "We know of it and crews are on it")
    plan = bench.plan("outage-no-etr")
    assert reasons(plan) == {
        "hazard: needs an answer of its own",
        "nobody can be answered in rss",
        "bea has them in hand",
        "cid is writing to them",
        "a reply to them is on its way",
    }
    assert len(plan.answers) == 9


def test_a_macro_that_does_not_fit_and_a_gap_pass_everybody_over(bench: Bench) -> None:
    plan = bench.plan("outage-etr")
    words = "the macro does not fit x, or an outage that is likely"
    assert (plan.answers, reasons(plan)) == ((), {words})
    plan = bench.plan("crews")
    assert (plan.answers, reasons(plan)) == ((), {"no crews known"})
    bench.estimate(6)
    assert len(bench.plan("outage-etr").answers) == 12
    bench.act("dismiss")
    assert bench.plan("outage-etr").answers == ()


def test_newsrooms_own_accounts_and_who_only_talks_are_nobody_affected(
    tmp_path: Path,
) -> None:
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings" / "accounts.toml").write_text(
        '[[account]]\nchannel = "x"\nhandle = "ThreeTownsPower"\n'
    )
    bench = Bench(settings=tmp_path / "settings")
    bench.people(["no power in Alderton"] * 12)
    thread = {"reply_to": bench.case().posts[0]}
    bench.people(["no power in Alderton: crews are out"], 1, who="ThreeTownsPower", **thread)
    bench.people(["my bill came today"], 1, who="talker", **thread)
    bench.people(["no power in Alderton either"], 1, who="neighbour", **thread)
    plan = bench.plan("outage-no-etr")
    assert plan.affected == 13
    assert "x:neighbour" in who(plan)


async def test_a_moved_time_is_told_to_those_who_were_promised_another(bench: Bench) -> None:
    bench.estimate(6)
    bench.send(bench.case(), "We know of it and crews are on it")
    await bench.deliver()
    await bench.answer("outage-etr")
    assert reasons(bench.plan("etr-moved")) == {
        "was promised no time",
        "was told this time already, told by 6 pm",
    }
    bench.estimate(9)
    done = await bench.answer("etr-moved")
    assert done.sent == 11
    assert (await bench.answer("etr-moved")).sent == 0
    newest = bench.replies.outbox.told("x:a0-3")[-1]
    assert newest.etr == bench.facts(bench.case()).etr


async def test_on_restoration_those_who_were_promised_a_time_come_back_and_are_told(
    bench: Bench,
) -> None:
    bench.estimate(6)
    bench.send(bench.case(), "We know of it and crews are on it")
    await bench.deliver()
    await bench.answer("outage-etr")
    with pytest.raises(ReplyError, match="power is not back there: the outage is confirmed"):
        bench.plan("restored", loop=True)
    bench.restore(20)
    to_tell = [case for case in bench.pipeline.cases.all() if case.loop]
    assert len(to_tell) == 11
    assert {case.id for case in to_tell} <= {c.id for c in bench.pipeline.cases.queue(99)}
    for_all = bench.replies.writing.for_people(bench.outage().id, "", bench.now, 9)
    assert [choice.macro.id for choice in for_all[:2]] == ["restored", "still-out"]
    text = bench.replies.writing.macros(to_tell[0], "", bench.now, 1)[0]
    assert text.macro.id == "restored"
    done = await bench.answer("restored", loop=True)
    assert done.sent == 11
    assert "was promised no time" in reasons(done)
    assert not [case for case in bench.pipeline.cases.all() if case.loop]
    again = await bench.answer("restored", loop=True)
    assert again.sent == 0
    assert reasons(again) == {"was promised no time", "was told that power is back"}


async def test_an_outage_that_comes_again_is_answered_again(bench: Bench) -> None:
    bench.estimate(6)
    await bench.answer("outage-etr")
    bench.restore(20)
    told = await bench.answer("restored", loop=True)
    assert told.sent == 12
    for number in range(12):
        bench.people(["no power in Alderton again"], 125 + 4 * number, who=f"b{number}")
    assert bench.outage().status in ("likely", "confirmed")
    plan = bench.plan("out-again")
    promised = {f"x:a0-{number}" for number in range(12)}
    assert promised <= set(who(plan))
    assert not [case for case in bench.pipeline.cases.all() if case.loop]
    await bench.answer("out-again")
    assert not promised & set(who(bench.plan("out-again")))


async def test_late_news_takes_back_that_somebody_is_to_be_told(bench: Bench) -> None:
    bench.estimate(6)
    await bench.answer("outage-etr")
    bench.restore(20)
    assert len([case for case in bench.pipeline.cases.all() if case.loop]) == 12
    for number in range(12):
        bench.people(["no power in Alderton again"], 125 + 4 * number, who=f"b{number}")
    assert bench.outage().status in ("likely", "confirmed")
    assert not [case for case in bench.pipeline.cases.all() if case.loop]
    with pytest.raises(ReplyError, match="power is not back there"):
        bench.plan("restored", loop=True)


async def test_where_power_is_lost_anew_nobody_is_told_that_it_is_back(bench: Bench) -> None:
    bench.estimate(6)
    await bench.answer("outage-etr")
    bench.restore(20)
    over = bench.outage().id
    assert len(bench.plan("restored", loop=True).answers) == 12
    bench.people(["no power in Alderton again"] * 12, 125)
    anew = bench.outage().id
    assert anew != over
    told = bench.everybody.plan(over, "restored", "ann", bench.now, loop=True)
    assert reasons(told) == {f"power has gone there again: {anew}"}


def test_unknown_outages_and_macros_and_announcements_are_refused(bench: Bench) -> None:
    for outage, macro in (
        ("o-nowhere", "outage-etr"),
        (bench.outage().id, "no-such"),
        (bench.outage().id, "storm-ahead"),
    ):
        with pytest.raises(ReplyError) as error:
            bench.everybody.plan(outage, macro, "ann", bench.now, loop=False)
        assert error.value.kind == "unknown"
    with pytest.raises(ReplyError) as error:
        bench.everybody.send(bench.plan("outage-no-etr"), "", "agent", bench.now)
    assert error.value.kind == "role"


def test_so_many_at_once_and_the_others_the_next_time(bench: Bench) -> None:
    bench.people(["no power in Alderton"] * (MOST_AT_ONCE + 20), 1)
    plan = bench.plan("outage-no-etr")
    assert len(plan.answers) == MOST_AT_ONCE
    assert reasons(plan) == {"the next time: so many at once are enough"}


def test_hostile_names_reach_no_reply(bench: Bench) -> None:
    bench.people(
        ["no power in Alderton"],
        1,
        author=Author(id="m", handle="a\x1b[2J http://evil.example", name="@mayor \u202elive"),
    )
    plan = bench.plan("outage-no-etr")
    text = next(answer.text for answer in plan.answers if "@a0" not in answer.text)
    assert text.startswith("We know of the outage in Alderton")


async def test_promises_follow_an_outage_that_is_merged_and_parted(bench: Bench) -> None:
    bench.people(["no power in Birchfield"] * 12, 1)
    other = next(c.id for c in bench.store.changes() if "birchfield" in c.communities)
    act = bench.pipeline.act
    act(Action(kind="confirm", outage=other, by="oms", oms="i-2"))
    etr = NOON + timedelta(hours=6)
    listed = OmsOutage(id="i-2", started_at=NOON, lat=35.5, lon=-79.5, etr=etr, crews="2")
    bench.pipeline.oms.replace([listed])
    plan = bench.everybody.plan(other, "outage-etr", "ann", bench.now, loop=False)
    assert len(plan.answers) == 12
    case = plan.answers[0].person.case
    crews = bench.replies.writing.macros(case, "crews", bench.now, 1)[0]
    assert "the outage in Birchfield: 2 crews are there." in crews.text
    bench.everybody.send(plan, "ann", "agent", bench.now)
    await bench.deliver()
    whole = bench.outage().id
    act(Action(kind="merge", outage=other, by="lea", into=whole))
    again = bench.everybody.plan(whole, "outage-no-etr", "ann", bench.now, loop=False)
    assert (len(again.answers), again.answered, again.affected) == (12, 12, 24)
    both = ["power is back in Alderton", "power is back in Birchfield"] * 12
    bench.people(both, 20)
    bench.people(both[:6], 60)
    bench.people(["my bill"], 130)
    ended = {c.id for c in bench.store.changes() if c.status == "restored"}
    told = [
        bench.everybody.plan(outage, "restored", "ann", bench.now, loop=True) for outage in ended
    ]
    assert sum(len(each.answers) for each in told) == 12
    assert len([case for case in bench.pipeline.cases.all() if case.loop]) == 12
