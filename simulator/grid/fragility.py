"""How likely a device has failed by each look at the weather: fragility curves of four hazards.

A curve is a lognormal of the worst so far: gust, rain of the day, and ice with the wind on it (the
idea of the Sperry-Piltz index: the same ice does far more harm in wind). Lightning is an even
chance for each strike nearby. Risks add up as exponents: a device survives all of them or none.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from simulator.storm import GridPlan
from simulator.weather import CALM, STEP_S, Conditions

HARMLESS = 3.2
"""So many spreads below the median no device fails."""

ICE_WIND_KMH = 60.0
"""The gust that doubles the harm of ice."""


class Risk(NamedTuple):
    """Exponents so far: a device has failed with the chance 1 - exp(-sum)."""

    wind: float
    rain: float
    ice: float
    lightning: float

    @property
    def total(self) -> float:
        """All hazards together."""
        return self.wind + self.rain + self.ice + self.lightning

    def chance(self, weaker: float = 1.0) -> float:
        """The chance that a device `weaker` times as endangered as a lateral has failed."""
        return 1 - math.exp(-weaker * self.total)


NONE = Risk(0.0, 0.0, 0.0, 0.0)


def risks(plan: GridPlan, series: tuple[Conditions, ...], shelter: float) -> list[Risk]:
    """The risk by the end of each step of `series`, up to the last one that adds to it.

    `shelter` multiplies what devices of this place withstand. Empty where nothing endangers them.
    """
    rows: list[Risk] = []
    last = NONE
    wind = worst_kmh = wet_mm = ice_mm = load_mm = strikes_km2 = 0.0
    grows_until = 0
    for step, here in enumerate(series):
        # What is over adds nothing: most of a day of days is calm.
        if here is not CALM:
            hours = STEP_S / 3600
            wet_mm += here.rain_mm_h * hours
            ice_mm += here.ice_mm_h * hours
            load_mm = max(load_mm, ice_mm * (1 + (here.gust_kmh / ICE_WIND_KMH) ** 2))
            strikes_km2 += here.lightning_km2_h * hours
            if here.gust_kmh > worst_kmh:
                worst_kmh = here.gust_kmh
                wind = _exponent(worst_kmh, plan.gust_median_kmh * shelter, plan.gust_spread)
            now = Risk(
                wind,
                _exponent(wet_mm, plan.rain_median_mm * shelter, plan.rain_spread),
                _exponent(load_mm, plan.ice_median_mm * shelter, plan.ice_spread),
                strikes_km2 / plan.strikes_per_fault_km2,
            )
            if now != last:
                last, grows_until = now, step + 1
        rows.append(last)
    return rows[:grows_until]


def _exponent(load: float, median: float, spread: float) -> float:
    """-ln of the share of devices that still stand under `load`."""
    if load <= 0.0:
        return 0.0
    spreads = math.log(load / median) / spread
    if spreads < -HARMLESS:
        return 0.0
    standing = 0.5 * math.erfc(spreads / math.sqrt(2))
    return -math.log(max(standing, 1e-9))
