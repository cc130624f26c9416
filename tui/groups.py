"""A group of commands that tells all of its own, and names them where one is mistyped."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

WHOLE = 500
"""Letters of what a command is for: typer's own help cuts it to a line."""


class Group(TyperGroup):
    """`stormdesk rules …` and its like."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of this name; else a line with the valid ones, and the end."""
        command = super().get_command(ctx, cmd_name)
        if command is None:
            # Typer itself adds the nearest one.
            ctx.fail(f"unknown command '{cmd_name}': valid: {', '.join(sorted(self.commands))}")
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The list of the help, each command with its whole first sentence."""
        with formatter.section("Commands"):
            names = self.list_commands(ctx)
            formatter.write_dl(
                [(name, self.commands[name].get_short_help_str(limit=WHOLE)) for name in names]
            )
