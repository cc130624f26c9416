"""`stormdesk rules explain`: why a post gets its labels, and why it gets no others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import Annotated

import msgspec
import typer
from rich.cells import cell_len

from rules import RulesError, load_packs
from rules.pack import NOTHING
from rules.text import fold
from rules.workbench.explain import NEAREST_TOLD, Explainer, Explanation
from rules.workbench.findings import Fired, Missed
from rules.workbench.reasons import Reason
from rules.workbench.trail import Piece
from tui.commands.options import Drafts, Listing, Rules
from tui.commands.post_lines import PostLine, decode_post, numbered, open_lines
from tui.console import Format, emit, emit_json, flush
from tui.paint import cut, fit, visible

_PHRASE_CELLS = 90
_WORD_CELLS = 28
_PART_CELLS = 40
_STDIN = "-"


def explain(
    text: Annotated[
        str, typer.Argument(metavar="TEXT|-", help="What somebody posts; - reads it from stdin.")
    ],
    rules: Rules = None,
    rule: Annotated[
        str | None, typer.Option(metavar="ID", help="Only this rule, however far it is.")
    ] = None,
    all_near: Annotated[
        bool, typer.Option("--all", help=f"More than the {NEAREST_TOLD} nearest rules.")
    ] = False,
    channel: Annotated[
        str | None, typer.Option(metavar="NAME", help="The channel that the post comes from.")
    ] = None,
    lang: Annotated[
        str | None, typer.Option(metavar="CODE", help="The language that the post states.")
    ] = None,
    media: Annotated[bool, typer.Option("--media", help="It has a picture or film.")] = False,
    reply: Annotated[bool, typer.Option("--reply", help="It answers another post.")] = False,
    repost: Annotated[bool, typer.Option("--repost", help="It repeats another post.")] = False,
    own_account: Annotated[
        bool, typer.Option("--own-account", help="It came to an account of the utility's own.")
    ] = False,
    drafts: Drafts = False,
    form: Listing = Format.text,
) -> None:
    """Show which rules fire on a text, word by word, and why the nearest others do not.

    From stdin it takes plain text, of one line or several, or posts as JSON Lines.
    """
    stated: dict[str, object] = {
        **({"channel": channel} if channel else {}),
        **({"lang": lang} if lang else {}),
        **({"media": [True]} if media else {}),
        **({"reply_to": "stated"} if reply else {}),
        **({"repost_of": "stated"} if repost else {}),
        **({"account": "stated"} if own_account else {}),
    }
    posts = [msgspec.structs.replace(post, **stated) for post in _posts(text)]
    explainer = Explainer(load_packs(*(rules or ())), drafts=drafts)
    for number, post in enumerate(posts):
        told = explainer.explain(post, most=None if all_near else NEAREST_TOLD, rule=rule)
        if form is Format.json:
            emit_json(told)
            continue
        if number:
            emit("")
        for line in _page(told):
            emit(line)
    flush()


def _posts(text: str) -> Iterable[PostLine]:
    """The posts to explain."""
    if text != _STDIN:
        # What the shell hands over may be no UTF-8.
        yield PostLine(text.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
        return
    with ExitStack() as stack:
        lines = list(numbered(open_lines(_STDIN, stack), _STDIN))
    if lines and lines[0][1].startswith(b"{"):
        for number, raw in lines:
            try:
                yield decode_post(raw, number)
            except RulesError as error:
                raise RulesError(f"{_STDIN}:{number}: {error}") from None
        return
    yield decode_post(b" " * (not lines) + b"\n".join(raw for _, raw in lines), 1)


def _page(told: Explanation) -> Iterator[str]:
    """The lines of an explanation, for people."""
    yield f"{', '.join(told.labels) or 'no label'}  (language {told.lang})"
    for fired in told.fired:
        yield ""
        yield from _fired(fired)
    if told.missed:
        yield ""
        yield "Why not:"
    elif not told.fired:
        yield ""
        yield "No rule comes near: none has a rare word of this text in a phrase."
    for missed in told.missed:
        yield ""
        yield from _missed(missed)


def _fired(one: Fired) -> Iterator[str]:
    gives = one.label if one.label != NOTHING else "nothing: keeps weaker rules from these words"
    yield f"{one.rule} → {gives}, score {one.score:g}  {one.source.path}:{one.source.line}"
    yield f"    {_phrase(one.phrase)}"
    yield from _words(one.words)
    yield from map(_reason, one.because)


def _missed(one: Missed) -> Iterator[str]:
    yield f"{one.rule} ↛ {one.label}  {one.source.path}:{one.source.line}"
    if one.phrase:
        yield f"    {_phrase(one.phrase)}"
    yield from _words(one.words, idle=one.found)
    yield from map(_reason, one.missing)


def _phrase(phrase: str) -> str:
    return cut(visible(f"phrase: {phrase}", keep=""), _PHRASE_CELLS)


def _reason(reason: Reason) -> str:
    kind = {"word": "missing", "not_near": "not_near"}.get(reason.kind, reason.kind)
    return f"    {kind}: {reason.message}"


def _words(pieces: tuple[Piece, ...], *, idle: bool = True) -> Iterator[str]:
    """One line for each word: as it was posted, what it was taken for, and what that costs."""
    said = [cut(visible(piece.text or piece.meant, keep=""), _WORD_CELLS) for piece in pieces]
    width = max(map(cell_len, said), default=0)
    for word, piece in zip(said, pieces, strict=True):
        plain = not piece.text or fold(piece.text) == piece.meant
        meant = "" if plain else f"  → {piece.meant}"
        part = f"  ({cut(visible(piece.of, keep=''), _PART_CELLS)})" if piece.of else ""
        costs = "".join(
            f"  {count} {noun}{'' if count == 1 else 's'}{where} -{cost}"
            for count, noun, where, cost in (
                (piece.edits, "edit", "", piece.edits_cost),
                (piece.idle if idle else 0, "idle word", " before it", piece.idle_cost),
            )
            if count
        )
        yield f"      {fit(word, width)}{meant}{part}{costs}".rstrip()
