"""Common Alerting Protocol 1.2 (OASIS Standard, 1 July 2010): an alert for each outage.

For emergency management, not for the public: `scope` is Restricted. What is simulated has `status`
Exercise and says so in `note`, as the standard asks. The first message on an outage is an Alert,
each later state an Update, a withdrawal a Cancel; both refer to what still stands, which is
read from what was written before. An identifier stands for one state of one outage, so a state is
never sent twice.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from zoneinfo import ZoneInfo

import msgspec

from desk.errors import ExportError
from desk.exports.cap_info import NAMESPACE, add_info, local
from desk.exports.handover import OVER, Handed, Handover, Made, printable
from desk.exports.xml import add, begin, document, read_document, written
from desk.post import encode

ATOM = "http://www.w3.org/2005/Atom"
SENDER = "stormdesk"
UNCHANGED = "unchanged since they were told"
RESTRICTION = "For the utility's operations and for emergency management, not for the public"
_TAKEN_IN_IDENTIFIERS = set(" ,<&")


class Message(msgspec.Struct, frozen=True):
    """A message that was sent before."""

    sender: str
    identifier: str
    sent: str
    kind: str

    @property
    def reference(self) -> str:
        """The message as `references` names it."""
        return f"{self.sender},{self.identifier},{self.sent}"


def cap(handover: Handover, previous: Sequence[bytes] = (), *, sender: str = SENDER) -> Made:
    """One alert document for each outage that has something new to tell.

    Raises:
        ExportError: `sender` can't be one, or a previous document holds no alerts.
    """
    if not sender or _TAKEN_IN_IDENTIFIERS & set(sender) or not sender.isprintable():
        raise ExportError(
            f"'{printable(sender)}' can't be a CAP sender: no spaces, commas, < or &;"
            " give a domain of your own, such as storm@utility.example"
        )
    told = _told_before(previous)
    documents: dict[str, bytes] = {}
    left = Counter(handover.left_out)
    for outage in handover.outages:
        before = told.get(str(outage.key), [])
        standing = _standing(before)
        own = identifier(outage)
        if (outage.over and not standing) or own in (message.identifier for message in before):
            left[UNCHANGED if before else OVER] += 1
            continue
        kind = "Alert" if not standing else "Cancel" if outage.withdrawn else "Update"
        alert = _alert(outage, kind, standing, sender, handover.territory.zone)
        documents[f"{own}.xml"] = document(alert)
    return Made(documents, len(documents), dict(left))


def identifier(outage: Handed) -> str:
    """The message's identifier: of an outage and its state."""
    state = blake2b(encode(outage.last), digest_size=4).hexdigest()
    return f"{outage.key}.{outage.last.at:%Y%m%dT%H%M%S}.{state}"


def _standing(before: Sequence[Message]) -> Sequence[Message]:
    """The messages since the last Cancel, which took back all before it."""
    cancelled = [number for number, message in enumerate(before) if message.kind == "Cancel"]
    return before[cancelled[-1] + 1 :] if cancelled else before


def _alert(
    outage: Handed, kind: str, before: Sequence[Message], sender: str, zone: ZoneInfo
) -> ET.Element:
    last = outage.last
    alert = begin("alert", NAMESPACE)
    add(alert, "identifier", identifier(outage))
    add(alert, "sender", sender)
    add(alert, "sent", local(last.at, zone))
    add(alert, "status", "Exercise" if last.exercise else "Actual")
    add(alert, "msgType", kind)
    add(alert, "scope", "Restricted")
    add(alert, "restriction", RESTRICTION)
    add(alert, "note", outage.remark)
    if before:
        add(alert, "references", " ".join(message.reference for message in before))
    add(alert, "incidents", outage.key)
    add_info(alert, outage, zone)
    return alert


def feed(handover: Handover, made: Made, *, sender: str = SENDER) -> bytes:
    """The alerts as one Atom feed (RFC 4287), each whole in an entry of its own."""
    title = "Power outages found from public posts"
    newest = max((outage.last.at for outage in handover.outages), default=None)
    root = begin("feed", ATOM)
    add(root, "id", f"urn:stormdesk:{handover.territory.name.replace(' ', '-')}:outages")
    add(root, "title", f"EXERCISE: {title}" if handover.exercise else title)
    add(root, "updated", local(newest, ZoneInfo("UTC")) if newest else "1970-01-01T00:00:00Z")
    add(add(root, "author"), "name", sender)
    for data in made.documents.values():
        alert = ET.fromstring(data)  # noqa: S314  made here
        entry = add(root, "entry")
        add(entry, "id", f"urn:stormdesk:cap:{_text(alert, 'identifier')}")
        add(entry, "title", _text(alert, "info/headline"))
        add(entry, "updated", _text(alert, "sent"))
        alert = written(alert)
        alert.set("xmlns", NAMESPACE)
        add(entry, "content", type="application/cap+xml").append(alert)
    return document(root)


def _told_before(previous: Sequence[bytes]) -> dict[str, list[Message]]:
    """The messages of earlier documents by outage, the oldest first."""
    told: dict[str, list[Message]] = {}
    for data in previous:
        for alert in _alerts(data):
            message = Message(
                *(_text(alert, name) for name in ("sender", "identifier", "sent", "msgType"))
            )
            _check(message)
            held = told.setdefault(_text(alert, "incidents"), [])
            if message not in held:
                held.append(message)
    for held in told.values():
        held.sort(key=lambda message: (datetime.fromisoformat(message.sent), message.identifier))
    return told


def _check(message: Message) -> None:
    try:
        offset = datetime.fromisoformat(message.sent).utcoffset()
    except ValueError:
        offset = None
    if offset is None:
        raise ExportError(f"--previous: no CAP: it was sent '{printable(message.sent)[:40]}'")


def _alerts(data: bytes) -> list[ET.Element]:
    root = read_document(data, "CAP alert")
    alerts = list(root.iter(f"{{{NAMESPACE}}}alert"))
    if not alerts and root.tag != f"{{{ATOM}}}feed":
        raise ExportError("--previous: no CAP 1.2 alert in it: give what --to cap wrote before")
    return alerts


def _text(node: ET.Element, path: str) -> str:
    return node.findtext("/".join(f"{{{NAMESPACE}}}{name}" for name in path.split("/")), "")
