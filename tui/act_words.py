"""What people do to outages, in plain words: before it is done, and after."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from desk.outages import OutageChange
from desk.outages.change import PartCounts
from desk.serving.outage_messages import Acted, OutagePart
from desk.serving.protocol import OutageRow
from tui.paint import paint
from tui.signs import STATUS_SIGNS, UNKNOWN

PLACE_CHARS = 60
OMS = "oms"
"""Who acts where the utility's own list does."""
TAKE_BACK = "u takes it back"
TAKEN_BACK = "The key u takes it back."


def place_words(place: str) -> str:
    """The name of a place, painted."""
    return paint(place[:PLACE_CHARS]).text


def posts_words(outage: OutageChange | OutagePart | PartCounts) -> str:
    """How much was posted of an outage, such as `41 posts by 38 people`; never customers."""
    posts = f"{outage.posts:,} post" + ("" if outage.posts == 1 else "s")
    people = "1 person" if outage.authors == 1 else f"{outage.authors:,} people"
    return f"{posts} by {people}"


def dismiss_question(row: OutageRow) -> str:
    """What will happen when an outage is dismissed."""
    return (
        f"Dismiss the outage in {place_words(row.place)} ({posts_words(row.outage)})?\n\n"
        "It ends as no outage after all; only as many other people again make a new one there."
        f" {TAKEN_BACK}"
    )


def merge_question(row: OutageRow, into: OutageRow) -> str:
    """What will happen when an outage is merged into another."""
    other = other_words(row.place, into.place)
    shared = set(row.outage.communities) <= set(into.outage.communities)
    back = "It can't be taken back: both are in the same place." if shared else TAKEN_BACK
    return (
        f"Merge {place_words(row.place)} ({posts_words(row.outage)}) into"
        f" {other} ({posts_words(into.outage)})?\n\n"
        f"Its posts and communities join {other}, and it ends. {back}"
    )


def other_words(place: str, other: str) -> str:
    """The place of another outage; two of one place are told apart."""
    return place_words(other) if place != other else f"the other one in {place_words(other)}"


def split_question(row: OutageRow, leaving: Sequence[str]) -> str:
    """What will happen when communities, given by their names, leave an outage."""
    names = ", ".join(place_words(name) for name in leaving)
    return (
        f"Split {names} off {place_words(row.place)}?\n\n"
        "They become an outage of their own, with the posts that speak of them; the rest stays."
        f" {TAKEN_BACK}"
    )


def undo_question(place: str, who: str) -> str:
    """What will happen when something is taken back that this screen has not done."""
    name = "the utility's own list" if who == OMS else paint(who[:PLACE_CHARS]).text
    return (
        f"Take back what {name} did to {place_words(place)}?\n\n"
        "It was not done here just now. The outage goes on as it was before."
    )


def done_words(acted: Acted, place_of: Callable[[str], str]) -> str:
    """What was done, and how to take it back; `place_of` names the place of an outage."""
    act = acted.act
    where = place_words(place_of(act.outage))
    now = next((change for change in acted.changes if change.id == act.outage), None)
    sign = STATUS_SIGNS.get(now.status, UNKNOWN) if now else UNKNOWN
    match act.kind:
        case "verify":
            words = f"{where}: {paint(act.by).text} is checking it"
        case "confirm":
            words = f"{where}: confirmed by {paint(act.by).text}"
        case "unverifiable":
            words = f"{where}: {paint(act.by).text} could not find out whether it is real"
        case "dismiss":
            words = f"{where}: dismissed by {paint(act.by).text}"
        case "merge":
            into = place_of(act.into or "")
            words = f"{where}: merged into {other_words(place_of(act.outage), into)}"
            if into == place_of(act.outage):  # nobody can tell their posts apart again
                return words
        case "split":
            words = f"{where}: split in two"
        case "undo":
            return f"{where}: taken back, now {sign.glyph} {sign.word}"
    return f"{words} · {TAKE_BACK}"
