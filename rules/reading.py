"""What each distinct chunk of text means to a set of rules, worked out once and remembered.

A chunk's `code` is one number of several lanes, so that one sum over a text's chunks tells what its
language is and whether it can hold any phrase at all: one lane of votes for each language, one that
counts anchors (the words by which phrases are looked up), and one for each rule that weighs
evidence. A lane is wide enough for the most words of a text, and its top bit is its gate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from re import Match

import msgspec

from rules.language import LANE_BITS, CommonWords
from rules.lexicon import TOKEN_LETTERS_MAX, Atoms, Lexicon
from rules.pack import LANGUAGES
from rules.phrase import Atom
from rules.text import (
    LINK,
    MENTION,
    NUMBER,
    QUESTION,
    ends_sentence,
    fold,
    humps,
    number_of,
    owner,
    pieces,
    sign_parts,
    token_spans,
    unleet,
)

ANCHOR_LANE = len(LANGUAGES)
EVIDENCE_LANE = ANCHOR_LANE + 1
ANCHORS_NEEDED = 2
"""What the anchors of a text must count for any phrase to be in it."""
MEMO_CHUNKS = 100_000
"""How many chunks each of the memo's two generations remembers."""
_MEMO_LETTERS_MAX = 64
_PARTS_HELD = 4_096
_SHARED_WORDS_MAX = 4
_SIGNS = ".,:;!…\"“”„«»()[]{}*~|<>+=-–—'‘’`"
_STOPS = ".!…;"

Word = dict[int, int]
"""One word of a text: the elements of phrases that it can stand for, each with its edits."""
Parts = list[tuple[int, Word]]
_IDLE: Word = {}


class Reading(msgspec.Struct, frozen=True):
    """A chunk as words.

    `spans` are the places of the words within the chunk, none where they are worked out when needed
    (a lone link or mention, words that no phrase holds);
    `elements` those of all words as a bit set, `telling` the ones of them that phrases of `any`
    hold, `code` the sum of the lanes. A sentence ends
    before the words with the numbers of `ends`. `letters` is the spelling of a lone word that may
    be part of one written in two; `tagged` says that all words stand in hashtags.
    """

    words: tuple[Word, ...]
    spans: tuple[tuple[int, int], ...] = ()
    elements: int = 0
    telling: int = 0
    code: int = 0
    ends: tuple[int, ...] = ()
    letters: str = ""
    tagged: bool = False


class Readings(dict[str, Reading]):
    """Chunk as received → reading; a miss is worked out by `work_out` and kept.

    The memo has two generations, so that an endless stream of new words can't fill the memory:
    when the young one is full it becomes the old one, and what is used again comes back.
    """

    def __init__(self, work_out: Callable[[str], Reading], limit: int = MEMO_CHUNKS) -> None:
        super().__init__()
        self._work_out = work_out
        self._limit = limit
        self._old: dict[str, Reading] = {}

    def __missing__(self, chunk: str) -> Reading:
        reading = self._old.get(chunk) or self._work_out(chunk)
        # Links and handles seldom come twice; long chunks would make a count no bound of memory.
        if len(chunk) > _MEMO_LETTERS_MAX or chunk[0] == "@" or "/" in chunk:
            return reading
        if len(self) >= self._limit:
            self._old = dict(self)
            self.clear()
        self[chunk] = reading
        return reading

    @property
    def held(self) -> int:
        """How many readings both generations hold."""
        return len(self) + len(self._old)


class TokenReader:
    """Works out readings: pure, so that a verdict never depends on what was seen before.

    `weights` are what an element adds to the lanes of evidence, `anchors` what a word that holds it
    counts as an anchor; the first `telling` elements are those of `any`.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        common: CommonWords,
        elements_of: Mapping[Atom, tuple[int, ...]],
        weights: Mapping[int, int],
        anchors: Mapping[int, int],
        telling: int,
    ) -> None:
        self._lexicon = lexicon
        self._common = common
        self._elements_of = elements_of
        self._weights = weights
        self._anchors = anchors
        self._telling = (1 << telling) - 1
        self._marks = {
            mark: self.word({Atom("mark", mark): 0}) for mark in (LINK, MENTION, NUMBER, QUESTION)
        }
        self._idle: dict[tuple[int, int, tuple[int, ...]], Reading] = {}
        self._idle_votes = {
            word: votes for word, votes in common.all_votes() if not lexicon.may_mean(word)
        }
        self._link, self._mention = (
            self._reading([self._marks[mark]], []) for mark in (LINK, MENTION)
        )
        # Long texts may say one word in thousands of tags: the scan groups equal words by object.
        self._part = lru_cache(_PARTS_HELD)(self._tag_word)
        self._plain_word = lru_cache(_PARTS_HELD)(self._word)

    def word(self, atoms: Atoms) -> Word:
        """The elements that hold one of `atoms`, each with the fewest edits."""
        word: Word = {}
        for atom, edits in atoms.items():
            for element in self._elements_of.get(atom, ()):
                word[element] = min(edits, word.get(element, edits))
        return word

    def parts(self, readings: Sequence[Reading]) -> Parts:
        """The words of a text that were written in two ("out age"): place of the second part.

        Only lone words of letters can be parts; words count from 1.
        """
        found: Parts = []
        letters = [reading.letters for reading in readings]
        if not any(letters):
            return found
        in_two = self._lexicon.in_two
        for number, (one, other) in enumerate(pairwise(letters)):
            if one and other and (atoms := in_two(one, other)):
                at = sum(len(reading.words) for reading in readings[: number + 1])
                found.append((at + 1, self.word(atoms)))
        return found

    def read(self, chunk: str) -> Reading:
        """The reading of a chunk: what stands between two blanks of a text."""
        if chunk[0] == "@" and chunk[1:].isalnum():
            return self._mention
        if chunk.startswith(("https://", "http://")) and chunk[-1] != "/":
            return self._link
        core = chunk.strip(_SIGNS)
        votes = self._idle_votes.get(core.lower())
        if votes is not None:
            closed = chunk[-1] in _STOPS and ends_sentence(core.lower(), chunk[-1], "")
            return self._idle_reading(votes, 1, (1,) if closed else ())
        if core.isalpha() and len(core) <= _MEMO_LETTERS_MAX:
            return self._lone_word(chunk, core)
        words: list[Word] = []
        spans: list[tuple[int, int]] = []
        ends: list[int] = []
        tags = votes = 0
        found = list(token_spans(chunk))
        for number, token in enumerate(found, 1):
            following = found[number] if number < len(found) else None
            before = len(words)
            votes += self._token(token, words, spans)
            tags += token[0][0] in "#＃"
            stop = following.start() if following else len(chunk)
            signs = chunk[token.end() : stop]
            asks = token[0][0] in "?¿？؟"
            if asks and token[0][-1] == "¿":
                ends.append(before)
            elif asks or ends_sentence(fold(token[0]), signs, following[0] if following else ""):
                ends.append(len(words))
        if not found and any(sign in chunk for sign in _STOPS):
            ends.append(0)
        return self._reading(
            words, spans, votes, ends=tuple(ends), tagged=bool(words) and tags == len(found)
        )

    def _lone_word(self, chunk: str, core: str) -> Reading:
        at = chunk.find(core)
        folded = fold(core)
        words, cuts = self._plain_word(folded, len(core))
        signs = chunk[at + len(core) :]
        ends = (len(words),) if signs and ends_sentence(folded, signs, "") else ()
        votes = self._common.votes(folded)
        spans = [(at + begin, at + end) for begin, end in cuts]
        letters = folded if self._lexicon.may_be_part(folded) else ""
        return self._reading(words, spans, votes, ends=ends, letters=letters)

    def _word(self, folded: str, letters: int) -> tuple[list[Word], list[tuple[int, int]]]:
        """A plain word as one word, or as several where blanks between them were forgotten."""
        word = self.word(self._lexicon.read(folded))
        # A span in the folded word is one in the text only while both have the same letters.
        if not word and len(folded) == letters:
            cuts = self._lexicon.joined(folded)
            if cuts:
                parts = [self.word(self._lexicon.read(folded[a:b])) for a, b in cuts]
                return parts, cuts
        return [word], [(0, letters)]

    def _token(self, match: Match[str], words: list[Word], spans: list[tuple[int, int]]) -> int:
        """Puts the words of a token to `words`, and gives its votes."""
        token, at = match[0], match.start()
        first = token[0]
        if first == "@" or first in "?¿？؟":
            words.append(self._marks[MENTION if first == "@" else QUESTION])
        elif "/" in token or token[:4].lower() == "www.":
            words.append(self._marks[LINK])
        elif first in "#＃" or "_" in token:
            self._tag(token, at, words, spans)
            return 0
        elif first.isdigit() or not token.isalnum() or not token.isalpha():
            return self._odd(token, at, words, spans)
        else:
            folded = fold(token)
            parts, cuts = self._plain_word(folded, len(token))
            words.extend(parts)
            spans.extend((at + begin, at + end) for begin, end in cuts)
            return self._common.votes(folded)
        spans.append(match.span())
        return 0

    def _odd(self, token: str, at: int, words: list[Word], spans: list[tuple[int, int]]) -> int:
        """A token with digits, apostrophes, entities or signs in it."""
        if len(token) > _MEMO_LETTERS_MAX:
            words.append(_IDLE)
            spans.append((at, at + len(token)))
            return 0
        folded = fold(token)
        if token[0] == "&" and not folded.isalnum():
            return 0
        atoms = self._lexicon.read(folded)
        before = owner(token)
        if before:
            atoms = self._lexicon.read(fold(before)) | atoms
        if not atoms and not folded.isalpha():
            atoms = self._lexicon.literal_of(unleet(folded))
        if not atoms and ("@" in token or "$" in token):
            for begin, end in sign_parts(token):
                words.append(self.word(self._lexicon.read(fold(token[begin:end]))))
                spans.append((at + begin, at + end))
            return 0
        digits = number_of(token)
        if not digits or (atoms and not folded.isdigit() and digits < len(token)):
            words.append(self.word(atoms))
            spans.append((at, at + len(token)))
            return self._common.votes(folded)
        literal = fold(token[:digits])
        words.append(self._marks[NUMBER] | self.word(self._lexicon.read(literal)))
        spans.append((at, at + digits))
        if digits < len(token):
            words.append(self.word(self._lexicon.read(fold(token[digits:]))))
            spans.append((at + digits, at + len(token)))
        return 0

    def _tag(self, token: str, at: int, words: list[Word], spans: list[tuple[int, int]]) -> None:
        for begin, end in pieces(token):
            for start, stop in self._tag_words(token[begin:end]):
                part = fold(token[begin + start : begin + stop])
                short = len(part) <= _MEMO_LETTERS_MAX
                words.append(self._part(part) if short else self._tag_word(part))
                spans.append((at + begin + start, at + begin + stop))

    def _tag_word(self, part: str) -> Word:
        word = self.word(self._lexicon.read(part))
        return word | self._marks[NUMBER] if part.isdigit() else word

    def _tag_words(self, tag: str) -> list[tuple[int, int]]:
        """Spans of the words of one tag: itself, its camel humps, or words of the phrases."""
        if len(tag) > TOKEN_LETTERS_MAX or fold(tag) in self._lexicon:
            return [(0, len(tag))]
        return [
            (begin + start, begin + stop)
            for begin, end in humps(tag)
            for start, stop in self._hump_words(tag[begin:end])
        ]

    def _hump_words(self, hump: str) -> list[tuple[int, int]]:
        folded = fold(hump)
        return self._lexicon.split(folded) if len(folded) == len(hump) else [(0, len(hump))]

    def _reading(
        self,
        words: list[Word],
        spans: list[tuple[int, int]],
        votes: int = 0,
        *,
        ends: tuple[int, ...] = (),
        letters: str = "",
        tagged: bool = False,
    ) -> Reading:
        if not letters and not any(words):
            return self._idle_reading(votes, len(words), ends)
        distinct = {id(word): word for word in words}.values()
        bits = 0
        for element in {element for word in distinct for element in word}:
            bits |= 1 << element
        weights, anchors = self._weights, self._anchors
        code = votes + sum(weights.get(element, 0) for word in words for element in word)
        counted = sum(max((anchors.get(one, 0) for one in word), default=0) for word in words)
        code += counted << ANCHOR_LANE * LANE_BITS
        telling = bits & self._telling
        return Reading(tuple(words), tuple(spans), bits, telling, code, ends, letters, tagged)

    def _idle_reading(self, votes: int, words: int, ends: tuple[int, ...]) -> Reading:
        """The reading of words that no phrase holds: one object for equal ones."""
        key = votes, words, ends
        idle = self._idle.get(key)
        if idle is None:
            idle = Reading((_IDLE,) * words, code=votes, ends=ends)
            if words < _SHARED_WORDS_MAX and len(ends) < _SHARED_WORDS_MAX:
                self._idle[key] = idle
        return idle
