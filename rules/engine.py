"""From texts to verdicts: the language of each, and the rules of the languages in play.

A text in a known language is held against the rules of that language, and against those of another
where it holds a word that only the other has ("sin luz otra vez lol"); a text in no known language
against all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rules import plain
from rules.chunks import Chunks
from rules.compiled import core
from rules.judge import TEXT_LETTERS_MAX, Judge, stated
from rules.lasting import lasting
from rules.matcher import Matcher
from rules.memo import MEMO_CHUNKS
from rules.pack import LANGUAGES, Pack
from rules.scan import Item
from rules.tongue import Tongues
from rules.verdict import Verdict


class Engine:
    """Rules, ready to classify; nothing that it has seen changes a verdict.

    `accounts` are the handles of the utility's own accounts, `drafts` says whether rules that are
    still drafts fire as well. At most twice `memo_chunks` chunks of text are remembered. `compiled`
    asks for the kernel, or for the plain form of it; None takes what is there (`rules.compiled`).
    """

    @lasting()
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
            self._tongues.code, self._tongues.tag_code, self._tongues.known, memo_chunks
        )
        self._judge: Judge = self._core.Judge(self._chunks, self._tongues)

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
        return self._judge.classify(items)

    def hear(self, item: str | Item) -> tuple[str, str, tuple[Matcher, ...]]:
        """The text of an item as far as it is read, its language, and the matchers in play."""
        text = (item if isinstance(item, str) else item.text)[:TEXT_LETTERS_MAX]
        lang = None if isinstance(item, str) else getattr(item, "lang", None)
        cut = self._chunks.of(text)
        language = (stated(lang) if isinstance(lang, str) else None) or cut.language
        return text, language, self._tongues.in_play(language, cut.code)
