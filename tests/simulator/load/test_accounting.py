from __future__ import annotations

import pytest

from simulator.load.accounting import Account, Judgement, macro_f1, mask
from simulator.load.latency import Latencies


def test_what_is_not_accounted_for_is_lost() -> None:
    assert Account(sent=10, labelled=3, unlabelled=4, refused=1, backlog=2).lost == 0
    assert Account(sent=10, labelled=3, unlabelled=4, refused=1, backlog=0).lost == 2


def test_labels_are_judged_by_the_truth() -> None:
    judgement = Judgement()
    outage, hazard = mask(["outage"]), mask(["hazard"])
    judgement.count(outage, outage, 6)
    judgement.count(outage, 0, 2)
    judgement.count(0, outage | hazard, 1)
    judgement.count(0, 0, 91)
    figures = judgement.figures()
    assert judgement.posts == 100
    assert figures["outage"].precision == pytest.approx(6 / 7, abs=1e-4)
    assert figures["outage"].recall == 0.75
    assert figures["outage"].support == 8
    assert figures["hazard"].f1 is None
    assert macro_f1(figures) == figures["outage"].f1
    assert "praise" not in figures


def test_percentiles_are_right_to_a_thousandth() -> None:
    latencies = Latencies()
    assert latencies.percentiles().p99 is None
    for value_ms in range(1, 1001):
        latencies.record(value_ms / 1000)
    more = Latencies()
    more.record(7.0, 10)
    latencies.add(more)
    found = latencies.percentiles()
    assert found.count == 1010
    assert found.p50 == pytest.approx(505, rel=0.002)
    assert found.p999 == pytest.approx(7000, rel=0.001)
    assert found.worst == pytest.approx(7000, rel=0.001)
