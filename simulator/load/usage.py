"""What the processes of a load test use: CPU by stage, and memory."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import psutil

BESIDE = ("generator", "test")
"""Roles that are no part of the system under load."""
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

    def memory(self) -> dict[str, float]:
        """Resident memory of each role, in MB."""
        found: dict[str, int] = {}
        for role, processes in self._roles.items():
            found[role] = found.get(role, 0) + sum(map(_rss, processes))
            for child in () if role in BESIDE else _children(processes):
                own = "rules" if role in _WITH_LABELLERS else role
                found[own] = found.get(own, 0) + _rss(child)
        return {role: round(size / 1e6, 1) for role, size in found.items()}

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
