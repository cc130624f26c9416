"""What a post means: text and its context in, a verdict out.

Pure: no clock, no network, no files but the packs.
"""

from rules.verdict import LABELS, Match, Verdict

__all__ = ["LABELS", "Match", "Verdict"]
