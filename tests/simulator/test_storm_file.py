from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import StormError
from simulator.storm import Outlet, Storm
from simulator.storm_file import built_in, load_storm, storm_toml

HURRICANE = built_in()["hurricane"].read_text(encoding="utf-8")


def faults(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StormError) as caught:
        load_storm(str(path))
    return str(caught.value).replace(str(path), "mine.toml").split("\n")


def test_an_unknown_storm_names_the_nearest() -> None:
    with pytest.raises(StormError, match="unknown storm 'huricane': did you mean 'hurricane'"):
        load_storm("huricane")


@pytest.mark.parametrize("name", sorted(built_in()))
def test_a_built_in_storm_is_named_as_its_file(name: str) -> None:
    assert load_storm(name).name == name


@pytest.mark.parametrize("name", sorted(built_in()))
def test_a_written_storm_reads_as_it_was(name: str, tmp_path: Path) -> None:
    storm = load_storm(name, seed=-3, scale=0.25)
    path = tmp_path / "storm.toml"
    path.write_text(storm_toml(storm, ("a comment", "")), encoding="utf-8")
    assert load_storm(str(path)) == storm
    assert load_storm(str(tmp_path)) == storm
    path.write_text(f'{storm_toml(storm)}\n[[inject]]\ntext = "gone on with"\n', encoding="utf-8")
    assert load_storm(str(path)).inject[-1].text == "gone on with"


@given(st.text(min_size=1, max_size=30), st.text(max_size=30))
def test_any_words_survive_being_written(name: str, title: str) -> None:
    import tomllib

    storm = msgspec.structs.replace(
        load_storm("flood"), title=f"x{title}", outlet=(Outlet(name=name, handle=name),)
    )
    assert msgspec.convert(tomllib.loads(storm_toml(storm)), Storm) == storm


def test_all_faults_are_told_at_once_with_their_places(tmp_path: Path) -> None:
    text = (
        HURRICANE.replace('territory = "north-carolina"', 'territory = "north-carolna"')
        .replace("crews = 480", 'crews = "many"')
        .replace("rain_median_mm", "rain_medan_mm")
        .replace('kind = "cyclone"', 'kind = "cyclon"')
        .replace('handle = "WPNE9"', 'handel = "WPNE9"')
    )
    found = faults(tmp_path, text)
    lines = text.splitlines()

    def at(words: str) -> str:
        row = next(n for n, line in enumerate(lines, 1) if words in line)
        return f"mine.toml:{row}:1: "

    assert any(f.startswith(at("crews =")) and "'many'" in f for f in found)
    assert any(
        f.startswith(at("rain_medan_mm")) and "did you mean 'rain_median_mm'" in f for f in found
    )
    assert any(f.startswith(at('kind = "cyclon"')) and "'cyclon'" in f for f in found)
    assert any(f.startswith(at("territory =")) and "'north-carolina'" in f for f in found)
    assert any(f.startswith(at("handel =")) and "did you mean 'handle'" in f for f in found)
    assert any("the key 'handle' is missing" in f for f in found)
    assert len(found) == 6


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("hour = 6.0", "hour = 40.0", "weather.track|hours of the track must rise"),
        ("seed = 7", "seed = 7\nbackground = 1.5", "background = 1.5"),
        ("hours = 72.0", "hours = 0", "hours = 0"),
        ("[noise]", "[noise]\ntokens = 2", "noise.tokens = 2"),
        ("[crowd]", "[crowd]\nchannels = { x = 0 }", "at least one channel"),
        ("starts_at = 2026-09-17T16:00:00Z", "starts_at = 2026-09-17", "starts_at"),
        ("lat = 31.3", "lat = 131.3", "lat = 131.3"),
        ("[grid]", "[[grid]]", "grid"),
        ('kind = "cyclone"', 'kind = "calm"', "calm weather has no track"),
        ('kind = "cyclone"', 'kind = "rain"', "leave pressure_hpa out"),
        ("pressure_hpa = 960.0", "gust_kmh = 90.0", "leave gust_kmh out"),
        ('name = "hurricane"', "name = 7", "name = 7"),
    ],
)
def test_a_wrong_value_is_told_in_one_line(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert old in HURRICANE
    found = faults(tmp_path, HURRICANE.replace(old, new, 1))
    assert all(line.startswith("mine.toml:") for line in found)
    assert any(part in line for line in found for part in fault.split("|"))


@pytest.mark.parametrize(
    ("name", "old", "new", "where", "fault"),
    [
        ("ice-storm", "temperature_c = -0.6", "temperature_c = -60", "hour = -1.0", "-40 to 50"),
        ("ice-storm", "temperature_c = -0.6", "length_km = 9.0", "hour = -1.0", "does nothing"),
        ("ice-storm", "temperature_c = -0.6", "pressure_hpa = 980", "hour = -1.0", "its gust_kmh"),
        ("thunderstorms", ", length_km = 320.0", "", "hour = 1.5", "such as 300"),
        ("hurricane", "lat = 33.9", "lightning_km2_h = 1, lat = 33.9", "hour = 6.0", "leave light"),
        ("flood", "hour = 20.0", "hour = -1.0", "track =", "must rise"),
        ("blackout", "hour = 0.8", "hour = 30.0", "[grid.collapse]", "hour < first_back"),
        ("calm", "crews = 24", "blocked_share = 1.5", "blocked_share", "from 0 to 1"),
        ("calm", "crews = 24", "etr_mised = 0.5", "etr_mised", "did you mean 'etr_missed'"),
        ("calm", "crews = 24", "ice_median_mm = 0", "ice_median_mm", "a number above 0"),
        ("calm", "crews = 24", "wrong_restored = -1", "wrong_restored", "from 0 to 1"),
    ],
)
def test_a_fault_of_the_physics_is_told_at_its_line(
    tmp_path: Path, name: str, old: str, new: str, where: str, fault: str
) -> None:
    text = built_in()[name].read_text(encoding="utf-8")
    assert old in text
    text = text.replace(old, new, 1)
    told = [line for line in faults(tmp_path, text) if fault in line]
    assert told
    rows = text.splitlines()
    row = int(told[0].split(":")[1])
    assert where in rows[row - 1] or rows[row - 1].startswith("track"), told


def test_a_storm_that_never_meets_its_day_is_a_fault(tmp_path: Path) -> None:
    text = built_in()["thunderstorms"].read_text(encoding="utf-8")
    late = text.replace("hour = -1.5", "hour = 200.0").replace("hour = 1.5", "hour = 201.5")
    for hour in ("5.0", "8.5", "11.0"):
        late = late.replace(f"hour = {hour},", f"hour = 2{float(hour):04.1f},")
    assert any("they never meet" in line for line in faults(tmp_path, late))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("hours = 72.0", "hours = 999", "hours = 999: must be a number above 0 and at most 240"),
        ("hours = 72.0", "hours = 24\nfirst_hours = 25", "the day of this storm has 24 hours"),
        ('name = "hurricane"', 'name = "My Storm"', "small letters, digits and hyphens in quotes"),
        (
            'kind = "cyclone"',
            'kind = "tornado"',
            "'tornado': valid: calm, cyclone, ice, rain, squall",
        ),
        ("starts_at = 2026-09-17T16:00:00Z", "starts_at = 2026-09-17", "such as 2026-09-17T16:00"),
        ("seed = 7", "seed = true", "seed = true: must be a whole number"),
        ("crews = 480", "crews = 0", "grid.crews = 0: must be a whole number of at least 1"),
        ("lat = 31.3", "lat = 131.3", "= 131.3: must be a number from -90 to 90"),
        ("lon = -77.2, ", "", "the key 'lon' is missing in weather.track[0]: must be a number"),
        ("[crowd]", "[crowd]\nchannels = 3", "a table of names, each with a number of at least 0"),
        ('tags = ["Odalys"', "tags = [1", "must be a list in brackets, each item words in quotes"),
        ("[utility]", "[[utility]]", "utility = a list of 1: must be one table, such as [utility]"),
        ('language = "es"', 'language = "esp"', "did you mean 'es'? valid: en, es, it"),
        ('locale = "es_MX"', 'locale = "es_MK"', "did you mean 'es_MX'? valid: e"),
        ('locale = "es_MX"', 'locale = "xx_XX"', "Faker has no names from there: valid: "),
    ],
)
def test_a_fault_says_in_plain_words_what_is_wanted(
    tmp_path: Path, old: str, new: str, fault: str
) -> None:
    assert old in HURRICANE
    text = HURRICANE.replace(old, new, 1)
    found = faults(tmp_path, text)
    (told,) = [line for line in found if fault in line]
    key = new.splitlines()[-1].split(" = ")[0] if old != "lon = -77.2, " else "track"
    row = int(told.split(":")[1])
    assert key in text.splitlines()[row - 1] or "lat" in key
    assert not any(word in told for word in ("`", "regex", "enum", "rfc3339", "datetime."))


def test_faults_come_in_the_order_of_the_lines(tmp_path: Path) -> None:
    text = HURRICANE.replace("share = 0.06", "share = 0").replace("seed = 7", "seed = 1.5")
    found = faults(
        tmp_path, text.replace("[noise]", "[noise]\nemoji = 3").replace("title", "titel")
    )
    rows = [int(fault.split(":")[1]) for fault in found]
    assert len(found) == 5
    assert rows == sorted(rows)


@pytest.mark.parametrize("locale", ["en_US", "es-MX", "de_DE", "en_AU"])
def test_a_locale_that_passes_has_names(locale: str, tmp_path: Path) -> None:
    from simulator.crowd.people import People

    path = tmp_path / "mine.toml"
    path.write_text(HURRICANE.replace("es_MX", locale), encoding="utf-8")
    assert People(load_storm(str(path))).person(0, "x", 1).author.handle


@pytest.mark.parametrize("name", ["nope.toml", "there/nope", "."])
def test_a_path_that_cannot_be_read_is_no_unknown_name(name: str) -> None:
    with pytest.raises(StormError, match="can't be read") as caught:
        load_storm(name)
    assert "unknown" not in str(caught.value)


def test_the_first_hours_are_of_the_day_of_the_file() -> None:
    assert load_storm("hurricane", hours=2).told_hours == 2
    assert load_storm("hurricane", hours=2).hours == load_storm("hurricane").told_hours == 72
    with pytest.raises(StormError, match="hours = 96: the day of this storm has 72 hours"):
        load_storm("hurricane", hours=96)


@pytest.mark.parametrize("text", ["name = ", "[weather", "\x00", '"'])
def test_what_is_no_toml_is_told_with_its_place(tmp_path: Path, text: str) -> None:
    (fault,) = faults(tmp_path, text)
    assert fault.startswith("mine.toml:1:")
    assert "not TOML" in fault


def test_a_collapse_must_end_after_it_begins(tmp_path: Path) -> None:
    text = built_in()["blackout"].read_text(encoding="utf-8")
    (fault,) = faults(tmp_path, text.replace("first_back_hour = 3.5", "first_back_hour = 0.5"))
    assert "hour < first_back_hour" in fault


@pytest.mark.parametrize(
    "change",
    [
        {"hours": -1.0},
        {"background": 2.0},
        {"scale": 0.0},
        {"scale": float("inf")},
        {"scale": float("nan")},
        {"scale": 1e9},
    ],
)
def test_a_change_from_the_command_line_is_checked_too(change: dict[str, float]) -> None:
    with pytest.raises(StormError, match=next(iter(change))):
        load_storm("hurricane", **change)


def test_bytes_that_are_no_text_are_no_storm(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"name = \xff")
    with pytest.raises(StormError, match="can't be read"):
        load_storm(str(path))


def test_the_documents_name_every_key() -> None:
    page = (Path(__file__).parents[2] / "docs" / "storms.md").read_text(encoding="utf-8")

    def keys(kind: type) -> set[str]:
        found: set[str] = set()
        for field in msgspec.structs.fields(kind):
            found.add(field.name)
        return found

    from simulator import storm as shapes

    tables = [
        shapes.Storm, shapes.WeatherPlan, shapes.TrackPoint, shapes.GridPlan, shapes.Collapse,
        shapes.CrowdPlan, shapes.NoisePlan, shapes.Utility, shapes.Voice, shapes.Outlet,
        shapes.TrapRates, shapes.Trap,
    ]  # fmt: skip
    for table in tables:
        for key in keys(table):
            forms = (f"`{key}`", f"`[{key}]`", f"`[[{key}]]`")
            assert any(form in page for form in forms), f"{table.__name__}.{key}"
