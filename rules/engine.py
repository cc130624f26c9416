"""From texts to verdicts: the language of each, and the rules of the languages in play.

A text in a known language is held against the rules of that language, and against those of another
where it holds a word that only the other has ("sin luz otra vez lol"); a text in no known language
against all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from rules import plain
from rules.chunks import Chunks
from rules.compiled import core
from rules.matcher import Matcher
from rules.memo import MEMO_CHUNKS
from rules.pack import LANGUAGES, Pack
from rules.scan import Item
from rules.tongue import Tongues
from rules.verdict import URGENCY, Match, Verdict

TEXT_LETTERS_MAX = 20_000
"""Code points of a text that are read; what stands behind them is passed over. Longer ones are no
posts, and reading them whole would hold up all others."""


class Engine:
    """Rules, ready to classify; nothing that it has seen changes a verdict.

    `accounts` are the handles of the utility's own accounts, `drafts` says whether rules that are
    still drafts fire as well. At most twice `memo_chunks` chunks of text are remembered. `compiled`
    asks for the kernel, or for the plain form of it; None takes what is there (`rules.compiled`).
    """

    def __init__(
        self,
        packs: Sequence[Pack],
        *,
        accounts: Iterable[str] = (),
        drafts: bool = False,
        memo_chunks: int = MEMO_CHUNKS,
        compiled: bool | None = None,
    ) -> None:
        self._core = core(compiled=compiled)
        own = frozenset(account.lstrip("@").casefold() for account in accounts)
        self.matchers = tuple(
            Matcher(same, accounts=own, drafts=drafts, compiled=compiled)
            for language in LANGUAGES
            if (same := [pack for pack in packs if pack.language == language])
        )
        self._tongues = Tongues(self.matchers, self._core.Parts)
        self._chunks: Chunks = self._core.Chunks(
            self._tongues.code, self._tongues.known, memo_chunks
        )

    @property
    def is_compiled(self) -> bool:
        """Whether the kernel does the work."""
        return self._core is not plain

    @property
    def remembered(self) -> int:
        """How many chunks the engine holds."""
        return self._chunks.held

    def is_idle(self, word: str) -> bool:
        """Whether no phrase holds a word."""
        return not any(matcher.plan.reader.read(word).elements for matcher in self.matchers)

    def classify(self, items: Iterable[str | Item]) -> list[Verdict]:
        """One verdict for each item, in order."""
        cut_of, in_play = self._chunks.of, self._tongues.in_play
        verdicts = []
        for item in items:
            if isinstance(item, str):
                text, id_, lang = item, None, None
            else:
                text, id_, lang = item.text, getattr(item, "id", None), getattr(item, "lang", None)
            whole = len(text) <= TEXT_LETTERS_MAX
            cut = cut_of(text if whole else text[:TEXT_LETTERS_MAX])
            language = (_stated(lang) if isinstance(lang, str) else None) or cut.language
            found: list[Match] = []
            for matcher in in_play(language, cut.code):
                found += matcher.matches(item, cut, language, whole=whole)
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
        cut = self._chunks.of(text)
        language = (_stated(lang) if isinstance(lang, str) else None) or cut.language
        return text, language, self._tongues.in_play(language, cut.code)


@lru_cache(maxsize=256)
def _stated(lang: str) -> str | None:
    """The language an item itself states ("en", "es-MX"), where the packs speak it."""
    primary = lang[:3].lower().rstrip("-_")
    return primary if primary in LANGUAGES else None
