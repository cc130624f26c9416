"""What screens ask of one outage: looked up in memory, or in the store once the desk forgot it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from desk.distance import distance_km
from desk.errors import FilterError
from desk.outages import ENDED, OutageChange
from desk.outages.change import PartCounts
from desk.pipeline import Pipeline
from desk.post import LabelledPost
from desk.serving.dossier import Belongs, Dossier
from desk.serving.held import Held
from desk.serving.outage_messages import Near, OutageDetail, OutagePart
from desk.serving.protocol import OutageRow

NEAR_SHOWN = 20
HISTORY_SHOWN = 200
"""Changes of note of one outage that a screen is told, the newest."""
PAST_HELD = 64
"""Outages that the desk has forgotten, read from the store and kept at hand."""


class OutageReader:
    """Reads outages for screens; `rows` are those that the desk holds in memory."""

    def __init__(self, pipeline: Pipeline, rows: Callable[[], Sequence[OutageRow]]) -> None:
        self._pipeline = pipeline
        self._rows = rows
        self._indexed: Sequence[OutageRow] = ()
        self._by_id: dict[str, OutageRow] = {}
        self._past: dict[str, OutageChange] = {}

    def known(self, id_: str) -> OutageChange | None:
        """The outage as it is now, or as it was last told of; None where there never was one."""
        row = self._row(id_)
        if row is not None:
            return row.outage
        if id_ not in self._past:
            changes = self._pipeline.store.changes_of(id_)
            if not changes:
                return None
            if len(self._past) >= PAST_HELD:
                self._past.clear()
            self._past[id_] = changes[-1]
        return self._past[id_]

    def begin_again(self) -> None:
        """Forget what was read: the feed has begun again."""
        self._past.clear()

    def belongs(self, id_: str) -> Belongs:
        """Whether posts speak of the outage of this id.

        Raises:
            FilterError: there is no such outage.
        """
        if self.known(id_) is None:
            raise FilterError(f"no outage '{id_}' at this desk: open one of the list")
        return self._belongs(id_)

    def dossier(self, id_: str, before: Dossier | None, held: Held) -> Dossier | None:
        """The dossier of an outage, still to be filled; `before` goes on as far as it holds."""
        outage = self.known(id_)
        if outage is None:
            return None
        if before is None or not before.holds_for(outage):
            return Dossier(outage, self._belongs(id_), held)
        before.outage = outage
        return before

    def detail(self, dossier: Dossier, place: str) -> OutageDetail:
        """What is known of an outage whose dossier is filled; `place` names it."""
        outage = dossier.outage
        now = self._pipeline.clock.now or outage.at
        told = self._pipeline.store.changes_of(outage.id)
        return OutageDetail(
            id=outage.id,
            outage=outage,
            place=place,
            parts=_parts(outage),
            history=tuple(of_note(told)[-HISTORY_SHOWN:]),
            series=dossier.series(outage.at if outage.status in ENDED else now),
            near=tuple(islice(self._near(outage), NEAR_SHOWN)),
            held=dossier.posts,
        )

    def _row(self, id_: str) -> OutageRow | None:
        rows = self._rows()
        if rows is not self._indexed:
            self._indexed = rows
            self._by_id = {row.outage.id: row for row in rows}
        return self._by_id.get(id_)

    def _belongs(self, id_: str) -> Belongs:
        return Belongs(id_, self.known, self._outage_of)

    def _outage_of(self, post: LabelledPost) -> str | None:
        # a desk that begins again has other outages: looked up with each post
        return self._pipeline.outages.outage_of(post)

    def _near(self, outage: OutageChange) -> Iterable[Near]:
        others = (row.outage for row in self._rows() if row.outage.id != outage.id)
        near = [
            Near(other.id, round(distance_km(outage.lat, outage.lon, other.lat, other.lon), 1))
            for other in others
            if other.status not in ENDED
        ]
        return sorted(near, key=lambda each: (each.km, each.id))


def of_note(changes: Sequence[OutageChange]) -> list[OutageChange]:
    """The changes of a status, of the communities, and those that people made."""
    noted: list[OutageChange] = []
    for change in changes:
        before = noted[-1] if noted else None
        if before is None or change.by is not None or _state(change) != _state(before):
            noted.append(change)
    return noted


def _state(change: OutageChange) -> tuple[object, ...]:
    return change.status, change.communities, change.verifying, change.merged_into, change.oms


def _parts(outage: OutageChange) -> tuple[OutagePart, ...]:
    """What is counted of each community, the one most spoken of first."""
    if not outage.parts:
        return tuple(_part(name, outage) for name in outage.communities[:1])
    found = [_part(name, part) for name, part in outage.parts.items()]
    return tuple(sorted(found, key=lambda part: (-part.posts, part.community)))


def _part(community: str, counts: PartCounts | OutageChange) -> OutagePart:
    return OutagePart(
        community,
        counts.posts,
        counts.authors,
        counts.hazards,
        counts.vulnerable,
        counts.damage,
    )
