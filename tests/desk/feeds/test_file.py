"""Files as feeds: every line once, in order, with a cursor, however the bytes come."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.errors import FeedError
from desk.feeds import Batch, Feed, open_feed
from desk.feeds import lines as feed_lines
from desk.feeds.file import DIGEST_OF_BYTES, MOST_POSTS
from desk.feeds.kinds import KINDS
from desk.feeds.lines import Line, Lines


def post(number: int) -> str:
    return json.dumps({"id": f"p{number}", "text": "x", "created_at": "2024-05-01T10:00:00Z"})


async def read(feed: Feed, cursor: str | None = None) -> list[Batch]:
    return [batch async for batch in feed.batches(cursor)]


def ids(batches: list[Batch]) -> list[str]:
    return [one.id for batch in batches for one in batch.posts]


def opened(path: Path, *, fill: bool = False) -> Feed:
    return open_feed(f"file:{path}", KINDS, fill=fill)


async def test_every_line_comes_once_in_order_and_bad_ones_are_named(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    lines = [post(n) for n in range(2 * MOST_POSTS)]
    lines[10] = "{broken"
    lines[20] = ""
    path.write_text("\n".join(lines) + "\n")
    batches = await read(opened(path))
    assert ids(batches) == [f"p{n}" for n in range(2 * MOST_POSTS) if n not in (10, 20)]
    assert [fault.place for batch in batches for fault in batch.faults] == [f"{path}:11"]
    assert max(len(batch.posts) for batch in batches) <= MOST_POSTS


@pytest.mark.parametrize("taken", [0, 1, 2])
async def test_a_cursor_goes_on_behind_its_batch(tmp_path: Path, taken: int) -> None:
    path = tmp_path / "posts.jsonl"
    posts = range(3 * MOST_POSTS + 9)
    path.write_text("".join(post(n) + "\n" for n in posts))
    first = await read(opened(path))
    rest = await read(opened(path), first[taken].cursor)
    assert ids(first[: taken + 1]) + ids(rest) == [f"p{n}" for n in posts]


async def test_lines_keep_their_numbers_behind_a_cursor(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text('{"text":"a"}\n' * (MOST_POSTS + 9))
    first = await read(opened(path, fill=True))
    rest = await read(opened(path, fill=True), first[0].cursor)
    assert ids(rest)[0] == str(MOST_POSTS + 1)


async def test_a_growing_file_is_read_on(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text(post(1) + "\n")
    cursor = (await read(opened(path)))[-1].cursor
    path.write_text(post(1) + "\n" + post(2) + "\n")
    assert ids(await read(opened(path), cursor)) == ["p2"]


@pytest.mark.parametrize("before", [1, 2, 200])
@pytest.mark.parametrize("after", [1, 2, 200])
async def test_a_file_that_was_replaced_is_read_from_its_start(
    tmp_path: Path, before: int, after: int
) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text("".join(post(n) + "\n" for n in range(before)))
    assert before < 200 or path.stat().st_size > DIGEST_OF_BYTES
    cursor = (await read(opened(path)))[-1].cursor
    path.write_text("".join(post(n) + "\n" for n in range(1000, 1000 + after)))
    again = await read(opened(path), cursor)
    assert ids(again) == [f"p{n}" for n in range(1000, 1000 + after)]
    assert not any(batch.faults for batch in again)


@pytest.mark.parametrize("stop", [1, 30, len(post(2)) - 1, len(post(2))])
async def test_a_line_that_is_still_written_is_taken_when_it_is_whole(
    tmp_path: Path, stop: int
) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text(post(1) + "\n" + post(2)[:stop])
    first = await read(opened(path))
    whole = stop == len(post(2))
    assert ids(first) == (["p1", "p2"] if whole else ["p1"])
    assert [fault.place for fault in first[-1].faults] == ([] if whole else [f"{path}:2"])
    path.write_text(post(1) + "\n" + post(2) + "\n" + post(3) + "\n")
    rest = await read(opened(path), first[-1].cursor)
    assert ids(rest) == ["p2", "p3"]
    assert not any(batch.faults for batch in rest)
    assert rest[-1].cursor.startswith(f"{path.stat().st_size}:3:")


@pytest.mark.parametrize("cursor", ["line-7", "58:1", "-1:0:0123456789abcdef", "9" * 5000, "٣:1:a"])
async def test_what_is_no_cursor_is_refused(tmp_path: Path, cursor: str) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text(post(1) + "\n")
    with pytest.raises(FeedError, match="is no cursor of file:"):
        await read(opened(path), cursor)


async def test_a_bom_carriage_returns_and_a_missing_last_newline_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + post(1).encode() + b"\r\n" + post(2).encode())
    assert ids(await read(opened(path))) == ["p1", "p2"]


async def test_an_endless_line_is_skipped_and_the_next_one_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_lines, "LONGEST_LINE_BYTES", 1 << 20)
    path = tmp_path / "posts.jsonl"
    path.write_text(f'{{"text":"{"x" * (3 << 20)}"}}\n{post(2)}\n')
    batches = await read(opened(path))
    assert ids(batches) == ["p2"]
    assert "longer than" in batches[0].faults[0].reason


async def test_a_post_of_a_megabyte_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text(json.dumps({"text": "no power " * 120_000}) + "\n")
    assert len((await read(opened(path, fill=True)))[0].posts[0].text) > 1_000_000


@pytest.mark.parametrize(
    ("after", "bad"), [([], []), (["", post(6) + post(7), "{broken"], [7, 8]), ([post(8)], [])]
)
async def test_a_pipe_is_read_as_its_lines_arrive(
    tmp_path: Path, after: list[str], bad: list[int]
) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    half = threading.Event()

    def write() -> None:
        with fifo.open("w") as pipe:
            pipe.write("\n".join(map(post, range(1, 5)))[:-9])
            pipe.flush()
            half.wait(10)
            pipe.write("\n".join([post(4)[-9:], post(5), *after, post(9), ""]))

    writer = threading.Thread(target=write)
    writer.start()
    batches = opened(fifo).batches(None)
    first = await asyncio.wait_for(anext(aiter(batches)), 10)
    half.set()
    second = await asyncio.wait_for(anext(aiter(batches)), 10)
    writer.join()
    assert ids([first]) == ["p1", "p2", "p3"]
    good = ["p8"] if len(after) == 1 else []
    assert ids([second]) == ["p4", "p5", *good, "p9"]
    assert [fault.place for fault in second.faults] == [f"{fifo}:{number}" for number in bad]


async def test_a_fifo_without_a_writer_lets_everything_else_go_on(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    first = asyncio.ensure_future(anext(aiter(opened(fifo).batches(None))))
    await asyncio.sleep(0.05)
    assert not first.done()
    writer = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)  # fails unless somebody waits to read
    os.write(writer, post(1).encode() + b"\n")
    batch = await asyncio.wait_for(first, 10)
    assert (batch.posts[0].id, batch.cursor) == ("p1", "")
    os.close(writer)


async def test_a_feed_that_is_left_lets_its_pipe_go(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    first = asyncio.ensure_future(anext(aiter(opened(fifo).batches(None))))
    await asyncio.sleep(0.05)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    with pytest.raises(OSError, match="No such device"):  # nobody waits to read any more
        os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("flie:posts.jsonl", "did you mean 'file:'"),
        ("posts.jsonl", "unknown feed 'posts.jsonl': .*; such as file:posts.jsonl"),
        (__file__, f"to read a file, write file:{__file__}"),
        ("file:", "file:-"),
        ("file:a.jsonl?speed=3", "unknown option 'speed'"),
        ("file:x\udcff.jsonl", r"'file:x\\udcff[.]jsonl': the name is not UTF-8"),
        ("file:x\0.jsonl", r"'file:x\\0[.]jsonl': the name is not UTF-8"),
    ],
)
def test_a_faulty_url_names_the_nearest_choice(url: str, words: str) -> None:
    with pytest.raises(FeedError, match=words):
        open_feed(url, KINDS)


async def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="No such file"):
        await read(opened(tmp_path / "none.jsonl"))
    with pytest.raises(FeedError, match="it is a folder"):
        await read(opened(tmp_path))


@given(st.binary(), st.integers(1, 7))
def test_lines_do_not_depend_on_how_the_bytes_are_cut(data: bytes, size: int) -> None:
    def cut(step: int) -> list[Line]:
        lines = Lines()
        whole: list[Line] = []
        for start in range(0, len(data), step):
            whole += list(lines.feed(data[start : start + step]))
        return whole + list(lines.end())

    assert cut(size) == cut(max(1, len(data)))


@given(st.binary(), st.data())
def test_lines_behind_any_line_are_the_rest(data: bytes, draw: st.DataObject) -> None:
    lines = Lines()
    whole = list(lines.feed(data)) + list(lines.end())
    if whole:
        at = draw.draw(st.sampled_from(whole)).behind
        rest = Lines(at)
        found = list(rest.feed(data[at.read :])) + list(rest.end())
        assert found == whole[at.lines :]
