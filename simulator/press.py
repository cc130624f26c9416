"""Official voices: newsrooms and agencies, and the utility's own account with its replies."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from desk.post import Author
from simulator.draft import Draft, Scene
from simulator.odds import Odds, poisson
from simulator.people import plain
from simulator.restoration import Outage
from simulator.storm import Outlet, layer_random
from simulator.truth import Told
from simulator.voices import grammar

NEWS_PER_HOUR = 8.0
WORTH_A_HEADLINE = 900
"""Customers from which an outage is told by the media or the utility."""
ANSWERED = frozenset({"outage", "etr", "hazard", "vulnerable", "service", "complaint", "billing"})
LONGEST_QUEUE = 400

_CALM_NEWS = Odds(news_forecast=50.0, news_advice=30.0, news_other=20.0)
_STORM_NEWS = Odds(
    news_damage=30.0,
    news_forecast=16.0,
    news_advice=12.0,
    news_total=24.0,
    news_other=8.0,
    news_hurt=10.0,
)


class Press:
    """Media and the utility's own account."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._draw = layer_random(scene.storm, "press")
        self._channels = Odds(**scene.storm.crowd.channels)
        self._language = scene.storm.voice[0].language
        self._bulletins = sorted(self._all_bulletins())
        self._coming = 0
        self._unanswered: list[tuple[float, int, Told]] = []
        self._replying: dict[int, Told] = {}
        self._heard = 0

    def _all_bulletins(self) -> Iterator[tuple[float, str, int]]:
        """Headlines and announcements on the larger outages, a while after the fact."""
        draw = self._draw
        for outage in self._scene.outages:
            if outage.customers < WORTH_A_HEADLINE:
                continue
            lasts_s = outage.restored_s - outage.started_s
            at_s = outage.started_s + 60 * (15 + draw.expovariate(1 / 25))
            if at_s < outage.restored_s:
                yield at_s, "utility_outage", outage.number
            if outage.customers > 4 * WORTH_A_HEADLINE and draw.random() < 0.7:
                at_s = outage.started_s + 60 * (20 + draw.expovariate(1 / 40))
                if at_s < outage.restored_s:
                    yield at_s, "news_outage", outage.number
            if lasts_s > 7200 and draw.random() < 0.6:
                yield (
                    outage.restored_s + 60 * (4 + draw.expovariate(1 / 12)),
                    "utility_back",
                    (outage.number),
                )
            elif outage.customers > 4 * WORTH_A_HEADLINE and draw.random() < 0.3:
                yield (
                    outage.restored_s + 60 * (10 + draw.expovariate(1 / 15)),
                    "news_back",
                    (outage.number),
                )

    def expected(self, hours: float) -> float:
        """About how many posts the press will send in `hours`, replies left out."""
        told = sum(at_s < hours * 3600 for at_s, _, _ in self._bulletins)
        return told + hours * NEWS_PER_HOUR

    def plan(self, from_s: float, to_s: float) -> Iterator[tuple[float, str, int]]:
        """News, bulletins and replies of the block."""
        while self._coming < len(self._bulletins) and self._bulletins[self._coming][0] < to_s:
            bulletin = self._bulletins[self._coming]
            self._coming += 1
            if bulletin[0] >= from_s:
                yield bulletin
        for _ in range(poisson(NEWS_PER_HOUR * (to_s - from_s) / 3600, self._draw)):
            yield from_s + (to_s - from_s) * self._draw.random(), "news", -1
        while self._unanswered and self._unanswered[0][0] < to_s:
            due_s, number, _ = self._unanswered[0]
            told = heapq.heappop(self._unanswered)[2]
            self._replying[number] = told
            yield max(from_s, due_s), "reply", number

    def heard(self, told: Told) -> None:
        """Some of those who ask the utility get an answer, later the greater the rush."""
        if told.post.repost_of or "news" in told.truth.labels:
            return
        if not ANSWERED.intersection(told.truth.labels):
            return
        chance = self._scene.storm.crowd.replies * (2.5 if told.post.mentions else 0.6)
        if self._draw.random() < chance and len(self._unanswered) < LONGEST_QUEUE:
            wait_s = 240 + self._draw.expovariate(1 / (600 + 20 * len(self._unanswered)))
            sent_s = (told.post.created_at - self._scene.storm.starts_at).total_seconds()
            self._heard += 1
            heapq.heappush(self._unanswered, (sent_s + wait_s, self._heard, told))

    def write(self, at_s: float, kind: str, subject: int) -> Draft | None:
        """A headline, a bulletin or a reply."""
        if kind == "reply":
            return self._reply(self._replying.pop(subject), at_s)
        if kind == "news":
            return self._news(at_s)
        outage = self._scene.outages[subject]
        return self._bulletin(outage, kind, at_s)

    def _bulletin(self, outage: Outage, kind: str, at_s: float) -> Draft:
        scene, draw = self._scene, self._draw
        facts = self._facts(outage, at_s)
        broken = outage.cause in {"lineDown", "poleDown", "treeDown"}
        act = "news_line" if kind == "news_outage" and broken and draw.random() < 0.25 else kind
        said = grammar(self._language).say(act, facts, draw, located=True)
        if kind.startswith("utility"):
            channel = self._channels.draw(draw)
            author, account = self._own(channel), scene.storm.utility.handle
            url = None
        else:
            outlet = scene.storm.outlet[int(draw.random() * len(scene.storm.outlet))]
            channel, author, account = outlet.channel, _author(outlet), ""
            url = self._link(outlet)
        return Draft(
            author,
            channel,
            said.text if url is None else f"{said.text} {url}",
            self._language,
            said.labels,
            outage.number,
            outage.zone.community.id,
            said.located,
            mentions=(account,) if account and account in said.text else (),
            url=url,
        )

    def _facts(self, outage: Outage, at_s: float) -> dict[str, str]:
        scene, draw = self._scene, self._draw
        facts = scene.facts(outage.zone.community, draw)
        facts["utility"] = scene.storm.utility.name
        facts["street"] = scene.people.street(scene.storm.voice[0], draw.random())
        out = outage.out(at_s) or outage.customers
        facts["customers"] = _thousands(
            out if draw.random() < 0.5 else _rounded(out), self._language
        )
        facts["since"] = scene.clock(outage.started_s, self._language, draw)
        facts["clock"] = scene.clock(outage.restored_s - 900, self._language, draw)
        facts["cause"] = outage.cause or ""
        return facts

    def _news(self, at_s: float) -> Draft:
        scene, draw = self._scene, self._draw
        outlet = scene.storm.outlet[int(draw.random() * len(scene.storm.outlet))]
        out = sum(o.out(at_s) for o in scene.outages if o.started_s <= at_s < o.restored_s)
        worst = max(range(len(scene.zones)), key=lambda zone: self._severity(zone, at_s))
        act = (_STORM_NEWS if out > 5000 else _CALM_NEWS).draw(draw)
        windy = self._severity(worst, at_s) > 1
        if act in {"news_damage", "news_hurt"} and not windy:
            act = "news_total"
        community = None
        if act in {"news_damage", "news_hurt"}:
            near = [z for z in range(len(scene.zones)) if self._severity(z, at_s) > 1]
            community = scene.zones[near[int(draw.random() * len(near))]].community
        facts = scene.facts(community, draw)
        facts["utility"] = scene.storm.utility.name
        facts["customers"] = _thousands(_rounded(out), self._language)
        facts["street"] = scene.people.street(scene.storm.voice[0], draw.random())
        said = grammar(self._language).say(act, facts, draw, located=community is not None)
        url = self._link(outlet)
        return Draft(
            _author(outlet),
            outlet.channel,
            f"{said.text} {url}",
            self._language,
            said.labels,
            community=community.id if community else None,
            located=said.located,
            url=url,
        )

    def _severity(self, zone: int, at_s: float) -> float:
        weather = self._scene.weather.at(zone, at_s)
        return weather.gust_kmh / 85 + weather.rain_mm_h / 25

    def _reply(self, told: Told, at_s: float) -> Draft:
        scene, draw, truth = self._scene, self._draw, told.truth
        number = None if truth.outage is None else int(truth.outage.rpartition("-")[2]) - 1
        outage = scene.outages[number] if number is not None else None
        community = outage.zone.community if outage and truth.located else None
        if outage is None:
            act = "reply_billing" if "billing" in truth.labels else "reply_service"
        elif "hazard" in truth.labels:
            act = "reply_hazard"
        elif outage.restored_s < at_s:
            act = "reply_back"
        else:
            act = "reply_outage" if truth.located else "reply_where"
        author = told.post.author
        facts = scene.facts(community, draw)
        facts["utility"] = scene.storm.utility.name
        if outage is not None:
            facts["clock"] = scene.clock(outage.restored_s, told.post.lang or "en", draw)
        language = told.post.lang or self._language
        said = grammar(language).say(act, facts, draw, located=community is not None)
        handle = author.handle if author else ""
        return Draft(
            self._own(told.post.channel),
            told.post.channel,
            f"@{handle} {said.text}",
            language,
            said.labels,
            number,
            truth.community,
            said.located,
            reply_to=told.post.id,
            mentions=(handle,),
        )

    def _own(self, channel: str) -> Author:
        utility = self._scene.storm.utility
        return Author(f"{channel}-utility", utility.handle, utility.name)

    def _link(self, outlet: Outlet) -> str:
        return f"https://{plain(outlet.name)}.example/{int(self._draw.random() * 1e7):x}"


def _author(outlet: Outlet) -> Author:
    return Author(f"{outlet.channel}-{outlet.handle}", outlet.handle, outlet.name)


def _rounded(count: int) -> int:
    digits = int(10 ** max(0, len(str(count)) - 2))
    return max(1, count // digits * digits)


def _thousands(count: int, language: str) -> str:
    return f"{count:,}" if language == "en" else f"{count:,}".replace(",", ".")
