"""Cases in words: the clock against the promise, where a case stands, what became of a reply."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from desk.channels.links import reply_address
from desk.outages.change import ENDED
from desk.replies.passage import TAKEN_BACK
from desk.replies.reply import Facts, Reply
from desk.serving.case_messages import CaseRow
from tui.columns import age
from tui.paint import paint

Urgency = Literal["late", "soon", "due", "quiet"]
"""How near the promise is: past it, in its last minutes, before it, or nothing is promised."""

SOON = timedelta(minutes=5)
DRY_RUN = "dry-run:"
NOT_SENT = "not sent"
NAME_CHARS = 60
DID = re.compile(r"did:[a-z]+:")
"""What Bluesky's stream calls those of whose handle it has not told."""
DID_CHARS = 16
PROMISE_CHARS = 9
"""A list of cases has a cell more for it, which parts it from the labels."""

TABS = (
    ("queue", ""),
    ("mine", "agent:me state:open"),
    ("late", "state:late"),
    ("waiting", "state:waiting"),
    ("answered", "state:answered"),
    ("all", "state:all"),
    ("to approve", "has:submitted state:all"),
)
"""The tabs of the list and the desk's filter for each."""
LATE = 3
"""The number of the tab of broken promises."""

CAUSES = {
    "lineDown": "a line is down",
    "poleDown": "a pole is down",
    "treeDown": "a tree fell",
    "lightingStrike": "lightning",
    "animal": "an animal",
}
"""CIM's words for causes, as people say them."""

LANGUAGES = {"en": "English", "es": "Spanish", "it": "Italian"}


class Promise(NamedTuple):
    """The clock against the promise, in words, and how near it is."""

    words: str
    urgency: Urgency


def promise(row: CaseRow, clock: datetime | None, zone: ZoneInfo | None) -> Promise:
    """`late 12m`, `5m left`, or for what waits for nobody here: since when, or until when."""
    if row.state == "snoozed" and row.snoozed_until is not None:
        local = row.snoozed_until.astimezone(zone) if zone else row.snoozed_until
        return Promise(f"till {local:%H:%M}", "quiet")
    if row.waiting_since is None or row.state == "closed":
        return Promise("", "quiet")
    if clock is None:
        return Promise("", "due")
    if row.due_at is None:
        return Promise(_brief("waits {}", clock - row.waiting_since), "due")
    left = row.due_at - clock
    if left < timedelta():
        return Promise(_brief("late {}", -left), "late")
    return Promise(_brief("{} left", left), "soon" if left < SOON else "due")


def _brief(words: str, span: timedelta) -> str:
    """`words` with a length of time: hours or days alone where more would take too much."""
    said = words.format(age(span))
    if len(said) <= PROMISE_CHARS:
        return said
    unit = "d" if span.days else "h"
    return words.format(age(span).partition(unit)[0] + unit)


def state_words(row: CaseRow, me: str) -> str:
    """Where a case stands, in a word; the name of whoever else has it in hand."""
    if row.state == "mine":
        return "mine" if row.agent == me else name_words(row.agent or "taken")
    if row.state == "new" and row.skipped:
        return "later"
    return row.state


def stands_words(row: CaseRow, me: str) -> str:
    """Where a case stands, in full."""
    whose = "yours" if row.agent == me else f"with {name_words(row.agent)}" if row.agent else ""
    state = {
        "new": "left for later by storm mode" if row.skipped else "new",
        "mine": whose or "in hand",
        "customer": "waiting for the customer",
        "operations": "waiting for operations",
    }.get(row.state, row.state)
    return f"{state}, {whose}" if whose and row.state not in ("mine", "new") else state


def name_words(name: str) -> str:
    """The name of a person or an account, painted and not endless."""
    return paint(name[:NAME_CHARS]).text


def author_words(name: str) -> str:
    """An author as @handle; of a DID, which is no handle, as much as tells it from others."""
    words = name_words(name)
    if DID.match(words):
        return words if len(words) <= DID_CHARS else f"{words[: DID_CHARS - 1]}…"
    return f"@{words.removeprefix('@')}"


def reply_state(reply: Reply, zone: ZoneInfo | None = None) -> str:
    """What became of a reply, in words; `v` is the key that settles it."""
    note = paint(reply.note[:200]).text
    match reply.state:
        case "submitted":
            return "waits for a lead's word"
        case "rejected":
            return _back(reply, note)
        case "sent":
            return _sent(reply, note)
        case "unknown":
            return f"unknown: it may have been sent, or not ({note}) · look there, then v"
        case "failed":
            return f"not sent, it failed: {note} · v sends it again"
        case "sending":
            return f"may be out, looked up now: {note}" if note else "being sent"
    if reply.again_at is None:
        return "queued"
    return f"waits until {wall_clock(reply.again_at, zone, exercise=reply.exercise)}: {note}"


def _back(reply: Reply, note: str) -> str:
    """Why a reply is no longer on its way, and who has said so."""
    lead = name_words(reply.approved_by) if reply.approved_by else "a lead"
    if note.startswith(NOT_SENT) or note.endswith(TAKEN_BACK):
        return f"back to {name_words(reply.by)}, {note}"
    return f"sent back by {lead}" + (f": {note}" if note else "")


def _sent(reply: Reply, note: str) -> str:
    if reply.remote.startswith(DRY_RUN):
        return "recorded, not sent (dry run)"
    where = paint(reply_address(reply)[:200]).text
    said = f" ({note})" if note else ""
    return f"sent{said}" + (f" · {where}" if where else "")


def wall_clock(at: datetime, zone: ZoneInfo | None, *, exercise: bool) -> str:
    """A time of the wall: in a storm that of this machine, which no clock on the screen shows."""
    if exercise:
        return f"{at.astimezone():%H:%M:%S} on the wall"
    return f"{at.astimezone(zone):%H:%M}"


def facts_words(facts: Facts, zone: ZoneInfo | None, clock: datetime | None) -> list[str]:
    """What is known of a customer's outage, the dearest first."""
    words = [paint(f"{facts.status} {facts.place}".strip()[:120]).text]
    if facts.etr is not None:
        words.append(f"power back by {moment(facts.etr, zone, clock)}")
    elif facts.outage is not None and facts.status not in ENDED:
        words.append("no time known")
    if facts.crews:
        words.append(paint(facts.crews[:120]).text)
    if facts.since is not None:
        words.append(f"since {moment(facts.since, zone, clock)}")
    if facts.cause:
        words.append(paint(CAUSES.get(facts.cause, facts.cause)[:80]).text)
    return [each for each in words if each]


def moment(at: datetime, zone: ZoneInfo | None, clock: datetime | None) -> str:
    """A time of the day in the territory's zone, with the weekday where it is not today's."""
    local = at.astimezone(zone) if zone else at
    today = (clock.astimezone(zone) if zone else clock) if clock else local
    return f"{local:%H:%M}" if local.date() == today.date() else f"{local:%a %H:%M}"
