"""Texts as people write them, in three languages: names, misspellings, quarters and corners."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.places import Locator, Trace
from desk.places import plain as plain_form
from desk.places.compiled import core
from desk.places.spelling import Spelling
from desk.places.words import plain
from desk.post import Location, Post
from desk.territories import Community, Territory
from tests.desk.places.known import LOCATORS

NC, IT, ES = LOCATORS


def _locate(locator: Locator, text: str, trace: Trace | None = None) -> Location | None:
    at = datetime(2024, 9, 27, tzinfo=UTC)
    return locator.locate(Post(id="1", channel="x", text=text, created_at=at), trace)


FOUND = [
    (NC, "Raliegh no power for 3 hrs now", "raleigh", "text"),
    (NC, "Ashville has no power no water no cell", "asheville", "text"),
    (NC, "W-S here, no power on the west side", "winston-salem", "text"),
    (NC, "no lights in gso", "greensboro", "text"),
    (NC, "winston-salem: not a light on", "winston-salem", "text"),
    (NC, "it went dark all over the hope mills area", "hope-mills", "text"),
    (NC, "half of NoDa is dark rn", "charlotte", "landmark"),
    (NC, "anyone near North Hills in Raleigh still have power", "raleigh", "landmark"),
    (NC, "Lights flickered then died, Ninth St Durham", "durham", "street"),
    (NC, "traffic lights dead at Trade & Tryon", "charlotte", "street"),
    (NC, "pole down, corner of Merrimon Ave and Kimberly Ave", "asheville", "street"),
    (NC, "south side of Wilmington near Monkey Junction still dark", "wilmington", "landmark"),
    (NC, "chapelhill is dark", "chapel-hill", "text"),
    (NC, "Rocky Mt NC power is out", "rocky-mount", "text"),
    (IT, "Calgiari al buio, evviva", "cagliari", "text"),
    (IT, "Sasari di nuovo al buio", "sassari", "text"),
    (IT, "via Roma angolo via Sassari, Cagliari: palo caduto", "cagliari", "street"),
    (IT, "al Poetto tutti i lampioni spenti", "cagliari", "landmark"),
    (IT, "mia madre a Olbia è senza corrente", "olbia", "text"),
    (ES, "valensia sin luz desde las 12", "valencia", "text"),
    (ES, "Alincante sin luz", "alicante", "text"),
    (ES, "sin luz en la esquina de calle Colón con calle Xàtiva", "valencia", "street"),
    (ES, "benimaclet sin luz", "valencia", "landmark"),
    (ES, "¿cuándo vuelve la luz en Llíria, Cañada Real?", "lliria", "text"),
    (ES, "Torrent sin luz desde hace una hora", "torrent", "text"),
    (ES, "el apagón de torrent no acaba", "torrent", "text"),
]


@pytest.mark.parametrize(("territory", "text", "community", "source"), FOUND)
def test_a_reader_sees_where(territory: str, text: str, community: str, source: str) -> None:
    location = _locate(LOCATORS[territory], text)
    assert location is not None
    assert (location.community, location.source) == (community, source)


NOT_FOUND = [
    (NC, "Hope you all get your power back"),
    (NC, "Reading by candlelight, mobile at 3%"),
    (NC, "stay away from downed lines in Paradise"),
    (NC, "we hit a high point of the night when the lights died"),
    (NC, "my cousin Marion complains of no power"),
    (NC, "Princess Charlotte has lights"),
    (NC, "5 dead in Beaufort county SC"),
    (NC, "Elm Street is dark"),
    (NC, "Main & First is dark"),
    (NC, "shopping at the Salsbury store"),
    (NC, "Can you send us the address? ^Dana"),
    (IT, "in via Cagliari a Milano manca la luce"),
    (IT, "pregate per la Sicilia, senza luce"),
    (IT, "buono a sapersi, niente luce"),
    (IT, "Julio Iglesias alla radio a pile"),
    (ES, "mi amiga Denia sin luz"),
    (ES, "un torrente de quejas por la luz"),
    (ES, "aceite de oliva y velas"),
    (ES, "Valencia, Carabobo. 12 horas sin luz"),
    (ES, "silla de ruedas y sin luz"),
]


@pytest.mark.parametrize(("territory", "text"), NOT_FOUND)
def test_a_common_word_or_a_place_elsewhere_is_no_town(territory: str, text: str) -> None:
    assert _locate(LOCATORS[territory], text) is None


def test_a_street_a_landmark_and_a_zip_code_are_smaller_than_their_town() -> None:
    town = _locate(LOCATORS[NC], "dark in Durham")
    for text in ("dark at Duke Regional, Durham", "dark in 27707"):
        part = _locate(LOCATORS[NC], text)
        assert part is not None
        assert town is not None
        assert part.community == town.community
        assert part.radius_km < town.radius_km
        assert (part.lat, part.lon) != (town.lat, town.lon)


def _town(id_: str, name: str, lat: float, radius_km: float, **more: object) -> Community:
    fields = {"id": id_, "name": name, "lat": lat, "lon": -74.0, "radius_km": radius_km}
    return Community(**fields, customers=50_000, **more)  # type: ignore[arg-type]


def test_a_quarter_beats_the_city_that_it_lies_in() -> None:
    towns = (
        _town("city", "Largeton", 40.7, 15.0),
        _town("part", "Hollis", 40.75, 2.0, ambiguous=("Hollis",)),
    )
    area = Territory(name="T", timezone="America/New_York", aliases=("NY",), community=towns)
    locator = Locator(area)
    assert _locate(locator, "Hollis is a friend") is None
    for text in ("dark in the Hollis section of Largeton", "outage - Hollis (Largeton)"):
        location = _locate(locator, text)
        assert location is not None
        assert location.community == "part"
        assert location.confidence > 0.9


def test_a_street_of_two_towns_is_that_of_the_one_named() -> None:
    towns = (
        _town("a", "Alderton", 40.0, 3.0, streets=("Quarry Rd", "Brookvale St")),
        _town("b", "Birchfield", 41.0, 3.0, streets=("Quarry Rd", "Zephyr Ave")),
    )
    locator = Locator(Territory(name="T", timezone="America/New_York", community=towns))
    told = {
        "Quarry Rd is dark": None,
        "Quarry Road, Birchfield is dark": "b",
        "corner of Quarry Rd and Zephyr Ave is dark": "b",
        "Quarry & Brookvale is dark": "a",
    }
    for text, community in told.items():
        location = _locate(locator, text)
        assert (location.community if location else None) == community


def test_postal_codes_abroad_count_with_a_word_or_their_town_beside_them() -> None:
    town = Community(
        id="a", name="Aville", lat=40, lon=9, radius_km=3, customers=1, zips=("09124",)
    )
    locator = Locator(Territory(name="T", timezone="Europe/Rome", community=(town,)))
    for text in ("CAP 09124 al buio", "09124 Aville al buio"):
        location = _locate(locator, text)
        assert location is not None
        assert location.source == "zip"
    assert _locate(locator, "09124 al buio") is None


def test_a_trace_says_what_was_rejected_and_why() -> None:
    trace = Trace()
    assert _locate(LOCATORS[NC], "Wilmington, DE is dark", trace) is None
    why = {note.text: note for note in trace.names}
    assert why["Wilmington"].confidence == 0
    assert "'DE' behind it is elsewhere" in why["Wilmington"].why
    assert trace.steps


def test_a_town_elsewhere_takes_nothing_from_ours() -> None:
    location = _locate(LOCATORS[NC], "Wilmington, DE is fine, wires down in Charlotte")
    assert location is not None
    assert location.community == "charlotte"


@given(
    text=st.text() | st.lists(st.sampled_from(["Durham", "Elm", "&", "in", "27701"])).map(" ".join)
)
def test_explaining_changes_nothing(text: str) -> None:
    assert _locate(LOCATORS[NC], text) == _locate(LOCATORS[NC], text, Trace())


letters = st.text("abcdefgh", min_size=6, max_size=12)


@given(word=letters, at=st.integers(0, 11))
def test_a_word_with_a_letter_left_out_is_the_name(word: str, at: int) -> None:
    spelling = Spelling({word: 1}, {word})
    at = 1 + at % (len(word) - 1)
    typed = word[:at] + word[at + 1 :]
    meant = spelling.meant(typed)
    assert meant in (word, None)
    if at < len(word) - 1 and len(typed) >= 6:
        assert meant == word


@given(
    text=st.text("aZ9 ßÑñâĀſІΣ’_-\n\u212a😀") | st.text(min_size=60, max_size=70),
    known=st.integers(0),
)
def test_texts_are_cut_alike_by_either_form(text: str, known: int) -> None:
    pieces = plain_form.pieces_of(text)
    assert core.pieces_of(text) == pieces
    if "\u212a" not in text:
        assert pieces == {word.encode() for word in re.findall("[a-z0-9]+", plain(text))}
    idle = core.Idle()
    for number, piece in enumerate(sorted(pieces)):
        if known >> number & 1:
            idle.add(piece)
    assert idle.rare(text) == {p for n, p in enumerate(sorted(pieces)) if not known >> n & 1}
    assert len(idle) == len(pieces) - len(idle.rare(text))

    gaps, raw, words = core.parts_of(text)
    assert (gaps, raw, words) == plain_form.parts_of(text)
    assert raw == re.findall(r"[^\W_]+", text)
    assert words == [plain(word) for word in raw]
    assert "".join(part for pair in zip(gaps, [*raw, ""], strict=True) for part in pair) == text


def test_words_of_a_language_are_no_misspellings() -> None:
    spelling = Spelling({"sassari": 1}, {"sassari"})
    assert spelling.meant("sasari") == "sassari"
    assert spelling.meant("sassi") is None
    assert spelling.meant("sassari") is None
    assert Spelling({"electrics": 1}, ()).meant("electric") is None
