"""The accounts of a storm's utility: what a desk would know from its settings."""

from __future__ import annotations

from desk.accounts import Account
from simulator.storm import Storm


def own_accounts(storm: Storm) -> tuple[Account, ...]:
    """The utility's account in each channel that people post in; none is ever switched on."""
    utility = storm.utility
    return tuple(
        Account(channel=channel, handle=utility.handle, name=utility.name, id=f"{channel}-utility")
        for channel in storm.crowd.channels
    )
