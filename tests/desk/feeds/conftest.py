"""What the tests of X's feed begin with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from desk.feeds.x.url import TOKEN
from rules.pack import Pack
from simulator.platforms import CREDENTIAL
from tests.desk.feeds.xland import few_packs


@pytest.fixture
def x_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """The credential of the storm's own X, in the environment variable that the feed reads."""
    monkeypatch.setenv(TOKEN.removeprefix("env:"), CREDENTIAL)


@pytest.fixture
def packs(tmp_path: Path) -> Sequence[Pack]:
    """A keyword set of a few words that many posts of a storm hold."""
    return few_packs(tmp_path)
