"""The accounts that are switched on, each with its channel; their faults are told at the start.

Only accounts of `accounts.toml` can be switched on: those that a storm brings never are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from desk.accounts import Account
from desk.channels import Channel
from desk.channels.kinds import OPENERS, ChannelOpener
from desk.errors import SecretError, SettingsError, choices
from desk.secret import Secret, read_secret
from desk.serving.address import is_here
from desk.settings import BUILT_IN, Accounts
from rules.positions import Positions

FILE = "accounts.toml"


class SwitchedOn(NamedTuple):
    """An own account from which replies really go out."""

    account: Account
    channel: Channel


def switched_on(
    accounts: Accounts, folder: Path | None, openers: Mapping[str, ChannelOpener] | None = None
) -> list[SwitchedOn]:
    """The accounts of the settings in `folder` that are on, with channels that are not open yet.

    Raises:
        SettingsError: one line for each fault, as `path:line:col: …`.
    """
    known = OPENERS if openers is None else openers
    found: list[SwitchedOn] = []
    faults: list[tuple[int, str, str]] = []
    for number, account in enumerate(accounts.account):
        if not account.on:
            continue
        mistakes = list(_mistakes(account, known))
        try:
            secret = read_secret(account.secret, folder) if account.secret else Secret("")
            if not mistakes:
                found.append(SwitchedOn(account, known[account.channel](account, secret)))
        except SecretError as error:
            mistakes.append(("secret", str(error)))
        except SettingsError as error:
            mistakes.append(("channel", str(error)))
        faults += ((number, field, words) for field, words in mistakes)
    if faults:
        raise SettingsError("\n".join(_placed(folder, faults)))
    return found


def _mistakes(account: Account, known: Mapping[str, ChannelOpener]) -> Iterator[tuple[str, str]]:
    """What is wrong with an account that is on: a field, and words."""
    if account.channel not in known:
        words = choices(account.channel, known)
        yield "channel", f"replies can't go out in '{account.channel}': {words}, or on = false"
    if not account.secret:
        words = 'write secret = "env:NAME" or "file:PATH", where its password or token is found'
        yield "on", f"'{account.key}' is on and has no secret: {words}"
    if account.server and (words := _server(account.server)):
        yield "server", words


def _server(server: str) -> str:
    """What is wrong with the address of a platform; empty for nothing."""
    try:
        parts = urlsplit(server)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https"):
        return "the server of an account is a URL: write https://HOST"
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        return "a server is scheme, host and port alone: what is secret stands in 'secret'"
    if parts.scheme == "http" and not is_here(host):
        return f"the secret would go over the network for all to read: write https://{host}"
    return ""


def _placed(folder: Path | None, faults: list[tuple[int, str, str]]) -> Iterator[str]:
    own = folder / FILE if folder is not None else None
    path = own if own is not None and own.exists() else BUILT_IN / FILE
    positions = Positions(path.read_text("utf-8").removeprefix("\ufeff"))
    placed = [(*positions.nearest(("account", n, field)), words) for n, field, words in faults]
    for line, col, words in sorted(placed):
        yield f"{path}:{line}:{col}: {words}"
