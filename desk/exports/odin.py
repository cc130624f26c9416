"""CIM PubOutages (IEC 61968-3) as ODIN takes them.

Elements, their order and their occurrence are those of the PubOutages profile
(https://odin.ornl.gov/downloadables/CIM/PubOutages.html): `mRID` and `Names` must be there, all
others may. The namespace is that of the documents which ODIN serves; the profile's page names
`http://iec.ch/TC57/2014/FROutages#`. No number of meters or customers is ever given: the desk knows
none.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from desk.errors import ExportError
from desk.exports.handover import CAUSES, Handed, Handover, Made, printable, utc
from desk.exports.xml import add, add_known, begin, document, read_document, written

NAMESPACE = "http://iec.ch/TC57/2014/PubOutages#"
WGS_84 = "urn:ogc:def:crs:EPSG::4326"
NAME_TYPE = "stormdesk outage"
OMS_NAME_TYPE = "utility incident"


def odin(handover: Handover, previous: Sequence[bytes] = ()) -> Made:
    """One PubOutages document; outages of `previous` ones that are gone end in it as closed.

    Raises:
        ExportError: a previous document is none of ODIN's.
    """
    root = begin("PubOutages", NAMESPACE)
    for outage in handover.outages:
        _outage(root, outage)
    here = {str(outage.key) for outage in handover.outages}
    gone = {key: old for key, old in _outages_of(previous).items() if key not in here}
    for key in sorted(gone):
        _close(root, gone[key])
    return Made(
        {"outages.xml": document(root)}, len(handover.outages) + len(gone), handover.left_out
    )


def _outage(root: ET.Element, outage: Handed) -> None:
    last = outage.last
    node = add(root, "Outage")
    add(node, "mRID", outage.key)
    if last.cause in CAUSES:
        add(node, "cause", f"{CAUSES[last.cause]}, as people post")
        add(node, "causeKind", last.cause)
    add_known(node, "communityDescriptor", "; ".join(outage.names))
    add(node, "outageKind", outage.kind)
    add(node, "reportedStartTime", utc(last.started_at))
    add(node, "utilityDisclaimer", outage.remark)
    if outage.over:
        period = add(node, "actualPeriod")
        add(period, "end", utc(outage.history.ended_at))
        add(period, "start", utc(last.started_at))
    if last.etr is not None:
        add(add(node, "EstimatedRestorationTime"), "ert", utc(last.etr))
    _position(add(node, "Incident"), outage)
    for name, kind in ((last.id, NAME_TYPE), (last.oms, OMS_NAME_TYPE)):
        if name is not None:
            names = add(node, "Names")
            add(names, "name", printable(name))
            add(add(names, "NameType"), "name", kind)
    area = add(node, "OutageArea")
    add(area, "earliestReportedTime", utc(outage.history.first_post_at))


def _position(incident: ET.Element, outage: Handed) -> None:
    location = add(incident, "Location")
    add(add(location, "CoordinateSystem"), "crsUrn", WGS_84)
    point = add(location, "PositionPoints")
    add(point, "xPosition", f"{outage.last.lon:.5f}")
    add(point, "yPosition", f"{outage.last.lat:.5f}")


def _outages_of(previous: Sequence[bytes]) -> dict[str, ET.Element]:
    """The outages of earlier documents that were not closed, by mRID; the last one counts."""
    found: dict[str, ET.Element] = {}
    for data in previous:
        for outage in _read(data):
            key = outage.findtext(f"{{{NAMESPACE}}}mRID", "")
            found.pop(key, None)
            if outage.findtext(f"{{{NAMESPACE}}}outageKind") not in ("closed", "restored"):
                found[key] = outage
    return found


def _read(data: bytes) -> list[ET.Element]:
    root = read_document(data, "PubOutages document")
    if root.tag != f"{{{NAMESPACE}}}PubOutages":
        raise ExportError("--previous: no PubOutages document: give what --to odin wrote before")
    return list(root)


def _close(root: ET.Element, old: ET.Element) -> None:
    """Repeat an outage that the desk no longer has, as closed."""
    kind = old.find(f"{{{NAMESPACE}}}outageKind")
    remark = old.find(f"{{{NAMESPACE}}}utilityDisclaimer")
    if kind is not None:
        kind.text = "closed"
    if remark is not None:
        exercise = "EXERCISE. " if "EXERCISE" in (remark.text or "") else ""
        remark.text = f"{exercise}WITHDRAWN: the desk no longer has this outage."
    root.append(written(old))
