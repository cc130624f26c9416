"""What is said at each moment of an outage, by weight; its words are the grammars' matter."""

from __future__ import annotations

from bisect import bisect_right

from simulator.draft import Scene
from simulator.odds import Odds
from simulator.restoration import Outage

LONG_WAIT_H = 2.0
PARTLY_S = 600.0
"""A return that long before the last one leaves people behind who notice."""

_ODDS = {
    "loss": {"loss": 62.0, "flicker": 3.0, "ask": 14.0, "hazard": 9.0, "vulnerable": 2.0,
             "angry": 3.0, "etr": 3.0},
    "flicker": {"flicker": 1.0},
    "wait": {"loss": 24.0, "etr": 40.0, "angry": 13.0, "hazard": 8.0, "vulnerable": 5.0,
             "helpline": 5.0, "flicker": 2.0},
    "long": {"still": 36.0, "etr": 28.0, "angry": 17.0, "vulnerable": 7.0, "hazard": 4.0,
             "helpline": 4.0, "claim": 3.0, "crews": 4.0},
    "late": {"still": 26.0, "etr": 18.0, "etr_missed": 24.0, "angry": 17.0, "vulnerable": 6.0,
             "hazard": 2.0, "helpline": 4.0, "claim": 4.0, "crews": 4.0},
    "missed": {"etr_missed": 68.0, "angry": 16.0, "etr": 16.0},
    "wrong": {"wrong_back": 78.0, "angry": 12.0, "etr": 10.0},
    "planned": {"planned_off": 80.0, "etr": 20.0},
    "back": {"back": 52.0, "thanks": 32.0, "back_angry": 8.0, "claim": 3.0, "crews": 5.0},
    "dark": {"loss": 70.0, "ask": 12.0, "vulnerable": 6.0, "angry": 3.0, "etr": 9.0},
    "dark_wait": {"still": 46.0, "etr": 24.0, "vulnerable": 10.0, "angry": 14.0, "helpline": 6.0},
    "partly": {"back": 46.0, "thanks": 20.0, "left_out": 20.0, "nested_out": 14.0},
    "behind": {"nested_out": 46.0, "still": 24.0, "etr": 18.0, "angry": 12.0},
}  # fmt: skip

MENTIONS = {"etr": 0.4, "angry": 0.35, "helpline": 0.5, "claim": 0.5, "thanks": 0.35,
            "left_out": 0.3, "crews": 0.2, "vulnerable": 0.3, "etr_missed": 0.5,
            "wrong_back": 0.65, "nested_out": 0.3, "planned_off": 0.35}  # fmt: skip
"""Chance that a post of this act names the utility's account."""

RARELY_MENTIONS = 0.1
# Outside what can be seen of ice and water, a hazard is named by what broke.
_BY_WEATHER = {"ice": ("hazard_ice", 0.45), "rain": ("hazard_flood", 0.3)}


class Moments:
    """Chooses acts; those that a grammar of the storm has no texts for are left out."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._odds = {
            moment: Odds(**({a: w for a, w in odds.items() if a == "hazard" or scene.can(a)}
                            or {"loss": 1.0}))
            for moment, odds in _ODDS.items()
        }  # fmt: skip

    def act(self, kind: str, outage: Outage, at_s: float, lost_s: float, share: float) -> str:
        """What somebody says at a moment of `kind`; `share` is drawn from 0-1."""
        moment = self._moment(kind, outage, at_s, lost_s)
        if self._scene.dark(outage.zone.number, at_s):
            # Nothing is broken here, and nobody is better off than the neighbours.
            moment = {"loss": "dark", "missed": moment}.get(kind, "dark_wait")
        return self._odds[moment].at(share)

    def _moment(self, kind: str, outage: Outage, at_s: float, lost_s: float) -> str:
        if kind == "back":
            return "partly" if at_s < outage.restored_s - PARTLY_S else "back"
        if outage.planned and kind in {"loss", "wait"}:
            return "planned"
        if kind != "wait":
            return kind
        if outage.back and outage.back[0][0] < at_s:
            return "behind"
        promised = [estimate for estimate in outage.etrs if estimate.at_s <= at_s]
        if promised and promised[-1].due_s < at_s:
            return "late"
        return "long" if at_s - lost_s > LONG_WAIT_H * 3600 else "wait"

    def hazard(self, outage: Outage, share: float) -> str:
        """The hazard that somebody sees at an outage; `share` is drawn from 0-1."""
        act, chance = _BY_WEATHER.get(self._scene.weather_word, ("", 0.0))
        if share < chance and self._scene.can(act):
            return act
        act = f"hazard_{outage.cause}"
        # A collapse of the system breaks nothing that anybody could see.
        return act if outage.cause and self._scene.can(act) else "ask"


def promised(outage: Outage, at_s: float) -> tuple[float, float] | None:
    """(the last promise, the one before) in seconds, as published by `at_s`."""
    count = bisect_right([estimate.at_s for estimate in outage.etrs], at_s)
    if not count:
        return None
    return outage.etrs[count - 1].due_s, outage.etrs[max(0, count - 2)].due_s
