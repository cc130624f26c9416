"""Rates: the same however posts are batched."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from desk.feeds import Batch
from desk.health import FeedGauge, MinuteRate, list_health, silent_since
from desk.oms.gauge import ListGauge


def rate(batch: int, every_s: int, last_s: int) -> float:
    """Posts a minute after a post each `every_s` seconds up to `last_s`, in batches."""
    meter = MinuteRate()
    seconds = list(range(0, last_s + 1, every_s))
    for start in range(0, len(seconds), batch):
        part = seconds[start : start + batch]
        meter.count(Counter(part), datetime.fromtimestamp(part[-1], UTC))
    return meter.per_minute()


@pytest.mark.parametrize("batch", [1, 7, 128, 5_000])
@pytest.mark.parametrize("last_s", [59, 150, 5_000])
def test_a_post_a_second_is_sixty_a_minute_at_any_batch_size(batch: int, last_s: int) -> None:
    assert rate(batch, 1, last_s) == 60


def test_the_first_post_is_no_burst() -> None:
    assert rate(1, 10, 0) == 1


def test_a_quiet_feed_has_a_low_rate() -> None:
    assert rate(1, 150, 6_000) == pytest.approx(0.4)


def test_the_utilitys_own_list_does_not_keep_a_desk_from_being_silent() -> None:
    listed, feed = ListGauge("odin+https://list.example/records"), FeedGauge("file:posts.jsonl")
    feed.arrived(Batch((), "1"), 0.0)
    listed.took(7, 0)
    rows = [feed.health(feed._began_s + 400.0), list_health(listed, feed._began_s + 400.0)]
    assert [row.outages for row in rows] == [None, 7]
    assert silent_since(rows) == rows[0].since
    assert silent_since(rows[1:]) is None  # a desk without feeds is no silent one
