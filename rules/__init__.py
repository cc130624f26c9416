"""What a post means: text and its context in, a verdict out.

Pure: no clock, no network, no files but the packs.
"""

from rules.engine import Engine
from rules.errors import PackError, RulesError
from rules.loader import load_packs
from rules.scan import Item
from rules.verdict import LABELS, Match, Verdict

__all__ = [
    "LABELS",
    "Engine",
    "Item",
    "Match",
    "PackError",
    "RulesError",
    "Verdict",
    "load_packs",
]
