"""The handover, what trends, and look-alikes in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from desk.accounts import LookAlike
from desk.reports.handover import Handover
from desk.reports.lines import Line
from desk.reports.trending import Trending
from tui.reports.rows import GAP, Clock, Look, Row, title

MARKS = {"new": "+", "changed": "~", "same": " ", "redundant": "=", "lagged": "<"}
"""What stands before a line: new, changed, or as in the last handover; as a line above tells; and
older than the last handover, which did not tell it."""
LEGEND = "+ new, ~ changed, < told late, = told above"


def handover_rows(report: Handover) -> list[Row]:
    """The state of the desk for the next shift, each line with what it opens."""
    return list(_handover(report))


def _handover(report: Handover) -> Iterator[Row]:
    clock = Clock(report.zone, report.at)
    yield title("Handover", report.territory, exercise=report.exercise)
    since = "no handover was kept before: everything is new"
    if report.kept_at is not None:
        since = f"marked against the handover of {report.kept_by}, {clock(report.kept_at)}"
    yield Row(f"{clock.full(report.at)} · {LEGEND}", "quiet")
    yield Row(since, "quiet")
    if report.summary:
        yield GAP
        yield Row(report.summary, "alarm")
    if report.sections:
        yield GAP
        yield Row(" · ".join(f"{each.title}: {each.total:,}" for each in report.sections))
    for section in report.sections:
        yield GAP
        yield Row(f"{section.title}: {section.total:,}", "head")
        yield from map(_line, section.lines)
        left = section.total - len(section.lines)
        if left:
            yield Row(f"    and {left:,} more", "quiet")
    if not report.sections:
        yield GAP
        yield Row("Nothing is open.")
    if report.over:
        yield GAP
        yield Row("Over since the last handover", "head")
        for line in report.over:
            yield Row(f"  - {line.words}", "quiet", line.kind, line.opens, line.id)


def _line(line: Line) -> Row:
    look: Look = "quiet" if line.mark == "redundant" else "text"
    return Row(f"  {MARKS[line.mark]} {line.words}", look, line.kind, line.opens, line.id)


def trending_rows(report: Trending) -> list[Row]:
    """Terms that many use now and no rule knows."""
    return list(_trending(report))


def _trending(report: Trending) -> Iterator[Row]:
    clock = Clock(report.zone, report.end)
    yield title("Terms that no rule knows", report.territory, exercise=report.exercise)
    yield Row(
        f"since {clock(report.since)}: {report.authors:,} authors,"
        f" before {report.authors_before:,}; enter opens the newest post with a term",
        "quiet",
    )
    yield GAP
    if not report.trends:
        yield Row("No term is used by clearly more people than before.")
        return
    yield Row(f"  {'term':32} {'people':>7} {'before':>7} {'more':>7}  since   channels", "quiet")
    for trend in report.trends:
        words = f"  {trend.term[:32]:32} {trend.authors:>7,} {trend.before:>7,}"
        words += f" {f'x{trend.ratio:,.1f}':>7}  {clock(trend.first_at):7} "
        words += ", ".join(trend.channels)
        yield Row(words, "text", "post", trend.examples[0] if trend.examples else "")


def look_alike_rows(items: Iterable[LookAlike], zone: str) -> list[Row]:
    """Accounts that look like own ones: one line each, and its evidence under it."""
    return list(_look_alikes(list(items), zone))


def _look_alikes(items: list[LookAlike], zone: str) -> Iterator[Row]:
    clock = Clock(zone, max((one.last_at for one in items), default=datetime.fromtimestamp(0, UTC)))
    for one in items:
        verdict = f"{one.verdict} by {one.standings[-1].by}" if one.standings else "NOT JUDGED"
        exercise = "EXERCISE  " if one.exercise else ""
        words = f"{exercise}@{one.handle} “{one.name}” in {one.channel}: {verdict}"
        post = (one.posts or one.named_in)[-1]
        yield Row(words, "text" if one.verdict == "harmless" else "alarm", "post", post)
        yield Row(f"    like {one.account} ({one.score} of 100): {one.differs}", "quiet")
        seen = "1 post" if one.told == 1 else f"{one.told:,} posts"
        seen += f", named in {one.named:,}" if one.named else ""
        first, last = clock(one.first_at), clock(one.last_at)
        when = f"{first} to {last}" if first != last else f"at {first}"
        wants = f" · asks for {', '.join(one.asks)}" if one.asks else ""
        yield Row(f"    {seen}, {when}{wants}", "quiet")
