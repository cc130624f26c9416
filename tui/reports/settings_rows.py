"""The settings in words: one's own, those of the desk, its accounts, its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from desk.serving.protocol import DeskStatus
from desk.serving.reply_messages import Sender
from desk.serving.report_messages import SettingsTold
from tui.choices import ChoicesFile
from tui.paint import paint
from tui.reports.rows import EXERCISE, GAP, Row

NAME_CELLS = 22


class Person:
    """Who sits at this screen, and what they have chosen."""

    def __init__(self, name: str, role: str, theme: str, choices: ChoicesFile) -> None:
        self.name = name
        self.role = role
        self.theme = theme
        self.choices = choices


def settings_rows(
    person: Person, told: SettingsTold | None, status: DeskStatus | None
) -> list[Row]:
    """Everything that can be set, and where it is kept; enter changes what has an arrow."""
    rows = [*_own(person), GAP, *_desk(told, status)]
    if told is not None:
        exercise = status is not None and status.exercise
        senders = {one.account: one for one in status.outgoing.senders} if status else {}
        rows += [GAP, *_accounts(told, senders, exercise=exercise), GAP, *_files(told)]
    return rows


def _set(name: str, value: str, what: str, hint: str = "") -> Row:
    """A setting that enter changes."""
    return Row(
        f"> {name:{NAME_CELLS}} {value}" + (f"  · {hint}" if hint else ""), "text", "set", what
    )


def _own(person: Person) -> Iterator[Row]:
    choices = person.choices
    saved = len(choices.now.filters)
    yield Row("Yours", "head")
    yield _set("theme", person.theme, "theme", "the next one")
    yield _set("name", person.name, "name", "what you do is seen under it; until you leave")
    yield _set("role", person.role, "role", "a lead lets replies go; until you leave")
    yield _set("saved filters", f"{saved:,}", "filters", "apply, rename, delete")
    where = f"are kept in {choices.path}" if choices.path else "last until you leave"
    yield Row(f"  theme and filters {where}", "quiet")
    if choices.fault:
        yield Row(f"  × {choices.fault}", "alarm")


def _desk(told: SettingsTold | None, status: DeskStatus | None) -> Iterator[Row]:
    yield Row("The desk, for everybody", "head")
    if status is not None:
        by = f", by {status.mode_by}" if status.mode_by else ""
        yield _set("mode", f"{status.mode}{by}", "mode", "asks once")
    if told is None:
        yield Row("  asking the desk…", "quiet")
        return
    watched = "looked for" if told.look_alikes_on else "NOT looked for"
    yield _set("look-alikes", watched, "look_alikes", "kept by the desk")
    harmless = ", ".join(told.harmless) or "none"
    claims = ", ".join(told.claims) or "none beside those built in"
    yield Row(f"  known, harmless: {harmless} · words of claim: {claims}", "quiet")


def _accounts(
    told: SettingsTold, senders: Mapping[str, Sender], *, exercise: bool
) -> Iterator[Row]:
    yield Row(f"Own accounts: {len(told.accounts):,}", "head")
    if not told.accounts:
        yield Row("  none: write accounts.toml into a folder, and give it as --settings")
    for one in told.accounts:
        sender = senders.get(one.key) if one.on else None
        state = "on" if sender else f"{EXERCISE}: dry run" if exercise else "off: dry run"
        yield Row(f"  {one.channel:10} @{one.handle} {one.name} · {one.kind} · {state}")
        if sender is not None:
            fine = sender.state == "open" or sender.contact_at is None
            yield Row(f"    {_sends(sender)}", "quiet" if fine else "alarm")


def _sends(sender: Sender) -> str:
    """How an account that is switched on does, by the clock on the wall."""
    words = [sender.server or "the platform's own server", paint(sender.state[:200]).text]
    if sender.contact_at is not None:
        words.append(f"last answered {sender.contact_at.astimezone():%H:%M:%S}")
    if sender.left is not None:
        until = f" until {sender.resets_at.astimezone():%H:%M}" if sender.resets_at else ""
        words.append(f"{sender.left:,} of {sender.most:,} left{until}")
    return " · ".join(words)


def _files(told: SettingsTold) -> Iterator[Row]:
    folder = told.folder or "no folder of your own: --settings DIR gives one"
    yield Row(f"Files of the desk: {folder}", "head")
    for file in told.files:
        whose = "yours" if file.own else "built in"
        changed = " · CHANGED since the desk began: restart it" if file.changed else ""
        yield Row(f"  {file.name:14} {whose}{changed}", "alarm" if changed else "text")
        yield Row(f"    {file.path}", "quiet")
    for fault in told.faults:
        yield Row(f"  × {fault}", "alarm")
    if told.faults:
        yield Row("  the desk goes by the files as they were when it began", "quiet")
