"""Python's search for garbage, kept from making a desk stutter."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = (20_000, 50, 100)
"""New objects before a search of the young ones, and how many of these go before one of the older
and of all: little of what a desk makes lies in cycles, and each search of all takes 0.1 s."""


ON_SCREENS = (20_000, 10, 20)
"""The same for a screen, which makes and drops more: sheets that were closed are cycles."""


@contextmanager
def setting_up() -> Iterator[None]:
    """Make what stays within this: it is not searched while it is made, nor ever after.

    Packs are half a million small objects; searching them again and again is a third of the
    starting time, and a stutter later. What comes after is searched `SELDOM`.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(*SELDOM)
        gc.enable()


def set_up() -> None:
    """What is there now stays for as long as the screen does: it is searched no more.

    A search of all of it would hold up a key for 0.1 s.
    """
    gc.freeze()
    gc.set_threshold(*ON_SCREENS)
