"""The sample of posts without a label: all of a quiet day, and a day of a busy one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from desk.sampling import SAMPLED, Sampling

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def taken(every_s: float, hours: float) -> list[datetime]:
    sampling = Sampling()
    posts = (NOON + timedelta(seconds=n * every_s) for n in range(int(hours * 3600 / every_s)))
    return [at for at in posts if sampling.takes(at)]


def test_every_post_of_a_quiet_day_is_kept() -> None:
    assert len(taken(every_s=10, hours=24)) == 24 * 360


def test_the_newest_of_a_busy_day_reach_back_a_day() -> None:
    newest = taken(every_s=1, hours=30)[-SAMPLED:]
    assert timedelta(hours=23) <= newest[-1] - newest[0] <= timedelta(hours=25)


def test_four_hundred_at_once_are_kept_and_then_as_many_an_hour() -> None:
    sampling = Sampling()
    assert sum(sampling.takes(NOON) for _ in range(1_000)) == 417
    assert not sampling.takes(NOON)
    assert sampling.takes(NOON + timedelta(seconds=9))
