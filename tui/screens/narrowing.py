"""What the feed lets through: how far back, posts with media alone, filters saved under a name."""

from __future__ import annotations

from tui.filter_words import (
    MEDIA,
    SINCE,
    has,
    looking_back,
    terms,
    toggled,
    without_headlines,
)
from tui.screens.attached import Attached
from tui.screens.filters import FiltersScreen


class Narrowing(Attached):
    """Its keys change the words of the filter, so that `/` shows and `esc` clears what they did."""

    query_words = ""

    async def filter_by(self, query: str) -> None:
        """Show only what `query` lets through."""
        raise NotImplementedError

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str | None:
        if action in ("span", "media", "headlines") and self.now.link.state != "connected":
            return "the desk is not there now: it can't filter"
        if action == "span":
            (span,) = parameters
            looks_back = any(each.lower().startswith(SINCE) for each in terms(self.query_words))
            if not span and not looks_back:
                return "all times are in view: 1 to 5 look back from now"
            if span and has(self.query_words, f"{SINCE}{span}"):
                return f"only the last {span} are in view: 6 shows all times"
        return super().why_not(action, parameters)

    @property
    def headlines(self) -> bool:
        """Whether headlines on other matters are in view, as this person has chosen."""
        return self.desk.choices.now.headlines

    def asked_of_desk(self, query: str) -> str:
        """The filter that the desk is asked for, where `query` is what a person wrote."""
        return query if self.headlines else without_headlines(query)

    async def action_headlines(self) -> None:
        self.desk.choices.keep(headlines=not self.headlines)
        await self.filter_by(self.query_words)

    async def action_span(self, span: str) -> None:
        await self.filter_by(looking_back(self.query_words, span))

    async def action_media(self) -> None:
        await self.filter_by(toggled(self.query_words, MEDIA))

    def action_filters(self) -> None:
        def chosen(query: str | None) -> None:
            if query is not None:
                self.run_worker(self.filter_by(query))

        self.app.push_screen(FiltersScreen(self.desk.choices, self.query_words), chosen)
