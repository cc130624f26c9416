"""The inflected forms of a word: what `lose~` in a phrase stands for.

`rules/words/forms_LANGUAGE.txt` tells what no rule can (went, vuelto, spento); regular inflection
completes it. Where a rule has several readings, the language's common words decide: cancelled and
canceled, since people write both; concuerda for concordar; no verb for outage. Everything is
folded, so forms that only an accent tells apart are one (cortó, corto). A form that nobody writes
does no harm, a missing one does: in doubt a form is in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path

LETTERS_MIN = 3
_WORDS = Path(__file__).parent / "words"
_WHOLE = "!"
"""Among the forms of a table: they are all that the word has, no rule adds any."""
_VOWELS = "aeiou"
_CONSONANT = re.compile(r"[bcdfghjklmnpqrstvwxz]$")

_EN_NOUN = re.compile(r"(?:ity|tion|sion|ment|ness|ship|ance|ence|ism|logy)$")
_EN_VERB = re.compile(r"(?:i[sz]e|ify)$")
_EN_PREFIXED = re.compile(r"^(?:re|un|dis|over)(?=.{4})")
_EN_DOUBLED = re.compile(r"(?:^|[^aeiou]|qu)[aeiouy][bdfglmnprtvz]$")
_EN_SYLLABLE = re.compile(r"^(?:qu|[^aeiou])*[aeiouy][^aeiou]*$")

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
_ES_STEM_VOWELS = {"e": ("ie", "i"), "o": ("ue", "u"), "u": ("ue",), "i": ("ie",)}
_ES_SHOWN = {"ar": ("o", "a", "an"), "er": ("o", "e", "en"), "ir": ("o", "e", "en")}
_ES_ADJECTIVE = re.compile(r"(?<=.{3})(?:os|ic|iv)o$")

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
_IT_ADJECTIVE = re.compile(r"(?<=.{3})(?:os|ic)o$")
_IT_SUPERLATIVE = re.compile(r"issimo$")
_GENDERS = {"es": ("o", "a", "os", "as"), "it": ("o", "a", "i", "e")}

_REFLEXIVE = {"es": (re.compile(r"(?<=[aei]r)se$"), ""), "it": (re.compile(r"(?<=[aei]r)si$"), "e")}
_COMPOUNDED = {
    "es": (
        *("tener", "poner", "venir", "hacer", "decir", "traer", "caer", "volver", "cubrir"),
        *("salir", "seguir", "pedir", "sentir", "mover", "escribir", "cerrar", "contar", "probar"),
    ),
    "it": (
        *("tenere", "venire", "porre", "mettere", "rompere", "prendere", "correre", "cadere"),
        *("chiudere", "chiedere", "muovere", "rispondere", "salire", "accendere"),
        *("scrivere", "volgere", "cogliere", "giungere", "coprire", "fondere"),
    ),
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
        return (*listed, *_english(word))
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


@cache
def _common(language: str) -> frozenset[str]:
    """The language's common words: what people do write."""
    from rules.language import frequent_words  # it imports phrases, and phrases need forms

    return frozenset(frequent_words(language))


def _preferred(candidates: Sequence[str], language: str) -> Sequence[str]:
    """Those of several spellings of one form that are common words; all where none is."""
    common = _common(language)
    return [one for one in candidates if one in common] or candidates


def _english(word: str) -> Iterator[str]:
    yield from _english_plurals(word)
    common = _common("en")
    if _is_english_verb(word):
        yield from (*_english_pasts(word), *_english_gerunds(word))
    else:
        stem = _english_pasts(word)[0][:-2]
        degrees = (stem + "er", stem + "est")
        yield from (form for form in degrees if common.issuperset(degrees))


def _is_english_verb(word: str) -> bool:
    """Whether people write the word's past or gerund, or may do so of a word that is not common."""
    common = _common("en")
    if word not in common:
        return not _EN_NOUN.search(word)
    simple = _EN_PREFIXED.sub("", word)
    return bool(_EN_VERB.search(word)) or any(
        not common.isdisjoint((*_english_pasts(one), *_english_gerunds(one)))
        for one in (word, simple)
    )


def _english_pasts(word: str) -> Sequence[str]:
    if word.endswith("e"):
        return (word + "d",)
    if _ends_in_consonant_and_y(word):
        return (word[:-1] + "ied",)
    return _english_doubled(word, "ed")


def _english_gerunds(word: str) -> Sequence[str]:
    if word.endswith("ie"):
        return (word[:-2] + "ying",)
    if word.endswith("e") and not word.endswith(("ee", "oe", "ye")):
        return (word[:-1] + "ing",)
    return _english_doubled(word, "ing")


def _english_doubled(word: str, ending: str) -> Sequence[str]:
    """Word and ending, the last letter doubled: always in trip, and where written so in travel."""
    if not _EN_DOUBLED.search(word):
        return (word + ending,)
    doubled = word + word[-1] + ending
    if _EN_SYLLABLE.search(word):
        return (doubled,)
    if doubled in _common("en"):
        return _preferred((doubled, word + ending), "en")
    return (word + ending,)


def _ends_in_consonant_and_y(word: str) -> bool:
    return word.endswith("y") and bool(_CONSONANT.search(word[:-1]))


def _english_plurals(word: str) -> Sequence[str]:
    if _ends_in_consonant_and_y(word):
        return (word[:-1] + "ies",)
    if word.endswith("o"):
        return (word + "s", word + "es") if word + "es" in _common("en") else (word + "s",)
    if word.endswith("man") and word[:-2] + "en" in _common("en"):
        return (word[:-2] + "en",)
    return (word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s"),)


def _spanish(word: str, listed: list[str]) -> Iterator[str]:
    found = _ES_INFINITIVE.search(word)
    if found:
        plural, participle = word + "es", word[:-2] + ("ado" if found[1] == "ar" else "ido")
        if plural in _common("es"):
            yield plural
            if not listed and participle not in _common("es"):
                return  # hogar, mujer
        yield from _spanish_verb(word, found[1], listed)
    elif _ES_PARTICIPLE.search(word) or _is_adjective(word, "es"):
        yield from (word[:-1] + ending for ending in _GENDERS["es"])
    elif word.endswith("z"):
        yield word[:-1] + "ces"
    else:
        yield word + ("s" if word[-1] in _VOWELS else "es")


def _spanish_verb(word: str, kind: str, listed: list[str]) -> Iterator[str]:
    stem = word[:-2]
    others = _other_stems(stem, kind, listed)
    stressed = others[0][0] if others else stem
    narrow = next((one for one, narrowed in others if narrowed), stem)
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


def _other_stems(stem: str, kind: str, listed: list[str]) -> list[tuple[str, bool]]:
    """Stems with another last vowel that the forms show, and if that vowel is a narrower one."""
    at = max(map(re.sub(r"(?<=[gq])u$", "", stem).rfind, _VOWELS))
    if at < 0:
        return []
    vowels = _ES_STEM_VOWELS.get(stem[at], ())
    stems = [
        (stem[:at] + vowel + stem[at + 1 :], len(vowel) == 1)
        for vowel in vowels
        if kind == "ir" or len(vowel) > 1
    ]
    common = _common("es")
    rivals = [stem + other for other in _ES_SHOWN if other != kind]
    if listed or any(rival in common for rival in rivals):  # puede is no form of podar
        return [one for one in stems if any(form.startswith(one[0]) for form in listed)]
    return [one for one in stems if common.issuperset(one[0] + end for end in _ES_SHOWN[kind])]


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
        plural, participle = word[:-1] + "i", word[:-3] + _IT_PARTICIPLES[found[1]] + "o"
        if plural in _common("it") and word[:-1] + "io" not in _common("it"):
            yield plural
            if not listed and participle not in _common("it"):
                return  # quartiere, cantiere
        regular = not any(form.endswith(("to", "so")) for form in listed)
        yield from _italian_verb(word, found[1], listed, participle=regular)
        yield from (form[:-1] + ending for form in shorts for ending in _GENDERS["it"])
    elif _IT_PARTICIPLE.search(word) or _IT_SUPERLATIVE.search(word):
        yield from (word[:-1] + ending for ending in _GENDERS["it"])
    else:
        yield from _italian_plurals(word)
        if _is_adjective(word, "it"):
            yield from (word[:-1] + "a", *_italian_plurals(word[:-1] + "a"))


def _is_adjective(word: str, language: str) -> bool:
    """Whether a word in -o ends like an adjective and a feminine form of it is a common word."""
    ending = {"es": _ES_ADJECTIVE, "it": _IT_ADJECTIVE}[language]
    plural = "as" if language == "es" else "he" if word.endswith("co") else "e"
    feminine = (word[:-1] + "a", word[:-1] + plural)
    return bool(ending.search(word)) and not _common(language).isdisjoint(feminine)


def _italian_verb(word: str, kind: str, listed: list[str], *, participle: bool) -> Iterator[str]:
    stem = word[:-3]
    vowel = "e" if kind == "are" else kind[0]
    endings = _IT_ENDINGS[kind].split()
    if kind == "ire":
        widens, plain = _widening(stem, listed)
        if widens:
            endings += _IT_WIDENED.split()
        if not plain:
            endings = [ending for ending in endings if ending not in _IT_UNWIDENED]
    endings += [f"{vowel}r{ending}" for ending in _IT_FUTURE.split()]
    yield from (_spoken(stem, kind, ending) for ending in endings)
    if participle:
        yield from (stem + _IT_PARTICIPLES[kind] + ending for ending in _GENDERS["it"])


def _widening(stem: str, listed: list[str]) -> tuple[bool, bool]:
    """Whether a verb in -ire is inflected like finisce, and whether like dorme; in doubt both."""
    if listed:
        widens = any(form.startswith(f"{stem}isc") for form in listed)
        return widens, not widens
    widens, plain = (f"{stem}{ending}" in _common("it") for ending in ("isce", "e"))
    return (True, True) if widens == plain else (widens, plain)


def _spoken(stem: str, kind: str, ending: str) -> str:
    """Stem and ending of an Italian verb: mancherà, brucerà, cambi."""
    if kind != "are" or ending[0] not in "ei":
        return stem + ending
    if stem.endswith(("c", "g")):
        return stem + "h" + ending
    if stem.endswith(("ci", "gi")) or (stem.endswith("i") and ending[0] == "i"):
        return stem[:-1] + ending
    return stem + ending


def _italian_plurals(word: str) -> Iterable[str]:
    stem, last = word[:-1], word[-1]
    candidates = []
    if last == "o":
        candidates = [stem if stem.endswith("i") else stem + "i"]
        if stem.endswith(("c", "g")):  # amici, laghi, distacchi
            candidates = [*(candidates if stem[-2:-1] in _VOWELS else ()), stem + "hi"]
    elif last == "a":
        candidates = [stem + ("he" if stem.endswith(("c", "g")) else "e")]
        if stem.endswith(("ci", "gi")):
            candidates.append(stem[:-1] + "e")
        if stem.endswith(("ist", "em", "amm")):
            candidates.append(stem + "i")
    elif last == "e":
        candidates = [stem + "i"]
    return _preferred(candidates, "it")
