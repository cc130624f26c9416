"""`stormdesk rules bench`: how fast keyword sets read, and what they find in disfigured texts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from rules import Engine, RulesError, load_packs
from rules.workbench.bench import bench
from rules.workbench.variants import FalseHits, Recall, Variants
from tui.commands.options import Rules
from tui.console import Format, emit, emit_json, flush, say

POSTS = 100_000
POSTS_MIN = 2_000


def run_bench(
    rules: Rules = None,
    variants: Annotated[
        bool, typer.Option("--variants", help="Recall on disfigured texts instead of speed.")
    ] = False,
    posts: Annotated[
        int, typer.Option(metavar="N", help="How many posts to measure speed with.")
    ] = POSTS,
    texts: Annotated[
        int, typer.Option(metavar="N", min=1, help="How many texts of each kind of variant.")
    ] = 1_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same posts and texts.")] = 1,
    form: Annotated[
        Format | None, typer.Option("--format", help="How to print; speed is JSON always.")
    ] = None,
) -> None:
    """Measure speed (JSON), or recall on texts that are mistyped, joined, split and so on."""
    folders = rules or []
    if variants:
        _print_variants(folders, texts, seed, form or Format.text)
        return
    if form is Format.text:
        raise RulesError("speed is printed as JSON: leave out --format text, or give --variants")
    if posts < POSTS_MIN:
        raise RulesError(f"--posts {posts} is too few to time: give {POSTS_MIN:,} or more")
    say(f"measuring with {posts:,} posts; it takes some minutes, ctrl+c ends it")
    emit_json(bench(folders, posts, seed))
    flush()


def _print_variants(folders: list[Path], texts: int, seed: int, form: Format) -> None:
    packs = load_packs(*folders)
    made = Variants(packs, Engine(packs), seed)
    recall, near = made.recall(texts), made.near_words(texts)
    if form is Format.json:
        kinds = {kind: msgspec.structs.asdict(found) for kind, found in recall.items()}
        emit_json({"seed": seed, "variants": kinds, "near_words": near})
        flush()
        return
    emit("variant             texts  found  recall")
    for kind, found in recall.items():
        emit(_line(kind, found))
    emit(_near_line(near))
    flush()


def _line(kind: str, found: Recall) -> str:
    share = f"{found.recall:.3f}" if found.texts else "–"
    return f"{kind:<18} {found.texts:>6,} {found.found:>6,}   {share:>5}"


def _near_line(near: FalseHits) -> str:
    share = f"{near.share:.3f}" if near.texts else "–"
    return f"{'near real words':<18} {near.texts:>6,} {near.hits:>6,}   {share:>5} false hits"
