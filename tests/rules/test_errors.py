from __future__ import annotations

import pytest

from rules.errors import CHOICES_MAX, choices, listed

MANY = [f"context-{number:02}" for number in range(30)] + ["planned", "planning", "plan"]


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("outtage", ["news", "outage"], "did you mean 'outage'? valid: news, outage"),
        ("zzz", ["news", "outage"], "valid: news, outage"),
        ("x", [], "valid: "),
        ("", ["b", "a"], "valid: a, b"),
    ],
)
def test_few_choices_are_all_told(word: str, known: list[str], expected: str) -> None:
    assert choices(word, known) == expected


def test_of_many_choices_the_nearest_are_told() -> None:
    told = choices("planed", MANY)
    assert told.startswith("did you mean 'planned'? valid: ")
    assert told.endswith(f" and {len(MANY) - 8} more")
    assert all(word in told for word in ("planned", "planning", "plan"))
    assert told.count(",") == 7
    assert choices("planed", MANY[:CHOICES_MAX]).count(",") == CHOICES_MAX - 1


def test_a_list_is_cut_where_that_saves_words() -> None:
    assert listed(["a", "b", "c"], 2) == "a, b, c"
    assert listed(["a", "b", "c", "d"], 2) == "a, b and 2 more"
