"""The inflected forms of a word: what `lose~` in a phrase stands for.

`rules/words/forms_LANGUAGE.txt` tells what no rule can (went, vuelto, spento); regular inflection
completes it. Everything is folded, so forms that only an accent tells apart are one (cortó, corto).
A form that nobody writes does no harm, a missing one does: in doubt a form is in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path

LETTERS_MIN = 3
_WORDS = Path(__file__).parent / "words"
_WHOLE = "!"
"""Among the forms of a table: they are all that the word has, no rule adds any."""
_VOWELS = "aeiou"
_CONSONANT = re.compile(r"[bcdfghjklmnpqrstvwxz]$")

_EN_NOUN = re.compile(r"(?:ity|tion|sion|ment|ness|ship|ance|ence|ism|logy)$")
_EN_DOUBLED = re.compile(r"^(?:qu|[^aeiou])*[aeiouy][bdfglmnprtvz]$")

_ES_INFINITIVE = re.compile(r"(?<=.)([aei]r)$")
_ES_PARTICIPLE = re.compile(r"(?<=[ai]d)o$")
_ES_FUTURE = "e as a emos eis an ia ias iamos iais ian"
_ES_STRESSED = {"ar": "o as a an e es en", "er": "o es e en a as an", "ir": "o es e en a as an"}
_ES_UNSTRESSED = {
    "ar": "ar arse ando andose ado ada ados adas as amos ais aba abas abamos abais aban "
    "o e aste asteis aron emos eis ad "
    "ara aras aramos arais aran ase ases asemos aseis asen",
    "er": "er erse ido ida idos idas es e emos eis ia ias iamos iais ian "
    "i iste imos isteis amos ais ed",
    "ir": "ir irse ido ida idos idas is i imos ia ias iamos iais ian iste isteis amos ais id",
}
_ES_GLIDING = (
    "io ieron iendo iendose iera ieras ieramos ierais ieran iese ieses iesemos ieseis iesen"
)
_ES_STEM_VOWELS = {"e": ("ie", "i"), "o": ("ue", "u"), "u": ("ue",)}

_IT_INFINITIVE = re.compile(r"(?<=.)([aei]re)$")
_IT_PARTICIPLE = re.compile(r"(?<=[aiu]t)o$")
_IT_SHORT_PARTICIPLE = re.compile(r"(?:[nrlst]t|[aeiounrs]s)[oa]$")
_IT_FUTURE = "o ai a emo ete anno ei esti ebbe emmo este ebbero"
_IT_ENDINGS = {
    "are": "are arsi ando andosi ante anti o i a iamo ate ano ino iate "
    "avo avi ava avamo avate avano ai asti ammo aste arono assi asse assimo assero",
    "ere": "ere ersi endo endosi ente enti o i e iamo ete ono a ano iate "
    "evo evi eva evamo evate evano esti emmo este erono essi esse essimo essero",
    "ire": "ire irsi endo endosi ente enti o i e iamo ite ono a ano iate "
    "ivo ivi iva ivamo ivate ivano ii isti immo iste irono issi isse issimo issero",
}
_IT_WIDENED = "isco isci isce iscono isca iscano"
_IT_UNWIDENED = ("o", "e", "ono", "a", "ano")  # "i" stays: finì
_IT_PARTICIPLES = {"are": "at", "ere": "ut", "ire": "it"}
_GENDERS = {"es": ("o", "a", "os", "as"), "it": ("o", "a", "i", "e")}

_REFLEXIVE = {"es": (re.compile(r"(?<=[aei]r)se$"), ""), "it": (re.compile(r"(?<=[aei]r)si$"), "e")}
_COMPOUNDED = {
    "es": ("tener", "poner", "venir", "hacer", "decir", "traer", "caer", "volver", "cubrir"),
    "it": ("tenere", "venire", "porre", "mettere", "rompere", "prendere", "correre", "cadere"),
}
"""Irregular verbs that other verbs end in and are inflected like."""


@lru_cache(maxsize=4096)
def forms(word: str, language: str) -> frozenset[str]:
    """The folded forms of the folded `word`, itself among them.

    `word` is a base form: an infinitive, a singular; of a reflexive infinitive (irse, staccarsi)
    the forms are those of the verb. A base that neither table nor rules know stands for itself.
    """
    base = word
    if language in _REFLEXIVE:
        reflexive, ending = _REFLEXIVE[language]
        base = reflexive.sub(ending, word)
    known = {word, base}
    if base in _table(language) or (len(base) >= LETTERS_MIN and base.isalpha()):
        known.update(_inflected(base, language))
    return frozenset(known)


def _inflected(word: str, language: str) -> Iterable[str]:
    listed, whole = _listed(word, language)
    if whole:
        return listed
    if language == "en":
        return (*listed, *_english(word, listed, known=word in _table("en")))
    if language == "es":
        return (*listed, *_spanish(word, listed))
    if language == "it":
        return (*listed, *_italian(word, listed))
    return listed


def _listed(word: str, language: str) -> tuple[list[str], bool]:
    """The forms in the table, also by way of the verb that `word` ends in, and if they are all."""
    table = _table(language)
    listed = table.get(word, "").split()
    for verb in _COMPOUNDED.get(language, ()):
        if word.endswith(verb) and word != verb:
            first = word[: -len(verb)]
            line = table.get(verb, "").split()
            listed += [form if form == _WHOLE else first + form for form in line]
    return [form for form in listed if form != _WHOLE], _WHOLE in listed


@cache
def _table(language: str) -> dict[str, str]:
    """The forms of each word of the language's file, blanks between them."""
    path = _WORDS / f"forms_{language}.txt"
    if not path.is_file():
        return {}
    table: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            word, _, rest = line.partition(" ")
            table[word] = rest
    return table


def _english(word: str, listed: Iterable[str], *, known: bool) -> Iterator[str]:
    yield _english_plural(word)
    is_verb = any(form.endswith(("ed", "ing")) for form in listed)
    if not is_verb and (known or _EN_NOUN.search(word)):
        return
    doubled = word + word[-1] if _EN_DOUBLED.search(word) else word
    if word.endswith("ie"):
        yield from (word + "d", word[:-2] + "ying")
    elif word.endswith(("ee", "oe", "ye")):
        yield from (word + "d", word + "ing")
    elif word.endswith("e"):
        yield from (word + "d", word[:-1] + "ing")
    elif _ends_in_consonant_and_y(word):
        yield from (word[:-1] + "ied", word + "ing")
    else:
        yield from (doubled + "ed", doubled + "ing")


def _ends_in_consonant_and_y(word: str) -> bool:
    return word.endswith("y") and bool(_CONSONANT.search(word[:-1]))


def _english_plural(word: str) -> str:
    if _ends_in_consonant_and_y(word):
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s")


def _spanish(word: str, listed: list[str]) -> Iterator[str]:
    found = _ES_INFINITIVE.search(word)
    if found:
        yield from _spanish_verb(word, found[1], listed)
    elif _ES_PARTICIPLE.search(word):
        yield from (word[:-1] + ending for ending in _GENDERS["es"])
    elif word.endswith("z"):
        yield word[:-1] + "ces"
    else:
        yield word + ("s" if word[-1] in _VOWELS else "es")


def _spanish_verb(word: str, kind: str, listed: list[str]) -> Iterator[str]:
    stem = word[:-2]
    others = _other_stems(stem, listed)
    stressed = next((one for one in others if kind == "ir" or not one[1]), (stem, False))[0]
    narrow = next((one for one, narrowed in others if narrowed and kind == "ir"), stem)
    glides = stem[-1:] in tuple(_VOWELS) and not stem.endswith(("gu", "qu"))
    if glides and kind == "ir" and stem.endswith("u"):
        stressed = stem + "y"  # construir, construye
    yield from (word + ending for ending in _ES_FUTURE.split())
    yield from (_spelled(stressed, kind, ending) for ending in _ES_STRESSED[kind].split())
    yield from (_spelled(stem, kind, ending) for ending in _ES_UNSTRESSED[kind].split())
    if kind != "ar":
        endings = _ES_GLIDING.split()
        yield from (narrow + ("y" + end[1:] if glides else end) for end in endings)
        yield from (_spelled(narrow, kind, ending) for ending in ("amos", "ais"))


def _other_stems(stem: str, listed: list[str]) -> list[tuple[str, bool]]:
    """Stems with another last vowel that listed forms show, and if that vowel is a narrower one."""
    at = max(map(re.sub(r"(?<=[gq])u$", "", stem).rfind, _VOWELS))
    if at < 0:
        return []
    vowels = _ES_STEM_VOWELS.get(stem[at], ())
    stems = [(stem[:at] + vowel + stem[at + 1 :], len(vowel) == 1) for vowel in vowels]
    return [one for one in stems if any(form.startswith(one[0]) for form in listed)]


def _spelled(stem: str, kind: str, ending: str) -> str:
    """Stem and ending, spelled so that the stem sounds alike: toque, llegue, cruce, proteja."""
    if kind == "ar":
        swaps = (("c", "qu"), ("g", "gu"), ("z", "c")) if ending[0] == "e" else ()
    elif ending[0] in "ao":
        after_vowel = stem[-2:-1] in tuple(_VOWELS)
        swaps = (("gu", "g"), ("c", "zc" if after_vowel else "z"), ("g", "j"))
    else:
        swaps = ()
    for old, new in swaps:
        if stem.endswith(old):
            return stem[: -len(old)] + new + ending
    return stem + ending


def _italian(word: str, listed: list[str]) -> Iterator[str]:
    found = _IT_INFINITIVE.search(word)
    shorts = [form for form in listed if _IT_SHORT_PARTICIPLE.search(form)]
    if found:
        yield from _italian_verb(word, found[1], listed, participle=not shorts)
        yield from (form[:-1] + ending for form in shorts for ending in _GENDERS["it"])
    elif _IT_PARTICIPLE.search(word):
        yield from (word[:-1] + ending for ending in _GENDERS["it"])
    else:
        yield from _italian_plural(word)


def _italian_verb(word: str, kind: str, listed: list[str], *, participle: bool) -> Iterator[str]:
    stem = word[:-3]
    vowel = "e" if kind == "are" else kind[0]
    endings = _IT_ENDINGS[kind].split()
    if kind == "ire":
        widens = any(form.startswith(f"{stem}isc") for form in listed)
        if widens:
            endings = [ending for ending in endings if ending not in _IT_UNWIDENED]
        if widens or not listed:
            endings += _IT_WIDENED.split()
    endings += [f"{vowel}r{ending}" for ending in _IT_FUTURE.split()]
    yield from (_spoken(stem, kind, ending) for ending in endings)
    if participle:
        yield from (stem + _IT_PARTICIPLES[kind] + ending for ending in _GENDERS["it"])


def _spoken(stem: str, kind: str, ending: str) -> str:
    """Stem and ending of an Italian verb: mancherà, brucerà, cambi."""
    if kind != "are" or ending[0] not in "ei":
        return stem + ending
    if stem.endswith(("c", "g")):
        return stem + "h" + ending
    if stem.endswith(("ci", "gi")) or (stem.endswith("i") and ending[0] == "i"):
        return stem[:-1] + ending
    return stem + ending


def _italian_plural(word: str) -> Iterator[str]:
    stem, last = word[:-1], word[-1]
    if last == "o":
        yield stem if stem.endswith("i") else stem + "i"
        if stem.endswith(("c", "g")):
            yield stem + "hi"
    elif last == "a":
        yield stem + ("he" if stem.endswith(("c", "g")) else "e")
        if stem.endswith(("ci", "gi")):
            yield stem[:-1] + "e"
        if stem.endswith(("ist", "em", "amm")):
            yield stem + "i"
    elif last == "e":
        yield stem + "i"
