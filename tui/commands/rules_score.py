"""`stormdesk rules score`: how well the rules label posts that people have labelled."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Annotated

import msgspec
import typer

from rules import LABELS, Engine, RulesError, load_packs
from rules.errors import choices
from rules.workbench.score import Row, Score, Wrong, decode_row, parse_fold, score, wrong
from tui.commands.options import Drafts, Listing, Rules
from tui.commands.post_lines import numbered, open_lines
from tui.console import Format, bad_lines, emit, emit_json, flush, say

SUPPORT_MIN = 10
"""Below this support a text listing calls a label's figures too few to say."""


def score_files(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Labelled posts.")],
    rules: Rules = None,
    drafts: Drafts = False,
    form: Listing = Format.text,
    fold: Annotated[
        str | None, typer.Option(metavar="K/N", help="Only part K of N, split by the text's hash.")
    ] = None,
    wrong_label: Annotated[
        str | None,
        typer.Option("--wrong", metavar="LABEL|all", help="List the rows it gets wrong."),
    ] = None,
) -> None:
    """Precision, recall and F1 of each label on posts that people have labelled."""
    if wrong_label not in (None, "all", *LABELS):
        known = choices(str(wrong_label), ("all", *LABELS))
        raise RulesError(f"unknown label '{wrong_label}' for --wrong: {known}")
    part = parse_fold(fold) if fold else None
    engine = Engine(load_packs(*(rules or ())), drafts=drafts)
    rows = [row for file in files for row in _rows(file) if not part or part.holds(row.text)]
    verdicts = engine.classify(rows)
    result = score(rows, verdicts)
    asked = LABELS if wrong_label == "all" else (wrong_label,) if wrong_label else ()
    examples = wrong(rows, verdicts, asked)
    if form is Format.json:
        more = {"wrong": examples} if wrong_label else {}
        emit_json({**msgspec.structs.asdict(result), **more})
        return
    _print_score(result)
    for one in examples:
        emit(_example(one))
    flush()


def _rows(file: str) -> list[Row]:
    rows, bad = [], 0
    with ExitStack() as stack:
        for number, raw in numbered(open_lines(file, stack), file):
            try:
                rows.append(decode_row(raw))
            except RulesError as error:
                bad += 1
                say(f"{file}:{number}: {error}, skipped")
    if bad:
        say(f"{file}: {bad_lines(bad)} skipped")
    return rows


def _print_score(result: Score) -> None:
    emit("label       precision  recall      f1   95 % interval  support     tp     fp     fn")
    for label, one in result.labels.items():
        interval = f"{_share(one.f1_low)}–{_share(one.f1_high)}" if one.support else "–"
        few = "  too few to say" if one.support < SUPPORT_MIN else ""
        emit(
            f"{label:<11} {_share(one.precision):>9} {_share(one.recall):>7} {_share(one.f1):>7}"
            f" {interval:>15} {one.support:>8,} {one.tp:>6,} {one.fp:>6,} {one.fn:>6,}{few}"
        )
    emit(f"macro F1 {_share(result.macro_f1)} over {result.rows:,} rows")


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _example(one: Wrong) -> str:
    """A row that the rules get wrong: what it should be, what it is, and what was found."""
    people, given = (", ".join(labels) or "nothing" for labels in (one.labels, one.given))
    parts = [f"{one.kind} {one.label}", "-" if one.id is None else str(one.id), one.text]
    parts.append(f"(labelled {people}; the rules say {given})")
    if one.matches:
        parts.append(f"[{'; '.join(f'{match.rule}: {match.text}' for match in one.matches)}]")
    return "  ".join(parts)
