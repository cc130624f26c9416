"""Wrong labels: a corpus that `rules score` reads, and rule tests that fail until mended."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.cases.wrong import CORPUS, SETS, CorpusLine, WrongLabels
from desk.errors import CaseError
from desk.post import LabelledPost, Media, Post, labelled
from rules import Engine, load_packs
from rules.loader import Loaded, load_sets
from rules.workbench.proof import failures
from rules.workbench.score import decode_row
from tests.desk.cases.town import START

RULES = """
language = "en"

[vocabulary]
supply = ["power", "the lights", "$more"]
more = ["electric supply"]

[context.of_games]
around = ["game|movie", "$supply station"]
reach = 9

[[rule]]
id = "my-outage"
label = "outage"
any = ["$supply out", "no $supply"]
none = ["power tools"]
unless = ["of_games", "headline"]
gap = 3

[[rule.test]]
text = "we have no power on Elm Street"
match = true

[[rule]]
id = "my-anger"
label = "complaint"
need = 2
[rule.points]
2 = ["useless $supply"]
-1 = ["sorry"]
"""

Note = Callable[..., LabelledPost]


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "en.toml").write_text(RULES.replace("2 =", '"2" =').replace("-1 =", '"-1" ='))
    return load_sets(folder)


@pytest.fixture
def notes(tmp_path: Path, loaded: Loaded) -> WrongLabels:
    return WrongLabels(tmp_path / "data", lambda: loaded)


def post(loaded: Loaded, text: str, id_: str = "1", **more: object) -> LabelledPost:
    """A post as the desk labels it."""
    plain = Post(id=id_, channel="x", text=text, created_at=START, **more)  # type: ignore[arg-type]
    (verdict,) = Engine(loaded.packs).classify([plain])
    return labelled(plain, verdict.labels, verdict.matches, None)


def failing(folder: Path) -> list[tuple[str, str, bool]]:
    """The label, status and wanted outcome of each test that does not hold."""
    packs = load_packs(folder / SETS)
    found = failures(packs, Engine(packs))
    return sorted((one.rule.label, one.rule.status, one.test.match) for one in found)


def test_a_rule_that_fired_wrongly_is_copied_with_a_test_that_fails(
    notes: WrongLabels, loaded: Loaded, tmp_path: Path
) -> None:
    wrong = post(loaded, "useless power, the lights went out of fashion", media=(Media("photo"),))
    assert wrong.labels == ("outage", "complaint")
    notes.add(wrong, ["complaint"], "en", "eva", "fashion\n[[rule]]")
    assert failing(tmp_path / "data") == [("outage", "draft", False)]
    (path,) = (tmp_path / "data" / SETS).iterdir()
    text = path.read_text()
    assert "# A copy of my-outage." in text
    assert 'facts = ["media"]' in text
    assert "By eva: fashion [[rule]]." in text
    mended = text.replace('status = "draft"', 'status = "draft"\nnot_near = ["fashion"]')
    path.write_text(mended)
    assert failing(tmp_path / "data") == []
    path.write_text(text.replace('none = ["power tools"]', 'none = ["power"]'))
    assert failing(tmp_path / "data") == [("outage", "draft", True)]


def test_a_rule_that_counts_points_is_copied_too(
    notes: WrongLabels, loaded: Loaded, tmp_path: Path
) -> None:
    notes.add(post(loaded, "useless electric supply"), [], "en", "eva", "")
    assert failing(tmp_path / "data") == [("complaint", "draft", False)]


def test_a_label_that_lacks_becomes_a_draft_without_its_phrases(
    notes: WrongLabels, loaded: Loaded, tmp_path: Path
) -> None:
    notes.add(post(loaded, "no power here"), ["outage", "hazard"], "en", "eva", "a wire")
    assert failing(tmp_path / "data") == [("hazard", "draft", True)]
    notes.add(post(loaded, "nessuna luce, no power", "2"), ["outage", "etr"], "it", "eva", "")
    assert len(list((tmp_path / "data" / SETS).iterdir())) == 2
    assert ("etr", "draft", True) in failing(tmp_path / "data")


def test_the_corpus_has_each_post_once_with_its_newest_labels(
    notes: WrongLabels, loaded: Loaded, tmp_path: Path
) -> None:
    one = post(loaded, "no power", exercise=True)
    other = post(loaded, "no power at all", "2")
    for labels in (["billing", "hazard"], ["billing", "hazard"], ["service"]):
        notes.add(one, labels, "en", "eva", "")
    notes.add(other, [], "en", "eva", "")
    corpus = tmp_path / "data" / CORPUS
    lines = [
        msgspec.json.decode(line, type=CorpusLine) for line in corpus.read_bytes().splitlines()
    ]
    assert lines == [
        CorpusLine("no power", ("service",), "en", "1", exercise=True),
        CorpusLine("no power at all", (), "en", "2"),
    ]
    assert [decode_row(line).labels for line in corpus.read_bytes().splitlines()] == [
        ("service",),
        (),
    ]
    sets = [path.read_text() for path in (tmp_path / "data" / SETS).iterdir()]
    assert sum("EXERCISE: the post is simulated" in text for text in sets) == 1
    notes.remove(one)
    notes.remove(one)
    assert len(corpus.read_bytes().splitlines()) == 1
    assert len(list((tmp_path / "data" / SETS).iterdir())) == 1


def test_files_are_private_and_an_authors_own_lines_stay(
    notes: WrongLabels, loaded: Loaded, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / CORPUS).write_text('{"text":"mine","labels":[]}\nnot JSON')
    notes.add(post(loaded, "no power"), [], "en", "eva", "")
    lines = (folder / CORPUS).read_text().splitlines()
    assert lines[:2] == ['{"text":"mine","labels":[]}', "not JSON"]
    for path in (folder / CORPUS, *(folder / SETS).iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_right_is_refused_and_so_is_a_folder_that_can_not_be_written(
    loaded: Loaded, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    notes = WrongLabels(tmp_path / "file", lambda: loaded)
    one = post(loaded, "no power")
    with pytest.raises(CaseError, match="these are the labels that it has"):
        notes.add(one, ["outage"], "en", "eva", "")
    with pytest.raises(CaseError, match="can't note it for the rule authors"):
        notes.add(one, [], "en", "eva", "")


@given(text=st.text(max_size=60), id_=st.text(min_size=1, max_size=20), why=st.text(max_size=20))
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_is_posted_the_files_load_and_their_tests_fail(
    text: str, id_: str, why: str, loaded: Loaded, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("notes")
    one = post(loaded, f"no power {text}", id_)
    wanted = [] if one.labels else ["outage"]
    WrongLabels(folder, lambda: loaded).add(one, wanted, "en", "eva", why)
    assert all(path.parent == folder / SETS for path in folder.rglob("*.toml"))
    assert len(failing(folder)) == (len(one.labels) or 1)
    (line,) = (folder / CORPUS).read_bytes().splitlines()
    assert decode_row(line).text == one.text
