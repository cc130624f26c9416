"""Which languages a text may be in: those whose rules it is held against.

That is told by one sum over the codes of a text's chunks. A code has a lane of votes for each
language, and above them a flag for each whose own word the chunk holds (a word by which its rules
look up phrases, and that no other language uses nearly as often).
"""

from __future__ import annotations

from collections.abc import Sequence

from rules.chunks import together
from rules.hits import Phrases
from rules.language import UNKNOWN, VOTES, CommonWords, common_words
from rules.matcher import Matcher
from rules.memo import MEMO_LETTERS_MAX
from rules.pack import LANGUAGES
from rules.parts import Parts
from rules.text import LINK_STARTS, fold, rough_words, tokens

_SIGNS = ".,:;!?…\"“”„«»()[]{}*~|<>+=-–—'‘’`¿¡"
_OWN_LEAD = 3
"""How many times as frequent as in any other language a word is that a language calls its own."""


class Tongue:
    """One language's matcher, with its flag and its own words."""

    def __init__(self, matcher: Matcher, common: CommonWords, parts: type[Parts]) -> None:
        language = matcher.language
        self.matcher = matcher
        self.flag = (VOTES + 1) << LANGUAGES.index(language)
        self.own_words = {
            word for word in matcher.plan.telling_words() if _is_own(word, language, common)
        }
        self.own_parts = parts(self.own_words, common)

    def may_hold(self, tag: str, word: str) -> bool:
        """Whether a hashtag, folded `word`, holds an own word by which phrases are looked up."""
        return self.own_parts.within(word) and self.matcher.phrases.tells(tag)


class Tongues:
    """Chooses among `matchers`, one a language, those that must read a text.

    `known` are the codes of plain folded words; others have none.
    """

    def __init__(self, matchers: Sequence[Matcher], parts: type[Parts] = Parts) -> None:
        self._common = common_words()
        self.known = dict(self._common.all_votes)
        self._tongues = tuple(Tongue(matcher, self._common, parts) for matcher in matchers)
        for one in self._tongues:
            for word in one.own_words:
                self.known[word] = self.known.get(word, 0) | one.flag
        self._own_words = frozenset().union(*(one.own_words for one in self._tongues))
        self._every_flag = sum(one.flag for one in self._tongues)
        self._chosen: dict[tuple[str, int], tuple[Matcher, ...]] = {}

    @property
    def own_parts(self) -> list[Parts]:
        """The own words of each language, as parts of hashtags."""
        return [one.own_parts for one in self._tongues]

    @property
    def flags(self) -> list[int]:
        """The flag of each language in a code."""
        return [one.flag for one in self._tongues]

    @property
    def phrases(self) -> list[Phrases]:
        """What finds the phrases of each language."""
        return [one.matcher.phrases for one in self._tongues]

    def in_play(self, language: str, code: int) -> tuple[Matcher, ...]:
        """The matchers that a text of `language` with a code is held against."""
        flags = code & self._every_flag
        chosen = self._chosen.get((language, flags))
        if chosen is None:
            chosen = self._chosen[language, flags] = tuple(
                one.matcher
                for one in self._tongues
                if language in (UNKNOWN, one.matcher.language) or flags & one.flag
            )
        return chosen

    def code(self, chunk: str) -> int:
        """The code of a chunk."""
        if chunk.startswith(LINK_STARTS):
            return 0
        return together(map(self._code, rough_words(chunk)))

    def _code(self, rough: str) -> int:
        core = rough.strip(_SIGNS)
        if core.isalpha():
            return self.known.get(core.lower() if core.isascii() else fold(core), 0)
        if core[:1] == "@" and core[1:].replace("_", "").isalnum():
            return 0
        if len(rough) <= MEMO_LETTERS_MAX:
            return together(map(self._mixed, tokens(rough)))
        votes = sum(self._common.votes(fold(token)) for token in tokens(rough))
        return votes | self._every_flag  # too long to be read twice

    def _mixed(self, token: str) -> int:
        if token[0] in "#＃" or "_" in token:
            return self.tag_code(token, fold(token))
        return 0 if token[0] == "@" else self.known.get(fold(token), 0)

    def tag_code(self, tag: str, word: str) -> int:
        """Own words of a hashtag, folded `word`: of any language whose phrases it fits."""
        if word[1:] in self._common and word[1:] not in self._own_words:
            return 0
        flags = 0
        for one in self._tongues:
            if one.may_hold(tag, word):
                flags |= one.flag
        return flags


def _is_own(word: str, language: str, common: CommonWords) -> bool:
    """Whether `language` uses a word far more than the others do, or none but it knows it."""
    others = max(common.frequency_in(word, other) for other in LANGUAGES if other != language)
    return common.frequency_in(word, language) >= _OWN_LEAD * others
