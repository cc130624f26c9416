"""What agents do to outages, and how it is taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from desk.errors import OutageError
from desk.outages import Action, OutageChange, Outages
from desk.post import Author, LabelledPost, Location
from desk.territories import Community, Territory

START = datetime(2031, 9, 4, 12, 0, tzinfo=UTC)
PLACES = {
    "alder": Community(id="alder", name="A", lat=35, lon=-79, radius_km=6, customers=9_000),
    "birch": Community(id="birch", name="B", lat=37, lon=-79, radius_km=5, customers=7_000),
    "cedar": Community(id="cedar", name="C", lat=36, lon=-78, radius_km=9, customers=400_000),
}
TOWNS = Territory(name="testland", timezone="UTC", community=tuple(PLACES.values()))

ALDER, CEDAR = "o-alder-20310904T1200", "o-cedar-20310904T1200"
AT = START + timedelta(minutes=30)


def post(minute: float, who: str, where: str | None = "alder") -> LabelledPost:
    """A report of an outage `minute` minutes after START."""
    town = PLACES[where] if where else None
    return LabelledPost(
        id=f"{minute} {who}",
        channel="file",
        author=Author(id=who),
        text="made up",
        created_at=START + timedelta(minutes=minute),
        labels=("outage",),
        matches=(),
        location=Location(town.id, town.lat, town.lon, 5, "text", 0.8) if town else None,
    )


def reports(first: float, count: int, where: str = "alder") -> list[LabelledPost]:
    return [post(first + n, f"{where} {first}-{n}", where) for n in range(count)]


def run(posts: list[LabelledPost], desk: Outages) -> list[OutageChange]:
    return [change for item in posts for change in desk.observe(item, item.created_at)]


def begun() -> Outages:
    """A desk with a likely outage in Alder and one in Cedar."""
    desk = Outages(TOWNS)
    both = [*reports(0, 6), *reports(0.5, 20, "cedar")]
    run(sorted(both, key=lambda item: item.created_at), desk)
    return desk


def act(desk: Outages, kind: str, outage: str = ALDER, **more: object) -> list[OutageChange]:
    return desk.act(Action(kind=kind, outage=outage, by="ann", **more), AT)  # type: ignore[arg-type]


def standing(desk: Outages) -> dict[str, tuple[object, ...]]:
    """What is told of each outage but for when it was told."""
    return {
        o.id: (
            *(o.status, o.communities, o.posts, o.authors, o.evidence),
            *(o.verifying, o.unverifiable, o.oms),
        )
        for o, _ in desk.rows(AT)
    }


def test_verifying_marks_with_a_name_and_leaves_the_status() -> None:
    (told,) = act(begun(), "verify")
    assert (told.status, told.verifying, told.by, told.at) == ("likely", "ann", "ann", AT)


def test_unverifiable_leaves_the_status_until_somebody_knows_more() -> None:
    desk = begun()
    act(desk, "verify")
    (told,) = act(desk, "unverifiable")
    assert (told.status, told.verifying, told.unverifiable) == ("likely", None, "ann")
    (told,) = act(desk, "confirm")
    assert (told.status, told.unverifiable) == ("confirmed", None)


def test_confirmed_is_certain_and_carries_the_utilitys_id() -> None:
    desk = begun()
    (told,) = act(desk, "confirm", oms="INC-7")
    assert (told.status, told.confidence, told.oms) == ("confirmed", 1.0, "INC-7")
    assert all(o.status == "confirmed" for o in desk.advance(AT + timedelta(hours=2)))


def test_dismissed_it_ends_and_only_as_many_new_voices_again_make_another() -> None:
    desk = begun()
    assert [told.status for told in act(desk, "dismiss")] == ["dismissed"]
    assert run(reports(31, 5), desk) == []
    assert run(reports(40, 6), desk)[0].id != ALDER


def test_a_merge_gives_all_posts_to_the_other_outage() -> None:
    desk = begun()
    before = standing(desk)
    gone, into = act(desk, "merge", into=CEDAR)
    assert (gone.id, gone.status, gone.merged_into) == (ALDER, "dismissed", CEDAR)
    assert into.communities == ("alder", "cedar")
    assert into.posts == before[ALDER][2] + before[CEDAR][2]  # type: ignore[operator]
    assert {name: part.posts for name, part in into.parts.items()} == {"alder": 6, "cedar": 20}
    run([post(31, "new"), post(32, "alder 0-1", None)], desk)
    assert {o.id: o.posts for o in desk.open()} == {CEDAR: 28}


def test_a_split_makes_an_outage_of_some_communities() -> None:
    desk = begun()
    act(desk, "merge", into=CEDAR)
    rest, made = act(desk, "split", CEDAR, communities=("cedar",))
    assert (rest.communities, rest.posts, rest.parts) == (("alder",), 6, {})
    assert (made.communities, made.posts, made.status) == (("cedar",), 20, "likely")
    assert made.id == "o-cedar-20310904T1200-2"


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("verify", {}),
        ("confirm", {"oms": "7"}),
        ("unverifiable", {}),
        ("dismiss", {}),
        ("merge", {"into": CEDAR}),
    ],
)
def test_undo_takes_each_action_back_also_after_a_restart(kind: str, more: dict[str, str]) -> None:
    desk = begun()
    before = standing(desk)
    act(desk, kind, **more)
    assert standing(desk) != before
    again = Outages(TOWNS)
    again.restore([piece for piece in desk.dirty().values() if piece])
    act(again, "undo")
    assert standing(again) == before
    with pytest.raises(OutageError, match="nothing was done to"):
        act(again, "undo")


def test_undo_of_a_split_makes_one_of_the_two_again() -> None:
    desk = begun()
    act(desk, "merge", into=CEDAR)
    whole = standing(desk)[CEDAR]
    _, made = act(desk, "split", CEDAR, communities=("alder",))
    act(desk, "undo", made.id)
    assert standing(desk)[CEDAR] == whole
    act(desk, "undo", CEDAR)
    assert {o.id for o in desk.open()} == {ALDER, CEDAR}


def test_repeated_undo_goes_back_one_action_after_the_other() -> None:
    desk = begun()
    before = standing(desk)
    for kind in ("verify", "confirm", "dismiss"):
        act(desk, kind)
    told = [act(desk, "undo")[0].status for _ in range(3)]
    assert told == ["confirmed", "likely", "likely"]
    assert standing(desk) == before


def test_what_is_posted_in_between_stays_where_it_belongs() -> None:
    desk = begun()
    act(desk, "merge", into=CEDAR)
    run([post(31, "x"), post(32, "y", "cedar")], desk)
    act(desk, "undo", CEDAR)
    assert {o.id: o.posts for o in desk.open()} == {ALDER: 7, CEDAR: 21}
    act(desk, "dismiss")
    run([post(33, "z")], desk)
    assert act(desk, "undo")[0].posts == 8


@pytest.mark.parametrize(
    ("kind", "outage", "more", "says"),
    [
        ("confirm", "o-aldr", {}, "unknown outage 'o-aldr'"),
        ("merge", ALDER, {}, "needs `into`"),
        ("merge", ALDER, {"into": ALDER}, "can't be merged into itself"),
        ("merge", ALDER, {"into": "o-x"}, "unknown outage 'o-x'"),
        ("split", ALDER, {"communities": ("alder",)}, "some, not all, of its communities"),
        ("split", ALDER, {"communities": ("birch",)}, "birch is no community of"),
        ("undo", ALDER, {}, "nothing was done to"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line_and_changes_nothing(
    kind: str, outage: str, more: dict[str, object], says: str
) -> None:
    desk = begun()
    before = standing(desk)
    with pytest.raises(OutageError, match=says) as raised:
        act(desk, kind, outage, **more)
    assert "\n" not in str(raised.value)
    assert standing(desk) == before


def test_what_has_ended_or_been_merged_is_refused() -> None:
    desk = begun()
    act(desk, "merge", into=CEDAR)
    with pytest.raises(OutageError, match=f"was merged into {CEDAR}"):
        act(desk, "confirm")
    act(desk, "dismiss", CEDAR)
    with pytest.raises(OutageError, match="is dismissed already"):
        act(desk, "confirm", CEDAR)
    with pytest.raises(OutageError, match="take that back first"):
        act(desk, "undo")


def test_a_new_outage_in_the_place_of_a_dismissed_one_must_go_first() -> None:
    desk = begun()
    act(desk, "dismiss")
    made = run(reports(31, 9), desk)[-1].id
    with pytest.raises(OutageError, match=f"{made} has begun in alder since"):
        act(desk, "undo")
    act(desk, "dismiss", made)
    assert [told.status for told in act(desk, "undo")] == ["likely"]


def test_an_action_has_a_name() -> None:
    with pytest.raises(OutageError, match="who does it"):
        begun().act(Action(kind="verify", outage=ALDER, by=" "), AT)
