"""How people type: whole words in short forms, a few slips, case, emoji, hashtags.

Rates follow measurements of real posts: about 9 % of tokens are non-standard by hand
(WNUT-2015), most of them whole words that are written as they are spoken ("u", "gonna", "dont").
Telephones mend most slips, so letters that are left out or swapped make up 1.5 to 2 % of tokens;
the words that matter are rarely mistyped. How much of it a person does stays the same.
"""

from __future__ import annotations

import random
import unicodedata
from itertools import compress, count

from simulator.storm import NoisePlan
from simulator.voices import EXCLAIMED, Grammar

SHORT_FORMS = {"en": 4.6, "es": 2.0, "it": 1.2}
"""Chance that a word with a short form gets it, per share of non-standard tokens.

Italians and Spaniards have given up most of the short forms that text messages once taught them.
"""

SLIPS = 0.2
"""Slips of the fingers per non-standard token."""

MOST_SLIPS = 2
TWO_EDITS = 0.05
DRAWN_PER_SLIP = 2.0
"""Short words and names that are drawn for a slip stay as they are."""

_SLIPS_DRAWN = SLIPS * DRAWN_PER_SLIP

KEY_WORD_TYPOS = {"power": 0.0004, "outage": 0.0003, "electricity": 0.012, "transformer": 0.02}
"""Share of the occurrences of a key word that are mistyped, as measured in real posts."""

SHORT_KEY_WORD, LONG_KEY_WORD = 0.0005, 0.01
"""The same for key words that nobody has counted: longer words are mistyped more."""

SHORTENED_KEY_WORD = 0.0012
"""Share of the occurrences of a key word that get its short form ("pwr"), where it has one."""

LONG_FROM = 9
DRAWN_OUT = 0.03
"""Chance that an exclamation is drawn out ("pleaseee")."""

_EXCLAIMED = frozenset(EXCLAIMED)
_EDGES = ".,!?…:;()\"'¿¡"
_BESIDE = {a: row[n + 1 : n + 2] or row[n - 1] for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm")
           for n, a in enumerate(row)}  # fmt: skip
"""The key to the right of a letter's."""


def roughen(
    text: str, rough: float, case: str, plan: NoisePlan, grammar: Grammar, draw: random.Random
) -> str:
    """`text` as somebody types it; `rough` multiplies the share of non-standard tokens."""
    words = text.split(" ")
    changed = _shortened(words, plan.tokens * rough, grammar, draw)
    slips = int(plan.tokens * _SLIPS_DRAWN * rough * len(words) + draw.random())
    if slips:
        changed = True
        for _ in range(min(slips, MOST_SLIPS)):
            place = int(draw.random() * len(words))
            words[place] = _mistyped(words[place], plan.tokens, grammar, draw)
    if changed:
        text = " ".join(words)
    if case == "as is":
        return text[:1].upper() + text[1:]
    return _cased(text, case)


def _shortened(words: list[str], share: float, grammar: Grammar, draw: random.Random) -> bool:
    """Put short forms in place of some `words`; whether there were any."""
    rnd, slang = draw.random, grammar.slang
    chance = min(0.75, share * SHORT_FORMS[grammar.language])
    changed = False
    for number in compress(count(), map(grammar.loose.__contains__, words)):
        word = words[number]
        forms = slang.get(word)
        if word in _EXCLAIMED and forms is None:
            if rnd() < DRAWN_OUT * min(1.0, share * 12):
                words[number] = word + word[-1] * (2 + int(rnd() * 3))
                changed = True
        elif rnd() < chance:
            words[number] = (
                word.replace("'", "").lower() if forms is None else forms[int(rnd() * len(forms))]
            )
            changed = True
    return changed


def _mistyped(word: str, tokens: float, grammar: Grammar, draw: random.Random) -> str:
    # A capital is a name here, even in front: places must stay what they are.
    if word.lower() != word:
        return word
    bare = word.strip(_EDGES)
    if not bare.isalpha() or not word.startswith(bare):
        return word
    if bare in grammar.key_words:
        chance = draw.random() * tokens * _SLIPS_DRAWN
        typos = _chance(bare)
        if bare in grammar.slang and typos < chance < typos + SHORTENED_KEY_WORD:
            return word.replace(bare, grammar.slang[bare][0])
        if chance > typos:
            return word
    plain = without_accents(word)
    if plain != word or len(bare) < 4:
        return plain
    edited = _edited(bare, draw)
    if len(edited) > 6 and draw.random() < TWO_EDITS:
        edited = _edited(edited, draw)
    return edited + word[len(bare) :]


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
    """`word`, of at least four letters, with one slip; nobody misses the first two."""
    at = 2 + int(draw.random() * (len(word) - 2))
    kind = draw.random()
    if kind < 0.3 and at < len(word) - 1 and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind < 0.6:
        return word[:at] + word[at + 1 :]
    if kind < 0.8 and word[at] in _BESIDE:
        return word[:at] + _BESIDE[word[at]] + word[at + 1 :]
    return word[:at] + word[at] + word[at:]


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
    tagging: float = 1.0,
    labels: tuple[str, ...] = (),
) -> str:
    """`text` with an emoji or a hashtag behind it.

    `fond` multiplies the emoji, `tagging` the hashtags; who writes what `labels` mean is glad,
    or is not.
    """
    rnd = draw.random
    if rnd() < plan.emoji * fond:
        glad = grammar.glad if "praise" in labels or "restored" in labels else grammar.sorry
        emojis = glad if labels else grammar.emoji
        emoji = emojis[int(rnd() * len(emojis))]
        text = f"{text} {emoji * (1 + (rnd() < 0.2) + (rnd() < 0.05))}"
    if tags and rnd() < plan.hashtags * tagging:
        text = f"{text} #{tags[int(rnd() * len(tags))]}"
        if rnd() < 0.2:
            another = f"#{tags[int(rnd() * len(tags))]}"
            text = text if another in text else f"{text} {another}"
    return text
