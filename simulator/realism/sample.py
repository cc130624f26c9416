"""Some posts of a storm with their truth, for the eye of somebody who knows the trade."""

from __future__ import annotations

import heapq
from pathlib import Path
from typing import Literal

from simulator.realism.reading import Line, pairs
from simulator.realism.sameness import digest
from simulator.truth import PostTruth

Which = Literal["storm", "background", "all"]


def sample(
    folder: Path, count: int, seed: int, which: Which = "storm"
) -> list[tuple[Line, PostTruth]]:
    """`count` posts of a folder drawn by `seed`, in order of time.

    `storm` draws from posts with a trap or a label besides `news`, `background` from the rest.

    Raises:
        FolderError: the folder can't be read.
    """
    chosen = (
        (digest(f"{seed}/{post.id}"), number, post, truth)
        for number, (post, truth) in enumerate(pairs(folder))
        if which == "all" or _matters(truth) == (which == "storm")
    )
    drawn = heapq.nsmallest(count, chosen, key=lambda each: each[0])
    return [(post, truth) for _, _, post, truth in sorted(drawn, key=lambda each: each[1])]


def _matters(truth: PostTruth) -> bool:
    # Headlines and job bots are news too, and a firehose is full of them.
    return truth.trap is not None or truth.labels not in ((), ("news",))
