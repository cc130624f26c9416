"""A text as the places read it: plain words and what stands between, and the names among them."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from desk.places.compiled import core
from desk.places.names import Name
from desk.places.plain import Parts
from desk.places.streets import Street
from desk.territories.territory import Community


class Reading:
    """A text as plain words; `raw` are the words as written, `gaps` what stands before each.

    The last of `gaps` is what stands behind all of them. `shouted` is a text in capitals only,
    `quiet` one without any; `misspelt` holds the places of words that were mended; `home` is the
    territory's country, whose language may be the text's.
    """

    __slots__ = ("gaps", "home", "misspelt", "quiet", "raw", "shouted", "text", "words")

    def __init__(self, text: str, home: str = "") -> None:
        parts: Parts = core.parts_of(text)
        self.text = text
        self.gaps, self.raw, self.words = parts
        self.shouted = text.isupper()
        self.quiet = text.islower()
        self.misspelt: frozenset[int] = frozenset()
        self.home = home

    def mend(self, meant: dict[str, str]) -> None:
        """Put what is meant in the place of misspelt words."""
        if meant.keys().isdisjoint(self.words):
            return
        self.misspelt = frozenset(at for at, word in enumerate(self.words) if word in meant)
        for at in self.misspelt:
            self.words[at] = meant[self.words[at]]

    def phrase(self, start: int, end: int) -> str:
        """Words `start` to before `end` as they were written."""
        shown = [self.raw[start]]
        for at in range(start + 1, end):
            shown += [self.gaps[at], self.raw[at]]
        return "".join(shown)


class Mention(NamedTuple):
    """A name in words `start` to before `end`; `tail` is the region or place elsewhere behind it.

    `end_of_tail` is where that ends.
    """

    name: Name
    community: Community
    start: int
    end: int
    tail: Name | None
    end_of_tail: int


class StreetMention(NamedTuple):
    """A street's name in words `start` to before `end`; `formal` with "street" or "via" beside."""

    street: Street
    start: int
    end: int
    formal: bool


class Found(NamedTuple):
    """A community that a text names, with a confidence in 0-1 and the source of it."""

    community: Community
    confidence: float
    source: str
    point: tuple[float, float] | None = None


class Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a name in a text was taken for, and why; `confidence` 0 is a name that was rejected."""

    text: str
    taken_for: str
    community: str | None
    confidence: float
    why: str


class Findings:
    """All that a text tells: communities in the order of the text.

    `region` says that the territory's region is named, `elsewhere` that another one is; `foreign`
    are communities whose name was said of another region; `words` are the text's own. `maybe` are
    communities that it names if it is about the region at all, which it does not tell.
    """

    __slots__ = ("communities", "elsewhere", "foreign", "maybe", "region", "words")

    def __init__(self, words: list[str] | None = None) -> None:
        self.communities: list[Found] = []
        self.maybe: list[Found] = []
        self.region = False
        self.elsewhere = False
        self.foreign: set[str] | frozenset[str] = frozenset()
        self.words = words or []
