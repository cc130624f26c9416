"""What people do to cases, kind by kind: pure steps from a case to the case after it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from desk.cases.action import CaseAction
from desk.cases.case import Case
from desk.cases.joining import woken
from desk.errors import CaseError
from rules.errors import choices
from rules.verdict import LABELS

LONGEST_SNOOZE_MIN = 7 * 24 * 60
MOST_TAGS, TAG_LETTERS = 20, 40
NOTE_LETTERS = 2_000

_replace = msgspec.structs.replace


def refuse_taken(case: Case, by: str, now: datetime) -> None:
    """Nobody takes a case out of another's hand without a word.

    Raises:
        CaseError: it says who has it, and since when.
    """
    if case.state == "mine" and case.agent not in (None, by):
        since = f" for {_minutes(now - case.taken_at)}" if case.taken_at else ""
        last = f", last act {_minutes(now - case.touched_at)} ago" if case.touched_at else ""
        raise CaseError(
            f"{case.agent} has had it in hand{since}{last}: ask them, or assign it to yourself"
        )


def in_hand(case: Case, agent: str, now: datetime) -> Case:
    """`case` in the hand of `agent`."""
    return _replace(
        case,
        state="mine",
        agent=agent,
        taken_at=case.taken_at if case.agent == agent and case.taken_at else now,
        touched_at=now,
        snoozed_until=None,
    )


def _take(case: Case, action: CaseAction, now: datetime) -> tuple[Case, str]:
    refuse_taken(case, action.by, now)
    return in_hand(case, action.by, now), "taken in hand"


def _release(case: Case, _: CaseAction, __: datetime) -> tuple[Case, str]:
    if case.agent is None:
        raise CaseError("nobody has it in hand: there is nothing to give back")
    return given_back(case), "given back to the queue"


def given_back(case: Case) -> Case:
    """`case` in nobody's hand."""
    state = "new" if case.state == "mine" else case.state
    return _replace(case, state=state, agent=None, taken_at=None, touched_at=None)


def _assign(case: Case, action: CaseAction, now: datetime) -> tuple[Case, str]:
    if not action.to:
        raise CaseError("whom is it given to? An assignment needs a name in `to`")
    given = in_hand(case, action.to, now)
    if case.state not in ("new", "mine", "snoozed"):
        given = _replace(given, state=case.state)
    return given, f"given to {action.to}"


def _customer(case: Case, action: CaseAction, now: datetime) -> tuple[Case, str]:
    return _settled(case, action, now, state="customer"), "waits for the customer"


def _operations(case: Case, action: CaseAction, now: datetime) -> tuple[Case, str]:
    waiting = _kept(case, action, now)
    return _replace(waiting, state="operations", snoozed_until=None), "waits for operations"


def _answered(case: Case, action: CaseAction, now: datetime) -> tuple[Case, str]:
    settled = _settled(case, action, now, state="answered")
    return _replace(settled, answered_at=now), "answered"


def _close(case: Case, action: CaseAction, now: datetime) -> tuple[Case, str]:
    return _settled(case, action, now, state="closed"), "closed"


def _reopen(case: Case, action: CaseAction, now: datetime) -> tuple[Case, str]:
    if case.state in ("new", "mine"):
        raise CaseError("it is open already")
    opened = in_hand(case, action.by, now)
    return _replace(opened, waiting_since=case.waiting_since or now), "reopened"


def _snooze(case: Case, action: CaseAction, now: datetime) -> tuple[Case, str]:
    if not 1 <= action.minutes <= LONGEST_SNOOZE_MIN:
        raise CaseError(f"put it off for how long? From 1 to {LONGEST_SNOOZE_MIN:,} minutes")
    until = now + timedelta(minutes=action.minutes)
    put_off = _replace(_kept(case, action, now), state="snoozed", snoozed_until=until)
    return put_off, f"put off for {_minutes(until - now)}"


def _wake(case: Case, _: CaseAction, now: datetime) -> tuple[Case, str]:
    if case.state != "snoozed":
        raise CaseError("it is not put off")
    return awake(case, now), "woken"


def awake(case: Case, now: datetime) -> Case:
    """A case that was put off, and is no longer; who has it in hand has just got it again."""
    return _replace(
        case, state=woken(case), snoozed_until=None, taken_at=now if case.agent else None
    )


def _tag(case: Case, action: CaseAction, now: datetime) -> tuple[Case, str]:
    tags = tuple(dict.fromkeys(tag for tag in map(clean, action.tags) if tag))
    if len(tags) > MOST_TAGS:
        raise CaseError(f"{len(tags)} tags are too many: at most {MOST_TAGS}")
    words = "tags: " + ", ".join(tags) if tags else "tags taken off"
    return _replace(_touched(case, action, now), tags=tags), words


def _note(case: Case, action: CaseAction, now: datetime) -> tuple[Case, str]:
    text = action.text.strip()
    if not text:
        raise CaseError("the note is empty: write what others should know")
    if len(text) > NOTE_LETTERS:
        raise CaseError(f"the note has {len(text):,} letters: at most {NOTE_LETTERS:,}")
    return _touched(case, action, now), text


def _wrong(case: Case, action: CaseAction, now: datetime) -> tuple[Case, str]:
    if len(action.posts) != 1 or action.posts[0] not in case.posts:
        raise CaseError("which post is labelled wrong? Name one of this case")
    for label in action.labels:
        if label not in LABELS:
            raise CaseError(f"unknown label '{label}': {choices(label, LABELS)}")
    right = ", ".join(action.labels) or "none"
    why = clean(action.text, NOTE_LETTERS)
    words = f"a post should be labelled: {right}" + (f" ({why})" if why else "")
    return _touched(case, action, now), words


SIMPLE: dict[str, Callable[[Case, CaseAction, datetime], tuple[Case, str]]] = {
    "take": _take,
    "release": _release,
    "assign": _assign,
    "customer": _customer,
    "operations": _operations,
    "answered": _answered,
    "close": _close,
    "reopen": _reopen,
    "snooze": _snooze,
    "wake": _wake,
    "tag": _tag,
    "note": _note,
    "wrong": _wrong,
}
"""Acts on one case alone."""


def _settled(case: Case, action: CaseAction, now: datetime, *, state: str) -> Case:
    """`case` in `state`, where nobody waits for the desk."""
    if case.state == state:
        raise CaseError(f"it is so already: {state}")
    done = msgspec.structs.replace(_kept(case, action, now), snoozed_until=None)
    return _replace(done, state=state, waiting_since=None, contacts=0, loop=False)


def _kept(case: Case, action: CaseAction, now: datetime) -> Case:
    """`case` with an agent: who acts first on a new one has it."""
    if case.agent is None:
        return in_hand(case, action.by, now)
    return _touched(case, action, now)


def _touched(case: Case, action: CaseAction, now: datetime) -> Case:
    return _replace(case, touched_at=now) if case.agent == action.by else case


def _minutes(span: timedelta) -> str:
    minutes = max(0, round(span.total_seconds() / 60))
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"


def clean(text: str, letters: int = TAG_LETTERS) -> str:
    """`text` in one line of what can be printed."""
    printable = "".join(char if char.isprintable() else " " for char in text[: 2 * letters])
    return " ".join(printable.split())[:letters].strip()
