from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from desk.errors import TerritoryError
from desk.territories import Community, Territory, built_in, load_territory, write_territory
from desk.territories.territory import slug
from tui.commands.territory import app
from tui.main import main

GOOD = """
name = "Testland"
timezone = "Europe/Rome"

[[community]]
id = "a"
name = "Aville"
lat = 40.0
lon = 9.0
radius_km = 3.0
customers = 100
"""

text = st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda words: words.strip() != "")
slugs = st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True)
degrees = st.floats(allow_nan=False, allow_infinity=False)
names = st.lists(text, max_size=3).map(tuple)


@st.composite
def communities(draw: st.DrawFn, id_: str) -> Community:
    return Community(
        id=id_,
        name=draw(text),
        lat=draw(st.floats(-90, 90)),
        lon=draw(st.floats(-180, 180)),
        radius_km=draw(st.floats(0.01, 1000)),
        customers=draw(st.integers(0, 10**9)),
        aliases=draw(names),
        ambiguous=draw(names),
        eclipsed=draw(names),
        zips=draw(names),
        streets=draw(names),
        landmarks=draw(names),
        feeder=draw(st.none() | text),
    )


@st.composite
def territories(draw: st.DrawFn) -> Territory:
    ids = draw(st.lists(slugs, min_size=1, max_size=3, unique=True))
    place = st.tuples(st.floats(-180, 180), st.floats(-90, 90))
    line = st.lists(place, min_size=2, max_size=4).map(tuple)
    lines = tuple(draw(st.lists(line, max_size=3)))
    return Territory(
        name=draw(text),
        timezone=draw(st.sampled_from(["Europe/Rome", "America/New_York", "UTC"])),
        aliases=draw(names),
        outline="territory.geojson" if lines else None,
        community=tuple(draw(communities(id_)) for id_ in ids),
        lines=lines,
    )


@given(territory=territories())
def test_what_is_written_is_read_again(
    territory: Territory, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("territory")
    path = write_territory(territory, folder, header=("made for a test",))
    assert load_territory(path) == territory
    first = path.read_bytes()
    write_territory(territory, folder, header=("made for a test",))
    assert path.read_bytes() == first


@pytest.mark.parametrize("name", sorted(built_in()))
def test_built_in_territories_are_whole(name: str) -> None:
    territory = load_territory(name)
    assert 80 <= len(territory.community) <= 400
    assert territory.zone is not None
    assert territory.lines
    assert (built_in()[name].with_suffix(".geojson")).stat().st_size < 60_000
    lons = [lon for line in territory.lines for lon, _ in line]
    lats = [lat for line in territory.lines for _, lat in line]
    for community in territory.community:
        assert min(lons) - 0.5 <= community.lon <= max(lons) + 0.5
        assert min(lats) - 0.5 <= community.lat <= max(lats) + 0.5
        assert community.customers > 0
        assert set(community.eclipsed) <= set(community.ambiguous)
        assert set(community.ambiguous) <= {community.name, *community.aliases}


def test_a_zip_code_belongs_to_one_community() -> None:
    codes = [code for one in load_territory("north-carolina").community for code in one.zips]
    assert len(codes) == len(set(codes)) > 800


def test_three_territories_come_with_the_program() -> None:
    assert set(built_in()) == {"north-carolina", "sardinia", "valencia"}


def test_an_unknown_name_gets_the_nearest_one() -> None:
    with pytest.raises(TerritoryError, match="did you mean 'sardinia'"):
        load_territory("sardina")


def test_the_folder_of_a_storm_is_read(tmp_path: Path) -> None:
    (tmp_path / "territory.toml").write_text(GOOD)
    assert load_territory(tmp_path).name == "Testland"
    assert load_territory(str(tmp_path)).name == "Testland"


def test_unknown_keys_are_ignored(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text(GOOD + 'mayor = "nobody"\n[extra]\nx = 1\n')
    assert [one.id for one in load_territory(path).community] == ["a"]


FAULTS = [
    ("lat = 40.0", "lat = 140.0", r"t\.toml:8:1: community 'a': `lat` = 140\.0: must lie in -90"),
    ("lat = 40.0", "lat = nan", r"t\.toml:8:1: .*`lat` = nan"),
    ("lon = 9.0", 'lon = "east"', r"t\.toml:9:1: .*`lon` = \"east\": expected `float`, got `str`"),
    ("radius_km = 3.0", "radius_km = 0", r"t\.toml:10:1: .*`radius_km`"),
    ("customers = 100", "customers = -1", r"t\.toml:11:1: .*`customers` = -1"),
    ("customers = 100", "", r"t\.toml:5:1: community 'a': no `customers`"),
    ('id = "a"', 'id = ""', r"t\.toml:6:1: community 1: `id` = \"\": must be small letters"),
    ('id = "a"', 'id = "Aville"', r"t\.toml:6:1: .* hyphens, such as 'aville'"),
    ('id = "a"', 'id = "Città Alta"', r"t\.toml:6:1: .* such as 'citta-alta'"),
    ('id = "a"', 'id = "a/b"', r"t\.toml:6:1: .* such as 'a-b'"),
    ('id = "a"', 'id = "-a"', r"t\.toml:6:1: .* such as 'a'"),
    ('id = "a"', 'id = "停電"', r"t\.toml:6:1: .* digits and hyphens$"),
    ('id = "a"', 'id = "a\\u001b[2J"', r't\.toml:6:1: community 1: `id` = "a\\u001b\[2J"'),
    ('name = "Aville"', 'name = " "', r"t\.toml:7:1: .*must not be empty"),
    ('id = "a"', 'id = "a"\naliases = "b"', r"t\.toml:7:1: .*`aliases`"),
    ('timezone = "Europe/Rome"', 'timezone = "Roma"', r"t\.toml:3:1: unknown timezone 'Roma'"),
    ('name = "Testland"', "", r"t\.toml: no `name`"),
    ('name = "Testland"', "name = ", r"t\.toml:2:8: not TOML"),
    ('name = "Testland"', 'name = "T"\noutline = "o.geojson"', r"o\.geojson: .*can't be read"),
    ("[[community]]", "[other]", r"t\.toml: no community"),
    (
        "customers = 100",
        "custmers = 100",
        r"t\.toml:11:1: community 'a': no `customers`, but .*`cu",
    ),
    ("lat = 40.0", "  Lat = 40.0", r"t\.toml:8:3: .*no `lat`, .*`Lat`: did you mean `lat`\?"),
    ("timezone", "timzone", r"t\.toml:3:1: no `timezone`, but an unknown `timzone`"),
    ("[[community]]", "[[comunity]]", r"t\.toml:5:1: no community, .*did you mean \[\[community"),
    ("[[community]]", "[community]", r"t\.toml: `community` = .*at least one \[\[community\]\] t"),
    ("lat = 40.0", "  lat = 140.0", r"t\.toml:8:3: "),
]


@pytest.mark.parametrize(("old", "new", "message"), FAULTS)
def test_a_fault_is_told_with_its_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "t.toml"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(TerritoryError, match=message):
        load_territory(path)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    second = GOOD.split("\n\n", 1)[1].replace('"a"', '"a"')
    third = second.replace("lat = 40.0", "lat = 91").replace("100", '"many"')
    path.write_text(GOOD.replace("Europe/Rome", "Nowhere") + second + third)
    with pytest.raises(TerritoryError) as caught:
        load_territory(path)
    lines = str(caught.value).splitlines()
    assert len(lines) == 5
    assert "Nowhere" in lines[0]
    assert "the id is taken, see" in lines[1]
    assert "the id is taken, see" in lines[2]
    assert "`lat` = 91" in lines[3]
    assert "`customers`" in lines[4]


OUTLINES = [
    ("{", r":1:2: the outline is not JSON"),
    ("[]", r"not GeoJSON"),
    ('{"type": "Circle"}', r"unknown type 'Circle'"),
    ('{"type": "LineString", "coordinates": [[0, 1], [0, 99]]}', r"\[0\.0, 99\.0\]"),
    ('{"type": "LineString"}', r"not GeoJSON"),
    ('{"type": "LineString", "coordinates": [1, 2]}', r"not GeoJSON"),
    ("[" * 100_000, r"outline is not JSON"),
]


@pytest.mark.parametrize(("content", "message"), OUTLINES)
def test_a_broken_outline_is_told(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "t.toml"
    path.write_text(GOOD.replace('name = "Testland"', 'name = "T"\noutline = "o.geojson"', 1))
    (tmp_path / "o.geojson").write_text(content)
    with pytest.raises(TerritoryError, match=message):
        load_territory(path)


def test_every_kind_of_geojson_line_is_drawn(tmp_path: Path) -> None:
    ring = "[[0, 0], [1, 0], [1, 1], [0, 0]]"
    shapes = [
        f'{{"type": "Polygon", "coordinates": [{ring}]}}',
        f'{{"type": "MultiPolygon", "coordinates": [[{ring}]]}}',
        '{"type": "LineString", "coordinates": [[0, 0], [1, 1]]}',
        '{"type": "Point", "coordinates": [0, 0]}',
    ]
    features = ", ".join(f'{{"type": "Feature", "geometry": {shape}}}' for shape in shapes)
    path = tmp_path / "t.toml"
    path.write_text(GOOD.replace('name = "Testland"', 'name = "T"\noutline = "o.geojson"', 1))
    (tmp_path / "o.geojson").write_text(
        f'{{"type": "FeatureCollection", "features": [{features}]}}'
    )
    assert [len(line) for line in load_territory(path).lines] == [4, 4, 2]


def test_territories_are_shown_by_the_command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = CliRunner().invoke(app, ["show", "sardinia"], catch_exceptions=False)
    assert "Cagliari (cagliari): Casteddu" in shown.stdout
    listed = CliRunner().invoke(app, ["list", "--format", "json"], catch_exceptions=False)
    assert '"id":"valencia"' in listed.stdout
    run = [sys.executable, "-m", "tui", "territory", "show", "sardina"]
    wrong = subprocess.run(run, capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
    assert "sardinia" in wrong.stderr
    assert "Traceback" not in wrong.stderr
    monkeypatch.setattr(sys, "argv", ["stormdesk", "territory", "show", "x" * 300])
    with pytest.raises(SystemExit):
        main()
    assert "no file can have this name: xxx" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "id_"),
    [("Quartu Sant'Elena", "quartu-santelena"), ("Xàtiva", "xativa"), ("St. Paul", "st-paul")],
)
def test_ids_are_plain(name: str, id_: str) -> None:
    assert slug(name) == id_
