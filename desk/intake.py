"""What enters the desk: each post once, and never a simulated one among real ones."""

from __future__ import annotations

from collections.abc import Iterable

from desk.errors import StoreError
from desk.post import Post

REMEMBERED = 500_000
"""Ids kept to know a duplicate; at the busiest hour of a real desk that is days."""


class Intake:
    """Drops posts that came before; holds a desk to exercise or real, whichever comes first."""

    def __init__(self, *, exercise: bool | None = None, remembered: int = REMEMBERED) -> None:
        self.exercise = exercise
        self.duplicates = 0
        self._remembered = remembered
        self._recent: set[str] = set()
        self._older: set[str] = set()

    def accept(self, posts: Iterable[Post]) -> list[Post]:
        """Those of `posts` that are new, in order.

        Raises:
            StoreError: a simulated post would enter a real desk, or a real post an exercise.
        """
        accepted = []
        for post in posts:
            self._check_kind(post)
            if post.id in self._recent or post.id in self._older:
                self.duplicates += 1
                continue
            self.remember(post.id)
            accepted.append(post)
        return accepted

    def remember(self, id_: str) -> None:
        """Know `id_` from now on; the oldest half is forgotten when memory is full."""
        self._recent.add(id_)
        if len(self._recent) * 2 >= self._remembered:
            self._older, self._recent = self._recent, set()

    def _check_kind(self, post: Post) -> None:
        if self.exercise is None:
            self.exercise = post.exercise
        elif self.exercise != post.exercise:
            kind, came = ("an exercise", "real") if self.exercise else ("real", "simulated")
            raise StoreError(
                f"this desk is {kind}, and post '{post.id}' is {came}: the two are never mixed; "
                "use another --data folder, or run the feeds apart"
            )
