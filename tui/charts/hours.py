"""Times of a storm day as charts write them: on the wall of its territory."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tui.charts.svg import Tick
from tui.charts.ticks import hour_step


class Hours(NamedTuple):
    """The told hours of a day that `starts_at`, in a time zone."""

    starts_at: datetime
    hours: float
    zone: ZoneInfo

    def at(self, at_s: float) -> datetime:
        """Aware UTC at a second of the day."""
        return self.starts_at + timedelta(seconds=round(at_s))

    def local(self, at_s: float) -> datetime:
        """The time on the wall at a second of the day."""
        return self.at(at_s).astimezone(self.zone)

    def clock(self, at_s: float) -> str:
        """Day and time, such as `Thu 16:05`."""
        return f"{self.local(at_s):%a %H:%M}"

    def ticks(self, count: int, step: float | None = None) -> list[Tick]:
        """At most about `count` round times, in hours of the day; midnight has the day's name.

        With `step` they are so many hours apart.
        """
        step = step or hour_step(self.hours, count)
        begin = self.local(0)
        wall = begin.hour + begin.minute / 60 + begin.second / 3600
        at = -wall % step
        ticks = []
        while at <= self.hours + 1e-6:
            local = self.local(round(at * 3600))
            midnight = local.hour == 0 and local.minute == 0
            ticks.append(Tick(at, f"{local:%a}" if midnight else f"{local:%H:%M}"))
            at += step
        return ticks

    def brief(self, at_s: float) -> str:
        """The time on the wall, with the day where it begins."""
        local = self.local(at_s)
        return f"{local:%a %H:%M}" if local.hour == 0 and local.minute == 0 else f"{local:%H:%M}"

    @property
    def label(self) -> str:
        """What the axis of time is."""
        return f"local time from {self.local(0):%a %d %b %Y}"


def span_words(seconds: float) -> str:
    """A length of time, such as `18 h 5 min`."""
    hours, minutes = divmod(round(seconds / 60), 60)
    parts = [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes or not hours)
    return " ".join(parts)
