"""The innermost loops of the rules engine in plain form: what `rules.kernel` has compiled."""

from rules.chunks import FORM, Chunks
from rules.hits import Phrases
from rules.judge import Judge
from rules.parts import Parts
from rules.typos import Typos

__all__ = ["FORM", "Chunks", "Judge", "Parts", "Phrases", "Typos"]
