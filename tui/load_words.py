"""A load report in words, for a terminal and for the head of its page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from simulator.load.compare import Ratio, told_of
from simulator.load.latency import Percentiles
from simulator.load.memory import FLAT, SHORT_S, growth, tenths_mb
from simulator.load.report import Report, Run, Sample

NAME = 25
LEAST_COLUMNS = 60
BUSY = 0.3
"""Cores that others use: above it the figures say little about this program."""


def told(report: Report) -> Iterator[tuple[str, str]]:
    """What the report says, as (name, value) in the order in which it is read."""
    plan, run = report.plan, told_of(report)
    processes = "1 process" if plan.processes == 1 else f"{plan.processes} processes"
    yield "tested", f"{plan.target}, {plan.source}, {processes}, shape {plan.shape}"
    yield "promise", plan.slo
    if plan.shape != "record":
        yield "highest rate that held", _rate(report)
    elif run is not None:
        yield "record second", _record(report, run)
    if run is not None:
        yield f"latencies of '{run.name}'", "     p50      p90      p99    p99.9 ms"
        for name in ("label", "outage", "screen"):
            yield f"  post to {name}", _percentiles(getattr(run, name))
        most = max((sample.backlog for sample in run.samples), default=0)
        yield "backlog", f"{run.backlog:,} posts at the end, {most:,} at most"
        yield "CPU by process, cores", _spent(run, "cores")
        yield "CPU by stage, cores", _spent(run, "stages")
        yield "CPU of a post, µs", _cost(run, "cores")
        yield "  of this, by stage", _cost(run, "stages")
    yield from _memory(report, run)
    if report.saturation is not None:
        yield "first to saturate", f"{report.saturation.stage}: {report.saturation.words}"
    if report.overload is not None and plan.shape != "record":
        yield "overload", _recovery(report, report.overload)
    yield "posts", _account(report)
    if report.labels:
        yield "F1 under load", _labels(report)
    if report.screen_rows_cut:
        yield "screen", f"{report.screen_rows_cut:,} rows came too fast, and were fetched after"
    yield from _warnings(report)


def lines(report: Report, columns: int | None = None) -> list[str]:
    """The report for a terminal, its values broken at words where it has so many columns."""
    return [
        line
        for name, value in told(report)
        for line in wrap(
            value,
            max(LEAST_COLUMNS, columns or len(value) + 2 * len(name) + NAME),
            initial_indent=f"{name:<{NAME - 1}} ",
            subsequent_indent=" " * NAME,
        )
    ]


def compared(rows: Sequence[Ratio], tolerance: float) -> list[str]:
    """A comparison for a terminal."""
    found = [f"compared with the old report; worse is beyond {tolerance:.0%}"]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}x"
        mark = "  WORSE" if row.worse else ""
        found.append(
            f"  {row.name:<22} {_figure(row.old):>12} {_figure(row.new):>12} {ratio:>8}{mark}"
        )
    return found


def mean_others(samples: Sequence[Sample]) -> float:
    """Cores that others used during a run."""
    return sum(sample.others for sample in samples) / len(samples) if samples else 0.0


def _rate(report: Report) -> str:
    if report.rate is None or report.best is None:
        return "not found yet" if report.ended_early else "none of those that were tried"
    return f"{report.rate:,.0f} posts/s, for {report.best.seconds:g} s"


def _record(report: Report, run: Run) -> str:
    del report
    drained = "never drained" if run.drained_s is None else f"drained in {run.drained_s:g} s"
    return f"{run.label.count:,} posts, {drained}, {run.achieved:,.0f} posts/s"


def _percentiles(found: Percentiles) -> str:
    if not found.count:
        return "not measured"
    values = (found.p50, found.p90, found.p99, found.p999)
    return " ".join(f"{value:>8,.0f}" for value in values if value is not None) + (
        f"    of {found.count:,}"
    )


def _spent(run: Run, field: str) -> str:
    rows = [getattr(sample, field) for sample in run.samples]
    names = list(dict.fromkeys(name for row in rows for name in row))
    means = [(name, sum(row.get(name, 0.0) for row in rows) / len(rows)) for name in names]
    return ", ".join(f"{name} {mean:.2f}" for name, mean in means) or "not measured"


def _cost(run: Run, field: str) -> str:
    """What a post costs each process or stage: it hangs on others' work far less than a rate."""
    found: dict[str, float] = {}
    before_s = 0.0
    for sample in run.samples:
        for name, cores in getattr(sample, field).items():
            found[name] = found.get(name, 0.0) + cores * (sample.at_s - before_s)
        before_s = sample.at_s
    posts = max(1, run.label.count)
    costs = (f"{name} {1e6 * spent / posts:,.0f}" for name, spent in found.items())
    return ", ".join(costs) or "not measured"


def _memory(report: Report, run: Run | None) -> Iterator[tuple[str, str]]:
    first, last, most_mb = report.memory_mb
    yield "memory", f"{first:,.0f} MB at the begin, {last:,.0f} at the end, {most_mb:,.0f} at most"
    tenths = tenths_mb(run.samples) if run is not None else []
    if run is None or not tenths:
        return
    samples = run.samples
    yield f"  tenths of '{run.name}'", " ".join(f"{mb:,.0f}" for mb in tenths) + " MB"
    roles = dict.fromkeys(role for sample in samples for role in sample.memory)
    means = ((role, tenths_mb(samples, role)) for role in roles)
    ends = [f"{role} {mb[0]:,.0f}-{mb[-1]:,.0f}" for role, mb in means if mb]
    yield "  first to last tenth", ", ".join(ends)
    grown = growth(samples)
    if grown is None:
        yield "  in its second half", f"no word on growth: a run of less than {SHORT_S:g} s"
    else:
        mark = "flat" if grown <= FLAT else "NOT FLAT"
        yield "  in its second half", f"{grown:+.1%}: {mark} (at most {FLAT:+.0%})"


def _recovery(report: Report, run: Run) -> str:
    after = report.recovered_s
    back = "did not return to normal" if after is None else f"back to normal {after:g} s after it"
    return f"{run.rate:,.0f} posts/s for a while: {back}"


def _account(report: Report) -> str:
    account = report.account
    return (
        f"{account.sent:,} sent = {account.labelled:,} labelled + {account.unlabelled:,} without a"
        f" label + {account.refused:,} refused + {account.backlog:,} in the backlog;"
        f" {report.lost:,} lost"
    )


def _labels(report: Report) -> str:
    given = [
        f"{label} {figures.f1:.2f}"
        for label, figures in report.labels.items()
        if figures.f1 is not None
    ]
    macro = "" if report.macro_f1 is None else f"; macro {report.macro_f1:.3f}"
    return ", ".join(given) + macro


def _warnings(report: Report) -> Iterator[tuple[str, str]]:
    if report.ended_early:
        yield "ended early", "stopped by the user: what was measured so far"
    others = max((mean_others(run.samples) for run in report.runs), default=0.0)
    if others > BUSY:
        cores = f"{others:.1f} of {report.machine.cores} cores"
        yield "other work", f"used up to {cores} besides: the figures are too low"
    late_ms = max((run.late_ms for run in report.runs), default=0.0)
    if late_ms > 50:
        yield "generator", f"woke up to {late_ms:,.0f} ms late; latencies count from the plan"
    if report.account.sent > report.plan.pool_posts:
        posts = report.plan.pool_posts
        yield "texts", f"come again after {posts:,} posts, so their words are known to the rules"


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:,.3f}".rstrip("0").rstrip(".")
