"""Drafts, the stale guard, checks, a lead's word: what may be sent, by whom, and what survives."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.cases import CaseAction
from desk.errors import OutageError
from desk.replies.drafts import UNTOUCHED
from desk.replies.errors import ReplyError
from desk.replies.replies import CHOSEN, SUPERSEDED
from desk.settings import BUILT_IN
from tests.desk.replies.bench import Bench, kept

PLAIN = "We know of it and crews are on it"


def refused(error: pytest.ExceptionInfo[ReplyError]) -> tuple[str, str]:
    return error.value.kind, str(error.value)


def strict(folder: Path) -> Path:
    """Settings in which a lead lets replies about outages go."""
    own = folder / "settings"
    own.mkdir()
    text = (BUILT_IN / "policy.toml").read_text()
    assert "[approval]\nlabels = []" in text
    (own / "policy.toml").write_text(text.replace("labels = []", 'labels = ["outage"]'))
    return own


async def test_a_reply_goes_from_the_outbox_to_the_dry_run_and_answers_the_case(
    bench: Bench,
) -> None:
    case = bench.case()
    reply = bench.send(case, PLAIN)
    assert (reply.id, reply.state, reply.to_post) == ("r-1", "queued", case.posts[-1])
    assert (reply.outage, reply.status, reply.exercise) == (bench.outage().id, "likely", True)
    assert bench.case().state == "new"
    await bench.deliver()
    (sent,) = bench.replies.outbox.of_case(case.id)
    assert (sent.state, sent.remote) == ("sent", "dry-run:r-1")
    assert [(each.reply.text, each.times) for each in bench.recorded()] == [(PLAIN, 1)]
    assert bench.case().state == "answered"
    assert bench.case().waiting_since is None
    assert kept(bench)[0] == [sent]


async def test_a_key_pressed_twice_sends_once(bench: Bench) -> None:
    case = bench.case()
    bench.send(case, PLAIN)
    with pytest.raises(ReplyError) as error:
        bench.send(case, PLAIN)
    assert refused(error) == ("taken", "a reply of ann is on its way: wait, or take it back")
    await bench.deliver()
    with pytest.raises(ReplyError) as error:
        bench.send(bench.case(), PLAIN)
    assert refused(error) == ("answered", "they have had these very words already")
    bench.people(["still no power"], 5, who="a0-0")
    assert bench.send(bench.case(), PLAIN).id == "r-2"


def test_what_is_wrong_with_a_text_keeps_it_back(bench: Bench) -> None:
    case = bench.case()
    for text, kind in (
        ("We guarantee it", "voice"),
        ("Back by 6 pm", "voice"),
        ("a" * 300, "length"),
        ("", "length"),
        ("Back [?etr]", "voice"),
    ):
        with pytest.raises(ReplyError) as error:
            bench.send(case, text, anyway=True)
        assert error.value.kind == kind
        assert error.value.problems
    with pytest.raises(ReplyError) as error:
        bench.send(case, "We will be there asap")
    assert "send again to send it anyway" in str(error.value)
    assert bench.send(case, "We will be there asap", anyway=True).state == "queued"


def test_nobody_can_be_answered_in_a_news_feed(bench: Bench) -> None:
    bench.people(["no power in Birchfield"], 1, channel="rss")
    with pytest.raises(ReplyError) as error:
        bench.send(bench.case(-1), PLAIN)
    assert error.value.kind == "channel"


def test_unknown_cases_and_nameless_writers_are_refused(bench: Bench) -> None:
    case = bench.case()
    with pytest.raises(ReplyError) as error:
        bench.send(msgspec.structs.replace(case, id="c-nowhere"), PLAIN)
    assert error.value.kind == "unknown"
    with pytest.raises(ReplyError) as error:
        bench.send(case, PLAIN, by="")
    assert error.value.kind == "role"


def test_what_changed_since_it_was_seen_keeps_a_reply_back_until_it_is_seen(bench: Bench) -> None:
    bench.estimate(6)
    case = bench.case()
    seen = bench.facts(case)
    bench.replies.save_draft(bench.written(case, "Back by 6 pm"), bench.now)
    assert bench.send(bench.case(1), "Back by 6 pm").etr == seen.etr
    bench.estimate(9)
    draft = bench.replies.drafts.of(case.id)
    words = "power back by 6 pm before, by 9 pm now"
    assert bench.replies.stale(draft, case, bench.now) == words
    with pytest.raises(ReplyError) as error:
        bench.send(case, "Back by 6 pm", seen=seen.version)
    assert refused(error) == ("stale", words)
    assert error.value.facts is not None
    version = error.value.facts.version
    with pytest.raises(ReplyError) as error:  # seen, but the text still says it
        bench.send(case, "Back by 6 pm", seen=version)
    assert error.value.kind == "voice"
    assert bench.send(case, "Back by 9 pm").state == "queued"


def test_an_estimate_that_has_passed_is_none_and_makes_a_draft_stale(bench: Bench) -> None:
    bench.estimate(1)
    case = bench.case()
    seen = bench.facts(case).version
    bench.people(["my bill"] * 3, 64)
    assert bench.facts(case).etr is None
    with pytest.raises(ReplyError) as error:
        bench.send(case, PLAIN, seen=seen)
    assert error.value.kind == "stale"


def test_a_status_and_a_first_outage_make_a_draft_stale() -> None:
    bench = Bench()
    bench.people(["no power in Alderton"])
    case = bench.case()
    seen = bench.facts(case).version
    bench.people(["no power in Alderton"] * 12, 1)
    with pytest.raises(ReplyError) as error:
        bench.send(bench.case(), PLAIN, seen=seen)
    assert error.value.kind == "stale"
    seen = bench.facts(bench.case()).version
    bench.replies.save_draft(bench.written(bench.case(), "x"), bench.now)
    bench.act("confirm")
    with pytest.raises(ReplyError) as error:
        bench.send(bench.case(), PLAIN, seen=seen)
    assert refused(error) == ("stale", "was likely, is confirmed now")


STEPS = st.lists(
    st.sampled_from(
        ["confirm", "dismiss", "undo", "etr6", "etr9", "no etr", "look", "send", "time"]
    ),
    max_size=14,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_nothing_is_sent_on_facts_that_nobody_has_seen(
    steps: list[str],
) -> None:
    bench = Bench()
    bench.people(["no power in Alderton"] * 12)
    case, minute = bench.case(), 1.0
    seen = bench.facts(case)
    refusals = []
    same = True
    for number, step in enumerate(steps):
        try:
            match step:
                case "confirm" | "dismiss" | "undo":
                    bench.act(step)
                case "etr6" | "etr9":
                    bench.estimate(int(step[-1]))
                case "no etr":
                    bench.estimate(None)
                case "time":
                    minute += 4
                    bench.people(["my bill"], minute)
                case "look":
                    seen = bench.facts(case)
                case _:
                    known = bench.facts(case)
                    same = (seen.outage, seen.status, seen.etr) == (
                        known.outage,
                        known.status,
                        known.etr,
                    )
                    reply = bench.replies.send(
                        bench.written(case, f"{PLAIN}, {number}", seen=seen.version),
                        "agent",
                        bench.now,
                    )
                    assert same
                    reply = bench.passage.begin(reply, bench.now)
                    bench.passage.failed(reply, bench.now, "to try again")
        except OutageError:
            continue
        except ReplyError as error:
            refusals.append((error.kind, bool(str(error)), same))
    assert set(refusals) <= {("stale", True, False)}


def test_one_draft_a_case_kept_over_a_restart_and_taken_over_when_left_alone(
    tmp_path: Path,
) -> None:
    bench = Bench(data=tmp_path / "data")
    bench.people(["no power in Alderton"] * 12)
    case = bench.case()
    bench.replies.save_draft(bench.written(case, "Sorry", macro="complaint"), bench.now)
    bench.pipeline.settle()
    with pytest.raises(ReplyError) as error:
        bench.replies.save_draft(bench.written(case, "Hi", by="bea"), bench.now)
    assert refused(error) == ("taken", "ann is writing in this case")
    bench.store.close()
    bench = Bench(data=tmp_path / "data")
    draft = bench.replies.drafts.of(case.id)
    assert draft is not None
    assert (draft.by, draft.text, draft.macro) == ("ann", "Sorry", "complaint")
    assert draft.facts == bench.facts(case)
    later = bench.now + UNTOUCHED
    bench.replies.save_draft(bench.written(case, "Hi", by="bea"), later)
    assert bench.replies.drafts.writer(case.id, later) == "bea"
    bench.replies.save_draft(bench.written(case, "", by="bea"), later)
    bench.pipeline.settle()
    assert kept(bench)[1] == {}
    bench.store.close()


def test_a_case_in_somebodys_hand_is_answered_by_them(bench: Bench) -> None:
    from desk.cases import CaseAction

    case = bench.case()
    bench.pipeline.act_on_case(CaseAction(kind="take", case=case.id, by="bea"), bench.now)
    with pytest.raises(ReplyError) as error:
        bench.send(case, PLAIN)
    assert refused(error) == ("taken", "bea has this case in hand: take it first")
    assert bench.send(case, PLAIN, by="bea").state == "queued"


async def test_a_lead_lets_a_reply_go_or_sends_it_back_with_a_note(tmp_path: Path) -> None:
    bench = Bench(settings=strict(tmp_path))
    bench.people(["no power in Alderton"] * 12)
    case = bench.case()
    first = bench.send(case, PLAIN)
    assert first.state == "submitted"
    await bench.deliver()
    assert bench.recorded() == []
    with pytest.raises(ReplyError) as error:
        bench.replies.judge(first.id, "ann", "agent", bench.now, approve=True)
    assert error.value.kind == "role"
    back = bench.replies.judge(first.id, "lea", "lead", bench.now, approve=False, note="warmer")
    assert (back.state, back.note) == ("rejected", "warmer")
    draft = bench.replies.drafts.of(case.id)
    assert draft is not None
    assert (draft.by, draft.text) == ("ann", PLAIN)
    second = bench.send(case, f"{PLAIN}, sorry for this")
    third = bench.send(case, f"{PLAIN}, we are sorry for this")
    states = [(reply.state, reply.note) for reply in bench.replies.outbox.of_case(case.id)]
    assert states == [("rejected", "warmer"), ("rejected", SUPERSEDED), ("submitted", "")]
    with pytest.raises(ReplyError) as error:
        bench.replies.judge(second.id, "lea", "lead", bench.now, approve=True)
    assert refused(error) == ("answered", "this reply is rejected already")
    gone = bench.replies.judge(third.id, "lea", "lead", bench.now, approve=True)
    assert (gone.state, gone.approved_by) == ("queued", "lea")
    await bench.deliver()
    assert [each.reply.id for each in bench.recorded()] == [third.id]


def test_a_lead_chooses_one_of_several_replies_and_the_case_waits_for_that(tmp_path: Path) -> None:
    bench = Bench(settings=strict(tmp_path))
    bench.people(["no power in Alderton"] * 12)
    case, cases, outbox = bench.case(), bench.pipeline.cases, bench.replies.outbox
    bench.pipeline.act_on_case(CaseAction(kind="take", by="ann", case=case.id), bench.now)
    first = bench.send(case, PLAIN)
    bench.send(case, f"{PLAIN}, sorry for this", beside=True)
    assert (outbox.submitted(), outbox.is_answering(case.id)) == (2, True)
    cases.pass_time(bench.now + timedelta(hours=1))
    held = cases.get(case.id)
    assert held is not None
    assert held.agent == "ann"  # she waits for the lead, and nobody is given her case meanwhile
    bench.replies.judge(first.id, "lea", "lead", bench.now, approve=True)
    states = [(reply.state, reply.note) for reply in outbox.of_case(case.id)]
    assert states == [("queued", ""), ("rejected", CHOSEN)]
    assert (outbox.standing(case.id), outbox.submitted()) == (outbox.find(first.id), 0)


def test_a_leads_own_reply_needs_nobody(tmp_path: Path) -> None:
    bench = Bench(settings=strict(tmp_path))
    bench.people(["no power in Alderton"] * 12)
    assert bench.send(bench.case(), PLAIN, role="lead").state == "queued"


def test_a_submitted_reply_is_held_against_what_is_known_when_it_goes(tmp_path: Path) -> None:
    bench = Bench(settings=strict(tmp_path))
    bench.people(["no power in Alderton"] * 12)
    bench.estimate(6)
    reply = bench.send(bench.case(), "Back by 6 pm")
    other = bench.send(bench.case(1), PLAIN)
    bench.estimate(9)
    with pytest.raises(ReplyError) as error:
        bench.replies.judge(reply.id, "lea", "lead", bench.now, approve=True)
    assert error.value.kind == "voice"
    assert bench.replies.judge(other.id, "lea", "lead", bench.now, approve=True).state == "queued"


def test_macros_for_a_case_come_filled_and_the_fitting_first(bench: Bench) -> None:
    case = bench.case()
    writing = bench.replies.writing
    assert [c.macro.id for c in writing.macros(case, "", bench.now, 2)] == [
        "outage-no-etr",
        "outage-since",
    ]
    bench.estimate(6)
    first = writing.macros(case, "", bench.now, 1)[0]
    assert (first.macro.id, first.missing) == ("outage-etr", ())
    assert first.text.startswith("@a0-0, we know of the outage in Alderton")
    assert "power back by 6 pm." in first.text
    (found, *_) = writing.macros(case, "wire down", bench.now, 5)
    assert found.macro.id == "wire-down"
    ids = [choice.macro.id for choice in writing.macros(case, "", bench.now, 99)]
    assert "restored" not in ids
    assert not {"storm-ahead", "announce-etr"} & set(ids)
    everybody = writing.announcements(bench.outage().id, "", bench.now, 9)
    assert [choice.macro.id for choice in everybody] == ["announce-etr"]
    assert everybody[0].text.startswith("Alderton: we know that power is out since 12 pm, and")


def test_the_storm_mode_takes_the_shorter_form(bench: Bench) -> None:
    case, writing = bench.case(), bench.replies.writing
    calm = writing.macros(case, "", bench.now, 1)[0]
    bench.pipeline.set_mode("storm", "lea", bench.now)
    storm = writing.macros(case, "", bench.now, 1)[0]
    assert storm.macro == calm.macro
    assert len(storm.text) < len(calm.text)
    assert "outage in Alderton" in storm.text


def test_people_are_answered_in_their_own_language(bench: Bench) -> None:
    bench.people(["siamo ancora senza luce in Alderton, che disastro"], 1, lang="it")
    case = bench.case(-1)
    assert bench.replies.writing.language(case) == "it"
    text = bench.replies.writing.macros(case, "", bench.now, 1)[0].text
    assert "sappiamo del guasto a Alderton" in text
    reply = bench.send(case, text)
    assert reply.lang == "it"


def test_it_is_told_which_cases_changed(bench: Bench) -> None:
    first, second = bench.case(), bench.case(1)
    bench.replies.save_draft(bench.written(first, "Sorry"), bench.now)
    bench.send(second, PLAIN)
    assert bench.replies.touched() == sorted([first.id, second.id])
    assert bench.replies.touched() == []
