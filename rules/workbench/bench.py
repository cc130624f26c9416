"""How fast a set of rules reads, what it takes to load, and where its limits are.

Time is CPU time of this process, in slices of 256 posts; a rate is the median over the slices, for
machines are shared and noisy. The posts are those of `rules.workbench.stream`, so nobody has seen
them: `unseen` is the first pass of a fresh engine over them, `replay` the second, which flatters.
"""

from __future__ import annotations

import os
import platform
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from statistics import median

import msgspec
from rapidfuzz.fuzz import partial_ratio
from rapidfuzz.process import extract

from rules import plain
from rules.compiled import core
from rules.engine import Engine
from rules.judge import TEXT_LETTERS_MAX
from rules.loader import load_packs
from rules.pack import Pack
from rules.workbench.parallel import from_json
from rules.workbench.stream import Stream
from rules.workbench.synthetic import keyword_set
from rules.workbench.wording import Speller, live_rules

SLICE_POSTS = 256
SYNTHETIC_PHRASES = 1_000
GROWTH = 10
_EXTRACT_EVERY = 8
"""Of so many slices one is also read by the loop over `process.extract`, 50 times slower."""
_EXTRACT_POSTS = 16
_LONG_LETTERS = (10_000, 100_000, 1_000_000)
_MEMO_CHUNKS = 10_000


class Rate(msgspec.Struct, frozen=True):
    """Posts a second over unseen posts and over the same again, and the share that got labels."""

    unseen: int
    replay: int
    labelled: float


class Speed(msgspec.Struct, frozen=True):
    """A set of rules: its size, what it takes to be ready, and its rate."""

    rules: int
    phrases: int
    load_s: float
    compile_s: float
    posts_per_second: Rate


class Beside(msgspec.Struct, frozen=True):
    """The engine and a loop over rapidfuzz's `process.extract`, turn by turn in one run."""

    engine_posts_per_second: int
    extract_posts_per_second: int
    ratio: float


def ready(packs: Sequence[Pack]) -> Engine:
    """A fresh engine whose lexicons are made: that happens with the first text of each language."""
    engine = Engine(packs)
    engine.classify(["xqzv #xq"])  # of no known language: read by all
    return engine


def clocked(work: Callable[[], object]) -> float:
    """CPU seconds that `work` takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def slices(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """The texts in slices."""
    return (texts[at : at + SLICE_POSTS] for at in range(0, len(texts), SLICE_POSTS))


def rate(engine: Engine, texts: Sequence[str]) -> int:
    """Posts a second, the median over slices."""
    times = [clocked(lambda: engine.classify(some)) / len(some) for some in slices(texts)]  # noqa: B023 called at once
    return round(1 / median(times))


def measure(folders: Sequence[Path], posts: int, seed: int) -> Speed:
    """The speed of the keyword sets in `folders` (none: the built-in packs)."""
    start = time.process_time()
    packs = load_packs(*folders)
    load_s = time.process_time() - start
    start = time.process_time()
    engine = ready(packs)
    compile_s = time.process_time() - start
    texts = list(Stream(packs, seed).texts(posts))
    unseen = rate(engine, texts)
    replay = rate(engine, texts)
    labelled = sum(bool(verdict.labels) for verdict in engine.classify(texts)) / len(texts)
    return Speed(
        rules=sum(len(pack.rules) for pack in packs),
        phrases=sum(len(rule.any) for pack in packs for rule in pack.rules),
        load_s=round(load_s, 3),
        compile_s=round(compile_s, 3),
        posts_per_second=Rate(unseen, replay, round(labelled, 4)),
    )


def beside_extract(packs: Sequence[Pack], posts: int, seed: int) -> Beside:
    """The engine beside what one would write with rapidfuzz alone: same phrases, same posts."""
    speller = {pack.language: Speller(pack.language, Random(seed)) for pack in packs}
    phrases = [
        " ".join(speller[rule.language].spell(phrase))
        for rule in live_rules(packs)
        for phrase in rule.any
    ]
    engine = ready(packs)
    ours: list[float] = []
    theirs: list[float] = []
    for number, some in enumerate(slices(list(Stream(packs, seed).texts(posts)))):
        ours.append(clocked(lambda: engine.classify(some)) / len(some))  # noqa: B023 called at once
        if number % _EXTRACT_EVERY == 0:
            few = [text.lower() for text in some[:_EXTRACT_POSTS]]
            theirs.append(clocked(lambda: _extract(few, phrases)) / len(few))  # noqa: B023
    ratio = median(theirs) / median(ours)
    return Beside(round(1 / median(ours)), round(1 / median(theirs)), round(ratio, 1))


def _extract(texts: Sequence[str], phrases: Sequence[str]) -> None:
    for text in texts:
        extract(text, phrases, scorer=partial_ratio, score_cutoff=85)


def long_posts(packs: Sequence[Pack]) -> list[dict[str, object]]:
    """CPU seconds for hostile posts of growing length; what is read of one has a limit."""
    engine = Engine(packs)
    found: list[dict[str, object]] = []
    for name, unit in (
        ("words", "the power is out in our street and nobody says when "),
        ("hashtags", "#nopower"),
        ("near words", "pwoer otuage elecricity trasnformer "),
    ):
        for letters in (*_LONG_LETTERS[:1], TEXT_LETTERS_MAX, *_LONG_LETTERS[1:]):
            text = (unit * (letters // len(unit) + 1))[:letters]
            engine.classify([text])
            seconds = round(clocked(lambda: engine.classify([text])), 4)  # noqa: B023 called at once
            found.append({"of": name, "letters": letters, "seconds": seconds})
    return found


def memory(packs: Sequence[Pack], posts: int, seed: int) -> dict[str, object]:
    """What an engine remembers of an endless stream of new words, halfway and at the end.

    The memos are made small, so that both halves fill them: the second must not add to it.
    """
    engine = Engine(packs, memo_chunks=_MEMO_CHUNKS)
    random = Random(seed)
    held = []
    tracemalloc.start()
    for _ in range(2):
        for _ in range(posts // 20):
            engine.classify([" ".join(f"{random.getrandbits(50):x}" for _ in range(20))])
        held.append({"chunks": engine.remembered, "mb": _traced_mb()})
    tracemalloc.stop()
    return {"memo_chunks": _MEMO_CHUNKS, "halfway": held[0], "end": held[1]}


def _traced_mb() -> float:
    return round(tracemalloc.get_traced_memory()[0] / 1e6, 1)


def machine() -> dict[str, object]:
    """What the figures were taken on; `core` is `compiled` or `plain` (`rules.compiled`)."""
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "core": "compiled" if core() is not plain else "plain",
    }


def synthetic(folder: Path, phrases: int, seed: int) -> Path:
    """A keyword set of so many made-up phrases, written into `folder`."""
    path = folder / f"made_up_{phrases}.toml"
    path.write_text(keyword_set(phrases, seed), encoding="utf-8")
    return path


def bench(folders: Sequence[Path], posts: int, seed: int) -> dict[str, object]:
    """Every figure of `stormdesk rules bench`, ready for JSON."""
    packs = load_packs(*folders)
    with tempfile.TemporaryDirectory() as name:
        small = synthetic(Path(name), SYNTHETIC_PHRASES, seed)
        large = synthetic(Path(name), GROWTH * SYNTHETIC_PHRASES, seed)
        made_up, grown = (measure([path], posts, seed) for path in (small, large))
        beside = beside_extract(load_packs(small), posts // 2, seed)
        two = from_json([small], posts, seed, 2)
    times = made_up.posts_per_second.unseen / grown.posts_per_second.unseen
    return {
        "machine": machine(),
        "posts": posts,
        "seed": seed,
        "packs": measure(folders, posts, seed),
        "synthetic": made_up,
        "ten_times_the_phrases": {"speed": grown, "times_the_time": round(times, 2)},
        "beside_process_extract": beside,
        "json_lines": {"packs": from_json(folders, posts, seed, 2), "synthetic": two},
        "memory": memory(packs, min(posts, 20_000), seed),
        "long_posts": long_posts(packs),
    }
