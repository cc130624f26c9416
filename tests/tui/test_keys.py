"""Keys: each has an id, words for people, and a line in docs/keys.md."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.binding import Binding

from desk.serving.filters import FIELDS, parse_filter
from tui.app import StormdeskApp
from tui.frame import Frame
from tui.screens.acting import Acting
from tui.screens.announcement_editor import AnnouncementEditor
from tui.screens.announcements import AnnouncementsScreen
from tui.screens.asking import AskScreen, Choices, ChooseScreen
from tui.screens.cases import CasesScreen
from tui.screens.everybody import Everybody
from tui.screens.feeds import FeedsScreen
from tui.screens.filters import FiltersScreen
from tui.screens.form import Form
from tui.screens.help import FILTERS, HelpScreen
from tui.screens.load import LoadScreen
from tui.screens.monitor import Monitor
from tui.screens.outage import OutageScreen
from tui.screens.outages import OutagesScreen
from tui.screens.picking import Finding
from tui.screens.post import PostScreen
from tui.screens.reports import ReportsScreen
from tui.screens.rewind import RewindScreen
from tui.screens.settings import SettingsScreen
from tui.screens.sheet import Sheet
from tui.screens.trainer import Trainer
from tui.screens.words import WordsScreen
from tui.widgets.feed import Feed
from tui.widgets.filterbar import HELP, FilterBar
from tui.widgets.lines import Lines
from tui.widgets.outage_map import OutageMap
from tui.widgets.reply import ReplyArea

if TYPE_CHECKING:
    from tests.tui.conftest import OpenScene

DOCS = Path(__file__).parents[2] / "docs" / "keys.md"
PLACES = {
    "everywhere": (Frame, StormdeskApp),
    "monitor": (Monitor,),
    "lists": (Lines,),
    "outages": (OutagesScreen,),
    "map": (OutageMap,),
    "one outage": (OutageScreen,),
    "acting on an outage": (Acting,),
    "cases": (CasesScreen,),
    "reply": (ReplyArea,),
    "finding": (Finding,),
    "notes and reasons": (WordsScreen,),
    "everybody of an outage": (Everybody,),
    "announcements": (AnnouncementsScreen,),
    "writing an announcement": (AnnouncementEditor,),
    "reports": (ReportsScreen,),
    "settings": (SettingsScreen,),
    "feeds": (FeedsScreen,),
    "questions": (AskScreen,),
    "choices": (ChooseScreen, Choices),
    "saved filters": (FiltersScreen,),
    "filter": (FilterBar,),
    "trainer": (Trainer,),
    "bookmarks": (RewindScreen,),
    "load test": (LoadScreen,),
    "forms": (Form,),
    "post and help": (Sheet, PostScreen, HelpScreen),
}


def bindings() -> list[tuple[str, Binding]]:
    return [
        (place, binding)
        for place, owners in PLACES.items()
        for owner in owners
        for binding in getattr(owner, "BINDINGS", ())
        if isinstance(binding, Binding)
    ]


def documented() -> set[tuple[str, str, str, str]]:
    """Rows of the tables in docs/keys.md: where, keys, what, id."""
    rows: set[tuple[str, str, str, str]] = set()
    place = ""
    for line in DOCS.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            place = line[3:].lower()
        cells = re.match(r"\| `(.+)` \| (.+) \| `(.+)` \|$", line)
        if cells:
            rows.add((place, cells[1], cells[2], cells[3]))
    return rows


def test_every_key_is_documented_and_every_documented_key_is_there() -> None:
    bound = {
        (place, (b.key_display or b.key).replace(",", "` `"), b.tooltip, str(b.id))
        for place, b in bindings()
    }
    assert documented() == bound


def test_the_filters_of_the_help_are_documented_and_the_desk_reads_them() -> None:
    docs = DOCS.read_text(encoding="utf-8")
    for form, does in FILTERS:
        assert f"| `{form}` | {does} |" in docs
        assert parse_filter(form) is not None


def test_the_help_and_the_line_under_the_filter_name_every_field() -> None:
    for field in FIELDS:
        assert any(form.startswith(f"{field}:") for form, _ in FILTERS)
        assert f"{field}:" in HELP


@pytest.mark.parametrize(("place", "binding"), bindings(), ids=lambda part: str(part)[:40])
def test_every_key_has_words_and_a_stable_id(place: str, binding: Binding) -> None:
    assert binding.id, place
    assert binding.description
    assert binding.tooltip


def test_a_meaning_has_one_id_and_one_action() -> None:
    actions: dict[str, set[str]] = {}
    for _, binding in bindings():
        actions.setdefault(str(binding.id), set()).add(binding.action)
    assert {name: found for name, found in actions.items() if len(found) > 1} == {}


def test_the_feed_has_no_keys_but_those_of_lists() -> None:
    assert "BINDINGS" not in vars(Feed)


async def test_every_live_key_of_the_monitor_is_one_of_ours(scene: OpenScene) -> None:
    async with scene() as s:
        foreign = {
            key: active.binding
            for key, active in s.app.screen.active_bindings.items()
            if not active.binding.id
        }
        assert set(foreign) <= {"ctrl+c", "super+c", "ctrl+p"}


async def test_a_keymap_changes_a_key_by_its_id(scene: OpenScene) -> None:
    async with scene() as s:
        s.app.set_keymap({"pause": "p", "move.up": "w"})
        await s.press("w", "p")
        assert s.feed.cursor == 298
        assert s.feed.paused


async def test_a_key_of_the_bottom_line_can_be_clicked(scene: OpenScene) -> None:
    async with scene() as s:
        at = s.lines()[-1].index("Pause")
        await s.pilot.click("#keyline", offset=(at, 0))
        await s.settle()
        assert s.feed.paused
