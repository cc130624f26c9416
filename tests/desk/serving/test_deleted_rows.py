"""Screens are told anew of what its author has deleted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from desk.deletions import TEXT, WHY_NOT
from desk.feeds import Batch, Deleted
from desk.post import LabelledPost
from desk.serving.blocks import MOST_POSTS
from desk.serving.case_messages import CaseDetail, OpenCase
from desk.serving.held import Held
from desk.serving.protocol import Detail, Hello, Open, Page, Read
from desk.serving.views import View
from desk.store import Commit, Store
from tests.desk.serving.test_views import seen

OpenDesk = Callable[[Path], AbstractAsyncContextManager[Any]]
PostsFile = Callable[[list[str]], Path]
SECRET = "no power at Quillfeather Lane"


async def test_a_screen_is_told_the_row_anew(desk: OpenDesk, posts_file: PostsFile) -> None:
    async with desk(posts_file([SECRET, "no power in Alderton"] * 3)) as (monitor, client):
        await client.until(Hello)
        await monitor.run()
        await client.ask(Open(1, "", 10))
        await client.ask(Open(2, "quillfeather", 10))
        first, second = await client.until(Page), await client.until(Page)
        assert [len(page.rows) for page in (first, second)] == [6, 3]
        gone = second.rows[1]
        pipeline = monitor.pipeline
        feed = next(iter(monitor._reading.gauges))
        deleted = Deleted(gone.channel, gone.id, exercise=True)
        monitor._took(pipeline.process(feed, Batch((), "9", deleted=(deleted,))))
        pages = [await client.until(Page) for _ in range(2)]
        assert {(page.view, page.start) for page in pages} == {(1, first.start + 2), (2, 1)}
        assert {page.rows[0].text for page in pages} == {TEXT}
        await client.ask(Read(gone.id))
        post = (await client.until(Detail)).post
        assert post is not None
        assert (post.text, post.deleted) == (TEXT, True)
        case = pipeline.cases.case_of(post)
        await client.ask(OpenCase(case))
        detail = await client.until(CaseDetail)
        assert [problem.words for problem in detail.problems] == [WHY_NOT]
        # who looks for the words does not find it either
        await client.ask(Open(3, "quillfeather", 10))
        assert len((await client.until(Page)).rows) == 2


def test_a_post_in_a_block_is_no_longer_found_by_its_words() -> None:
    store = Store()
    posts: list[LabelledPost] = [seen(n, f"no power, pole {n}x") for n in range(2 * MOST_POSTS)]
    store.commit(Commit(labelled=posts))
    held = Held(store)
    gone = Deleted("x", "5")
    store.commit(Commit(deleted=[gone]))
    while held.load():
        pass
    view = View(1, "", held, {})
    view.update()
    assert view.page(5, 1).rows[0].text == TEXT
    store.commit(Commit(deleted=[Deleted("x", "7")]))
    for number, post in store.deletions.blanked():
        held.replace(number, post)
    words = View(2, '"pole 7x"', held, {})
    words.update()
    assert words.found == 0
    assert view.place_of(7) == 7
    assert view.page(7, 1).rows[0].text == TEXT
