"""Accounts that are switched on: their channels, and what is wrong with them told at the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.accounts import Account
from desk.channels import Channel, Errand
from desk.channels.switched_on import switched_on
from desk.errors import SettingsError
from desk.secret import Secret
from desk.settings import load_settings

PASSWORD = "hunter2-and-more"


class Platform:
    """A platform that nobody runs."""

    exercise = False

    def __init__(self, account: Account, secret: Secret) -> None:
        if account.channel == "mastodon" and not account.server:
            raise SettingsError('an account at Mastodon has a server: write server = "https://…"')
        self.account, self.secret = account, secret

    async def open(self) -> None: ...
    async def send(self, errand: Errand) -> str:
        return errand.key

    async def look_up(self, errand: Errand) -> str | None: ...
    async def close(self) -> None: ...


def opener(account: Account, secret: Secret) -> Channel:
    return Platform(account, secret)


OPENERS = {"bluesky": opener, "mastodon": opener}


def folder(tmp_path: Path, *accounts: str) -> Path:
    (tmp_path / "accounts.toml").write_text("".join(f"[[account]]\n{one}\n" for one in accounts))
    (tmp_path / "secret").write_text(PASSWORD)
    (tmp_path / "secret").chmod(0o600)
    return tmp_path


def faults(tmp_path: Path, *accounts: str) -> list[str]:
    settings = folder(tmp_path, *accounts)
    with pytest.raises(SettingsError) as caught:
        switched_on(load_settings(settings).accounts, settings, OPENERS)
    assert PASSWORD not in str(caught.value)
    return [line.removeprefix(f"{tmp_path}/") for line in str(caught.value).splitlines()]


BLUESKY = 'channel = "bluesky"\nhandle = "longleaf"\non = true\n'


def test_only_accounts_that_are_on_are_opened_and_nobody_is_asked(tmp_path: Path) -> None:
    off = BLUESKY.replace("true", "false").replace("longleaf", "other")
    settings = folder(tmp_path, f'{BLUESKY}secret = "file:secret"', off)
    found = switched_on(load_settings(settings).accounts, settings, OPENERS)
    assert [one.account.key for one in found] == ["bluesky:longleaf"]
    channel = found[0].channel
    assert isinstance(channel, Platform)
    assert channel.secret.reveal() == PASSWORD


def test_without_accounts_nothing_goes_out() -> None:
    assert switched_on(load_settings().accounts, None) == []


@pytest.mark.parametrize(
    ("account", "fault"),
    [
        (
            BLUESKY.replace("bluesky", "bluesy"),
            "accounts.toml:2:11: replies can't go out in 'bluesy': did you mean 'bluesky'?",
        ),
        (BLUESKY, "accounts.toml:4:6: 'bluesky:longleaf' is on and has no secret: write secret ="),
        (BLUESKY + 'secret = "hunter2-and-more"', "accounts.toml:5:10: a secret is never written"),
        (BLUESKY + 'secret = "file:nowhere"', "accounts.toml:5:10: can't read the secret in"),
        (
            BLUESKY + 'secret = "env:STORMDESK_NO_SUCH_NAME"',
            "accounts.toml:5:10: no secret in env:STORMDESK_NO_SUCH_NAME: export",
        ),
        (
            BLUESKY + 'secret = "file:secret"\nserver = "http://pds.example"',
            "accounts.toml:6:10: the secret would go over the network for all to read: write https",
        ),
        (
            BLUESKY + 'secret = "file:secret"\nserver = "pds.example"',
            "accounts.toml:6:10: the server of an account is a URL: write https://HOST",
        ),
        (
            BLUESKY + 'secret = "file:secret"\nserver = "https://me:pw@pds.example"',
            "accounts.toml:6:10: a server is scheme, host and port alone",
        ),
        (
            BLUESKY.replace("bluesky", "mastodon") + 'secret = "file:secret"',
            "accounts.toml:2:11: an account at Mastodon has a server: write server",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_its_mend(
    tmp_path: Path, account: str, fault: str
) -> None:
    assert faults(tmp_path, account)[0].startswith(fault)


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    settings = folder(tmp_path, f'{BLUESKY}secret = "file:secret"')
    (settings / "secret").chmod(0o644)
    with pytest.raises(SettingsError, match=r"accounts.toml:5:10: others can read .* chmod 600"):
        switched_on(load_settings(settings).accounts, settings, OPENERS)


def test_all_faults_are_told_together(tmp_path: Path) -> None:
    other = BLUESKY.replace("longleaf", "news").replace("bluesky", "rss")
    told = faults(tmp_path, BLUESKY, other)
    assert [line.split(":")[1] for line in told] == ["4", "7", "9"]


@pytest.mark.parametrize("server", ["http://127.0.0.1:7420", "http://[::1]:7420", "https://a.b"])
def test_a_server_on_this_machine_needs_no_encryption(tmp_path: Path, server: str) -> None:
    settings = folder(tmp_path, f'{BLUESKY}secret = "file:secret"\nserver = "{server}"')
    assert len(switched_on(load_settings(settings).accounts, settings, OPENERS)) == 1
