"""The filter language of lists of cases, and lists that follow what changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.errors import FilterError
from desk.post import Author, Media
from desk.replies.reply import ReplyState
from desk.serving.case_filters import FIELDS, GROUPS, HAS, STATES, CaseFilter
from desk.serving.case_lists import CaseList, QueueList
from tests.desk.cases.town import ALDER, Town, post

NAMES = {"alder": "Alderton"}
REPLIES: dict[str, ReplyState] = {"c-x-5": "submitted", "c-x-1": "queued", "c-x-4": "unknown"}


def town() -> Town:
    """Bob speaks of a wire, Ann of an outage, Cid waits in Eva's hand, Dan was answered."""
    town = Town()
    town.see(
        post("1", 0, "ann", location=ALDER, text="Sin luz", lang="es", account="@PowerCo"),
        post("2", 1, "bob", "hazard", text="a wire is down", media=(Media("photo"),)),
        post("4", 3, author=Author("cid", "@cid", followers=5_000), text="no power"),
        post("5", 4, "dan", "billing"),
        outage="o-alder-1",
    )
    town.act("close", "c-x-5", by="eva")
    town.act("take", "c-x-4", by="eva")
    town.act("tag", "c-x-4", by="eva", tags=("VIP",))
    return town


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "2 4 1"),
        ("wire", "2"),
        ("@ANN", "1"),
        ("!wire", "4 1"),
        ("place:alder", "1"),
        ("alderton", "1"),
        ("label:haz", "2"),
        ("has:media", "2"),
        ("has:place", "1"),
        ("has:submitted", ""),
        ("has:submitted state:all", "5"),
        ("reply:waiting", "1"),
        ("reply:unknown", "4"),
        ("reply:submitted", "5"),
        ("reply:fail", ""),
        ("reply:none", "2"),
        ("reply:none state:all", "2"),
        ("!reply:none", "4 1 5"),
        ("!has:media", "4 1"),
        ("state:all", "2 4 1 5"),
        ("state:closed", "5"),
        ("state:done has:media", ""),
        ("state:mine", "4"),
        ("state:taken", "4"),
        ("!state:mine", "2 1 5"),
        ("agent:me", "4"),
        ("agent:none", "2 1"),
        ("agent:ev state:all", "4 5"),
        ("tag:vip", "4"),
        ("vip", "4"),
        ("state:late", ""),
        ("reach:1k", "4"),
        ("reach:10000 state:open", ""),
        ("channel:x lang:es account:powerco author:ann", "1"),
        ("outage:o-alder-1 state:all", "2 4 1 5"),
        ("c-x-2", "2"),
        ("~powre", "4"),
        ("12:30", ""),
    ],
)
def test_what_a_filter_finds(text: str, found: str) -> None:
    day = town()
    holds = CaseFilter(text, day.cases, NAMES, "eva", REPLIES.get)
    cases = CaseList(day.cases, holds)
    while cases.look():
        pass
    assert [case.id for case in cases.part(0, 99)] == [f"c-x-{id_}" for id_ in found.split()]
    assert cases.total == len(found.split())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("label:nothing", "unknown label 'nothing'"),
        ("state:wating", "unknown state 'wating': did you mean 'waiting'?"),
        ("sate:new", "unknown field 'sate:': did you mean 'state'?"),
        ("reach:many", "can't read 'reach:many'"),
        ("has:cake", "unknown 'has:' 'cake'"),
        ("tag:", "'tag:' needs a value, such as tag:vip"),
        ("!", "'!' needs a word behind it"),
        ("~ab", "too short to be fuzzy"),
    ],
)
def test_a_bad_filter_is_one_plain_line(text: str, said: str) -> None:
    with pytest.raises(FilterError) as raised:
        CaseFilter(text, Town().cases, NAMES, "eva")
    assert said in str(raised.value)


def test_a_list_follows_what_changes_and_only_then() -> None:
    day = town()
    day.cases.changes()
    shown = CaseList(day.cases, CaseFilter("state:late", day.cases, NAMES, "eva"))
    queue = QueueList(day.cases)
    while shown.look():
        pass
    versions = shown.version, queue.version
    for minute in (5, 6, 31):
        day.pass_time(minute)
        changes = day.cases.changes()
        for one in (shown, queue):
            one.note([*(case.id for case in changes.cases), *changes.gone])
            one.look()
        if minute == 5:
            assert (shown.version, queue.version) == versions
    assert [case.id for case in shown.part(0, 9)] == ["c-x-2", "c-x-1"]
    day.act("answered", "c-x-2")
    shown.note(case.id for case in day.cases.changes().cases)
    shown.look()
    assert [case.id for case in shown.part(0, 9)] == ["c-x-1"]


def test_every_word_of_the_filter_is_described() -> None:
    page = (Path(__file__).parents[3] / "docs" / "agents.md").read_text("utf-8")
    section = page.split("## Cases")[1].split("\n## ")[0]
    words = [f"{field}:" for field in FIELDS]
    words += [f"state:{state}" for state in (*STATES, *GROUPS, "late", "taken") if state != "queue"]
    words += [f"has:{name}" for name in HAS]
    assert [word for word in words if f"`{word}" not in section] == []


def test_the_head_of_a_long_list_is_there_after_the_first_look() -> None:
    day = Town()
    day.see(*(post(str(n), n / 60, f"a{n}", "praise") for n in range(2_000)))
    day.see(post("wire", 50, "last", "hazard"))
    shown = CaseList(day.cases, CaseFilter("state:all", day.cases, NAMES, "eva"))
    assert shown.look()
    assert [case.id for case in shown.part(0, 3)] == ["c-x-wire", "c-x-0", "c-x-1"]
    assert shown.total < 2_001
    while shown.look():
        pass
    assert shown.total == 2_001
