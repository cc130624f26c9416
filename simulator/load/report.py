"""What a load test found, as data: written as JSON, shown as text and as a page."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import msgspec

from simulator.errors import LoadError
from simulator.load.accounting import Account, LabelFigures
from simulator.load.latency import Percentiles

VERSION = 1


class Sample(msgspec.Struct, frozen=True):
    """One look at a run; `at_s` counts from its begin, rates are posts a second since the last.

    `cores` are used by the processes of the test, `stages` by the parts of these that tell of it,
    `others` by everybody else on the machine. `memory_mb` is resident, of the system under load;
    `memory` has the same by process, with generator and test.
    """

    at_s: float
    intended: float
    achieved: float
    backlog: int
    p50_ms: float | None
    p99_ms: float | None
    cores: dict[str, float]
    stages: dict[str, float]
    memory_mb: float
    others: float
    memory: dict[str, float] = {}


class Run(msgspec.Struct, frozen=True):
    """One run of a shape; `rate` is its highest intended rate.

    `held` says whether the promise was kept, `cut` that the run was ended early because it could
    not be any more. `drained_s` is how long after its last post the backlog was gone (None: it
    never was). `late_ms` is how late the generator itself was at worst.
    """

    name: str
    rate: float
    seconds: float
    held: bool
    cut: bool
    achieved: float
    label: Percentiles
    outage: Percentiles
    screen: Percentiles
    backlog: int
    drained_s: float | None
    late_ms: float
    samples: tuple[Sample, ...]


class Saturation(msgspec.Struct, frozen=True):
    """What gave way first: a stage, how full it was (1.0: a whole core), and why, in words."""

    stage: str
    cores: float
    words: str


class Machine(msgspec.Struct, frozen=True):
    """What the figures were taken on."""

    system: str
    machine: str
    cores: int
    python: str
    load: float


class Plan(msgspec.Struct, frozen=True):
    """What was asked for; after `pool_posts` posts the same ones come again."""

    target: str
    source: str
    shape: str
    slo: str
    processes: int
    seconds: float
    seed: int | None
    pool_posts: int


class Report(msgspec.Struct, frozen=True):
    """Everything that a load test found.

    `rate` is the highest rate at which the promise held (None: none that was tried). `recovered_s`
    is how long after an overload the latencies were as promised again. `memory_mb` are the system's
    at the begin, at the end and at most.
    """

    version: int
    made_at: str
    plan: Plan
    machine: Machine
    rate: float | None
    ended_early: bool
    best: Run | None
    overload: Run | None
    recovered_s: float | None
    saturation: Saturation | None
    account: Account
    lost: int
    labels: dict[str, LabelFigures]
    macro_f1: float | None
    screen_rows_cut: int
    memory_mb: tuple[float, float, float]
    runs: tuple[Run, ...]


def machine() -> Machine:
    """This machine, and how busy it was before the test."""
    return Machine(
        platform.system(),
        platform.machine(),
        os.cpu_count() or 1,
        platform.python_version(),
        round(os.getloadavg()[0], 2),
    )


def read_report(path: Path) -> Report:
    """A report that `--json` wrote.

    Raises:
        LoadError: the file can't be read, or is none.
    """
    try:
        report = msgspec.json.decode(path.read_bytes(), type=Report)
    except OSError as error:
        raise LoadError(f"can't read '{path}': {error.strerror}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise LoadError(f"'{path}' is no report of `storm load --json`: {error}") from None
    if report.version != VERSION:
        raise LoadError(f"'{path}' is of version {report.version}, this program's is {VERSION}")
    return report
