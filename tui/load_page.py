"""A load report as one page of HTML that stands alone: no script, no network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape

from simulator.load.compare import Ratio, told_of
from simulator.load.report import Report, Run, Sample
from tui.charts.svg import Line, line_chart, percentile_chart
from tui.load_words import told

WIDTH, HEIGHT = 760, 280

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1d2329; max-width: 800px; margin: 2em auto;
  padding: 0 1em; }
h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin-top: 2em; }
table { border-collapse: collapse; width: 100%; font-size: 0.93em; }
th, td { text-align: left; padding: 0.25em 0.6em; border-bottom: 1px solid #d5dae0;
  vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
pre { white-space: pre-wrap; margin: 0; font: inherit; font-variant-numeric: tabular-nums; }
.worse { color: #a01818; font-weight: 600; }
svg { max-width: 100%; height: auto; }
"""


def page(report: Report, ratios: Sequence[Ratio] = ()) -> str:
    """The page of a report, with a comparison where there is one."""
    title = f"Load test: {report.plan.target}, {report.plan.source}"
    machine = report.machine
    here = (
        f"{machine.system} {machine.machine}, {machine.cores} cores, Python {machine.python};"
        f" the machine's load before was {machine.load:g}"
    )
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8"/>',
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(title)}</h1>",
        f"<p>EXERCISE. Made {escape(report.made_at)} on {escape(here)}.</p>",
        *_summary(report),
        *_compared(ratios),
        *_run_table(report),
    ]
    for run in report.runs:
        if len(run.samples) > 1 and run.name != "warm-up":
            parts += _plots(run)
    parts.append("</body></html>\n")
    return "\n".join(parts)


def _summary(report: Report) -> Iterator[str]:
    yield "<table>"
    for name, value in told(report):
        yield f"<tr><th>{escape(name)}</th><td><pre>{escape(value)}</pre></td></tr>"
    yield "</table>"


def _compared(ratios: Sequence[Ratio]) -> Iterator[str]:
    if not ratios:
        return
    yield "<h2>Compared with the old report</h2><table>"
    yield '<tr><th>figure</th><th class="n">old</th><th class="n">new</th><th class="n">ratio</th>'
    yield "<th></th></tr>"
    for row in ratios:
        cells = "".join(
            f'<td class="n">{"" if value is None else f"{value:,.3f}"}</td>'
            for value in (row.old, row.new, row.ratio)
        )
        mark = '<td class="worse">worse</td>' if row.worse else "<td></td>"
        yield f"<tr><td>{escape(row.name)}</td>{cells}{mark}</tr>"
    yield "</table>"


def _run_table(report: Report) -> Iterator[str]:
    best = told_of(report)
    yield "<h2>Every run</h2><table>"
    heads = ("posts/s", "achieved/s", "p50 ms", "p99 ms", "worst ms", "drained s")
    yield "<tr><th>run</th>" + "".join(f'<th class="n">{head}</th>' for head in heads)
    yield "<th>promise</th></tr>"
    for run in report.runs:
        values = (
            run.rate, run.achieved, run.label.p50, run.label.p99, run.label.worst, run.drained_s,
        )  # fmt: skip
        cells = "".join(
            f'<td class="n">{"" if value is None else f"{value:,.0f}"}</td>' for value in values
        )
        kept = "held" if run.held else "cut short" if run.cut else "not held"
        name = f"<strong>{escape(run.name)}</strong>" if run is best else escape(run.name)
        yield f"<tr><td>{name}</td>{cells}<td>{kept}</td></tr>"
    yield "</table>"


def _plots(run: Run) -> Iterator[str]:
    yield f"<h2>{escape(run.name)}</h2>"
    yield _chart(run, "Posts a second", "posts/s", {
        "intended": lambda sample: sample.intended,
        "achieved": lambda sample: sample.achieved,
    })  # fmt: skip
    yield _chart(run, "Post to label", "ms", {
        "p50": lambda sample: sample.p50_ms,
        "p99": lambda sample: sample.p99_ms,
    })  # fmt: skip
    yield _by_percentile(run)
    yield _chart(run, "Backlog", "posts", {"waiting": lambda sample: float(sample.backlog)})
    roles = list(dict.fromkeys(role for sample in run.samples for role in sample.cores))
    yield _chart(run, "CPU by process", "cores", {role: _used(role) for role in roles})
    yield _chart(run, "Memory", "MB", {"resident": lambda sample: sample.memory_mb})


def _by_percentile(run: Run) -> str:
    """Where latencies begin to run away: the same run's, from half of the posts to one in 1,000."""
    series = []
    for name, found in (("label", run.label), ("outage", run.outage), ("screen", run.screen)):
        values = (found.p50, found.p90, found.p99, found.p999)
        if found.count:
            ys = [float("nan") if value is None else value for value in values]
            series.append(Line(f"post to {name}", (50.0, 90.0, 99.0, 99.9), ys))
    return percentile_chart(
        series, title="Latency by percentile", y_label="ms", width=WIDTH, height=HEIGHT
    )


def _used(role: str) -> Callable[[Sample], float | None]:
    return lambda sample: sample.cores.get(role, 0.0)


def _chart(
    run: Run, title: str, unit: str, curves: dict[str, Callable[[Sample], float | None]]
) -> str:
    xs = [sample.at_s for sample in run.samples]
    series = []
    for name, value in curves.items():
        found = [value(sample) for sample in run.samples]
        ys = [float("nan") if one is None else float(one) for one in found]
        series.append(Line(name, xs, ys))
    return line_chart(
        series, title=title, x_label="seconds", y_label=unit, width=WIDTH, height=HEIGHT
    )
