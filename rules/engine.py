"""From texts to verdicts: the language of each, and the rules of the languages in play.

A text in a known language is held against the rules of that language, and against those of another
where it holds a word that only the other has ("sin luz otra vez lol"); a text in no known language
against all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rules.language import elected
from rules.matcher import Matcher
from rules.memo import MEMO_CHUNKS
from rules.pack import LANGUAGES, Pack
from rules.scan import Item
from rules.text import rough_words
from rules.tongue import Tongues
from rules.verdict import URGENCY, Match, Verdict

TEXT_LETTERS_MAX = 20_000
"""Code points of a text that are read; what stands behind them is passed over. Longer ones are no
posts, and reading them whole would hold up all others."""


class Engine:
    """Rules, ready to classify; nothing that it has seen changes a verdict.

    `accounts` are the handles of the utility's own accounts, `drafts` says whether rules that are
    still drafts fire as well. Each language remembers at most twice `memo_chunks` chunks of text,
    and so does the choice of language.
    """

    def __init__(
        self,
        packs: Sequence[Pack],
        *,
        accounts: Iterable[str] = (),
        drafts: bool = False,
        memo_chunks: int = MEMO_CHUNKS,
    ) -> None:
        own = frozenset(account.lstrip("@").casefold() for account in accounts)
        self.matchers = tuple(
            Matcher(same, accounts=own, drafts=drafts, memo_chunks=memo_chunks)
            for language in LANGUAGES
            if (same := [pack for pack in packs if pack.language == language])
        )
        self._tongues = Tongues(self.matchers, memo_chunks)

    @property
    def remembered(self) -> int:
        """How many readings of chunks the engine holds."""
        return self._tongues.held + sum(matcher.readings.held for matcher in self.matchers)

    def is_idle(self, word: str) -> bool:
        """Whether no phrase holds a word."""
        return not any(matcher.readings[word].elements for matcher in self.matchers)

    def classify(self, items: Iterable[str | Item]) -> list[Verdict]:
        """One verdict for each item, in order."""
        tongues = self._tongues
        code_of, bias, in_play, learn = tongues.code, tongues.bias, tongues.in_play, tongues.learn
        verdicts = []
        for item in items:
            if isinstance(item, str):
                text, id_, lang = item, None, None
            else:
                text, id_, lang = item.text, getattr(item, "id", None), getattr(item, "lang", None)
            whole = len(text) <= TEXT_LETTERS_MAX
            if not whole:
                text = text[:TEXT_LETTERS_MAX]
            words = rough_words(text)
            codes = list(map(code_of, words))
            code = sum(codes) + bias
            language = (lang and _stated(lang)) or elected(code)
            found: list[Match] = []
            for tongue in in_play(language, code):
                if code & tongue.unread:
                    code = learn(tongue, words, codes)
                if code & tongue.passes:
                    found += tongue.matcher.matches(item, text, language, whole=whole)
            if not found:
                verdicts.append(Verdict(id_, (), language, ()))
                continue
            found.sort(key=lambda match: (URGENCY[match.label], match.start, match.rule))
            labels = tuple(sorted({match.label for match in found}, key=URGENCY.__getitem__))
            verdicts.append(Verdict(id_, labels, language, tuple(found)))
        return verdicts

    def hear(self, item: str | Item) -> tuple[str, str, tuple[Matcher, ...]]:
        """The text of an item as far as it is read, its language, and the matchers in play."""
        text = (item if isinstance(item, str) else item.text)[:TEXT_LETTERS_MAX]
        lang = None if isinstance(item, str) else getattr(item, "lang", None)
        code = sum(map(self._tongues.code, rough_words(text)))
        language = (lang and _stated(lang)) or elected(code)
        in_play = self._tongues.in_play(language, code)
        return text, language, tuple(tongue.matcher for tongue in in_play)


def _stated(lang: object) -> str | None:
    """The language an item itself states ("en", "es-MX"), where the packs speak it."""
    if not isinstance(lang, str):
        return None
    primary = lang[:3].lower().rstrip("-_")
    return primary if primary in LANGUAGES else None
