"""Where an author says to be, in the profile's place, in a name or in a handle."""

from __future__ import annotations

import re

from desk.places.compiled import core
from desk.places.names import Gazetteer
from desk.places.reading import Findings, Found
from desk.places.text import NOTHING, Reader
from desk.places.words import WORD, WORDS, plain, split_tag
from desk.post import Author

STATED, STATED_BARE, CALLED = 0.75, 0.65, 0.6
REMEMBERED_PROFILES = 5_000
_LONGEST = 200
NEWSROOM = ["newsroom"]
"""The words of a profile that speaks for many places: nothing is inferred from it."""

_NEWSROOM_PIECES = frozenset(map(str.encode, WORDS.newsroom_words))
_SAYS_NOTHING = Findings()
"""Of a profile without a place; nobody may change it."""

_ENDINGS = tuple(sorted(WORDS.profile_words))
_PARTS = re.compile(r"[^\W\d_]+")


class Profiles:
    """Reads the profiles of authors; what it remembers only saves time."""

    def __init__(self, names: Gazetteer, reader: Reader) -> None:
        self._joined = names.joined
        self._reader = reader
        self._read: dict[tuple[str, str, str], Findings] = {}

    def of(self, author: Author) -> Findings:
        """What the profile says: communities, or that it is somewhere else."""
        key = (author.location, author.name, author.handle)
        found = self._read.get(key)
        if found is None:
            found = self._find(*key)
            if len(self._read) >= REMEMBERED_PROFILES:
                self._read.clear()
            if sum(map(len, key)) <= _LONGEST:
                self._read[key] = found
        return found

    def _find(self, location: str, name: str, handle: str) -> Findings:
        reader = self._reader
        if location:
            stated = reader.find(reader.clean(location[:_LONGEST]), trusted=True)
            if stated.communities or stated.elsewhere or stated.region:
                sure = STATED if stated.region else STATED_BARE
                stated.communities = _as_profile(stated.communities, sure)
                return stated
        called = name[:_LONGEST], self._spaced(handle[:_LONGEST])
        return self._called(called) if self._may_tell("\n".join(called)) else _SAYS_NOTHING

    def _may_tell(self, text: str) -> bool:
        """Whether what an author is called may name a place or a newsroom: of most it can't."""
        if not _NEWSROOM_PIECES.isdisjoint(core.pieces_of(text)):
            return True
        return self._reader.look(self._reader.clean(text)) != NOTHING

    def _called(self, texts: tuple[str, ...]) -> Findings:
        reader = self._reader
        for text in texts:
            if not WORDS.newsroom_words.isdisjoint(WORD.findall(plain(text))):
                return Findings(words=NEWSROOM)
            found = reader.find(reader.clean(text))
            called = [item for item in found.communities if item.source == "text"]
            spoken = found.region or not WORDS.profile_words.isdisjoint(found.words)
            if called and spoken and not found.elsewhere:
                found.communities = _as_profile(called, CALLED)
                return found
        return _SAYS_NOTHING

    def _spaced(self, handle: str) -> str:
        """A handle as words: `DurhamNC_weather` and `durhamnews` both name Durham."""
        own = handle.lstrip("@").split("@")[0].split(".")[0]
        parts = _PARTS.findall(own)
        if len(parts) == 1 and parts[0].islower():
            return self._parted(parts[0])
        spread = (self._joined.get(plain(part)) or " ".join(split_tag(part)) for part in parts)
        return " ".join(spread)

    def _parted(self, joined: str) -> str:
        known = self._joined.get(plain(joined))
        if known is not None:
            return known
        for word in _ENDINGS if joined.endswith(_ENDINGS) else ():
            if joined.endswith(word) and (rest := self._joined.get(plain(joined[: -len(word)]))):
                return f"{rest} {word}"
        return ""


def _as_profile(found: list[Found], confidence: float) -> list[Found]:
    return [item._replace(source="profile", confidence=confidence, point=None) for item in found]
