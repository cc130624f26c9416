"""Faults: what options and files say of them, and what they do to the records of a stream."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.post import Post
from simulator.errors import FaultError
from simulator.platforms.faults import KINDS, Fault, Faults, read_file, read_option
from simulator.platforms.line import MOST_HELD, CutError, Line, Shuffle, mangled
from simulator.platforms.stage import Staged
from simulator.truth import PostTruth, Told

NAMES = ("bluesky", "mastodon", "x")
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
END = b"\r\n"


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("drop=0.001", Fault(kind="drop", amount=0.001)),
        ("429=0.05@30-60", Fault(kind="429", amount=0.05, from_min=30, to_min=60)),
        (
            "x:stall=2/min,45s",
            Fault(kind="stall", amount=2, per="minute", platform="x", seconds=45),
        ),
        ("slow=2000@10-", Fault(kind="slow", amount=2000, from_min=10)),
        ("mastodon:skew=-90", Fault(kind="skew", amount=-90, platform="mastodon")),
    ],
)
def test_an_option_says_a_fault(words: str, fault: Fault) -> None:
    assert read_option(words, NAMES) == fault


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("drop", "write [PLATFORM:]KIND=AMOUNT"),
        ("dorp=0.1", "unknown fault: did you mean 'drop'"),
        ("drop=2", "valid is a chance from 0 to 1"),
        ("drop=nan", "write [PLATFORM:]KIND"),
        ("slow=0", "1 byte a second"),
        ("slow=5/min", "no rate a minute"),
        ("mastdon:drop=0.1", "unknown platform 'mastdon': did you mean 'mastodon'"),
        ("429=0.1@60-30", "the end lies before the beginning"),
    ],
)
def test_what_is_no_fault_is_said_with_the_mend(words: str, said: str) -> None:
    with pytest.raises(FaultError, match="--fault") as error:
        read_option(words, NAMES)
    assert said in str(error.value)


def test_a_file_says_many_and_all_that_is_wrong_with_it(tmp_path: Path) -> None:
    path = tmp_path / "faults.toml"
    path.write_text('[[fault]]\nkind = "429"\namount = 0.1\nfrom = 5\nto = 10\nplatform = "x"\n')
    assert read_file(path, NAMES) == (
        Fault(kind="429", amount=0.1, from_min=5, to_min=10, platform="x"),
    )
    path.write_text('[[fault]]\nkind="drop"\namount=7\n[[fault]]\nkind="slow"\namount=0\n')
    with pytest.raises(FaultError) as error:
        read_file(path, NAMES)
    assert [line.split(": ")[1] for line in str(error.value).splitlines()] == ["fault 1", "fault 2"]
    path.write_text('[[fault]]\nkind="flood"\namount=7\n')
    with pytest.raises(FaultError, match="valid kinds are drop, stall"):
        read_file(path, NAMES)
    with pytest.raises(FaultError, match="No such file"):
        read_file(tmp_path / "none.toml", NAMES)
    path.write_text("[[fault", encoding="utf-8")
    with pytest.raises(FaultError, match="not TOML: "):
        read_file(path, NAMES)


CUT_OFTEN = 0.05
"""A client that is cut off more often than it comes ahead never sees the end."""

ANY_FAULT = st.builds(
    Fault,
    kind=st.sampled_from([kind for kind in KINDS if kind not in {"stall", "slow"}]),
    amount=st.floats(0, CUT_OFTEN),
    per=st.sampled_from(["each", "minute"]),
    from_min=st.floats(0, 30),
    to_min=st.none() | st.floats(30, 60),
)


def staged(number: int) -> Staged:
    at = NOON + timedelta(seconds=number * 0.4)
    post = Post(id=str(number), channel="x", text="", created_at=at)
    return Staged(number, Told(post, PostTruth(post.id, (), None, None, False, None)))


async def _streamed(faults: tuple[Fault, ...], seed: int, posts: int) -> list[bytes]:
    """What a client has that connects again behind a rewind after each cut, and asks again."""
    came: list[bytes] = []
    minute = 0.0
    told = Faults(faults, seed=seed, minute=lambda: minute)

    async def write(frame: bytes) -> None:
        came.append(frame)

    number = 0
    while True:
        dice = told.dice("x")
        async with Line("x", write, None, dice, END) as line:
            try:
                for at in range(number, posts):
                    minute = at / 10
                    number = at
                    await line.send(b'{"number": %d}' % at + END, staged(at))
            except CutError:
                came.append(END)
                number = max(0, number - MOST_HELD)  # a client goes back by what may be late
                continue
            return came + line.rest()


@given(st.lists(ANY_FAULT, max_size=4).map(tuple), st.integers(0, 1000))
@settings(max_examples=60, deadline=None)
async def test_under_any_faults_every_record_comes_and_garbage_is_never_one(
    faults: tuple[Fault, ...], seed: int
) -> None:
    came = await _streamed(faults, seed, 60)
    assert came == await _streamed(faults, seed, 60)
    good, bad = [], 0
    # a client reads lines, however they were cut
    for line in b"".join(came).split(END):
        try:
            good.append(msgspec.json.decode(line, type=dict[str, int])["number"])
        except msgspec.MsgspecError:
            bad += 1
    assert set(good) == set(range(60))
    if not faults:
        assert good == list(range(60))
        assert bad == 1  # behind the last end


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 7)), max_size=60))
def test_what_is_late_comes_once_and_is_never_late_by_much(steps: list[tuple[int, int]]) -> None:
    shuffle: Shuffle[str] = Shuffle()
    at, out, times = NOON, [], {}
    for number, (seconds, late_by) in enumerate(steps):
        at += timedelta(seconds=seconds)
        times[str(number)] = at
        out += shuffle.put(str(number), at, late_by, 2.0)
    out += shuffle.rest()
    assert sorted(map(int, out)) == list(range(len(steps)))
    for place, late in enumerate(out):
        assert place - int(late) <= MOST_HELD
        overtaken = [times[each] - times[late] for each in out[:place] if int(each) > int(late)]
        assert all(ahead <= timedelta(seconds=2) for ahead in overtaken)


@given(st.dictionaries(st.text(max_size=9), st.text(max_size=40), max_size=4), st.integers())
def test_garbage_is_no_record_and_ends_where_it_ends(record: dict[str, str], seed: int) -> None:
    frame = msgspec.json.encode(record | {"id": "1234567890"})
    made = mangled(frame + END, random.Random(seed), END)
    assert made.endswith(END)
    assert made.count(END) == 1
    with pytest.raises(ValueError, match=r"."):
        msgspec.json.decode(made)
    with pytest.raises(ValueError, match=r"."):
        msgspec.json.decode(mangled(frame.decode(), random.Random(seed), ""))


def test_a_clock_that_is_wrong_for_a_while_shows_other_times() -> None:
    faults = Faults([Fault(kind="skew", amount=-90, platform="x", from_min=10, to_min=20)])
    inside = NOON + timedelta(minutes=15)
    assert faults.shown("x", inside, NOON) == inside - timedelta(seconds=90)
    assert faults.shown("x", NOON, NOON) == NOON
    assert faults.shown("mastodon", inside, NOON) == inside
