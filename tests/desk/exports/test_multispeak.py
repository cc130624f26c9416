"""ODEventNotification against MultiSpeak 4.1.

The table repeats the published schema, namespace http://www.multispeak.org/Version_4.1_Release:
mspObject, then outageDetectionEvent, in the order of their sequences; words are those of
outageEventType, outageDetectDeviceType and resolvedLevel; `verb` of action.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest

from desk.errors import ExportError
from desk.exports.handover import hand_over
from desk.exports.multispeak import NAMESPACE, NO_FEEDER, multispeak
from desk.outages import OutageChange
from desk.territories import Territory

Told = Callable[..., OutageChange]
Check = Callable[..., None]

SCHEMA = {
    "ODEventNotification": (("ODEvents", 0, 1, None), ("transactionID", 0, 1, None)),
    "ODEvents": (("outageDetectionEvent", 0, None, None),),
    "outageDetectionEvent": (
        ("extensions", 0, 1, None),
        ("comments", 0, 1, None),
        ("extensionsList", 0, 1, None),
        ("objectName", 0, 1, None),
        ("identifiedObject", 0, 1, None),
        ("phaseCode", 0, 1, None),
        ("eventTime", 0, 1, r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
        (
            "outageEventType", 0, 1,
            ("Instantaneous", "Outage", "Restoration", "NoResponse", "Inferred", "PowerOn",
             "PowerOff", "Other", "Unknown"),
        ),
        ("outageDetectionDeviceID", 0, 1, None),
        (
            "outageDetectionDeviceType", 0, 1,
            ("Call", "CustomerServiceRep", "InboundTelephoneDevice", "Meter", "Other"),
        ),
        ("outageLocation", 0, 1, None),
        ("messageList", 0, 1, None),
        ("outageCustomer", 0, 0, None),
        ("priority", 0, 1, None),
        ("percentConfident", 0, 1, r"\d{1,3}"),
        ("problemCode", 0, 1, None),
        ("resolvedLevel", 0, 1, ("Meter", "Address", "Unresolved", "Other", "Unknown")),
    ),
    "extensionsList": (("extensionsItem", 0, None, None),),
    "extensionsItem": (("extName", 0, 1, None), ("extValue", 0, 1, None)),
}  # fmt: skip
VERBS = ("New", "Change", "Delete", "Link", "Unlink", "Replace", "Install", "Remove", "Initialize")


def events(document: bytes) -> list[ET.Element]:
    return list(ET.fromstring(document).iter(f"{{{NAMESPACE}}}outageDetectionEvent"))


def said(event: ET.Element, name: str) -> str:
    return event.findtext(f"{{{NAMESPACE}}}{name}", "")


def test_events_keep_to_the_schema(told: Told, territory: Territory, check: Check) -> None:
    changes = [
        told("o1", "likely", 5, exercise=True, cause="poleDown"),
        told("o2", "confirmed", 6, ("alder-bay", "cedar-gap"), by="kim", exercise=True),
    ]
    made = multispeak(hand_over(changes, territory))
    (document,) = made.documents.values()
    check(ET.fromstring(document), NAMESPACE, SCHEMA)
    inferred, verified = events(document)
    assert (said(inferred, "outageEventType"), said(verified, "outageEventType")) == (
        "Inferred",
        "Outage",
    )
    assert said(inferred, "eventTime") == "2031-09-04T16:00:00Z"
    assert said(inferred, "outageDetectionDeviceID") == "AB-12"
    assert said(inferred, "percentConfident") == "88"
    for event in (inferred, verified):
        assert event.get("verb") == "New"
        assert event.get("verb") in VERBS
        assert said(event, "comments").startswith("EXERCISE. ")


def test_what_no_feeder_is_known_of_is_left_out(told: Told, territory: Territory) -> None:
    changes = [
        told("o1", "likely", 5, ("birchfield",)),
        told("o2", "likely", 5, ("alder-bay", "birchfield")),
        told("o3", "likely", 5, ("nowhere",)),
        told("o4", "likely", 5),
    ]
    made = multispeak(hand_over(changes, territory))
    assert made.outages == 1
    assert made.left_out == {NO_FEEDER: 3}


def test_new_change_delete(told: Told, territory: Territory, check: Check) -> None:
    states = [
        told("o1", "likely", 5),
        told("o1", "confirmed", 9, by="kim"),
        told("o1", "dismissed", 20, by="kim"),
        told("o1", "dismissed", 20, by="kim"),
    ]
    sent: list[bytes] = []
    verbs = []
    for number in range(1, len(states) + 1):
        made = multispeak(hand_over(states[:number], territory), sent)
        (document,) = made.documents.values()
        check(ET.fromstring(document), NAMESPACE, SCHEMA)
        verbs.append([event.get("verb") for event in events(document)])
        sent.append(document)
    assert verbs == [["New"], ["Change"], ["Delete"], []]


def test_a_restoration(told: Told, territory: Territory) -> None:
    first = multispeak(hand_over([told("o1", "likely", 5)], territory))
    changes = [told("o1", "likely", 5), told("o1", "restored", 90)]
    made = multispeak(hand_over(changes, territory), list(first.documents.values()))
    (event,) = events(next(iter(made.documents.values())))
    assert said(event, "outageEventType") == "Restoration"
    assert said(event, "eventTime") == "2031-09-04T17:30:00Z"
    assert multispeak(hand_over(changes, territory)).outages == 0


@pytest.mark.parametrize("data", [b"", b"<a/>", b"<!DOCTYPE a><a/>"])
def test_what_is_no_earlier_message(territory: Territory, data: bytes) -> None:
    with pytest.raises(ExportError, match="--previous: no ODEventNotification"):
        multispeak(hand_over([], territory), [data])
