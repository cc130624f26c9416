"""How well the rules label posts that people have labelled.

For each label: precision = tp / (tp + fp), recall = tp / (tp + fn), F1 = 2 tp / (2 tp + fp + fn).
F1 = 2 J / (1 + J) for J = tp / (tp + fp + fn), the share of correct rows among those that either
side labelled. J is a binomial proportion, so its 95 % Wilson score interval (E. B. Wilson, 1927),
carried over to F1, is an interval of F1; it is deterministic.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from math import sqrt
from typing import Literal

import msgspec

from rules.errors import CorpusError, choices
from rules.verdict import LABELS, URGENCY, Match, Verdict

_Z_95 = 1.959963984540054


class Row(msgspec.Struct, frozen=True):
    """One post of a labelled corpus."""

    text: str
    labels: tuple[str, ...]
    lang: str | None = None
    id: str | int | None = None


class LabelScore(msgspec.Struct, frozen=True):
    """The figures of one label; `support` is tp + fn, and what has no base is None."""

    precision: float | None
    recall: float | None
    f1: float | None
    support: int
    tp: int
    fp: int
    fn: int
    f1_low: float | None
    f1_high: float | None


class Score(msgspec.Struct, frozen=True):
    """The figures of all labels; `macro_f1` is the mean over labels with support."""

    rows: int
    labels: dict[str, LabelScore]
    macro_f1: float | None


class Wrong(msgspec.Struct, frozen=True):
    """A row whose label the rules missed (`fn`) or gave without need (`fp`).

    `labels` are all that people gave it, `given` all that the rules did; `matches` are those of
    the label.
    """

    label: str
    kind: Literal["fp", "fn"]
    id: str | int | None
    text: str
    labels: tuple[str, ...]
    given: tuple[str, ...]
    matches: tuple[Match, ...]


class Fold(msgspec.Struct, frozen=True):
    """Part `part` (from 1) of `parts`, split by the SHA-256 of the text, so that it never moves."""

    part: int
    parts: int

    def holds(self, text: str) -> bool:
        """Whether `text` lies in this part."""
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        return int.from_bytes(digest[:8], "big") % self.parts == self.part - 1


def parse_fold(written: str) -> Fold:
    """The fold that "1/2" writes: the first of two parts.

    Raises:
        CorpusError: not K/N with 1 <= K <= N.
    """
    part, slash, parts = written.partition("/")
    if not (slash and part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise CorpusError(f"'{written}' is no fold: give K/N, such as 1/2 for the first of two")
    return Fold(int(part), int(parts))


_decode = msgspec.json.Decoder(Row).decode


def decode_row(line: bytes) -> Row:
    """The labelled post that a line of JSON holds.

    Raises:
        CorpusError: the line is not JSON, not a labelled post, or names an unknown label.
    """
    try:
        row = _decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise CorpusError(f"not a labelled post: {error}") from None
    for label in row.labels:
        if label not in URGENCY:
            raise CorpusError(f"unknown label '{label}': {choices(label, LABELS)}")
    return row


def score(rows: Sequence[Row], verdicts: Sequence[Verdict]) -> Score:
    """The figures for `verdicts`, one for each of `rows` in the same order."""
    labels = {label: _label_score(label, rows, verdicts) for label in LABELS}
    supported = [each.f1 for each in labels.values() if each.f1 is not None]
    macro = sum(supported) / len(supported) if supported else None
    return Score(len(rows), labels, macro)


def _label_score(label: str, rows: Sequence[Row], verdicts: Sequence[Verdict]) -> LabelScore:
    pairs = [
        (label in row.labels, label in verdict.labels)
        for row, verdict in zip(rows, verdicts, strict=True)
    ]
    tp = pairs.count((True, True))
    fp = pairs.count((False, True))
    fn = pairs.count((True, False))
    support = tp + fn
    low, high = f1_interval(tp, tp + fp + fn) if support else (None, None)
    return LabelScore(
        precision=tp / (tp + fp) if tp + fp else None,
        recall=tp / support if support else None,
        f1=2 * tp / (2 * tp + fp + fn) if support else None,
        support=support,
        tp=tp,
        fp=fp,
        fn=fn,
        f1_low=low,
        f1_high=high,
    )


def f1_interval(tp: int, touched: int) -> tuple[float, float]:
    """The 95 % interval of F1, where `touched` = tp + fp + fn > 0."""
    share = tp / touched
    z2 = _Z_95 * _Z_95
    middle = share + z2 / (2 * touched)
    spread = _Z_95 * sqrt(share * (1 - share) / touched + z2 / (4 * touched * touched))
    low, high = ((middle + side * spread) / (1 + z2 / touched) for side in (-1, 1))
    low, high = max(0.0, low), min(1.0, high)
    return 2 * low / (1 + low), 2 * high / (1 + high)


def wrong(
    rows: Iterable[Row], verdicts: Iterable[Verdict], labels: Sequence[str] = LABELS
) -> list[Wrong]:
    """Each row and label of `labels` where the rules and the people differ, in order of rows."""
    found = []
    for row, verdict in zip(rows, verdicts, strict=True):
        for label in labels:
            if (label in row.labels) == (label in verdict.labels):
                continue
            matches = tuple(match for match in verdict.matches if match.label == label)
            kind: Literal["fp", "fn"] = "fp" if matches else "fn"
            found.append(Wrong(label, kind, row.id, row.text, row.labels, verdict.labels, matches))
    return found
