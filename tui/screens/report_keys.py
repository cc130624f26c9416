"""The keys of the reports."""

from __future__ import annotations

from textual.binding import BindingType

from tui.keys import key

TABS = ("Shift", "Volume", "Handover", "Trending", "Look-alikes", "Overload")
HOURS = (1.0, 4.0, 8.0, 12.0, 24.0, 72.0)

REPORT_KEYS: list[BindingType] = [
    *(
        key(
            *(str(number), f"tab({number})", f"{name}", f"The report: {name}"),
            meaning=f"reports.tab.{number}",
        )
        for number, name in enumerate(TABS, 1)
    ),
    key(
        *("right,l", "turn(1)", "Next tab", "To the next report"),
        meaning="reports.next",
    ),
    key(
        *("left", "turn(-1)", "Tab before", "To the report before"),
        meaning="reports.previous",
    ),
    key(
        *("w", "hours", "Hours", "On the last 1, 4, 8, 12, 24 or 72 hours"),
        meaning="reports.hours",
        shown=True,
    ),
    key(
        *("c", "chart", "Chart", "What the chart shows: all posts, a label, a channel, a place"),
        meaning="reports.chart",
        shown=True,
    ),
    key(
        *("o", "opens(1)", "Next link", "To the next line that opens something"),
        meaning="reports.link",
        shown=True,
    ),
    key(
        *("O", "opens(-1)", "Link before", "To the line before that opens something"),
        meaning="reports.link.previous",
    ),
    key(
        *("H", "hand_over", "Hand over", "Keep this handover; the next one is marked against it"),
        meaning="reports.handover",
        shown=True,
    ),
    key(
        *("n", "note", "Note", "Write a note for the next shift"),
        meaning="reports.note",
        shown=True,
    ),
    key(
        *("h", "judge('harmless')", "Harmless", "This look-alike is known, and harmless"),
        meaning="reports.harmless",
        shown=True,
    ),
    key(
        *("r", "judge('reported')", "Reported", "This look-alike was reported to its platform"),
        meaning="reports.reported",
        shown=True,
    ),
    key(
        *("u", "undo", "Undo", "Take back the last word on a look-alike, note or handover"),
        meaning="reports.undo",
        shown=True,
    ),
    key("y", "copy", "Copy", "Copy the report as text", meaning="reports.copy", shown=True),
    key("f5", "again", "Again", "Ask the desk for it now", meaning="reports.again"),
    key("escape,q", "back", "Back", "One level back", shown=True),
]
