"""Which state of the US a territory lies in, as far as its own data says."""

from __future__ import annotations

from desk.territories.territory import Territory

STATES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ"
    " NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY PR GU VI AS MP"
)
"""Areas of land that api.weather.gov knows by two letters."""
_ZONES = ("America/", "Pacific/", "US/")


def state_of(territory: Territory) -> str:
    """Its two letters where they are among the aliases of a territory in a zone of the US, or ''.

    A territory of several states has none: nothing tells which of them matter.
    """
    found = [name for name in territory.aliases if f" {name} " in f" {STATES} "]
    return found[0] if len(found) == 1 and territory.timezone.startswith(_ZONES) else ""
