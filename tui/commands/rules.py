"""`stormdesk rules`: the rule author's workbench."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from rules import LABELS, Engine, PackError, RulesError, Verdict, load_packs
from rules.errors import Fault, choices
from rules.pack import Pack
from rules.workbench.lint import warnings
from rules.workbench.proof import Failure, failures
from rules.workbench.score import Row, Score, decode_row, parse_fold, score, wrong
from tui.commands.options import Listing, Rules
from tui.commands.post_lines import PostLine, decode_post, numbered, open_lines
from tui.commands.rules_explain import explain
from tui.console import BAD_USAGE, CHECK_FAILED, Format, emit, emit_json, flush, say

BATCH_LINES = 256
SUPPORT_MIN = 10
"""Below this support a text listing calls a label's figures too few to say."""

app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Write keyword sets, and know what they catch, miss and wrongly catch.",
)
app.command()(explain)

Folders = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[DIR]...", help="Keyword sets; without: the built-in ones."),
]


@app.command()
def check(folders: Folders = None, rules: Rules = None, form: Listing = Format.text) -> None:
    """Load keyword sets and list every fault and every doubtful place."""
    packs: tuple[Pack, ...] = ()
    faults: tuple[Fault, ...] = ()
    try:
        packs = _load(folders, rules)
    except PackError as error:
        faults = error.faults
    doubts = warnings(packs)
    count = sum(len(pack.rules) for pack in packs)
    if form is Format.json:
        emit_json({"rules": count, "faults": faults, "warnings": doubts})
    else:
        for fault in faults:
            emit(f"{fault.path}:{fault.line}:{fault.col}: error: {fault.message}")
        for doubt in doubts:
            emit(f"{doubt.path}:{doubt.line}:{doubt.col}: warning: {doubt.message}")
    flush()
    say(f"{count:,} rules, {len(faults):,} faults, {len(doubts):,} warnings")
    if faults:
        raise typer.Exit(BAD_USAGE)


@app.command("test")
def prove(folders: Folders = None, rules: Rules = None, form: Listing = Format.text) -> None:
    """Run the tests beside the rules and list those that do not hold."""
    packs = _load(folders, rules)
    failed = failures(packs, Engine(packs))
    count = sum(len(rule.tests) for pack in packs for rule in pack.rules)
    if form is Format.json:
        emit_json({"tests": count, "failed": [_failure(failure) for failure in failed]})
    else:
        for failure in failed:
            emit(str(failure))
    flush()
    say(f"{count:,} tests, {len(failed):,} do not hold")
    if failed:
        raise typer.Exit(CHECK_FAILED)


@app.command()
def classify(
    file: Annotated[
        str, typer.Argument(metavar="[FILE|-]", help="JSON Lines or plain text; - is stdin.")
    ] = "-",
    rules: Rules = None,
) -> None:
    """Print a verdict for each line: a JSON object with `text`, or plain text."""
    engine = Engine(_load(None, rules))
    bad = 0
    with ExitStack() as stack:
        lines = numbered(open_lines(file, stack), file)
        batch: list[PostLine] = []
        for number, raw in lines:
            try:
                line = decode_post(raw, number)
            except RulesError as error:
                bad += 1
                say(f"{file}:{number}: {error}, skipped")
                continue
            batch.append(line)
            if len(batch) == BATCH_LINES:
                _print_verdicts(engine, batch)
                batch = []
        _print_verdicts(engine, batch)
    if bad:
        say(f"{bad:,} bad lines skipped")


@app.command("score")
def score_files(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Labelled posts.")],
    rules: Rules = None,
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
    engine = Engine(_load(None, rules))
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
        found = "; ".join(f"{match.rule}: {match.text}" for match in one.matches)
        why = f"  [{found}]" if found else ""
        emit(f"{one.kind} {one.label}  {one.id or '-'}  {one.text}{why}")


def _load(folders: list[Path] | None, rules: list[Path] | None) -> tuple[Pack, ...]:
    return load_packs(*(folders or ()), *(rules or ()))


def _print_verdicts(engine: Engine, batch: list[PostLine]) -> None:
    verdicts: list[Verdict] = engine.classify(batch)
    for verdict in verdicts:
        emit_json(verdict)
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
        say(f"{file}: {bad:,} bad lines skipped")
    return rows


def _failure(failure: Failure) -> dict[str, object]:
    test = failure.test
    return {
        **msgspec.structs.asdict(test.source),
        "rule": failure.rule.id,
        "label": failure.rule.label,
        "text": test.text,
        "expected": test.match,
        "fired": failure.fired,
    }


def _print_score(result: Score) -> None:
    emit("label       precision  recall      f1   95 % interval  support     tp     fp     fn")
    for label, one in result.labels.items():
        interval = f"{_share(one.f1_low)}–{_share(one.f1_high)}" if one.support else "–"
        few = "  too few to say" if 0 < one.support < SUPPORT_MIN else ""
        emit(
            f"{label:<11} {_share(one.precision):>9} {_share(one.recall):>7} {_share(one.f1):>7}"
            f" {interval:>15} {one.support:>8,} {one.tp:>6,} {one.fp:>6,} {one.fn:>6,}{few}"
        )
    emit(f"macro F1 {_share(result.macro_f1)} over {result.rows:,} rows")


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
