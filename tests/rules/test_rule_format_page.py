from __future__ import annotations

import re
from pathlib import Path

import pytest

import rules
from rules import LABELS, Engine, load_packs
from rules.engine import TEXT_LETTERS_MAX
from rules.keyword_set import FILE_KEYS, RULE_KEYS, TEST_KEYS
from rules.phrase import VARIANTS_MAX
from rules.workbench.proof import failures
from rules.text import MARKS

PAGE = Path(rules.__file__).parent.parent / "docs" / "rule-format.md"


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_example_of_the_page_loads_and_its_tests_hold(page: str, tmp_path: Path) -> None:
    match = re.search(r"```toml\n(.*?)```", page, re.DOTALL)
    assert match
    (tmp_path / "outage.toml").write_text(match[1], encoding="utf-8")
    packs = load_packs(tmp_path)
    assert not failures(packs, Engine(packs))
    assert Engine(packs).classify(["no electricity in my street"])[0].labels == ("outage",)


def test_the_page_names_every_key_label_and_mark(page: str) -> None:
    names = [*FILE_KEYS, *RULE_KEYS, *TEST_KEYS, *LABELS, *MARKS]
    written = " ".join(re.findall(r"`([^`]*)`", page))
    assert [name for name in names if name not in written] == []


def test_the_figures_of_the_page_are_those_of_the_code(page: str, tmp_path: Path) -> None:
    assert f"{VARIANTS_MAX:,} variants" in page
    assert f"the first {TEXT_LETTERS_MAX:,} are read" in page
    (tmp_path / "set.toml").write_text(
        'language = "en"\n[[rule]]\nid = "a"\nlabel = "outage"\nany = ["power out"]\n'
    )
    (verdict,) = Engine(load_packs(tmp_path)).classify(["the pwoer is out"])
    assert "`the pwoer is out` scores 91" in page
    assert verdict.matches[0].score == 91
