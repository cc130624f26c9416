"""Cases in words: the promise never runs into what stands beside it in the list."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.tui.cases_scene import CLOCK, case, facts
from tui.case_words import author_words, facts_words, promise


@pytest.mark.parametrize(
    ("late", "said"),
    [
        (timedelta(seconds=44), "late 44s"),
        (timedelta(hours=9, minutes=59), "late 9h59"),
        (timedelta(hours=12, minutes=3), "late 12h"),
        (timedelta(days=2, hours=7), "late 2d"),
        (-timedelta(hours=3, minutes=5), "3h05 left"),
        (-timedelta(hours=30), "1d left"),
    ],
)
def test_a_promise_is_told_in_nine_cells(late: timedelta, said: str) -> None:
    row = case(0, waiting_since=CLOCK - timedelta(hours=1), due_at=CLOCK - late)
    assert promise(row, CLOCK, ZoneInfo("UTC")).words == said


def test_without_a_promise_it_is_said_how_long_they_wait() -> None:
    row = case(0, waiting_since=CLOCK - timedelta(hours=3, minutes=5), due_at=None)
    assert promise(row, CLOCK, None).words == "waits 3h"


def test_an_outage_that_is_over_lacks_no_time() -> None:
    assert "no time known" in facts_words(facts(etr=None), ZoneInfo("UTC"), CLOCK)
    over = facts(etr=None, status="restored", crews="")
    assert facts_words(over, ZoneInfo("UTC"), CLOCK)[:1] == ["restored Alder Bay"]
    assert "no time known" not in facts_words(over, ZoneInfo("UTC"), CLOCK)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("elm.example", "@elm.example"),
        ("@elm@social.example", "@elm@social.example"),
        ("did:plc:ab12cd34ef56gh78ij90kl12", "did:plc:ab12cd3…"),
        ("did:web:a.io", "did:web:a.io"),
        ("did you see", "@did you see"),
    ],
)
def test_a_did_is_no_handle(name: str, said: str) -> None:
    assert author_words(name) == said
