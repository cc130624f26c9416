"""Why a key does nothing now: one place a screen, from which footer, help and palette all read.

A screen or widget with keys that are sometimes idle overrides `why_not`. The key then stands dim in
the bottom line, `?` and the palette give the reason, and whoever presses it is told (tui/frame.py).
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from textual.widget import Widget


class Reasons:
    """Of a screen or a widget with keys; stands before Textual's own class."""

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        """Why `action` does nothing now, in one plain line; None where it does something."""
        del action, parameters
        return None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """None where there is a reason; a False from a subclass lets the key go on to a field."""
        assert isinstance(self, Widget)
        if not self.is_mounted:
            return True  # Textual asks before what the reasons hang on is there
        return None if self.why_not(action, parameters) is not None else True


@runtime_checkable
class Explains(Protocol):
    """What has reasons, with or without the class above."""

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        """Why `action` does nothing now; None where it does something."""


@runtime_checkable
class Says(Protocol):
    """A screen that has a line for what was done, and for such reasons."""

    def say_once(self, words: str, *, refused: bool = False) -> None:
        """Say it where it stays until the next key that does something."""

    def unsay(self) -> None:
        """Take back what was said once."""
