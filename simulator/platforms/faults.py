"""What goes wrong on the wire of a storm on demand: how often, when, on which platform.

A fault is said as `[PLATFORM:]KIND=AMOUNT[/min][,SECONDSs][@FROM-TO]`, or in a TOML file as
`[[fault]]` with the keys of `Fault`.
"""

from __future__ import annotations

import math
import random
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from desk.errors import choices
from rules.bounded import read_text_bounded
from simulator.errors import FaultError

Kind = Literal[
    "drop", "stall", "duplicate", "reorder", "garbage", "429", "500", "503", "slow", "skew"
]
KINDS: tuple[Kind, ...] = (
    "drop", "stall", "duplicate", "reorder", "garbage", "429", "500", "503", "slow", "skew"
)  # fmt: skip
OF_REQUESTS: tuple[Kind, ...] = ("429", "500", "503")
"""Kinds that only an answer to a request can be; the rest befalls records of streams as well."""

STALL_S, REORDER_S = 30.0, 2.0
MOST_S = 3600.0

_OPTION = re.compile(
    r"(?:(?P<platform>[a-z]+):)?(?P<kind>[a-z0-9]+)=(?P<rate>[-+0-9.eE]+)(?P<per>/min)?"
    r"(?:,(?P<seconds>[0-9.]+)s)?(?:@(?P<from>[0-9.]+)-(?P<to>[0-9.]*))?"
)
_FORM = "[PLATFORM:]KIND=AMOUNT[/min][,SECONDSs][@FROM-TO], such as drop=0.001 or 429=0.05@30-60"


class Fault(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """One kind of fault, and when it happens.

    `amount` is the chance for each record or request (0-1), or how often a storm minute where `per`
    is "minute"; of `slow` it is bytes a second, of `skew` by how many seconds the platform's clock
    is ahead. `seconds` is how long a stall lasts (on the wall's clock), or how much storm time a
    record may be late by `reorder`. It holds in storm minutes `from_min` to below `to_min`, on
    `platform` or on all.
    """

    kind: Kind
    amount: float
    per: Literal["each", "minute"] = "each"
    platform: str = ""
    seconds: Annotated[float, msgspec.Meta(gt=0, le=MOST_S)] | None = None
    from_min: Annotated[float, msgspec.Meta(ge=0)] = msgspec.field(default=0.0, name="from")
    to_min: float | None = msgspec.field(default=None, name="to")

    def holds(self, platform: str, minute: float) -> bool:
        """Whether it may happen on `platform` in a minute of the storm."""
        ours = not self.platform or self.platform == platform
        return ours and self.from_min <= minute < (math.inf if self.to_min is None else self.to_min)

    def chance(self, minutes: float) -> float:
        """How likely it is for one record or request, `minutes` after the last one."""
        return self.amount if self.per == "each" else 1 - math.exp(-self.amount * max(0.0, minutes))


class _File(msgspec.Struct, forbid_unknown_fields=True):
    fault: tuple[Fault, ...] = ()


def read_option(words: str, platforms: Iterable[str]) -> Fault:
    """The fault that an option says.

    Raises:
        FaultError: it says none; with the place and the mend.
    """
    found = _OPTION.fullmatch(words.strip())
    if found is None:
        raise FaultError(f"--fault {words}: write {_FORM}")
    kind = next((kind for kind in KINDS if kind == found["kind"]), None)
    if kind is None:
        raise FaultError(f"--fault {words}: unknown fault: {choices(found['kind'], KINDS)}")
    try:
        fault = Fault(
            kind=kind,
            amount=float(found["rate"]),
            per="minute" if found["per"] else "each",
            platform=found["platform"] or "",
            seconds=float(found["seconds"]) if found["seconds"] else None,
            from_min=float(found["from"] or 0),
            to_min=float(found["to"]) if found["to"] else None,
        )
    except ValueError as error:
        raise FaultError(f"--fault {words}: {error}; write {_FORM}") from None
    wrong = _wrong(fault, tuple(platforms))
    if wrong:
        raise FaultError(f"--fault {words}: {wrong}")
    return fault


def read_file(path: Path, platforms: Iterable[str]) -> tuple[Fault, ...]:
    """The faults of a TOML file.

    Raises:
        FaultError: it can't be read, or says something else; all faults of it, one a line.
    """
    try:
        file = msgspec.convert(tomllib.loads(read_text_bounded(path)), _File)
    except OSError as error:
        raise FaultError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise FaultError(f"{path}: not UTF-8 text at byte {error.start}") from None
    except tomllib.TOMLDecodeError as error:
        raise FaultError(f"{path}: not TOML: {error}") from None
    except msgspec.ValidationError as error:
        raise FaultError(f"{path}: {error}; valid kinds are {', '.join(KINDS)}") from None
    names = tuple(platforms)
    wrong = [(n, _wrong(fault, names)) for n, fault in enumerate(file.fault, 1)]
    if any(words for _, words in wrong):
        raise FaultError("\n".join(f"{path}: fault {n}: {words}" for n, words in wrong if words))
    return file.fault


def _wrong(fault: Fault, platforms: Sequence[str]) -> str | None:
    """What makes no sense in `fault`, in one line."""
    if fault.platform and fault.platform not in platforms:
        return f"unknown platform '{fault.platform}': {choices(fault.platform, platforms)}"
    if not math.isfinite(fault.amount):
        return f"amount {fault.amount}: valid is a number"
    if fault.kind in {"slow", "skew"}:
        if fault.per != "each":
            return f"{fault.kind} has no rate a minute: it is there, or not"
        if fault.kind == "slow" and fault.amount < 1:
            return f"slow={fault.amount:g}: valid is 1 byte a second and more"
    elif fault.amount < 0 or (fault.per == "each" and fault.amount > 1):
        return f"{fault.kind}={fault.amount:g}: valid is a chance from 0 to 1, or a rate as 2/min"
    if fault.to_min is not None and fault.to_min <= fault.from_min:
        return f"from {fault.from_min:g} to {fault.to_min:g}: the end lies before the beginning"
    return None


class Faults:
    """Every fault of a run, and what was done so far.

    `minute` tells the storm's minute. What happens is drawn apart for each connection, by the seed,
    the platform and the connection's number.
    """

    def __init__(
        self,
        faults: Iterable[Fault] = (),
        *,
        seed: int = 0,
        minute: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.faults = tuple(faults)
        self.seed = seed
        self.minute = minute
        self.done: Counter[tuple[str, str]] = Counter()
        self._connections: Counter[str] = Counter()

    def dice(self, platform: str) -> Dice:
        """The draws of one more connection of `platform`, or of its requests."""
        self._connections[platform] += 1
        return Dice(self, platform, self._connections[platform])

    def count(self, platform: str, kind: str) -> None:
        """A fault was done."""
        self.done[platform, kind] += 1

    def ahead_s(self, platform: str, minute: float) -> float:
        """By how many seconds the clock of `platform` is ahead in a minute of the storm."""
        skews = (each for each in self.faults if each.kind == "skew")
        return sum(each.amount for each in skews if each.holds(platform, minute))

    def shown(self, platform: str, at: datetime, starts_at: datetime) -> datetime:
        """What `platform` says that time `at` of a storm is, which begins at `starts_at`."""
        if not self.faults:
            return at
        minute = (at - starts_at).total_seconds() / 60
        return at + timedelta(seconds=self.ahead_s(platform, minute))

    def told(self) -> dict[str, dict[str, int]]:
        """What was done so far: platform, kind, how often."""
        found: dict[str, dict[str, int]] = {}
        for (platform, kind), times in sorted(self.done.items()):
            found.setdefault(platform, {})[kind] = times
        return found


class Dice:
    """Draws whether a fault happens to the next record or request of one connection.

    `possible` are the kinds that may happen at all.
    """

    def __init__(self, faults: Faults, platform: str, number: int) -> None:
        self.random = random.Random(f"{faults.seed}/faults/{platform}/{number}")
        self.platform = platform
        self._all = faults
        self._last: dict[Kind, float] = {}
        kinds = {each.kind for each in faults.faults if each.platform in {"", platform}}
        self.possible = frozenset(kinds)

    def falls(self, kind: Kind) -> Fault | None:
        """The fault of this kind that happens now, if one does; it is counted by who does it."""
        if kind not in self.possible:
            return None
        minute = self._all.minute()
        since = minute - self._last.get(kind, minute)
        self._last[kind] = minute
        for fault in self._all.faults:
            possible = fault.kind == kind and fault.holds(self.platform, minute)
            if possible and self.random.random() < fault.chance(since):
                return fault
        return None

    def bytes_a_second(self) -> float | None:
        """How slow the connection is now; None where it is as fast as it can be."""
        if "slow" not in self.possible:
            return None
        minute = self._all.minute()
        paces = [
            each.amount
            for each in self._all.faults
            if each.kind == "slow" and each.holds(self.platform, minute)
        ]
        return min(paces, default=None)

    def count(self, kind: Kind) -> None:
        """A fault was done."""
        self._all.count(self.platform, kind)
