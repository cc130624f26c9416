"""Where a post is about: the community of the territory that it speaks of, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from desk.places.choice import agreed, best, located
from desk.places.coordinates import NEAR_KM, Ground, reaches
from desk.places.judging import REGION_BESIDE
from desk.places.memory import OWN, THREAD, Memory
from desk.places.names import gazetteer
from desk.places.profile import NEWSROOM, Profiles
from desk.places.reading import Findings, Found
from desk.places.text import NOTHING, TOWNS, Reader
from desk.places.trace import Trace
from desk.places.words import WORDS
from desk.post import Geo, LabelledPost, Location, Post
from desk.territories.territory import Territory

_REMEMBERED_PLACES = 10_000
_LONGEST_PLACE = 200

PLACE, PLACE_BARE = 0.95, 0.9
FAR_RELATIVE = 0.75
CONTRADICTED = 0.75
"""Times the confidence where the text names another community than the platform."""

_GIVEN = frozenset(("coordinates", "place"))
"""Sources of what was given with a post beside its text."""

_NOWHERE = Findings()


class Locator:
    """Finds the location of posts in one territory.

    Sources, in order of trust: `coordinates` of the post, the platform's own `place`, what the text
    names (`zip`, `street`, `landmark`, or a community's name: `text`), the `thread` that the post
    answers, the author's `profile`, and the author's earlier posts (`history`). The last three are
    what `remember` was told before.

    Confidence is the share of such locations that are expected to name the right community.
    `radius_km` is the community's; smaller where the coordinates, the ZIP code, the street or the
    landmark are known themselves.
    """

    def __init__(self, territory: Territory) -> None:
        names = gazetteer(territory)
        self._reader = Reader(names)
        self._profiles = Profiles(names, self._reader)
        self._ground = Ground(territory.community)
        self._by_id = {community.id: community for community in territory.community}
        self._memory = Memory()
        self._places: dict[str, Findings] = {}

    def remember(self, post: LabelledPost) -> None:
        """Take in a labelled post with the location that it was given."""
        self._memory.remember(post)

    def restore(self, posts: Iterable[LabelledPost]) -> None:
        """Take in the newest labelled posts of before, oldest first; see `memory.REMEMBERED`."""
        for post in posts:
            if post.location is None or post.location.community in self._by_id:
                self._memory.remember(post)

    def forget(self) -> None:
        """Forget every earlier post."""
        self._memory = Memory()

    def locate(self, post: Post, trace: Trace | None = None) -> Location | None:
        """The location of a post, or None where nothing says it; how it came goes to `trace`."""
        if post.repost_of is not None and post.geo is None and not post.place:
            repeated = self._memory.repeated(post)
            if repeated is not None and repeated.location.source not in _GIVEN:
                return _again(repeated.location, trace)
        text, seen = self._reader.clean(post.text), None
        author = post.author
        if (
            post.geo is None
            and not post.place
            and trace is None
            and not (author is not None and author.location)
        ):
            # half of the posts name nothing, and are done with here
            seen = self._reader.look(text)
            if seen < TOWNS:
                found = self._inferred(post, self._answered(post), None, away=False)
                if found is None or seen == NOTHING:
                    return found
        return self._located(post, text, trace, seen)

    def _answered(self, post: Post) -> Location | None:
        """The location of the post that this one answers or repeats."""
        if post.reply_to is None and post.repost_of is None:
            return None
        seen = self._memory.answered(post)
        return seen.location if seen is not None else None

    def _located(
        self, post: Post, cleaned: str, trace: Trace | None, seen: int | None
    ) -> Location | None:
        geo = self._ground.community_at(post.geo) if post.geo is not None else None
        where = self._by_place(post.place) if post.place else _NOWHERE
        home = _NOWHERE
        if post.author is not None and post.author.location:
            home = self._profiles.of(post.author)
        answered = self._answered(post)
        away = where.elsewhere or (
            post.geo is not None and geo is None and self._ground.is_outside(post.geo)
        )
        stranger = away or (home.elsewhere and not where.region and geo is None)
        implied = not stranger and (
            post.account is not None
            or post.geo is not None
            or where.region
            or bool(where.communities)
            or home.region
            or bool(home.communities)
            or answered is not None
            or self._memory.knows(post.author_key)
        )
        notes = trace.names if trace is not None else None
        text = self._reader.find(cleaned, implied=implied, notes=notes, seen=seen)
        named = self._named(text, where, stranger=stranger)
        if named is None and text.maybe and not stranger:
            named = self._expected(text.maybe[0], post, trace)
        if trace is not None:
            trace.tell_given(post, geo, where, away=away)
            trace.tell_named(text, named, stranger=stranger)
        if geo is not None:
            return self._at(geo, post.geo, named, text, trace)
        if where.communities:
            return self._placed(best(where.communities), where, named, text, trace)
        if named is not None:
            return self._confirmed(named, post, answered)
        if text.elsewhere and not text.region:
            _say(trace, "text", "speaks of a place elsewhere, so nothing else is asked")
            return None
        return self._inferred(post, answered, trace, away=away)

    def _named(self, text: Findings, where: Findings, *, stranger: bool) -> Found | None:
        """The community that the text names; from elsewhere only where it clearly means ours."""
        found = text.communities
        if where.foreign:
            found = [item for item in found if item.community.id not in where.foreign]
        if not found:
            return None
        chosen = best(found)
        if stranger and not text.region:
            if WORDS.kin.isdisjoint(text.words) or where.foreign:
                return None
            return chosen._replace(confidence=min(chosen.confidence, FAR_RELATIVE))
        return chosen

    def _expected(self, maybe: Found, post: Post, trace: Trace | None) -> Found | None:
        """A name that may mean another place, where posts from around ours are coming in."""
        if not self._memory.is_astir(self._ground.around(maybe.community), post.created_at):
            return None
        _say(trace, "text", f"others near {maybe.community.name} post about it at this time")
        return maybe

    def _at(
        self,
        location: Location,
        geo: Geo | None,
        named: Found | None,
        text: Findings,
        trace: Trace | None,
    ) -> Location | None:
        """Where coordinates are known: there, unless the text is clearly about somewhere else."""
        here = _speaks_of_here(text.words)
        if named is None or named.community.id == location.community:
            if named is None and text.elsewhere and not text.region and not here:
                _say(trace, "coordinates", "passed over: the text is about a place elsewhere")
                return None
            return location
        assert geo is not None, "coordinates have a place"
        if reaches(named.community, geo.lat, geo.lon):
            _say(trace, "coordinates", f"within {named.community.name} too, which the text names")
            return msgspec.structs.replace(location, community=named.community.id)
        if not here and not WORDS.kin.isdisjoint(text.words):
            _say(trace, "coordinates", "passed over: the text is about others, elsewhere")
            return located(named)
        _say(trace, "coordinates", "less sure: the text names another community")
        return msgspec.structs.replace(
            location, confidence=round(location.confidence * CONTRADICTED, 3)
        )

    def _placed(
        self,
        place: Found,
        where: Findings,
        named: Found | None,
        text: Findings,
        trace: Trace | None,
    ) -> Location | None:
        """Where the platform tells the place: there, or in the part of it that the text names."""
        sure = PLACE if where.region else PLACE_BARE
        confidence = min(sure, place.confidence)
        here = _speaks_of_here(text.words)
        if named is None:
            if text.elsewhere and not text.region and not here:
                _say(trace, "place", "passed over: the text is about a place elsewhere")
                return None
            return located(place._replace(confidence=confidence), "place")
        if named.community is place.community:
            return located(named._replace(confidence=max(confidence, 0.97)), "place")
        smaller = named.community.radius_km < place.community.radius_km
        if smaller and reaches(place.community, named.community.lat, named.community.lon, NEAR_KM):
            _say(trace, "place", "the text names a part of it")
            return located(named)
        if not here and not WORDS.kin.isdisjoint(text.words):
            _say(trace, "place", "passed over: the text is about others, elsewhere")
            return located(named)
        _say(trace, "place", "less sure: the text names another community")
        return located(place._replace(confidence=confidence * CONTRADICTED), "place")

    def _confirmed(self, named: Found, post: Post, answered: Location | None) -> Location:
        """What the text names, surer where the thread or the author's earlier posts agree."""
        if named.confidence < REGION_BESIDE:
            agrees = answered is not None and answered.community == named.community.id
            if not agrees:
                home = self._memory.home(post.author_key, post.created_at)
                agrees = home is not None and home[0].community == named.community.id
            if agrees:
                return located(named._replace(confidence=agreed(named.confidence)))
        return located(named)

    def _inferred(
        self, post: Post, answered: Location | None, trace: Trace | None, *, away: bool
    ) -> Location | None:
        """What others said before: the thread, else the author's profile, else earlier posts."""
        if answered is not None:
            _say(trace, "thread", f"the post that it answers is about {answered.community}")
            sure = answered.confidence * (1.0 if post.repost_of else THREAD)
            return msgspec.structs.replace(answered, source="thread", confidence=round(sure, 3))
        told_of_others = post.reply_to or post.repost_of or "http" in post.text
        if away or post.author is None or told_of_others:
            return None
        profile = self._profiles.of(post.author)
        if profile.words is NEWSROOM:
            return None
        home = self._memory.home(post.author_key, post.created_at)
        if profile.communities:
            chosen = best(profile.communities)
            _say(trace, "profile", f"names {chosen.community.name}")
            if home is None or home[0].community == chosen.community.id:
                return located(chosen)
        if home is None:
            return None
        location, confidence = home
        _say(trace, "history", f"the author's earlier posts are about {location.community}")
        community = self._by_id[location.community]
        return located(Found(community, confidence, "history"))

    def _by_place(self, place: str) -> Findings:
        found = self._places.get(place)
        if found is None:
            found = self._reader.find(self._reader.clean(place), trusted=True)
            if len(self._places) >= _REMEMBERED_PLACES:
                self._places.clear()
            if len(place) <= _LONGEST_PLACE:
                self._places[place] = found
        return found


def _again(location: Location, trace: Trace | None) -> Location:
    """Where a text is about that somebody repeats, by the location of the first post with it.

    Two say now what the text names.
    """
    _say(trace, "thread", f"repeats a post that is about {location.community}")
    if location.source not in OWN:
        return msgspec.structs.replace(location, source="thread")
    return msgspec.structs.replace(location, confidence=agreed(location.confidence))


def _speaks_of_here(words: list[str]) -> bool:
    """Whether somebody speaks of where they are; "my mom" is somewhere else."""
    here, kin = WORDS.here, WORDS.kin
    if here.isdisjoint(words):
        return False
    return any(
        word in here and (at + 1 == len(words) or words[at + 1] not in kin)
        for at, word in enumerate(words)
    )


def _say(trace: Trace | None, source: str, said: str) -> None:
    if trace is not None:
        trace.say(source, said)
