"""`stormdesk storm serve` in a process of its own: what it prints, serves and refuses."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from desk.settings import load_settings
from simulator.platforms import EXERCISE_HEADER, EXERCISE_PATH

STORM = ("thunderstorms", "--hours", "1", "--scale", "0.02", "--port", "0")
PATIENCE_S = 20


def command(*options: str) -> list[str]:
    return [sys.executable, "-P", "-m", "tui", "storm", "serve", *options]


@contextmanager
def serving(*options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """A storm that is served, and what it printed."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command(*STORM, *options), stdout=pipe, stderr=pipe, text=True) as made:
        assert made.stdout is not None
        try:
            line = made.stdout.readline()
            assert line, made.communicate()[1]
            yield made, json.loads(line)
        finally:
            made.kill()


async def lines(http: aiohttp.ClientSession, url: str) -> list[dict[str, Any]]:
    """All pages of a list of JSON Lines."""
    found: list[dict[str, Any]] = []
    start: int | None = 0
    while start is not None:
        async with http.get(url, params={"from": str(start), "limit": "50"}) as answer:
            rows = [json.loads(line) for line in (await answer.text()).splitlines()]
        start = rows.pop()["next"] if rows and "next" in rows[-1] else None
        found += rows
    return found


async def ended(http: aiohttp.ClientSession, server: str) -> dict[str, Any]:
    """What a storm says of itself once its day is over."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            async with http.get(f"{server}/exercise") as answer:
                state: dict[str, Any] = await answer.json()
            if state["state"] == "ended":
                return state
            await asyncio.sleep(0.1)


async def test_a_client_hears_what_the_servers_own_list_says() -> None:
    with serving("--speed", "max", "--fault", "bluesky:duplicate=0.2") as (made, told):
        heard: list[str] = []
        async with aiohttp.ClientSession() as http:
            server, jetstream = told["server"], told["endpoints"]["bluesky"]["jetstream-1"]
            async with http.ws_connect(f"{jetstream}?wantedCollections=app.bsky.feed.post") as wire:
                # nothing is sent before somebody listens
                await asyncio.wait_for(wire.receive(), PATIENCE_S)
                listening = asyncio.create_task(_hear(wire, heard))
                state = await ended(http, server)
                listed = await lines(http, f"{server}/exercise/posts")
                own = [row["id"] for row in listed if row["platform"] == "bluesky"]
                async with asyncio.timeout(PATIENCE_S):
                    while len(set(heard)) < len(own):  # noqa: ASYNC110  others hear it
                        await asyncio.sleep(0.05)
                listening.cancel()
            truth = await lines(http, f"{server}/exercise/truth")
            outages = await lines(http, f"{server}/exercise/outages")
            async with http.get(f"{server}/exercise/faults") as answer:
                faults = await answer.json()
                assert answer.headers[EXERCISE_HEADER] == "thunderstorms"
            async with http.get(f"{server}{EXERCISE_PATH}") as answer:
                assert (await answer.json())["exercise"]
        assert set(heard) == set(own)
        assert len(heard) > len(own)  # some came twice
        assert faults["done"]["bluesky"]["duplicate"] > 0
        assert state["posts"] >= len(listed)
        assert [row["number"] for row in listed] == sorted(row["number"] for row in listed)
        assert [row["id"] for row in truth] == [row["id"] for row in listed]
        assert all(set(row) >= {"labels", "outage", "community", "trap"} for row in truth)
        assert outages
        made.send_signal(signal.SIGINT)
        _, words = made.communicate(timeout=PATIENCE_S)
    assert made.returncode == 0, words
    assert "listening: bluesky 1" in words
    assert "duplicate" in words
    assert "Traceback" not in words


async def _hear(wire: aiohttp.ClientWebSocketResponse, heard: list[str]) -> None:
    async for message in wire:
        event = json.loads(message.data)
        assert event["exercise"] is True
        if event["kind"] == "commit":
            commit = event["commit"]
            assert commit["record"]["exercise"] is True
            heard.append(f"at://{event['did']}/{commit['collection']}/{commit['rkey']}")


async def test_it_stands_until_it_is_told_and_its_accounts_are_good(tmp_path: Path) -> None:
    folder = tmp_path / "settings"
    with serving("--speed", "max", "--wait", "0", "--paused", "--settings-out", str(folder)) as (
        made,
        told,
    ):
        assert told["accounts"] == str(folder / "accounts.toml")
        accounts = load_settings(folder).accounts.account
        assert {account.channel for account in accounts} >= {"bluesky", "facebook"}
        assert all(account.on and account.server == told["server"] for account in accounts)
        assert all(account.secret == "env:STORMDESK_EXERCISE" for account in accounts)
        assert "exercise" not in tomllib.loads((folder / "accounts.toml").read_text())
        assert told["environment"] == {"STORMDESK_EXERCISE": "exercise"}
        assert "stormdesk serve --territory north-carolina --feed" in told["attach"][1]
        async with aiohttp.ClientSession(told["server"]) as http:
            async with http.get("/exercise") as answer:
                assert (await answer.json())["state"] == "paused"
            async with http.get("/exercise/posts?from=x") as answer:
                assert answer.status == 400
            async with http.post("/exercise/run") as answer:
                assert (await answer.json())["clients"] == {}
        made.send_signal(signal.SIGTERM)
        assert made.wait(PATIENCE_S) == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--fault", "dorp=1"), "unknown fault: did you mean 'drop'"),
        (("--platform", "blusky"), "unknown platform: did you mean 'bluesky'"),
        (("--speed", "0"), "valid is a number above 0, or max"),
        (("--meta-callback", "https://desk.example/meta"), "this machine alone"),
        (("--faults", "none.toml"), "none.toml: No such file"),
    ],
)
def test_bad_usage_is_one_clear_line(options: tuple[str, ...], said: str) -> None:
    done = subprocess.run(
        command(*STORM, *options), capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_port_that_is_taken_is_said() -> None:
    with serving("--speed", "1") as (_, told):
        port = told["server"].rpartition(":")[2]
        done = subprocess.run(
            command(*STORM[:-1], port),
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )
    assert done.returncode == 2
    assert f"can't listen on 127.0.0.1:{port}: Address already in use" in done.stderr
