"""`stormdesk storm serve`: a storm on the wire, by the protocols of the platforms."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import signal
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desk.errors import DeskError, choices
from simulator.storm import Storm
from simulator.storm_file import load_storm
from tui.commands.storm_options import Background, Hours, Name, Scale, Seed, Stream
from tui.commands.storm_run import speed_of
from tui.console import emit_json, flush, say

if TYPE_CHECKING:
    from aiohttp import web

    from simulator.platforms.attaching import Place, Way
    from simulator.platforms.faults import Fault
    from simulator.platforms.stage import Stage

HERE = "127.0.0.1"
SPEED = "1"
LEAD_POSTS = 300
"""How far the storm may be ahead of a client at max: what a platform gives again is limited."""
LOOK_S = 0.25
TELL_S = 30.0
STOP_S = 0.2
"""Streams never end by themselves: only who is being answered is waited for."""


Port = Annotated[
    int,
    typer.Option(
        "--port", metavar="N", min=0, max=65_535, help="On this machine alone; 0: any free one."
    ),
]
Speed = Annotated[
    str,
    typer.Option(
        metavar="N|max",
        help="Storm seconds a second; max: as fast as the slowest client that is attached.",
    ),
]
Wait = Annotated[
    int | None,
    typer.Option(
        "--wait",
        metavar="N",
        min=0,
        help="Begin once N streams are attached; default 1 at max, else 0.",
    ),
]
Paused = Annotated[bool, typer.Option("--paused", help="Begin with POST /exercise/run alone.")]
Platforms = Annotated[
    list[str] | None,
    typer.Option("--platform", metavar="NAME", help="Only this one; may be repeated."),
]
Faults = Annotated[
    list[str] | None,
    typer.Option(
        "--fault",
        metavar="[PLATFORM:]KIND=AMOUNT[/min][,SECONDSs][@FROM-TO]",
        help="What goes wrong, such as drop=0.001 or 429=0.05@30-60; may be repeated.",
    ),
]
FaultFile = Annotated[
    Path | None, typer.Option("--faults", metavar="FILE", help="The same as TOML.")
]
Callback = Annotated[
    str | None,
    typer.Option(
        "--meta-callback",
        metavar="URL",
        help="Where a desk on this machine hears Meta's webhooks: http://127.0.0.1:8443/meta.",
    ),
]
DeskSpeaks = Annotated[
    bool, typer.Option("--desk-speaks", help="Let the storm's own desk answer people as well.")
]
SettingsOut = Annotated[
    Path | None,
    typer.Option(
        "--settings-out",
        metavar="DIR",
        help="Write an accounts.toml there that switches the drill's accounts on.",
    ),
]


def serve(
    name: Name,
    port: Port,
    speed: Speed = SPEED,
    seed: Seed = None,
    hours: Hours = None,
    scale: Scale = None,
    background: Background = None,
    stream: Stream = None,
    wait: Wait = None,
    paused: Paused = False,
    platform: Platforms = None,
    fault: Faults = None,
    faults: FaultFile = None,
    meta_callback: Callback = None,
    desk_speaks: DeskSpeaks = False,
    settings_out: SettingsOut = None,
) -> None:
    """Serve a storm by the platforms' own protocols; prints addresses and feed URLs as JSON."""
    pace = speed_of(speed)
    storm = load_storm(
        name, seed=seed, hours=hours, scale=scale, background=background, stream=stream
    )
    chosen = _platforms(platform)
    wrong = _faults(fault or (), faults, chosen)
    _check(port, meta_callback or "")  # to work out a storm takes seconds
    stage = _stage(storm, pace, wrong, desk_speaks=desk_speaks)
    awaited = (1 if pace is None else 0) if wait is None else wait
    try:
        asyncio.run(
            _serve(stage, chosen, port, meta_callback or "", settings_out, awaited, paused=paused)
        )
    finally:
        stage.conductor.close()


def _check(port: int, callback: str) -> None:
    """Look whether a storm could be served here.

    Raises:
        DeskError: the port is taken, or a drill can't send to `callback`.
    """
    from simulator.platforms.meta.sender import check_callback

    if callback:
        check_callback(callback)
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HERE, port))
        except OSError as error:
            raise _taken(port, error) from None


def _taken(port: int, error: OSError) -> DeskError:
    reason = os.strerror(error.errno) if error.errno else error
    return DeskError(f"can't listen on {HERE}:{port}: {reason}; try --port 0")


def _platforms(wanted: Sequence[str] | None) -> tuple[str, ...]:
    """The platforms to serve, each once.

    Raises:
        BadParameter: one is unknown.
    """
    from simulator.platforms.application import PLATFORMS

    for name in wanted or ():
        if name not in PLATFORMS:
            raise typer.BadParameter(
                f"--platform {name}: unknown platform: {choices(name, PLATFORMS)}"
            )
    return tuple(dict.fromkeys(wanted or PLATFORMS))


def _faults(
    options: Sequence[str], file: Path | None, platforms: Sequence[str]
) -> tuple[Fault, ...]:
    from simulator.platforms.faults import read_file, read_option

    said = tuple(read_option(words, platforms) for words in options)
    return (*said, *(read_file(file, platforms) if file else ()))


def _stage(
    storm: Storm, pace: float | None, faults: Sequence[Fault], *, desk_speaks: bool
) -> Stage:
    """The storm, worked out."""
    from simulator.conductor.conductor import Conductor, check_injects
    from simulator.platforms.stage import Stage
    from simulator.stream import StormDay  # Faker costs start-up time

    say(f"{storm.title}: working out {storm.hours:g} hours of weather and grid…")
    day = StormDay(storm, desk_speaks=desk_speaks)
    check_injects(day)
    stage = Stage(Conductor(day, pace, lead_posts=LEAD_POSTS), faults)
    stage.conductor.behind = stage.behind
    return stage


async def _serve(
    stage: Stage,
    platforms: Sequence[str],
    port: int,
    callback: str,
    settings: Path | None,
    wait: int,
    *,
    paused: bool,
) -> None:
    """Serve until SIGINT or SIGTERM."""
    from simulator.platforms.application import served
    from simulator.platforms.attaching import Place

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    app = served(stage, platforms, callback)
    async with _listening(app, port) as base:
        place = Place(base, callback, stage.conductor.clock.speed)
        _tell(stage, place, platforms, settings)
        watching = asyncio.create_task(_watch(stage, wait, paused=paused))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait((watching, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if watching.done():
            watching.result()
        watching.cancel()
    say(f"served until {_standing(stage)}")


@contextlib.asynccontextmanager
async def _listening(app: web.Application, port: int) -> AsyncIterator[str]:
    """Serve `app` on this machine; yields http://127.0.0.1:PORT.

    Raises:
        DeskError: the port can't be used.
    """
    from aiohttp import web

    runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_S)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, HERE, port).start()
        except OSError as error:
            raise _taken(port, error) from None
        yield f"http://{HERE}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _tell(stage: Stage, place: Place, platforms: Sequence[str], settings: Path | None) -> None:
    """Print where everything is, and how a desk is attached."""
    from simulator.platforms import CREDENTIAL
    from simulator.platforms.attaching import SECRET_NAME, accounts_toml, endpoints, ways

    found = ways(stage, place, platforms)
    accounts = accounts_toml(found)
    if settings is not None:
        _write(settings / "accounts.toml", accounts)
    exported = f"export {SECRET_NAME}={CREDENTIAL}"
    attach = shlex.join(_attached(stage, found, settings))
    emit_json(
        {
            "exercise": True,
            "storm": stage.storm.name,
            "seed": stage.storm.seed,
            "run": stage.conductor.run_id,
            "server": place.base,
            "endpoints": endpoints(place, found),
            "feeds": {name: way.feeds for name, way in found.items() if way.feeds},
            "oms": next((way.oms for way in found.values() if way.oms), None),
            "environment": {SECRET_NAME: CREDENTIAL},
            "accounts": str(settings / "accounts.toml") if settings else accounts,
            "attach": [exported, attach],
        }
    )
    flush()
    say(f"{stage.storm.title} on {place.base}: {', '.join(platforms)}; ctrl+c ends it")
    say(f"attach a desk:\n  {exported}\n  {attach}")


def _attached(stage: Stage, found: dict[str, Way], settings: Path | None) -> Iterator[str]:
    """The command that attaches a desk to all of it, from any folder."""
    from simulator.conductor.server import findable

    yield from ("stormdesk", "serve", "--territory", findable(stage.storm.territory))
    for way in found.values():
        if way.feeds:
            yield from ("--feed", way.feeds[0])
        if way.oms:
            yield from ("--oms", way.oms)
    if settings is not None:
        yield from ("--settings", str(settings))


def _write(path: Path, text: str) -> None:
    """Write a file that nobody has: settings of somebody's own are never overwritten."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        if path.read_text("utf-8") != text:
            words = f"{path} is there already: give --settings-out another folder"
            raise DeskError(words) from None
    except OSError as error:
        raise DeskError(f"can't write {path}: {error.strerror or error}") from None


async def _watch(stage: Stage, wait: int, *, paused: bool) -> None:
    """Let the storm begin when it may, and say who comes and goes and how it stands."""
    waits = not paused
    if waits and wait:
        say(f"the storm waits for {wait} stream{'s' if wait > 1 else ''} to be attached")
    told, quiet_s, ended = "", 0.0, False
    while stage.broke is None:
        if waits and len(stage.lines) >= wait:
            waits = False
            stage.conductor.resume()
        now = _clients(stage)
        quiet_s += LOOK_S
        if now != told or quiet_s >= TELL_S:
            say(_standing(stage))
            told, quiet_s = now, 0.0
        if stage.over and not ended:
            say("the day is over; all of it stays served until ctrl+c")
            ended = True
        await asyncio.sleep(LOOK_S)
    raise stage.broke


def _clients(stage: Stage) -> str:
    counted: dict[str, int] = {}
    for line in stage.lines:
        counted[line.platform] = counted.get(line.platform, 0) + 1
    return ", ".join(f"{name} {count}" for name, count in sorted(counted.items())) or "nobody"


def _standing(stage: Stage) -> str:
    """One line: storm time, posts, who listens, faults so far."""
    hours, minutes = divmod(int(stage.conductor.at_s // 60), 60)
    done: dict[str, int] = {}
    for (_, kind), times in stage.faults.done.items():
        done[kind] = done.get(kind, 0) + times
    faults = ", ".join(f"{kind} {times}" for kind, times in sorted(done.items()))
    replies = f", {len(stage.landed)} replies" if stage.landed else ""
    said = f"hour {hours}:{minutes:02d}: {stage.end:,} posts{replies}; listening: {_clients(stage)}"
    return f"{said}; faults: {faults}" if faults else said
