from __future__ import annotations

from statistics import mean

import pytest

from simulator.storm import Storm
from simulator.storm_file import load_storm
from simulator.weather import Bulletin, bulletins

PLACES = tuple((33.5 + n / 2, -83.5 + m / 2) for n in range(7) for m in range(16))


def said(name: str, seed: int = 7) -> tuple[Bulletin, ...]:
    return bulletins(load_storm(name, seed=seed), PLACES)


@pytest.mark.parametrize(
    ("name", "hazard"), [("hurricane", "wind"), ("thunderstorms", "thunder"), ("ice-storm", "ice")]
)
def test_a_storm_is_foreseen_warned_of_and_called_over(name: str, hazard: str) -> None:
    kinds = [bulletin.kind for bulletin in said(name) if bulletin.hazard == hazard]
    assert kinds[0] == "outlook"
    assert kinds[-1] == "all_clear"
    assert [*dict.fromkeys(kinds)] == ["outlook", "watch", "warning", "all_clear"]
    assert kinds.count("warning") > 1


def test_bulletins_come_in_the_order_of_time_and_speak_of_zones_that_exist() -> None:
    made = said("hurricane")
    assert list(made) == sorted(made)
    assert {bulletin.hazard for bulletin in made} == {"wind", "flood"}
    for bulletin in made:
        assert bulletin.zones
        assert set(bulletin.zones) <= set(range(len(PLACES)))
        assert bulletin.from_s < bulletin.to_s
        if bulletin.kind == "all_clear":
            assert bulletin.at_s > bulletin.to_s


def test_a_calm_day_has_nothing_to_foresee() -> None:
    assert said("calm") == ()


def test_the_error_grows_with_the_lead_time() -> None:
    def missed(early: bool) -> float:
        shares = []
        for seed in range(8):
            made = [b for b in said("hurricane", seed) if b.hazard == "wind"]
            truth = set(made[-1].zones)
            before = [b for b in made if b.kind in {"outlook", "watch", "warning"} and b.at_s < 0]
            seen = set((before[0] if early else before[-1]).zones)
            shares.append(len(truth ^ seen) / len(truth))
        return mean(shares)

    assert missed(early=True) > 1.3 * missed(early=False)


def test_the_same_seed_says_the_same() -> None:
    assert said("ice-storm") == said("ice-storm")
    assert said("ice-storm") != said("ice-storm", seed=8)


def test_a_storm_that_is_nowhere_near_is_not_spoken_of() -> None:
    storm: Storm = load_storm("thunderstorms")
    assert bulletins(storm, ((10.0, 10.0),)) == ()
