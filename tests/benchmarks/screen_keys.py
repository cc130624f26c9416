"""Keys at random moments: from typing one to the first painted change that answers it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from screen_terminal import Screen, Terminal

FEED_TOP, SIDE_WIDTH = 2, 66
"""At 160 columns: where the feed's rows begin, and how wide the panes beside it are."""
HEADS = ("─ Feed", "[1 ", " 1 ")
PATIENCE_S = 10.0
SETTLED_S = 0.15
WORDS = ("power", "hazard", "out", "dark")
Shown = Callable[[Screen], bool]
Step = tuple[str, str, Shown]
"""What is done, the key for it, and what of the screen answers it."""


def feed_look(screen: Screen) -> int:
    """A number that changes with the feed's rows, their colours and the cursor."""
    look: int = screen.look(FEED_TOP, screen.lines - 1, 0, screen.columns - SIDE_WIDTH)
    return look


def head(screen: Screen) -> str:
    """The line over the feed, or the tabs of the cases: a banner may stand above."""
    lines: list[str] = [screen.line(at) for at in range(1, 4)]
    return next((line for line in lines if line.startswith(HEADS)), lines[0])


def new_and_labelled(screen: Screen) -> tuple[int, int]:
    """How many rows wait unseen, and how many there are, as the head says."""
    new = re.search(r"\+([\d,]+) new", head(screen))
    labelled = re.search(r"([\d,]+) labelled", head(screen))
    read = [int(found[1].replace(",", "")) if found else 0 for found in (new, labelled)]
    return read[0], read[1]


def is_whole(screen: Screen) -> bool:
    """Whether no row of the feed is still on its way."""
    return not any(screen.chars[at][0] == "…" for at in range(FEED_TOP, screen.lines - 1))


class Typist:
    """Types at a monitor, and notes how long each answer took, in milliseconds."""

    def __init__(self, terminal: Terminal, seed: int) -> None:
        self.took_ms: dict[str, list[float]] = {}
        self.cpu_ms: dict[str, list[float]] = {}
        self.unanswered: list[str] = []
        self.dropped = 0
        self._terminal = terminal
        self._random = random.Random(seed)

    def type_for(self, seconds: float) -> None:
        """Type round after round, until the time is over."""
        end_s = self._terminal.read_s + seconds
        while self._terminal.read_s < end_s:
            for name, key, shown in self._round():
                self.one(name, key, shown)

    def one(self, name: str, key: str, shown: Shown, pause_s: float = 0.6) -> None:
        """Type one key after a random pause, and wait for its answer."""
        terminal = self._terminal
        terminal.watch(SETTLED_S + self._random.random() * pause_s)
        before = feed_look(terminal.screen)

        def answered(screen: Screen) -> bool:
            return shown(screen) if shown is not CHANGED else feed_look(screen) != before

        if shown is not CHANGED and shown(terminal.screen):
            return  # the screen is so already: its answer could not be told
        spent_ms = self._cpu_ms()
        at_s = terminal.press(key)
        done_s = terminal.until(answered, PATIENCE_S)
        self.cpu_ms.setdefault(name, []).append(self._cpu_ms() - spent_ms)
        if done_s is None:
            self.unanswered.append(name)
        else:
            self.took_ms.setdefault(name, []).append((done_s - at_s) * 1000)

    def _cpu_ms(self) -> float:
        """CPU of the screen's main thread so far, where the system tells it to the nanosecond."""
        pid = self._terminal.pid
        try:
            told = Path(f"/proc/{pid}/task/{pid}/schedstat").read_text(encoding="ascii")
        except OSError:
            return 0.0
        return int(told.split()[0]) / 1e6

    def _round(self) -> Iterator[Step]:
        """What an agent does: stands still, reads, filters, looks at cases, follows again."""
        yield "k: hold", "k", lambda screen: "follows" in head(screen)
        moves = [*(("k", "k"), ("j", "j")) * 4, ("pageup", "\x1b[5~"), ("pagedown", "\x1b[6~")]
        self._random.shuffle(moves)
        for name, key in moves:
            yield name, key, CHANGED
        # not before the moves: one beyond the last row lets new ones in
        self._terminal.watch(SETTLED_S)
        base = self._count_new()
        yield "tab", "\t", CHANGED
        yield "shift+tab", "\x1b[Z", CHANGED
        yield "enter: open", "\r", CHANGED
        yield "esc: close", "\x1b", CHANGED
        self._check_new(base)
        word = self._random.choice(WORDS)
        yield "/: filter", "/", lambda screen: "words !not" in screen.text()
        for at, letter in enumerate(word, 1):
            yield "letter", letter, _typed(word[:at])
        yield "enter: results", "\r", lambda screen: f"filter: {word}" in head(screen)
        yield "esc: no filter", "\x1b", lambda screen: "filter:" not in head(screen)
        yield "2: time window", "2", lambda screen: "since:15m" in head(screen)
        yield "6: all times", "6", lambda screen: "since:15m" not in head(screen)
        yield "f: follow", "f", lambda screen: "follows" not in head(screen)
        yield "C: cases", "C", CHANGED
        for digit in "23456":
            yield "1-6: tab of cases", digit, _tab(digit)
        yield "esc: monitor", "\x1b", lambda screen: "labelled post" in head(screen)

    def _count_new(self) -> int:
        """How many rows there were when the feed stood still."""
        new, labelled = new_and_labelled(self._terminal.screen)
        return labelled - new

    def _check_new(self, base: int) -> None:
        """Hold `+N new` against how many rows there were and are."""
        new, labelled = new_and_labelled(self._terminal.screen)
        if labelled and base and labelled - new != base:
            self.dropped += abs(labelled - new - base)


def CHANGED(_screen: Screen) -> bool:  # noqa: N802  a mark, compared by identity
    """The answer is any change of the feed's rows."""
    return False


def _typed(letters: str) -> Shown:
    """The filter is typed so far."""
    return lambda screen: any(
        screen.line(at).startswith(letters) for at in range(screen.lines // 2, screen.lines)
    )


def _tab(digit: str) -> Shown:
    """This tab of the cases is in front."""
    return lambda screen: f"[{digit} " in head(screen)
