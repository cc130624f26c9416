"""What enters the desk: each post once, and never a simulated one among real ones."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

import msgspec

from desk.digests import Digests
from desk.feeds import Fault
from desk.feeds.warning import WeatherWarning
from desk.post import NO_CHANNEL, Post

REMEMBERED = 500_000
"""Posts of which a second coming is known; at the busiest hour of a real desk that is days."""


class Accepted(msgspec.Struct):
    """New posts in their order, each with the digest by which it is known; and what was refused."""

    posts: list[Post]
    digests: list[int]
    duplicates: int
    refused: list[Fault]


class Intake:
    """Drops posts that came before; holds a desk to exercise or real, whichever came first.

    `exercise` is None until the first post decides.
    """

    def __init__(self, *, exercise: bool | None = None, remembered: int = REMEMBERED) -> None:
        self.exercise = exercise
        self._known = Digests(remembered)

    def accept(self, feed: str, posts: Iterable[Post]) -> Accepted:
        """Sort out the posts that `feed` brings."""
        taken = Accepted([], [], 0, [])
        accept, known_by = taken.posts.append, taken.digests.append
        is_new = self._known.add
        for post in posts:
            if post.exercise is not self.exercise:
                if self.exercise is not None:
                    taken.refused.append(Fault(f"post '{post.id}'", self._why()))
                    continue
                self.exercise = post.exercise
            digest = _digest(feed, post.channel, post.id)
            if not is_new(digest):
                taken.duplicates += 1
                continue
            accept(post)
            known_by(digest)
        return taken

    def refuse_warnings(self, warnings: Iterable[WeatherWarning]) -> list[Fault]:
        """The warnings of the other kind, which are told nowhere.

        A warning never decides what a desk is: before any post none is of the other kind.
        """
        exercise = self.exercise
        return [
            Fault(
                f"warning '{each.id}'",
                f"it is {_kind(exercise=each.exercise)}, and this desk is"
                f" {_kind(exercise=bool(exercise))}: the two are never mixed",
            )
            for each in warnings
            if exercise is not None and each.exercise != exercise
        ]

    def remember(self, digest: int) -> None:
        """Know a post from now on; the oldest half is forgotten when memory is full."""
        self._known.add(digest)

    def knows(self, feed: str, channel: str, id_: str) -> bool:
        """Whether a post was accepted, as far as that is remembered."""
        return _digest(feed, channel, id_) in self._known

    def _why(self) -> str:
        kind, came = ("an exercise", "real") if self.exercise else ("real", "simulated")
        return (
            f"this desk is {kind}, and the post is {came}: the two are never mixed;"
            " use another --data folder"
        )


def _kind(*, exercise: bool) -> str:
    return "an exercise" if exercise else "real"


def digest_of(feed: str, post: Post) -> int:
    """A number of 63 bits for `post`: its id is unique in its channel, or else in its feed."""
    return _digest(feed, post.channel, post.id)


def _digest(feed: str, channel: str, id_: str) -> int:
    scope = feed if channel == NO_CHANNEL else channel
    digest = blake2b(f"{scope}\0{id_}".encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest()) >> 1
