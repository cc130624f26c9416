"""A sheet for replies that failed, wait to be sent, or of which nobody knows whether they were."""

from __future__ import annotations

from desk.replies.reply import Reply, Sending
from tui.case_words import name_words
from tui.paint import paint
from tui.screens.asking import Choice
from tui.screens.picking import PickScreen

SETTLED: dict[str, tuple[Choice, ...]] = {
    "unknown": (
        ("sent", "it was sent: the customer has their answer"),
        ("not_sent", "it was not sent: it can be sent again then"),
    ),
    "failed": (("again", "send it again, if it still holds"),),
    "queued": (("withdraw", "take it back before it is sent: it is a draft again"),),
}
"""What can be said or wanted of a reply in which state."""


def settle_sheet(reply: Reply | Sending, where: str = "") -> PickScreen:
    """Asks what shall become of a reply; `where` is the address to look at."""
    who = f"The reply of {name_words(reply.by)}" if isinstance(reply, Reply) else "It"
    title = f"{who} is {reply.state}"
    if reply.state == "unknown":
        title = f"Was it sent? Look {'at ' + paint(where).text if where else 'there first'}"
    return PickScreen(title, SETTLED[reply.state], hint=paint(reply.note[:120]).text)
