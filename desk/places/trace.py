"""How a location came about, for a person: names in the text, and what each source said."""

from __future__ import annotations

import msgspec

from desk.places.choice import best
from desk.places.reading import Findings, Found, Note
from desk.post import Location, Post


class Step(msgspec.Struct, frozen=True):
    """What one source said of a post's location, and what became of it."""

    source: str
    said: str


class Trace(msgspec.Struct):
    """All that was looked at for one location, in order."""

    names: list[Note] = []
    steps: list[Step] = []

    def say(self, source: str, said: str) -> None:
        """Note what a source said."""
        self.steps.append(Step(source, said))

    def tell_given(self, post: Post, geo: Location | None, where: Findings, *, away: bool) -> None:
        """Note what the platform gave with the post."""
        if post.geo is not None:
            outside = "outside the territory" if away else "in no community, but near"
            self.say("coordinates", f"in {geo.community}" if geo else outside)
        if post.place:
            if where.communities:
                said = f"names {best(where.communities).community.name}"
            elif where.elsewhere:
                said = "is elsewhere"
            else:
                said = "names the region" if where.region else "names nothing of the territory"
            self.say("place", said)

    def tell_named(self, text: Findings, named: Found | None, *, stranger: bool) -> None:
        """Note what the text names."""
        if named is not None:
            self.say(named.source, f"names {named.community.name}")
        elif text.communities and stranger:
            self.say("text", "names a community, but comes from elsewhere and need not mean ours")
        elif text.elsewhere:
            self.say("text", "names a place elsewhere")
        else:
            self.say("text", "names no community")
