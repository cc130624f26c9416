"""What a misspelt word of a post was taken for: told from the phrase of a rule as it is written."""

from __future__ import annotations

import re

from rapidfuzz.distance import OSA

from rules import Match
from rules.text import fold, tokens

SLIPS_MAX = 2
WORDS_LOOKED_AT = 100
_WORD = re.compile(r"(?<![\w$@<=])[^\W\d_][\w'’]*(?![\w~*>])")
"""Words that forgive slips; vocabularies and the forms of a word are not told from the phrase."""


def read_as(match: Match) -> list[tuple[str, str]]:
    """Words of the post that the phrase has otherwise, each with how it has it."""
    meant = {fold(word): word for word in _WORD.findall(match.phrase)}
    found: dict[str, str] = {}
    for token in tokens(match.text)[:WORDS_LOOKED_AT]:
        word = fold(token)
        if not meant or word in meant or not word.isalpha():
            continue
        slips, nearest = min((OSA.distance(word, one), one) for one in meant)
        if slips <= SLIPS_MAX and 2 * slips < len(nearest):
            found[token] = meant[nearest]
    return list(found.items())
