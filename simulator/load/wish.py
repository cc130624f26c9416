"""What a user asks of a load test."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from simulator.load.promise import Promise

MOST_POSTS = 9_999_999
"""Different posts of a test: their numbers have seven digits."""


class Wish(msgspec.Struct, frozen=True):
    """What to test: see the options of `stormdesk storm load`.

    `desk` is the command that starts a desk, `rates` are empty where they are to be found.
    """

    target: Literal["rules", "pipeline", "desk"]
    shape: Literal["ramp", "step", "storm", "record"]
    promise: Promise
    processes: int
    seconds: float
    rates: tuple[float, ...]
    source: str
    seed: int | None
    folders: tuple[Path, ...]
    desk: tuple[str, ...]
