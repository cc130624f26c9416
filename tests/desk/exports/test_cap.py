"""CAP alerts against the standard: OASIS Common Alerting Protocol 1.2, 1 July 2010.

The table repeats sections 3.2.1 (alert), 3.2.2 (info), 3.2.4 (area) and the XML Schema of section
3.4: the order of elements, how often each may stand, its words and the form of its text.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.errors import ExportError
from desk.exports.cap import cap, feed
from desk.exports.cap_info import NAMESPACE, local
from desk.exports.handover import Made, hand_over
from desk.outages import OutageChange
from desk.territories import Community, Territory

Told = Callable[..., OutageChange]
Check = Callable[..., None]

TIME = r"\d\d\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d"
TOKEN = r"[^ ,<&]+"
POINT = r"-?\d+\.?\d*,-?\d+\.?\d*"
ALERT = {
    "alert": (
        ("identifier", 1, 1, TOKEN),
        ("sender", 1, 1, TOKEN),
        ("sent", 1, 1, TIME),
        ("status", 1, 1, ("Actual", "Exercise", "System", "Test", "Draft")),
        ("msgType", 1, 1, ("Alert", "Update", "Cancel", "Ack", "Error")),
        ("source", 0, 1, None),
        ("scope", 1, 1, ("Public", "Restricted", "Private")),
        ("restriction", 0, 1, None),
        ("addresses", 0, 1, None),
        ("code", 0, None, None),
        ("note", 0, 1, None),
        ("references", 0, 1, rf"{TOKEN},{TOKEN},{TIME}( {TOKEN},{TOKEN},{TIME})*"),
        ("incidents", 0, 1, None),
        ("info", 0, None, None),
    ),
    "info": (
        ("language", 0, 1, r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*"),
        (
            "category", 1, None,
            ("Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport",
             "Infra", "CBRNE", "Other"),
        ),
        ("event", 1, 1, None),
        (
            "responseType", 0, None,
            ("Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear",
             "None"),
        ),
        ("urgency", 1, 1, ("Immediate", "Expected", "Future", "Past", "Unknown")),
        ("severity", 1, 1, ("Extreme", "Severe", "Moderate", "Minor", "Unknown")),
        ("certainty", 1, 1, ("Observed", "Likely", "Possible", "Unlikely", "Unknown")),
        ("audience", 0, 1, None),
        ("eventCode", 0, None, None),
        ("effective", 0, 1, TIME),
        ("onset", 0, 1, TIME),
        ("expires", 0, 1, TIME),
        ("senderName", 0, 1, None),
        ("headline", 0, 1, r".{1,160}"),
        ("description", 0, 1, None),
        ("instruction", 0, 1, None),
        ("web", 0, 1, None),
        ("contact", 0, 1, None),
        ("parameter", 0, None, None),
        ("resource", 0, None, None),
        ("area", 0, None, None),
    ),
    "parameter": (("valueName", 1, 1, None), ("value", 1, 1, None)),
    "area": (
        ("areaDesc", 1, 1, None),
        ("polygon", 0, None, rf"{POINT}( {POINT}){{3,}}"),
        ("circle", 0, None, rf"{POINT} \d+\.?\d*"),
        ("geocode", 0, None, None),
        ("altitude", 0, 1, None),
        ("ceiling", 0, 1, None),
    ),
}  # fmt: skip


def alerts(made: Made) -> list[ET.Element]:
    return [ET.fromstring(data) for data in made.documents.values()]


def text(alert: ET.Element, path: str) -> str:
    return alert.findtext("/".join(f"{{{NAMESPACE}}}{name}" for name in path.split("/")), "")


def conditions(alert: ET.Element) -> None:
    """What the standard asks for beside order and words."""
    kind, scope = text(alert, "msgType"), text(alert, "scope")
    assert bool(text(alert, "references")) == (kind in ("Update", "Cancel"))
    assert bool(text(alert, "restriction")) == (scope == "Restricted")
    if text(alert, "status") == "Exercise":
        assert text(alert, "note")
    for polygon in alert.iter(f"{{{NAMESPACE}}}polygon"):
        corners = (polygon.text or "").split()
        assert corners[0] == corners[-1]
    sent, expires = text(alert, "sent"), text(alert, "info/expires")
    assert datetime.fromisoformat(expires) > datetime.fromisoformat(sent)


@pytest.mark.parametrize("exercise", [True, False])
def test_an_alert_keeps_to_the_standard(
    told: Told, territory: Territory, check: Check, exercise: bool
) -> None:
    changes = [
        told("o1", "likely", 5, exercise=exercise, hazards=2, cause="treeDown"),
        told("o2", "likely", 6, ("alder-bay", "birchfield"), exercise=exercise),
        told(
            "o3", "confirmed", 7, by="kim", exercise=exercise, etr=datetime(2031, 9, 6, tzinfo=UTC)
        ),
        told("o4", "likely", 8, ("nowhere",), exercise=exercise),
    ]
    made = cap(hand_over(changes, territory))
    found = alerts(made)
    assert len(found) == made.outages == 4
    for alert in found:
        check(alert, NAMESPACE, ALERT)
        conditions(alert)
        assert text(alert, "status") == ("Exercise" if exercise else "Actual")
        assert text(alert, "msgType") == "Alert"
        for place in ("info/headline", "info/description", "note"):
            assert text(alert, place).startswith("EXERCISE") is exercise
    by_id = {text(alert, "info/parameter/value"): alert for alert in found}
    certainty = {id_: text(alert, "info/certainty") for id_, alert in by_id.items()}
    assert certainty == {"o1": "Likely", "o2": "Likely", "o3": "Observed", "o4": "Likely"}
    assert text(by_id["o1"], "info/severity") == "Severe"
    assert text(by_id["o3"], "info/expires") == "2031-09-05T21:00:00-04:00"
    assert text(by_id["o1"], "sent") == "2031-09-04T12:05:00-04:00"
    names = [area.text for area in by_id["o2"].iter(f"{{{NAMESPACE}}}areaDesc")]
    assert names == ["Alder Bay", "Birchfield & Sons <North>"]


def test_alert_update_cancel(told: Told, territory: Territory, check: Check) -> None:
    """Each message refers to all since the last Cancel; nothing is told twice."""
    states = [
        told("o1", "likely", 5),
        told("o1", "confirmed", 20, by="kim"),
        told("o1", "dismissed", 40, by="kim"),
        told("o1", "dismissed", 50, by="kim", posts=99),
        told("o1", "likely", 60, by="kim"),
        told("o1", "restored", 90),
    ]
    sent: list[bytes] = []
    kinds = []
    for number in range(1, len(states) + 1):
        made = cap(hand_over(states[:number], territory), sent)
        again = cap(hand_over(states[:number], territory), [*sent, *made.documents.values()])
        assert not again.documents
        for data in made.documents.values():
            alert = ET.fromstring(data)
            check(alert, NAMESPACE, ALERT)
            conditions(alert)
            kinds.append(text(alert, "msgType"))
            references = text(alert, "references").split()
            standing = sent if len(sent) < 3 else sent[3:]
            assert [one.split(",")[1] for one in references] == [
                text(ET.fromstring(before), "identifier") for before in standing
            ]
        sent += made.documents.values()
    assert kinds == ["Alert", "Update", "Cancel", "Alert", "Update"]
    assert text(ET.fromstring(sent[2]), "info/responseType") == "None"
    assert text(ET.fromstring(sent[2]), "info/urgency") == "Past"
    assert "WITHDRAWN" in text(ET.fromstring(sent[2]), "note")


def test_an_outage_that_was_merged_is_cancelled(told: Told, territory: Territory) -> None:
    first = cap(hand_over([told("o1", "likely", 5)], territory))
    merged = told("o1", "dismissed", 9, by="kim", merged_into="o2")
    changes = [told("o1", "likely", 5), merged]
    (alert,) = alerts(cap(hand_over(changes, territory), list(first.documents.values())))
    assert text(alert, "msgType") == "Cancel"
    assert "a part of outage o2" in text(alert, "note")


def test_a_restored_outage_is_all_clear(told: Told, territory: Territory, check: Check) -> None:
    first = cap(hand_over([told("o1", "likely", 5)], territory))
    changes = [told("o1", "likely", 5), told("o1", "restored", 90)]
    (alert,) = alerts(cap(hand_over(changes, territory), list(first.documents.values())))
    check(alert, NAMESPACE, ALERT)
    assert (text(alert, "msgType"), text(alert, "info/responseType")) == ("Update", "AllClear")


def test_what_nobody_was_told_of_is_not_called_off(told: Told, territory: Territory) -> None:
    changes = [told("o1", "likely", 5), told("o1", "restored", 90), told("o2", "suspected", 5)]
    made = cap(hand_over(changes, territory))
    assert made.documents == {}
    assert sum(made.left_out.values()) == 2


def test_a_feed_holds_the_alerts_whole(told: Told, territory: Territory, check: Check) -> None:
    """Atom, RFC 4287 section 4.1: id, title and updated in feed and entry, an author."""
    changes = [told("o1", "likely", 5, exercise=True), told("o2", "likely", 6, exercise=True)]
    handover = hand_over(changes, territory)
    made = cap(handover)
    atom = "{http://www.w3.org/2005/Atom}"
    document = feed(handover, made)
    root = ET.fromstring(document)
    assert root.tag == f"{atom}feed"
    for node in (root, *root.findall(f"{atom}entry")):
        for name in ("id", "title", "updated"):
            assert node.findtext(f"{atom}{name}")
    assert root.findtext(f"{atom}author/{atom}name")
    assert all("EXERCISE" in (title.text or "") for title in root.iter(f"{atom}title"))
    held = list(root.iter(f"{{{NAMESPACE}}}alert"))
    assert len(held) == 2
    for alert in held:
        check(alert, NAMESPACE, ALERT)
    assert not cap(handover, [document]).documents
    assert ET.fromstring(feed(hand_over([], territory), cap(hand_over([], territory)))) is not None


@pytest.mark.parametrize("sender", ["", "storm desk", "a,b", "a<b", "a&b", "a\x1bb"])
def test_a_sender_that_cannot_be_one(told: Told, territory: Territory, sender: str) -> None:
    with pytest.raises(ExportError, match="can't be a CAP sender"):
        cap(hand_over([told("o1", "likely", 5)], territory), sender=sender)


@pytest.mark.parametrize(
    "data",
    [
        b"no xml",
        b"<a/>",
        b'<!DOCTYPE a><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"/>',
        b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><sent>now</sent></alert>',
        b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><sent>2031-01-01</sent></alert>',
    ],
)
def test_what_is_no_earlier_message(told: Told, territory: Territory, data: bytes) -> None:
    with pytest.raises(ExportError, match="--previous: no C"):
        cap(hand_over([told("o1", "likely", 5)], territory), [data])


instants = st.datetimes(datetime(1990, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  bounds


@given(instants, st.sampled_from(["UTC", "Europe/Rome", "Asia/Kolkata"]))
def test_times_have_an_offset_and_never_a_letter(at: datetime, zone: str) -> None:
    written = local(at, ZoneInfo(zone))
    assert re.fullmatch(TIME, written)
    assert not written.endswith("+00:00")
    assert abs(datetime.fromisoformat(written) - at) < timedelta(seconds=1)


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_name_breaks_an_alert(name: str, id_: str) -> None:
    place = Community(id="a", name=name, lat=35.0, lon=-79.0, radius_km=1.0, customers=1)
    territory = Territory(name=name, timezone="UTC", community=(place,))
    at = datetime(2031, 9, 4, tzinfo=UTC)
    change = OutageChange(
        id=id_, status="likely", at=at, started_at=at, communities=("a", id_), lat=35.0, lon=-79.0,
        radius_km=1.0, first_post_at=at, posts=3, authors=3, hazards=0, vulnerable=0, damage=0,
        confidence=0.5, evidence=(), merged_into=id_,
    )  # fmt: skip
    made = cap(hand_over([change, msgspec.structs.replace(change, status="likely")], territory))
    (data,) = made.documents.values()
    alert = ET.fromstring(data)
    assert text(alert, "status") == "Actual"
    assert all(char.isprintable() or char == "\n" for char in data.decode())
