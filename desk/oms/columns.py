"""Which column of a list says what: header names that utilities and public lists use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

NAMES: dict[str, tuple[str, ...]] = {
    "id": (
        *("id", "outageid", "outagenumber", "outageno", "outagerecid", "mrid", "incident"),
        *("incidentid", "incidentnumber", "incidentno", "incidentref", "eventid", "eventnumber"),
        *("externaloutageid", "recid", "ticket", "ticketnumber", "outage", "event"),
    ),
    "started_at": (
        *("startedat", "start", "starttime", "startdatetime", "startdate", "outagestart"),
        *("outagestarttime", "outagetime", "offtime", "timeoff", "poweroff", "begin", "begintime"),
        *("beganat", "outagebegan", "interruptiontime", "actualperiodstart", "inizio", "inicio"),
    ),
    "recorded_at": (
        *("recordedat", "reported", "reportedat", "reportedtime", "timereported"),
        *("reportedstarttime", "earliestreportedtime", "created", "createdat", "createtime"),
        *("timeadded", "opened", "openedat", "firstcall", "calltime", "firstseen", "detectedat"),
    ),
    "restored_at": (
        *("restoredat", "restored", "restoretime", "restoredtime", "timerestored", "ontime"),
        *("timeon", "restorationtime", "actualrestorationtime", "end", "endedat", "endtime"),
        *("enddatetime", "actualperiodend", "lastseen", "fine", "fin"),
    ),
    "lat": ("lat", "latitude", "y", "latitudecentroid", "latitud", "latitudine"),
    "lon": ("lon", "lng", "long", "longitude", "x", "longitudecentroid", "longitud", "longitudine"),
    "position": ("geopoint2d", "geopoint", "latlon", "latlng", "coordinates", "position"),
    "place": (
        *("communities", "community", "communityid", "communitydescriptor", "city", "town"),
        *("place", "municipality", "area", "affectedarea", "suburb", "locality", "comune"),
        *("municipio", "localidad"),
    ),
    "county": ("county", "countyname", "provincia"),
    "zip": ("zip", "zipcode", "postcode", "postalcode", "zips", "cap", "codigopostal"),
    "customers": (
        *("customers", "custmax", "originalmetersaffected", "customersaffected", "customersout"),
        *("custaff", "estcustaff", "custaffected", "custout", "numcustout", "numcustomers"),
        *("nocustomersimpacted", "customersimpacted", "customercount", "metersaffected"),
        *("affectedcustomers", "affected", "cust", "clienti", "clientes"),
    ),
    "cause": (
        *("cause", "outagecause", "causekind", "causedescription", "incidentcause", "reason"),
        *("outagereason", "causa"),
    ),
    "status": (
        *("outagekind", "status", "outagestatus", "eventstate", "incidentstatus", "statuskind"),
        *("crewstatus", "crewfirst", "stato", "estado"),
    ),
    "crews": (
        *("crews", "crewsassigned", "crewsonsite", "crewcount", "numcrews", "crewstatus", "crew"),
        *("squadre", "brigadas", "cuadrillas"),
    ),
    "verified": ("verified", "confirmed"),
    "withdrawn": ("withdrawn", "discarded", "cancelled", "canceled"),
    "etr": (
        *("etr", "ert", "etor", "eta", "estimatedrestoration", "estimatedrestorationtime"),
        *("estimatedtimeofrestoration", "estrestoration", "estrestorationtime"),
    ),
    "updated_at": ("updatedat", "updated", "lastupdated", "lastupdate", "lastmodified"),
    "exercise": ("exercise", "drill", "simulated"),
}
"""Each field and the header names that mean it, the surer first; letters and digits alone count.

Seen in PG&E, Duke, Western Power and LUMA lists, in ODIN's records and in Oracle's outage files.
`customers` prefers what was out at most: later counts shrink as power comes back."""

_NO_LETTERS = re.compile(r"[^a-z0-9]")


def columns(headers: Iterable[str]) -> dict[str, str]:
    """The header that gives each field, of those that are there."""
    plain: dict[str, str] = {}
    for header in headers:
        plain.setdefault(_plain(header), header)
    found = {}
    for field, names in NAMES.items():
        for name in names:
            if name in plain:
                found[field] = plain[name]
                break
    return found


def _plain(header: str) -> str:
    return _NO_LETTERS.sub("", header.casefold())


def fields(row: Mapping[str, str], found: Mapping[str, str]) -> dict[str, str]:
    """What `row` says of each field, empty cells left out."""
    return {field: row[header] for field, header in found.items() if row.get(header, "").strip()}
