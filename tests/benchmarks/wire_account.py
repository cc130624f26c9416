"""The account of a run with faults: what the server told, held against what the desk has stored."""

from __future__ import annotations

import re
import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from desk.intake import digest_of
from desk.post import Post
from desk.store import DATABASE
from tests.benchmarks.wire_lists import ListRow

if TYPE_CHECKING:
    from tests.benchmarks.wire_faults import Plan

CHANNELS = {"meta": "facebook"}
"""Platforms whose posts have a channel by another name."""
_post = msgspec.json.Decoder(Post).decode
_SPACE = re.compile(r"\s+")


class Store:
    """What a desk has on disk: every accepted post by its digest, and by channel how many."""

    def __init__(self, data: Path) -> None:
        uri = f"{(data / DATABASE).resolve().as_uri()}?mode=ro"
        database = sqlite3.connect(uri, uri=True)
        try:
            blocks = database.execute("SELECT block FROM known ORDER BY first").fetchall()
            labelled = database.execute("SELECT json FROM posts").fetchall()
            counts = database.execute(
                "SELECT channel, sum(posts) FROM counts WHERE label = '' GROUP BY channel"
            ).fetchall()
            self.faults = database.execute("SELECT feed, reason FROM faults").fetchall()
        finally:
            database.close()
        self.digests = [digest for (block,) in blocks for digest in array("q", bytes(block))]
        self.known = frozenset(self.digests)
        self.labelled = [_post(json) for (json,) in labelled]
        self.accepted: dict[str, int] = dict(counts)

    @staticmethod
    def wanted(listed: Iterable[dict[str, Any]]) -> list[int]:
        """The digests of a server's list."""
        return [_digest(row) for row in listed]


def _digest(row: dict[str, Any]) -> int:
    made = _post(msgspec.json.encode({
        "id": row["id"], "channel": channel_of(row), "text": "", "created_at": row["at"],
    }))  # fmt: skip
    return digest_of("", made)


def channel_of(row: dict[str, Any]) -> str:
    """The channel in which a desk has a post of the list."""
    return str(CHANNELS.get(row["platform"], row["platform"]))


class Row(NamedTuple):
    """One channel: what the server told, what the desk accepted, and where they differ."""

    channel: str
    told: int
    stored: int
    missing: tuple[str, ...]
    twice: int
    labelled: int
    other_text: int


class Account(NamedTuple):
    """What became of a run."""

    plan: Plan
    rows: tuple[Row, ...]
    strangers: int
    faults: dict[str, dict[str, int]]
    feeds: tuple[dict[str, Any], ...]
    bad_records: int
    starts: int
    wall_s: float
    traceback: bool
    left_out: int
    lists: tuple[ListRow, ...]

    @property
    def holds(self) -> bool:
        """Whether the store has all that the server told, once, and every feed does well."""
        whole = all(
            not (row.missing or row.twice or row.other_text) and row.stored == row.told
            for row in self.rows
        )
        well = all(feed["state"] == "live" and not feed["lost"] for feed in self.feeds)
        clean = not self.strangers and not self.traceback
        return whole and well and clean and bool(self.feeds) and self.lists_hold

    @property
    def lists_hold(self) -> bool:
        """Whether the warnings and the utility's list were those of the server at each look."""
        return bool(self.lists) and all(row.same for row in self.lists)

    def table(self) -> str:
        """The account as Markdown."""
        plan = self.plan
        head = (
            f"{plan.storm}, seed {plan.seed}: {plan.hours:g} simulated hours, scale {plan.scale:g},"
            f" Jetstream {plan.version}, the desk started {self.starts} times"
            f" ({self.starts - 1} SIGKILL), {self.wall_s:.0f} s on the wall:"
            f" {'holds' if self.holds else 'DOES NOT HOLD'}"
        )
        lines = [
            head,
            "",
            "| channel | told by the server | stored | missing | twice | labelled | other text |",
            "|---|---|---|---|---|---|---|",
        ]
        lines += [
            f"| {row.channel} | {row.told:,} | {row.stored:,} | {len(row.missing)} | {row.twice} |"
            f" {row.labelled:,} | {row.other_text} |"
            for row in self.rows
        ]
        rest = (
            f"Stored and on no list: {self.strangers}. Records that were no posts, kept for a look:"
            f" {self.bad_records}. Posts on X that match none of the desk's rules, so that its"
            f" stream does not have them: {self.left_out:,}."
        )
        lines += [
            "",
            rest,
            "",
            "| platform | faults done |",
            "|---|---|",
        ]
        for platform, kinds in self.faults.items():
            done = ", ".join(f"{kind} {times:,}" for kind, times in sorted(kinds.items()))
            lines.append(f"| {platform} | {done} |")
        lines += [
            "",
            "| feed | state | reconnects | lost | bad | duplicates |",
            "|---|---|---|---|---|---|",
        ]
        lines += [
            f"| {feed['url'].partition('?')[0]} | {feed['state']} | {feed['reconnects']} |"
            f" {feed['lost']} | {feed['bad']:,} | {feed['duplicates']:,} |"
            for feed in self.feeds
        ]
        lines += ["", "| list | at minute | on it | at the desk | the same | after |"]
        lines += ["|---|---|---|---|---|---|"]
        lines += [
            f"| {row.name} | {row.minute:.0f} | {row.told} | {row.held} |"
            f" {'yes' if row.same else 'NO'} | {row.after_s:.1f} s |"
            for row in self.lists
        ]
        for row in self.rows:
            lines += [f"missing: {id_}" for id_ in row.missing[:5]]
        return "\n".join(lines)


def account(
    plan: Plan,
    state: dict[str, Any],
    listed: Sequence[dict[str, Any]],
    store: Store,
    health: dict[str, Any],
    wall_s: float,
    starts: int,
    words: str,
    lists: Sequence[ListRow],
) -> Account:
    """Hold a server's list against a store; what nobody asked X for is left out, and counted."""
    everything, listed = listed, [row for row in listed if row["asked_for"]]
    by_channel: dict[str, list[dict[str, Any]]] = {}
    for row in listed:
        by_channel.setdefault(channel_of(row), []).append(row)
    times, wanted = Counter(store.digests), set(store.wanted(listed))
    texts = {(channel_of(row), row["id"]): row["text"] for row in listed}
    rows = []
    for channel, told in sorted(by_channel.items()):
        mine = [post for post in store.labelled if post.channel == channel]
        digests = {_digest(row): row["id"] for row in told}
        rows.append(
            Row(
                channel,
                len(digests),
                store.accepted.get(channel, 0),
                tuple(id_ for digest, id_ in digests.items() if digest not in store.known),
                sum(times[digest] > 1 for digest in digests)
                + sum(count > 1 for count in Counter(post.id for post in mine).values()),
                len(mine),
                sum(not _same(post, texts.get((channel, post.id), "")) for post in mine),
            )
        )
    return Account(
        plan,
        tuple(rows),
        len(store.known - wanted),
        state["faults"],
        tuple(health["feeds"]),
        len(store.faults),
        starts,
        wall_s,
        "Traceback" in words,
        len(everything) - len(listed),
        tuple(lists),
    )


def _same(post: Post, told: str) -> bool:
    """Whether a post says what was told; a newsroom's has its headline before it."""
    text, said = _plain(post.text), _plain(told)
    if post.channel != "rss":
        return text == said
    return text.endswith(said.replace(_plain(post.url), "") if post.url else said)


def _plain(text: str) -> str:
    return _SPACE.sub("", text)
