"""MultiSpeak 4.1 `ODEventNotification`: outage detection events for an outage management system.

Names, order and words are those of the published schema (namespace
`http://www.multispeak.org/Version_4.1_Release`: outageDetectionEvent, mspObject, outageEventType,
resolvedLevel). An OMS takes such an event as a customer's call, and wants to know at which account,
meter or device; a post never says. So only outages are sent of which every community hangs on a
feeder that the territory names; all others are left out, and counted.

What nobody has verified is `Inferred`. (`Assumed` is the word of MultiSpeak 5, which has another
schema.) The body alone is written: header and credentials belong to whoever sends it.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Sequence

from desk.errors import ExportError
from desk.exports.handover import OVER, Handed, Handover, Made, printable, utc
from desk.exports.xml import add, begin, document, read_document

NAMESPACE = "http://www.multispeak.org/Version_4.1_Release"
NO_FEEDER = "no feeder known (give `feeder` to the communities of the territory)"


def multispeak(handover: Handover, previous: Sequence[bytes] = ()) -> Made:
    """One ODEventNotification; what `previous` ones told of already is a Change or a Delete.

    Raises:
        ExportError: a previous document is no such thing.
    """
    known = _known(previous)
    left = Counter(handover.left_out)
    root = begin("ODEventNotification", NAMESPACE)
    events = add(root, "ODEvents")
    for outage in handover.outages:
        if not _feeders(outage):
            left[NO_FEEDER] += 1
        elif outage.over and str(outage.key) not in known:
            left[OVER] += 1
        else:
            _event(events, outage, _verb(outage, known))
    add(root, "transactionID", _transaction(handover))
    return Made({"outages.xml": document(root)}, len(events), dict(left))


def _feeders(outage: Handed) -> tuple[str, ...]:
    """The feeders of all communities; none where one is not known."""
    feeders = [place.feeder for place in outage.places if place.feeder]
    if not feeders or len(feeders) < len(outage.last.communities):
        return ()
    return tuple(dict.fromkeys(printable(feeder) for feeder in feeders))


def _verb(outage: Handed, known: set[str]) -> str:
    if str(outage.key) not in known:
        return "New"
    return "Delete" if outage.withdrawn else "Change"


def _event(events: ET.Element, outage: Handed, verb: str) -> None:
    last = outage.last
    event = add(events, "outageDetectionEvent", objectID=str(outage.key), verb=verb)
    add(event, "comments", outage.remark)
    items = add(event, "extensionsList")
    for name, value in (
        ("exercise", "EXERCISE" if last.exercise else "false"),
        ("communities", "; ".join(outage.names)),
        ("latitude", f"{last.lat:.5f}"),
        ("longitude", f"{last.lon:.5f}"),
        ("peoplePosting", str(last.authors)),
    ):
        item = add(items, "extensionsItem")
        add(item, "extName", name)
        add(item, "extValue", value)
    add(event, "objectName", printable(last.id))
    add(event, "eventTime", utc(last.at if outage.over else last.started_at))
    add(event, "outageEventType", _event_type(outage))
    add(event, "outageDetectionDeviceID", ";".join(_feeders(outage)))
    add(event, "outageDetectionDeviceType", "Other")
    add(event, "percentConfident", round(100 * last.confidence))
    if last.cause is not None:
        add(event, "problemCode", printable(last.cause))
    add(event, "resolvedLevel", "Other")


def _event_type(outage: Handed) -> str:
    if outage.over:
        return "Other" if outage.withdrawn else "Restoration"
    return "Outage" if outage.verified else "Inferred"


def _transaction(handover: Handover) -> str:
    """The same for the same states: a message that was sent twice can be told."""
    newest = max((outage.last.at for outage in handover.outages), default=None)
    return f"stormdesk-{len(handover.outages)}-{utc(newest) or 'none'}"


def _known(previous: Sequence[bytes]) -> set[str]:
    """The outages that earlier messages told of and did not delete."""
    known: set[str] = set()
    for data in previous:
        root = read_document(data, "ODEventNotification")
        if root.tag != f"{{{NAMESPACE}}}ODEventNotification":
            raise ExportError("--previous: no ODEventNotification of MultiSpeak 4.1")
        for event in root.iter(f"{{{NAMESPACE}}}outageDetectionEvent"):
            key = event.get("objectID", "")
            if event.get("verb") == "Delete":
                known.discard(key)
            else:
                known.add(key)
    return known
