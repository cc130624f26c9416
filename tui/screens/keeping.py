"""Pins, marks, copies, and the way back from what was done at this screen alone."""

from __future__ import annotations

from desk.serving.protocol import Detail, OutageRow, Read, Row
from tui.act_words import place_words
from tui.copying import joined, post_words, row_words
from tui.kept import MARKS_MOST, PINS_MOST, Kept
from tui.paint import cut, paint
from tui.screens.attached import Attached
from tui.signs import MARK, PIN
from tui.situation import Situation
from tui.widgets.feed import Feed
from tui.widgets.outages import OutageList
from tui.widgets.pinned import PinnedPosts
from tui.window import Window

TAKE_BACK = "u takes it back"
WORDS_CELLS = 24


class Keeping(Attached):
    """A screen with a feed, on which posts and outages are kept at hand."""

    feed: Feed
    only_marked = False

    def __init__(self, now: Situation) -> None:
        super().__init__(now)
        self._wanted: dict[str, Row] = {}
        self._copying: dict[str, str | None] = {}
        """Words of the posts that are copied, by id; None while the desk is asked for them."""

    @property
    def kept(self) -> Kept:
        """What is kept at hand, on every screen of this app."""
        return self.desk.kept

    def show_kept(self) -> None:
        """Show what is pinned and marked now."""
        raise NotImplementedError

    async def show_marked(self, *, on: bool) -> None:
        """Show the marked posts alone, or what the filter lets through."""
        raise NotImplementedError

    # What is at hand

    def post_at_hand(self) -> Row | None:
        """The post that the keys are about."""
        pinned = self.query_one(PinnedPosts)
        return pinned.at_hand() if pinned.has_focus else self.feed.row_at_hand()

    def outage_at_hand(self) -> OutageRow | None:
        """The outage that the keys are about, where they go to the list of outages."""
        list_ = self.query_one(OutageList)
        return list_.at_hand() if list_.has_focus else None

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        kept = self.kept
        if action in ("pin", "mark", "copy"):
            return self._why_not_here(action)
        if action in ("only_marked", "marks", "copy_marked") and not kept.marks:
            return "no post is marked: m marks one"
        if action == "undo" and kept.last() is None:
            return "nothing was pinned, marked or filtered here that could be taken back"
        return super().why_not(action, parameters)

    def _why_not_here(self, action: str) -> str | None:
        kept, outage, row = self.kept, self.outage_at_hand(), self.post_at_hand()
        if action == "pin" and outage is not None:
            full = outage.outage.id not in kept.outages and len(kept.outages) >= PINS_MOST
        elif row is None or not isinstance(self.focused, Feed | PinnedPosts):
            return "there is no post under the cursor"
        elif action == "pin":
            full = row.id not in kept.posts and len(kept.posts) >= PINS_MOST
        elif action == "mark" and row.id not in kept.marks and len(kept.marks) >= MARKS_MOST:
            return f"{MARKS_MOST} posts are marked: take a mark away first"
        else:
            full = False
        return f"{PINS_MOST} are pinned: take one away first" if full else None

    # Pins and marks

    def action_pin(self) -> None:
        outage, row = self.outage_at_hand(), self.post_at_hand()
        if outage is not None:
            words = place_words(outage.place)
            on = self.kept.pin_outage(outage)

            async def back() -> None:
                self.kept.pin_outage(outage)
        elif row is not None:
            words = _short(row)
            on = self.kept.pin_post(row)

            async def back() -> None:
                self.kept.pin_post(row)
        else:
            return
        self._did(f"{PIN} pinned" if on else "no longer pinned", words, back)

    def action_mark(self) -> None:
        row = self.post_at_hand()
        if row is None:
            return
        self.feed.hold()  # what was marked stays in sight

        async def back() -> None:
            self.kept.mark(row)

        on = self.kept.mark(row)
        self._did(f"{MARK} marked" if on else "no longer marked", _short(row), back)

    def _did(self, what: str, words: str, back: object) -> None:
        assert callable(back)
        self.kept.did(f"{what}: {words}", back)
        self.say_once(f"{what}: {words} · {TAKE_BACK}")
        self.show_kept()

    async def action_undo(self) -> None:
        words = await self.kept.undo()
        self.show_kept()
        self.say_once(f"taken back: {words}")

    async def action_only_marked(self) -> None:
        await self.show_marked(on=not self.only_marked)

    def action_marks(self, step: int) -> None:
        if not self.feed.find(lambda row: row.id in self.kept.marks, step):
            which = "further" if step > 0 else "earlier"
            self.say_once(f"no {which} marked post in this view · M shows all that are marked")

    def marked_window(self) -> Window:
        """The marked posts as a view of their own, which the desk knows nothing of."""
        rows = self.kept.in_order()
        window = Window(0, "")
        window.put(0, rows, 0, len(rows))
        window.found = len(rows)
        return window

    # Copies

    async def action_copy(self) -> None:
        row = self.post_at_hand()
        if row is not None:
            await self._copy([row])

    async def action_copy_marked(self) -> None:
        await self._copy(self.kept.in_order())

    async def _copy(self, rows: list[Row]) -> None:
        """Copy posts whole: the desk is asked for what their lines do not hold."""
        self._wanted = {row.id: row for row in rows}
        self._copying = dict.fromkeys(self._wanted)
        if self.now.link.state != "connected":
            self._copied()
            return
        for row in rows:
            await self.desk.link.send(Read(row.id))

    def post_detail(self, detail: Detail) -> None:
        """A post has come whole: copied, if it is one of those that are to be."""
        if self._copying.get(detail.id, "") is not None:
            return
        if detail.post is not None:
            self._copying[detail.id] = post_words(detail.post, self.now.zone)
        else:
            self._copying[detail.id] = row_words(self._wanted[detail.id], self.now.zone)
        if all(words is not None for words in self._copying.values()):
            self._copied()

    def tell_link(self) -> None:
        super().tell_link()
        if self._copying and self.now.link.state != "connected":
            self._copied()  # what there is: the desk will not answer

    def _copied(self) -> None:
        zone = self.now.zone
        whole = [
            words if words is not None else row_words(self._wanted[id_], zone)
            for id_, words in self._copying.items()
        ]
        text, count = joined(whole)
        self._copying = {}
        self.app.copy_to_clipboard(text)
        what = _short(next(iter(self._wanted.values()))) if len(whole) == 1 else f"{count:,} posts"
        left = f"; {len(whole) - count:,} more are too much at once" if count < len(whole) else ""
        self.say_once(f"copied {len(text):,} characters: {what}{left}")


def _short(row: Row) -> str:
    author = f"@{paint(row.author[:40]).text} " if row.author else ""
    return f"{author}“{cut(paint(row.text[:200]).text, WORDS_CELLS)}”"
