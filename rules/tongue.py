"""Which languages a text may be in, and whether it can hold anything of their rules at all.

Both are told by one sum over the codes of a text's chunks. A code has several lanes: for each
language its votes, its own words (words by which its rules look up phrases, and that no other
language uses nearly as often), how much the chunk promises to its rules, and whether it still has
to be read to know that: a chunk is read in the languages that it is met in, not before.
"""

from __future__ import annotations

from collections.abc import Sequence

from rules.language import LANE, LANE_BITS, UNKNOWN, CommonWords, common_words
from rules.matcher import Matcher
from rules.memo import MEMO_LETTERS_MAX, Memo, is_kept
from rules.pack import LANGUAGES
from rules.plan import PROMISE_NEEDED
from rules.reading import ANCHOR_MASK, Reading
from rules.text import LINK_STARTS, fold, tokens

_SIGNS = ".,:;!?…\"“”„«»()[]{}*~|<>+=-–—'‘’`¿¡"
_ASKS = frozenset("?¿？؟")
_OWN_LEAD = 3
"""How many times as frequent as in any other language a word is that a language calls its own."""
_TAG_PART_LETTERS_MIN = 3
_PROMISES_HELD = 65_536
_OWN, _UNREAD, _PROMISE = (len(LANGUAGES) * part * LANE_BITS for part in (1, 2, 3))


class Tongue:
    """One language's matcher, with its lanes.

    `own` and `unread` are masks, `passes` is met by the code of a text that promises enough;
    `idle` are words that need not be read: none until the first text of the language is read, so
    that one that nobody writes costs nothing. `promises` are those of the words that were read.
    """

    def __init__(self, matcher: Matcher, common: CommonWords) -> None:
        lane = LANGUAGES.index(matcher.language) * LANE_BITS
        self.matcher = matcher
        self.idle: frozenset[str] = frozenset()
        self.promises: dict[str, int] = {}
        self.own_one, self.unread_one = 1 << _OWN + lane, 1 << _UNREAD + lane
        self.own, self.unread = LANE << _OWN + lane, LANE << _UNREAD + lane
        self.bias = ((1 << LANE_BITS - 1) - PROMISE_NEEDED) << _PROMISE + lane
        self.passes = 1 << _PROMISE + lane + LANE_BITS - 1
        self._promise_lane = _PROMISE + lane
        self.everything = PROMISE_NEEDED << self._promise_lane
        self.own_words = {
            word for word in matcher.plan.telling_words() if _is_own(word, matcher.language, common)
        }

    def learn(self, chunk: str) -> int:
        """What a chunk promises, in its lane."""
        core = chunk.strip(_SIGNS)
        if not core.isalpha():
            return self._promise(self.matcher.readings[chunk])
        word = fold(core)
        promise = self.promises.get(word)
        if promise is None:
            if len(self.promises) >= _PROMISES_HELD:
                self.promises.clear()
            promise = self.promises[word] = self._promise(self.matcher.plan.reader.lone(word))
        return promise

    def mentioned(self, mention: str) -> int:
        """What a mention promises, in its lane."""
        return self._promise(self.matcher.plan.reader.mentioned(mention))

    def of_mark(self, chunk: str) -> int:
        """What a link or a question mark promises, in its lane."""
        return self._promise(self.matcher.plan.reader.read(chunk))

    def _promise(self, reading: Reading) -> int:
        return self.matcher.plan.promise(reading.code) << self._promise_lane


class Tongues:
    """Chooses among `matchers`, one a language, those that must read a text.

    `code` gives the code of a chunk, `bias` is what a text's sum begins with.
    """

    def __init__(self, matchers: Sequence[Matcher], memo_chunks: int) -> None:
        common = common_words()
        self._common = common
        self._known = dict(common.all_votes)
        self._tongues = tuple(Tongue(matcher, common) for matcher in matchers)
        self._of_language = {one.matcher.language: (one,) for one in self._tongues}
        self._own = sum(one.own for one in self._tongues)
        self._unread = sum(one.unread_one for one in self._tongues)
        self.bias = sum(one.bias for one in self._tongues)
        for one in self._tongues:
            for word in one.own_words:
                self._known[word] = self._known.get(word, 0) + one.own_one
        self._telling = (1 << _UNREAD) - 1
        self._link, self._question = (
            sum(one.of_mark(mark) for one in self._tongues) for mark in ("https://t.co/", "?")
        )
        self._asking = tuple(one for one in self._tongues if one.matcher.plan.reader.asks_handles)
        self._mention = sum(one.mentioned("@") for one in self._tongues if one not in self._asking)
        self._own_words = frozenset().union(*(one.own_words for one in self._tongues))
        # Equal codes are one object, so that a text's sum finds them at hand; there are few.
        self._shared: dict[int, int] = {}
        self._codes = Memo(self._work_out, memo_chunks)
        self.code = self._codes.__getitem__

    @property
    def held(self) -> int:
        """How many codes both generations of the memo hold."""
        return self._codes.held

    def in_play(self, language: str, code: int) -> tuple[Tongue, ...]:
        """The tongues that a text of `language` with the summed `code` is held against."""
        if language == UNKNOWN:
            return self._tongues
        if not code & self._own:
            return self._of_language.get(language, ())
        return tuple(
            one for one in self._tongues if one.matcher.language == language or one.own & code
        )

    def learn(self, tongue: Tongue, chunks: Sequence[str], codes: list[int]) -> int:
        """Reads the chunks that are still to be read in a language; the sum of the new codes.

        `codes` are those of the chunks, and are put right.
        """
        if not tongue.idle:
            tongue.idle = tongue.matcher.plan.reader.idle_words
            self._codes.forget()
        unread = tongue.unread
        for at, code in enumerate(codes):
            if code & unread:
                chunk = chunks[at]
                if len(chunk) > MEMO_LETTERS_MAX:  # too long to be read twice
                    codes[at] = (code & ~unread) + tongue.everything
                    continue
                codes[at] = (code & ~unread) + tongue.learn(chunk)
                if is_kept(chunk):
                    self._codes[chunk] = codes[at]
        return sum(codes, self.bias)

    def _work_out(self, chunk: str) -> int:
        if chunk.startswith(LINK_STARTS):
            return self._link
        core = chunk.strip(_SIGNS)
        if core.isalpha():
            word = core.lower() if core.isascii() else fold(core)
            code = self._known.get(word, 0)
            for one in self._tongues:
                if word not in one.idle:
                    code += one.promises.get(word, one.unread_one)
            if len(core) < len(chunk) and not _ASKS.isdisjoint(chunk):
                code += self._question
            return self._shared.setdefault(code, code)
        if core[:1] == "@" and core[1:].replace("_", "").isalnum():
            return self._mention + sum(one.mentioned(core) for one in self._asking)
        if len(chunk) <= MEMO_LETTERS_MAX:
            return self._mixed(chunk)
        every = sum(one.own_one + one.unread_one for one in self._tongues)  # too long to read twice
        return every + sum(self._common.votes(fold(token)) for token in tokens(chunk))

    def _mixed(self, chunk: str) -> int:
        code = 0
        found = tokens(chunk)
        for token in found:
            if token[0] in "#＃" or "_" in token:
                code += self._tag(token)
            elif token[0] != "@":
                code += self._known.get(fold(token), 0) & self._telling
        return code + self._unread if found else 0

    def _tag(self, tag: str) -> int:
        """Own words of a hashtag: it may hold those of any language whose phrases it fits."""
        word = fold(tag)
        if word[1:] in self._common and word[1:] not in self._own_words:
            return 0
        parts = {
            word[begin:end]
            for begin in range(len(word) - _TAG_PART_LETTERS_MIN + 1)
            for end in range(begin + _TAG_PART_LETTERS_MIN, len(word) + 1)
        }
        if self._own_words.isdisjoint(parts):
            return 0
        return sum(
            one.own_one
            for one in self._tongues
            if not one.own_words.isdisjoint(parts) and one.matcher.readings[tag].code & ANCHOR_MASK
        )


def _is_own(word: str, language: str, common: CommonWords) -> bool:
    """Whether `language` uses a word far more than the others do, or none but it knows it."""
    others = max(common.frequency_in(word, other) for other in LANGUAGES if other != language)
    return common.frequency_in(word, language) >= _OWN_LEAD * others
