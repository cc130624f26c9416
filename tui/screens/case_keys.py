"""The keys of the cases screen that act on a case."""

from __future__ import annotations

from textual.binding import BindingType

from tui.keys import key

CASE_KEYS: list[BindingType] = [
    key("a", "next", "Next", "Take the next case that needs an answer", meaning="case.next",
        shown=True, always=True),
    key("R", "reply", "Reply", "Write the answer", meaning="case.reply", shown=True, always=True),
    key("m", "macros", "Macros", "Find a macro for the answer", meaning="case.macros", shown=True,
        always=True),
    key("Y", "judge(True)", "Approve", "Lead: let the submitted reply go", meaning="case.approve",
        shown=True, always=True),
    key("D", "judge(False)", "Send back", "Lead: send the submitted reply back with a note",
        meaning="case.reject", shown=True, always=True),
    key("t", "act('take')", "Take", "Take it in hand", meaning="case.take", shown=True,
        always=True),
    key("x", "close", "Close", "Close it; a closed one: open it again", meaning="case.close",
        shown=True, always=True),
    key("w", "wait", "Wait", "It waits for the customer, or for operations", meaning="case.wait",
        shown=True, always=True),
    key("z", "snooze", "Snooze", "Put it off; one that is put off: wake it", meaning="case.snooze",
        shown=True, always=True),
    key("d", "act('answered')", "Done", "It has been answered elsewhere", meaning="case.answered",
        always=True),
    key("n", "note", "Note", "Write a note for the desk, operations or communications",
        meaning="case.note", shown=True, always=True),
    key("u", "undo", "Undo", "Take back what was done last", meaning="case.undo", shown=True,
        always=True),
    key("b", "act('release')", "Give back", "Give it back to the queue", meaning="case.release",
        always=True),
    key("A", "assign", "Assign", "Give it to somebody", meaning="case.assign", always=True),
    key("T", "tags", "Tags", "Its tags", meaning="case.tags", always=True),
    key("M", "merge", "Merge", "Join it with another case", meaning="case.merge", always=True),
    key("B", "split", "Split", "Some posts become a case of their own", meaning="case.split",
        always=True),
    key("W", "wrong", "Wrong label", "The post has wrong labels; the rule authors get to know",
        meaning="case.wrong", always=True),
    key("y", "copy", "Copy", "Copy the post or reply at the cursor", meaning="case.copy",
        always=True),
    key("o", "outage", "Outage", "Open the outage of the case", meaning="case.outage",
        always=True),
    key("L", "everybody", "Everybody", "Answer everybody of the outage, or close the loop",
        meaning="case.everybody", always=True),
    key("v", "settle", "Settle", "Reply unknown, failed or waiting: say, send again, take back",
        meaning="case.settle", always=True),
    key("N", "announcements", "Announce", "Announcements: messages to everybody",
        meaning="announcements", always=True),
    key("r", "app.reports", "Reports", "The reports: shift, handover, what trends, look-alikes",
        meaning="reports"),
    key("comma", "app.settings", "Settings", "Theme, name, accounts, the files of the desk",
        meaning="settings"),
    key("S", "storm", "Storm", "Storm mode on or off, for the whole desk; asks once",
        meaning="storm", always=True),
]  # fmt: skip
ACTIONS = frozenset(
    {
        *("next", "reply", "macros", "act", "close", "wait", "snooze", "note", "undo", "assign"),
        *("tags", "merge", "split", "wrong", "copy", "outage", "everybody", "judge"),
        "settle",
        *("announcements", "storm"),
    }
)
"""What letters do here that belong to the text where one is written."""
