"""Communities named in a text, each with how sure it is that the text means them."""

from __future__ import annotations

import re
import unicodedata

import msgspec

from desk.places.names import WORD, WORDS, Gazetteer, Name, plain, split_tag
from desk.territories.territory import Community

LONGEST = 10_000
"""Characters of a text that are read; posts of any platform are shorter."""

REGION_BESIDE = 0.95
HINTED = 0.85
BARE = 0.75
DOUBTFUL = 0.6
ELSEWHERE_NAMED = 0.6
SEVERAL = 0.7

_DROP = re.compile(r"https?://\S+|www\.\S+|@[\w.]+")
_TAG = re.compile(r"#([^\W_]+)")
_BREAK = re.compile(r"[.!?;:\n]")
_ZIP = re.compile(r"(?<![\w$£€#.,/:-])(\d{5})(?:-\d{4})?(?![\w%€]|[.,:/-]\d)")
_ZIP_STATED = re.compile(r"(?i:zip)|\b[A-Z]{2},? $")
_COUNTED = re.compile(
    r"\s*(?:customers|homes|houses|households|people|meters|members|residents|families|"
    r"businesses|outages|accounts|followers|users|miles|mi|km|kw|mw|volts?|feet|ft|sq|"
    r"(?:[NSEW]\s)?[A-Z]\w+\s(?:St|Street|Rd|Road|Ave|Avenue|Blvd|Dr|Drive|Ln|Lane|Hwy|Ct)\b)"
)
"""What follows a count or a house number, and never a ZIP code."""


class Reading(msgspec.Struct):
    """A text as plain words, with their places in it; `shouted` is a text in capitals only."""

    text: str
    words: list[str]
    spans: list[tuple[int, int]]
    shouted: bool

    def gap(self, index: int) -> str:
        """What stands between word `index` and the one before."""
        return self.text[self.spans[index - 1][1] : self.spans[index][0]]

    def written(self, index: int) -> str:
        """Word `index` as it was written."""
        start, end = self.spans[index]
        return self.text[start:end]


class Mention(msgspec.Struct, frozen=True):
    """A name in words `start` to `end`; `tail` is the region or a place elsewhere behind it."""

    name: Name
    start: int
    end: int
    tail: Name | None


class Findings(msgspec.Struct):
    """All of a text: communities with their confidence in 0-1 in the order of the text.

    `region` says that the territory's region is named, `elsewhere` that another one is;
    `foreign` are communities whose name was said of another region.
    """

    communities: list[tuple[Community, float]] = []
    region: bool = False
    elsewhere: bool = False
    foreign: set[str] = set()


def zip_codes(text: str, zips: dict[str, Community]) -> list[tuple[Community, float]]:
    """The communities of ZIP codes in a text, with confidence; counts, prices and phones are none.

    Source of the format: USPS Publication 28, section 213 (ZIP+4 is read to its first five).
    """
    found = []
    for match in _ZIP.finditer(text):
        community = zips.get(match[1])
        if community is not None and not _COUNTED.match(text, match.end()):
            stated = _ZIP_STATED.search(text[max(0, match.start() - 12) : match.start()])
            found.append((community, 0.95 if stated else 0.85))
    return found


class Reader:
    """Finds the names of a gazetteer in texts, in one pass over the words."""

    def __init__(self, names: Gazetteer) -> None:
        self._names = names
        self._firsts = frozenset(
            first
            for first, group in names.by_first.items()
            if any(name.community is not None for name in group)
        )

    def clean(self, text: str) -> str:
        """The text without links and mentions of accounts, its hashtags spread into words."""
        text = text[:LONGEST]
        if not text.isascii():
            text = unicodedata.normalize("NFC", text)
        if "@" in text or "http" in text or "www." in text:
            text = _DROP.sub(" ", text)
        return _TAG.sub(self._spread, text) if "#" in text else text

    def _spread(self, match: re.Match[str]) -> str:
        tag = match[1]
        joined = self._names.joined.get(plain(tag))
        if joined is not None:
            return f"#{joined}"
        return match[0] if tag.islower() else "#" + " ".join(split_tag(tag))

    def find(self, text: str, *, implied: bool = False, trusted: bool = False) -> Findings:
        """Communities named in a cleaned text.

        `implied` says that it is about the region anyhow; `trusted` that every name in it is one
        of a place, as in a platform's place field.
        """
        found = Findings()
        low = plain(text)
        words = WORD.findall(low)
        if not trusted and not self._may_name(words):
            return found
        spans = [match.span() for match in WORD.finditer(low)]
        reading = Reading(text, words, spans, shouted=text.isupper())
        mentions = self._mentions(reading, found)
        found.foreign.update(
            mention.name.community.id
            for mention in mentions
            if mention.name.community and mention.tail and not mention.tail.region
        )
        sure = implied or found.region or any(_plainly(mention) for mention in mentions)
        for mention in mentions:
            confidence = _confidence(reading, mention, sure=sure, trusted=trusted)
            community = mention.name.community
            if community is None:
                continue
            if community.id in found.foreign and confidence < REGION_BESIDE:
                continue
            if found.elsewhere and not found.region:
                confidence = 0.0 if mention.name.doubtful else confidence * ELSEWHERE_NAMED
            if confidence:
                found.communities.append((community, confidence))
        return found

    def _may_name(self, words: list[str]) -> bool:
        hits = self._firsts.intersection(words)
        if not hits:
            return False
        present = set(words)
        return any(
            name.community is not None and present.issuperset(name.words)
            for first in hits
            for name in self._names.by_first[first]
        )

    def _mentions(self, reading: Reading, found: Findings) -> list[Mention]:
        mentions = []
        index = 0
        while index < len(reading.words):
            name = self._at(reading, index)
            if name is None:
                index += 1
                continue
            end = index + len(name.words)
            if name.community is not None:
                tail, end_of_tail = self._tail(reading, end)
                mentions.append(Mention(name, index, end, tail))
                found.region |= tail is not None and tail.region
                found.elsewhere |= tail is not None and not tail.region
                end = end_of_tail
            elif name.region:
                found.region = True
            elif not name.code or reading.gap(index).startswith(","):
                found.elsewhere = True
            index = end
        return mentions

    def _at(
        self, reading: Reading, index: int, *, tail: bool = False, comma: bool = False
    ) -> Name | None:
        """The longest name that begins at a word; as a `tail`, of a region or elsewhere only."""
        for name in self._names.by_first.get(reading.words[index], ()):
            if tail and name.community is not None:
                continue
            end = index + len(name.words)
            if tuple(reading.words[index:end]) != name.words:
                continue
            if any(not _joins(reading.gap(place)) for place in range(index + 1, end)):
                continue
            if name.code:
                raised = all(reading.written(place).isupper() for place in range(index, end))
                # in a text of capitals only, OR and IN are words unless a comma stands before
                if not raised or (reading.shouted and not comma):
                    continue
            return name
        return None

    def _tail(self, reading: Reading, end: int) -> tuple[Name | None, int]:
        """The region or place elsewhere right behind a name, and where it ends."""
        if end >= len(reading.words):
            return None, end
        gap = reading.gap(end).strip(" #")
        at = end
        if gap == "" and reading.words[end] in ("in", "en") and end + 1 < len(reading.words):
            at = end + 1
            gap = reading.gap(at).strip(" #")
        if gap not in ("", ",", "(", ", ", "-", "–", "/"):
            return None, end
        name = self._at(reading, at, tail=True, comma=gap != "")
        return (name, at + len(name.words)) if name else (None, end)


def _joins(gap: str) -> bool:
    return len(gap) <= 3 and not any(char in gap for char in ",!?;:\n#()")


def _plainly(mention: Mention) -> bool:
    """A name that has no other meaning, and is not said of another region."""
    name = mention.name
    return not name.doubtful and not name.eclipsed and mention.tail is None


def _confidence(reading: Reading, mention: Mention, *, sure: bool, trusted: bool) -> float:
    """How likely it is that the words mean the community, by what stands beside them; 0: not."""
    name, tail = mention.name, mention.tail
    if tail is not None:
        return REGION_BESIDE if tail.region else 0.0
    before = reading.words[mention.start - 1] if _same_sentence(reading, mention.start) else ""
    after = reading.words[mention.end] if _same_sentence(reading, mention.end) else ""
    if _is_other(reading, mention, before, after):
        return 0.0
    if name.eclipsed and not sure:
        return 0.0
    if trusted:
        return HINTED
    hint = _hint(reading, mention, before, after)
    capital = all(
        reading.written(place)[0].isupper()
        for place, raised in enumerate(name.raised, mention.start)
        if raised
    )
    if name.doubtful:
        return DOUBTFUL if hint == "strong" and capital else 0.0
    if name.frequent and not (hint or capital):
        return 0.0
    return HINTED if hint else BARE


def _same_sentence(reading: Reading, index: int) -> bool:
    """Whether a word stands in one sentence with the word before it, and both exist."""
    inside = 0 < index < len(reading.words)
    return inside and not _BREAK.search(reading.gap(index))


def _hint(reading: Reading, mention: Mention, before: str, after: str) -> str:
    """How the words beside a name make it a place: "strong", "weak" (people have them too), ""."""
    if after in WORDS.after or _bracketed(reading, mention):
        return "strong"
    if before in WORDS.of:
        further = reading.words[mention.start - 2] if mention.start > 1 else ""
        if further in WORDS.before_of:
            return "strong"
        return "weak" if before in WORDS.before else ""
    if before in WORDS.before:
        return "weak" if before in WORDS.weak_before else "strong"
    return ""


def _bracketed(reading: Reading, mention: Mention) -> bool:
    """Whether the name alone stands in brackets."""
    start, end = reading.spans[mention.start][0], reading.spans[mention.end - 1][1]
    return reading.text[start - 1 : start] == "(" and reading.text[end : end + 1] == ")"


def _is_other(reading: Reading, mention: Mention, before: str, after: str) -> bool:
    """Whether the words beside a name make it a street, a team, a county or another town."""
    adjacent = mention.end < len(reading.words) and reading.gap(mention.end) in (" ", ". ")
    if adjacent and after in WORDS.street_after:
        return True
    if adjacent and after in WORDS.named_after and reading.written(mention.end)[0].isupper():
        return True
    if before in WORDS.of and mention.start > 1:
        before = reading.words[mention.start - 2]
    if before in WORDS.street_before:
        return True
    if not before or reading.gap(mention.start) != " ":
        return False
    if before in WORDS.club_article:
        return True
    return before in WORDS.compound_before and reading.written(mention.start - 1)[0].isupper()
