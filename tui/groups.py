"""A group of commands that names its own where one is mistyped."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup


class Group(TyperGroup):
    """`stormdesk rules …` and its like."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of this name; else a line with the valid ones, and the end."""
        command = super().get_command(ctx, cmd_name)
        if command is None:
            # Typer itself adds the nearest one.
            ctx.fail(f"unknown command '{cmd_name}': valid: {', '.join(sorted(self.commands))}")
        return command
