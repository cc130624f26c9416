"""The innermost loops of the rules engine, compiled; `rules.plain` names what means the same.

`chunks` cuts texts into `cuts`, as `rules.chunks` does, with `spelling` for words that are common.
`reading` tells what a chunk means to the rules of a language: the short cut of `rules.reader`, with
`words` for the elements of phrases that a word stands for, `typos` for words that are mistyped and
`parts` for those that are joined. `tables` holds what rules look for as rows of numbers,
`neighbours` what must stand beside the rarest word of each, `sheets` finds one row among the words
of a text, `pages` tells what a rule may ask of them, as `rules.page`
does, and `hits` which rules fire, as `rules.hits` does. `judge` does all that for post after post.
"""

from rules.kernel.chunks import FORM, Chunks
from rules.kernel.hits import Phrases
from rules.kernel.judge import Judge
from rules.kernel.parts import Parts
from rules.kernel.typos import Typos

__all__ = ["FORM", "Chunks", "Judge", "Parts", "Phrases", "Typos"]
