"""ODIN's records: CIM PubOutages as XML, and the rows of its public dataset as JSON.

The XML is that of IEC 61968-3 as ODIN's PubOutages profile has it
(https://odin.ornl.gov/downloadables/CIM/PubOutages.html); any namespace is read, since the profile
names `http://iec.ch/TC57/2014/FROutages#` and what ODIN serves
`http://iec.ch/TC57/2014/PubOutages#`. The dataset is Opendatasoft's, `{"results": [...]}`.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator

import msgspec

from desk.oms.record import NoListError, Record, from_json

_PATHS = {
    "id": ("mRID",),
    "started_at": ("actualPeriod/start",),
    "recorded_at": ("reportedStartTime", "OutageArea/earliestReportedTime"),
    "restored_at": ("actualPeriod/end",),
    "lat": ("Incident/Location/PositionPoints/yPosition",),
    "lon": ("Incident/Location/PositionPoints/xPosition",),
    "place": ("communityDescriptor", "OutageArea/communityDescriptor"),
    "customers": ("originalMetersAffected", "originalCustomersServed", "metersAffected"),
    "cause": ("causeKind", "cause"),
    "status": ("outageKind",),
    "etr": ("EstimatedRestorationTime/ert",),
}

_REMARKS = (
    ("exercise", "EXERCISE", "true"),
    ("withdrawn", "WITHDRAWN", "true"),
    ("verified", "not verified", "false"),
)


def read_odin_xml(text: str) -> Iterator[Record]:
    """The outages of a PubOutages document.

    Raises:
        NoListError: it is no XML, declares entities, or holds something else.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise NoListError("it has a DOCTYPE, which no PubOutages document has: leave it out")
    try:
        root = ET.fromstring(text.lstrip("\ufeff \t\r\n"))  # noqa: S314  no entities: see above
    except (ET.ParseError, ValueError) as error:
        raise NoListError(f"it is no XML: {error}") from None
    if _local(root.tag) not in ("PubOutages", "Outage"):
        raise NoListError(f"its root is {_local(root.tag)[:40]}, not PubOutages")
    outages = [root] if _local(root.tag) == "Outage" else list(root)
    for number, outage in enumerate(outages, 1):
        yield _record(f"record {number}", outage)


def _record(place: str, outage: ET.Element) -> Record:
    values = {}
    for field, paths in _PATHS.items():
        text = next(filter(None, (_at(outage, path) for path in paths)), "")
        if text:
            values[field] = text
    # PubOutages has no element for these: an export of the desk says it where people read
    remark = _at(outage, "utilityDisclaimer")
    values |= {field: value for field, word, value in _REMARKS if word in remark}
    return Record(place, values)


def _at(node: ET.Element, path: str) -> str:
    for name in path.split("/"):
        below = next((child for child in node if _local(child.tag) == name), None)
        if below is None:
            return ""
        node = below
    return (node.text or "").strip()


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def read_rows(text: str) -> Iterator[Record]:
    """The outages of JSON rows: a list, `results` of a page of the dataset, or JSON Lines.

    Raises:
        NoListError: it is no JSON, or holds no rows.
    """
    try:
        held = msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        yield from _lines(text)
        return
    if isinstance(held, dict):
        held = next((held[key] for key in ("results", "outages", "outage") if key in held), [held])
    if not isinstance(held, list):
        raise NoListError("it holds no list of outages: give rows, or an object with `results`")
    for number, row in enumerate(held, 1):
        yield _row(f"record {number}", row)


def _lines(text: str) -> Iterator[Record]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = msgspec.json.decode(line)
        except (msgspec.MsgspecError, RecursionError) as error:
            yield Record(str(number), fault=f"no JSON: {error}")
        else:
            yield _row(str(number), row)


def _row(place: str, row: object) -> Record:
    if not isinstance(row, dict):
        return Record(place, fault="no object: a row is {…}")
    held = row.get("fields", row)  # Opendatasoft's older exports wrap a row
    try:
        return from_json(place, held if isinstance(held, dict) else row)
    except NoListError as error:
        return Record(place, fault=str(error))
