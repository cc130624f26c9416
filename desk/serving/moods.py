"""The mood of a post or case, as far as its labels tell it: anger, thanks, both, or neither.

No feeling is measured: who is angry without a word of complaint counts as calm.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from desk.errors import FilterError, choices

Labels = Collection[str]

MOODS: dict[str, Callable[[Labels], bool]] = {
    "angry": lambda labels: "complaint" in labels and "praise" not in labels,
    "thankful": lambda labels: "praise" in labels and "complaint" not in labels,
    "mixed": lambda labels: "complaint" in labels and "praise" in labels,
    "calm": lambda labels: "complaint" not in labels and "praise" not in labels,
}


def mood(wanted: str) -> Callable[[Labels], bool]:
    """Whether labels tell of the mood that is meant: its first letters are enough.

    Raises:
        FilterError: there is none, or several begin so.
    """
    begun = [name for name in MOODS if name.startswith(wanted)]
    if len(begun) != 1:
        raise FilterError(f"unknown mood '{wanted}': {choices(wanted, tuple(MOODS))}")
    return MOODS[begun[0]]
