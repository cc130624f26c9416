"""For whatever makes many objects that stay: meanwhile Python looks for no unreachable ones."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def lasting() -> Iterator[None]:
    """What is made in it is not searched for cycles over and over: a third of an engine's making.

    For the whole process; nested ones end with the outermost.
    """
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()
