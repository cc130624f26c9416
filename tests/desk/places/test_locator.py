from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.distance import distance_km
from desk.places import Locator
from desk.places.words import plain
from desk.post import Geo, Location, Post
from desk.territories import Community, Territory
from tests.desk.places.known import LOCATORS, TERRITORIES

VALENCIA = TERRITORIES["valencia"]
COMMUNITIES = TERRITORIES["north-carolina"].community


def _post(
    text: str, *, geo: Geo | None = None, place: str | None = None, account: str | None = None
) -> Post:
    at = datetime(2024, 9, 27, tzinfo=UTC)
    return Post(
        id="1", channel="x", text=text, created_at=at, geo=geo, place=place, account=account
    )


def _where(name: str, text: str) -> str | None:
    location = LOCATORS[name].locate(_post(text))
    return location.community if location else None


NAMED = [
    ("north-carolina", "lights just went in Durham", "durham"),
    ("north-carolina", "raleigh's dark again", "raleigh"),
    ("north-carolina", "nothing works #DurhamNC", "durham"),
    ("north-carolina", "nothing works #durhamnc", "durham"),
    ("north-carolina", "#winstonsalem is black", "winston-salem"),
    ("north-carolina", "WINSTON-SALEM IS BLACK", "winston-salem"),
    ("north-carolina", "in high point we sit in the dark", "high-point"),
    ("north-carolina", "High Point sits in the dark", "high-point"),
    ("north-carolina", "no juice at all in Apex", "apex"),
    ("north-carolina", "Apex, NC has been dark since noon", "apex"),
    ("north-carolina", "apex nc dark since noon", "apex"),
    ("north-carolina", "#ApexNC", "apex"),
    ("north-carolina", "dark in Jacksonville, N.C.", "jacksonville"),
    ("north-carolina", "from New Bern to Jacksonville all dark", "new-bern"),
    ("north-carolina", "Mt. Holly here, wires on the road", "mount-holly"),
    ("north-carolina", "Ft Bragg is dark", "fort-bragg"),
    ("north-carolina", "Durham County is dark", "durham"),
    ("north-carolina", "downtown Wilson smells of smoke", "wilson"),
    ("sardinia", "tutto buio a Olbia", "olbia"),
    ("sardinia", "Casteddu al buio", "cagliari"),
    ("sardinia", "quartu sant'elena al buio", "quartu-santelena"),
    ("sardinia", "Quartu Sant’Elena al buio", "quartu-santelena"),
    ("sardinia", "TORTOLI' senza corrente", "tortoli"),
    ("sardinia", "Sassari (SS) al buio", "sassari"),
    ("sardinia", "manca tutto a Monti", "monti"),
    ("valencia", "a fosques a Alacant", "alicante"),
    ("valencia", "nos quedamos sin nada en Sueca", "sueca"),
    ("valencia", "a l'Alcúdia no va res", "lalcudia"),
    ("valencia", "a oscuras en el centro de Oliva", "oliva"),
    ("valencia", "sense llum a #VLC", "valencia"),
    ("valencia", "a oscuras (Vila-real) otra vez", "vila-real"),
    ("north-carolina", "parts of Apex are dark", "apex"),
    ("sardinia", "al buio tutta Bono", "bono"),
    ("valencia", "en Vale\u0300ncia no va res", "valencia"),
]


@pytest.mark.parametrize(("territory", "text", "community"), NAMED)
def test_a_community_named_in_the_text_is_found(territory: str, text: str, community: str) -> None:
    assert _where(territory, text) == community


ELSEWHERE = [
    ("north-carolina", "dark in Durham, UK"),
    ("north-carolina", "Durham England in the dark"),
    ("north-carolina", "Wilmington, DE is dark"),
    ("north-carolina", "Wilmington (Delaware) is dark"),
    ("north-carolina", "dark in Jacksonville"),
    ("north-carolina", "Hope everyone is warm"),
    ("north-carolina", "hope mills about it"),
    ("north-carolina", "at the apex of the storm"),
    ("north-carolina", "Apex is a fine game"),
    ("north-carolina", "Mr Wilson went home"),
    ("north-carolina", "the high point of my day"),
    ("north-carolina", "New Durham is dark"),
    ("north-carolina", "tree across Raleigh Rd"),
    ("north-carolina", "Henderson County is dark"),
    ("north-carolina", "the Charlotte Hornets lost"),
    ("north-carolina", "thanks @DurhamPolice"),
    ("north-carolina", "see https://example.org/raleigh"),
    ("north-carolina", "Rocky, Mount your horse"),
    ("sardinia", "il Cagliari ha perso"),
    ("sardinia", "buca in via Cagliari"),
    ("sardinia", "i Monti sono belli"),
    ("valencia", "Valencia, Venezuela sigue a oscuras"),
    ("valencia", "el Valencia CF pierde"),
    ("valencia", "aceite de oliva"),
    ("valencia", "en la calle Alicante"),
]


@pytest.mark.parametrize(("territory", "text"), ELSEWHERE)
def test_what_is_no_community_of_ours_is_not_found(territory: str, text: str) -> None:
    assert _where(territory, text) is None


@pytest.mark.parametrize(
    ("text", "community"),
    [
        ("dark here in 27701", "durham"),
        ("zip 27701-1234 is dark", "durham"),
        ("Raleigh friends: 27701 is dark", "durham"),
        ("27701 customers are dark", None),
        ("call 919-555-27701", None),
        ("call 27701-55-1234", None),
        ("it cost $27701", None),
        ("27701.50 in all", None),
        ("at 27701 Elm Street", None),
        ("order #27701", None),
        ("99999", None),
    ],
)
def test_zip_codes_are_read_and_other_numbers_are_not(text: str, community: str | None) -> None:
    assert _where("north-carolina", text) == community


def test_postal_codes_are_read_in_the_us_only() -> None:
    town = Community(
        id="a", name="Aville", lat=40, lon=9, radius_km=3, customers=1, zips=("09124",)
    )
    locator = Locator(Territory(name="T", timezone="Europe/Rome", community=(town,)))
    assert locator.locate(_post("09124")) is None


def test_sources_are_trusted_in_order() -> None:
    locator = LOCATORS["north-carolina"]
    durham, words = Geo(lat=35.99, lon=-78.9), "27601 is dark, and so is Boone, NC"

    def source(post: Post) -> tuple[str, str]:
        location = locator.locate(post)
        assert location is not None
        return location.source, location.community

    assert source(_post(words, geo=durham, place="Cary, NC")) == ("coordinates", "durham")
    assert source(_post(words, place="Cary, NC")) == ("place", "cary")
    assert source(_post("27601 is dark")) == ("zip", "raleigh")
    assert source(_post(words[9:])) == ("text", "boone")


def test_a_place_that_is_the_region_tells_which_town_is_meant() -> None:
    location = LOCATORS["north-carolina"].locate(
        _post("dark in Jacksonville", place="North Carolina, USA")
    )
    assert location is not None
    assert (location.source, location.community) == ("text", "jacksonville")


def test_a_hint_makes_a_location_surer() -> None:
    texts = ("dark: Raleigh", "dark in Raleigh", "dark in Raleigh, NC")
    found = [LOCATORS["north-carolina"].locate(_post(text)) for text in texts]
    confidence = [location.confidence for location in found if location]
    assert confidence == sorted(set(confidence))
    assert len(confidence) == 3


def test_two_communities_make_it_less_sure() -> None:
    one = LOCATORS["north-carolina"].locate(_post("dark in Raleigh"))
    two = LOCATORS["north-carolina"].locate(_post("dark in Raleigh and in Durham"))
    assert one is not None
    assert two is not None
    assert two.community == "raleigh"
    assert two.confidence < one.confidence


def test_a_post_to_the_utility_means_its_own_region() -> None:
    location = LOCATORS["north-carolina"].locate(_post("dark in Jacksonville", account="utility"))
    assert location is not None
    assert location.community == "jacksonville"


@pytest.mark.parametrize("place", ["Durham, England", "London", "Jacksonville, FL", ""])
def test_a_place_elsewhere_is_no_location(place: str) -> None:
    assert LOCATORS["north-carolina"].locate(_post("all dark", place=place)) is None


def test_a_name_said_from_another_region_is_not_ours() -> None:
    locator = LOCATORS["north-carolina"]
    for place in ("Durham, England", "Ohio, USA", "Valencia, España"):
        assert locator.locate(_post("dark in Durham", place=place)) is None
    assert locator.locate(_post("dark in Durham", geo=Geo(lat=54.8, lon=-1.6))) is None
    for text in ("mom in Durham NC sits in the dark", "dark in Durham, North Carolina"):
        told = locator.locate(_post(text, geo=Geo(lat=54.8, lon=-1.6)))
        assert told is not None
        assert told.community == "durham"


def test_a_relative_far_away_speaks_of_our_town() -> None:
    chicago = Geo(lat=41.88, lon=-87.63)
    told = LOCATORS["north-carolina"].locate(_post("my sister in Durham has no power", geo=chicago))
    assert told is not None
    assert (told.community, told.source) == ("durham", "text")
    assert told.confidence <= 0.75
    assert LOCATORS["north-carolina"].locate(_post("no power", geo=chicago)) is None


DURHAM = Geo(lat=35.99, lon=-78.9)
INSIDE = [
    ("praying for Florida", None),
    ("thoughts with everyone in Texas, no power there", None),
    ("Wilmington, DE is dark", None),
    ("no power here, just like in Florida last year", "durham"),
    ("we lost power", "durham"),
    ("my mom in Asheville has no power", "asheville"),
    ("we lost power, going to my sister in Asheville", "durham"),
]


@pytest.mark.parametrize(("text", "community"), INSIDE)
def test_somebody_here_may_speak_of_elsewhere(text: str, community: str | None) -> None:
    for where in (_post(text, geo=DURHAM), _post(text, place="Durham, NC")):
        location = LOCATORS["north-carolina"].locate(where)
        assert (location.community if location else None) == community


def test_a_point_where_two_communities_lie_is_in_the_one_that_the_text_names() -> None:
    edge = Geo(lat=39.4805, lon=-0.4695)
    for text, community in (("no hay luz", "manises"), ("no hay luz en Valencia", "valencia")):
        location = LOCATORS["valencia"].locate(_post(text, geo=edge))
        assert location is not None
        assert (location.community, location.source) == (community, "coordinates")
        assert location.lat == edge.lat


@given(lat=st.floats(-90, 90), lon=st.floats(-180, 180))
def test_coordinates_reach_no_further_than_the_surroundings(lat: float, lon: float) -> None:
    _check_coordinates(Geo(lat=lat, lon=lon))


@given(lat=st.floats(33.5, 37), lon=st.floats(-85, -75))
def test_coordinates_inside_get_the_community_that_reaches_there(lat: float, lon: float) -> None:
    _check_coordinates(Geo(lat=lat, lon=lon))


def _check_coordinates(geo: Geo) -> None:
    away = {one.id: distance_km(one.lat, one.lon, geo.lat, geo.lon) for one in COMMUNITIES}
    beyond = {one.id: max(0, away[one.id] - one.radius_km) for one in COMMUNITIES}
    location = LOCATORS["north-carolina"].locate(_post("dark", geo=geo))
    if location is None:
        assert min(beyond.values()) > 5
    else:
        nearest = min(beyond, key=lambda id_: (beyond[id_], away[id_]))
        assert location.community == nearest
        assert beyond[nearest] <= 5
        assert (location.lat, location.lon) == (geo.lat, geo.lon)
        assert location.radius_km < 2


HOSTILE = st.text() | st.lists(
    st.sampled_from(
        [
            "Durham",
            "#",
            "NC",
            ",",
            " ",
            "in",
            "Apex",
            "@",
            "27701",
            "\x00",
            "\u202e",
            "É",
            "'s",
            "İ",
        ]
    )
).map("".join)


@given(text=HOSTILE, place=st.none() | HOSTILE)
def test_any_text_gives_a_location_or_none(text: str, place: str | None) -> None:
    for locator in LOCATORS.values():
        location = locator.locate(_post(text, place=place))
        assert location is None or 0 < location.confidence <= 1


@given(text=st.text())
def test_plain_text_keeps_its_length(text: str) -> None:
    assert len(plain(text)) == len(text)


@settings(max_examples=10, deadline=None)
@given(texts=st.lists(st.sampled_from([text for _, text, _ in NAMED] + ["x"]), max_size=6))
def test_a_location_does_not_depend_on_which_words_were_read_before(texts: list[str]) -> None:
    used = LOCATORS["valencia"]
    fresh = Locator(VALENCIA)
    seen: list[Location | None] = [used.locate(_post(text, place=text)) for text in texts]
    assert seen == [fresh.locate(_post(text, place=text)) for text in texts]


def test_the_article_of_a_name_may_be_left_out() -> None:
    town = Community(id="b", name="The Barrens", lat=40, lon=-74, radius_km=3, customers=1)
    locator = Locator(Territory(name="T", timezone="America/New_York", community=(town,)))
    for text in ("dark in the Barrens", "dark in Barrens"):
        assert locator.locate(_post(text)) is not None


def test_posts_of_disasters_elsewhere_are_hardly_ever_ours() -> None:
    corpus = Path(__file__).parents[4] / "shared" / "corpora" / "crisislex_t6.jsonl"
    if not corpus.is_file():
        pytest.skip(f"no corpus of disasters elsewhere at {corpus}")
    lines = corpus.read_bytes().splitlines()
    posts = [_post(msgspec.json.decode(line)["text"]) for line in lines]
    located = sum(LOCATORS["north-carolina"].locate(post) is not None for post in posts)
    assert located <= len(posts) / 1000


def test_a_very_long_post_is_read_to_a_limit() -> None:
    assert _where("north-carolina", "Durham " + "#a" * 500_000) == "durham"
