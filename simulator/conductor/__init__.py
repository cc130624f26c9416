"""A storm run by hand: its clock, its posts again and again the same, injects, and the score."""

from simulator.conductor.conductor import Bookmark, Conductor
from simulator.conductor.inject import Fired
from simulator.conductor.reel import Reel

__all__ = ["Bookmark", "Conductor", "Fired", "Reel"]
