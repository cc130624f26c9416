"""A post's way: intake, rules, places, outages, cases, store; one direction, in batches."""

from __future__ import annotations

from datetime import datetime

import msgspec

from desk.cases import Case, Cases
from desk.clock import EventClock
from desk.errors import StoreError
from desk.feeds import Batch
from desk.intake import Intake
from desk.outages import OutageChange, Outages
from desk.places import Locator
from desk.post import LabelledPost, Post, labelled
from desk.store import Commit, Store
from desk.territories import Territory
from rules import Engine, Verdict

REMEMBERED_FROM_STORE = 250_000


class Outcome(msgspec.Struct):
    """What a batch led to: labelled posts and outage changes in the order in which they arose.

    `accepted` counts new posts; `duplicates` those that had come before.
    """

    events: list[LabelledPost | OutageChange]
    cases: list[Case]
    accepted: int
    duplicates: int


class Pipeline:
    """The desk's work on posts, without screens; goes on where its store was.

    With `every_post`, posts without a label are among the events too.

    Raises:
        StoreError: the store was written by another version.
    """

    def __init__(
        self, engine: Engine, territory: Territory, store: Store, *, every_post: bool = False
    ) -> None:
        self.territory = territory
        self.store = store
        self.intake = Intake(exercise=store.exercise)
        for id_ in store.known_ids(REMEMBERED_FROM_STORE):
            self.intake.remember(id_)
        self.outages = Outages(territory, exercise=bool(store.exercise))
        self.cases = Cases()
        try:
            self.clock = EventClock(_saved_clock(store))
            self.outages.restore(store.states("outage").values())
            self.cases.restore(store.states("case").values())
        except msgspec.MsgspecError as error:
            raise StoreError(
                f"the store was written by another version of stormdesk ({error}):"
                " use another --data"
            ) from None
        self._engine = engine
        self._locator = Locator(territory)
        self._every_post = every_post

    def process(self, feed: str, batch: Batch) -> Outcome:
        """Take `batch` of `feed` through every step and store it with its cursor.

        Raises:
            StoreError: real and simulated posts would mix, or the disk failed; nothing is stored.
        """
        before = self.intake.duplicates
        posts = self.intake.accept(batch.posts)
        if posts and self.store.exercise is None:
            self._begin(exercise=posts[0].exercise)
        commit = Commit(feed=feed, cursor=batch.cursor)
        outcome = Outcome([], [], len(posts), self.intake.duplicates - before)
        for post, verdict in zip(posts, self._engine.classify(posts), strict=True):
            self._one(post, verdict, commit, outcome)
        commit.states = self._states()
        self.store.commit(commit)
        return outcome

    def _begin(self, *, exercise: bool) -> None:
        self.store.set_exercise(exercise)
        self.outages = Outages(self.territory, exercise=exercise)

    def _one(self, post: Post, verdict: Verdict, commit: Commit, outcome: Outcome) -> None:
        now = self.clock.advance(post.created_at)
        _count(commit, post, verdict.labels)
        if not verdict.labels:
            commit.unlabelled.append(post)
            if not self._every_post:
                return
        seen = labelled(post, verdict.labels, verdict.matches, self._locator.locate(post))
        outcome.events.append(seen)
        if not verdict.labels:
            return
        commit.labelled.append(seen)
        changes = self.outages.observe(seen, now)
        commit.changes += changes
        outcome.events += changes
        outcome.cases += self.cases.observe(seen)

    def _states(self) -> dict[tuple[str, str], bytes | None]:
        states = {("outage", id_): state for id_, state in self.outages.dirty().items()}
        states |= {("case", id_): state for id_, state in self.cases.dirty().items()}
        if self.clock.now is not None:
            states["clock", "event"] = msgspec.json.encode(self.clock.now)
        return states


def _count(commit: Commit, post: Post, labels: tuple[str, ...]) -> None:
    hour = post.created_at.strftime("%Y-%m-%dT%H")
    for label in ("", *labels):
        key = (hour, post.channel, label)
        commit.counts[key] = commit.counts.get(key, 0) + 1


def _saved_clock(store: Store) -> datetime | None:
    saved = store.states("clock").get("event")
    return None if saved is None else msgspec.json.decode(saved, type=datetime)
