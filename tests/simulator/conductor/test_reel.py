"""What was sent: the posts of the storm, the same again after every rewind, injects in between."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from desk.post import encode
from simulator.conductor import Reel
from simulator.conductor.inject import fire
from simulator.conductor.spool import REPORT, TRAP, Spool, bits_of, labels_of
from simulator.storm import Inject
from simulator.storm_file import load_storm
from simulator.stream import StormDay

MOST = 10_000
END_S = 3600.0


def wind(reel: Reel, until_s: float = END_S) -> list[bytes]:
    while not reel.wind(until_s, 97):
        pass
    return [reel.post_bytes(at) for at in range(len(reel))]


def put(reel: Reel, day: StormDay, text: str) -> None:
    number = len(reel.fired) + 1
    reel.fire(fire(Inject(text=text), number, reel.reached_s, reel.posts, day))
    reel.wind(reel.reached_s, 1)


def test_a_reel_sends_the_posts_of_the_storm_byte_for_byte(small_day: StormDay, reel: Reel) -> None:
    told = list(small_day.tell())
    assert wind(reel) == [encode(one.post) for one in told]
    assert [reel.told(at) for at in range(len(reel))] == told
    assert reel.ended
    assert len(told) > 50


def test_only_what_is_due_is_sent(reel: Reel) -> None:
    wind(reel, 1200)
    assert reel.second(len(reel) - 1) <= 1200
    assert reel.reached_s == 1200
    sent = len(reel)
    wind(reel, 1200)
    assert len(reel) == sent
    reel.wind(END_S, 1)
    assert len(reel) == sent + 1
    assert reel.second(sent) > 1200


def test_winding_to_where_it_has_been_is_done_at_once(reel: Reel) -> None:
    wind(reel)
    reel.rewind(reel.second(20))
    assert reel.wind(0.0, 1)
    assert reel.wind(reel.second(10), 1)


def test_the_marks_of_a_post_say_what_it_means(small_day: StormDay, reel: Reel) -> None:
    wind(reel)
    for at, told in enumerate(small_day.tell()):
        marks, truth = reel.marks(at), told.truth
        assert labels_of(marks) == truth.labels
        assert bool(marks & TRAP) == (truth.trap is not None)
        report = truth.located and truth.outage is not None and "outage" in truth.labels
        assert bool(marks & REPORT) == report
    assert bits_of(("nonsense",)) == 0


step = st.one_of(
    st.tuples(st.just("wind"), st.floats(0, END_S)),
    st.tuples(st.just("some"), st.floats(1, 60)),
    st.tuples(st.just("rewind"), st.floats(0, END_S)),
    st.tuples(st.just("fire"), st.just(0.0)),
)


@settings(max_examples=40, deadline=None)
@given(steps=st.lists(step, max_size=12))
@example(steps=[("wind", 1.0), ("fire", 0.0), ("rewind", 0.0), ("fire", 0.0)])
def test_however_it_is_wound_the_order_holds(
    small_day: StormDay, steps: list[tuple[str, float]]
) -> None:
    reel = Reel(Spool(small_day))
    whole: list[bytes] = []
    try:
        for what, number in steps:
            if what == "wind":
                wind(reel, number)
            elif what == "some":
                reel.wind(END_S, int(number))
            elif what == "rewind":
                reel.rewind(number)
                assert all(reel.second(at) <= number for at in range(len(reel)))
            else:
                put(reel, small_day, f"inject {len(reel.fired)}")
        whole = wind(reel)
        storm = [encode(one.post) for one in small_day.tell()]
        injects = [encode(fired.told.post) for fired in reel.fired]
        assert [post for post in whole if post not in injects] == storm
        assert [post for post in whole if post in injects] == injects
        seconds = [reel.second(at) for at in range(len(reel))]
        assert seconds == sorted(seconds)
        for at in range(len(reel)):
            assert reel.position_of(reel.told(at).post.id) == at
        reel.rewind(0)
        assert wind(reel) == whole
    finally:
        reel.spool.close()


def test_an_inject_comes_again_at_its_place_unless_it_is_withdrawn(
    small_day: StormDay, reel: Reel
) -> None:
    wind(reel, 1800)
    at = len(reel)
    put(reel, small_day, "the trainer speaks")
    assert reel.inject_at(at) == reel.fired[0]
    whole = wind(reel)
    assert b"the trainer speaks" in whole[at]
    reel.rewind(600)
    assert not reel.was_sent(reel.fired[0])
    assert wind(reel) == whole
    reel.withdraw(reel.fired[0])  # sent already: nothing to withdraw
    assert len(reel.fired) == 1
    reel.rewind(600)
    reel.withdraw(reel.fired[0])
    assert wind(reel) == whole[:at] + whole[at + 1 :]


def test_posts_of_other_storms_have_no_position(reel: Reel) -> None:
    wind(reel, 1800)
    first = reel.told(0).post.id
    assert reel.position_of(first) == 0
    assert reel.position_of(first.replace("flood", "hurricane")) is None
    assert reel.position_of("p-1") is None
    assert reel.position_of(f"{first.rpartition('-')[0]}-9999999") is None
    reel.rewind(0)
    assert reel.position_of(f"{first.rpartition('-')[0]}-0000050") is None


def test_posts_are_known_by_their_ids_where_the_numbers_have_gaps() -> None:
    storm = load_storm("flood", hours=0.5, scale=0.3, stream="addressed")
    reel = Reel(Spool(StormDay(storm)))
    try:
        wind(reel)
        ids = [reel.told(at).post.id for at in range(len(reel))]
        assert [reel.position_of(id_) for id_ in ids] == list(range(len(ids)))
        last = int(ids[-1].rpartition("-")[2])
        assert last > len(ids)
        gap = next(n for n in range(last) if f"flood-7-{n:07d}" not in ids)
        assert reel.position_of(f"flood-7-{gap:07d}") is None
    finally:
        reel.spool.close()
