from __future__ import annotations

from datetime import timedelta

import pytest

from desk.post import Author, Geo
from simulator.realism.curve import Shape
from simulator.realism.posts import Authors, Tally, mixes
from simulator.realism.reading import Line
from simulator.storm_file import load_storm
from simulator.truth import PostTruth

STORM = load_storm("hurricane")
SHAPE = Shape(1000, 10 * 3600.0, 4 * 3600.0, 6.0, None, {})


def line(number: int, hour: float = 5, channel: str = "x", **more: object) -> Line:
    author = Author(f"{channel}-{number}", f"h{number}")
    at = STORM.starts_at + timedelta(hours=hour)
    fields = {"text": "no power", "author": author} | more
    return Line(id=f"p{number}", channel=channel, created_at=at, **fields)  # type: ignore[arg-type]


def truth(
    number: int, *labels: str, outage: str | None = "t-1", trap: str | None = None
) -> PostTruth:
    return PostTruth(f"p{number}", labels, outage, None, False, trap)


def test_authors_are_counted_and_of_many_a_fair_part() -> None:
    few, many = Authors(), Authors(most=500)
    for number in range(4000):
        for _ in range(1 + (number % 4 == 0)):
            few.add(f"x:{number}")
            many.add(f"x:{number}")
    assert few.figures() == (1.25, 0.75, 2)
    mean, once, p99 = many.figures()
    assert mean == pytest.approx(1.25, abs=0.06)
    assert once == pytest.approx(0.75, abs=0.06)
    assert p99 == 2
    assert Authors().figures() == (None, None, None)


def test_the_mix_of_channels_by_phase_is_that_of_own_words_on_outages() -> None:
    tally = Tally(STORM, SHAPE)
    tally.add(line(1, hour=1, channel="facebook"), truth(1, "outage"))
    tally.add(line(2), truth(2, "outage"))
    tally.add(line(3, channel="facebook"), truth(3, "etr"))
    tally.add(line(4, hour=11, channel="facebook"), truth(4, "outage"))
    tally.add(line(5), truth(5, "outage", "news"))
    tally.add(line(6, repost_of="p2"), truth(6, "outage"))
    tally.add(line(7), truth(7, outage=None))
    found = {mix.phase: (mix.posts, mix.channels) for mix in mixes(tally)}
    assert found == {
        "before": (1, {"facebook": 1.0}),
        "rise": (2, {"x": 0.5, "facebook": 0.5}),
        "after": (1, {"facebook": 1.0}),
    }
    assert tally.about == 4
    assert tally.share_of("x", "after") == 0.0
    assert Tally(STORM, None).share_of("x", "rise") is None


def test_background_is_what_has_no_label_or_sets_a_trap() -> None:
    tally = Tally(STORM, SHAPE)
    tally.add(line(1, geo=Geo(35, -78)), truth(1, outage=None))
    tally.add(line(2), truth(2, "outage", outage=None, trap="elsewhere"))
    tally.add(line(3), truth(3, "outage"))
    assert (tally.posts, tally.background, tally.outage, tally.coordinates) == (3, 2, 1, 1)


def test_posts_to_the_utility_are_peoples_own_ones() -> None:
    handle = STORM.utility.handle
    tally = Tally(STORM, SHAPE)
    tally.add(line(1, mentions=(handle,)), truth(1, "etr"))
    tally.add(line(2, text=f"@{handle.upper()} when?"), truth(2, "etr"))
    tally.add(line(3, mentions=(handle,), repost_of="p1"), truth(3, "etr"))
    own = Author("x-utility", handle)
    tally.add(line(4, author=own, mentions=(handle,)), truth(4, "news"))
    assert tally.addressed == 2
    assert tally.on_x_again == 1
    assert tally.authors.figures()[0] == 1.0
