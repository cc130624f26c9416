"""Works out what the chunks of a text mean to a set of rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate
from re import Match

import msgspec

from rules.handles import Handles
from rules.lasting import lasting
from rules.lexicon import TOKEN_LETTERS_MAX, Atoms, Lexicon
from rules.memo import MEMO_LETTERS_MAX
from rules.phrase import Atom
from rules.reading import IDLE, Reading, Word
from rules.text import (
    LINK,
    LINK_STARTS,
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

_WORDS_HELD = 16_384
_LONE_WORDS_HELD = 65_536
_HANDLES_HELD = 256
_SHARED_WORDS_MAX = 4
LONE_LETTERS_MIN = 9
SIGNS = ".,:;!…\"“”„«»()[]{}*~|<>+=-–—'‘’`"
"""Signs that may stand before or behind a word, and are no part of it."""
_STOPS = ".!…;"

Parts = list[tuple[int, Word]]
"""Words that were written in two: the place of the second part, and what the whole means."""


class TokenReader:
    """Works out readings: pure, so that a verdict never depends on what was seen before.

    The first `keys` elements are looked for in bit sets.
    """

    def __init__(
        self,
        make_lexicon: Callable[[], Lexicon],
        elements_of: Mapping[Atom, tuple[int, ...]],
        keys: int,
    ) -> None:
        self._make_lexicon = make_lexicon
        self.elements_of = elements_of
        self._keys = keys
        # Of the words that phrases hold there are few, and long texts may say one in thousands of
        # tags: the scan groups equal words by object.
        self._word_of = lru_cache(_WORDS_HELD)(self._made_of)
        self._marks = {
            mark: self.word({Atom("mark", mark): 0}) for mark in (LINK, MENTION, NUMBER, QUESTION)
        }
        self._idle: dict[tuple[int, tuple[int, ...]], Reading] = {}
        self._idle_word = self._idle_reading(1, ())
        self._link, self.mention = (
            self._reading([self._marks[mark]], []) for mark in (LINK, MENTION)
        )
        asked = [atom for atom in elements_of if atom.kind == "mention"]
        self.handles = Handles(asked) if asked else None
        self._holding = lru_cache(_HANDLES_HELD)(self._mention_holding)
        self._part = lru_cache(_WORDS_HELD)(self._tag_word)
        self._lone = lru_cache(_LONE_WORDS_HELD)(self._lone_word)
        self._lone_of_tag = lru_cache(_WORDS_HELD)(self._lone_tag)
        self._spans_of_tag = lru_cache(_WORDS_HELD)(self._tag_words)

    @cached_property
    @lasting()
    def lexicon(self) -> Lexicon:
        """Made when the first text is read: a language that nobody writes costs nothing."""
        return self._make_lexicon()

    @cached_property
    @lasting()
    def idle_words(self) -> frozenset[str]:
        """Common words that mean nothing to the rules: they need not be read."""
        return self.lexicon.idle_words()

    def mark(self, name: str) -> Word:
        """A mark that a text may hold, as a word."""
        return self._marks[name]

    def word(self, atoms: Atoms) -> Word:
        """The elements that hold one of `atoms`, each with the fewest edits."""
        return self._word_of(tuple(atoms.items())) if atoms else IDLE

    def _made_of(self, atoms: tuple[tuple[Atom, int], ...]) -> Word:
        edits_of: dict[int, int] = {}
        for atom, edits in atoms:
            for element in self.elements_of.get(atom, ()):
                edits_of[element] = min(edits, edits_of.get(element, edits))
        if not edits_of:
            return IDLE
        # No other word says that a short one is meant, with names and other languages about.
        short = any(edits > 1 and len(atom.spelling) < LONE_LETTERS_MIN for atom, edits in atoms)
        return self._word(edits_of, 1 if short else 2)

    def _word(self, edits_of: Mapping[int, int], lone_edits: int) -> Word:
        return Word(edits_of.items(), self._keys, lone_edits)

    def either(self, one: Word, other: Word) -> Word:
        """A word that stands for what `one` and what `other` stands for."""
        if one and other:
            return self._word(other | one, min(one.lone_edits, other.lone_edits))
        return one or other

    def parts(self, chunks: Sequence[str], readings: Sequence[Reading]) -> Parts:
        """The words of a text that were written in two ("elec tricity"): place of the second part.

        One part at least is a rare word or none; words count from 1.
        """
        found: Parts = []
        places: list[int] = []
        for number, reading in enumerate(readings):
            if not reading.fragment:
                continue
            for first in (number - 1, number):
                if not 0 <= first < len(readings) - 1 or readings[first].ends:
                    continue
                one, other = (fold(chunk.strip(SIGNS)) for chunk in chunks[first : first + 2])
                # Signs alone ("++ blackout") are no part of a word.
                atoms = self.lexicon.in_two(one, other) if one and other else {}
                if atoms:
                    places = places or list(accumulate(len(each.words) for each in readings))
                    found.append((places[first] + 1, self.word(atoms)))
        return found

    def read(self, chunk: str) -> Reading:
        """The reading of a chunk: what stands between two blanks of a text."""
        if chunk[0] == "@" and chunk[1:].isalnum():
            return self.mentioned(chunk)
        if chunk.startswith(LINK_STARTS) and len(chunk) > len(LINK_STARTS[0]):
            return self._link
        core = chunk.strip(SIGNS)
        if len(core) > MEMO_LETTERS_MAX:
            return self._mixed(chunk)
        if core.isalpha():
            folded = fold(core)
            within, last = self._lone(folded)
        elif chunk[0] == "#" and core[1:].isalpha():
            folded = fold(core)
            within, last = self._lone_of_tag(core)
        else:
            return self._mixed(chunk)
        if chunk[-1].isalpha():
            return within
        signs = chunk[len(chunk.rstrip(SIGNS)) :]
        return last if ends_sentence(folded, signs, "") else within

    def cut(self, chunk: str) -> int:
        """Where the first word of a chunk ends that has lost its blank ("nopower!")."""
        core = chunk.strip(SIGNS)
        folded = fold(core)
        # A place in the folded word is one in the chunk only while both have the same letters.
        inside = self.lexicon.parts.joined(folded) if len(folded) == len(core) else 0
        return chunk.find(core) + (inside or len(core))

    def _mixed(self, chunk: str) -> Reading:
        """The reading of a chunk with several tokens, or with one that is no plain word."""
        words: list[Word] = []
        spans: list[tuple[int, int]] = []
        ends: list[int] = []
        tags = 0
        found = list(token_spans(chunk))
        for number, token in enumerate(found, 1):
            following = found[number] if number < len(found) else None
            before = len(words)
            self._token(token, words, spans)
            tags += token[0][0] in "#＃"
            signs = chunk[token.end() : following.start() if following else len(chunk)]
            asks = token[0][0] in "?¿？؟"
            if asks and token[0][-1] == "¿":
                ends.append(before)
            elif asks or ends_sentence(fold(token[0]), signs, following[0] if following else ""):
                ends.append(len(words))
        if not found and any(sign in chunk for sign in _STOPS):
            ends.append(0)
        tagged = bool(words) and tags == len(found)
        return self._reading(words, spans, ends=tuple(ends), tagged=tagged)

    def mentioned(self, mention: str) -> Reading:
        """The reading of a mention: the mark, and what phrases ask for that its handle holds."""
        held = self.handles.held(mention) if self.handles else ()
        return self._holding(held) if held else self.mention

    def _mention_holding(self, held: tuple[Atom, ...]) -> Reading:
        atoms = dict.fromkeys((Atom("mark", MENTION), *held), 0)
        return self._reading([self.word(atoms)], [])

    def _lone_tag(self, tag: str) -> tuple[Reading, Reading]:
        """The readings of a plain hashtag within a sentence, and at its end."""
        if tag[2:].islower() and fold(tag[1:]) in self.idle_words:
            return self._idle_word, self._idle_reading(1, (1,))
        words: list[Word] = []
        spans: list[tuple[int, int]] = []
        self._tag(tag, 0, words, spans)
        within = self._reading(words, spans, tagged=True)
        return within, msgspec.structs.replace(within, ends=(len(words),))

    def _lone_word(self, folded: str) -> tuple[Reading, Reading]:
        """The readings of a plain word within a sentence, and at its end."""
        if folded in self.idle_words:
            return self._idle_word, self._idle_reading(1, (1,))
        words, _ = self._plain(folded, len(folded))
        fragment = self.lexicon.is_fragment(folded)
        within = self._reading(words, [], fragment=fragment)
        return within, msgspec.structs.replace(within, ends=(len(words),))

    def _plain(self, folded: str, letters: int) -> tuple[list[Word], list[tuple[int, int]]]:
        """A plain word as one word, or as two where the blank between them was forgotten."""
        if self.lexicon.is_literal(folded):
            return [self._read(folded)], [(0, letters)]
        atoms = self.lexicon.read(folded)
        # A span in the folded word is one in the text only while both have the same letters.
        if min(atoms.values(), default=2) > 1 and len(folded) == letters:
            cut = self.lexicon.parts.joined(folded)
            if cut:
                parts = [self._read(folded[:cut]), self._read(folded[cut:])]
                return parts, [(0, cut), (cut, letters)]
        return [self.word(atoms)], [(0, letters)]

    def _read(self, folded: str) -> Word:
        return self.word(self.lexicon.read(folded))

    def _token(self, match: Match[str], words: list[Word], spans: list[tuple[int, int]]) -> None:
        """Puts the words of a token to `words`."""
        token, at = match[0], match.start()
        first = token[0]
        if first == "@" or first in "?¿？؟":
            mark = self.mentioned(token).words[0] if first == "@" else self._marks[QUESTION]
            words.append(mark)
            spans.append(match.span())
        elif ("/" in token and token[1:2] != "/") or token[:4].lower() == "www.":
            words.append(self._marks[LINK])
            spans.append(match.span())
        elif first in "#＃" or ("_" in token and not first.isdigit()):
            self._tag(token, at, words, spans)
        elif token.isalpha():
            parts, cuts = self._plain(fold(token), len(token))
            words.extend(parts)
            spans.extend((at + begin, at + end) for begin, end in cuts)
        else:
            self._odd(token, at, words, spans)

    def _odd(self, token: str, at: int, words: list[Word], spans: list[tuple[int, int]]) -> None:
        """A token with digits, apostrophes, entities or signs in it."""
        whole = at, at + len(token)
        if len(token) > MEMO_LETTERS_MAX:
            words.append(IDLE)
            spans.append(whole)
            return
        folded = fold(token)
        if token[0] == "&" and not folded.isalnum():
            return
        atoms = self._meant(token, folded)
        if not atoms and ("@" in token or "$" in token):
            for begin, end in sign_parts(token):
                words.append(self._read(fold(token[begin:end])))
                spans.append((at + begin, at + end))
            return
        digits = number_of(token)
        if not digits or (atoms and not folded.isdigit() and digits < len(token)):
            words.append(self.word(atoms))
            spans.append(whole)
            return
        literal = self._read(fold(token[:digits]))
        words.append(self.either(self._marks[NUMBER], literal))
        spans.append((at, at + digits))
        if digits < len(token):
            words.append(self._read(fold(token[digits:])))
            spans.append((at + digits, whole[1]))

    def _meant(self, token: str, folded: str) -> Atoms:
        """The atoms of an odd token: itself, what it owns or shortens, or what its digits mean."""
        atoms = self.lexicon.read(folded)
        before = owner(token)
        if before:
            atoms = self.lexicon.read(fold(before)) | atoms
        return atoms or ({} if folded.isalpha() else self.lexicon.literal_of(unleet(folded)))

    def _tag(self, token: str, at: int, words: list[Word], spans: list[tuple[int, int]]) -> None:
        for begin, end in pieces(token):
            tag = token[begin:end]
            split = self._spans_of_tag if len(tag) <= MEMO_LETTERS_MAX else self._tag_words
            for start, stop in split(tag):
                part = fold(token[begin + start : begin + stop])
                short = len(part) <= MEMO_LETTERS_MAX
                words.append(self._part(part) if short else self._tag_word(part))
                spans.append((at + begin + start, at + begin + stop))

    def _tag_word(self, part: str) -> Word:
        word = self._read(part)
        return self.either(self._marks[NUMBER], word) if part.isdigit() else word

    def _tag_words(self, tag: str) -> list[tuple[int, int]]:
        """Spans of the words of one tag: itself, its camel humps, or words of the phrases."""
        if len(tag) > TOKEN_LETTERS_MAX or fold(tag) in self.lexicon:
            return [(0, len(tag))]
        return [
            (begin + start, begin + stop)
            for begin, end in humps(tag)
            for start, stop in self._hump_words(tag[begin:end])
        ]

    def _hump_words(self, hump: str) -> list[tuple[int, int]]:
        folded = fold(hump)
        return self.lexicon.parts.split(folded) if len(folded) == len(hump) else [(0, len(hump))]

    def _reading(
        self,
        words: list[Word],
        spans: list[tuple[int, int]],
        *,
        ends: tuple[int, ...] = (),
        fragment: bool = False,
        tagged: bool = False,
    ) -> Reading:
        if not fragment and not any(words):
            return self._idle_reading(len(words), ends)
        return Reading(
            tuple(words),
            tuple(spans),
            ends,
            fragment,
            tagged,
        )

    def _idle_reading(self, words: int, ends: tuple[int, ...]) -> Reading:
        """The reading of words that no phrase holds: one object for equal ones."""
        idle = self._idle.get((words, ends))
        if idle is None:
            idle = Reading((IDLE,) * words, ends=ends)
            if words < _SHARED_WORDS_MAX and len(ends) < _SHARED_WORDS_MAX:
                self._idle[words, ends] = idle
        return idle
