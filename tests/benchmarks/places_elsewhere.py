"""Real posts of other parts of the world: how many are taken for ours."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from desk.places import Locator
from desk.post import Post
from desk.territories import load_territory

CORPORA = (
    "crisislex_t6", "crisislex_t26", "it_sentipolc16", "it_structural_flood",
    "ga_outage_five_states", "ga_power_noise", "es_venezuela_blackout_2018",
)  # fmt: skip
TERRITORIES = ("north-carolina", "sardinia", "valencia")
_AT = datetime(2020, 1, 1, tzinfo=UTC)


class Elsewhere(msgspec.Struct):
    """Posts of a corpus, and how many were located in a territory they hardly speak of.

    Some do speak of it: a flood in Sardinia is among the Italian ones.
    """

    corpus: str
    territory: str
    posts: int
    located: int
    share: float


class _Row(msgspec.Struct):
    text: str


def measure_elsewhere(corpora: Path) -> list[Elsewhere]:
    """Every corpus in every territory."""
    locators = {name: Locator(load_territory(name)) for name in TERRITORIES}
    found = []
    for corpus in CORPORA:
        path = corpora / f"{corpus}.jsonl"
        if not path.is_file():
            continue
        lines = path.read_bytes().splitlines()
        texts = [msgspec.json.decode(line, type=_Row).text for line in lines]
        posts = [Post(id="1", channel="x", text=text, created_at=_AT) for text in texts]
        for territory, locator in locators.items():
            located = sum(locator.locate(post) is not None for post in posts)
            share = located / max(1, len(posts))
            found.append(Elsewhere(corpus, territory, len(posts), located, share))
    return found
