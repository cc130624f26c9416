"""`stormdesk tail` end to end, in a process of its own."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PostsFile = Callable[..., Path]
COMMAND = [sys.executable, "-P", "-m", "tui"]


class Tail:
    """`tail` over a small territory and two rules."""

    def __init__(self, territory: Path, rules: Path) -> None:
        self.base = [
            *COMMAND, "tail", "--territory", str(territory), "--rules", str(rules),
        ]  # fmt: skip

    def __call__(
        self, *options: str, stdin: bytes | None = None
    ) -> tuple[list[dict[str, Any]], subprocess.CompletedProcess[bytes]]:
        run = subprocess.run([*self.base, *options], input=stdin, capture_output=True, check=False)
        assert b"Traceback" not in run.stderr, run.stderr
        return [json.loads(line) for line in run.stdout.splitlines()], run


@pytest.fixture
def tail(territory_file: Path, rules_folder: Path) -> Tail:
    return Tail(territory_file, rules_folder)


def kinds(lines: list[dict[str, Any]]) -> set[str]:
    return {line["type"] for line in lines}


def test_posts_in_labelled_posts_and_outage_changes_out(tail: Tail, posts_file: PostsFile) -> None:
    path = posts_file(["no power in Alderton", "lovely day"] * 15)
    lines, run = tail("--feed", f"file:{path}")
    assert run.returncode == 0
    posts = [line for line in lines if line["type"] == "post"]
    changes = [line for line in lines if line["type"] == "outage"]
    assert [post["id"] for post in posts] == [f"p{n}" for n in range(0, 30, 2)]
    assert posts[0]["location"]["community"] == "alderton"
    match = posts[0]["matches"][0]
    assert posts[0]["text"][match["start"] : match["end"]] == match["text"] == "no power"
    assert {change["status"] for change in changes} >= {"likely"}
    assert all(change["communities"] == ["alderton"] for change in changes)
    assert all(line["exercise"] is True for line in lines)
    assert b"30 posts, 15 labelled, 15 of these located" in run.stderr


def test_more_processes_say_the_same_in_the_same_order(tail: Tail, posts_file: PostsFile) -> None:
    texts = ["no power in Alderton", "lovely day", "line is down in Cedar Gap"] * 300
    path = posts_file(texts)
    alone, _ = tail("--feed", f"file:{path}")
    shared, run = tail("--feed", f"file:{path}", "--processes", "2")
    assert run.returncode == 0
    assert shared == alone


def test_faults_of_rules_are_told_whoever_labels(tail: Tail, posts_file: PostsFile) -> None:
    tail.base[tail.base.index("--rules") + 1] = "nowhere"
    _, run = tail("--feed", f"file:{posts_file([])}", "--processes", "2")
    assert run.returncode == 2
    assert run.stderr.decode().startswith("stormdesk: ")


def test_one_kind_only_and_every_post(tail: Tail, posts_file: PostsFile) -> None:
    feed = f"file:{posts_file(['no power in Alderton', 'lovely day'] * 15)}"
    assert kinds(tail("--feed", feed, "--posts")[0]) == {"post"}
    assert kinds(tail("--feed", feed, "--outages")[0]) == {"outage"}
    everything, _ = tail("--feed", feed, "--all")
    assert sum(line["type"] == "post" for line in everything) == 30
    assert [line["labels"] for line in everything if line["id"] == "p1"] == [[]]


def test_standard_input_with_fill_is_the_same_every_time(tail: Tail) -> None:
    stdin = b'{"text":"no power in Birchfield"}\n{"text":"a line is down in Cedar Gap"}\n'
    first, _ = tail("--feed", "file:-", "--fill", stdin=stdin)
    again, _ = tail("--feed", "file:-", "--fill", stdin=stdin)
    assert first == again
    assert [(line["id"], line["created_at"]) for line in first] == [
        ("1", "2000-01-01T00:00:00Z"),
        ("2", "2000-01-01T00:00:01Z"),
    ]


def test_bad_lines_are_named_skipped_and_counted(tail: Tail) -> None:
    stdin = b'not json\n{"text":"no power"}\n{"id":"x"}\n'
    lines, run = tail("--feed", "file:-", "--fill", stdin=stdin)
    assert len(lines) == 1
    assert run.returncode == 0
    assert b"-:1: skipped: not a post" in run.stderr
    assert b"-:3: skipped: not a post" in run.stderr
    assert b"2 bad lines skipped" in run.stderr


def test_hostile_text_is_data_on_stdout_and_visible_on_stderr(tail: Tail) -> None:
    text = "no power \x1b[2J\x07\u202e [red] [@click=app.quit] \x00 end"
    lines, _ = tail("--feed", "file:-", "--fill", stdin=json.dumps({"text": text}).encode() + b"\n")
    assert lines[0]["text"] == text
    _, run = tail("--feed", "file:-", stdin=b'{"id":"\x1b[2J\n')
    assert b"\x1b" not in run.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--feed", "storn:hurricane"], "did you mean 'storm:'"),
        (["--feed", "storm:huricane"], "hurricane"),
        (["--feed", "file:none.jsonl"], "No such file"),
        (["--feed", "file:-", "--territory", "sardina"], "did you mean 'sardinia'"),
        (["--feed", "file:-", "--rules", "nowhere"], "nowhere"),
        ([], "--feed"),
    ],
)
def test_bad_usage_names_the_nearest_choice_and_exits_with_2(
    options: list[str], words: str, tmp_path: Path
) -> None:
    run = subprocess.run(
        [*COMMAND, "tail", *options],
        input=b"",
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert run.returncode == 2
    assert words in run.stderr.decode()
    assert b"Traceback" not in run.stderr


def test_with_data_the_next_run_goes_on_where_this_one_stopped(
    tail: Tail, posts_file: PostsFile, tmp_path: Path
) -> None:
    texts = ["no power in Alderton"] * 40
    whole, _ = tail("--feed", f"file:{posts_file(texts, 'whole.jsonl')}")
    path = posts_file(texts[:17], "growing.jsonl")
    options = ["--feed", f"file:{path}", "--data", str(tmp_path / "data")]
    first, _ = tail(*options)
    posts_file(texts, "growing.jsonl")
    rest, _ = tail(*options)
    assert first + rest == whole
    nothing, run = tail(*options)
    assert nothing == []
    assert b"0 posts" in run.stderr


@pytest.mark.parametrize("processes", ["1", "2"])
def test_killed_at_any_moment_every_acknowledged_post_is_there_once(
    processes: str, tail: Tail, posts_file: PostsFile, tmp_path: Path
) -> None:
    tail.base += ["--processes", processes]
    texts = [f"no power in Alderton {n}" for n in range(6_000)]
    path = posts_file(texts)
    data = tmp_path / "data"
    seen: list[str] = []
    for delay_s in (1.0, 1.3, 1.6):
        with subprocess.Popen(
            [*tail.base, "--feed", f"file:{path}", "--posts", "--data", str(data)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            time.sleep(delay_s)
            process.send_signal(signal.SIGKILL)
            out, _ = process.communicate()
        complete = out.rpartition(b"\n")[0].splitlines()
        seen += [json.loads(line)["id"] for line in complete]
    rest, _ = tail("--feed", f"file:{path}", "--posts", "--data", str(data))
    seen += [line["id"] for line in rest]
    # what was stored but not yet printed at a kill is not printed again: printed at most once
    assert len(seen) == len(set(seen))
    stored = subprocess.run(
        [sys.executable, "-c", STORED, str(data)], capture_output=True, text=True, check=True
    )
    assert stored.stdout.split() == [f"p{n}" for n in range(6_000)]


STORED = """
import sys
from pathlib import Path
from desk.store import Store
print(*(post.id for post in Store(Path(sys.argv[1])).newest(10_000)))
"""


def test_a_simulated_post_does_not_enter_a_real_store(
    tail: Tail, posts_file: PostsFile, tmp_path: Path
) -> None:
    data = ["--data", str(tmp_path / "data")]
    tail("--feed", f"file:{posts_file(['no power'], 'real.jsonl', exercise=False)}", *data)
    lines, run = tail("--feed", f"file:{posts_file(['no power'], 'storm.jsonl')}", *data)
    assert lines == []
    assert run.returncode == 2
    assert b"never mixed" in run.stderr


def test_a_reader_that_leaves_early_is_no_error(tail: Tail, posts_file: PostsFile) -> None:
    path = posts_file(["no power in Alderton"] * 3_000)
    command = f"{shlex.join(tail.base)} --feed file:{path} | head -n 1; echo ${{PIPESTATUS[0]}}"
    run = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    post, code = run.stdout.splitlines()
    assert json.loads(post)["id"] == "p0"
    assert code == b"0"
    assert run.stderr == b""


def test_what_is_printed_can_not_steer_a_terminal_and_is_the_same_json(tail: Tail) -> None:
    text = "no power \x9b2J \u202eevil\u2066 \x7f \u200b\ufeff\u2028 \U000e0041 caffè 停電"
    post = json.dumps({"text": text}, ensure_ascii=False).encode()
    run = subprocess.run(
        [*tail.base, "--feed", "file:-", "--fill"], input=post, capture_output=True, check=True
    )
    (line,) = run.stdout.decode().splitlines()
    assert line.isprintable()
    assert "caffè 停電" in line
    assert json.loads(line)["text"] == text


def test_the_utilitys_own_list_confirms(tail: Tail, posts_file: PostsFile, tmp_path: Path) -> None:
    path = posts_file(["no power in Alderton", "lovely day"] * 15)
    oms = tmp_path / "oms.csv"
    oms.write_text(
        "id,started_at,recorded_at,city,customers,exercise\n"
        "17,2024-05-01T11:58:00Z,2024-05-01T12:03:00Z,Alderton,800,true\n"
        "18,soon,,Alderton,800,true\n"
    )
    lines, run = tail("--outages", "--feed", f"file:{path}", "--oms", str(oms))
    assert run.returncode == 0
    (confirmed,) = [line for line in lines if line.get("by") == "oms"]
    assert (confirmed["status"], confirmed["oms"]) == ("confirmed", "17")
    assert "2024-05-01T12:03:00Z" <= confirmed["at"] < "2024-05-01T12:04:00Z"
    assert b"oms.csv:3: skipped: 'soon' is no time" in run.stderr
    _, run = tail("--feed", f"file:{path}", "--oms", str(tmp_path / "none.csv"))
    assert run.returncode == 2
    assert run.stderr.count(b"\n") <= 2
    assert b"can't read" in run.stderr
