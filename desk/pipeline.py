"""A post's way: intake, rules, places, outages, cases, store; one direction, in batches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from time import perf_counter, thread_time

import msgspec

from desk.accounts import Account, LookAlikes, Own
from desk.announcements import Announcements
from desk.cases import PAST, Case, CaseAction, CaseDone, Cases, Mode
from desk.cases.joining import without_words
from desk.clock import EventClock
from desk.deletions import EDITED
from desk.errors import OutageError, StoreError
from desk.feeds import Batch, Deleted, Fault
from desk.feeds.warning import WeatherWarning
from desk.intake import Accepted, Intake
from desk.labelling import MEMO_CHUNKS
from desk.oms.live import LiveOms
from desk.outages import Action, Done, OutageChange, Outages
from desk.places import REMEMBERED, Locator
from desk.post import LabelledPost, Post, labelled
from desk.replies.replies import Replies
from desk.reports.pulse import PulseTaker
from desk.sampling import Sampling
from desk.settings import Settings, load_settings
from desk.store import Commit, Store
from desk.territories import Territory
from desk.warnings import Warnings
from desk.warnings.held import KIND as WARNINGS
from rules import Engine, Verdict
from rules.pack import LIMIT_DEFAULT, Pack

HOUR_S = 3600
STAGES = ("intake", "rules", "places", "outages", "cases", "store")


class Taken(msgspec.Struct):
    """A batch behind the intake: its new posts wait for their verdicts."""

    feed: str
    cursor: str
    accepted: Accepted
    restart: bool = False
    faults: tuple[Fault, ...] = ()
    warnings: tuple[WeatherWarning, ...] | None = None
    deleted: tuple[Deleted, ...] = ()


class Outcome(msgspec.Struct):
    """What a batch led to: labelled posts and outage changes in the order in which they arose.

    `cases` are those that changed, each once; `gone` are ids of those that left memory.
    `accepted` counts new posts, `duplicates` those that had come before; `refused` are real posts
    at an exercise, or simulated ones at a real desk. `seconds` counts new posts by event second.
    `restarted` says that everything before was forgotten. `deleted` are posts whose words have left
    the store, with their numbers there.
    """

    events: list[LabelledPost | OutageChange]
    cases: list[Case]
    accepted: int
    duplicates: int
    refused: list[Fault]
    seconds: dict[int, int]
    gone: list[str] = []
    restarted: bool = False
    deleted: list[tuple[int, LabelledPost]] = []


class Pipeline:
    """The desk's work on posts, without screens; goes on where its store was.

    With `every_post`, posts without a label are among the events too. `work_s` counts CPU
    seconds by stage. Without an `engine` verdicts come from elsewhere, between `take` and `finish`;
    without `settings` the built-in ones hold. `accounts` are the utility's own beside those of the
    settings: a storm brings them. `packs` are what the rules are of, where they are elsewhere, and
    `settings_folder` is where the settings were read.

    Raises:
        StoreError: the store was written by another version.
    """

    def __init__(
        self,
        engine: Engine | None,
        territory: Territory,
        store: Store,
        settings: Settings | None = None,
        *,
        every_post: bool = False,
        accounts: Sequence[Account] = (),
        packs: Sequence[Pack] = (),
        settings_folder: Path | None = None,
    ) -> None:
        self.territory = territory
        self.store = store
        self.settings = settings or load_settings()
        self.intake = Intake(exercise=store.exercise)
        for digest in store.known():
            self.intake.remember(digest)
        self.outages = Outages(territory, exercise=bool(store.exercise))
        self.own = Own((*self.settings.accounts.account, *accounts))
        self.look_alikes = self._look_alikes()
        self.cases = self._no_cases()
        self.replies = Replies(self)
        self.announcements = Announcements(self, self.replies)
        self.pulse = PulseTaker(store.last_pulse())
        self.warnings = Warnings(territory)
        self._sampling = Sampling()
        self.clock = self._restore()
        self._engine = engine
        self._packs = packs
        self.settings_folder = settings_folder
        self.work_s = dict.fromkeys(STAGES, 0.0)
        self._locator = Locator(territory)
        self._locator.restore(store.newest(REMEMBERED))
        self._every_post = every_post

    def _look_alikes(self) -> LookAlikes:
        return LookAlikes(self.own.accounts, self.settings.accounts.look_alikes)

    def _restore(self) -> EventClock:
        """Go on with the outages, cases and clock of the store."""
        saved = self.store.states("clock").get("event")
        try:
            clock = msgspec.json.decode(saved, type=EventClock) if saved else EventClock()
            self.outages.restore(self.store.states("outage").values())
            self.replies.restore()
            self.announcements.restore()
            self.look_alikes.restore(self.store.states("look_alike").values())
            self.warnings.restore(self.store.states(WARNINGS))
            self.oms = LiveOms(self.store.states("oms").get("told"))
            rows = [] if clock.now is None else self.outages.rows(clock.now)
            self.cases.restore(self.store.states, (row for row, _ in rows), clock.now)
        except msgspec.MsgspecError as error:
            raise StoreError(
                f"the store was written by another version of stormdesk ({error}):"
                " use another --data"
            ) from None
        except KeyError as error:
            raise StoreError(
                f"the store has an outage in {error}, which {self.territory.name} no longer has:"
                " put the community back, or use another --data"
            ) from None
        return clock

    def rules_hold(self, term: str) -> bool:
        """Whether phrases of the rules hold every word of a term."""
        if self._engine is None:
            own = [one.handle for one in self.own.accounts]
            self._engine = Engine(self._packs, accounts=own, memo_chunks=MEMO_CHUNKS)
        return not any(map(self._engine.is_idle, term.split()))

    def limits(self) -> dict[str, float]:
        """The lowest scores that count, of rules with a limit of their own."""
        rules = (rule for pack in self._packs for rule in pack.rules)
        return {rule.id: rule.limit for rule in rules if rule.limit != LIMIT_DEFAULT}

    def process(self, feed: str, batch: Batch) -> Outcome:
        """Take `batch` of `feed` through every step and store it with its cursor.

        Where the feed begins again, everything is forgotten first.

        Raises:
            FeedError: the feed begins again, and this desk is real or keeps its store.
            StoreError: the disk failed and nothing is stored. The desk in memory is then ahead of
                its store: it must end, and begin again from there.
        """
        taken = self.take(feed, batch)
        begin_s = thread_time()
        assert self._engine is not None, "verdicts come from elsewhere"
        verdicts = self._engine.classify(taken.accepted.posts)
        self.work_s["rules"] += thread_time() - begin_s
        return self.finish(taken, verdicts)

    def take(self, feed: str, batch: Batch) -> Taken:
        """The first half of `process`: sort out the posts of a batch.

        Batches of one feed must be finished in the order in which they were taken.

        Raises:
            FeedError: the feed begins again, and this desk is real or keeps its store.
        """
        begin_s = thread_time()
        if batch.restart:
            self.store.check_forgetful()
            self.intake = Intake(exercise=self.store.exercise)
        accepted = self.intake.accept(feed, batch.posts)
        if self.store.exercise is None and accepted.posts:
            self._begin(exercise=accepted.posts[0].exercise)
        self.work_s["intake"] += thread_time() - begin_s
        return Taken(
            feed, batch.cursor, accepted, batch.restart, batch.faults, batch.warnings, batch.deleted
        )

    def finish(self, taken: Taken, verdicts: Sequence[Verdict]) -> Outcome:
        """The second half of `process`: what the verdicts, one a post, lead to; errors as there."""
        accepted = taken.accepted
        if taken.restart:
            self._begin_again()
        commit = Commit(feed=taken.feed, cursor=taken.cursor, digests=accepted.digests)
        outcome = Outcome([], [], len(accepted.posts), accepted.duplicates, accepted.refused, {})
        outcome.restarted = taken.restart
        spans = _Spans()
        begin_s = thread_time()
        for post, verdict in zip(accepted.posts, verdicts, strict=True):
            self._one(post, verdict, commit, outcome, spans)
        end_s = thread_time()
        spans.share_out(end_s - begin_s, self.work_s)
        commit.faults, commit.at = taken.faults, self.clock.now
        commit.deleted = [each for each in taken.deleted if self._concerns(taken.feed, each)]
        self._forget_words(commit)
        if taken.warnings is not None:
            new = self.warnings.replace(taken.feed, taken.warnings)
            outcome.refused += self.intake.refuse_warnings(new)
        self._settle(commit, outcome)
        self.work_s["store"] += thread_time() - end_s
        return outcome

    def act(self, action: Action) -> Outcome:
        """Do what a person, or the utility's own list, says of an outage, at the event clock.

        Raises:
            OutageError: it can't be done; nothing has changed.
            StoreError: as of `process`.
        """
        now = self.clock.now
        if now is None:
            raise OutageError("there are no outages yet: this desk has had no posts")
        changes = self.outages.act(action, now)
        self.cases.link(changes, self.outages.outage_at)
        return self.settle(Commit(changes=changes, actions=[Done(at=now, action=action)]))

    def act_on_case(self, action: CaseAction, now: datetime) -> tuple[CaseDone, Outcome]:
        """Do what a person wants done to a case, at desk time `now`.

        Raises:
            CaseError: it can't be done; nothing has changed.
            StoreError: as of `process`.
        """
        self.cases.pass_time(now)
        for id_ in (action.case, action.into):
            self.recall(id_)
        done = self.cases.act(action, now)
        return done, self.settle()

    def set_mode(self, mode: Mode, by: str, now: datetime) -> Outcome:
        """Switch how the desk works; errors as of `process`."""
        self.cases.set_mode(mode, by, now)
        return self.settle()

    def recall(self, id_: str) -> Case | None:
        """The case of this id, taken back into memory where it had left it."""
        case = self.cases.get(id_)
        past = self.store.state(PAST, id_) if id_ and case is None else None
        return self.cases.recall(past) if past is not None else case

    def case(self, id_: str) -> Case | None:
        """The case of this id, from memory or from the store."""
        case = self.cases.get(id_)
        past = self.store.state(PAST, id_) if id_ and case is None else None
        return msgspec.json.decode(past, type=Case) if past is not None else case

    def settle(self, commit: Commit | None = None) -> Outcome:
        """Store `commit` with all that has changed in memory, in one transaction; its outcome.

        Raises:
            StoreError: as of `process`.
        """
        commit = commit or Commit()
        outcome = Outcome([*commit.changes], [], 0, 0, [], {})
        self._settle(commit, outcome)
        return outcome

    def _settle(self, commit: Commit, outcome: Outcome) -> None:
        changes = self.cases.changes()
        outcome.cases, outcome.gone = changes.cases, changes.gone
        commit.events += changes.events
        commit.undone += changes.undone
        commit.states |= self._states() | changes.pieces
        commit.pulse += self.pulse.take(self.cases)
        self.store.commit(commit)
        outcome.deleted = self.store.deletions.blanked()

    def _concerns(self, feed: str, deleted: Deleted) -> bool:
        """Whether a deletion may be of a post that this desk has."""
        if deleted.exercise is not bool(self.store.exercise):
            return False
        # of all that is deleted on Bluesky hardly anything was ever accepted here
        is_known = self.intake.knows(feed, deleted.channel, deleted.id)
        return is_known or deleted.channel != "bluesky"

    def _forget_words(self, commit: Commit) -> None:
        """Let cases no longer show the words of what is deleted."""
        for deleted in commit.deleted:
            new = [post.id for post in commit.labelled if post.channel == deleted.channel]
            new = [id_ for id_ in new if id_.partition(EDITED)[0] == deleted.id]
            for id_ in (*self.store.deletions.ids(deleted), *new):
                if not self.cases.forget_words(deleted.channel, id_):
                    self._forget_past_words(id_, commit)

    def _forget_past_words(self, post: str, commit: Commit) -> None:
        """The same for a case that has left memory: looked for among all of these."""
        found = self.store.ask(
            "SELECT id, json FROM states WHERE kind = ? AND instr(CAST(json AS TEXT), ?) > 0",
            PAST,
            msgspec.json.encode(post).decode(),
        )
        for id_, json in found:
            case = without_words(msgspec.json.decode(json, type=Case), post)
            commit.states[PAST, id_] = msgspec.json.encode(case)

    def _begin_again(self) -> None:
        self.store.forget()
        self.outages = Outages(self.territory, exercise=bool(self.store.exercise))
        self.cases = self._no_cases()
        self.replies.forget()
        self.announcements.forget()
        self.look_alikes = self._look_alikes()
        self.pulse = PulseTaker()
        self.oms.forget()
        self.warnings.forget()
        self._locator.forget()
        self._sampling = Sampling()
        self.clock = EventClock()

    def _no_cases(self) -> Cases:
        return Cases(
            self.settings.policy,
            account_of=self.own.addressed,
            read=self.store.posts_of,
            answering=self._is_answering,
            replied=self._case_replied,
        )

    def _case_replied(self, channel: str, remote: str) -> str | None:
        """The case in which a reply went out that has this id in its channel."""
        return self.replies.outbox.case_of(channel, remote)

    def _is_answering(self, case: str) -> bool:
        """Whether a reply to a case is on its way."""
        return self.replies.outbox.is_answering(case)

    def _begin(self, *, exercise: bool) -> None:
        self.store.set_exercise(exercise)
        self.outages = Outages(self.territory, exercise=exercise)

    def _one(
        self, post: Post, verdict: Verdict, commit: Commit, outcome: Outcome, spans: _Spans
    ) -> None:
        at, clock = post.created_at, self.clock
        if not clock.follows(at) and clock.advance(at, post.author_key):
            self._go_back(commit)
        now = clock.now or at
        self.cases.pass_time(now)
        self.pulse.tick(now, self.cases)
        posing = self.look_alikes.observe(post)
        at_s = int(at.timestamp())
        second = at_s if at <= now else int(now.timestamp())
        outcome.seconds[second] = outcome.seconds.get(second, 0) + 1
        hour = _hour(at_s // HOUR_S)
        _count(commit.counts, hour, post.channel, verdict.labels)
        if not verdict.labels:
            if self._sampling.takes(now):
                commit.unlabelled.append(post)
            if not self._every_post:
                return
        begin_s = perf_counter()
        seen = labelled(post, verdict.labels, verdict.matches, self._locator.locate(post))
        if verdict.labels:
            self._locator.remember(seen)
        located_s = perf_counter()
        spans.places_s += located_s - begin_s
        outcome.events.append(seen)
        if not verdict.labels:
            return
        commit.labelled.append(seen)
        if seen.location is not None:
            _count(commit.place_counts, hour, seen.location.community, seen.labels)
        changes = self.outages.observe(seen, now)
        changed_s = perf_counter()
        spans.outages_s += changed_s - located_s
        commit.changes += changes
        outcome.events += changes
        for done, confirmed in self.oms.advance(self.outages, now):
            commit.actions.append(done)
            commit.changes += confirmed
            outcome.events += confirmed
            changes = [*changes, *confirmed]
        if changes:
            self.cases.link(changes, self.outages.outage_at)
        if not posing and self.own.wrote(post) is None:
            self._open_case(seen, now, verdict.lang)
        spans.cases_s += perf_counter() - changed_s

    def _go_back(self, commit: Commit) -> None:
        """The first date was a wrong one, and one author makes no outage: nothing was told yet."""
        self.outages = Outages(self.territory, exercise=bool(self.store.exercise))
        self.oms.forget()
        self.cases.forget_outages()
        self.pulse, commit.pulse_anew = PulseTaker(), True
        self._sampling = Sampling()
        commit.states = {("outage", id_): None for id_ in self.store.states("outage")}

    def _open_case(self, post: LabelledPost, now: datetime, lang: str) -> None:
        case = self.cases.observe(post, now, self.outages.outage_of(post), lang)
        if case is not None and case.contacts == 1 and post.repost_of is None:
            self.pulse.arrive(skipped=self.cases.is_skipped(case))

    def _states(self) -> dict[tuple[str, str], bytes | None]:
        states = {("outage", id_): state for id_, state in self.outages.dirty().items()}
        states |= {("look_alike", id_): state for id_, state in self.look_alikes.dirty().items()}
        states |= self.replies.dirty() | self.announcements.dirty()
        states |= self.oms.state() | self.warnings.dirty()
        states["clock", "event"] = msgspec.json.encode(self.clock)
        return states


class _Spans:
    """Wall seconds that the posts of a batch spent in the stages between intake and store.

    To ask for CPU seconds is a call of the system, which takes longer than a stage may.
    """

    __slots__ = ("begin_s", "cases_s", "outages_s", "places_s")

    def __init__(self) -> None:
        self.begin_s = perf_counter()
        self.places_s = self.outages_s = self.cases_s = 0.0

    def share_out(self, cpu_s: float, work_s: dict[str, float]) -> None:
        """Count the CPU seconds that all of it took by stage, in proportion."""
        whole_s = perf_counter() - self.begin_s
        share = cpu_s / whole_s if whole_s > 0 else 0.0
        work_s["places"] += share * self.places_s
        work_s["outages"] += share * self.outages_s
        work_s["cases"] += share * self.cases_s
        work_s["intake"] += cpu_s - share * (self.places_s + self.outages_s + self.cases_s)


def _count(
    counts: dict[tuple[str, str, str], int], hour: str, of: str, labels: tuple[str, ...]
) -> None:
    key = (hour, of, "")
    counts[key] = counts.get(key, 0) + 1
    for label in labels:
        key = (hour, of, label)
        counts[key] = counts.get(key, 0) + 1


@lru_cache(maxsize=64)
def _hour(hours: int) -> str:
    """The hour with this number since 1970 as the store writes it."""
    return datetime.fromtimestamp(hours * HOUR_S, UTC).strftime("%Y-%m-%dT%H")
