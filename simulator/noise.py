"""How people type: dropped letters and accents, slang, case, elongation, emoji, hashtags.

Rates follow measurements of real posts: about 9 % of tokens are non-standard (WNUT-2015), a third
of those by one edit, a quarter by two, the rest slang; the words that matter are rarely mistyped.
"""

from __future__ import annotations

import random
import unicodedata

from simulator.storm import NoisePlan
from simulator.voices import Grammar

DRAWN_PER_CHANGED = 1.9
"""Short words, names and key words that are drawn for a typo mostly stay as they are."""

KEY_WORD_TYPOS = 0.01
"""Chance that a key word chosen for a typo really gets one."""


def roughen(
    text: str, rough: float, case: str, plan: NoisePlan, grammar: Grammar, draw: random.Random
) -> str:
    """`text` as somebody types it; `rough` multiplies the share of non-standard tokens."""
    words = text.split(" ")
    share = plan.tokens * rough * DRAWN_PER_CHANGED
    rnd = draw.random
    expected = share * len(words)
    count = int(expected) + (rnd() < expected % 1)
    for _ in range(count):
        place = int(rnd() * len(words))
        words[place] = _mistyped(words[place], grammar, draw)
    return _cased(" ".join(words), case)


def _mistyped(word: str, grammar: Grammar, draw: random.Random) -> str:
    bare = word.strip(".,!?…:;()\"'").lower()
    slang = grammar.slang.get(bare)
    if slang:
        return word.lower().replace(bare, slang[int(draw.random() * len(slang))])
    # A capital is a name here, even in front: places must stay what they are.
    if word.lower() != word:
        return word
    if not bare.isalpha():
        return word.replace("'", "").replace("’", "") if bare[:1].isalpha() else word
    if len(bare) < 4:
        return word
    if bare in grammar.key_words and draw.random() > KEY_WORD_TYPOS:
        return word
    plain = without_accents(word)
    if plain != word:
        return plain
    edited = _edited(word, draw)
    return _edited(edited, draw) if draw.random() < 0.3 and len(bare) > 6 else edited


def without_accents(word: str) -> str:
    """`word` as typed on a keyboard without accents."""
    if word.isascii():
        return word
    split = unicodedata.normalize("NFD", word)
    return "".join(char for char in split if not unicodedata.combining(char))


def _edited(word: str, draw: random.Random) -> str:
    at = 1 + int(draw.random() * (len(word) - 2))
    kind = draw.random()
    if kind < 0.5:
        return word[:at] + word[at + 1 :]
    if kind < 0.7 and at > 1:
        return word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
    if kind < 0.85:
        return word[:at] + word[at] + word[at:]
    if word[-1] in "aeioy":
        return word + word[-1] * (1 + int(draw.random() * 4))
    return word[:at] + word[at + 1 :]


def _cased(text: str, case: str) -> str:
    if case == "lower":
        # Handles, links and tags keep their case, or they would lead nowhere.
        return " ".join(w if w[:1] in "@#" or "://" in w else w.lower() for w in text.split(" "))
    if case == "shout":
        return " ".join(w if w[:1] in "@#" or "://" in w else w.upper() for w in text.split(" "))
    return text[:1].upper() + text[1:]


def decorated(
    text: str, tags: tuple[str, ...], plan: NoisePlan, grammar: Grammar, draw: random.Random
) -> str:
    """`text` with an emoji or a hashtag of the day behind it, as often as people do that."""
    rnd = draw.random
    if rnd() < plan.emoji:
        emoji = grammar.emoji[int(rnd() * len(grammar.emoji))]
        text = f"{text} {emoji * (1 + (rnd() < 0.2) + (rnd() < 0.05))}"
    if tags and rnd() < plan.hashtags:
        text = f"{text} #{tags[int(rnd() * len(tags))]}"
        if rnd() < 0.2:
            text = f"{text} #{tags[int(rnd() * len(tags))]}"
    return text
