"""What people write: a grammar for each language, as TOML beside this file, and a Faker provider.

A grammar has `[words]` (a slot's alternatives, which may hold slots again) and `[[act]]` blocks:
what is said (`name`), what that means (`labels`), and `texts`. Slots that are no words are facts
of the moment, such as `{town}`. `{where}` and `{near}` are clauses on the place that begin with a
space: they name the place or stay vague (`{where}` may be at home), as the moment asks; `{intown}`,
behind a street, names the town or nothing. Texts are written for this project, from how people
speak; none is anybody's post.

A grammar may fall back to another one (`falls_back_to`): it takes over its words and acts except
those that it gives itself, an act by its name and trap. So es-419.toml has what Latin America says
otherwise than Spain, and es-en.toml what people write who switch from Spanish to English and back.

A block with `then` goes on after some of its texts (`then_share`, half of them by itself) with one
or two of these sentences: they speak of the same thing, name no place and mean nothing more.

A large grammar may be a folder of files, one a topic (en/). A block with `weather = ["wind", …]` is
said only in such weather, and a table `[weather.ice]` adds alternatives to slots for one weather.
"""

from __future__ import annotations

import random
import re
import tomllib
from bisect import bisect_right
from collections.abc import Callable, Mapping
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from faker.providers import BaseProvider

FACTS = frozenset(
    {
        "where",
        "near",
        "intown",
        "town",
        "tag",
        "region",
        "zip",
        "street",
        "cross",
        "utility",
        "handle",
    }
    | {"utility", "handle", "storm", "hours", "minutes", "since", "clock", "customers", "number"}
    | {"eta", "previous", "county", "other_utility", "fake", "fake_name", "landmark", "side"}
    | {"degrees", "breeze", "today"}
)
"""Slots that the moment fills: the rest of a grammar's slots are its own words.

What the moment knows nothing of (the landmarks of most towns) is one of the grammar's own words of
that name, where it has such.
"""

EXCLAIMED = (
    *("so", "no", "please", "ugh", "omg", "help", "wow", "stop", "why", "yes", "basta", "dai"),
    *("uffa", "aiuto", "porfa", "venga", "ayuda", "jo"),
)
"""Words that are drawn out now and then ("pleaseee")."""

CONTRACTIONS = (
    *("I", "I'm", "I've", "I'll", "I'd", "don't", "can't", "won't", "isn't", "it's", "that's"),
    *("doesn't", "didn't", "you're", "we're", "they're", "we've", "you've", "they've", "haven't"),
    *("hasn't", "hadn't", "aren't", "wasn't", "weren't", "couldn't", "wouldn't", "shouldn't"),
    *("what's", "there's", "here's", "he's", "she's", "let's", "ain't", "y'all", "who's", "how's"),
    *("power's", "electric's", "everything's", "nobody's", "everybody's", "somebody's", "we'll"),
)
"""What English loses an apostrophe in, or its capital."""

GOES_ON = 0.3
"""Chance that whoever goes on with a second sentence goes on with a third."""

_SMALL = ("emoji", "glad_emoji", "sorry_emoji", "hashtags")
_CLAUSES = ("where", "near", "intown")
NAMES_THE_PLACE = frozenset({"town", "tag", "zip"})
LANGUAGES = ("en", "it", "es")
GRAMMARS = (*LANGUAGES, "en-gb", "es-419", "es-en", "it-en")
"""All built-in grammars: the languages, a region's own way, and mixed ones."""
WEATHERS = ("wind", "thunder", "ice", "rain", "calm")
"""What the day is like: a hurricane, thunderstorms, an ice storm, a flood, or nothing at all."""
_SLOT = re.compile(r"\{([a-z0-9_]+)\}")


class Said(msgspec.Struct, frozen=True, gc=False):
    """A text, what it means, whether it says where, and the trap that it sets."""

    text: str
    labels: tuple[str, ...]
    located: bool
    trap: str | None


class _Fact(NamedTuple):
    """A slot of the moment, and the own words that stand in where it knows nothing."""

    name: str
    otherwise: list[Any] | None


_Parts = tuple[str, tuple[tuple[Any, str], ...]]
"""A text compiled: how it begins, then each of its slots with what is written behind that.

A slot is a fact, or a list of alternatives (strings or parts).
"""


class _Template(NamedTuple):
    parts: _Parts
    labels: tuple[str, ...]
    trap: str | None
    names_place: bool
    takes_place: str
    weight: float
    then: tuple[_Parts, ...]
    then_share: float


class _Pool(NamedTuple):
    templates: tuple[_Template, ...]
    upto: tuple[float, ...]
    total: float


class Grammar:
    """The voice of one language, compiled."""

    def __init__(self, language: str, data: Mapping[str, Any]) -> None:
        self.language = language
        self._words: dict[str, list[Any]] = {}
        self._reached: dict[str, frozenset[str]] = {}
        self._source: dict[str, list[str]] = data["words"]
        self.slang: dict[str, tuple[str, ...]] = {
            word: tuple(forms) for word, forms in data["slang"].items()
        }
        self.key_words = frozenset(data["key_words"])
        self.shortened = frozenset(self.slang) - self.key_words
        apart = CONTRACTIONS if language == "en" else ()
        self.loose = self.shortened.union(EXCLAIMED, apart)
        self.emoji = tuple(data["emoji"])
        self.glad = tuple(data.get("glad_emoji", self.emoji))
        self.sorry = tuple(data.get("sorry_emoji", self.emoji))
        self.hashtags = tuple(data.get("hashtags", ()))
        self._pools: dict[tuple[str, bool], _Pool] = {}
        acts: dict[str, list[_Template]] = {}
        traps: dict[str, list[_Template]] = {}
        for block in data["act"]:
            templates = self._templates(block)
            acts.setdefault(block["name"], []).extend(templates)
            if block["name"] == "trap":
                traps.setdefault(f"trap_{block['trap']}", []).extend(templates)
        for name, templates in (traps | acts).items():
            placed = [t for t in templates if t.names_place or t.takes_place]
            placeless = [t for t in templates if not t.names_place]
            self._pools[name, True] = _pool(placed or templates)
            self._pools[name, False] = _pool(placeless or templates)
        self.acts = tuple(acts)

    def can(self, act: str) -> bool:
        """Whether this voice has texts for `act`; `trap_sport` is the trap `sport` of `trap`."""
        return (act, True) in self._pools

    def _templates(self, block: Mapping[str, Any]) -> list[_Template]:
        texts = block["texts"]
        weight = block.get("weight", 1.0) / len(texts)
        then = tuple(self._compiled(text) for text in block.get("then", ()))
        made = []
        for text in texts:
            slots = self._reach(text)
            made.append(
                _Template(
                    self._compiled(text),
                    tuple(block["labels"]),
                    block.get("trap"),
                    bool(slots & NAMES_THE_PLACE),
                    next((slot for slot in _CLAUSES if slot in slots), ""),
                    weight,
                    then,
                    block.get("then_share", 0.5) if then else 0.0,
                )
            )
        return made

    def _reach(self, text: str) -> frozenset[str]:
        """Every fact that `text` may come to speak of."""
        if text in self._reached:
            return self._reached[text]
        found: set[str] = set()
        for slot in _SLOT.findall(text):
            if slot in FACTS:
                found.add(slot)
            for alternative in self._source[slot] if slot not in FACTS else ():
                found |= self._reach(alternative)
        self._reached[text] = frozenset(found)
        return self._reached[text]

    def _compiled(self, text: str) -> _Parts:
        begin, *pieces = _SLOT.split(text)
        slots: list[tuple[Any, str]] = []
        for name, behind in zip(pieces[::2], pieces[1::2], strict=True):
            if name in FACTS:
                own = self._alternatives(name) if name in self._source else None
                slots.append((_Fact(name, own), behind))
            else:
                slots.append((self._alternatives(name), behind))
        return begin, tuple(slots)

    def _alternatives(self, word: str) -> list[Any]:
        if word not in self._words:
            parts = map(self._compiled, self._source[word])
            # Most alternatives are plain words: those are taken as they are, not expanded.
            self._words[word] = [part if part[1] else part[0] for part in parts]
        return self._words[word]

    def say(self, act: str, facts: dict[str, str], draw: random.Random, *, located: bool) -> Said:
        """One text for `act`; with `located` it names the place, if the act ever does."""
        templates, upto, total = self._pools[act, located]
        rnd = draw.random
        template = templates[bisect_right(upto, rnd() * total)]
        parts, labels, trap, names_place, takes_place, _, then, then_share = template
        if takes_place:
            if located and takes_place == "intown":
                clause = "intown_town"
            elif located:
                clause = "where_zip" if facts["zip"] and rnd() < 0.1 else "where_town"
            else:
                clause = f"{takes_place}_vague"
            facts[takes_place] = self.word(clause, facts, draw)
        text = _expanded(parts, facts, rnd).strip()
        # Of the alternatives of a slot some may have no room for the place.
        if names_place or (takes_place and located):
            names = (facts.get(name) for name in NAMES_THE_PLACE)
            names_place = any(name in text for name in names if name)
        if then_share and rnd() < then_share:
            text = _gone_on(text, then, facts, rnd)
        return Said(text, labels, names_place, trap)

    def word(self, slot: str, facts: dict[str, str], draw: random.Random) -> str:
        """One of the alternatives of a slot."""
        return _expanded(("", ((self._alternatives(slot), ""),)), facts, draw.random)


def _expanded(parts: _Parts, facts: dict[str, str], rnd: Callable[[], float]) -> str:
    text, slots = parts
    for slot, behind in slots:
        words = slot
        if type(slot) is _Fact:
            name, words = slot
            given = facts[name] if words is None else facts.get(name, "")
            if given or words is None:
                text += given + behind
                continue
        chosen = words[int(rnd() * len(words))]
        text += (chosen if type(chosen) is str else _expanded(chosen, facts, rnd)) + behind
    return text


def _gone_on(
    text: str, then: tuple[_Parts, ...], facts: dict[str, str], rnd: Callable[[], float]
) -> str:
    """`text` with a second sentence about the same thing, and now and then a third."""
    if text.rpartition(" ")[2][:1] == "#" or "://" in text:
        return text
    first = int(rnd() * len(then))
    text = _joined(text, _expanded(then[first], facts, rnd))
    if rnd() < GOES_ON:
        second = int(rnd() * len(then))
        if second != first:
            text = _joined(text, _expanded(then[second], facts, rnd))
    return text


def _joined(text: str, more: str) -> str:
    return f"{text}. {more}" if text[-1].isalnum() else f"{text.rstrip(',')} {more}"


def _pool(templates: list[_Template]) -> _Pool:
    upto = tuple(accumulate(t.weight for t in templates))
    return _Pool(tuple(templates), upto, upto[-1])


@cache
def grammar(name: str, weather: str = "") -> Grammar:
    """The built-in grammar of a language ("es"), a region ("es-419") or a mix ("es-en").

    With `weather`, one of WEATHERS, it speaks of that weather too; without, of none.
    """
    return Grammar(_read(name)["language"], in_weather(_read(name), weather))


def in_weather(data: Mapping[str, Any], weather: str) -> dict[str, Any]:
    """What is said of a grammar in `weather`; an act without any text for it keeps all."""
    fitting = [block for block in data["act"] if weather in block.get("weather", (weather,))]
    said = {block["name"] for block in fitting}
    more = data.get("weather", {}).get(weather, {})
    words = {slot: texts + more.get(slot, []) for slot, texts in data["words"].items()}
    rest = [block for block in data["act"] if block["name"] not in said]
    return {**data, "words": words, "act": fitting + rest}


def spoken_in(locale: str) -> str:
    """The name of the grammar that people of a Faker locale speak: es_MX gives "es-419".

    That of Britons is of those who live in Spain.
    """
    language, _, country = locale.replace("-", "_").partition("_")
    if language == "en" and country in {"GB", "IE"}:
        return "en-gb"
    # UN M49 area 419, Latin America: there nobody says "vosotros" or "móvil".
    return "es-419" if language == "es" and country not in {"", "ES"} else language


@cache
def _read(name: str) -> dict[str, Any]:
    place = Path(__file__).parent / name
    files = sorted(place.glob("*.toml")) if place.is_dir() else [place.parent / f"{name}.toml"]
    data: dict[str, Any] = {}
    for file in files:
        _join(data, tomllib.loads(file.read_text(encoding="utf-8")))
    return _onto(_read(data["falls_back_to"]), data) if "falls_back_to" in data else data


def _join(data: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Add one file of a grammar to `data`; where two speak of the same slot, they add up."""
    for key, value in more.items():
        if isinstance(value, list):
            data[key] = data.get(key, []) + value
        elif isinstance(value, dict):
            _join(data.setdefault(key, {}), value)
        else:
            data[key] = value


def _onto(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """`own` laid over `base`."""
    given = {(block["name"], block.get("trap")) for block in own["act"]}
    kept = [block for block in base["act"] if (block["name"], block.get("trap")) not in given]
    return {
        "language": own["language"],
        "words": base["words"] | own["words"],
        "slang": base["slang"] | own["slang"],
        "key_words": base["key_words"] + own["key_words"],
        **{name: own.get(name) or base.get(name, []) for name in _SMALL},
        "act": own["act"] + kept,
        "weather": own.get("weather", base.get("weather", {})),
    }


class UtilityPosts(BaseProvider):
    """A Faker provider of posts to and about an electric utility.

    >>> fake = Faker("en_US"); fake.add_provider(UtilityPosts); fake.utility_post("loss")
    """

    def utility_post(self, act: str = "loss", *, language: str = "en", town: str = "") -> str:
        """A post that performs `act` (see the grammar's `acts`), about `town` if one is given."""
        town_given = town or self.generator.city()
        return self._say(act, language, town_given, located=bool(town))

    def _say(self, act: str, language: str, town: str, *, located: bool) -> str:
        facts = dict.fromkeys(FACTS, "")
        facts.update(
            town=town,
            tag=town.replace(" ", ""),
            street=self.generator.street_name(),
            cross=self.generator.street_name(),
            utility=self.generator.company(),
            hours="4",
            minutes="20",
            since="6:10",
            clock="9:30",
            customers="1,840",
            number="3",
        )
        return grammar(language).say(act, facts, self.generator.random, located=located).text
