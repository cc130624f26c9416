"""The keys of the monitor."""

from __future__ import annotations

from textual.binding import BindingType

from tui.keys import key

SPANS = {"1": "5m", "2": "15m", "3": "30m", "4": "1h", "5": "6h", "6": ""}
"""How far back the feed looks, by digit; empty is all time."""
SPAN_WORDS = {
    "5m": "5 minutes",
    "15m": "15 minutes",
    "30m": "30 minutes",
    "1h": "hour",
    "6h": "6 hours",
}


def _span(digit: str, span: str) -> BindingType:
    does = f"Only the last {SPAN_WORDS[span]}" if span else "All times, no longer the last …"
    return key(digit, f"span('{span}')", span or "All", does, meaning=f"span.{digit}")


MONITOR_KEYS: list[BindingType] = [
    # first of all keys, so that what is typed right behind it lands in the filter
    key("slash", "filter", "Filter", "Filter the feed", shown=True, face="/", always=True),
    key("space", "pause", "Pause", "Pause the view; again: to the newest", shown=True),
    key("f", "follow", "Follow", "Jump to the newest post and follow", shown=True),
    key(
        *("a", "next_case", "Next", "Take the next case that needs an answer"),
        meaning="cases.next",
        shown=True,
    ),
    key("c", "cases", "Cases", "Outages or queue of cases", shown=True),
    key("o", "outages", "Outages", "The outages: list and large map", shown=True),
    key("e", "hazard(1)", "Hazard", "To the next hazard", meaning="hazard.next", shown=True),
    key("E", "hazard(-1)", "Hazard before", "To the hazard before", meaning="hazard.previous"),
    key(
        *("C", "case_list", "All cases", "The cases: list, conversation, reply"),
        meaning="cases.open",
        shown=True,
    ),
    key(
        *("r", "app.reports", "Reports", "The reports: shift, handover, what trends, look-alikes"),
        meaning="reports",
        shown=True,
    ),
    key(
        *("W", "app.warnings", "Warnings", "Official warnings of the weather: what, where, when"),
        meaning="warnings",
        shown=True,
    ),
    key(
        *("H", "app.feeds", "Feeds", "How each feed does, and its records that were no posts"),
        meaning="feeds",
        shown=True,
    ),
    key(
        *("comma", "app.settings", "Settings", "Theme, name, accounts, the files of the desk"),
        meaning="settings",
        shown=True,
    ),
    key("p", "pin", "Pin", "Keep a post or outage on top of its list, or no longer", shown=True),
    key("m", "mark", "Mark", "Mark a post, or no longer", shown=True),
    key("y", "copy", "Copy", "Copy a post: id, author, text, link", shown=True),
    key("u", "undo", "Undo", "Take back the last pin, mark or filter", shown=True),
    key("S", "storm", "Storm", "Storm mode for the whole desk, or calm; asks once", shown=True),
    key(
        *("n", "hit(1)", "Next hit", "To the next hit of the filter; without one, what is urgent"),
        meaning="hit.next",
    ),
    key("N", "hit(-1)", "Hit before", "To the hit before", meaning="hit.previous"),
    key(
        *("F", "filters", "Filters", "Saved filters: apply, save, rename, delete"),
        meaning="filters",
        shown=True,
    ),
    key("i", "media", "Media", "Only posts with pictures or other media, or all", shown=True),
    key("h", "headlines", "Headlines", "Headlines on other matters too, or no longer", shown=True),
    key("M", "only_marked", "Marked", "Only the marked posts, or all", meaning="marks.only"),
    key("]", "marks(1)", "Next mark", "To the next marked post", meaning="marks.next", face="]"),
    key(
        *("[", "marks(-1)", "Mark before", "To the marked post before"),
        meaning="marks.previous",
        face="[",
    ),
    key("Y", "copy_marked", "Copy marked", "Copy all marked posts", meaning="marks.copy"),
    key(
        *("s", "order", "Order", "Outages by urgency, newest, oldest, size, unchecked"),
        meaning="outages.sort",
    ),
    *(_span(digit, span) for digit, span in SPANS.items()),
    key("tab", "app.focus_next", "Pane", "To the next pane", meaning="pane.next"),
    key("shift+tab", "app.focus_previous", "Pane", "To the pane before", meaning="pane.previous"),
    key("escape", "back", "Back", "One level back; in the feed, clear the filter"),
]
