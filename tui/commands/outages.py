"""`stormdesk outages`: clusters for operations, and how good they are."""

from __future__ import annotations

import typer

from tui.commands.outages_export import export
from tui.commands.outages_list import list_outages
from tui.commands.outages_locate import locate
from tui.commands.outages_match import match
from tui.commands.outages_score import score
from tui.groups import Group

app = typer.Typer(add_completion=False, cls=Group, rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def outages() -> None:
    """Outages from clusters of posts."""


app.command("list")(list_outages)
app.command()(match)
app.command()(export)
app.command()(score)
app.command()(locate)
