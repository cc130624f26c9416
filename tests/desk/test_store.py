"""The store: a batch whole or not at all, one desk a folder, exercise or real for good."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desk.errors import StoreError, StoreFullError
from desk.post import LabelledPost, Post
from desk.sampling import SAMPLED
from desk.store import DATABASE, Commit, Store

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def seen(id_: str) -> LabelledPost:
    return LabelledPost(
        id=id_, channel="x", text="no power", created_at=NOON, labels=("outage",), matches=(),
        location=None,
    )  # fmt: skip


def plain(number: int) -> Post:
    return Post(id=f"u{number}", channel="x", text="hello", created_at=NOON)


def test_a_batch_and_its_cursor_are_there_after_a_restart(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.set_exercise(True)
    store.commit(
        Commit(
            feed="file:a",
            cursor="10:1",
            digests=[7, 8, 9],
            labelled=[seen("a"), seen("b")],
            unlabelled=[plain(1)],
            counts={("2024-05-01T12", "x", ""): 3, ("2024-05-01T12", "x", "outage"): 2},
            states={("outage", "o1"): b"{}", ("outage", "o2"): b"{}"},
        )
    )
    store.commit(Commit(feed="file:a", cursor="20:2", states={("outage", "o2"): None}))
    store.close()
    again = Store(tmp_path)
    assert again.cursor("file:a") == "20:2"
    assert again.cursor("file:b") is None
    assert [post.id for post in again.newest(10)] == ["a", "b"]
    assert again.known() == [7, 8, 9]
    assert again.sample() == [plain(1)]
    assert again.states("outage") == {"o1": b"{}"}
    assert again.exercise is True
    assert again.totals() == (3, 2)
    assert again.post("b") == seen("b")
    again.close()


def test_a_failed_batch_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    bad = Commit(feed="f", cursor="1", labelled=[seen("a")])
    bad.states = {("outage", "o"): object()}  # type: ignore[dict-item]
    with pytest.raises(StoreError, match="nothing was acknowledged"):
        store.commit(bad)
    assert store.newest(1) == []
    assert store.cursor("f") is None
    store.close()


def test_what_a_store_holds_is_fixed_for_good() -> None:
    store = Store()
    assert store.exercise is None
    store.set_exercise(False)
    store.set_exercise(True)
    assert store.exercise is False
    assert store.territory("here") == "here"
    assert store.territory("there") == "here"


def test_unlabelled_posts_are_a_rolling_sample_after_a_restart_too(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.commit(Commit(feed="f", cursor="1", unlabelled=[plain(n) for n in range(SAMPLED + 50)]))
    store.close()
    again = Store(tmp_path)
    again.commit(Commit(feed="f", cursor="2", unlabelled=[plain(-1)]))
    kept = {post.id for post in again.sample()}
    assert len(kept) == SAMPLED
    assert {f"u{SAMPLED + 49}", "u-1", "u51"} <= kept
    assert not {"u0", "u50"} & kept
    again.close()


def test_known_posts_are_bounded_and_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.store.REMEMBERED", 100)
    store = Store()
    for start in range(0, 500, 50):
        store.commit(Commit(feed="f", cursor="1", digests=list(range(start, start + 50))))
    assert store.known() == list(range(400, 500))


def test_a_store_is_its_owners_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    Store(tmp_path).close()
    assert stat.S_IMODE((tmp_path / "stormdesk.db").stat().st_mode) == 0o600


def test_one_folder_serves_one_desk(tmp_path: Path) -> None:
    store = Store(tmp_path)
    other = "from pathlib import Path; from desk.store import Store; Store(Path('.'))"
    run = subprocess.run(
        [sys.executable, "-c", other], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "another desk is using" in run.stderr
    store.close()
    Store(tmp_path).close()


def test_a_store_of_another_version_or_a_file_that_is_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store(tmp_path).close()
    with sqlite3.connect(tmp_path / "stormdesk.db") as db:
        db.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
        db.execute("DROP TABLE known")  # as it was then, with other columns
        db.execute("CREATE TABLE known (other INTEGER)")
    db.close()
    with pytest.raises(StoreError, match="version 99"):
        Store(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    (other / "stormdesk.db").write_bytes(b"this is not a database, but it is long enough" * 40)
    with pytest.raises(StoreError, match="use another --data"):
        Store(other)
    folder = tmp_path / "folder"
    (folder / "stormdesk.db").mkdir(parents=True)
    with pytest.raises(StoreError, match="use another --data"):
        Store(folder)
    monkeypatch.setattr("desk.store.FULL_BYTES", 1 << 60)
    with pytest.raises(StoreFullError, match="free some room"):
        Store(folder)


def test_a_damaged_store_is_a_store_error(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.commit(Commit(feed="f", cursor="1", labelled=[seen(str(n)) for n in range(500)]))
    store.close()
    path = tmp_path / "stormdesk.db"
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"damaged!" * ((len(whole) - 8192) // 8))
    with pytest.raises(StoreError, match="store"):
        Store(tmp_path).newest(500)


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("")
    with pytest.raises(StoreError, match="as --data: it is a file"):
        Store(path)


def test_a_store_that_is_begun_again_is_another_one_to_platforms() -> None:
    store = Store()
    first = store.id
    assert store.id == first
    store.set_exercise(exercise=True)
    store.forget()
    assert store.id != first


def test_the_log_is_carried_into_the_database_beside_the_desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.checkpoints.ROWS", 1)
    monkeypatch.setattr("desk.checkpoints.LONGEST_PAGES", 0)
    store = Store(tmp_path / "store")
    for number in range(3):
        store.commit(Commit(labelled=[seen(str(number))]))
    alone = tmp_path / "alone.db"  # without its log

    def carried() -> int:
        alone.write_bytes((tmp_path / "store" / DATABASE).read_bytes())
        with closing(sqlite3.connect(alone)) as db:
            return len(db.execute("SELECT name FROM sqlite_master WHERE name = 'posts'").fetchall())

    while not carried():
        time.sleep(0.01)
    store.commit(Commit(labelled=[seen("behind")]))
    assert [post.id for post in store.newest(4)] == ["0", "1", "2", "behind"]
    store.close()
