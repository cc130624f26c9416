"""The utility's own accounts, and those that look like them."""

from desk.accounts.account import Account, LookAlikePolicy, Own
from desk.accounts.look_alike import LookAlike, Standing
from desk.accounts.look_alikes import LookAlikes

__all__ = ["Account", "LookAlike", "LookAlikePolicy", "LookAlikes", "Own", "Standing"]
