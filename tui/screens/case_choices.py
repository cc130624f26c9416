"""What can be chosen for a case: until when it is put off, which cases it joins, which posts go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from desk.post import LabelledPost
from desk.serving.case_messages import CaseDetail, CaseRow
from tui.case_words import author_words, moment, name_words, state_words
from tui.paint import paint
from tui.screens.asking import Choice
from tui.situation import Situation

SPANS = ((15, "15 minutes"), (30, "30 minutes"), (60, "1 hour"), (120, "2 hours"), (240, "4 hours"))
MORNING_HOUR = 8


def snoozes(clock: datetime | None, zone: ZoneInfo | None) -> list[Choice]:
    """For how long a case can be put off, in minutes, and until when that is."""
    choices = []
    for minutes, words in SPANS:
        until = ""
        if clock is not None:
            until = f", until {moment(clock + timedelta(minutes=minutes), zone, clock)}"
        choices.append((str(minutes), words + until))
    if clock is not None:
        local = clock.astimezone(zone) if zone else clock
        tomorrow = (local + timedelta(days=1)).replace(
            hour=MORNING_HOUR, minute=0, second=0, microsecond=0
        )
        minutes = max(1, round((tomorrow.astimezone(UTC) - clock).total_seconds() / 60))
        choices.append((str(minutes), f"tomorrow morning, until {tomorrow:%a %H:%M}"))
    return choices


def others(detail: CaseDetail, me: str) -> list[Choice]:
    """The cases that a case can be joined with."""
    return [(row.id, _other_words(row, me)) for row in detail.others]


def _other_words(row: CaseRow, me: str) -> str:
    words = (author_words(row.author), state_words(row, me), name_words(row.place))
    return " · ".join((*words, paint(row.text[:200]).text))


def post_words(post: LabelledPost, now: Situation) -> str:
    """A post in one line."""
    return f"{moment(post.created_at, now.zone, now.clock)} {paint(post.text[:200]).text}"
