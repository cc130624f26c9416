"""PubOutages documents against ODIN's profile of IEC 61968-3.

The table repeats https://odin.ornl.gov/downloadables/CIM/PubOutages.html: the members of Outage in
their order, with their occurrence; words are CIM's OutageStatusKind and OutageCauseKind. Of the
classes behind Incident, Names, OutageArea and the intervals it holds the members that are written.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest

from desk.errors import ExportError
from desk.exports.handover import hand_over
from desk.exports.odin import NAMESPACE, odin
from desk.outages import OutageChange
from desk.territories import Territory

Told = Callable[..., OutageChange]
Check = Callable[..., None]

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
DEGREES = r"-?\d{1,3}\.\d+"
PROFILE = {
    "PubOutages": (("Outage", 0, None, None),),
    "Outage": (
        ("mRID", 1, 1, r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
        ("cause", 0, 1, None),
        ("causeKind", 0, 1, ("lightingStrike", "animal", "lineDown", "poleDown", "treeDown")),
        ("communityDescriptor", 0, 1, None),
        ("customersRestored", 0, 0, None),
        ("metersAffected", 0, 0, None),
        ("originalCustomersServed", 0, 0, None),
        ("originalMetersAffected", 0, 0, None),
        (
            "outageKind", 0, 1,
            ("confirmed", "predicted", "partiallyRestored", "restored", "closed"),
        ),
        ("reportedStartTime", 0, 1, TIME),
        ("statusKind", 0, 1, None),
        ("utilityDisclaimer", 0, 1, None),
        ("actualPeriod", 0, 1, None),
        ("estimatedPeriod", 0, 1, None),
        ("EstimatedRestorationTime", 0, 1, None),
        ("Incident", 0, None, None),
        ("Names", 1, None, None),
        ("OutageArea", 0, None, None),
    ),
    "actualPeriod": (("end", 0, 1, TIME), ("start", 0, 1, TIME)),
    "EstimatedRestorationTime": (("ert", 0, 1, TIME),),
    "Incident": (("Location", 0, 1, None),),
    "Location": (("CoordinateSystem", 0, 1, None), ("PositionPoints", 0, None, None)),
    "CoordinateSystem": (("crsUrn", 1, 1, r"urn:ogc:def:crs:EPSG::4326"),),
    "PositionPoints": (("xPosition", 1, 1, DEGREES), ("yPosition", 1, 1, DEGREES)),
    "Names": (("name", 1, 1, None), ("NameType", 0, 1, None)),
    "NameType": (("name", 1, 1, None),),
    "OutageArea": (("earliestReportedTime", 0, 1, TIME),),
}  # fmt: skip
"""No number of meters or customers may stand, though the profile has room for them."""


def text(outage: ET.Element, path: str) -> str:
    return outage.findtext("/".join(f"{{{NAMESPACE}}}{name}" for name in path.split("/")), "")


def kinds(document: bytes) -> dict[str, str]:
    root = ET.fromstring(document)
    return {text(outage, "Names/name"): text(outage, "outageKind") for outage in root}


def test_a_document_keeps_to_the_profile(told: Told, territory: Territory, check: Check) -> None:
    due = datetime(2031, 9, 5, tzinfo=UTC)
    changes = [
        told("o1", "likely", 5, cause="treeDown", exercise=True),
        told("o2", "likely", 5, ("alder-bay", "birchfield"), exercise=True),
        told("o3", "confirmed", 9, by="oms", oms="17", exercise=True, etr=due),
        told("o4", "likely", 5, exercise=True),
        told("o4", "restored", 90, exercise=True),
        told("o5", "likely", 5, cause="else", exercise=True),
        told("o5", "dismissed", 9, by="kim", exercise=True),
        told("o6", "confirmed", 5, by="kim", exercise=True),
        told("o6", "restoring", 50, exercise=True),
    ]  # fmt: skip
    made = odin(hand_over(changes, territory))
    (document,) = made.documents.values()
    root = ET.fromstring(document)
    check(root, NAMESPACE, PROFILE)
    assert made.outages == len(root) == 6
    assert kinds(document) == {
        "o1": "predicted", "o2": "predicted", "o3": "confirmed", "o4": "restored", "o5": "closed",
        "o6": "partiallyRestored",
    }  # fmt: skip
    assert all(text(outage, "utilityDisclaimer").startswith("EXERCISE. ") for outage in root)
    assert text(root[1], "communityDescriptor") == "Alder Bay; Birchfield & Sons <North>"
    assert "not verified" in text(root[0], "utilityDisclaimer")
    assert "not verified" not in text(root[2], "utilityDisclaimer")
    names = [
        name.findtext(f"{{{NAMESPACE}}}name") for name in root[2].iter(f"{{{NAMESPACE}}}Names")
    ]
    assert names == ["o3", "17"]


def test_people_are_no_meters(told: Told, territory: Territory) -> None:
    (document,) = odin(hand_over([told("o1", "likely", 5)], territory)).documents.values()
    assert b"77" not in document
    assert b"91<" not in document
    assert b"post-1" not in document


def test_ids_stay_and_those_of_an_exercise_are_others(told: Told, territory: Territory) -> None:
    def key(*changes: OutageChange) -> UUID:
        (document,) = odin(hand_over(changes, territory)).documents.values()
        return UUID(text(ET.fromstring(document)[0], "mRID"))

    first = key(told("o1", "likely", 5))
    assert first.version == 5
    assert key(told("o1", "likely", 5), told("o1", "restored", 90)) == first
    assert key(told("o1", "likely", 5, exercise=True)) != first
    assert key(told("o2", "likely", 5)) != first


def test_what_is_gone_is_closed(told: Told, territory: Territory, check: Check) -> None:
    before = odin(hand_over([told("o1", "likely", 5), told("o2", "likely", 6)], territory))
    earlier = list(before.documents.values())
    (document,) = odin(hand_over([told("o2", "likely", 6)], territory), earlier).documents.values()
    check(ET.fromstring(document), NAMESPACE, PROFILE)
    assert kinds(document) == {"o1": "closed", "o2": "predicted"}
    (third,) = odin(
        hand_over([told("o2", "likely", 6)], territory), [*earlier, document]
    ).documents.values()
    assert kinds(third) == {"o2": "predicted"}


def test_nothing_to_hand_over(territory: Territory, check: Check) -> None:
    (document,) = odin(hand_over([], territory)).documents.values()
    check(ET.fromstring(document), NAMESPACE, PROFILE)


@pytest.mark.parametrize("data", [b"", b"<PubOutages/>", b"<!DOCTYPE a><a/>"])
def test_what_is_no_earlier_document(territory: Territory, data: bytes) -> None:
    with pytest.raises(ExportError, match="--previous: no PubOutages document"):
        odin(hand_over([], territory), [data])
