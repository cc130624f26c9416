"""How much of what the packs label X would send by the desk's own rules: `… x_rules.py`.

Storms are posted on X alone and held against the rules by X's own grammar, as the simulator reads
it. `told` are labelled posts that say where they are from, or speak to the utility: from others no
rule can tell that they are of the territory.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import process_time
from typing import Any

import msgspec

from desk.feeds.surroundings import Surroundings
from desk.feeds.x.rules import ROOM, Wish, stream_rules
from desk.feeds.x.words import wanted_words
from desk.places import Locator
from desk.post import Post
from rules import Engine
from rules.loader import Loaded, load_sets
from rules.text import fold
from simulator.accounts import own_accounts
from simulator.conductor.conductor import Conductor
from simulator.platforms.stage import Stage
from simulator.platforms.x.rule import Node, read_rule, words_of
from simulator.platforms.x.wire import Wire
from simulator.storm_file import load_storm
from simulator.stream import StormDay

STORMS = ("thunderstorms", "hurricane", "ice-storm", "flood", "blackout")
CORPUS = Path(__file__).parents[3] / "shared" / "corpora" / "labelled.jsonl"
"""Real posts that people have labelled; left out where they are not there."""
VOICE = {"news"}


class Row(msgspec.Struct):
    """One storm: posts of X without retweets, and what of them the rules bring."""

    name: str
    rules: int
    made_s: float
    posts: int = 0
    sent: int = 0
    labelled: int = 0
    labelled_sent: int = 0
    told: int = 0
    told_sent: int = 0
    by_label: dict[str, tuple[int, int]] = {}


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=31, help="of the storms")
    parser.add_argument("--storm", action="append", choices=STORMS, help="only this storm")
    parser.add_argument("--hours", type=float, default=6.0, help="of each storm")
    parser.add_argument("--scale", type=float, default=0.15, help="of the crowd")
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="JSON Lines of labelled posts")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    asked = parser.parse_args()
    sets = load_sets()
    rows = [measured(name, sets, asked) for name in asked.storm or STORMS]
    words = of_corpus(asked.corpus, sets) if asked.corpus.is_file() else {}
    if asked.format == "json":
        told = msgspec.json.encode({"storms": rows, "words": words})
        sys.stdout.buffer.write(told + b"\n")
    else:
        sys.stdout.write("\n".join(table(rows, words)) + "\n")
    return 0


def measured(name: str, sets: Loaded, asked: Any) -> Row:  # noqa: ANN401
    """Tell a storm, and hold each post of X against the rules that its desk would make."""
    day = StormDay(load_storm(name, seed=asked.seed, hours=asked.hours, scale=asked.scale))
    own = own_accounts(day.storm)
    around = Surroundings(day.territory, own, sets.packs, sets.vocabularies)
    began_s = process_time()
    rules = stream_rules(around, Wish(tuple(voice.language for voice in day.storm.voice)))
    row = Row(name, len(rules), process_time() - began_s)
    shared: dict[str, Node] = {}
    nodes = [read_rule(rule.value, rows=shared) for rule in rules]
    conductor = Conductor(day, None)
    conductor.resume()
    while not conductor.over:
        conductor.step()
    stage = Stage(conductor)
    wire, locator = Wire(stage), Locator(day.territory)
    engine = Engine(sets.packs, accounts=[one.handle for one in own])
    sent: Counter[str] = Counter()
    all_: Counter[str] = Counter()
    for staged in stage.read(0, None, "x"):
        post = staged.post
        if post.repost_of is not None:
            continue
        seen = wire.seen(staged)
        comes = any(node.holds(seen) for node in nodes)
        labels = set(engine.classify([post])[0].labels) - VOICE
        row.posts += 1
        row.sent += comes
        if not labels:
            continue
        row.labelled += 1
        row.labelled_sent += comes
        if _speaks_to(own[0].handle, post) or locator.locate(post) is not None:
            row.told += 1
            row.told_sent += comes
            all_.update(labels)
            sent.update(labels if comes else ())
    row.by_label = {label: (sent[label], count) for label, count in sorted(all_.items())}
    conductor.close()
    return row


def _speaks_to(handle: str, post: Post) -> bool:
    return handle in post.mentions or bool(post.author and post.author.handle == handle)


def of_corpus(path: Path, sets: Loaded) -> dict[str, tuple[int, int]]:
    """Real posts by label, and how many of them hold a wanted word; places left aside."""
    wanted = {word for pack in sets.packs for word in wanted_words(pack, ROOM)}
    found: dict[str, tuple[int, int]] = {}
    for line in path.read_bytes().splitlines():
        row = msgspec.json.decode(line)
        holds = any(fold(word) in wanted for word in words_of(row["text"]))
        for label in set(row["labels"]) - VOICE or {"none"}:
            hits, count = found.get(label, (0, 0))
            found[label] = hits + holds, count + 1
    return dict(sorted(found.items()))


def table(rows: Sequence[Row], words: dict[str, tuple[int, int]]) -> Iterator[str]:
    yield (
        f"{'storm':14} {'rules':>6} {'made s':>7} {'posts':>7} {'sent':>6} {'labelled':>9}"
        f" {'of them':>8} {'told':>6} {'of them':>8} {'in vain':>8}"
    )
    for row in rows:
        yield (
            f"{row.name:14} {row.rules:6} {row.made_s:7.1f} {row.posts:7,} {row.sent:6,}"
            f" {row.labelled:9,} {share(row.labelled_sent, row.labelled):>8} {row.told:6,}"
            f" {share(row.told_sent, row.told):>8}"
            f" {share(row.sent - row.labelled_sent, row.sent):>8}"
        )
    yield ""
    labels = sorted({label for row in rows for label in row.by_label})
    for label in labels:
        counts = [row.by_label[label] for row in rows if label in row.by_label]
        hits, count = (sum(column) for column in zip(*counts, strict=True))
        yield f"told, {label:12} {count:6,} {share(hits, count):>8}"
    if words:
        yield ""
    for label, (hits, count) in words.items():
        yield f"corpus, words alone: {label:12} {count:6,} {share(hits, count):>8}"


def share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"


if __name__ == "__main__":
    sys.exit(main())
