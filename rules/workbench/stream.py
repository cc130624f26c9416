"""An endless stream of posts that nobody wrote, to measure how fast the rules read.

Words are drawn from the common words of English, Spanish and Italian (60, 25 and 15 of 100 posts)
by their rank: 1 / (rank + 2.7) to rank 5,000 and steeper beyond it, by the square, as in large
collections (Ferrer i Cancho and Solé, 2001); 8 to 60 a post with a mean of 20, with the garnish of
real posts: 1.5 % of words mistyped, 0.5 % invented, capitals, signs, mentions, links, hashtags,
emoji. A share of the posts holds a phrase of the packs; of these every fifth is damaged.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate
from random import Random
from string import ascii_lowercase

from rules.language import frequent_words
from rules.pack import Pack
from rules.workbench.variants import mistyped
from rules.workbench.wording import Speller, live_rules

SHARES = {"en": 60, "es": 25, "it": 15}
RELEVANT_SHARE = 0.15
_RANK_OFFSET = 2.7
_KERNEL_RANKS = 5_000
_LETTERS_TYPED_MIN = 4
_TAG_RANKS, _JOINED_RANKS = 3_000, 200
_EMOJI = "🔥😂🙏💡⚡😡👍🌧🥶❤"
_SIGNS = (".", ",", "!", "?", "...", ":")


@cache
def _ladder(language: str) -> tuple[list[str], list[float]]:
    words = frequent_words(language)
    weights = (
        1 / (rank + _RANK_OFFSET) * min(1, _KERNEL_RANKS / rank)
        for rank in range(1, len(words) + 1)
    )
    return words, list(accumulate(weights))


class Stream:
    """Posts of one `seed`: the same ones in the same order, on every machine."""

    def __init__(self, packs: Sequence[Pack], seed: int, relevant: float = RELEVANT_SHARE) -> None:
        self._random = Random(seed)
        self._relevant = relevant
        self._phrases = {
            language: [
                phrase
                for rule in live_rules([pack for pack in packs if pack.language == language])
                for phrase in rule.any
            ]
            for language in SHARES
        }
        self._spellers = {language: Speller(language, self._random) for language in SHARES}

    def texts(self, count: int) -> Iterator[str]:
        """The next `count` posts."""
        for _ in range(count):
            yield self._text()

    def _text(self) -> str:
        random = self._random
        (language,) = random.choices(tuple(SHARES), tuple(SHARES.values()))
        length = min(60, 8 + int(random.expovariate(1 / 12)))
        words = [self._word(language) for _ in range(length)]
        phrases = self._phrases[language]
        if phrases and random.random() < self._relevant:
            written = self._spellers[language].spell(random.choice(phrases))
            if random.random() < 0.2:
                written = [mistyped(word, random) for word in written]
            at = random.randrange(length)
            words[at:at] = written
        words[0] = words[0].capitalize()
        return " ".join(words)

    def _word(self, language: str) -> str:
        random = self._random
        chance = random.random()
        if chance < 0.04:
            return self._garnish(language)
        if chance < 0.045:
            return "".join(random.choices(ascii_lowercase, k=random.randint(4, 10)))
        words, ladder = _ladder(language)
        word = words[bisect(ladder, random.random() * ladder[-1])]
        if chance < 0.06 and len(word) >= _LETTERS_TYPED_MIN:
            return mistyped(word, random)
        if chance > 0.88:
            return word + random.choice(_SIGNS)
        return word.capitalize() if chance > 0.84 else word

    def _garnish(self, language: str) -> str:
        random = self._random
        kind = random.randrange(4)
        if kind == 0:
            return "@" + "".join(random.choices(ascii_lowercase, k=8)) + str(random.randrange(100))
        if kind == 1:
            return f"https://t.co/{random.randrange(36**6):x}"
        if kind == 2:
            words, ladder = _ladder(language)
            tag = words[bisect(ladder, random.random() * ladder[_TAG_RANKS])].capitalize()
            return f"#{tag}{random.choice(words[:_JOINED_RANKS]) if random.random() < 0.3 else ''}"
        return random.choice(_EMOJI)
