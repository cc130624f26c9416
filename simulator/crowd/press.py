"""Newsrooms, agencies and the weather service of the region."""

from __future__ import annotations

import math
from collections.abc import Iterator

from msgspec.structs import replace

from desk.post import Author
from desk.territories import Community
from simulator.crowd.facts import NO_BREAK, Facts
from simulator.crowd.pen import said_now
from simulator.crowd.people import plain
from simulator.draft import SEVERE, Draft, Scene
from simulator.odds import Odds, poisson
from simulator.restoration import Outage
from simulator.storm import Outlet, layer_random
from simulator.voices import Said
from simulator.weather import Bulletin

NEWS_PER_HOUR = 8.0
WORTH_A_HEADLINE = 3600
"""Customers from which an outage is told by the media."""

COLLAPSE_HEADLINES = 40
COLLAPSE_MEDIAN_S = 2.5 * 3600.0
STORM_FROM = 5000
"""Customers out from which the news speaks of little else."""

_CALM_NEWS = Odds(news_forecast=50.0, news_advice=30.0, news_other=20.0)
_STORM_NEWS = Odds(
    news_damage=30.0,
    news_forecast=16.0,
    news_advice=12.0,
    news_total=24.0,
    news_other=8.0,
    news_hurt=10.0,
)
_WEATHER_SERVICE = Outlet(name="Weather Service", handle="WeatherService", kind="weather")


class Press:
    """Newsrooms and agencies tell outages and everything else; bulletins tell the weather."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._draw = layer_random(scene.storm, "press")
        outlets = scene.storm.outlet
        self._outlets = [o for o in outlets if o.kind != "weather"] or list(outlets)
        weather = [o for o in outlets if o.kind == "weather"]
        self._service = weather[0] if weather else _WEATHER_SERVICE
        self._told = sorted((*self._headlines(), *self._bulletins()))
        self._coming = 0

    def _headlines(self) -> Iterator[tuple[float, str, int]]:
        """Headlines on the larger outages, a while after the fact."""
        draw = self._draw
        if self._scene.collapse and self._scene.can("collapse_headline"):
            began_s = self._scene.outages[0].started_s
            for _ in range(COLLAPSE_HEADLINES):
                after_s = draw.lognormvariate(math.log(COLLAPSE_MEDIAN_S), 1.3)
                yield began_s + 240 + after_s, "collapse", -1
        for outage in self._scene.outages:
            if outage.customers < WORTH_A_HEADLINE or outage.planned:
                continue
            at_s = outage.started_s + 60 * (20 + draw.expovariate(1 / 40))
            told = draw.random() < 0.7 and not self._scene.collapse
            if told and at_s < outage.restored_s:
                yield at_s, "news_outage", outage.number
            if draw.random() < 0.3:
                at_s = outage.restored_s + 60 * (10 + draw.expovariate(1 / 15))
                yield at_s, "news_back", outage.number

    def _bulletins(self) -> Iterator[tuple[float, str, int]]:
        for number, bulletin in enumerate(self._scene.bulletins):
            if bulletin.at_s >= 0 and self._scene.can(_bulletin_act(bulletin)):
                yield bulletin.at_s, "bulletin", number

    def expected(self, hours: int) -> list[float]:
        """About how many posts come in each of the first `hours` of the day."""
        found = [NEWS_PER_HOUR] * hours
        for at_s, _, _ in self._told:
            if 0 <= at_s < hours * 3600:
                found[int(at_s // 3600)] += 1
        return found

    def plan(self, from_s: float, to_s: float) -> Iterator[tuple[float, str, int]]:
        """News and bulletins of the block."""
        while self._coming < len(self._told) and self._told[self._coming][0] < to_s:
            told = self._told[self._coming]
            self._coming += 1
            if told[0] >= from_s:
                yield told
        for _ in range(poisson(NEWS_PER_HOUR * (to_s - from_s) / 3600, self._draw)):
            yield from_s + (to_s - from_s) * self._draw.random(), "news", -1

    def write(self, at_s: float, kind: str, subject: int) -> Draft | None:
        """A headline or a bulletin."""
        if kind == "news":
            return self._news(at_s)
        if kind == "collapse":
            return self._collapse(at_s)
        if kind == "bulletin":
            return self._bulletin(self._scene.bulletins[subject], at_s)
        return self._headline(self._scene.outages[subject], kind, at_s)

    def _facts(self, community: Community | None, at_s: float) -> Facts:
        facts = Facts(self._scene, community, self._draw, at_s, self._language)
        facts["utility"] = self._scene.storm.utility.name
        return facts

    @property
    def _language(self) -> str:
        return self._scene.storm.voice[0].language

    def _headline(self, outage: Outage, kind: str, at_s: float) -> Draft | None:
        draw = self._draw
        broken = outage.cause in {"lineDown", "poleDown", "treeDown"}
        act = "news_line" if kind == "news_outage" and broken and draw.random() < 0.25 else kind
        facts = self._facts(outage.zone.community, at_s)
        out = outage.out(at_s) or outage.customers
        facts["customers"] = thousands(out if draw.random() < 0.5 else rounded(out), self._language)
        facts["since"] = facts.at(outage.started_s)
        now = self._scene.moment(outage.zone, at_s)
        said = said_now(self._scene.official, act, facts, now, located=True)
        if said is None:
            return None
        return self._printed(self._outlet(), said, outage.zone.community, outage.number)

    def _out(self, at_s: float) -> int:
        """Customers without supply in the whole territory."""
        return sum(o.out(at_s) for o in self._scene.outages if o.started_s <= at_s < o.restored_s)

    def _collapse(self, at_s: float) -> Draft | None:
        """A headline on the system that fell: it has no town, and no utility's fault."""
        out = self._out(at_s)
        if out < STORM_FROM:
            return None
        facts = self._facts(None, at_s)
        facts["customers"] = thousands(rounded(out), self._language)
        facts["since"] = facts.at(self._scene.outages[0].started_s)
        said = self._scene.official.say("collapse_headline", facts, self._draw, located=False)
        return self._printed(self._outlet(), said, None, None)

    def _news(self, at_s: float) -> Draft:
        scene, draw = self._scene, self._draw
        out = self._out(at_s)
        act = (_STORM_NEWS if out > STORM_FROM else _CALM_NEWS).draw(draw)
        if scene.collapse and out > STORM_FROM and act in {"news_damage", "news_hurt"}:
            act = "news_total"
        if act == "news_advice" and out <= STORM_FROM and not scene.warned(at_s):
            act = "news_other"
        if act == "news_forecast" and scene.phase(at_s) == "after":
            act = "news_total" if out > STORM_FROM else "news_other"
        community = None
        if act in {"news_damage", "news_hurt"}:
            near = [zone for zone in scene.zones if scene.severity(zone.number, at_s) > SEVERE]
            if near:
                community = near[int(draw.random() * len(near))].community
            else:
                act = "news_total"
        facts = self._facts(community, at_s)
        facts["customers"] = thousands(rounded(out), self._language)
        said = scene.official.say(act, facts, draw, located=community is not None)
        return self._printed(self._outlet(), said, community, None)

    def _bulletin(self, bulletin: Bulletin, at_s: float) -> Draft:
        """A bulletin that names one of the places that it speaks of."""
        draw = self._draw
        zones = bulletin.zones
        zone = self._scene.zones[zones[int(draw.random() * len(zones))]] if zones else None
        facts = self._facts(zone.community if zone else None, at_s)
        facts["since"], facts["eta"] = facts.at(bulletin.from_s), facts.at(bulletin.to_s)
        facts["clock"] = facts.at(bulletin.from_s)
        said = self._scene.official.say(_bulletin_act(bulletin), facts, draw, located=False)
        # A county goes by its seat: only whoever reads the place's own name knows where.
        named = zone is not None and zone.community.name in said.text.replace(NO_BREAK, " ")
        community = zone.community if zone and named else None
        return self._printed(self._service, replace(said, located=named), community, None)

    def _outlet(self) -> Outlet:
        return self._outlets[int(self._draw.random() * len(self._outlets))]

    def _printed(
        self, outlet: Outlet, said: Said, community: Community | None, outage: int | None
    ) -> Draft:
        url = f"https://{plain(outlet.name)}.example/{int(self._draw.random() * 1e7):x}"
        text = f"{said.text} {url}"
        handle = self._scene.handle
        return Draft(
            Author(f"{outlet.channel}-{outlet.handle}", outlet.handle, outlet.name),
            outlet.channel,
            text,
            self._language,
            said.labels,
            outage,
            community.id if community else None,
            community is not None and said.located,
            mentions=(handle[1:],) if handle in text else (),
            url=url,
            addressed=handle in text,
        )


def _bulletin_act(bulletin: Bulletin) -> str:
    if bulletin.kind == "all_clear":
        return "news_all_clear"
    return f"news_bulletin_{bulletin.hazard}"


def rounded(count: int) -> int:
    """`count` with two digits that say something, as headlines have it."""
    digits = int(10 ** max(0, len(str(count)) - 2))
    return max(1, count // digits * digits)


def thousands(count: int, language: str) -> str:
    """`count` with the separators of a language."""
    return f"{count:,}" if language == "en" else f"{count:,}".replace(",", ".")
