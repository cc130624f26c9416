"""Announcements: from the draft to several channels, with a lead's word in between."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from desk.announcements import AnnounceAction
from desk.channels.choosing import DRY_RUN
from desk.replies.errors import ReplyError
from desk.replies.reply import Announcement, Role
from desk.settings import BUILT_IN
from tests.desk.replies.bench import Bench

ACCOUNTS = "".join(
    f'[[account]]\nchannel = "{channel}"\nhandle = "ThreeTownsPower"\n'
    for channel in ("x", "mastodon", "facebook")
)
BOTH = ("x:ThreeTownsPower", "mastodon:ThreeTownsPower")
TEXT = "A storm is on its way. Stay away from fallen wires and call 911."


def own(folder: Path, policy: str = "") -> Path:
    """Settings with three own accounts."""
    settings = folder / "settings"
    settings.mkdir()
    (settings / "accounts.toml").write_text(ACCOUNTS)
    if policy:
        text = (BUILT_IN / "policy.toml").read_text()
        assert "announcements = true" in text
        rules = [line for line in text.splitlines() if not line.startswith("own_announcements")]
        text = "\n".join(rules).replace("announcements = true", policy)
        (settings / "policy.toml").write_text(text)
    return settings


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(data=tmp_path / "data", settings=own(tmp_path))
    bench.people(["no power in Alderton"] * 12)
    return bench


def act(
    bench: Bench,
    kind: str,
    role: Role = "agent",
    leads: Collection[str] = (),
    **more: Any,  # noqa: ANN401
) -> Announcement:
    by = "lea" if role == "lead" else "ann"
    action = AnnounceAction(**({"kind": kind, "by": by} | more))
    item, words = bench.pipeline.announcements.act(action, role, bench.now, leads)
    assert ("EXERCISE" in words) is (kind == "send")
    bench.pipeline.settle()
    return item


def drafted(bench: Bench, text: str = TEXT, **more: Any) -> Announcement:  # noqa: ANN401
    return act(bench, "draft", **({"title": "Storm", "text": text, "accounts": BOTH} | more))


def refusal(bench: Bench, kind: str, role: Role = "agent", **more: Any) -> tuple[str, str]:  # noqa: ANN401
    before = bench.pipeline.announcements.all()
    with pytest.raises(ReplyError) as error:
        act(bench, kind, role, **more)
    assert bench.pipeline.announcements.all() == before
    return error.value.kind, str(error.value)


async def test_an_announcement_goes_from_a_draft_over_a_lead_to_every_channel(
    bench: Bench,
) -> None:
    item = drafted(bench)
    assert (item.id, item.state, item.by, item.exercise) == ("a-1", "draft", "ann", True)
    assert act(bench, "submit", id="a-1").state == "submitted"
    assert refusal(bench, "approve", id="a-1") == (
        "role",
        "only a lead can approve an announcement",
    )
    assert refusal(bench, "send", id="a-1") == (
        "approval",
        "it is submitted: you can't send it",
    )
    approved = act(bench, "approve", "lead", id="a-1")
    assert (approved.state, approved.approved_by) == ("approved", "lea")
    sent = act(bench, "send", id="a-1")
    assert sent.state == "sent"
    assert [(s.account, s.state) for s in sent.sendings] == [(a, "queued") for a in BOTH]
    await bench.deliver()
    (item,) = bench.pipeline.announcements.all()
    assert [(s.channel, s.state, s.remote) for s in item.sendings] == [
        ("x", "sent", f"{DRY_RUN}r-1"),
        ("mastodon", "sent", f"{DRY_RUN}r-2"),
    ]
    assert {each.reply.exercise for each in bench.recorded()} == {True}
    assert refusal(bench, "withdraw", id="a-1") == (
        "answered",
        "it is sent: you can't withdraw it",
    )


def test_a_lead_sends_it_back_with_a_note_and_an_edit_makes_it_a_draft(bench: Bench) -> None:
    drafted(bench)
    act(bench, "submit", id="a-1")
    back = act(bench, "reject", "lead", id="a-1", note="say where")
    assert (back.state, back.note) == ("draft", "say where")
    act(bench, "submit", id="a-1")
    act(bench, "approve", "lead", id="a-1")
    edited = act(bench, "edit", id="a-1", text=f"{TEXT} In Alderton.", accounts=BOTH[:1])
    assert (edited.state, edited.approved_by, edited.accounts) == ("draft", "", BOTH[:1])
    assert act(bench, "withdraw", id="a-1", note="no storm").state == "withdrawn"


def test_a_leads_own_needs_nobody_and_a_policy_may_ask_for_nobody(
    bench: Bench, tmp_path: Path
) -> None:
    drafted(bench)
    assert act(bench, "submit", "lead", id="a-1").state == "approved"
    (tmp_path / "free").mkdir()
    free = Bench(settings=own(tmp_path / "free", "announcements = false"))
    free.people(["no power in Alderton"])
    drafted(free)
    assert act(free, "submit", id="a-1").state == "approved"


def test_four_eyes_see_an_announcement_where_two_leads_are_at_the_desk(bench: Bench) -> None:
    both = {"lea", "max"}
    drafted(bench, by="lea")
    assert act(bench, "submit", "lead", leads=both, id="a-1").state == "submitted"
    reason = "the words are your own: max must approve them"
    assert refusal(bench, "approve", "lead", leads=both, id="a-1") == ("role", reason)
    act(bench, "edit", id="a-1", text=f"{TEXT} Now.", accounts=BOTH, by="max")
    act(bench, "submit", "lead", leads=both, id="a-1")  # the words are of Max by now
    assert act(bench, "approve", "lead", leads=both, id="a-1").approved_by == "lea"
    act(bench, "edit", id="a-1", text=f"{TEXT} Soon.", accounts=BOTH, by="lea")
    assert act(bench, "submit", "lead", leads={"lea"}, id="a-1").approved_by == "lea"


@pytest.mark.parametrize(("rule", "state"), [("never", "submitted"), ("always", "approved")])
def test_the_policy_says_whether_a_lead_lets_her_own_go(
    tmp_path: Path, rule: str, state: str
) -> None:
    bench = Bench(settings=own(tmp_path, f'announcements = true\nown_announcements = "{rule}"'))
    bench.people(["no power in Alderton"])
    drafted(bench, by="lea")
    leads = {"lea", "max"} if rule == "always" else {"lea"}
    assert act(bench, "submit", "lead", leads=leads, id="a-1").state == state


def test_each_channels_length_and_the_voice_are_checked(bench: Bench) -> None:
    drafted(bench, "a" * 281)
    kind, reason = refusal(bench, "submit", id="a-1")
    assert (kind, "281 of 280 that x takes" in reason) == ("length", True)
    drafted(bench, "a" * 281, accounts=("facebook:ThreeTownsPower",))
    assert act(bench, "submit", id="a-2").state == "submitted"
    drafted(bench, "We guarantee it")
    assert refusal(bench, "submit", id="a-3")[0] == "voice"


def test_a_time_that_has_moved_since_keeps_an_announcement_back(bench: Bench) -> None:
    bench.estimate(6)
    drafted(bench, "Alderton: power back by 6 pm.", outage=bench.outage().id)
    act(bench, "submit", id="a-1")
    act(bench, "approve", "lead", id="a-1")
    bench.estimate(9)
    assert refusal(bench, "send", id="a-1")[0] == "voice"
    bench.estimate(6)
    assert act(bench, "send", id="a-1").state == "sent"


def test_an_outage_that_is_over_or_moved_meanwhile_is_looked_at_again(bench: Bench) -> None:
    drafted(bench, "Alderton: crews are on it.", outage=bench.outage().id)
    act(bench, "submit", id="a-1")
    act(bench, "approve", "lead", id="a-1")
    bench.estimate(6)
    kind, reason = refusal(bench, "send", id="a-1")
    assert kind == "stale"
    words = "the outage is open until 2031-05-01T22:00Z now, was open: approve it again"
    assert reason == words
    act(bench, "approve", "lead", id="a-1")
    assert act(bench, "send", id="a-1").state == "sent"
    drafted(bench, "Alderton: crews are on it.", outage=bench.outage().id)
    act(bench, "submit", "lead", id="a-2")
    bench.restore(20)
    assert refusal(bench, "send", id="a-2")[0] == "stale"


def test_unknown_accounts_outages_and_ids_are_refused(bench: Bench) -> None:
    known = "did you mean 'x:ThreeTownsPower'?"
    kind, reason = refusal(bench, "draft", text=TEXT, accounts=("x:ThreeTownPower",))
    assert (kind, known in reason) == ("channel", True)
    assert refusal(bench, "draft", text=TEXT, outage="o-nowhere")[0] == "unknown"
    assert refusal(bench, "send", id="a-9")[0] == "unknown"
    drafted(bench, accounts=())
    assert refusal(bench, "submit", id="a-1") == (
        "channel",
        "from which account? Choose one at least",
    )


async def test_announcements_survive_a_restart_in_the_middle_of_being_sent(
    bench: Bench, tmp_path: Path
) -> None:
    drafted(bench)
    act(bench, "submit", "lead", id="a-1")
    act(bench, "send", "lead", id="a-1")
    first = bench.replies.outbox.under_way()[0]
    bench.passage.begin(first, bench.now)
    bench.pipeline.settle()
    bench.store.close()
    again = Bench(data=tmp_path / "data", settings=tmp_path / "settings")
    await again.deliver()
    (item,) = again.pipeline.announcements.all()
    assert [s.state for s in item.sendings] == ["sent", "sent"]
    assert [each.times for each in again.recorded()] == [1, 1]
    assert drafted(again).id == "a-2"
    again.store.close()
