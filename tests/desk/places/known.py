"""Built-in territories for tests, read once."""

from __future__ import annotations

from desk.places import Locator
from desk.territories import load_territory

TERRITORIES = {name: load_territory(name) for name in ("north-carolina", "sardinia", "valencia")}
LOCATORS = {name: Locator(territory) for name, territory in TERRITORIES.items()}
