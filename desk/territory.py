"""A utility's service area: its communities, and the outline of the land for the map."""

from __future__ import annotations

import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from desk.errors import TerritoryError, choices

BUILT_IN = Path(__file__).parent / "territories"


class Community(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A town or district; position in WGS 84 degrees, `customers` are metered connections."""

    id: str
    name: str
    lat: float
    lon: float
    radius_km: float
    customers: int
    aliases: tuple[str, ...] = ()
    zips: tuple[str, ...] = ()
    streets: tuple[str, ...] = ()
    landmarks: tuple[str, ...] = ()
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


def built_in() -> dict[str, Path]:
    """Territories that come with the program, by name."""
    return {path.stem: path for path in sorted(BUILT_IN.glob("*.toml"))}
