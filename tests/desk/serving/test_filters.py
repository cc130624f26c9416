"""The filter language, term by term."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.errors import FilterError
from desk.post import Author, LabelledPost, Location, Media
from desk.serving import filters
from desk.serving.filters import Folded, parse_filter, span_of
from desk.serving.moods import MOODS
from rules import LABELS
from rules.judge import TEXT_LETTERS_MAX

POST = LabelledPost(
    id="1",
    channel="mastodon",
    author=Author(id="u1", handle="birch_lane", name="Birch Lane"),
    text="Transformer blew up on Élm Street, no power since 10:30",
    created_at=datetime(2024, 5, 1, tzinfo=UTC),
    media=(Media(kind="image"),),
    labels=("hazard", "outage"),
    matches=(),
    location=Location("nc-durham", 36.0, -78.9, 8.0, "text", 0.9),
)
NAMES = {"nc-durham": "Durham"}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("", True),
        ("   ", True),
        ("TRANSFORMER", True),
        ("elm", True),
        ("no power", True),
        ('"no power"', True),
        ('"power no"', False),
        ("!transformer", False),
        ("!internet", True),
        ("~transfromer", True),
        ("~tramway", False),
        ("re:bl[eo]w", True),
        ('re:"no\\s+power"', True),
        ("re:^power", False),
        ("label:hazard", True),
        ("label:haz", True),
        ("!label:billing", True),
        ("label:billing", False),
        ("channel:mast", True),
        ("place:durham", True),
        ("place:raleigh", False),
        ("author:birch", True),
        ("has:media", True),
        ("has:geo", False),
        ("has:repost", False),
        ("!has:repost", True),
        ("10:30", True),
        ("label:hazard !elm", False),
        ('""', True),
        ('!""', True),
        ('" "', True),
        ('"" !"', True),
        ('transformer ""', True),
        ('tramway ""', False),
    ],
)
def test_a_filter_means_what_its_help_says(text: str, holds: bool) -> None:
    assert parse_filter(text, NAMES)(Folded(POST)) is holds


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("label:hazzard", "did you mean 'hazard'"),
        ("lable:hazard", "did you mean 'label'"),
        ("re:(", "can't read the pattern"),
        ("place:", "place:durham"),
        ("has:cats", "valid: geo, media, place"),
        ("~ab", "at least three letters"),
        ("label:", "needs a value"),
        ("power !", "needs a word"),
        ("outage:", "needs an id"),
        ("since:", "since:15m"),
        ("since:soon", "can't read 'since:soon'"),
        ("since:0m", "can't read"),
        ("only:nws", "did you mean 'news'"),
        ("!since:5m", "can't be excluded"),
    ],
)
def test_a_filter_that_can_not_be_understood_says_why(text: str, words: str) -> None:
    with pytest.raises(FilterError, match=words.replace("(", "\\(")):
        parse_filter(text)


@pytest.mark.parametrize(
    ("text", "holds"), [("since:90s", False), ("since:2m", True), ("SINCE:1h power", True)]
)
def test_since_counts_back_from_the_clock_of_the_desk(text: str, holds: bool) -> None:
    now = POST.created_at + timedelta(seconds=100)
    assert parse_filter(text, NAMES, clock=lambda: now)(Folded(POST)) is holds
    assert parse_filter(text, NAMES, clock=lambda: None)(Folded(POST))


def test_the_shortest_span_of_a_filter_is_how_far_it_looks_back() -> None:
    assert span_of("power since:2d since:15m") == timedelta(minutes=15)
    assert span_of('"since:5m" label:hazard') is None


@given(st.text())
def test_any_text_is_a_filter_or_a_filter_error(text: str) -> None:
    with contextlib.suppress(FilterError):
        assert parse_filter(text, NAMES)(Folded(POST)) in (True, False)


@pytest.mark.parametrize("label", LABELS)
def test_every_label_can_be_asked_for(label: str) -> None:
    assert parse_filter(f"label:{label}")(Folded(POST)) is (label in POST.labels)


def test_no_pattern_can_hold_up_the_desk() -> None:
    # exponential for a backtracking engine; a time-out of the suite would end it
    bomb = parse_filter("re:(a+)+(a+)+(a+)+$")
    text = "a" * (TEXT_LETTERS_MAX - 1) + "!"
    fields = {name: getattr(POST, name) for name in POST.__struct_fields__}
    assert bomb(Folded(LabelledPost(**{**fields, "text": text}))) is False


@pytest.mark.parametrize("term", ["élan", "~elaan", "re:él", '"here élan"'])
def test_of_a_long_post_a_filter_looks_at_what_the_rules_read(term: str) -> None:
    fields = {name: getattr(POST, name) for name in POST.__struct_fields__}
    for before, found in ((TEXT_LETTERS_MAX - 9, True), (TEXT_LETTERS_MAX - 5, False)):
        text = "z" * before + "here élan" + "z" * 1_000
        assert parse_filter(term)(Folded(LabelledPost(**{**fields, "text": text}))) is found


def test_a_post_is_folded_once_however_many_filters_look_at_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folded: list[str] = []
    fold = filters.fold
    holds = parse_filter("!zebra elm power ~transfromer author:birch")

    def note(text: str) -> str:
        folded.append(text)
        return fold(text)

    monkeypatch.setattr(filters, "fold", note)
    post = Folded(POST)
    assert all(holds(post) for _ in range(3))
    assert sorted(folded) == sorted((POST.text, "birch_lane Birch Lane"))


@pytest.mark.parametrize(
    ("labels", "alone"), [(("news",), True), (("outage", "news"), False), (("hazard",), False)]
)
def test_only_finds_what_has_one_label_and_no_other(labels: tuple[str, ...], alone: bool) -> None:
    post = Folded(msgspec.structs.replace(POST, labels=labels))
    assert parse_filter("only:news", NAMES)(post) is alone
    assert parse_filter("!only:n", NAMES)(post) is not alone


def test_a_mood_is_told_by_complaint_and_praise() -> None:
    said = {"angry": ("outage", "complaint"), "mixed": ("complaint", "praise"), "calm": ("etr",)}
    for name, labels in said.items():
        post = Folded(msgspec.structs.replace(POST, labels=labels))
        held = [one for one in MOODS if parse_filter(f"mood:{one}", NAMES)(post)]
        assert held == [name]
    with pytest.raises(FilterError, match="unknown mood 'cross'"):
        parse_filter("mood:cross")
