"""A desk is made from what the user asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.setup import Setup, build_pipeline, open_feeds


@pytest.mark.parametrize(
    ("feeds", "exercise"),
    [
        (["storm:calm?speed=max"], True),
        (["file:/dev/null"], None),
        (["storm:calm?speed=max", "file:/dev/null"], None),
    ],
)
def test_a_desk_of_storms_alone_is_an_exercise_before_its_first_post(
    feeds: list[str], exercise: bool | None, rules_folder: Path
) -> None:
    setup = Setup(feeds, territory="sardinia", rules=[rules_folder])
    pipeline = build_pipeline(setup, open_feeds(setup))
    assert pipeline.store.exercise is exercise
    pipeline.store.close()
