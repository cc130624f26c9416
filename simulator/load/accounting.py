"""What became of every post, and how well those were labelled: nothing is skipped in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from rules.verdict import LABELS

BIT = {label: 1 << place for place, label in enumerate(LABELS)}


def mask(labels: Iterable[str]) -> int:
    """Labels as a bit set."""
    return sum(BIT[label] for label in labels)


class Account(msgspec.Struct, frozen=True):
    """Every post that was sent, by what became of it; `lost` must be 0."""

    sent: int
    labelled: int
    unlabelled: int
    refused: int
    backlog: int

    @property
    def lost(self) -> int:
        """Posts that nobody can account for."""
        return self.sent - self.labelled - self.unlabelled - self.refused - self.backlog


class LabelFigures(msgspec.Struct, frozen=True):
    """How well one label was given; None where there is no base."""

    precision: float | None
    recall: float | None
    f1: float | None
    support: int


class Judgement:
    """Holds labels that were given against the truth."""

    def __init__(self) -> None:
        self._pairs: Counter[tuple[int, int]] = Counter()

    def count(self, true: int, given: int, posts: int = 1) -> None:
        """Count posts whose true labels and given labels are these bit sets."""
        self._pairs[true, given] += posts

    @property
    def posts(self) -> int:
        """How many posts were judged."""
        return self._pairs.total()

    def figures(self) -> dict[str, LabelFigures]:
        """The figures of each label that the truth or the system has given."""
        found = {}
        for label, bit in BIT.items():
            tp = self._sum(bit, true=True, given=True)
            fp = self._sum(bit, true=False, given=True)
            fn = self._sum(bit, true=True, given=False)
            if tp + fp + fn:
                found[label] = LabelFigures(
                    precision=_share(tp, tp + fp),
                    recall=_share(tp, tp + fn),
                    f1=_share(2 * tp, 2 * tp + fp + fn) if tp + fn else None,
                    support=tp + fn,
                )
        return found

    def _sum(self, bit: int, *, true: bool, given: bool) -> int:
        return sum(
            count
            for (truth, told), count in self._pairs.items()
            if bool(truth & bit) == true and bool(told & bit) == given
        )


def macro_f1(figures: Mapping[str, LabelFigures]) -> float | None:
    """The mean F1 over the labels that the truth has."""
    known = [each.f1 for each in figures.values() if each.f1 is not None]
    return round(sum(known) / len(known), 4) if known else None


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
