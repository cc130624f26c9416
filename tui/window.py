"""The rows of a view that a screen holds: pages around what is visible, and no history."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

from desk.serving.protocol import Page, Row, ViewChange

PAGE_ROWS = 200
PAGES_HELD = 20


class Window:
    """A view as far as this screen knows it: `first` to `total`, with some rows at hand.

    Rows keep their number for as long as the view is open, so a page fetched once stays right.
    `found` counts all rows of the view; while the desk is `counting`, older ones are still to come.
    """

    def __init__(self, view: int, query: str) -> None:
        self.view = view
        self.query = query
        self.first = 0
        self.total = 0
        self.found = 0
        self.counting = False
        self._pages: OrderedDict[int, dict[int, Row]] = OrderedDict()
        self._asked: set[int] = set()

    def take(self, told: Page | ViewChange) -> None:
        """Take in what the desk says of the view."""
        self.first = told.first
        self.put(told.start, told.rows, told.first, told.total)
        self.found = told.found or told.total - told.first
        self.counting = told.counting

    def put(self, start: int, rows: Sequence[Row], first: int, total: int) -> None:
        """Take in the rows from `start` on, and how far the view reaches now."""
        self.first = max(self.first, first)
        self.total = max(self.total, total)
        self.found = self.total - self.first
        for index, row in enumerate(rows, start):
            number = index // PAGE_ROWS
            self._pages.setdefault(number, {})[index] = row
        for number in range(start // PAGE_ROWS, (start + len(rows)) // PAGE_ROWS + 1):
            if number in self._pages:
                self._pages.move_to_end(number)
        while len(self._pages) > PAGES_HELD:
            self._pages.popitem(last=False)

    def answered(self) -> None:
        """Rows that were asked for have come: what still lacks may be asked for again."""
        self._asked.clear()

    def row(self, index: int) -> Row | None:
        """The row of this number, or None where it is not at hand."""
        page = self._pages.get(index // PAGE_ROWS)
        return page.get(index) if page else None

    def ask(self, start: int, stop: int) -> list[tuple[int, int]]:
        """What to fetch, as (start, count), so that the rows `start` to `stop` are at hand.

        Rows on the way are not asked for twice.
        """
        wanted = []
        low, high = max(start, self.first), min(stop, self.total)
        if high <= low:
            return []
        for number in range(low // PAGE_ROWS, (high - 1) // PAGE_ROWS + 1):
            page = self._pages.get(number, {})
            begin = max(number * PAGE_ROWS, self.first)
            end = min((number + 1) * PAGE_ROWS, self.total)
            seen = range(max(begin, low), min(end, high))
            if number in self._asked or all(index in page for index in seen):
                if page:
                    self._pages.move_to_end(number)
                continue
            self._asked.add(number)
            wanted.append((begin, end - begin))
        return wanted

    def find_post(self, post: str) -> int | None:
        """The number of the row at hand that shows this post."""
        pages = self._pages.values()
        return next((i for page in pages for i, row in page.items() if row.id == post), None)

    def find(self, holds: Callable[[Row], bool], index: int, step: int) -> int | None:
        """The next row from `index` on, in the direction of `step`, for which `holds` is true.

        The search ends where rows are not at hand.
        """
        index += step
        while (row := self.row(index)) is not None:
            if holds(row):
                return index
            index += step
        return None
