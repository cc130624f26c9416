"""The people of a storm: names, handles and streets from Faker, drawn once.

A person is a function of where they live, their channel and a number, so that the same one comes
back without anybody having to be remembered.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from desk.post import Author
from simulator.storm import Storm, Voice, layer_random
from simulator.voices import grammar

if TYPE_CHECKING:
    from faker import Faker

NAMES = 420
STREETS = 220
_MASK = (1 << 64) - 1
_PLAIN = re.compile("[^a-z0-9]+")


class Person(msgspec.Struct, frozen=True, gc=False):
    """Somebody who posts; `rough` says how carelessly they type (0 never, 1 on average).

    `place` is the number of their community (-1: somewhere else), `emoji` how fond they are of
    emoji (1 on average).
    """

    author: Author
    channel: str
    place: int
    voice: Voice
    street: str
    rough: float
    case: str
    emoji: float


class _Names(NamedTuple):
    """Names with what they are in a handle, and streets."""

    first: tuple[tuple[str, str], ...]
    last: tuple[tuple[str, str], ...]
    streets: tuple[str, ...]


def plain(name: str) -> str:
    """`name` in the letters of a handle."""
    folded = unicodedata.normalize("NFKD", name.lower())
    return _PLAIN.sub("", folded.encode("ascii", "ignore").decode())


def _mixed(value: int) -> int:
    """`value` stirred to 64 random-looking bits (splitmix64, S. Vigna)."""
    value = (value + 0x9E3779B97F4A7C15) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


class People:
    """Everybody who may post in a storm."""

    def __init__(self, storm: Storm) -> None:
        draw = layer_random(storm, "people")
        self._salt = draw.getrandbits(64)
        self._names = {voice.locale: _drawn(voice.locale, draw) for voice in storm.voice}
        # Whatever somebody speaks, the streets are those of the place.
        self._streets = self._names[storm.voice[0].locale].streets
        self._spoken = tuple((voice, self._names[voice.locale]) for voice in storm.voice)
        self._homes: dict[tuple[int, str], int] = {}
        self._ladder = _ladder(storm.voice)

    def person(self, place: int, channel: str, number: int) -> Person:
        """Person `number` of community `place` (-1: somewhere else) who posts in `channel`."""
        key = place, channel
        home = self._homes.get(key)
        if home is None:
            # No str hash here: Python salts it anew in each process.
            home = _mixed(self._salt ^ int.from_bytes(f"{channel[:2]}{place}".encode()))
            self._homes[key] = home
        bits = _mixed(home + number)
        voice, names = self._spoken[self._ladder[bits & 0xFF]]
        first, first_plain = names.first[(bits >> 8) % NAMES]
        last, last_plain = names.last[(bits >> 20) % NAMES]
        # An odd factor stirs the high bits, which are the ones that are looked at below.
        more = bits * 0x9E3779B97F4A7C15 & _MASK
        handle = _handle(first_plain, last_plain, more, channel)
        name = first if more & 7 == 0 else f"{first} {last}"
        return Person(
            Author(f"{channel}-{place}.{number}", handle, name),
            channel,
            place,
            voice,
            self._streets[(more >> 16) % STREETS],
            _ROUGH[(more >> 28) % 10],
            _CASES[(more >> 36) % 20],
            _FOND[(more >> 42) % 5],
        )

    def streets(self) -> frozenset[str]:
        """Every street that somebody may name."""
        return frozenset(self._streets)

    def of(self, author: Author) -> Person:
        """The person behind an author that `person` gave.

        Raises:
            ValueError: the author is an account of somebody else.
        """
        channel, _, key = author.id.partition("-")
        place, _, number = key.partition(".")
        return self.person(int(place), channel, int(number))

    def street(self, share: float) -> str:
        """A street; `share` is drawn from 0-1."""
        return self._streets[int(share * len(self._streets))]


# Two people in five type nearly clean, one in five carelessly; the mean is 1.
_ROUGH = (0.4, 0.4, 0.4, 0.4, 1.2, 1.2, 1.2, 1.2, 1.8, 1.8)
_CASES = ("as is",) * 14 + ("lower",) * 5 + ("shout",)
_FOND = (0.2, 0.2, 0.6, 1.5, 2.5)


def _handle(first: str, last: str, bits: int, channel: str) -> str:
    year = bits >> 44
    match (bits >> 3) % 6:
        case 0:
            handle = f"{first}{last}"
        case 1:
            handle = f"{first}_{last}"
        case 2:
            handle = f"{first[:1]}{last}{year % 100:02d}"
        case 3:
            handle = f"{first}{year % 1000}"
        case 4:
            handle = f"{last}{first[:1]}{60 + year % 45}"
        case _:
            handle = f"the{first}{year % 90}"
    if channel == "bluesky":
        return f"{handle.replace('_', '-')}.bsky.example"
    if channel == "mastodon":
        return f"{handle}@toot.example"
    return handle


def _drawn(locale: str, draw: random.Random) -> _Names:
    """Names of one Faker locale; Faker is slow beside the rest, so it is asked only here."""
    from faker import Faker

    fake = Faker(locale)
    fake.seed_instance(draw.getrandbits(32))
    return _Names(
        tuple((name, plain(name)) for name in (fake.first_name() for _ in range(NAMES))),
        tuple((name, plain(name)) for name in (fake.last_name() for _ in range(NAMES))),
        tuple(_street_names(locale, fake, draw)),
    )


def _street_names(locale: str, fake: Faker, draw: random.Random) -> Iterator[str]:
    """Streets as people know them; Faker's American ones (Glass Vista) are in no town."""
    for _ in range(STREETS):
        yield grammar("en").word("a_street", {}, draw) if locale == "en_US" else fake.street_name()


def _ladder(voices: tuple[Voice, ...]) -> tuple[int, ...]:
    """256 rungs, shared among the languages by their shares."""
    total = sum(voice.share for voice in voices)
    rungs: list[int] = []
    upto = 0.0
    for number, voice in enumerate(voices):
        upto += voice.share / total
        rungs += [number] * (round(256 * upto) - len(rungs))
    return tuple(rungs)
