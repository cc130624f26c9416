"""A small desk for tests: three communities, two rules, posts with fixed times."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

START = datetime(2024, 5, 1, 12, tzinfo=UTC)

TERRITORY = """
name = "Three Towns"
timezone = "America/New_York"

[[community]]
id = "alderton"
name = "Alderton"
lat = 35.0
lon = -79.0
radius_km = 5.0
customers = 40000

[[community]]
id = "birchfield"
name = "Birchfield"
lat = 35.5
lon = -79.5
radius_km = 4.0
customers = 9000

[[community]]
id = "cedar-gap"
name = "Cedar Gap"
lat = 36.0
lon = -80.0
radius_km = 3.0
customers = 2000
"""

RULES = """
language = "en"

[[rule]]
id = "t-outage"
label = "outage"
any = ["power is out", "no power"]

[[rule.test]]
text = "no power here"
match = true

[[rule]]
id = "t-hazard"
label = "hazard"
any = ["line is down"]

[[rule.test]]
text = "a line is down"
match = true
"""

# How long an example takes says how busy the machine is.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

PostsFile = Callable[..., Path]
DOCS = "tests/test_docs.py"
MOST_PROCESSES = 4
"""Of the suite; more would only read the same packs and storms once more."""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """The whole suite runs in several processes, chosen tests in the one that was started."""
    if config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        return 0
    return min(MOST_PROCESSES, 1 + (os.cpu_count() or 1))  # half of a test is waiting


class ByWhatIsShared(LoadFileScheduling):  # type: ignore[misc]
    """A test file goes to a process as a whole, as `--dist loadfile` has it, with two exceptions.

    Tests of storms use the same days, which take longer to make than to look at: they share one
    process. Pages of the docs share nothing, and are long: each is for itself, and they come first.
    """

    def _split_scope(self, nodeid: str) -> str:
        """The tests that run in the same process."""
        file: str = super()._split_scope(nodeid)
        if file == DOCS:
            return nodeid
        folder = "tests/simulator/"
        return folder if file.startswith(folder) and "/platforms/" not in file else file

    def schedule(self) -> None:
        """Hands out the first work, and puts the pages of the docs before the rest."""
        super().schedule()
        for page in [scope for scope in self.workqueue if scope.startswith(DOCS)]:
            self.workqueue.move_to_end(page, last=False)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadFileScheduling:
    """Which tests go to which process."""
    return ByWhatIsShared(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_sessionstart(session: pytest.Session) -> Generator[None, object, object]:
    """Commands that tests run keep parsed rules and bytecode in one folder, for all processes."""
    if not hasattr(session.config, "workerinput"):
        kept = tempfile.TemporaryDirectory(prefix="stormdesk-tests-")
        session.config.add_cleanup(kept.cleanup)
        os.environ["XDG_CACHE_HOME"] = kept.name
    started = yield
    # After the start, or each process of the suite would compile every library anew.
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
        os.environ["PYTHONPYCACHEPREFIX"] = os.environ["XDG_CACHE_HOME"]
    return started


@pytest.fixture
def territory_file(tmp_path: Path) -> Path:
    """A territory of three communities."""
    path = tmp_path / "territory.toml"
    path.write_text(TERRITORY, encoding="utf-8")
    return path


@pytest.fixture
def rules_folder(tmp_path: Path) -> Path:
    """Two rules: 'no power' is outage, 'line is down' is hazard."""
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "en.toml").write_text(RULES, encoding="utf-8")
    return folder


@pytest.fixture
def posts_file(tmp_path: Path) -> PostsFile:
    """Writes texts as a feed: a post every 20 seconds, each of another author."""

    def write(texts: list[str], name: str = "posts.jsonl", *, exercise: bool = True) -> Path:
        path = tmp_path / name
        with path.open("w", encoding="utf-8") as file:
            for number, text in enumerate(texts):
                post = {
                    "id": f"p{number}",
                    "channel": "x",
                    "author": {"id": f"a{number}", "handle": f"resident_{number}"},
                    "text": text,
                    "created_at": (START + timedelta(seconds=20 * number)).isoformat(),
                    "exercise": exercise,
                }
                file.write(json.dumps(post) + "\n")
        return path

    return write
