"""What a desk and its screens say to each other of reports, own accounts and look-alikes, settings.

Part of the protocol (desk/serving/protocol.py). The reports themselves are in desk/reports.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from desk.accounts import Account, LookAlike
from desk.accounts.look_alike import Verdict

ReportKind = Literal["shift", "volume", "handover", "trending"]
HandingOver = Literal["keep", "undo", "note", "unnote"]


class ReadReport(msgspec.Struct, frozen=True, tag="read_report", omit_defaults=True):
    """Tell a report, on the last `hours` where that matters; it comes when it is built.

    The answer is a `ShiftReport`, `VolumeReport`, `Handover` or `Trending`.
    """

    kind: ReportKind
    hours: float = 12.0


class HandOver(msgspec.Struct, frozen=True, tag="hand_over", omit_defaults=True):
    """Keep the handover of now, against which the next one is marked; undo takes the last one back.

    A note of `text` stands in the handovers of this shift and the next; unnote takes back the last
    note of `by`.
    """

    kind: HandingOver
    by: str
    text: str = ""


class HandedOver(msgspec.Struct, frozen=True, tag="handed_over"):
    """It is done and stored; `words` say what."""

    kind: HandingOver
    words: str


class ReadLookAlikes(msgspec.Struct, frozen=True, tag="read_look_alikes"):
    """Tell the accounts that look like own ones, now and whenever they change."""


class LookAlikesTold(msgspec.Struct, frozen=True, tag="look_alikes"):
    """The look-alikes: first those of which nobody has said anything, the newest in front.

    `total` counts those that are left out too; `on` says whether they are looked for.
    """

    items: tuple[LookAlike, ...]
    total: int
    on: bool


class JudgeLookAlike(msgspec.Struct, frozen=True, tag="judge_look_alike", omit_defaults=True):
    """Say that one is harmless, or reported to its platform; empty takes back the last word."""

    id: str
    verdict: Verdict
    by: str


class LookAlikeJudged(msgspec.Struct, frozen=True, tag="look_alike_judged"):
    """It is kept; `words` say what."""

    item: LookAlike
    words: str


class WatchLookAlikes(msgspec.Struct, frozen=True, tag="watch_look_alikes"):
    """Look for accounts like own ones, or no longer, until somebody says otherwise."""

    on: bool
    by: str


class ReadSettings(msgspec.Struct, frozen=True, tag="read_settings"):
    """Tell the settings of the desk."""


class SettingsFile(msgspec.Struct, frozen=True):
    """A file of the settings: `own` is one of the utility's, in place of the built-in one.

    `changed` says that it is another one than when the desk began, which goes by the old one.
    """

    name: str
    path: str
    own: bool
    changed: bool = False


class SettingsTold(msgspec.Struct, frozen=True, tag="settings"):
    """The settings of the desk; `faults` are those of the files as they are now, one a line."""

    folder: str
    files: tuple[SettingsFile, ...]
    faults: tuple[str, ...]
    accounts: tuple[Account, ...]
    look_alikes_on: bool
    harmless: tuple[str, ...]
    claims: tuple[str, ...]
