"""Communities named in a text, each with how sure it is that the text means them."""

from __future__ import annotations

import re
import unicodedata

from desk.places.choice import is_part
from desk.places.compiled import core
from desk.places.corners import meetings, resolve
from desk.places.judging import HINTED, REGION_BESIDE, judge
from desk.places.names import Gazetteer, Marks, Name
from desk.places.numbers import codes_in
from desk.places.reading import Findings, Found, Mention, Note, Reading, StreetMention
from desk.places.streets import kind_of
from desk.places.words import WORDS, plain, split_tag

LONGEST = 10_000
"""Characters of a text that are read; posts of any platform are shorter."""

ELSEWHERE_NAMED = 0.6
"""Times the confidence where another region is named, and ours is not."""

EXPECTED = 0.8
"""Of a name that may mean another place, where posts from around ours are coming in."""

FOREIGN_NAMED = 0.75
"""Times the confidence where a town of another region is named."""

REMEMBERED_WORDS = 100_000
"""Pieces of texts of which it is known whether they are of a name; some 12 MB."""

_BESIDE = frozenset(("", ",", "(", "-", "–", "/"))
"""Signs between a name and its region, without blanks."""

_SECTION = frozenset(("section", "of", "in", "neighborhood", "area", "barrio", "de", "di", "a"))
"""Words between a part and its whole."""

_APART = frozenset(",!?;:\n#()")
_DROP = re.compile(r"https?://\S+|www\.\S+|@[\w.]+")
_TAG = re.compile(r"#([^\W_]+)")


NOTHING, ELSEWHERE, TOWNS, MISSPELT = range(4)
Rest = tuple[frozenset[bytes], ...]
_NO_NAME: tuple[Rest, Rest] = ((), ())
_MEANT: tuple[Rest, Rest] = ((frozenset(),), ())
"""Of a word that is a misspelt name."""

_NOTHING = Findings()
"""Of a text that names nothing; nobody may change it."""


class Reader:
    """Finds the names of a gazetteer in texts, in one pass over the words.

    What it remembers of words only saves time, and never changes an answer.
    """

    def __init__(self, names: Gazetteer) -> None:
        self._names = names
        self._by_two = _by_two(names.by_first)
        self._firsts = frozenset(names.by_first) | frozenset(names.streets)
        self._codes = frozenset(names.codes)
        self._beyond_ascii = not all(map(str.isascii, names.marks))
        self._idle = core.Idle()
        self._live: dict[bytes, tuple[Rest, Rest]] = {}
        self._misspelt: dict[str, str] = {}

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
        state = WORDS.weather_tags.get(plain(tag))
        if state is not None:
            return f"#{state}"
        return match[0] if tag.islower() else "#" + " ".join(split_tag(tag))

    def find(
        self,
        text: str,
        *,
        implied: bool = False,
        trusted: bool = False,
        notes: list[Note] | None = None,
        seen: int | None = None,
    ) -> Findings:
        """Communities named in a cleaned text.

        `implied` says that it is about the region anyhow; `trusted` that every name in it is one
        of a place, as in a platform's place field. What was taken and rejected goes to `notes`.
        `seen` is what `look` found in it, where that is known.
        """
        if seen is None:
            seen = self.look(text)
            if seen == NOTHING and not trusted:
                return _NOTHING
        reading = Reading(text, self._names.home)
        words = reading.words
        if seen == MISSPELT:
            reading.mend(self._misspelt)
        found = Findings(words)
        mentions, streets = self._mentions(reading, found, notes)
        zips = self._names.zips and not self._names.zips.keys().isdisjoint(words)
        if not (mentions or streets or zips):
            return found
        corner = meetings(reading, streets) if len(streets) > 1 else {}
        if corner:
            taken = {street.start for at, street in enumerate(streets) if at in corner}
            mentions = [mention for mention in mentions if mention.start not in taken]
        sure = implied or found.region
        for mention in mentions:
            if mention.tail is None:
                sure = sure or _is_plain(reading, mention)
            elif not mention.tail.region:
                found.foreign = {*found.foreign, mention.community.id}
        _take_all(reading, mentions, found, notes, sure=sure, trusted=trusted)
        if streets:
            resolve(reading, streets, corner, found, notes, sure=implied or found.region)
        if zips:
            codes_in(reading, self._names, found, notes)
        if found.foreign and not found.communities:
            found.elsewhere = True
        return found

    def look(self, text: str) -> int:
        """What a cleaned text may name: `NOTHING`, a place `ELSEWHERE` or the region, or `TOWNS`.

        `MISSPELT` are towns of which one is misspelt.

        Words are known by their bytes: of most it is known already that no name has them, and
        nothing need be done with them.
        """
        if self._beyond_ascii:
            return TOWNS
        rare: set[bytes] = self._idle.rare(text)
        if not rare:
            return NOTHING
        if len(self._idle) + len(self._live) >= REMEMBERED_WORDS:
            self._idle.clear()
            self._live.clear()
            self._misspelt.clear()
        live = self._live
        seen, pieces, is_whole = NOTHING, rare, False
        for piece in rare:
            # and go on where a town is found: every misspelt word must be known
            means = live.get(piece) or self._learn(piece)
            if means is _MEANT:
                seen = MISSPELT
            towns, others = means
            if not is_whole and ((towns and towns[0]) or (others and others[0])):
                pieces, is_whole = core.pieces_of(text), True
            if seen < TOWNS and towns and any(map(pieces.issuperset, towns)):
                seen = TOWNS
            elif seen == NOTHING and others and any(map(pieces.issuperset, others)):
                seen = ELSEWHERE
        return seen

    def _learn(self, piece: bytes) -> tuple[Rest, Rest]:
        """What must stand beside a new word to make a name; it is known from now on."""
        word = piece.decode()
        found = _rest(self._names.marks, word), _rest(self._names.signs, word)
        if found == _NO_NAME:
            meant = self._names.spelling.meant(word)
            if meant is None:
                self._idle.add(piece)
                return _NO_NAME
            self._misspelt[word] = meant
            found = _MEANT
        self._live[piece] = found
        return found

    def _mentions(
        self, reading: Reading, found: Findings, notes: list[Note] | None
    ) -> tuple[list[Mention], list[StreetMention]]:
        mentions: list[Mention] = []
        streets: list[StreetMention] = []
        roads, words = self._names.streets, reading.words
        after = 0
        firsts = self._firsts
        for index in [at for at, word in enumerate(words) if word in firsts]:
            if words[index] in roads and (street := self._street(reading, index)):
                streets.append(street)
            if index < after or (name := self._at(reading, index)) is None:
                continue
            after = end = index + len(name.words)
            if name.community is not None:
                tail, after = self._tail(reading, end)
                mentions.append(Mention(name, name.community, index, end, tail, after))
                found.region |= tail is not None and tail.region
            elif name.region or not name.city or words[index - 1] in WORDS.before:
                _count(name, found)
                kind = "the region" if name.region else "a place elsewhere"
                _note(notes, reading, index, end, kind)
        if not self._codes.isdisjoint(reading.raw):
            tails = {mention.end_of_tail - 1 for mention in mentions if mention.tail is not None}
            self._count_codes(reading, tails, found, notes)
        return mentions, streets

    def _count_codes(
        self, reading: Reading, tails: set[int], found: Findings, notes: list[Note] | None
    ) -> None:
        """Abbreviations of the region anywhere, of places elsewhere behind a comma.

        Those that are the `tails` of names tell of these alone.
        """
        for index, word in enumerate(reading.raw):
            name = self._names.codes.get(word)
            if name is None or index in tails:
                continue
            comma = reading.gaps[index].startswith(",")
            if comma or (name.region and not reading.shouted):
                _count(name, found)
                kind = "the region" if name.region else "a place elsewhere"
                _note(notes, reading, index, index + 1, kind)

    def _street(self, reading: Reading, index: int) -> StreetMention | None:
        """The street whose name begins at a word: of the kind that stands beside it, or of any."""
        words = reading.words
        best: StreetMention | None = None
        before = beside = ""
        for street in self._names.streets[words[index]]:
            end = index + len(street.words)
            if end - index > 1 and tuple(words[index:end]) != street.words:
                continue
            before = before or _kind_before(words, index)
            beside = kind_of(words[end]) if end < len(words) else ""
            if not street.kind or street.kind in (beside, before):
                return StreetMention(street, index, end, bool(street.kind))
            if best is None and not beside and not before:
                best = StreetMention(street, index, end, False)
        return best

    def _at(self, reading: Reading, index: int) -> Name | None:
        """The longest name that begins at a word."""
        words = reading.words
        by_second = self._by_two.get(words[index])
        if by_second is None:
            return None
        if index + 1 < len(words):
            for name in by_second.get(words[index + 1], ()):
                end = index + len(name.words)
                if end - index > 2 and tuple(words[index:end]) != name.words:
                    continue
                if not all(map(_joins, reading.gaps[index + 1 : end])):
                    continue
                if not name.code or _is_code(reading, name, index, end):
                    return name
        for name in by_second.get("", ()):
            if not name.code or _is_code(reading, name, index, index + 1):
                return name
        return None

    def _tail(self, reading: Reading, end: int) -> tuple[Name | None, int]:
        """The region or place elsewhere right behind a name, and where it ends."""
        words, gaps = reading.words, reading.gaps
        if end >= len(words):
            return None, end
        gap = gaps[end].strip(" #")
        at = end
        if gap == "" and words[end] in ("in", "en") and end + 1 < len(words):
            at = end + 1
            gap = gaps[at].strip(" #")
        if gap not in _BESIDE:
            return None, end
        code = self._names.codes.get(reading.raw[at])
        # in a text of capitals only, OR and IN are words unless a comma stands before
        if code is not None and (gap or not reading.shouted):
            return code, at + 1
        if words[at] in self._names.by_first:
            name = self._at(reading, at)
            if name is not None and name.community is None:
                return name, at + len(name.words)
        return None, end


def _by_two(by_first: dict[str, tuple[Name, ...]]) -> dict[str, dict[str, tuple[Name, ...]]]:
    """Names by their first word and their second, "" where they have none, the longest first."""
    found: dict[str, dict[str, tuple[Name, ...]]] = {}
    for first, names in by_first.items():
        by_second = found[first] = {}
        for name in names:
            second = name.words[1] if len(name.words) > 1 else ""
            by_second[second] = (*by_second.get(second, ()), name)
    return found


def _kind_before(words: list[str], index: int) -> str:
    """The kind of street that one of the three words before names: "avenida del Puerto"."""
    for word in reversed(words[max(0, index - 3) : index]):
        if kind := kind_of(word):
            return kind
    return ""


def _rest(marks: Marks, word: str) -> Rest:
    return tuple(frozenset(map(str.encode, beside)) for beside in marks.get(word, ()))


def _take_all(
    reading: Reading,
    mentions: list[Mention],
    found: Findings,
    notes: list[Note] | None,
    *,
    sure: bool,
    trusted: bool,
) -> None:
    """Put those among the findings that mean their community."""
    for at, mention in enumerate(mentions):
        whole = mentions[at + 1] if at + 1 < len(mentions) else None
        if whole is not None and _lies_in(reading, mention, whole):
            why = f"{whole.community.name}, which it is a part of, is named right behind it"
            _put(reading, mention, found, notes, REGION_BESIDE, why)
        else:
            _take(reading, mention, found, notes, sure=sure, trusted=trusted)


def _take(
    reading: Reading,
    mention: Mention,
    found: Findings,
    notes: list[Note] | None,
    *,
    sure: bool,
    trusted: bool,
) -> None:
    """Judge a mention, and put it among the findings where it is one."""
    name, community = mention.name, mention.community
    confidence, why = judge(reading, mention, sure=sure, trusted=trusted)
    if not (confidence or sure or found.elsewhere or community.id in found.foreign):
        likely, _ = judge(reading, mention, sure=True, trusted=False)
        if likely:
            found.maybe.append(Found(community, min(likely, EXPECTED), "text", name.point))
    if confidence and community.id in found.foreign and confidence < REGION_BESIDE:
        confidence, why = 0.0, "elsewhere in the text the name is said of another region"
    elif confidence and found.foreign and not found.region:
        why += "; another town is named of another region"
        confidence = 0.0 if name.doubtful or name.common else confidence * FOREIGN_NAMED
    elif confidence and found.elsewhere and not found.region:
        why += "; another region is named"
        weak = name.doubtful or name.common or confidence < HINTED
        confidence = 0.0 if weak else confidence * ELSEWHERE_NAMED
    _put(reading, mention, found, notes, confidence, why)


def _lies_in(reading: Reading, mention: Mention, whole: Mention) -> bool:
    """Whether the whole that a mention is a part of stands right behind it: "Maspeth, Queens"."""
    apart = reading.words[mention.end : whole.start]
    if mention.tail is not None or len(apart) > len(_SECTION) or not _SECTION.issuperset(apart):
        return False
    if mention.name.landmark and mention.community is whole.community:
        return not whole.name.landmark
    return is_part(mention.community, whole.community)


def _put(
    reading: Reading,
    mention: Mention,
    found: Findings,
    notes: list[Note] | None,
    confidence: float,
    why: str,
) -> None:
    name, community = mention.name, mention.community
    if notes is not None:
        kind = f"landmark '{name.landmark}' in" if name.landmark else "community"
        taken_for = f"{kind} {community.name}"
        shown = reading.phrase(mention.start, mention.end)
        notes.append(Note(shown, taken_for, community.id, round(confidence, 3), why))
    if confidence:
        source = "landmark" if name.landmark else "text"
        found.communities.append(Found(community, confidence, source, name.point))


def _count(name: Name, found: Findings) -> None:
    if name.region:
        found.region = True
    else:
        found.elsewhere = True


def _note(notes: list[Note] | None, reading: Reading, start: int, end: int, kind: str) -> None:
    if notes is not None:
        why = "it tells where the names beside it are"
        notes.append(Note(reading.phrase(start, end), kind, None, 0.0, why))


def _is_code(reading: Reading, name: Name, index: int, end: int) -> bool:
    if name.loose or (name.community and reading.gaps[index].endswith("#")):
        return True
    return not reading.shouted and all(map(str.isupper, reading.raw[index:end]))


def _joins(gap: str) -> bool:
    return gap == " " or (len(gap) <= 3 and _APART.isdisjoint(gap))


def _is_plain(reading: Reading, mention: Mention) -> bool:
    """Whether a name has no other meaning."""
    name = mention.name
    unclear = name.doubtful or name.eclipsed or name.frequent or name.common or name.code
    return not unclear and mention.start not in reading.misspelt
