"""Whom a reply can reach, whom it names, and that it is counted as it goes out."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.accounts import Own
from desk.post import Author, Post
from desk.replies.errors import ReplyError
from desk.replies.measure import measure
from desk.replies.reach import strangers
from desk.replies.reply import Reply
from tests.desk.replies.bench import NOON, Bench, account_of

TEXT = "We know of it and crews are on it"
X_ON = """
[[account]]
channel = "x"
handle = "Power"
on = true
secret = "env:STORMDESK_TEST"
"""


def on_x(folder: Path, *, on: bool = True, exercise: bool = False) -> Bench:
    """A desk whose account on X is switched on; the first of its people has mentioned it."""
    (folder / "accounts.toml").write_text(X_ON.replace("true", str(on).lower()))
    bench = Bench(settings=folder, exercise=exercise)
    bench.people(["no power in Alderton"], 0, mentions=("@power",))
    bench.people(["no power in Alderton"] * 12, 1)
    return bench


def test_on_x_only_who_has_summoned_the_account_is_answered(tmp_path: Path) -> None:
    bench = on_x(tmp_path)
    summoned, other = bench.case(0), bench.case(1)
    writing = bench.replies.writing
    assert writing.out_of_reach(summoned) == ()
    (problem,) = writing.out_of_reach(other)  # before a word is written
    assert (problem.kind, problem.blocks) == ("channel", True)
    assert "mentioned @Power" in problem.words
    assert problem in writing.problems(other, TEXT, bench.facts(other))
    assert bench.send(summoned, TEXT).state == "queued"
    with pytest.raises(ReplyError, match="mentioned @Power") as caught:
        bench.send(other, TEXT, anyway=True)
    assert caught.value.kind == "channel"


def test_for_everybody_those_out_of_reach_are_passed_over_with_the_reason(tmp_path: Path) -> None:
    bench = on_x(tmp_path)
    planned = bench.plan("outage-no-etr")
    assert len(planned.answers) == 1
    assert len(planned.passed_over) == 12
    assert all("mentioned @Power" in reason for _, reason in planned.passed_over)


@pytest.mark.parametrize(("on", "exercise"), [(False, False), (True, True)])
def test_what_goes_to_the_dry_run_reaches_whoever_it_likes(
    tmp_path: Path, on: bool, exercise: bool
) -> None:
    bench = on_x(tmp_path, on=on, exercise=exercise)
    assert bench.replies.writing.out_of_reach(bench.case(1)) == ()
    assert bench.send(bench.case(1), TEXT).state == "queued"


def test_nobody_can_be_answered_in_a_newsfeed(bench: Bench) -> None:
    bench.people(["no power in Alderton"], 5, channel="rss")
    (problem,) = bench.replies.writing.out_of_reach(bench.case(12))
    assert (problem.kind, problem.words) == ("channel", "nobody can be answered in rss")


POWER = Own([account_of("mastodon:power@our.example")])
ANN = Post(
    id="1",
    channel="mastodon",
    author=Author(id="a", handle="ann@town.example"),
    text="",
    created_at=NOON,
)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Hello @ann@town.example, we know", []),
        ("Hello @ann", ["names @ann, who"]),  # another one, on our own server
        ("Hello @Ann@town.example, write to @power@our.example or help@our.example.", []),
        ("as @bob@town.example says", ["names @bob@town.example, who is not the one you answer"]),
        ("@bob and @cid.", ["names @bob, who", "names @cid, who"]),
        ("@a1 @b2 @c3 @d4", ["names 4 others, who all hear of it"]),
        ("https://social.example/@bob/1 and a@b.example", []),
    ],
)
def test_whoever_else_a_text_names_is_a_warning(text: str, named: list[str]) -> None:
    found = list(strangers(text, "mastodon", POWER, ANN))
    assert len(found) == len(named)
    for problem, words in zip(found, named, strict=True):
        assert problem.words.startswith(words)
        assert (problem.kind, problem.blocks) == ("mention", False)
        assert text[problem.start] == "@"


def test_a_stranger_in_a_text_must_be_seen_before_it_is_sent(bench: Bench) -> None:
    with pytest.raises(ReplyError, match="names @bob"):
        bench.send(bench.case(), f"{TEXT}, says @bob")
    assert bench.send(bench.case(), f"{TEXT}, says @bob", anyway=True).state == "queued"


def test_on_mastodon_the_name_in_front_counts_and_a_text_that_fits_goes_out_whole() -> None:
    bench = Bench()
    author = Author(id="z", handle="zoe@town.example")
    bench.people(["no power in Alderton"], 0, channel="mastodon", author=author)
    case = bench.case()
    writing = bench.replies.writing
    assert writing.mention(case) == "@zoe@town.example"
    room = 500 - len("@zoe ")
    fits, long = "We know of it. " + "a" * (room - 15), "We know of it. " + "a" * (room - 14)
    assert writing.length(case, fits) == 500
    facts = bench.facts(case)
    assert not [p for p in writing.problems(case, fits, facts) if p.kind == "length"]
    (problem,) = [p for p in writing.problems(case, long, facts) if p.kind == "length"]
    assert "501 of 500" in problem.words
    reply: Reply = bench.send(case, fits, anyway=True)
    assert measure(f"@zoe@town.example {reply.text}", "mastodon") == 500
