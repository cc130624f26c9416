"""The rules of one language, ready to be held against texts."""

from __future__ import annotations

from collections.abc import Sequence

from rules.compiled import core
from rules.hits import Phrases, WordSpans, laid_open
from rules.pack import LANGUAGES, Pack
from rules.page import Page
from rules.plan import Plan
from rules.scan import Item, Scan


class Matcher:
    """The rules of one language's packs; `accounts` and `drafts` are those of `Engine`."""

    def __init__(
        self,
        packs: Sequence[Pack],
        *,
        accounts: frozenset[str] = frozenset(),
        drafts: bool = False,
        compiled: bool | None = None,
    ) -> None:
        self.language = packs[0].language
        form = core(compiled=compiled)
        self.plan = Plan(packs, drafts=drafts, typos=form.Typos, parts=form.Parts)
        tongue = LANGUAGES.index(self.language)
        self.phrases: Phrases = form.Phrases(self.plan, tongue, accounts)
        self._accounts = accounts

    def laid_open(self, item: str | Item, text: str, language: str) -> tuple[Page, Scan, WordSpans]:
        """A text as it is read, in plain form: its words, and where each stands."""
        return laid_open(self.plan, item, text, language, self._accounts)
