"""`stormdesk rules`: the rule author's workbench."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from rules import Engine, PackError, RulesError, Verdict, load_packs
from rules.errors import Fault
from rules.loader import Loaded, load_sets
from rules.workbench.lint import warnings
from rules.workbench.proof import Failure, failures, proofs
from rules.workbench.schema import schema
from tui.commands.options import Drafts, Listing, Rules
from tui.commands.post_lines import PostLine, decode_post, numbered, open_lines
from tui.commands.rules_bench import run_bench
from tui.commands.rules_explain import explain
from tui.commands.rules_score import score_files
from tui.console import BAD_USAGE, CHECK_FAILED, Format, bad_lines, emit, emit_json, flush, say
from tui.groups import Group

BATCH_LINES = 256

app = typer.Typer(
    add_completion=False,
    cls=Group,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Write keyword sets, and know what they catch, miss and wrongly catch.",
)

Folders = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[DIR]...", help="Keyword sets; without: the built-in ones."),
]


@app.command()
def check(folders: Folders = None, rules: Rules = None, form: Listing = Format.text) -> None:
    """Load keyword sets and list every fault and every doubtful place."""
    loaded = Loaded((), ())
    faults: tuple[Fault, ...] = ()
    try:
        loaded = load_sets(*(folders or ()), *(rules or ()))
    except PackError as error:
        faults = error.faults
    doubts = warnings(loaded.packs, loaded.vocabularies)
    count = sum(len(pack.rules) for pack in loaded.packs)
    if form is Format.json:
        emit_json({"rules": count, "faults": faults, "warnings": doubts})
    else:
        for fault in faults:
            emit(f"{fault.path}:{fault.line}:{fault.col}: error: {fault.message}")
        for doubt in doubts:
            emit(f"{doubt.path}:{doubt.line}:{doubt.col}: warning: {doubt.message}")
    flush()
    told = ((count, "rule"), (len(faults), "fault"), (len(doubts), "warning"))
    say(", ".join(f"{many:,} {word}{'' if many == 1 else 's'}" for many, word in told))
    if faults:
        raise typer.Exit(BAD_USAGE)


@app.command("test")
def prove(folders: Folders = None, rules: Rules = None, form: Listing = Format.text) -> None:
    """Run the tests beside the rules, drafts too, and list those that do not hold."""
    packs = load_packs(*(folders or ()), *(rules or ()))
    failed = failures(packs, Engine(packs))
    count = len(proofs(packs))
    if form is Format.json:
        emit_json({"tests": count, "failed": [_failure(failure) for failure in failed]})
    else:
        for failure in failed:
            emit(str(failure))
    flush()
    verb = "does" if len(failed) == 1 else "do"
    say(f"{count:,} tests, {len(failed):,} {verb} not hold")
    if failed:
        raise typer.Exit(CHECK_FAILED)


@app.command()
def classify(
    file: Annotated[
        str, typer.Argument(metavar="[FILE|-]", help="JSON Lines or plain text; - is stdin.")
    ] = "-",
    rules: Rules = None,
    drafts: Drafts = False,
) -> None:
    """Print a verdict for each line: a JSON object with `text`, or plain text."""
    engine = Engine(load_packs(*(rules or ())), drafts=drafts)
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
        say(f"{bad_lines(bad)} skipped")


app.command()(explain)
app.command("score")(score_files)
app.command("bench")(run_bench)


@app.command("schema")
def print_schema() -> None:
    """Print a JSON Schema of keyword sets, for editors that complete keys and mark mistakes."""
    emit_json(schema())
    flush()


def _print_verdicts(engine: Engine, batch: list[PostLine]) -> None:
    verdicts: list[Verdict] = engine.classify(batch)
    for verdict in verdicts:
        emit_json(verdict)
    flush()


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
