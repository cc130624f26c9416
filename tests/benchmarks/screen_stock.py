"""A store with a million labelled posts, made of a storm's, for filtering and scrolling."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import TypeVar

import msgspec

from desk.feeds import Batch
from desk.pipeline import Pipeline
from desk.post import LabelledPost, Post
from desk.store import Commit, Store
from desk.territories import Territory
from rules import Engine, load_packs

T = TypeVar("T")
AT_A_TIME = 5_000


def stock(folder: Path, posts: list[Post], territory: Territory, count: int) -> None:
    """Fill a store in `folder` with `count` labelled posts.

    `posts` are labelled by the shipped keyword sets and located, and come again on later days, with
    the day as one more word.
    """
    store = Store(folder)
    pipeline = Pipeline(Engine(load_packs()), territory, store)
    found: list[LabelledPost] = []
    for come in _batched(posts, AT_A_TIME // 10):
        outcome = pipeline.process("file:stock", Batch(tuple(come), ""))
        found += [event for event in outcome.events if isinstance(event, LabelledPost)]
    more = count - len(found)
    for some in _batched(_later(found, more), AT_A_TIME):
        store.commit(Commit(labelled=some))
    store.close()


def _batched(posts: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(posts)
    while some := list(islice(rest, size)):
        yield some


def _later(found: list[LabelledPost], count: int) -> Iterator[LabelledPost]:
    for number in range(count):
        day, at = divmod(number, len(found))
        post = found[at]
        yield msgspec.structs.replace(
            post,
            id=f"{post.id}-{day}",
            created_at=post.created_at + timedelta(days=1 + day),
            text=f"{post.text} day{day}",
        )
