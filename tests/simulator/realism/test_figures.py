from __future__ import annotations

import pytest

from simulator.realism.figures import KINDS, Figure, Range, figures, kind_of
from simulator.storm_file import built_in, load_storm


def test_every_range_is_one_and_has_its_source() -> None:
    assert len({figure.id for figure in figures()}) == len(figures())
    for figure in figures():
        for each in figure.range:
            assert each.low < each.high, figure.id
            assert each.source, figure.id
            if figure.unit == "%":
                assert 0 <= each.low < each.high <= 1, figure.id


def test_every_built_in_storm_is_of_a_kind_with_published_figures() -> None:
    for name in built_in():
        storm = load_storm(name)
        kind = kind_of(storm)
        assert kind in KINDS
        held = [f for f in figures() if f.published(kind, "en", storm.hours, "firehose")]
        assert len(held) >= 12, name


def test_kinds_of_the_oldest_storms() -> None:
    assert kind_of(load_storm("hurricane")) == "wind"
    assert kind_of(load_storm("flood")) == "flood"
    assert kind_of(load_storm("blackout")) == "blackout"


def ratio(*hours: int) -> Figure:
    ranges = tuple(
        Range(low=hour, high=hour + 1, source="a storm", kinds=("wind",), hours=hour)
        for hour in hours
    )
    return Figure(id="r", group="g", title="t", unit=": 1", range=ranges)


@pytest.mark.parametrize(("day_h", "window_h"), [(24, 24), (47, 24), (48, 48), (200, 96), (6, 24)])
def test_the_longest_window_within_the_day_counts(day_h: float, window_h: int) -> None:
    published = ratio(96, 24, 48).published("wind", "en", day_h, "firehose")
    assert published is not None
    assert published.hours == window_h


def test_no_range_of_another_kind_language_or_stream() -> None:
    figure = ratio(24)
    assert figure.published("ice", "en", 24, "firehose") is None
    english = Range(low=0, high=1, source="a set", languages=("en",))
    figure = Figure(id="r", group="g", title="t", unit="%", range=(english,), stream="firehose")
    assert figure.published("ice", "en", 24, "firehose") is english
    assert figure.published("ice", "it", 24, "firehose") is None
    assert figure.published("ice", "en", 24, "addressed") is None
