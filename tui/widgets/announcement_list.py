"""Announcements in a list, and one of them whole."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.text import Text
from textual.message import Message
from textual.widgets import Static

from desk.replies.measure import limit, measure
from desk.replies.reply import Announcement, Reply, Sending
from tui.case_words import moment, name_words, reply_state
from tui.columns import shorten
from tui.paint import fit, paint, visible
from tui.signs import Palette
from tui.situation import Situation
from tui.widgets.lines import palette_of
from tui.widgets.listing import Listing

STATE_CELLS = 11
STATES = {
    "draft": "draft",
    "submitted": "to approve",
    "approved": "approved",
    "sent": "sent",
    "withdrawn": "withdrawn",
}


class AnnouncementList(Listing[Announcement]):
    """State, title, accounts and who wrote it, the newest first."""

    class Chosen(Message):
        """One was chosen."""

    def __init__(self, id: str, now: Situation) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id)
        self._now = now
        self.told = False

    def key_of(self, item: Announcement) -> str:
        return item.id

    def empty(self) -> str:
        return "no announcement so far · n writes one" if self.told else "asking the desk…"

    def at_hand(self) -> Announcement | None:
        """The one that the cursor is on."""
        return self.items[self.cursor] if self.cursor < len(self.items) else None

    def choose(self, index: int) -> None:
        del index
        self.post_message(self.Chosen())

    def paint_line(self, index: int, width: int) -> Sequence[Segment]:
        item, colours = self.items[index], palette_of(self)
        loud = item.state in ("submitted", "draft")
        line = [
            Segment(f" {moment(item.at, self._now.zone, self._now.clock):>9} ", colours.quiet),
            Segment(
                fit(STATES.get(item.state, item.state), STATE_CELLS),
                colours.accent if loud else colours.quiet,
            ),
            Segment(paint(item.title[:120]).text or "(no title)", colours.strong),
            Segment(f" · {', '.join(channels(item))}" if item.accounts else "", colours.quiet),
            Segment(f" · {name_words(item.by)}", colours.quiet),
        ]
        return shorten(line, width, colours.quiet)


def channels(item: Announcement) -> list[str]:
    """The channels of the accounts from which it goes out."""
    return list(dict.fromkeys(name_words(each.partition(":")[0]) for each in item.accounts))


def lengths(text: str, accounts: Sequence[str], now: Situation) -> list[tuple[str, bool]]:
    """How long a text is in each channel, in words, and whether that is too long."""
    found = []
    senders = now.status.outgoing.senders if now.status else ()
    told = {sender.account: sender.characters for sender in senders}
    mosts: dict[str, int] = {}
    for account in accounts:
        channel = account.partition(":")[0].strip()
        if channel:
            most = told.get(account) or limit(channel)
            mosts[channel] = min(most, mosts.get(channel, most))
    for channel, most in mosts.items():
        length = measure(text, channel)
        more = f", {length - most:,} too long" if length > most else ""
        found.append((f"{name_words(channel)} {length:,} of {most:,}{more}", length > most))
    return found


class AnnouncementView(Static):
    """One announcement whole: its state, its text, and how far it is in each channel."""

    def tell(self, item: Announcement | None, now: Situation) -> None:
        """Show it."""
        colours = palette_of(self)
        words = Text()
        if item is not None:
            _say(words, item, now, colours)
        self.update(words)


def _say(words: Text, item: Announcement, now: Situation, colours: Palette) -> None:
    if item.exercise or now.exercise:
        words.append(" EXERCISE ", colours.alarm)
        words.append(" ")
    words.append(visible(item.title[:300]) + "\n", colours.strong)
    at = moment(item.at, now.zone, now.clock)
    words.append(f"{STATES.get(item.state, item.state)}", colours.accent)
    words.append(f" · {at} · written by {name_words(item.by)}", colours.quiet)
    if item.approved_by:
        words.append(f" · approved by {name_words(item.approved_by)}", colours.quiet)
    words.append("\n")
    if item.note:
        words.append(f"note: {paint(item.note[:400]).text}\n", colours.label("hazard"))
    row = now.outages.get(item.outage or "")
    place = paint((row.place if row else item.outage or "")[:80]).text
    about = (
        f"about the outage in {place}"
        if item.outage
        else "of no outage: before a storm, or in general"
    )
    words.append(about + "\n\n", colours.quiet)
    words.append(visible(item.text[:10_000]) + "\n\n", colours.text)
    for said, too_long in lengths(item.text, item.accounts, now):
        words.append(said + "\n", colours.label("hazard") if too_long else colours.quiet)
    if not item.accounts:
        words.append("no account is chosen yet\n", colours.label("hazard"))
    states = {_key(each): each for each in item.sendings}
    for account in item.accounts:
        sending = states.get(account)
        words.append(f"  {name_words(account)}: ", colours.text)
        words.append(_sent(sending, item, now) + "\n", colours.strong if sending else colours.quiet)


def _key(sending: Sending) -> str:
    account = sending.account
    return account if ":" in account else f"{sending.channel}:{account}"


def _sent(sending: Sending | None, item: Announcement, now: Situation) -> str:
    """How far it is in one channel, in the words in which replies are told."""
    if sending is None:
        return "not sent yet"
    reply = Reply(
        id=sending.reply,
        case=item.id,
        channel=sending.channel,
        to_post="",
        author_key="",
        text="",
        by=item.by,
        state=sending.state,
        at=sending.at,
        remote=sending.remote,
        note=sending.note,
        again_at=sending.again_at,
        exercise=item.exercise or now.exercise,
    )
    return reply_state(reply, now.zone)
