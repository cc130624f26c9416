"""Rules of X's filtered stream: read, checked and held against posts, as X documents them.

Words are compared as X does: a text falls into runs of letters and digits, capitals count for
nothing, accents do; an AND binds closer than an OR (docs.x.com, "Build a rule" and "Operators").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol

from desk.distance import distance_km

LONGEST_RULE = 1024
KM_A_MILE = 1.609344
MOST_RADIUS_KM = 25 * KM_A_MILE
"""A point_radius, and half a side of a bounding_box, may be 25 miles at most."""
MOST_APART = 6
MOST_DEEP = 25

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<open>\() | (?P<close>\))
    | (?P<minus>-(?=\S))
    | (?P<phrase>"(?P<words>[^"]*)"(?:~(?P<apart>\d+))?)
    | (?P<name>[a-z_]+):(?:"(?P<quoted>[^"]*)"|\[(?P<box>[^\]]*)\]|(?P<value>[^\s()"]+))
    | (?P<sign>[#@$])(?P<tag>\w+)
    | (?P<word>[^\s()":#@$-][^\s()"]*)
    )""",
    re.VERBOSE,
)
_WORD = re.compile(r"[^\W_]+")

_TEXT_OPERATORS = ("bio", "bio_name", "bio_location", "url", "place", "place_country")
_STANDALONE = (
    *_TEXT_OPERATORS,
    *("from", "to", "retweets_of", "conversation_id", "in_reply_to_tweet_id"),
    *("retweets_of_tweet_id", "point_radius", "bounding_box"),
)
_KINDS = {
    "is": ("retweet", "reply", "quote", "verified", "nullcast"),
    "has": ("hashtags", "cashtags", "links", "mentions", "media", "images", "video_link", "geo"),
}


class RuleError(ValueError):
    """A rule that X would refuse; its text says why, as X does."""


class Seen(NamedTuple):
    """What rules see of a post; handles are in small letters and without @.

    `geo` is where it was written, `box` the west, south, east and north of the place it names.
    """

    words: tuple[str, ...]
    vocabulary: frozenset[str]
    author: str
    mentions: frozenset[str] = frozenset()
    hashtags: frozenset[str] = frozenset()
    to: str = ""
    retweet_of: str = ""
    lang: str = ""
    features: frozenset[str] = frozenset()
    geo: tuple[float, float] | None = None
    box: tuple[float, float, float, float] | None = None
    texts: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    ids: Mapping[str, str] = MappingProxyType({})


class Node(Protocol):
    """A part of a rule; `standalone` says whether it may stand without other parts."""

    standalone: bool

    def holds(self, seen: Seen) -> bool:
        """Whether the post meets it."""
        ...


class _Leaf:
    def __init__(self, test: Callable[[Seen], bool], *, standalone: bool, word: str = "") -> None:
        self.holds = test
        self.standalone = standalone
        self.word = word


class _Not:
    standalone = False

    def __init__(self, part: Node) -> None:
        self._part = part

    def holds(self, seen: Seen) -> bool:
        return not self._part.holds(seen)


class _And:
    def __init__(self, parts: list[Node]) -> None:
        self._parts = tuple(parts)
        self.standalone = any(part.standalone for part in parts)

    def holds(self, seen: Seen) -> bool:
        return all(part.holds(seen) for part in self._parts)


class _Or:
    """Single words are looked up all at once: most rules are long rows of them.

    Rules share their rows, and ask each of the same post one after the other: it is answered once.
    """

    def __init__(self, parts: list[Node]) -> None:
        self._of: Seen | None = None
        self._held = False
        self._words = frozenset(word for part in parts if (word := getattr(part, "word", "")))
        self._others = tuple(part for part in parts if not getattr(part, "word", ""))
        self.standalone = all(part.standalone for part in parts)

    def holds(self, seen: Seen) -> bool:
        if seen is not self._of:
            self._of = seen
            known = not self._words.isdisjoint(seen.vocabulary)
            self._held = known or any(part.holds(seen) for part in self._others)
        return self._held


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text as rules compare them: runs of letters and digits, in small letters."""
    return tuple(_WORD.findall(text.lower()))


def read_rule(value: str, longest: int = LONGEST_RULE, rows: dict[str, Node] | None = None) -> Node:
    """The rule that `value` writes; what stands in brackets is taken from `rows` and put there.

    Raises:
        RuleError: X would refuse it.
    """
    if not value.strip():
        raise RuleError("The rule is empty.")
    if len(value) > longest:
        raise RuleError(f"Rule is {len(value)} characters long: at most {longest} are allowed.")
    node = _Reader(value, {} if rows is None else rows).read()
    if not node.standalone:
        raise RuleError("Rule must contain at least one positive standalone operator.")
    return node


class _Reader:
    def __init__(self, value: str, rows: dict[str, Node]) -> None:
        self._value = value.rstrip()
        self._rows = rows
        self._at = 0
        self._deep = 0
        self._next: re.Match[str] | None = None
        self._step()

    def read(self) -> Node:
        node = self._any()
        if self._next is not None:
            self._refuse("unmatched ')'")
        return node

    def _step(self) -> None:
        if self._at >= len(self._value):
            self._next = None
            return
        self._next = _TOKEN.match(self._value, self._at)
        if self._next is None:
            self._refuse(f"can't read '{self._value[self._at : self._at + 20].strip()}'")
        else:
            self._at = self._next.end()

    def _refuse(self, why: str) -> None:
        raise RuleError(f"Invalid rule at position {self._at}: {why}.")

    def _any(self) -> Node:
        parts = [self._all()]
        while self._next is not None and self._next["word"] == "OR":
            self._step()
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else _Or(parts)

    def _all(self) -> Node:
        parts: list[Node] = []
        while self._next is not None and not self._next["close"] and self._next["word"] != "OR":
            parts.append(self._one())
        if not parts:
            self._refuse("an operator is missing beside OR or in brackets")
        return parts[0] if len(parts) == 1 else _And(parts)

    def _one(self) -> Node:
        token = self._next
        assert token is not None
        self._step()
        if token["minus"]:
            if self._next is None or self._next["open"] or self._next["close"]:
                self._refuse("'-' negates one operator, no group")
            return _Not(self._one())
        if token["open"]:
            self._deep += 1
            if self._deep > MOST_DEEP:
                self._refuse("brackets are nested too deeply")
            inner = self._any()
            if self._next is None or not self._next["close"]:
                self._refuse("missing ')'")
                raise AssertionError
            row = self._value[token.end() : self._next.start("close")]
            self._step()
            self._deep -= 1
            return self._rows.setdefault(row, inner)
        return self._leaf(token)

    def _leaf(self, token: re.Match[str]) -> Node:
        if token["phrase"]:
            return self._phrase(words_of(token["words"]), token["apart"])
        if token["sign"]:
            return _signed(token["sign"], token["tag"].lower())
        if token["name"]:
            text = token["quoted"] if token["quoted"] is not None else token["value"]
            return self._operator(token["name"], text, token["box"])
        word = token["word"]
        if word.lower() in ("or", "and"):
            self._refuse(f"ambiguous use of {word} as a keyword: surround it by quotes")
        found = words_of(word)
        if len(found) != 1 or len(found[0]) != len(word):
            self._refuse(f"'{word}' holds signs: surround it by quotes")
        return _Leaf(lambda seen: found[0] in seen.vocabulary, standalone=True, word=found[0])

    def _phrase(self, words: tuple[str, ...], apart: str | None) -> Node:
        if not words:
            self._refuse("the phrase is empty")
        if apart is not None:
            if not 1 <= int(apart) <= MOST_APART:
                self._refuse(f"a proximity is 1 to {MOST_APART}")
            most = int(apart)
            return _Leaf(lambda seen: _near(words, seen, most), standalone=True)
        if len(words) == 1:
            return _Leaf(lambda seen: words[0] in seen.vocabulary, standalone=True, word=words[0])
        return _Leaf(lambda seen: _in_a_row(words, seen.words, seen.vocabulary), standalone=True)

    def _operator(self, name: str, text: str | None, box: str | None) -> Node:
        if name in ("point_radius", "bounding_box"):
            return self._area(name, box)
        if text is None or not text:
            self._refuse(f"'{name}:' needs a value")
            raise AssertionError
        if name in _KINDS:
            if text not in _KINDS[name]:
                self._refuse(f"there is no operator '{name}:{text}'")
            return _Leaf(lambda seen: f"{name}:{text}" in seen.features, standalone=False)
        small = text.lower().removeprefix("@")
        match name:
            case "lang":
                return _Leaf(lambda seen: seen.lang == small, standalone=False)
            case "from":
                return _Leaf(lambda seen: seen.author == small, standalone=True)
            case "to":
                return _Leaf(lambda seen: seen.to == small, standalone=True)
            case "retweets_of":
                return _Leaf(lambda seen: seen.retweet_of == small, standalone=True)
            case _ if name in _TEXT_OPERATORS:
                words = words_of(text)
                return _Leaf(
                    lambda seen: _in_a_row(words, seen.texts.get(name, ())), standalone=True
                )
            case _ if name in _STANDALONE:
                return _Leaf(lambda seen: seen.ids.get(name) == text, standalone=True)
        self._refuse(f"there is no operator '{name}:'")
        raise AssertionError

    def _area(self, name: str, box: str | None) -> Node:
        try:
            told = [part.removesuffix("km") for part in (box or "").split()]
            miles = told[-1].endswith("mi") if told else False
            values = [float(part.removesuffix("mi")) for part in told]
            if name == "point_radius":
                lon, lat, radius = values
                radius_km = radius * KM_A_MILE if miles else radius
                if not 0 < radius_km <= MOST_RADIUS_KM:
                    self._refuse("a radius is 25 miles at most")
                return _Leaf(
                    lambda seen: _everywhere(
                        seen, lambda y, x: distance_km(y, x, lat, lon) <= radius_km
                    ),
                    standalone=True,
                )
            west, south, east, north = values
        except ValueError:
            self._refuse(f"'{name}' is [lon lat 10km], or [west south east north]")
            raise AssertionError from None
        wide_km = distance_km(south, west, south, east)
        if not west < east or not south < north or wide_km > 2 * MOST_RADIUS_KM:
            self._refuse("a box is 25 miles at most on each side")
        area = west, south, east, north
        return _Leaf(
            lambda seen: _everywhere(seen, lambda y, x: _inside(area, y, x)), standalone=True
        )


def _signed(sign: str, tag: str) -> Node:
    match sign:
        case "@":
            return _Leaf(lambda seen: tag in seen.mentions, standalone=True)
        case "#":
            return _Leaf(lambda seen: tag in seen.hashtags, standalone=True)
        case _:
            return _Leaf(lambda seen: f"${tag}" in seen.hashtags, standalone=True)


def _in_a_row(
    words: tuple[str, ...], within: tuple[str, ...], known: frozenset[str] | None = None
) -> bool:
    if known is not None and words[0] not in known:
        return False
    length = len(words)
    return any(within[at : at + length] == words for at in range(len(within) - length + 1))


def _near(words: tuple[str, ...], seen: Seen, most: int) -> bool:
    """Whether all words stand within so many of one another, in any order."""
    if not seen.vocabulary.issuperset(words):
        return False
    span = len(words) + most
    wanted = set(words)
    return any(
        wanted.issubset(seen.words[at : at + span])
        for at, word in enumerate(seen.words)
        if word in wanted
    )


def _corners(seen: Seen) -> list[tuple[float, float]]:
    """Where a post is: the point of its writing, or the corners of the place that it names."""
    if seen.geo is not None:
        return [seen.geo]
    if seen.box is None:
        return []
    west, south, east, north = seen.box
    return [(lat, lon) for lat in (south, north) for lon in (west, east)]


def _inside(box: tuple[float, float, float, float], lat: float, lon: float) -> bool:
    west, south, east, north = box
    return south <= lat <= north and west <= lon <= east


def _everywhere(seen: Seen, holds: Callable[[float, float], bool]) -> bool:
    """Whether all of where a post is lies in an area."""
    corners = _corners(seen)
    return bool(corners) and all(holds(lat, lon) for lat, lon in corners)
