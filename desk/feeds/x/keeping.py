"""Keeps the rules at X in step with those that this desk wants; others are left alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec

from desk.feeds import MOST_RAW_BYTES, Fault
from desk.feeds.lasting import BrokenError
from desk.feeds.x.rules import MINE, MOST_RULES, StreamRule
from desk.feeds.x.server import Server

PATH = "/2/tweets/search/stream/rules"
AT_ONCE = 100
"""Rules in one request: ten of them replace all that an app may have, of 100 in 15 minutes."""

_Item = TypeVar("_Item")


class _Kept(msgspec.Struct):
    id: str
    value: str
    tag: str | None = None


class _Meta(msgspec.Struct):
    next_token: str | None = None


class _Refused(msgspec.Struct):
    title: str = ""
    value: str | None = None
    detail: str | None = None
    details: list[str] | None = None


class _Answer(msgspec.Struct):
    data: list[_Kept] | None = None
    meta: _Meta | None = None
    errors: list[_Refused] | None = None


async def keep_in_step(server: Server, wanted: Sequence[StreamRule]) -> list[Fault]:
    """Let X have exactly `wanted` among the rules of this desk; what it refuses, as faults.

    New rules are tried before they are added, and added before old ones go, so that nothing is
    missed meanwhile, unless there is no room for both.

    Raises:
        FeedError, BrokenError, aiohttp.ClientError, TimeoutError: as of `Server`.
    """
    kept = await _kept(server)
    values = {each.value for each in kept}
    wishes = {each.value for each in wanted}
    old = [
        each.id for each in kept if (each.tag or "").startswith(MINE) and each.value not in wishes
    ]
    new = [each for each in wanted if each.value not in values]
    faults: list[Fault] = []
    if len(kept) + len(new) > MOST_RULES:
        await _delete(server, old)
        old = []
    for some in _parts(new):
        refused = await _add(server, some, dry_run=True)
        faults += refused.values()
        rest = [each for each in some if each.value not in refused]
        if rest:
            faults += (await _add(server, rest, dry_run=False)).values()
    await _delete(server, old)
    return faults


async def _kept(server: Server) -> list[_Kept]:
    found: list[_Kept] = []
    params: dict[str, str] = {}
    while True:
        answer = _read(await server.ask("GET", PATH, params=params))
        found += answer.data or ()
        if answer.meta is None or not answer.meta.next_token:
            return found
        params = {"pagination_token": answer.meta.next_token}


async def _add(server: Server, rules: Iterable[StreamRule], *, dry_run: bool) -> dict[str, Fault]:
    """Add rules, or try whether they could be; what X refuses of them, by its value."""
    body = {"add": [{"value": each.value, "tag": each.tag} for each in rules]}
    params = {"dry_run": "true"} if dry_run else {}
    # a request in which every rule is wrong is answered 400, and says what is wrong with each
    answer = _read(await server.ask("POST", PATH, json=body, params=params, fine=(200, 201, 400)))
    if answer.meta is None and not any(each.value for each in answer.errors or ()):
        raise BrokenError("X takes no rules now", "refused")
    refused: dict[str, Fault] = {}
    for each in answer.errors or ():
        # a rule that somebody else has as well brings its posts just the same
        if each.value and each.title != "DuplicateRule":
            words = "; ".join(each.details or ()) or each.detail or each.title
            raw = each.value.encode("utf-8", "replace")[:MOST_RAW_BYTES]
            refused[each.value] = Fault("a rule for X", f"X refuses it: {words[:300]}", raw)
    return refused


async def _delete(server: Server, ids: Sequence[str]) -> None:
    for some in _parts(ids):
        await server.ask("POST", PATH, json={"delete": {"ids": list(some)}})


def _parts(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    return (items[at : at + AT_ONCE] for at in range(0, len(items), AT_ONCE))


def _read(body: bytes) -> _Answer:
    try:
        return msgspec.json.decode(body, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BrokenError("X's list of rules can't be read", "refused") from None
