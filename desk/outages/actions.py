"""What people do to outages: verify, confirm, doubt, dismiss, merge, split, and take it back.

Each deed is kept with what it needs to be taken back, the last first, as long as an outage that it
touched is in memory; the store keeps all actions for good.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime
from typing import Literal

import msgspec

from desk.errors import OutageError, choices
from desk.outages.change import ENDED, Status
from desk.outages.cluster import SLOT_S, Cluster, joined, newest_of, turn
from desk.outages.memory import Deed, Marks, Memory

Kind = Literal["verify", "confirm", "unverifiable", "dismiss", "merge", "split", "undo"]


class Action(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What `by` (an agent's name, or "oms") does to `outage`.

    `into` is the outage that one is merged into; `communities` leave it in a split; `oms` is the id
    under which the utility's own list has an outage that is confirmed.
    """

    kind: Kind
    outage: str
    by: str
    into: str | None = None
    communities: tuple[str, ...] = ()
    oms: str | None = None


class Done(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An action that was done, at event time `at`: a line of the journal."""

    at: datetime
    action: Action


def perform(memory: Memory, action: Action, at_s: int) -> list[Cluster]:
    """Do `action` at event time `at_s`; the outages that it changed.

    Raises:
        OutageError: it can't be done; nothing has changed.
    """
    if not action.by.strip():
        raise OutageError("an action needs a name in `by`: who does it")
    if action.kind == "undo":
        return _undo(memory, _known(memory, action.outage), at_s)
    cluster = _live(memory, action.outage)
    match action.kind:
        case "verify":
            memory.note(action.kind, [cluster])
            cluster.verifying, cluster.unverifiable = action.by, None
            touched = [cluster]
        case "unverifiable":
            memory.note(action.kind, [cluster])
            cluster.verifying, cluster.unverifiable = None, action.by
            touched = [cluster]
        case "confirm":
            memory.note(action.kind, [cluster])
            cluster.confirmed, cluster.unverifiable = True, None
            cluster.oms = action.oms or cluster.oms
            turn(cluster, "restoring" if cluster.status == "restoring" else "confirmed", at_s)
            touched = [cluster]
        case "dismiss":
            memory.note(action.kind, [cluster])
            cluster.dismissed = True
            turn(cluster, "dismissed", at_s)
            touched = [cluster]
        case "merge":
            touched = _merge(memory, action, cluster, at_s)
        case "split":
            touched = _split(memory, action, cluster, at_s)
    _settle(memory, touched)
    return touched


def _merge(memory: Memory, action: Action, cluster: Cluster, at_s: int) -> list[Cluster]:
    if action.into is None:
        raise OutageError(f"a merge of {cluster.id} needs `into`: the outage that it joins")
    into = _live(memory, action.into)
    if into is cluster:
        raise OutageError(f"{cluster.id} can't be merged into itself: name another outage")
    moved = tuple(name for name in cluster.parts if name not in into.parts)
    memory.note(action.kind, [cluster, into], moved=moved)
    hand_over(memory, cluster, into, at_s)
    return [cluster, into]


def hand_over(memory: Memory, cluster: Cluster, into: Cluster, at_s: int) -> None:
    """Give all parts of `cluster` to `into`; a copy of them is its last state."""
    parts = cluster.parts
    cluster.parts = deepcopy(parts)
    cluster.merged_into = into.id
    if not cluster.has_peaks:
        for part in parts.values():
            part.faded = at_s // SLOT_S
    turn(cluster, "dismissed", at_s)
    into.seen = newest_of(cluster.seen | into.seen)
    slot = at_s // SLOT_S
    shared = {
        name: joined(into.parts[name], part, slot)
        for name, part in parts.items()
        if name in into.parts
    }
    memory.join(into, parts | shared)


def _split(memory: Memory, action: Action, cluster: Cluster, at_s: int) -> list[Cluster]:
    leaving = tuple(dict.fromkeys(action.communities))
    for name in leaving:
        if name not in cluster.parts:
            raise OutageError(
                f"{name} is no community of {cluster.id}: {choices(name, cluster.parts)}"
            )
    if not leaving or len(leaving) == len(cluster.parts):
        raise OutageError(
            f"a split of {cluster.id} needs some, not all, of its communities in `communities`: "
            + ", ".join(cluster.communities)
        )
    parts = {name: cluster.parts.pop(name) for name in leaving}
    made = memory.begin(parts, at_s, cluster.status)
    made.confirmed = cluster.confirmed
    memory.note(action.kind, [cluster, made], moved=leaving)
    return [cluster, made]


def _undo(memory: Memory, cluster: Cluster, at_s: int) -> list[Cluster]:
    deed = memory.last_deed(cluster.id)
    if deed is None:
        raise OutageError(f"nothing was done to {cluster.id} that could be taken back")
    outages = [_known(memory, name) for name in deed.before]
    for other in outages:
        last = memory.last_deed(other.id)
        if last is not None and last.number > deed.number:
            raise OutageError(
                f"the {deed.kind} of {cluster.id} can't be taken back before the {last.kind} of"
                f" {other.id}: take that back first"
            )
    match deed.kind:
        case "merge":
            _part_again(memory, deed, outages, at_s)
        case "split":
            hand_back(memory, outages[1], outages[0], at_s)
        case _:
            _take_back(memory, cluster, deed.before[cluster.id], at_s)
    for other in outages:
        before = deed.before[other.id]
        if other.status == before.status and other.turned_s == at_s:
            other.turned_s = before.turned_s
    memory.forget_deed(deed)
    _settle(memory, outages)
    return outages


def _settle(memory: Memory, touched: list[Cluster]) -> None:
    for cluster in touched:
        memory.turned(cluster)
    memory.index()


def _take_back(memory: Memory, cluster: Cluster, before: Marks, at_s: int) -> None:
    """Undo a verify, confirm, doubt or dismiss: what came of itself in between stays."""
    if cluster.dismissed and not before.dismissed:
        _reopen(memory, cluster, before.status, at_s)
    elif cluster.confirmed and not before.confirmed and cluster.status == "confirmed":
        turn(cluster, before.status, at_s)
    cluster.dismissed, cluster.confirmed = before.dismissed, before.confirmed
    cluster.verifying, cluster.oms = before.verifying, before.oms
    cluster.unverifiable = before.unverifiable


def _reopen(memory: Memory, cluster: Cluster, status: Status, at_s: int) -> None:
    """Let a dismissed outage go on, with what was heard of its communities since."""
    for name in cluster.parts:
        here = memory.latest(name)
        if here is not None and here is not cluster and not here.ended:
            raise OutageError(
                f"{cluster.id} can't be reopened: {here.id} has begun in {name} since;"
                " dismiss that one first"
            )
    turn(cluster, status, at_s)
    memory.join(cluster, {})
    for name in cluster.parts:
        for heard in memory.unhear(name):
            memory.gather(cluster, heard)


def _part_again(memory: Memory, deed: Deed, outages: list[Cluster], at_s: int) -> None:
    """Undo a merge: communities that one alone had go back, with what was heard of them since."""
    cluster, into = outages
    if not deed.moved:
        places = ", ".join(sorted(cluster.parts))
        raise OutageError(
            f"{cluster.id} can't be parted from {into.id} again: both were in {places},"
            " where nobody can tell their posts apart"
        )
    back = {name: into.parts.pop(name) for name in deed.moved if name in into.parts}
    if not back or not into.parts:
        into.parts.update(back)
        raise OutageError(
            f"{cluster.id} can't be parted from {into.id} again: its communities have left it"
        )
    cluster.parts = {}
    cluster.merged_into = None
    turn(cluster, into.status if into.ended else deed.before[cluster.id].status, at_s)
    memory.join(cluster, back)


def hand_back(memory: Memory, made: Cluster, cluster: Cluster, at_s: int) -> None:
    """Undo a split: the live one of the two goes on as the whole."""
    if cluster.ended:
        turn(cluster, made.status, at_s)
    hand_over(memory, made, cluster, at_s)


def _known(memory: Memory, outage: str) -> Cluster:
    cluster = memory.clusters.get(outage)
    if cluster is None:
        raise OutageError(f"unknown outage '{outage}': {choices(outage, memory.clusters)}")
    return cluster


def _live(memory: Memory, outage: str) -> Cluster:
    cluster = _known(memory, outage)
    if cluster.merged_into is not None:
        raise OutageError(f"{outage} was merged into {cluster.merged_into}: use that one, or undo")
    if cluster.status in ENDED:
        mend = "undo that" if cluster.dismissed else "posts of a new loss make a new outage"
        raise OutageError(f"{outage} is {cluster.status} already: {mend}")
    return cluster
