"""Reads the utility's own list of outages: CSV, ODIN's records, GeoJSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from zoneinfo import ZoneInfo

from desk.errors import OmsError
from desk.oms.geojson import is_geojson, read_geojson
from desk.oms.odin import read_odin_xml, read_rows
from desk.oms.outage import OVER, OmsOutage, OmsStatus
from desk.oms.places import Places
from desk.oms.record import NoListError, Record
from desk.oms.table import decoded, read_table
from desk.oms.values import (
    BadValueError,
    is_nothing,
    quoted,
    read_count,
    read_degrees,
    read_pair,
    read_time,
)
from desk.territories.territory import Territory

Warn = Callable[[str], None]
MOST_BYTES = 256 << 20

_STATUSES: tuple[tuple[OmsStatus, tuple[str, ...]], ...] = (
    (
        "predicted",
        ("predict", "infer", "suspect", "unverif", "probable", "assumed", "possible", "likely"),
    ),
    ("partiallyRestored", ("partial", "restoring")),
    ("restored", ("restored", "complete", "resolved", "energized", "ripristinat", "restablecid")),
    ("closed", ("closed", "chius", "cerrad")),
)
_WITHDRAWN = ("cancel", "void", "false", "nooutage", "no outage", "withdrawn", "duplicate")
_YES = ("true", "yes", "1", "exercise", "y")
_NO = ("false", "no", "0", "n")


def read_oms(path: Path, territory: Territory, warn: Warn) -> list[OmsOutage]:
    """The outages of a list, in the order of their ids; of one id the last line counts.

    What the utility has withdrawn is left out. `warn` is told of each line that can't be read.

    Raises:
        OmsError: the file can't be read, or is no list of outages.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise OmsError(f"can't read {path}: it is over {MOST_BYTES >> 20} MiB: cut it by date")
        data = path.read_bytes()
    except OSError as error:
        raise OmsError(
            f"can't read {path}: {error.strerror}; --oms is a CSV, ODIN or GeoJSON file"
        ) from None
    try:
        return read_records(_records(decoded(data)), str(path), territory, warn)
    except NoListError as error:
        raise OmsError(f"{path}: no list of outages: {error}") from None


def read_records(
    records: Iterable[Record], name: str, territory: Territory, warn: Warn
) -> list[OmsOutage]:
    """The outages of records as of `read_oms`; `name` says where they come from.

    Raises:
        OmsError: none of them can be read.
    """
    reader = _Reader(territory)
    found: dict[str, OmsOutage] = {}
    good = bad = 0
    for record in records:
        try:
            outage = reader.outage(record)
        except BadValueError as error:
            warn(f"{name}:{record.place}: skipped: {error}")
            bad += 1
            continue
        good += 1
        if outage is not None:
            found[outage.id] = outage
    if bad and not good:
        raise OmsError(f"{name}: no list of outages: none of its {bad:,} lines can be read")
    return [found[id_] for id_ in sorted(found)]


def _records(text: str) -> Iterator[Record]:
    begin = text.lstrip("\ufeff \t\r\n")[:1]
    if begin == "<":
        return read_odin_xml(text)
    if begin in ("{", "["):
        return read_geojson(text) if is_geojson(text) else read_rows(text)
    return read_table(text)


class _Reader:
    """Makes outages of records, in a territory."""

    def __init__(self, territory: Territory) -> None:
        self._places = Places(territory)
        self._territory = territory
        self._zone: ZoneInfo = territory.zone

    def outage(self, record: Record) -> OmsOutage | None:
        """The outage of a record; None where the utility has withdrawn it."""
        if record.fault:
            raise BadValueError(record.fault)
        said = {field: text for field, text in record.values.items() if not is_nothing(text)}
        status = said.get("status", "")
        withdrawn = said.get("withdrawn", "").casefold() in _YES
        if withdrawn or any(word in status.casefold() for word in _WITHDRAWN):
            return None
        started, recorded = self._time(said, "started_at"), self._time(said, "recorded_at")
        begun = started or recorded
        if begun is None:
            raise BadValueError("it does not say when the outage began: fill started_at")
        lat, lon, communities = self._where(said, record)
        updated = self._hint(said, "updated_at")
        kind, restored = self._end(said, begun, updated)
        return OmsOutage(
            id=said.get("id") or _made_up(record),
            started_at=begun,
            restored_at=restored,
            lat=lat,
            lon=lon,
            communities=communities,
            customers=read_count(said["customers"]) if "customers" in said else None,
            cause=said.get("cause"),
            status=kind,
            etr=self._hint(said, "etr"),
            updated_at=updated,
            recorded_at=recorded,
            start_known=started is not None,
            crews=said.get("crews"),
            exercise=said.get("exercise", "").casefold() in _YES,
        )

    def _end(
        self, said: dict[str, str], begun: datetime, updated: datetime | None
    ) -> tuple[OmsStatus, datetime | None]:
        """The status, and when it was restored, as each tells of the other."""
        if said.get("restored_at", "").casefold() in _NO:
            del said["restored_at"]  # a column that says whether, not when
        kind, restored = _status(said.get("status", "")), self._time(said, "restored_at")
        if restored is not None and restored < begun:
            raise BadValueError("it was restored before it began: mend one of the two times")
        if restored is None and kind in OVER:
            restored = updated if updated and updated >= begun else None
        elif restored is not None and kind == "confirmed":
            kind = "restored"
        if said.get("verified", "").casefold() in _NO:
            kind = "predicted"
        return kind, restored

    def _time(self, said: dict[str, str], field: str) -> datetime | None:
        return read_time(said[field], self._zone) if field in said else None

    def _hint(self, said: dict[str, str], field: str) -> datetime | None:
        """A time that may be words, such as "assessing": no reason to lose an outage."""
        try:
            return self._time(said, field)
        except BadValueError:
            return None

    def _where(self, said: dict[str, str], record: Record) -> tuple[float, float, tuple[str, ...]]:
        """Latitude, longitude and communities: by name where it is known, else by position.

        A county is larger than what people name, so it counts only where nothing else is said.
        """
        pair = read_pair(said["position"]) if "position" in said else None
        lat_text, lon_text = pair or (said.get("lat"), said.get("lon"))
        places = self._places
        named = places.named(said.get("place", ""))
        if not named and "zip" in said:
            place = places.with_zip(said["zip"])
            named = (place.id,) if place else ()
        if lat_text is not None and lon_text is not None:
            lat = read_degrees(lat_text, 90, "latitude")
            lon = read_degrees(lon_text, 180, "longitude")
            around = places.inside(record.ring) if record.ring else ()
            return lat, lon, named or tuple(sorted({*around, *places.at(lat, lon)}))
        named = named or places.named(said.get("county", ""))
        if not named:
            where = said.get("place") or said.get("zip") or said.get("county")
            what = f"{quoted(where)} is no place of {self._territory.name}" if where else "no place"
            raise BadValueError(f"{what}: give lat and lon, or a community's name, alias or ZIP")
        return *places.centre(named), named


def _status(text: str) -> OmsStatus:
    """The status that the utility's words mean; whatever else it says, it knows of the outage."""
    words = text.casefold()
    for status, stems in _STATUSES:
        if status.casefold() == words or any(stem in words for stem in stems):
            return status
    return "confirmed"


def _made_up(record: Record) -> str:
    """An id for a record without one: the same as long as it says the same place and beginning."""
    fields = ("started_at", "recorded_at", "place", "zip", "lat", "lon", "position")
    said = "|".join(record.values.get(field, "") for field in fields)
    return "row-" + blake2b(said.encode("utf-8", "replace"), digest_size=6).hexdigest()
