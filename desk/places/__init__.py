"""Places: which community a post is about, and how that is known."""

from desk.places.locator import Locator, Step, Trace
from desk.places.memory import REMEMBERED
from desk.places.reading import Note

__all__ = ["REMEMBERED", "Locator", "Note", "Step", "Trace"]
