from __future__ import annotations

import re
from pathlib import Path

import pytest

import rules
from rules import LABELS, Engine, load_packs
from rules.judge import TEXT_LETTERS_MAX
from rules.keys import CONTEXT_KEYS, FILE_KEYS, RULE_KEYS, TEST_KEYS, TOLD_FACTS, Key
from rules.pack import FACTS, NOTHING, STATUSES
from rules.phrase import VARIANTS_MAX
from rules.text import MARKS
from rules.typos import tolerance
from rules.workbench.lint import COMMON_RANKS, warnings
from rules.workbench.proof import failures
from rules.workbench.schema import meaning

PAGE = Path(rules.__file__).parent.parent / "docs" / "rule-format.md"
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
WRITTEN_AS = {
    "vocabulary": "[vocabulary]",
    "context": "[context.NAME]",
    "rule": "[[rule]]",
    "points": "[rule.points]",
    "test": "[[rule.test]]",
}


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_example_of_the_page_loads_and_its_tests_hold(example: str, tmp_path: Path) -> None:
    (tmp_path / "set.toml").write_text(example, encoding="utf-8")
    packs = load_packs(tmp_path)
    assert not failures(packs, Engine(packs))
    assert warnings(packs) == []


def test_the_first_example_does_what_the_page_says(tmp_path: Path) -> None:
    assert len(EXAMPLES) > 1
    (tmp_path / "outage.toml").write_text(EXAMPLES[0], encoding="utf-8")
    packs = load_packs(tmp_path)
    assert Engine(packs).classify(["no electricity in my street"])[0].labels == ("outage",)


@pytest.mark.parametrize(
    ("heading", "keys"),
    [
        ("Of a file", FILE_KEYS),
        ("Of a rule", RULE_KEYS),
        ("Of a test", TEST_KEYS),
        ("Of a context", CONTEXT_KEYS),
    ],
)
def test_the_tables_of_the_page_are_those_that_the_parser_checks_by(
    page: str, heading: str, keys: tuple[Key, ...]
) -> None:
    section = page.partition(f"### {heading}\n")[2].partition("\n#")[0]
    assert re.findall(r"^\| `.*\|$", section, re.MULTILINE) == [
        f"| `{WRITTEN_AS.get(key.name, key.name)}` | {'yes ' if key.needed else ''}"
        f"| {meaning(key)} |"
        for key in keys
    ]


def test_the_page_names_every_label_mark_context_and_status(page: str) -> None:
    names = [*LABELS, NOTHING, *MARKS, *FACTS, *STATUSES, *TOLD_FACTS]
    written = " ".join(re.findall(r"`([^`]*)`", page))
    assert [name for name in names if name not in written] == []
    contexts = page.partition("| context | holds where |\n|---|---|\n")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)`", contexts, re.MULTILINE) == list(FACTS)


def test_the_figures_of_the_page_are_those_of_the_code(page: str, tmp_path: Path) -> None:
    assert f"{VARIANTS_MAX:,} variants" in page
    assert f"the first {TEXT_LETTERS_MAX:,} are read" in page
    assert f"among the {COMMON_RANKS} most common ones" in page
    one = next(letters for letters in range(20) if tolerance("a" * letters) == 1)
    two = next(letters for letters in range(20) if tolerance("a" * letters) == 2)
    assert f"no edit up to {one - 1} letters, one from {one}, two from {two} on" in page
    (tmp_path / "set.toml").write_text(
        'language = "en"\n[[rule]]\nid = "a"\nlabel = "outage"\nany = ["power out"]\n'
    )
    (verdict,) = Engine(load_packs(tmp_path)).classify(["the pwoer is out"])
    assert "`the pwoer is out` scores 91" in page
    assert verdict.matches[0].score == 91
