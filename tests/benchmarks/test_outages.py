"""Outside the suite: are the other ways to cluster used rightly, is a day kept as it was made?"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from outages_baselines import CONTENDERS, Report, threshold
from outages_days import Cache, shipped
from outages_methods import oracle, product
from outages_table import PRODUCT, Result, musts, rows

from desk.outages.score import Tally, predictions, score

HOUR_S = 3600


def report(at_s: int, author: int, place: str = "alder", x_km: float = 0.0) -> Report:
    """Someone lacks power; places lie on a line."""
    return Report(at_s, f"x:{author}", place, 35.0, -79.0 + x_km / 91, x_km, 0.0)


@pytest.fixture(params=CONTENDERS)
def contender(request: pytest.FixtureRequest) -> str:
    module = {"DBSCAN": "sklearn", "DBSTREAM": "river"}.get(request.param)
    if module is not None:
        pytest.importorskip(module)
    return str(request.param)


def test_two_towns_are_two_outages_and_one_loud_author_is_none(contender: str) -> None:
    way = CONTENDERS[contender]
    many = [report(60 * n, n) for n in range(20)]
    far = [report(60 * n + 30, 100 + n, "birch", 90.0) for n in range(20)]
    loud = [report(60 * n + 40, 999, "cedar", 200.0) for n in range(20)]
    reports = sorted([*many, *far, *loud], key=lambda each: each.at_s)
    found = way.tell(reports, **way.best)
    assert sorted(min(each.communities) for each in found) == ["alder", "birch"]
    assert all(each.until - each.likely_at <= timedelta(hours=1) for each in found)


def test_a_silent_day_ends_it(contender: str) -> None:
    way = CONTENDERS[contender]
    first = [report(60 * n, n) for n in range(20)]
    again = [report(12 * HOUR_S + 60 * n, 50 + n) for n in range(20)]
    found = way.tell([*first, *again], **way.best)
    assert len(found) == 2
    assert way.tell([], **way.best) == []


def test_a_threshold_opens_with_the_author_who_reaches_it() -> None:
    reports = [report(300 * n, n // 2) for n in range(8)]
    (found,) = threshold(reports, authors=3)
    assert found.likely_at.timestamp() == 1200
    assert found.until.timestamp() == HOUR_S
    assert threshold(reports, authors=5) == []


def test_a_day_is_made_once_and_told_by_desk_and_oracle(tmp_path: Path) -> None:
    day = shipped("thunderstorms", 2, 3.5, 0.4, 0.0)
    kept = Cache(tmp_path).get(day)
    assert Cache(tmp_path).get(day) == kept
    known = kept.known()
    told = {desk: score(desk(kept).changes, known.truth()) for desk in (product, oracle)}
    assert all((result.f1 or 0) > 0.5 for result in told.values())
    assert predictions(product(kept).changes) == predictions(product(kept).changes)


def test_storms_are_added_up_and_calm_days_stay_apart() -> None:
    flood = Tally(3, 4, 3, (1.0, 2.0, 3.0), (0.0, 0.0, 0.0), 2.0)
    calm = Tally(0, 2, 0, (), (), 1.0)
    results = [
        Result("flood", 1, PRODUCT, flood, 0.1),
        Result("flood", 2, PRODUCT, flood, 0.1),
        Result("calm", 1, PRODUCT, calm, 0.1),
    ]
    told = {(row.storm, row.seed): row.score for row in rows(results)}
    assert told["flood", None].predicted == 8
    assert told[None, None].precision == 0.75
    assert told["calm", None].false_per_day == 2.0
    goals = {goal.what: goal.met for goal in musts(rows(results))}
    assert goals == {
        "precision >= 0.95": False,
        "recall >= 0.95": True,
        "delay p50, min <= 6": True,
    }
