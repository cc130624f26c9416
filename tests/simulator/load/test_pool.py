"""Posts prepared before the clock starts: the same posts, round after round, each only once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from desk.post import Post, decode_post
from desk.territories import load_territory
from simulator.errors import LoadError
from simulator.load.accounting import mask
from simulator.load.pool import Lines, from_file, from_storm, number_of
from simulator.storm_file import load_storm

PostsFile = Callable[..., Path]


def posts_of(lines: Lines, first: int, end: int) -> list[Post]:
    raw = b"".join(lines.of(first, end)).splitlines()
    return [decode_post(line, number) for number, line in enumerate(raw, 1)]


def test_a_pool_of_a_storm_spans_its_whole_day_with_its_truth(tmp_path: Path) -> None:
    storm = load_storm("flood", background=0.3)
    said: list[str] = []
    pool = from_storm(storm, load_territory(storm.territory), 400, tmp_path, said.append)
    posts = posts_of(Lines(pool), 0, pool.posts)
    assert 300 <= pool.posts <= 400, pool.posts
    span = posts[-1].created_at - posts[0].created_at
    assert span > timedelta(hours=40)
    assert pool.has_truth
    assert any(pool.truth)
    assert all(post.exercise for post in posts)
    assert max(pool.levels) == 1.0


def test_each_round_has_ids_and_days_of_its_own_and_else_the_same_posts(
    posts_file: PostsFile, tmp_path: Path
) -> None:
    hostile = 'say "id":"load-00000-0000001" or "created_at":"2024-05-01'
    path = posts_file(["no power here", "fine", hostile])
    pool = from_file(path, 100, tmp_path)
    lines = Lines(pool)
    rounds = [posts_of(lines, turn * 3, turn * 3 + 3) for turn in range(3)]
    assert len({post.id for posts in rounds for post in posts}) == 9
    for posts in rounds:
        assert [post.text for post in posts] == ["no power here", "fine", hostile]
    first, second, third = (posts[0].created_at for posts in rounds)
    assert second - first == third - second == timedelta(days=pool.days)
    assert [number_of(post.id, pool.posts) for posts in rounds for post in posts] == list(range(9))
    assert len(posts_of(lines, 1, 8)) == 7
    (last,) = posts_of(lines, pool.most - 1, pool.most)
    assert (last.created_at.year, number_of(last.id, pool.posts)) == (2200, pool.most - 1)


def test_replies_and_reposts_follow_their_posts_into_the_round(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "text": "no power", "created_at": "2024-05-01T12:00:00Z"},
        {"id": "b", "text": "same", "created_at": "2024-05-01T12:00:01Z", "reply_to": "a"},
        {"id": "c", "text": "who", "created_at": "2024-05-01T12:00:02Z", "reply_to": "elsewhere"},
    ]
    path = tmp_path / "posts.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    posts = posts_of(Lines(from_file(path, 9, tmp_path)), 3, 6)
    assert posts[1].reply_to == posts[0].id
    assert posts[2].reply_to == "elsewhere"


def test_truth_that_lies_beside_a_file_is_known(posts_file: PostsFile, tmp_path: Path) -> None:
    path = posts_file(["no power here", "fine"])
    assert not from_file(path, 9, tmp_path).has_truth
    (path.parent / "truth.jsonl").write_text('{"id": "p0", "labels": ["outage", "etr"]}\n')
    pool = from_file(path, 9, tmp_path)
    assert list(pool.truth) == [mask(["outage", "etr"]), 0]
    (path.parent / "truth.jsonl").write_text('{"id": "p0", "labels": ["outgae"]}\n')
    with pytest.raises(LoadError, match=r"truth.jsonl:1: not a line of truth"):
        from_file(path, 9, tmp_path)


def test_a_file_without_posts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="can't read"):
        from_file(tmp_path / "none.jsonl", 9, tmp_path)
    (tmp_path / "empty.jsonl").write_text("\nno json\n")
    with pytest.raises(LoadError, match="holds no post"):
        from_file(tmp_path / "empty.jsonl", 9, tmp_path)
