"""What an agent needs to write: what is known, macros filled, and what is wrong with a text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from desk.cases import Case
from desk.channels.wording import mention_of, outgoing
from desk.post import LabelledPost
from desk.replies import facts as known
from desk.replies.calling import called
from desk.replies.fill import Filler, Filling
from desk.replies.finding import Fit, cued, fit, fits, found
from desk.replies.ground import Ground, outage_of, post_of
from desk.replies.measure import limit, measure
from desk.replies.reach import answering, out_of_reach, strangers
from desk.replies.reply import Facts, Problem
from desk.replies.voice import Draftable, VoiceCheck, promise_of
from desk.settings.macros import Macro


class Choice(msgspec.Struct, frozen=True):
    """A macro filled for somebody; `missing` names what could not be, `score` how it was found."""

    macro: Macro
    text: str
    missing: tuple[str, ...]
    score: float


class Writing:
    """Facts, macros and checks for one desk.

    `most_of` is asked how long a text may be at the server of an own account, where that says so.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.most_of: Callable[[str], int | None] = lambda _: None
        self.zone = ground.territory.zone
        macros = ground.settings.macros
        utility = next((one.name for one in ground.own.accounts if one.name), "")
        self._filler = Filler(macros, self.zone, ground.territory.timezone, utility)
        self._check = VoiceCheck(ground.settings.voice, self.zone)
        self._names = {place.id: place.name for place in ground.territory.community}

    def facts(self, case: Case, now: datetime) -> Facts:
        """What is known of a customer's outage at `now`."""
        return self.facts_of(case.outage, now, case.community)

    def facts_of(self, outage: str | None, now: datetime, community: str | None = None) -> Facts:
        """What is known of an outage at `now`, for somebody in a community of it."""
        change = outage_of(self._ground, outage)
        if change is not None and change.communities and community not in change.communities:
            community = change.communities[0]
        place = self._names.get(community or "", "")
        listed = self._ground.oms.find(change.oms, now) if change is not None else None
        return known.facts_of(change, place, now, listed)

    def language(self, case: Case) -> str:
        """The language in which a case is answered."""
        return self._filler.language(case.lang)

    def newest(self, case: Case) -> LabelledPost | None:
        """The newest post of a case: the one that is answered."""
        return post_of(self._ground, case.channel, case.posts[-1]) if case.posts else None

    def fill(self, macro: Macro, case: Case, facts: Facts, post: LabelledPost | None) -> Choice:
        """A macro as the writer of `post` would read it."""
        filling = Filling(
            facts=facts,
            name=called(post.author) if post is not None else "",
            lang=self.language(case),
            mode=self._ground.cases.mode,
        )
        return Choice(macro, *self._filler.fill(macro, filling), 100.0)

    def macros(self, case: Case, query: str, now: datetime, most: int) -> list[Choice]:
        """The macros for a case, the best first: all that fit, or those that `query` means."""
        facts, post, lang = self.facts(case, now), self.newest(case), self.language(case)
        mode = self._ground.cases.mode
        choices: list[tuple[tuple[float, bool, Fit], Choice]] = []
        for macro, score in found(self._ground.settings.macros.macro, query, lang, mode):
            fitting = fits(macro, facts, case.channel, mode)
            if macro.announcement or not macro.written(lang, mode) or not (query or fitting):
                continue
            choice = self.fill(macro, case, facts, post)
            about = post is not None and cued(macro, post.text)
            gaps = len(choice.missing)
            rank = fit(macro, case.labels, loop=case.loop, gaps=gaps, about=about)
            choice = msgspec.structs.replace(choice, score=score)
            choices.append(((-score, not fitting, rank), choice))
        choices.sort(key=lambda each: each[0])  # stable: else in the order of the file
        return [choice for _, choice in choices[:most]]

    def for_people(self, outage: str, query: str, now: datetime, most: int) -> list[Choice]:
        """The macros with which all people of an outage can be answered, the best first.

        They are filled for nobody in particular, in the territory's language.
        """
        facts = self.facts_of(outage, now)
        restored = facts.status == "restored"
        choices = self._for_many(facts, query, announcement=False)
        ranks = {
            id(choice): fit(
                choice.macro, ("outage", "etr"), loop=restored, gaps=len(choice.missing)
            )
            for choice in choices
        }
        choices.sort(key=lambda choice: (-choice.score, ranks[id(choice)]))
        return choices[:most]

    def announcements(self, outage: str, query: str, now: datetime, most: int) -> list[Choice]:
        """The macros for everybody that fit `outage`, if any, in the territory's language."""
        facts = self.facts_of(outage or None, now)
        choices = self._for_many(facts, query, announcement=True)
        choices.sort(key=lambda choice: (-choice.score, bool(choice.missing)))
        return choices[:most]

    def _for_many(self, facts: Facts, query: str, *, announcement: bool) -> list[Choice]:
        lang, mode = self._filler.language(""), self._ground.cases.mode
        filling = Filling(facts=facts, name="", lang=lang, mode=mode)
        return [
            Choice(macro, *self._filler.fill(macro, filling), score)
            for macro, score in found(self._ground.settings.macros.macro, query, lang, mode)
            if macro.announcement is announcement and (query or fits(macro, facts, "", mode))
        ]

    def problems(
        self, case: Case, text: str, facts: Facts, post: LabelledPost | None = None
    ) -> tuple[Problem, ...]:
        """What is wrong with a text as the answer to `post`, else to the newest one of a case."""
        post = post or self.newest(case)
        draft = Draftable(
            text=text,
            channel=case.channel,
            lang=self._filler.language(case.lang) if case.lang else "",
            labels=case.labels,
            facts=facts,
            mention=mention_of(post, case.channel),
            most=self.most(case),
        )
        return (
            *out_of_reach(self._ground, case, post),
            *self._check.problems(draft),
            *strangers(text, case.channel, self._ground.own, post),
        )

    def length(self, case: Case, text: str) -> int:
        """How long a text is as the answer to a case, by the channel's measure, as it goes out."""
        return measure(outgoing(text, self.mention(case)), case.channel)

    def most(self, case: Case) -> int:
        """How long an answer to a case may be."""
        return self._most(answering(self._ground, case), case.channel)

    def _most(self, account: str, channel: str) -> int:
        return self.most_of(account) or limit(channel)

    def mention(self, case: Case) -> str:
        """Whom an answer to a case must name, in front; empty where the platform does so itself."""
        return mention_of(self.newest(case), case.channel)

    def out_of_reach(self, case: Case) -> tuple[Problem, ...]:
        """Why nobody can be answered in a case, before a word is written."""
        return out_of_reach(self._ground, case, self.newest(case))

    def problems_for_all(self, text: str, account: str, facts: Facts) -> tuple[Problem, ...]:
        """What is wrong with a text for everybody, from an account as channel:handle."""
        channel = account.partition(":")[0]
        most = self._most(account, channel)
        draft = Draftable(text=text, channel=channel, lang="", labels=(), facts=facts, most=most)
        return (
            *self._check.problems(draft),
            *strangers(text, channel, self._ground.own, None),
        )

    def promised(self, text: str, facts: Facts) -> datetime | None:
        """The time by which `text` says that power will be back."""
        return promise_of(text, facts, self.zone)
