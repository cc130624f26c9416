"""The command line: `stormdesk` and its groups, each imported only when it is called."""

from __future__ import annotations

import errno
import importlib
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from desk.errors import DeskError, choices
from rules.errors import RulesError
from simulator.errors import SimulatorError
from tui.console import (
    BAD_USAGE,
    NoReaderError,
    OutputError,
    close_quietly,
    emit,
    flush,
    say,
    unexpected,
)

COMMANDS = {
    "watch": "The monitor: posts, outages, the map, cases and replies.",
    "tail": "Print labelled posts and outage changes of feeds.",
    "serve": "Run a desk that several screens share.",
    "rules": "Write keyword sets, and know what they catch and miss.",
    "storm": "Storm days: make, play, run for people, measure.",
    "outages": "Outages: list, locate, hand over, match, score.",
    "report": "What a lead reads: shift, handover, volume, feeds.",
    "territory": "Service areas: towns, customers, outlines.",
}
"""What each command of `tui.commands` is for, told without importing it."""
INTERRUPTED = 130


class Commands(TyperGroup):
    """Commands by name: imported late, because Faker and aiohttp cost start-up time.

    Without a command the user gets `watch`, the monitor.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        """Names in the order of COMMANDS."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of this name, or None after a line that names the nearest one."""
        if cmd_name not in COMMANDS:
            ctx.fail(f"unknown command '{cmd_name}': {choices(cmd_name, COMMANDS)}")
        command = typer.main.get_command(importlib.import_module(f"tui.commands.{cmd_name}").app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The list of the help: typer's own would import every command."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Options without a command are those of `watch`."""
        own = {"--help", "--version", *ctx.help_option_names}
        if not args or (args[0].startswith("-") and args[0] not in own):
            args = ["watch", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=Commands,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        emit(f"stormdesk {version('stormdesk')}")
        raise typer.Exit


@app.callback()
def stormdesk(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and end."
    ),
) -> None:
    """A storm desk for electric utilities; without a command: the monitor, on a built-in storm."""
    del version


def main() -> None:
    """Run the command line; a user's mistake is one plain line and exit code 2."""
    try:
        try:
            app(prog_name="stormdesk")
        finally:
            flush()  # while an error of the output can still be told
    except (RulesError, DeskError, SimulatorError) as error:
        say(f"stormdesk: {error}")
        sys.exit(BAD_USAGE)
    except NoReaderError:
        close_quietly()
    except SystemExit as leaving:
        if not isinstance(leaving.__context__, BrokenPipeError):  # of typer's own help
            raise
        close_quietly()
    except OutputError as error:
        close_quietly()
        say(f"stormdesk: {error}")
        sys.exit(BAD_USAGE)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:  # noqa: BLE001  the last line of defence: no traceback reaches a user
        say(f"stormdesk: {_told(error)}")
        sys.exit(BAD_USAGE)


def _told(error: Exception) -> str:
    """An error that no command has foreseen, in one line."""
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        # Whoever asks whether such a file is there hears of it like this: `--rules "$(cat FILE)"`.
        return f"no file can have this name: {error.filename}"
    return unexpected(error)
