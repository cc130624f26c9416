"""Which languages a text may be in: how its words vote, and whose own words it holds."""

from __future__ import annotations

from collections.abc import Sequence

from rules.language import LANE_BITS, UNKNOWN, CommonWords, common_words
from rules.matcher import Matcher
from rules.memo import MEMO_LETTERS_MAX, Memo
from rules.pack import LANGUAGES
from rules.reading import ANCHOR_LANE
from rules.text import LINK_STARTS, fold, tokens

_SIGNS = ".,:;!?…\"“”„«»()[]{}*~|<>+=-–—'‘’`¿¡"
_OWN_LEAD = 3
"""How many times as frequent as in any other language a word is that a language calls its own."""


class Tongues:
    """Chooses among `matchers`, one a language.

    A chunk's code has a lane of votes for each language, and above them one for each that counts
    its own words: words by which its rules look up phrases, and that no other language uses nearly
    as often. `code` gives the code of a chunk.
    """

    def __init__(self, matchers: Sequence[Matcher], memo_chunks: int) -> None:
        self._matchers = tuple(matchers)
        self._of_language = {matcher.language: (matcher,) for matcher in matchers}
        common = common_words()
        self._common = common
        self._known: dict[str, int] = dict(common.all_votes)
        self._lanes: list[tuple[Matcher, int]] = []
        for matcher in matchers:
            lane = (len(LANGUAGES) + LANGUAGES.index(matcher.language)) * LANE_BITS
            self._lanes.append((matcher, ((1 << LANE_BITS) - 1) << lane))
            for word in matcher.plan.telling_words():
                if _is_own(word, matcher.language, common):
                    self._known[word] = self._known.get(word, 0) + (1 << lane)
        self._codes = Memo(self._work_out, memo_chunks)
        self.code = self._codes.__getitem__

    @property
    def held(self) -> int:
        """How many codes both generations of the memo hold."""
        return self._codes.held

    def in_play(self, language: str, code: int) -> tuple[Matcher, ...]:
        """The matchers that a text of `language` with the summed `code` is held against."""
        if language == UNKNOWN:
            return self._matchers
        if not code >> len(LANGUAGES) * LANE_BITS:
            return self._of_language.get(language, ())
        return tuple(
            matcher for matcher, own in self._lanes if matcher.language == language or own & code
        )

    def _work_out(self, chunk: str) -> int:
        if chunk[0] == "@" or chunk.startswith(LINK_STARTS):
            return 0
        core = chunk.strip(_SIGNS)
        if core.isalpha():
            return self._known.get(fold(core), 0)
        if len(chunk) <= MEMO_LETTERS_MAX:
            return self._mixed(chunk)
        every = sum(own & -own for _, own in self._lanes)  # too long to be read twice
        return every + sum(self._common.votes(fold(token)) for token in tokens(chunk))

    def _mixed(self, chunk: str) -> int:
        code = 0
        for token in tokens(chunk):
            if token[0] in "#＃" or "_" in token:
                code += self._tag(token)
            elif token[0] != "@":
                code += self._known.get(fold(token), 0)
        return code

    def _tag(self, tag: str) -> int:
        """Own words of a hashtag: it may hold those of any language whose phrases it fits."""
        anchors = ((1 << LANE_BITS) - 1) << ANCHOR_LANE * LANE_BITS
        return sum(
            (1 << LANE_BITS * (len(LANGUAGES) + LANGUAGES.index(matcher.language)))
            for matcher, _ in self._lanes
            if matcher.readings[tag].code & anchors
        )


def _is_own(word: str, language: str, common: CommonWords) -> bool:
    """Whether `language` uses a word far more than the others do, or none but it knows it."""
    others = max(common.frequency_in(word, other) for other in LANGUAGES if other != language)
    return common.frequency_in(word, language) >= _OWN_LEAD * others
