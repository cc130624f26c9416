"""Places: which community a post is about, and how that is known."""

from desk.places.locator import Locator

__all__ = ["Locator"]
