"""How many people of a community seem to report an outage on a day without one.

Each community has its own rate for each part of the day, as its people post: a town whose name is a
common word, a city with many who joke. It is learned from reports that became no outage. Until then
a prior stands for it, worth two weeks of listening (the Gamma-Poisson model: Gelman et al.,
"Bayesian Data Analysis", section 2.6); what was learned fades over weeks.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

FALSE_AUTHORS_PER_10K_CUSTOMERS_HOUR = 0.02
"""The prior: of 10,000 customers some 3,000 write about one public post a day each; a rule errs on
0.3 % of them, and 5 % name a place."""

PARTS = 6
"""Parts of a day, of four hours each, by the territory's clock."""

PRIOR_H = 14 * 24 / PARTS
"""Hours of listening, in each part of the day, that the prior is worth."""

REMEMBERED_H = 28 * 24 / PARTS
"""After so many hours of listening in a part of the day, what was learned of it counts half."""

HourOf = Callable[[int], int]
"""The hour of the day, by the territory's clock, of a time in seconds since 1970."""


class Rates(msgspec.Struct, tag="rates"):
    """What was learned, by part of the day: hours of listening, and authors of each community."""

    listened_h: list[float] = msgspec.field(default_factory=lambda: [0.0] * PARTS)
    authors: dict[str, list[float]] = {}

    def listen(self, hour: int) -> None:
        """Let one hour pass, the one that begins at this `hour` (0-23) of the day."""
        part = part_of_day(hour)
        self.listened_h[part] += 1
        if self.listened_h[part] > REMEMBERED_H:
            self.listened_h[part] /= 2
            for counts in self.authors.values():
                counts[part] /= 2

    def learn(self, community: str, hour: int) -> None:
        """Count an author who reported an outage of a community that had none."""
        counts = self.authors.setdefault(community, [0.0] * PARTS)
        counts[part_of_day(hour)] += 1

    def per_s(self, community: str, customers: int, part: int) -> float:
        """Authors a second who seem to report an outage in this part of the day."""
        prior_h = FALSE_AUTHORS_PER_10K_CUSTOMERS_HOUR * customers / 10_000
        counts = self.authors.get(community)
        seen = counts[part] if counts else 0.0
        return (prior_h * PRIOR_H + seen) / (PRIOR_H + self.listened_h[part]) / 3600


def part_of_day(hour: int) -> int:
    """The part of the day in which an hour (0-23) lies."""
    return hour * PARTS // 24
