"""policy.toml: by when people are answered, and what a desk leaves for later in a storm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

Label = Literal[
    "hazard",
    "vulnerable",
    "outage",
    "restored",
    "damage",
    "etr",
    "complaint",
    "billing",
    "service",
    "praise",
]
"""Labels that open cases: all but `news`."""
DANGERS = ("hazard", "vulnerable")
Minutes = Annotated[int, msgspec.Meta(ge=1, le=10_080)]
"""From a minute to a week."""


class ModePolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the desk works in one mode.

    `promise` says within how many minutes a post of a label is answered; of several labels the
    shortest counts, and `otherwise` where none is named. Cases with no label but those of `skip`
    are left for later, unless at least `skip_below_reach` people see what they say. A case in
    somebody's hand goes back to the queue after `return_after` minutes without an act.
    """

    promise: dict[Label, Minutes] = {}
    otherwise: Minutes
    skip: tuple[Label, ...] = ()
    skip_below_reach: Annotated[int, msgspec.Meta(ge=1)]
    return_after: Minutes


class Approval(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a lead lets go first: replies in cases with one of `labels`, and `announcements`.

    `own_announcements` says when a lead may let go an announcement whose words are her own.
    """

    labels: tuple[Label, ...] = ()
    announcements: bool = True
    own_announcements: Literal["alone", "always", "never"] = "alone"


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is promised and skipped, on a calm day and in a storm, and what a lead lets go."""

    calm: ModePolicy
    storm: ModePolicy
    approval: Approval = Approval()

    def faults(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Nobody who is in danger may be left for later."""
        for name, mode in (("calm", self.calm), ("storm", self.storm)):
            for number, label in enumerate(mode.skip):
                if label in DANGERS:
                    yield (name, "skip", number), f"'{label}' can't be skipped: take it out"
