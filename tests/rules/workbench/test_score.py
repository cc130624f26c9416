from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import LABELS, Match, Verdict
from rules.errors import CorpusError
from rules.workbench.score import Row, decode_row, f1_interval, parse_fold, score, wrong


def rows(*labels: str) -> list[Row]:
    return [Row(f"post {i}", tuple(each.split())) for i, each in enumerate(labels)]


def verdicts(*labels: str) -> list[Verdict]:
    return [
        Verdict(
            None,
            tuple(each.split()),
            "en",
            tuple(Match("r", label, "p", "t", 0, 1, 100.0) for label in each.split()),
        )
        for each in labels
    ]


def test_figures_of_a_worked_example() -> None:
    result = score(
        rows("outage", "outage", "outage news", "", "etr"),
        verdicts("outage", "outage", "", "outage praise", ""),
    )
    outage = result.labels["outage"]
    assert (outage.tp, outage.fp, outage.fn, outage.support) == (2, 1, 1, 3)
    assert (outage.precision, outage.recall, outage.f1) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    etr, praise, billing = (result.labels[label] for label in ("etr", "praise", "billing"))
    assert (etr.precision, etr.recall, etr.f1, etr.f1_low) == (None, 0, 0, 0)
    assert (praise.precision, praise.recall, praise.f1, praise.f1_high) == (0, None, None, None)
    assert (billing.precision, billing.recall, billing.f1, billing.support) == (None,) * 3 + (0,)
    assert list(result.labels) == list(LABELS)
    assert result.macro_f1 == pytest.approx((2 / 3 + 0 + 0) / 3)
    assert result.rows == 5


def test_without_rows_nothing_is_claimed() -> None:
    result = score([], [])
    assert result.macro_f1 is None
    assert all(each.f1 is None for each in result.labels.values())


def test_the_interval_is_wilsons_carried_over_to_f1() -> None:
    # Wilson's 95 % interval of 8 of 10 is 0.4902-0.9433 (Newcombe 1998 gives its method 3 so).
    low, high = f1_interval(8, 10)
    assert (low / (2 - low), high / (2 - high)) == pytest.approx((0.4902, 0.9433), abs=5e-5)


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_the_interval_holds_f1_and_lies_in_0_to_1(tp: int, fp: int, fn: int) -> None:
    if tp + fp + fn:
        low, high = f1_interval(tp, tp + fp + fn)
        assert 0 <= low <= 2 * tp / (2 * tp + fp + fn) + 1e-12
        assert 2 * tp / (2 * tp + fp + fn) - 1e-12 <= high <= 1


def test_more_rows_make_the_interval_narrower() -> None:
    few, many = f1_interval(8, 10), f1_interval(800, 1000)
    assert few[0] < many[0] < 16 / 18 < many[1] < few[1]


def test_wrong_rows_are_told_by_label_and_kind() -> None:
    found = wrong(rows("outage", ""), verdicts("", "outage news"), ("outage",))
    assert [(one.label, one.kind, one.text) for one in found] == [
        ("outage", "fn", "post 0"),
        ("outage", "fp", "post 1"),
    ]
    assert [match.label for match in found[1].matches] == ["outage"]


@given(st.text(), st.integers(1, 5))
def test_each_text_lies_in_one_part_of_a_fold(text: str, parts: int) -> None:
    holding = [part for part in range(1, parts + 1) if parse_fold(f"{part}/{parts}").holds(text)]
    assert len(holding) == 1


def test_a_fold_never_moves() -> None:
    held = [parse_fold("1/2").holds(text) for text in ("power", "out", "back", "🙂")]
    assert held == [False, False, True, True]


@pytest.mark.parametrize("written", ["", "1", "0/2", "3/2", "1/0", "a/b", "1/2/3", "-1/2"])
def test_what_is_no_fold_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(CorpusError, match="such as 1/2"):
        parse_fold(written)


def test_a_row_is_read_and_unknown_fields_are_ignored() -> None:
    row = decode_row(b'{"text": "x", "labels": ["outage"], "lang": "en", "source": "s"}')
    assert row == Row("x", ("outage",), "en")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b"[]", "not a labelled post"),
        (b'{"text": "x"}', "missing required field `labels`"),
        (b'{"text": "x", "labels": "outage"}', r"labels"),
        (b'{"text": "x", "labels": ["outtage"]}', "unknown label 'outtage': did you mean 'outage'"),
        (b"\xff", "not a labelled post"),
    ],
)
def test_a_line_that_is_no_row_says_why(line: bytes, complaint: str) -> None:
    with pytest.raises(CorpusError, match=complaint):
        decode_row(line)
