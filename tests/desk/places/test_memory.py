"""What earlier posts tell: threads, authors and their profiles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.places import Locator, memory
from desk.post import Author, Geo, LabelledPost, Location, Post, labelled
from desk.territories import Community, Territory
from tests.desk.places.known import LOCATORS, TERRITORIES

NOON = datetime(2024, 9, 27, 12, tzinfo=UTC)
LOCATOR = LOCATORS["north-carolina"]
TOWNS = tuple(
    Community(id=name.lower(), name=name, lat=40.0 + at, lon=-74, radius_km=3, customers=20_000)
    for at, name in enumerate(("Alderton", "Birchfield", "Quarryville"))
)
SMALL = Territory(name="T", timezone="America/New_York", community=TOWNS)


def _post(id_: str, text: str, who: str | Author = "ann", **more: object) -> Post:
    author = who if isinstance(who, Author) else Author(id=who)
    fields = {"id": id_, "channel": "x", "author": author, "text": text, "created_at": NOON}
    return Post(**(fields | more))  # type: ignore[arg-type]


def _tell(locator: Locator, post: Post) -> Location | None:
    """Locate a post, and let the locator remember it."""
    location = locator.locate(post)
    locator.remember(labelled(post, ("outage",), (), location))
    return location


def _told(location: Location | None) -> tuple[str, str] | None:
    return (location.community, location.source) if location else None


def test_an_answer_is_about_the_place_of_the_post_that_it_answers() -> None:
    locator = Locator(SMALL)
    first = _tell(locator, _post("1", "no power in Alderton"))
    answer = _tell(locator, _post("2", "same here", "bob", reply_to="1"))
    further = _tell(locator, _post("3", "still dark", "eve", reply_to="2"))
    assert _told(answer) == _told(further) == ("alderton", "thread")
    assert first is not None
    assert answer is not None
    assert further is not None
    assert first.confidence > answer.confidence > further.confidence
    assert _told(_tell(locator, _post("4", "dark in Birchfield", "eve", reply_to="1"))) == (
        "birchfield",
        "text",
    )
    assert _tell(locator, _post("5", "same here", "dan", reply_to="99")) is None
    assert _tell(locator, _post("6", "same here", "dan", reply_to="1", channel="y")) is None


def test_an_answer_about_elsewhere_is_not_of_the_thread() -> None:
    locator = Locator(SMALL)
    _tell(locator, _post("1", "no power in Alderton"))
    assert _tell(locator, _post("2", "same in Florida", "bob", reply_to="1")) is None


def test_an_authors_earlier_posts_tell_where_and_less_so_with_time() -> None:
    locator = Locator(SMALL)
    _tell(locator, _post("1", "no power in Alderton"))
    soon = _tell(locator, _post("2", "still no power"))
    later = _tell(locator, _post("3", "still no power", created_at=NOON + timedelta(days=1)))
    assert _told(soon) == _told(later) == ("alderton", "history")
    assert soon is not None
    assert later is not None
    assert later.confidence < soon.confidence
    assert _tell(locator, _post("4", "no power", created_at=NOON + timedelta(days=9))) is None
    assert _tell(locator, _post("5", "no power", "bob")) is None


def test_somebody_who_speaks_of_many_places_has_none_of_them() -> None:
    locator = Locator(SMALL)
    for number, town in enumerate(("Alderton", "Birchfield", "Quarryville")):
        _tell(locator, _post(str(number), f"no power in {town}", "desk"))
    assert _tell(locator, _post("9", "no power", "desk")) is None
    _tell(locator, _post("10", "no power in Alderton", Author("n", "alderton_news", "News")))
    assert _tell(locator, _post("11", "no power", Author("n", "alderton_news", "News"))) is None


def test_a_repeated_post_is_about_its_own_place_and_says_nothing_of_who_repeats_it() -> None:
    locator = Locator(SMALL)
    _tell(locator, _post("1", "no power in Alderton"))
    repeat = _tell(locator, _post("2", "no power", "bob", repost_of="1"))
    assert _told(repeat) == ("alderton", "thread")
    assert _tell(locator, _post("3", "no power", "bob")) is None
    first = locator.locate(_post("4", "no power in Alderton", "zoe"))
    assert first is not None
    for text in ("no power in Alderton", "RT @ann: no power in Alderton"):
        again = locator.locate(_post("4", text, "bob", repost_of="1"))
        assert _told(again) == ("alderton", "text")
        assert again is not None
        assert again.confidence > first.confidence
    other = locator.locate(_post("5", "RT @ann: in Quarryville too", "bob", repost_of="1"))
    assert _told(other) == ("quarryville", "text")


def test_an_author_of_the_territory_means_its_own_town() -> None:
    locator = Locator(TERRITORIES["north-carolina"])
    assert _tell(locator, _post("1", "no power in Jacksonville")) is None
    _tell(locator, _post("2", "no power in Asheville"))
    assert _told(_tell(locator, _post("3", "no power in Jacksonville"))) == (
        "jacksonville",
        "text",
    )


def test_where_others_post_from_a_doubtful_name_is_expected_to_be_ours() -> None:
    locator = Locator(TERRITORIES["north-carolina"])
    asked = _post("9", "lights are out in Ogden", "zoe")
    assert locator.locate(asked) is None
    for number, who in enumerate(("ann", "ann", "bob", "eve")):
        assert locator.locate(asked) is None
        _tell(locator, _post(str(number), "no power in Wilmington NC", who))
    assert _told(locator.locate(asked)) == ("ogden", "text")
    later = _post("10", "lights are out in Ogden", "zoe", created_at=NOON + timedelta(hours=5))
    assert locator.locate(later) is None
    assert locator.locate(_post("11", "lights are out in Lexington", "zoe")) is None


PROFILES = [
    (Author("1", location="Durham, NC"), "durham"),
    (Author("2", location="Asheville, North Carolina"), "asheville"),
    (Author("3", location="Durham, England"), None),
    (Author("4", location="Ohio"), None),
    (Author("5", "durhamnc_dan"), "durham"),
    (Author("6", "greensborogal"), "greensboro"),
    (Author("7", name="Ann (Raleigh, NC)"), "raleigh"),
    (Author("8", name="Charlotte Smith"), None),
    (Author("9", "wilson"), None),
    (Author("10", "raleigh_news"), None),
    (Author("11", name="Raleigh Weather Station"), None),
]


@pytest.mark.parametrize(("author", "community"), PROFILES)
def test_a_profile_tells_where_an_author_is(author: Author, community: str | None) -> None:
    expected = (community, "profile") if community else None
    assert _told(LOCATOR.locate(_post("1", "no power", author))) == expected


def test_a_stranger_needs_the_region_beside_the_name() -> None:
    author = Author("1", location="Durham, England")
    assert LOCATOR.locate(_post("1", "no power in Durham", author)) is None
    assert _told(LOCATOR.locate(_post("1", "no power in Durham NC", author))) == (
        "durham",
        "text",
    )


def test_agreement_makes_surer() -> None:
    locator = Locator(SMALL)
    alone = _tell(locator, _post("1", "dark: Alderton"))
    again = _tell(locator, _post("2", "dark: Alderton"))
    assert alone is not None
    assert again is not None
    assert again.confidence > alone.confidence


TEXTS = ("no power in Alderton", "dark in Birchfield", "same here", "no power", "in Florida")
posts = st.lists(
    st.builds(
        lambda text, who, reply, inside: (text, who, reply, inside),
        st.sampled_from(TEXTS),
        st.sampled_from("abcd"),
        st.none() | st.integers(0, 20),
        st.booleans(),
    ),
    max_size=40,
)


@settings(max_examples=40)
@given(told=posts, cut=st.integers(0, 40))
def test_after_a_restart_everything_is_located_as_before(
    told: list[tuple[str, str, int | None, bool]], cut: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory, "REMEMBERED", 8)
        whole, locator = Locator(SMALL), Locator(SMALL)
        kept: list[LabelledPost] = []
        for number, (text, who, reply, inside) in enumerate(told):
            if number == cut:
                locator = Locator(SMALL)
                locator.restore(kept[-memory.REMEMBERED :])
            post = _post(
                str(number),
                text,
                who,
                reply_to=None if reply is None else str(reply),
                geo=Geo(lat=41.0, lon=-74.0) if inside and number % 5 == 0 else None,
                created_at=NOON + timedelta(hours=number),
            )
            found = _tell(locator, post)
            assert _tell(whole, post) == found
            kept.append(labelled(post, ("outage",), (), found))


def test_memory_is_bounded() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory, "REMEMBERED", 10)
        kept = memory.Memory()
        place = Location("alderton", 40.0, -74.0, 3.0, "text", 0.9)
        for number in range(100):
            post = _post(str(number), "no power", f"a{number}")
            kept.remember(labelled(post, ("outage",), (), place if number % 2 else None))
        assert len(kept._posts) == len(kept._authors) == 5
        assert kept.knows("x:a99")
        assert not kept.knows("x:a1")
