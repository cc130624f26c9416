"""Whether rules may fire on a text: its circumstances, and those of a match in it."""

from __future__ import annotations

from typing import Protocol

from rules.facts import exclaims, is_headline
from rules.index import Index
from rules.page import Page, Site
from rules.plan import Cues, Limits, Plan, Test
from rules.text import PICTURE_HOSTS, tokens


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
        self._text = text
        self.item = item
        self._accounts = accounts
        self._cues: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self._facts: dict[str, bool] = {}

    def holds(self, test: Test) -> bool:
        """Whether the post as a whole lets a rule fire, wherever its phrase stands."""
        rule, limits = test.rule, test.limits
        if rule.languages and self.page.language not in rule.languages:
            return False
        if rule.channels and getattr(self.item, "channel", None) not in rule.channels:
            return False
        if not all(self.page.has(index, limits) for index in test.all):
            return False
        if self.page.has(test.none, limits):
            return False
        return not test.weights or self.page.points(test) >= rule.need

    def fits(self, test: Test, site: Site) -> bool:
        """Whether a match may stand where it does: what is near it, and its contexts."""
        rule = test.rule
        if rule.near and not self.is_near(test.near, test.limits, rule.reach, site):
            return False
        if rule.not_near and self.is_near(test.not_near, test.limits, rule.reach, site):
            return False
        return all(self.applies(one, site) for one in test.when) and not any(
            self.applies(one, site) for one in test.unless
        )

    def applies(self, context: Cues | str, site: Site) -> bool:
        """Whether a context, or a fact by its name, holds of a match."""
        if isinstance(context, str):
            return self._fact(context, site)
        if self._all_sites(context.anywhere, context.limits):
            return True
        _, first, last = site
        reach = context.reach
        for _, end in self._all_sites(context.before, context.limits):
            if end < first and self._linked(end, first, reach, context):
                return True
        for begin, _ in self._all_sites(context.after, context.limits):
            if begin > last and self._linked(last, begin, reach, context):
                return True
        for begin, end in self._all_sites(context.around, context.limits):
            if begin <= last and end >= first:
                return True
            before = end < first
            if self._linked(*((end, first) if before else (last, begin)), reach, context):
                return True
        return False

    def is_near(self, index: Index, limits: Limits, reach: int, site: Site) -> bool:
        """Whether a phrase of an index stands beside a match or shares words with it."""
        _, first, last = site
        for begin, end in self._all_sites(index, limits):
            if begin <= last and end >= first:
                return True
            before = end < first
            if self._linked(*((end, first) if before else (last, begin)), reach, None):
                return True
        return False

    def _linked(self, place: int, following: int, reach: int, context: Cues | None) -> bool:
        """Whether two places lie in one sentence, within reach, with no stop word between."""
        if following - place - 1 > reach or self.page.parted(place, following):
            return False
        if context is None:
            return True
        stops = self._all_sites(context.stop, context.limits)
        return not any(place < begin and end < following for begin, end in stops)

    def _all_sites(self, index: Index, limits: Limits) -> list[tuple[int, int]]:
        """First and last word of everything an index finds in the text."""
        key = id(index), limits.gap
        sites = self._cues.get(key)
        if sites is None:
            sites = self._cues[key] = [site[1:] for _, site in self.page.every(index, limits)]
        return sites

    def _fact(self, name: str, site: Site) -> bool:
        if name == "question":
            return self._asked(site)
        if name == "hashtag":
            return self.page.tagged(*site[1:])
        if name not in self._facts:
            self._facts[name] = self._post_fact(name)
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

    def _post_fact(self, name: str) -> bool:
        item, text = self.item, self._text
        if name == "headline":
            return is_headline(text)
        if name == "exclaims":
            return exclaims(text)
        if name == "link":
            return bool(self.page.standing(self._plan.link))
        if name == "mention":
            return bool(self.page.standing(self._plan.mention))
        if name == "media":
            return bool(getattr(item, "media", None)) or any(host in text for host in PICTURE_HOSTS)
        if name == "reply":
            return bool(getattr(item, "reply_to", None))
        if name == "repost":
            return bool(getattr(item, "repost_of", None)) or text.startswith("RT @")
        return bool(getattr(item, "account", None)) or self._mentions_own()

    def _mentions_own(self) -> bool:
        if not self._accounts:
            return False
        named = {
            str(one).lstrip("@").casefold() for one in getattr(self.item, "mentions", ()) or ()
        }
        named |= {token[1:].casefold() for token in tokens(self._text) if token[0] == "@"}
        return not self._accounts.isdisjoint(named)
