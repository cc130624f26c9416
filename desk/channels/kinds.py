"""The platforms that replies can go out to: each opens an account with its secret.

To add one: its file in this folder, and a line in `OPENERS`. Openers import their platform only
when an account of it is switched on, and connect to nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from desk.accounts import Account
from desk.channels import Channel
from desk.secret import Secret

ChannelOpener = Callable[[Account, Secret], Channel]
"""Makes the channel of an account; raises SettingsError where the account can't be right."""

OPENERS: dict[str, ChannelOpener] = {}
