"""Whether rules may fire on a text: its circumstances, and those of a match in it."""

from __future__ import annotations

from typing import Protocol

from rules.facts import PostFacts
from rules.page import Page, Site
from rules.plan import Cues, Plan, Test


class Item(Protocol):
    """Anything with a text.

    Where an item has them, `id` (for the verdict), `lang`, `channel`, `media`, `mentions`,
    `account`, `reply_to` and `repost_of` are used as well.
    """

    @property
    def text(self) -> str:
        """What was written, as received."""
        ...


class Scan:
    """A text, `item` or its beginning, under the rules of a language: `page` has its words."""

    def __init__(
        self,
        plan: Plan,
        page: Page,
        text: str,
        item: str | Item,
        accounts: frozenset[str] = frozenset(),
    ) -> None:
        self.page = page
        self._plan = plan
        self.item = item
        self._facts = PostFacts(text, item, accounts)

    def holds(self, test: Test) -> bool:
        """Whether the post as a whole lets a rule fire, wherever its phrase stands."""
        channels = test.rule.channels
        if channels and getattr(self.item, "channel", None) not in channels:
            return False
        return self.page.holds(test)

    def fits(self, test: Test, site: Site) -> bool:
        """Whether a match may stand where it does: what is near it, and its contexts."""
        return self.page.fits(test, site, self._fact)

    def applies(self, context: Cues | str, site: Site) -> bool:
        """Whether a context, or a fact by its name, holds of a match."""
        if isinstance(context, str):
            return self._fact(context, site)
        return self.page.applies(context, site)

    def _fact(self, name: str, site: Site) -> bool:
        if name == "question":
            return self._asked(site)
        if name == "hashtag":
            return self.page.tagged(*site[1:])
        if name == "link":
            return bool(self.page.standing(self._plan.link))
        if name == "mention":
            return bool(self.page.standing(self._plan.mention))
        return self._facts[name]

    def _asked(self, site: Site) -> bool:
        """Whether the sentence of a match holds a question mark."""
        places = self.page.standing(self._plan.question)
        _, first, last = site
        return any(
            not self.page.parted(min(place, last), max(place, last))
            or not self.page.parted(min(place, first), max(place, first))
            for place in places
        )
