from __future__ import annotations

from simulator.realism.incidents import Incident, quantile, sizes


def at_hours(*hours: float) -> list[Incident]:
    return [Incident(hour * 3600, hour * 3600 + 7200, 1) for hour in hours]


def test_starts_are_counted_by_the_hour() -> None:
    busy = at_hours(*[5.2] * 12, 0.1, 1.9, 2, 3, 3.5, 4, 4.1)
    found = sizes(busy, 6)
    assert found.count == 19
    assert found.starts_ratio == 12 / 1.5


def test_an_hour_without_a_start_counts_too() -> None:
    assert sizes(at_hours(1, 1, 2), 3).starts_ratio == 2.0
    assert sizes(at_hours(1, 1), 24).starts_ratio is None


def test_sizes_are_those_of_more_than_one_customer_and_durations_of_all() -> None:
    every = [Incident(0, 3600 * n, n) for n in range(1, 101)]
    found = sizes(every, 24)
    assert found.share_above_one == 0.99
    assert found.customers_p50 == 51
    assert found.customers_p99 == 100
    assert found.duration_p50_h == 51.0
    assert found.duration_p90_h == 91.0


def test_nothing_is_measured_of_nothing() -> None:
    found = sizes([], 24)
    assert found.count == 0
    assert (found.share_above_one, found.customers_p50) == (None, None)
    assert quantile([], 0.5) is None
