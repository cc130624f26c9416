"""How people type: dropped letters and accents, slang, case, elongation, emoji, hashtags.

Rates follow measurements of real posts: about 9 % of tokens are non-standard (WNUT-2015), a third
of those by one edit, a quarter by two, a quarter by slang; the words that matter are rarely
mistyped. How much of it a person does stays the same: some type clean, some never do.
"""

from __future__ import annotations

import random
import unicodedata

from simulator.storm import NoisePlan
from simulator.voices import Grammar

DRAWN_PER_CHANGED = 2.1
"""Short words, names and key words that are drawn for a typo mostly stay as they are."""

KEY_WORD_TYPOS = {"power": 0.0006, "outage": 0.0003, "electricity": 0.015, "transformer": 0.03}
"""Share of the occurrences of a key word that are mistyped, as measured in real posts."""

SHORT_KEY_WORD, LONG_KEY_WORD = 0.0005, 0.01
"""The same for key words that nobody has counted: longer words are mistyped more."""

LONG_FROM = 9
SLANG = 0.33
"""Chance that, of a text that is typed carelessly, a word with a slang form is looked for first."""

TWO_EDITS = 0.75
_EDGES = ".,!?…:;()\"'¿¡"


def roughen(
    text: str, rough: float, case: str, plan: NoisePlan, grammar: Grammar, draw: random.Random
) -> str:
    """`text` as somebody types it; `rough` multiplies the share of non-standard tokens."""
    share = plan.tokens * rough * DRAWN_PER_CHANGED
    rnd = draw.random
    expected = share * (text.count(" ") + 1)
    count = int(expected)
    if rnd() < expected - count:
        count += 1
    if count:
        words = text.split(" ")
        length = len(words)
        for _ in range(count):
            place = int(rnd() * length)
            if rnd() < SLANG:
                known = [n for n, word in enumerate(words) if word in grammar.shortened]
                place = known[int(rnd() * len(known))] if known else place
            words[place] = _mistyped(words[place], plan.tokens, grammar, draw)
        text = " ".join(words)
    if case == "as is":
        return text[:1].upper() + text[1:]
    return _cased(text, case)


def _mistyped(word: str, tokens: float, grammar: Grammar, draw: random.Random) -> str:
    bare = word.strip(_EDGES).lower()
    slang = grammar.slang.get(bare)
    if slang is not None and bare in grammar.shortened:
        return word.lower().replace(bare, slang[int(draw.random() * len(slang))])
    # A capital is a name here, even in front: places must stay what they are.
    if word.lower() != word:
        return word
    if not bare.isalpha():
        return word.replace("'", "").replace("’", "") if bare[:1].isalpha() else word
    if len(bare) < 4:
        return word
    if bare in grammar.key_words and draw.random() * tokens * DRAWN_PER_CHANGED > _chance(bare):
        return word
    plain = without_accents(word)
    if plain != word:
        return plain
    edited = _edited(word, draw)
    return _edited(edited, draw) if len(bare) > 4 and draw.random() < TWO_EDITS else edited


def _chance(key_word: str) -> float:
    """The share of the occurrences of a key word that get a typo."""
    usual = LONG_KEY_WORD if len(key_word) >= LONG_FROM else SHORT_KEY_WORD
    return KEY_WORD_TYPOS.get(key_word, usual)


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
    # Handles, links and tags keep their case, or they would lead nowhere.
    if case == "lower":
        if "@" not in text and "#" not in text and "://" not in text:
            return text.lower()
        return " ".join(w if w[:1] in "@#" or "://" in w else w.lower() for w in text.split(" "))
    if case == "shout":
        return " ".join(w if w[:1] in "@#" or "://" in w else w.upper() for w in text.split(" "))
    return text[:1].upper() + text[1:]


def decorated(
    text: str,
    tags: tuple[str, ...],
    plan: NoisePlan,
    grammar: Grammar,
    draw: random.Random,
    fond: float = 1.0,
) -> str:
    """`text` with an emoji or a hashtag of the day behind it; `fond` multiplies the emoji."""
    rnd = draw.random
    if rnd() < plan.emoji * fond:
        emoji = grammar.emoji[int(rnd() * len(grammar.emoji))]
        text = f"{text} {emoji * (1 + (rnd() < 0.2) + (rnd() < 0.05))}"
    if tags and rnd() < plan.hashtags:
        text = f"{text} #{tags[int(rnd() * len(tags))]}"
        if rnd() < 0.2:
            text = f"{text} #{tags[int(rnd() * len(tags))]}"
    return text
