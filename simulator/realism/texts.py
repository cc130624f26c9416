"""What the texts of a storm show: a fair sample of them, looked at closely."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable

from simulator.realism.incidents import quantile
from simulator.realism.sameness import SAMPLE_MAX, Names, digest
from simulator.realism.words import Writing

_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf]")


class Texts:
    """Counts over sampled texts; `language` is the storm's own, whose words are looked at."""

    def __init__(self, names: Names, language: str) -> None:
        self._names = names
        self.language = language
        self.writing = Writing()
        self._lengths: list[int] = []
        self._reports: list[int] = []
        self._hashtags = self._emoji = 0
        self._met: set[int] = set()
        self.is_new = True
        """Whether the last text was not met before, but for names and numbers."""
        self.whole: list[int] = []
        self.bare: list[int] = []
        self.own: list[int] = []

    def add(self, text: str, language: str | None, *, repost: bool, report: bool) -> None:
        """Look at one text; a `report` says in somebody's own words that supply is out."""
        self._lengths.append(len(text))
        if report and not repost:
            self._reports.append(len(text))
        self._hashtags += "#" in text
        self._emoji += _EMOJI.search(text) is not None
        # One slip that many pass on is still one slip.
        if not repost and (language is None or language == self.language):
            self.writing.add(text, self.language)
        bare = digest(self._names.bare(text))
        self.is_new = bare not in self._met
        self._met.add(bare)
        self.whole.append(digest(text))
        self.bare.append(bare)
        if not repost:
            self.own.append(bare)

    @property
    def count(self) -> int:
        """How many texts were looked at."""
        return len(self._lengths)

    @property
    def hashtags(self) -> float | None:
        """Share of texts with a hashtag."""
        return self._hashtags / self.count if self.count else None

    @property
    def emoji(self) -> float | None:
        """Share of texts with an emoji."""
        return self._emoji / self.count if self.count else None

    def length(self, share: float) -> float | None:
        """Characters that a share of the texts stays below."""
        return quantile(self._lengths, share)

    @property
    def reports(self) -> int:
        """How many of people's own reports of an outage there are."""
        return len(self._reports)

    def report_length(self, share: float) -> float | None:
        """Characters that a share of people's own reports of an outage stays below."""
        return quantile(self._reports, share)


def distinct(digests: list[int]) -> float | None:
    """Distinct texts among all, as a share."""
    return len(set(digests)) / len(digests) if digests else None


def unmet(digests: list[int], others: Iterable[int]) -> float | None:
    """Share of texts that `others` do not hold."""
    known = set(others)
    return sum(each not in known for each in digests) / len(digests) if digests else None


class Other:
    """Texts of the same storm under another seed: a fair sample of at most `most` posts.

    How many there are is not known ahead, so those with the smallest hashes of their ids are kept.
    """

    def __init__(self, names: Names, most: int = SAMPLE_MAX) -> None:
        self._names = names
        self._most = most
        self._kept: list[tuple[int, str]] = []

    def add(self, id_: str, text: str) -> None:
        """Remember a text, as long as its post is in the sample."""
        item = (-digest(id_), text)
        if len(self._kept) < self._most:
            heapq.heappush(self._kept, item)
        elif item > self._kept[0]:
            heapq.heapreplace(self._kept, item)

    def whole(self) -> set[int]:
        """The texts as written."""
        return {digest(text) for _, text in self._kept}

    def bare(self) -> set[int]:
        """The texts without names and numbers."""
        return {digest(self._names.bare(text)) for _, text in self._kept}
