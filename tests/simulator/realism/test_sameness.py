from __future__ import annotations

from desk.territories import load_territory
from simulator.realism.sameness import Names, Sampler, digest, names_of
from simulator.realism.texts import Other, distinct, unmet
from simulator.storm_file import load_storm

NAMES = Names(["High Point", "Point", "St. Pauls", "Longleaf Power", "27701"])


def test_a_text_without_its_names_and_numbers() -> None:
    text = "RT @anna_k: No power in HIGH POINT since 6:10 ! Point of it? #ncwx https://t.co/a1"
    assert NAMES.bare(text) == "no power in since ! of it ?"
    assert NAMES.bare("high point") == NAMES.bare("27713") == ""
    assert NAMES.bare("no power in st. pauls") == "no power in"


def test_a_name_is_left_out_whole_or_not_at_all() -> None:
    assert NAMES.bare("high winds, power lines") == "high winds , power lines"
    assert NAMES.bare("pointless") == "pointless"


def test_names_of_a_storm_hold_its_places_and_its_utility() -> None:
    storm = load_storm("hurricane")
    names = names_of(storm, load_territory(storm.territory))
    assert names.bare("Power out in Wilmington, thanks Longleaf Power") == "power out in , thanks"


def test_texts_that_differ_by_names_alone_are_one() -> None:
    texts = ["power out in High Point", "Power out in Point", "lights out in Point"]
    assert distinct([digest(NAMES.bare(text)) for text in texts]) == 2 / 3
    assert distinct([]) is None


def test_texts_not_met_elsewhere() -> None:
    assert unmet([1, 2, 2, 3], {2, 9}) == 0.5
    assert unmet([], {1}) is None


def test_a_sampler_takes_all_of_few_and_a_fair_part_of_many() -> None:
    ids = [f"storm-{number:07d}" for number in range(20_000)]
    assert all(Sampler(100).takes(id_) for id_ in ids)
    sampler = Sampler(20_000, most=2_000)
    taken = [id_ for id_ in ids if sampler.takes(id_)]
    assert 1_800 < len(taken) < 2_200
    assert taken == [id_ for id_ in ids if Sampler(20_000, most=2_000).takes(id_)]


def test_of_another_seed_as_many_texts_are_kept_however_many_there_are() -> None:
    other = Other(NAMES, most=50)
    for number in range(500):
        other.add(f"storm-{number:07d}", f"text {'x' * number}")
    assert len(other.whole()) == len(other.bare()) == 50
    again = Other(NAMES, most=50)
    for number in reversed(range(500)):
        again.add(f"storm-{number:07d}", f"text {'x' * number}")
    assert again.whole() == other.whole()
