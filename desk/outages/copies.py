"""Near copies of a text: whoever posts one is no new voice.

Bots and chain letters say one text a hundred times, with another ending each time. Neighbours who
all write "power out in Durham" are a hundred witnesses: a short text is nobody's own. So only long
texts are held against each other, by the smallest hashes of their words (Broder, "On the
resemblance and containment of documents", 1997): two texts with three of their four in common are
near copies.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations
from zlib import crc32

import msgspec

OWN_WORDS = 6
"""A text of fewer words is nobody's own."""

SMALLEST = 4
SHARED = 3
READ = 400
"""Characters read of a text, so that work stays bounded."""

FLOOD_COPIES = 4
"""A text that so many others post is a flood: it witnesses nothing."""

KEPT = 200
"""Most texts kept of a community; where there are more, the older half goes."""

_WORD = re.compile(r"[^\W\d_]{3,}")
_ADDRESS = re.compile(r"https?:\S+|@\S+")


class Text(msgspec.Struct, array_like=True):
    """A long text: its first author, when it last came, and how often others have posted it."""

    author: int
    at_s: int
    copies: int


class Copies(msgspec.Struct, tag="copies"):
    """The long texts lately posted about a community, by number; `bands` tell the number.

    None of them last came before `oldest_s`.
    """

    community: str
    texts: dict[int, Text] = {}
    bands: dict[int, int] = {}
    oldest_s: int = 0

    def voice(self, bands: Sequence[int], author: int, at_s: int) -> int:
        """Whose voice a post is, by the bands of its long text: the first author's of that."""
        number = next((self.bands[band] for band in bands if band in self.bands), bands[0])
        known = self.texts.setdefault(number, Text(author, at_s, 0))
        known.at_s = max(known.at_s, at_s)
        self.oldest_s = min(self.oldest_s, at_s)
        known.copies += known.author != author
        for band in bands:
            self.bands.setdefault(band, number)
        if len(self.texts) > KEPT:
            self._drop(set(list(self.texts)[: KEPT // 2]))
        return known.author

    def flooding(self) -> set[int]:
        """The authors whose texts are floods."""
        return {text.author for text in self.texts.values() if text.copies >= FLOOD_COPIES}

    def forget(self, before_s: int) -> bool:
        """Let go of texts that last came before; whether there were any."""
        if self.oldest_s > before_s:
            return False
        old = {number for number, text in self.texts.items() if text.at_s <= before_s}
        if old:
            self._drop(old)
        self.oldest_s = min((text.at_s for text in self.texts.values()), default=0)
        return bool(old)

    def _drop(self, numbers: set[int]) -> None:
        for number in numbers:
            del self.texts[number]
        self.bands = {band: number for band, number in self.bands.items() if number in self.texts}


def bands_of(text: str) -> list[int]:
    """Numbers of which near copies share one, for a text that is long enough to be someone's."""
    text = text[:READ].casefold()
    if "@" in text or "http" in text:
        text = _ADDRESS.sub(" ", text)
    words = set(_WORD.findall(text))
    if len(words) < OWN_WORDS:
        return []
    smallest = sorted(crc32(word.encode("utf-8", "surrogatepass")) for word in words)[:SMALLEST]
    return [crc32(repr(band).encode()) for band in combinations(smallest, SHARED)]
