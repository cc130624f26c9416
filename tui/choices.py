"""What a person has chosen for their own screens: the theme, saved filters; kept in a file.

The file lies in the folder that the system has for a user's settings (platformdirs). One that has
faults is never written over: what is chosen then holds until the screen ends, and the screen says
so. Two screens of one person may be open: what one changes, the other does not undo.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Annotated, Any

import msgspec

FILE = "screen.json"
MOST_FILTERS = 50
MOST_CHARS = 1_000
"""Of the words of a filter."""

Words = Annotated[str, msgspec.Meta(max_length=MOST_CHARS)]


class SavedFilter(msgspec.Struct, frozen=True):
    """A filter of the feed under a name of its own."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    query: Words


class Choices(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a person has chosen; a theme that is unknown counts as none."""

    theme: Annotated[str, msgspec.Meta(max_length=60)] = ""
    filters: Annotated[tuple[SavedFilter, ...], msgspec.Meta(max_length=MOST_FILTERS)] = ()
    headlines: bool = False
    """Whether the feed shows headlines on other matters, posts that are `news` and nothing else."""

    def filter_named(self, name: str) -> SavedFilter | None:
        """The saved filter of this name."""
        return next((each for each in self.filters if each.name == name), None)


class ChoicesFile:
    """The choices of a person as they stand in `path`; without one they last as long as the app.

    `now` is what holds; `fault` says in one line why the file can't be read or written, empty where
    all is well.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.now = Choices()
        self.fault = ""
        self._faulty = False
        self._read()

    def keep(self, **changes: Any) -> None:  # noqa: ANN401  the fields of Choices, each of its type
        """Let these fields of the choices have new values, now and at the next start.

        Raises:
            ValueError: a value is too long, or there are too many filters; nothing has changed.
        """
        self._check(msgspec.structs.replace(self.now, **changes))
        before = self.now
        self._read()
        if self._faulty:
            self.now = before
        self.now = msgspec.structs.replace(self.now, **changes)
        if self.path is not None and not self._faulty:
            self._write(self.path)

    def save_filter(self, name: str, query: str) -> None:
        """Save a filter; one of the same name is replaced. Errors as of `keep`."""
        others = tuple(each for each in self.now.filters if each.name != name)
        self.keep(filters=(*others, SavedFilter(name, query)))

    def drop_filter(self, name: str) -> None:
        """Forget the filter of this name."""
        self.keep(filters=tuple(each for each in self.now.filters if each.name != name))

    @staticmethod
    def _check(choices: Choices) -> None:
        try:
            msgspec.convert(msgspec.to_builtins(choices), Choices)
        except msgspec.ValidationError as error:
            raise ValueError(f"can't keep this: {error}") from None

    def _read(self) -> None:
        if self.path is None:
            return
        self.fault, self._faulty = "", False
        try:
            self.now = msgspec.json.decode(self.path.read_bytes(), type=Choices)
        except FileNotFoundError:
            return
        except OSError as error:
            self.fault = f"can't read {self.path}: {error.strerror or error}"
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            self.fault = f"{self.path} is not understood ({error}): mend or delete it"
            self._faulty = True

    def _write(self, path: Path) -> None:
        """A whole file takes the place of the old one: a crash leaves one or the other."""
        new = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            new.write_bytes(msgspec.json.format(msgspec.json.encode(self.now), indent=2) + b"\n")
            new.chmod(0o600)
            new.replace(path)
        except OSError as error:
            self.fault = f"can't write {path}: {error.strerror or error}; kept until you leave"
            with contextlib.suppress(OSError):
                new.unlink()


def own_choices() -> ChoicesFile:
    """The choices of whoever runs this program."""
    from platformdirs import user_config_path

    return ChoicesFile(user_config_path("stormdesk") / FILE)
