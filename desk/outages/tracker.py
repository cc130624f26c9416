"""Outages from clusters of labelled posts, online and in event time.

A community is a cell. Posts that speak of one are heard there; enough witnesses within half an hour
make an outage of them (desk/outages/ladder.py says how many). Every decision hangs on the posts and
the event clock alone: on posts as they come, on time at the full minutes that the clock crosses. So
the same posts give the same outages at any speed and batch size, and after a restart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from desk.outages.actions import Action, perform
from desk.outages.agenda import next_look
from desk.outages.change import ENDED, OutageChange, Status
from desk.outages.cluster import (
    REPORT,
    RESTORED,
    SLOT_S,
    SUPPORT,
    Cluster,
    Heard,
    Part,
    Sighting,
    count_author,
    may_read,
    newest_of,
    trend,
    turn,
)
from desk.outages.evidence import hear, of_the_past, stragglers
from desk.outages.ground import Ground
from desk.outages.ladder import (
    ANNOUNCED_S,
    LEAST_LIKELY,
    WINDOWS_S,
    Need,
    fell_silent,
    need_announced,
    restored_parts,
    rung,
    settle,
    too_few,
    witnesses_needed,
)
from desk.outages.leaks import NextDoor
from desk.outages.memory import Memory, Tick
from desk.outages.rates import PARTS, part_of_day
from desk.outages.telling import change_of, told_of, worth_telling
from desk.outages.waves import (
    FEWEST_AT_ONCE,
    FEWEST_REPORTERS,
    all_at_once,
    announced_anew,
    lately,
    wave,
)
from desk.outages.witnesses import most, said_before
from desk.outages.words import Words
from desk.post import LabelledPost
from desk.territories.territory import Territory

MINUTE_S, HOUR_S = 60, 3600
QUARTER_S = 15 * 60
"""In each the hour is one, in every zone of the years that posts are of."""

DETECTED = ("likely", "confirmed")
LATE_S = 2 * 3600
"""How late a post may come and still count."""

HEARD_S = WINDOWS_S[-1] + LATE_S
"""How long posts of a community without an outage are kept."""

REOPENED_S = 48 * 3600
"""Reports so soon after an outage has ended reopen it: nearly always the same customers still lack
power (of simulated storms' outages one in a hundred began anew where one had ended before)."""

REMEMBERED_S = REOPENED_S
"""An ended outage stays in memory this long: for screens, stragglers and late posts."""

LONGEST_DOZE_H = 366 * 24

FORGET_EVERY_S = 10 * 60

NEIGHBOUR_START_S = 10 * 60
"""Overlapping neighbours with one cause lose power together, but for the reports' few minutes."""


class Outages:
    """The outages of a territory; `exercise` marks all of them as simulated."""

    def __init__(self, territory: Territory, *, exercise: bool = False) -> None:
        self.exercise = exercise
        self._places = {place.id: place for place in territory.community}
        self._ground = Ground(self._places)
        self._next_door = NextDoor(self._ground)
        self._zone = territory.zone
        self._words = Words(territory.zone)
        self._need_at = witnesses_needed(len(territory.community))
        self._needs: dict[tuple[str, int], Need] = {}
        self._lessons = 0
        self._quarter = (0, 0)
        self._memory = Memory()
        self._clock: datetime | None = None
        self._now_s = 0

    def observe(self, post: LabelledPost, clock: datetime) -> list[OutageChange]:
        """Count `post` as evidence, and tell what changed.

        `clock` is the desk's event clock, which never goes back. A post from after it counts as
        from now; one that is older than `LATE_S` comes too late to matter.
        """
        changes = [] if clock is self._clock else self.advance(clock)
        now_s = self._now_s
        heard = hear(post, now_s)
        if heard is None or heard.at_s <= now_s - LATE_S:
            return changes
        cluster = self._memory.outage_of(heard)
        if cluster is not None and heard.copy in cluster.seen:
            return changes
        if cluster is None or cluster.status in ENDED:
            if heard.community in self._places and not of_the_past(heard, cluster):
                heard = self._words.dated(heard, post)
                return [*changes, *self._listen(heard, self._words.bands(post))]
            return changes
        part = cluster.parts.get(heard.community)
        if (
            part is not None
            and heard.kind in (REPORT, SUPPORT)
            and (heard.announced or may_read(part, now_s))
        ):
            heard = self._words.dated(heard, post)
        if cluster.status == "suspected":
            is_new = heard.announced or not said_before(heard, cluster.whole.recent)
            self._memory.gather(cluster, heard, self._words.bands(post))
            return [*changes, *self._review(cluster, heard)] if is_new else changes
        if part is not None and heard.announced:
            customers = self._places[heard.community].customers
            reports = announced_anew(part, heard, cluster.sure_s, customers)
            if reports:
                changes.append(self._begin_wave(heard.community, part, reports, now_s))
                cluster = self._memory.latest(heard.community) or cluster
        # voices of restoration may close an outage: copies of one count here too
        own = part is not None and heard.kind == RESTORED
        self._memory.gather(cluster, heard, self._words.bands(post) if own else ())
        return changes

    def advance(self, clock: datetime) -> list[OutageChange]:
        """Let time pass up to `clock`: silence ends outages, growing ones are told of."""
        self._clock, self._now_s = clock, int(clock.timestamp())
        minute = self._now_s // MINUTE_S
        memory = self._memory
        if memory.tick is not None and memory.tick.minute >= minute:
            return []
        changes: list[OutageChange] = []
        tick = memory.tick = memory.tick or Tick(minute)
        while tick.minute < minute:
            if not memory.clusters and not memory.hearings:
                self._doze(tick.minute, minute)
                tick.minute = minute
                break
            tick.minute += 1
            changes += self._pass_minute(tick.minute * MINUTE_S)
        return changes

    def act(self, action: Action, at: datetime) -> list[OutageChange]:
        """Do what a person, or the utility's own list, says of an outage; tell what changed.

        Raises:
            OutageError: it can't be done; nothing has changed.
        """
        changes = self.advance(at)
        at_s = int(at.timestamp())
        for cluster in perform(self._memory, action, at_s):
            changes.append(self._tell(cluster, at_s, by=action.by))
        return changes

    def find(self, id_: str) -> OutageChange | None:
        """The outage of this id as it is now, where it is in memory."""
        cluster = self._memory.clusters.get(id_)
        return None if cluster is None else self._change(cluster, cluster.whole)

    def open(self) -> list[OutageChange]:
        """The outages that have not ended, oldest first."""
        return [self._change(c, c.whole) for c in self._memory.in_order() if not c.ended]

    def rows(self, now: datetime) -> list[tuple[OutageChange, tuple[int, ...]]]:
        """All outages in memory, with posts in 12 spans of 5 minutes up to `now`, newest last."""
        now_s = int(now.timestamp())
        outages = [(cluster, cluster.whole) for cluster in self._memory.in_order()]
        return [(self._change(c, said), trend(said, now_s)) for c, said in outages]

    def usual(self, now: datetime) -> tuple[float, int]:
        """People an hour who seem to report an outage at this time of day without one.

        And on how many days that was listened to; of none it is assumed.
        """
        part = part_of_day(self._hour_of(int(now.timestamp())))
        rates = self._memory.rates
        per_s = sum(rates.per_s(p.id, p.customers, part) for p in self._places.values())
        return HOUR_S * per_s, int(rates.listened_h[part] * PARTS // 24)

    def outage_of(self, post: LabelledPost) -> str | None:
        """The id of the outage that `post` is evidence of."""
        heard = hear(post, int(post.created_at.timestamp()))
        cluster = None if heard is None else self._memory.outage_of(heard)
        if heard is None or cluster is None or not cluster.whole.first_s <= heard.at_s:
            return None
        return None if cluster.ended and heard.at_s > cluster.turned_s else cluster.id

    def outage_at(self, community: str, at: datetime) -> str | None:
        """The id of the outage that a community had at a time, as far as it is in memory."""
        cluster = self._memory.latest(community)
        at_s = int(at.timestamp())
        if cluster is None or not cluster.whole.first_s <= at_s:
            return None
        return None if cluster.ended and at_s > cluster.turned_s else cluster.id

    def dirty(self) -> dict[str, bytes | None]:
        """What changed in memory since the last call: pieces to be stored under their keys.

        A piece that is None is to be deleted.
        """
        return self._memory.dirty()

    def restore(self, pieces: Iterable[bytes]) -> None:
        """Go on from the pieces that were stored; to be called once, before the first post."""
        self._memory.restore(pieces)

    def _listen(self, heard: Heard, bands: Sequence[int]) -> list[OutageChange]:
        """Hear a post of a community without an outage, which may now have one.

        One that seemed to be over goes on as soon as that is likely, or another has begun. `bands`
        are of the post's text.
        """
        memory, community, now_s = self._memory, heard.community, self._now_s
        held = memory.hear(heard, bands)
        if not held or (said_before(held[-1], held[:-1]) and not heard.announced):
            return []
        flooding = memory.flooding([community])
        held = [other for other in held if other.author not in flooding]
        past = memory.latest(community)
        if too_few(held) and not (past is not None and fell_silent(past)):
            return []
        announced_s = max((other.at_s for other in held if other.announced), default=0)
        if past is not None and fell_silent(past):
            need = self._wary_need([community], now_s, max(announced_s, past.whole.announced_s))
            status, _ = rung([*past.whole.recent, *held], heard.at_s, need)
            return [] if status is None else self._go_on(past, status, now_s)
        need = self._wary_need([community], now_s, announced_s)
        status, span = rung(held, heard.at_s, need, stragglers(past, now_s))
        if status is None:
            return []
        if past is not None and past.status == "restored":
            anew = all_at_once(span)
            if status != "likely" or (len(held) < FEWEST_AT_ONCE and not anew):
                return []
            if not anew:
                return self._go_on(past, "confirmed" if past.confirmed else "likely", now_s)
        memory.unhear(community)
        started_s = min(heard.at_s for heard in span if heard.kind == REPORT)
        parts = {community: Part(started_s=started_s, first_s=started_s)}
        cluster = near = self._neighbour(community, started_s)
        if cluster is None:
            cluster = memory.begin(parts, now_s, status)
            cluster.sure_s = now_s if status == "likely" else 0
        else:
            memory.join(cluster, parts)
        passed_over = {other.copy: other.at_s for other in held if other not in span}
        cluster.seen = newest_of(passed_over | cluster.seen)
        for item in span:
            memory.gather(cluster, item)
        return self._review(cluster, heard) if near else [self._tell(cluster, now_s)]

    def _go_on(self, past: Cluster, status: Status, now_s: int) -> list[OutageChange]:
        """Let an outage that had ended go on, with what was heard since."""
        for community in past.parts:
            for heard in self._memory.unhear(community):
                self._memory.gather(past, heard)
        return [self._turn(past, status, now_s)]

    def _neighbour(self, community: str, started_s: int) -> Cluster | None:
        """The outage of an overlapping neighbour that began together with this one."""
        for name in self._ground.overlapping(community):
            near = self._memory.latest(name)
            if near is None or near.ended or name != next(iter(near.parts)):
                continue
            if abs(near.started_s - started_s) <= NEIGHBOUR_START_S:
                return near
        return None

    def _review(self, cluster: Cluster, heard: Heard) -> list[OutageChange]:
        """See whether a post makes a suspected outage likely."""
        if cluster.status != "suspected":
            return []
        said = cluster.whole
        flooding = self._memory.flooding(cluster.parts)
        witnesses = [seen for seen in said.recent if seen.author not in flooding]
        if most(witnesses)[0] < LEAST_LIKELY:
            return []
        need = self._wary_need(cluster.communities, self._now_s, said.announced_s)
        status, _ = rung(witnesses, heard.at_s, need)
        return [self._turn(cluster, "likely", self._now_s)] if status == "likely" else []

    def _pass_minute(self, now_s: int) -> list[OutageChange]:
        changes: list[OutageChange] = []
        for cluster in self._memory.to_look_at(now_s):
            if cluster.status != "suspected":
                changes += self._part_waves(cluster, now_s)
            if len(cluster.parts) > 1:
                changes += self._part_restored(cluster, now_s)
            said = cluster.whole
            status = settle(cluster, said, now_s)
            if status != cluster.status or worth_telling(cluster, said, now_s):
                changes.append(self._turn(cluster, status, now_s))
            self._memory.agenda.put(cluster.id, next_look(cluster, said, now_s))
        if now_s % FORGET_EVERY_S == 0:
            self._memory.forget(now_s - HEARD_S, now_s - REMEMBERED_S, self._hour_of)
        if now_s % HOUR_S == 0:
            self._memory.listen(self._hour_of(now_s))
        return changes

    def _doze(self, minute: int, until: int) -> None:
        """Let the hours pass in which nothing is held in memory, a year of them at most."""
        first, last = minute // 60, until // 60
        for hour in range(max(first, last - LONGEST_DOZE_H), last):
            self._memory.listen(self._hour_of((hour + 1) * HOUR_S))

    def _hour_of(self, at_s: int) -> int:
        quarter, hour = self._quarter
        if at_s // QUARTER_S != quarter:
            hour = datetime.fromtimestamp(at_s, self._zone).hour
            self._quarter = at_s // QUARTER_S, hour
        return hour

    def _part_restored(self, cluster: Cluster, now_s: int) -> list[OutageChange]:
        """Part what is restored of an outage from where it goes on."""
        leaving = restored_parts(cluster, now_s)
        if not leaving:
            return []
        parts = {name: cluster.parts.pop(name) for name in leaving}
        made = self._memory.begin(parts, now_s, "restoring")
        made.confirmed = cluster.confirmed
        return [self._turn(made, "restored", now_s), self._tell(cluster, now_s)]

    def _part_waves(self, cluster: Cluster, now_s: int) -> list[OutageChange]:
        """Begin an outage of its own where a far larger loss has come upon an open one."""
        changes = []
        for community, part in cluster.parts.items():
            if lately(part, now_s) < FEWEST_REPORTERS:
                continue
            if self._memory.latest(community) is not cluster:
                continue
            customers = self._places[community].customers
            reports = wave(part, now_s, cluster.sure_s, customers)
            if reports:
                changes.append(self._begin_wave(community, part, reports, now_s))
        return changes

    def _begin_wave(
        self, community: str, part: Part, reports: list[Sighting], now_s: int
    ) -> OutageChange:
        begun_s = min(seen.at_s for seen in reports)
        fresh = Part(started_s=begun_s, first_s=begun_s)
        fresh.recent = [seen for seen in part.recent if seen.at_s >= begun_s]
        fresh.evidence = [post for post in part.evidence if post[0] >= begun_s]
        for seen in fresh.recent:
            count_author(fresh, seen.author, 0)
        fresh.posts = max(len(fresh.recent), len(fresh.authors))
        fresh.last_s = fresh.voice_s = fresh.report_s = max(seen.at_s for seen in reports)
        fresh.faded = now_s // SLOT_S
        fresh.reports = {fresh.faded: len(reports)}
        cluster = self._memory.begin({community: fresh}, now_s, "likely")
        cluster.sure_s = now_s
        return self._tell(cluster, now_s)

    def _need(self, communities: Iterable[str], at_s: int) -> Need:
        """What makes an outage of these communities likely: what the noisiest of them needs."""
        part = part_of_day(self._hour_of(at_s))
        return max([self._need_of(name, part) for name in communities])

    def _wary_need(self, communities: Iterable[str], at_s: int, announced_s: int = 0) -> Need:
        """The need, and more beside large outages, which people place next door by mistake.

        Less where a headline lately counted customers without power, at `announced_s`.
        """
        names = tuple(communities)
        need = self._next_door.need(names, self._need(names, at_s), self._memory.latest, at_s)
        return need_announced(need) if announced_s > at_s - ANNOUNCED_S else need

    def _need_of(self, community: str, part: int) -> Need:
        if self._lessons != self._memory.lessons:
            self._needs.clear()
            self._lessons = self._memory.lessons
        need = self._needs.get((community, part))
        if need is None:
            customers = self._places[community].customers
            need = self._need_at(self._memory.rates.per_s(community, customers, part))
            self._needs[community, part] = need
        return need

    def _turn(self, cluster: Cluster, status: Status, now_s: int) -> OutageChange:
        """Give `cluster` its status, and tell of it."""
        if status != cluster.status:
            turn(cluster, status, now_s)
            if not cluster.sure_s and status in DETECTED:
                cluster.sure_s = now_s
        return self._tell(cluster, now_s)

    def _tell(self, cluster: Cluster, now_s: int, by: str | None = None) -> OutageChange:
        said = cluster.whole
        cluster.told = told_of(cluster, said, now_s)
        self._memory.turned(cluster)
        return self._change(cluster, said, by)

    def _change(self, cluster: Cluster, said: Part, by: str | None = None) -> OutageChange:
        need = self._need(cluster.parts, cluster.told.at_s)
        return change_of(cluster, said, self._places, need, by=by, exercise=self.exercise)
