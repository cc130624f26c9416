"""A utility's service area: its communities, and the outline of the land for the map."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from desk.errors import TerritoryError, choices

BUILT_IN = Path(__file__).parent
FILE_NAME = "territory.toml"


class Community(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A town or district; position in WGS 84 degrees, `customers` are metered connections.

    `id` is a slug, unique in the territory.

    `ambiguous` holds those of its names that are also a person's name, a common word or a larger
    place elsewhere: a post that only drops such a name does not mean the community. `eclipsed`
    holds those of a far larger place elsewhere: a post means that one unless it names the region.

    `points` tells where, in latitude and longitude, places within the community are: its ZIP
    codes, streets and landmarks, and quarters and other landmarks that no other key names.
    """

    id: str
    name: str
    lat: float
    lon: float
    radius_km: float
    customers: int
    aliases: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    eclipsed: tuple[str, ...] = ()
    zips: tuple[str, ...] = ()
    streets: tuple[str, ...] = ()
    landmarks: tuple[str, ...] = ()
    points: dict[str, tuple[float, float]] = {}
    feeder: str | None = None


class Territory(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The service area; `aliases` are names of the whole region, such as its abbreviation.

    `lines` are the coast and border outlines, each a sequence of (longitude, latitude) in degrees.
    """

    name: str
    timezone: str
    aliases: tuple[str, ...] = ()
    outline: str | None = None
    community: tuple[Community, ...] = ()
    lines: tuple[tuple[tuple[float, float], ...], ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which screens show times."""
        return ZoneInfo(self.timezone)


def slug(name: str) -> str:
    """A stable id for a name: small ASCII letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")


def built_in() -> dict[str, Path]:
    """Territories that come with the program, by name."""
    return {path.stem: path for path in sorted(BUILT_IN.glob("*.toml"))}


def load_territory(name_or_path: str | Path) -> Territory:
    """The built-in territory of this name, or the one in this file (or folder of a storm).

    Raises:
        TerritoryError: the name is unknown, or the file is no territory; the message then has one
            line for each fault.
    """
    from desk.territories.file import read_territory

    known = built_in()
    if isinstance(name_or_path, str) and name_or_path in known:
        return read_territory(known[name_or_path])
    path = Path(name_or_path)
    if path.is_dir() and (path / FILE_NAME).is_file():
        return read_territory(path / FILE_NAME)
    if path.suffix == ".toml" or path.is_file():
        return read_territory(path)
    if path.is_dir():
        raise TerritoryError(f"no {FILE_NAME} in the folder '{path}': name a territory file")
    raise TerritoryError(
        f"unknown territory '{name_or_path}': {choices(str(name_or_path), known)}; "
        "or the path of a territory.toml"
    )


def write_territory(
    territory: Territory, folder: Path, *, stem: str = "territory", header: tuple[str, ...] = ()
) -> Path:
    """Write `STEM.toml`, and `STEM.geojson` where there are lines, into `folder`.

    The same territory gives the same bytes; `header` lines become comments on top. Returns the
    path of the TOML file.
    """
    from desk.territories.file import save_territory

    return save_territory(territory, folder, stem=stem, header=header)
