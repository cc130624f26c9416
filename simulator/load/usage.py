"""What the processes of a load test use: CPU by stage, and memory."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import psutil

_WITH_LABELLERS = ("pipeline", "server")


class Usage(dict[str, float]):
    """Cores used by role: 1.0 is one core all the time."""


class Meter:
    """Measures processes by role, from one look to the next; labellers are children of theirs."""

    def __init__(self, pids: Mapping[str, Sequence[int]]) -> None:
        self._roles = {role: [psutil.Process(pid) for pid in group] for role, group in pids.items()}
        self._spent_s = self._times()
        self._busy_s = _machine_busy_s()
        self._at_s = time.monotonic()
        self.others = 0.0

    def cores(self) -> Usage:
        """Cores used by each role since the last look; `others` tells of everybody else."""
        spent_s, at_s = self._times(), time.monotonic()
        span_s = max(1e-6, at_s - self._at_s)
        used = Usage(
            {
                role: round(max(0.0, seconds - self._spent_s.get(role, 0.0)) / span_s, 3)
                for role, seconds in spent_s.items()
            }
        )
        busy_s = _machine_busy_s()
        self.others = round(max(0.0, (busy_s - self._busy_s) / span_s - sum(used.values())), 2)
        self._spent_s, self._busy_s, self._at_s = spent_s, busy_s, at_s
        return used

    def memory_mb(self) -> float:
        """Resident memory of all roles but the generator, in MB."""
        total = 0
        for role, processes in self._roles.items():
            if role not in ("generator", "test"):
                for process in _with_children(processes):
                    total += _rss(process)
        return round(total / 1e6, 1)

    def _times(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for role, processes in self._roles.items():
            found[role] = found.get(role, 0.0) + sum(_cpu_s(process) for process in processes)
            for child in _children(processes) if role in _WITH_LABELLERS else ():
                # all that a pipeline or a server starts are its labellers
                found["rules"] = found.get("rules", 0.0) + _cpu_s(child)
        return found


def _machine_busy_s() -> float:
    """Seconds of work of all cores together, by whomever."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + getattr(times, "irq", 0.0))


def _children(processes: Sequence[psutil.Process]) -> list[psutil.Process]:
    found = []
    for process in processes:
        try:
            found += process.children(recursive=True)
        except psutil.Error:
            continue
    return found


def _with_children(processes: Sequence[psutil.Process]) -> list[psutil.Process]:
    return [*processes, *_children(processes)]


def _cpu_s(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def _rss(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
