"""From items to verdicts: the plain form of `rules.kernel.judge`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from rules.chunks import Chunks
from rules.pack import LANGUAGES
from rules.scan import Item
from rules.verdict import URGENCY, Match, Verdict

if TYPE_CHECKING:  # its matchers ask which form of this module they work with
    from rules.tongue import Tongues

TEXT_LETTERS_MAX = 20_000
"""Code points of a text that are read; what stands behind them is passed over. Longer ones are no
posts, and reading them whole would hold up all others."""


class Judge:
    """Says what the matchers of `tongues` find in texts that `chunks` cuts."""

    def __init__(self, chunks: Chunks, tongues: Tongues) -> None:
        self._chunks = chunks
        self._tongues = tongues

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
            language = (stated(lang) if isinstance(lang, str) else None) or cut.language
            found: list[Match] = []
            for matcher in in_play(language, cut.code):
                found += matcher.phrases.matches(item, cut, language, whole=whole)
            verdicts.append(verdict(id_, language, found))
        return verdicts


def verdict(id_: str | int | None, language: str, found: list[Match]) -> Verdict:
    """What the matches found in a text of a language say together."""
    if not found:
        return Verdict(id_, (), language, ())
    if len(found) == 1:
        return Verdict(id_, (found[0].label,), language, tuple(found))
    found.sort(key=lambda match: (URGENCY[match.label], match.start, match.rule))
    labels = tuple(sorted({match.label for match in found}, key=URGENCY.__getitem__))
    return Verdict(id_, labels, language, tuple(found))


@lru_cache(maxsize=256)
def stated(lang: str) -> str | None:
    """The language an item itself states ("en", "es-MX"), where the packs speak it."""
    primary = lang[:3].lower().rstrip("-_")
    return primary if primary in LANGUAGES else None
