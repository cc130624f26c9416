"""From lines of JSON to verdicts on several processes, and how fast that goes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import msgspec

from rules.engine import Engine
from rules.loader import load_packs
from rules.workbench.stream import Stream

_READ_BYTES = 1 << 17


class Line(msgspec.Struct, gc=False):
    """The part of a post's JSON that the rules read."""

    text: str
    id: str | None = None
    lang: str | None = None


def from_json(folders: Sequence[Path], posts: int, seed: int, processes: int) -> dict[str, object]:
    """Posts a second from JSON Lines to verdicts, each process with its own share of the lines.

    Wall time from the moment when every process is ready, so other work on the machine counts.
    """
    share = posts // processes
    with tempfile.TemporaryDirectory() as folder:
        encode = msgspec.json.Encoder().encode
        packs = load_packs(*folders)
        paths = []
        for number in range(processes):
            path = Path(folder) / f"{number}.jsonl"
            texts = Stream(packs, seed + number).texts(share)
            path.write_bytes(
                b"".join(encode(_as_post(at, text)) + b"\n" for at, text in enumerate(texts))
            )
            paths.append(path)
        context = get_context("spawn")
        ready = context.Barrier(processes)
        with ProcessPoolExecutor(
            processes, mp_context=context, initializer=_begin, initargs=(ready,)
        ) as pool:
            spans = list(pool.map(_read_file, [list(folders)] * processes, paths))
    seconds = max(end for _, end in spans) - min(begin for begin, _ in spans)
    return {
        "processes": processes,
        "posts": share * processes,
        "posts_per_second": round(share * processes / seconds),
    }


def _as_post(number: int, text: str) -> dict[str, object]:
    author = {"id": f"u{number % 997}", "handle": f"user{number % 997}", "name": "Somebody"}
    created_at = f"2026-01-01T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z"
    return {
        "id": str(number),
        "channel": "bluesky",
        "author": author,
        "text": text,
        "created_at": created_at,
        "url": f"https://social.example/{number}",
    }


_ready: list[object] = []


def _begin(barrier: object) -> None:
    _ready.append(barrier)


def _read_file(folders: list[Path], path: Path) -> tuple[float, float]:
    """When this process began and ended to read its file, by the machine's clock."""
    engine = Engine(load_packs(*folders))
    decode = msgspec.json.Decoder(Line).decode
    barrier = _ready[0]
    barrier.wait()  # type: ignore[attr-defined]
    begin = time.monotonic()
    with path.open("rb") as file:
        while lines := file.readlines(_READ_BYTES):
            engine.classify([decode(line) for line in lines])
    return begin, time.monotonic()
