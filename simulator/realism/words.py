"""How people write: non-standard words and typos of the words that matter, measured.

The same measure is taken of simulated and of real posts, so that what it overlooks it overlooks in
both. Names can't be told from typos by a machine, so only words in small letters are looked at.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import msgspec
from rapidfuzz.distance import OSA

from rules.text import fold

LANGUAGES = ("en", "it", "es")
SHORT_KEY_WORDS = {
    "en": ("power", "outage", "outages"),
    "it": ("luce", "corrente"),
    "es": ("corriente", "apagon"),
}
LONG_KEY_WORDS = {
    "en": ("electricity", "transformer"),
    "it": ("elettricita", "blackout"),
    "es": ("electricidad", "transformador"),
}
_SPOKEN = {
    "en": """u ur r ya yall bc cuz coz tho ppl pls plz thx rn lol lmao omg idk smh wtf tbh btw gonna
        wanna gotta dunno lemme gimme kinda outta ima imma tryna cmon bout til till nite tonite luv
        thru w b4 2nite 2day abt wit dat da dis ain goin doin nothin somethin hella af fam bruh bro
        nah yeah yea yep nope ok haha hahaha ugh meh welp""",
    "it": "nn cmq xke xche ke k x qlc qlcn sn tt pls asp dp sx raga boh vabbe mo",
    "es": "q k xq pq porq tb tmb tmbn x d dnd xfa pls bn msj toy pa pal na jaja jajaja jajajaja",
}
"""Short and spoken forms, beside the abbreviations of the rules' word lists."""

_BARE = """dont cant wont didnt doesnt isnt arent wasnt werent havent hasnt hadnt couldnt shouldnt
    wouldnt im ive youre youve theyre theyve weve thats whats heres theres lets hes shes aint"""
"""English contractions that have lost their apostrophe."""

_AWAY = re.compile(r"https?://\S+|www\.\S+|[@#＃][\w.@-]+|&\w+;|\S*\d\S*")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


class Writing(msgspec.Struct):
    """Counts over posts; each `share` is None while there is nothing to measure."""

    words: int = 0
    non_standard: int = 0
    short_exact: int = 0
    short_typos: int = 0
    long_exact: int = 0
    long_typos: int = 0
    power: int = 0
    pwr: int = 0

    def add(self, text: str, language: str) -> None:
        """Count one text in `language`: en, it or es; other texts are passed over."""
        if language not in LANGUAGES:
            return
        common, short = _common(language), _short(language)
        for word in small_words(text):
            self.words += 1
            bare = fold(word)
            self.power += bare == "power"
            self.pwr += bare == "pwr"
            if bare == word and bare in short:
                self.non_standard += 1
            elif bare not in common:
                self.non_standard += 1
                self._key_typo(bare, language)
            elif bare in SHORT_KEY_WORDS[language]:
                self.short_exact += 1
            elif bare in LONG_KEY_WORDS[language]:
                self.long_exact += 1

    def _key_typo(self, bare: str, language: str) -> None:
        if mistyped(bare, SHORT_KEY_WORDS[language]):
            self.short_typos += 1
        elif mistyped(bare, keys := LONG_KEY_WORDS[language]) and _is_nearest(
            bare, keys, _common(language)
        ):
            self.long_typos += 1

    @property
    def non_standard_share(self) -> float | None:
        """Non-standard words among words in small letters."""
        return self.non_standard / self.words if self.words else None

    @property
    def short_typo_share(self) -> float | None:
        """Typos among all occurrences of short key words (power, outage)."""
        met = self.short_exact + self.short_typos
        return self.short_typos / met if met else None

    @property
    def long_typo_share(self) -> float | None:
        """Typos among all occurrences of long key words (electricity, transformer)."""
        met = self.long_exact + self.long_typos
        return self.long_typos / met if met else None

    @property
    def short_form_share(self) -> float | None:
        """The short form "pwr" among all occurrences of "power" in small letters."""
        met = self.power + self.pwr
        return self.pwr / met if met else None


def small_words(text: str) -> Iterable[str]:
    """The words of a text in small letters, without links, mentions, tags, numbers and names."""
    return [word for word in _WORD.findall(_AWAY.sub(" ", text)) if word.islower()]


def mistyped(word: str, key_words: Iterable[str]) -> bool:
    """Whether `word` is one edit off a key word (two from nine letters on), as typed by slip.

    Edits are those of Damerau and Levenshtein; the first letter is kept, as it nearly always is.
    """
    return any(
        word[0] == key[0]
        and word != key
        and not (word.startswith(key) or key + "s" == word)
        and OSA.distance(word, key, score_cutoff=1 + (len(key) >= 9)) <= 1 + (len(key) >= 9)
        for key in key_words
    )


def _is_nearest(slip: str, keys: Iterable[str], common: Iterable[str]) -> bool:
    """Whether no common word is nearer to a slip than the key words are.

    "Electricia" is two edits off electricity, and one off electrician.
    """
    own = min(OSA.distance(slip, key) for key in keys)
    return own == 1 or not any(
        OSA.distance(slip, word, score_cutoff=1) == 1
        for word in common
        if word[0] == slip[0] and not word.startswith(tuple(keys))
    )


@cache
def _common(language: str) -> frozenset[str]:
    text = (files("rules") / "words" / f"common_{language}.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))


@cache
def _short(language: str) -> frozenset[str]:
    written = (files("rules") / "words" / "abbreviations.toml").read_text(encoding="utf-8")
    short = frozenset(tomllib.loads(written)[language]) | set(_SPOKEN[language].split())
    return short | set(_BARE.split()) if language == "en" else short
