"""Places: which community a post is about, and how that is known."""

from desk.places.locator import Locator
from desk.places.memory import REMEMBERED
from desk.places.reading import Note
from desk.places.trace import Step, Trace

__all__ = ["REMEMBERED", "Locator", "Note", "Step", "Trace"]
