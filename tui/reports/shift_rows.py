"""The shift and volume reports in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from desk.reports.shift import Count, ShiftReport
from desk.reports.volume import FEWEST_DAYS, Series, VolumeReport
from tui.reports.rows import GAP, Clock, Row, minutes, spark, table, times, title
from tui.signs import LABEL_SIGNS

NAME_CELLS = 20
BARS_SHOWN = 48
HOURS_SHOWN = 48
"""Hours of a table, the newest; bars show all of them."""


def shift_rows(report: ShiftReport) -> list[Row]:
    """What a lead reads at the end of a shift."""
    return list(_shift(report))


def _shift(report: ShiftReport) -> Iterator[Row]:
    clock = Clock(report.zone, report.end)
    yield title("Shift", report.territory, exercise=report.exercise)
    yield Row(f"{clock.full(report.start)} to {clock.full(report.end)}", "quiet")
    if report.overload:
        yield GAP
        yield Row(report.overload, "alarm")
    yield GAP
    yield Row("Queue", "head")
    yield Row(
        f"  {report.waiting:,} wait, {report.late:,} of them late,"
        f" {report.skipped:,} left for later · {report.opened:,} cases opened,"
        f" {report.answered:,} settled"
    )
    if report.backlog:
        bars = spark(_squeezed([point.waiting for point in report.backlog], max))
        yield Row(f"  waiting  {bars}  {max(p.waiting for p in report.backlog):,} at most", "quiet")
        bars = spark(_squeezed([point.arrived for point in report.backlog], sum))
        yield Row(f"  coming   {bars}", "quiet")
    yield GAP
    yield Row("First reply, from the customer's first post", "head")
    first = report.first_reply
    kept = f", {report.in_time / first.count:.0%} in time" if first.count else ""
    yield Row(f"  all              {times(first)}{kept}")
    yield Row(f"  business hours   {times(report.in_hours)}")
    yield Row(f"  other hours      {times(report.off_hours)}")
    yield Row(f"  in hand          {times(report.handling)}")
    yield GAP
    yield from _agents(report)
    yield Row("Outages", "head")
    yield Row(
        f"  {report.outages_begun:,} begun, {report.outages_ended:,} ended,"
        f" {report.outages_open:,} open now"
    )
    yield Row(
        f"  {report.promised:,} customers were told a time, {report.told:,} that power is back,"
        f" {report.to_tell:,} are still to be told"
    )
    if report.look_alikes:
        yield Row(f"  {report.look_alikes:,} accounts look like the utility's")
    yield GAP
    yield Row(f"Posts: {report.posts:,}", "head")
    counts_of = {count.name: count.posts for count in report.labels}
    angry, thanks = counts_of.get("complaint", 0), counts_of.get("praise", 0)
    if angry or thanks:
        share = f"{thanks / (angry + thanks):.0%}"
        yield Row(f"  mood: {angry:,} complain, {thanks:,} thank ({share} of both)")
    for name, counts in (
        ("labels", report.labels),
        ("channels", report.channels),
        ("places", report.places),
    ):
        yield from _counts(name, counts)


def _squeezed(counts: Sequence[int], join: Callable[[Sequence[int]], int]) -> list[int]:
    """`counts` in at most as many as a narrow terminal has room for."""
    step = -(-len(counts) // BARS_SHOWN)
    return [join(counts[at : at + step]) for at in range(0, len(counts), step)]


def _agents(report: ShiftReport) -> Iterator[Row]:
    if not report.agents:
        return
    yield Row("Agents", "head")
    yield from table(
        ("name", "taken", "replied", "closed", "first reply", "in hand", "at work"),
        (
            (
                agent.name[:NAME_CELLS],
                f"{agent.taken:,}",
                f"{agent.replied:,}",
                f"{agent.closed:,}",
                minutes(agent.first_reply.median_min),
                minutes(agent.handling.median_min),
                minutes(agent.here_min),
            )
            for agent in report.agents
        ),
    )
    yield Row("  medians; at work: five-minute spans in which something was done", "quiet")
    yield GAP


def _counts(name: str, counts: Sequence[Count]) -> Iterator[Row]:
    if not counts:
        return
    most = max(count.posts for count in counts)
    yield Row(f"  {name}", "quiet")
    for count in counts:
        bar = "█" * max(1, round(24 * count.posts / most))
        yield Row(f"    {count.name[:NAME_CELLS]:{NAME_CELLS}} {count.posts:>8,}  {bar}")


def volume_rows(report: VolumeReport) -> list[Row]:
    """How many posts came in each hour, by label, channel and community."""
    return list(_volume(report))


def _volume(report: VolumeReport) -> Iterator[Row]:
    clock = Clock(report.zone, report.hours[-1])
    yield title("Volume", report.territory, exercise=report.exercise)
    count = len(report.hours)
    yield Row(f"{count} hours from {clock.full(report.hours[0])}; the last is not over", "quiet")
    yield GAP
    signs = [LABEL_SIGNS[series.name].word for series in report.labels]
    shown = range(max(0, count - HOURS_SHOWN), count)
    yield from table(
        ("hour", "posts", *signs),
        (
            (
                clock(report.hours[hour]),
                f"{report.posts[hour]:,}",
                *(f"{series.posts[hour]:,}" for series in report.labels),
            )
            for hour in shown
        ),
    )
    yield GAP
    yield from _against(report, clock)
    for name, series in (
        ("Labels", report.labels),
        ("Channels", report.channels),
        ("Places", report.places),
    ):
        yield from _bars(name, series, shown)


def _against(report: VolumeReport, clock: Clock) -> Iterator[Row]:
    """The last hour that is over, and what is usual at that time of day."""
    last = report.hours[-1]
    yield Row(f"{clock(last - timedelta(hours=1))} to {clock(last)} against the usual", "head")
    days = report.usual_days
    if not report.against:
        words = f"not known yet: {days} of {FEWEST_DAYS} days were heard at this hour"
        yield Row(f"  {words}", "quiet")
    else:
        yield Row(f"  the median of the same hour of the {days} days before", "quiet")
        yield from table(
            ("", "posts", "usual", "times"),
            (
                (
                    one.label or "all posts",
                    f"{one.posts:,}",
                    f"{one.usual:,.0f}",
                    f"{one.posts / one.usual:,.1f}" if one.usual else "-",
                )
                for one in report.against
            ),
        )
    yield GAP


def _bars(name: str, all_series: Sequence[Series], shown: range) -> Iterator[Row]:
    if not all_series:
        return
    yield Row(name, "head")
    for series in all_series:
        bars = spark([series.posts[hour] for hour in shown])
        yield Row(f"  {series.name[:NAME_CELLS]:{NAME_CELLS}} {series.total:>8,}  {bars}")
