"""Traps that are set at an hour: rumour, scam, old photo, late repost, drill, flood of bots.

Whatever they say, behind none of them stands an outage of this storm: `outage` is null in their
truth, `trap` names them, and their labels are those of what their words say.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from desk.post import Author
from desk.territories import Community
from simulator.crowd.echoes import reposted
from simulator.crowd.facts import Facts
from simulator.crowd.pen import Pen, begun_with, picture
from simulator.crowd.people import plain
from simulator.draft import Draft, Scene
from simulator.odds import Odds
from simulator.storm import Trap, layer_random
from simulator.truth import Told
from simulator.voices import Said

LATE_S = 3600.0
"""A post is late when its outage has been over for that long."""

REMEMBERED = 400
READERS = 2000
TRIES = 40
_ACTS = {"drill": "trap_drill", "bot_flood": "trap_bot", "elsewhere": "elsewhere"}
_REPOSTED = {"rumour": 0.75, "old_photo": 0.6, "drill": 0.5, "scam": 0.0, "internet": 0.1}
"""Share of a trap's posts that only pass on one of its others."""

_ENDINGS = ("", ".", "!", "!!", " ...", "?!", " wow", " #breaking", " 😱", " 🔦")


class _Set(NamedTuple):
    """A trap with the place that it is about, and its posts that may be passed on."""

    trap: Trap
    place: int
    community: Community
    told: deque[Told]


class TimedTraps:
    """All `[[trap]]` of a storm."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._draw = layer_random(scene.storm, "traps")
        self._pen = Pen(scene, self._draw)
        self._channels = Odds(**scene.storm.crowd.channels)
        self._traps = [self._placed(trap) for trap in scene.storm.trap]
        self._over: deque[Told] = deque(maxlen=REMEMBERED)
        late = [trap for trap in scene.storm.trap if trap.kind == "late_repost"]
        self._late_until_s = max((t.hour * 3600 + t.minutes * 60 for t in late), default=0.0)
        self._asked: deque[Told] = deque(maxlen=REMEMBERED // 8)
        self._bases: dict[int, list[Said]] = {}
        self._writing: _Set | None = None
        self._write: dict[str, Callable[[_Set, float, int], Draft | None]] = {
            "scam": self._scam,
            "late_repost": self._late,
            "bot_flood": self._bot,
            "drill": self._drill,
        }

    def _placed(self, trap: Trap) -> _Set:
        communities = self._scene.territory.community
        place = self._scene.town(self._draw.random())
        for number, community in enumerate(communities):
            if trap.town and trap.town.lower() in {community.id.lower(), community.name.lower()}:
                place = number
        return _Set(trap, place, communities[place], deque(maxlen=20))

    def plan(self, from_s: float, to_s: float) -> Iterator[tuple[float, str, int]]:
        """The posts of the block: each trap sends just as many as its file says."""
        for number, (trap, _, _, _) in enumerate(self._traps):
            first = round(trap.posts * _spread(trap, from_s))
            last = round(trap.posts * _spread(trap, to_s))
            begins_s = max(from_s, trap.hour * 3600)
            ends_s = min(to_s, (trap.hour + trap.minutes / 60) * 3600)
            for _ in range(last - first):
                at_s = begins_s + (ends_s - begins_s) * self._draw.random()
                yield at_s, trap.kind, number

    def heard(self, told: Told, at_s: float) -> None:  # noqa: ARG002 - Listener
        """Remember what can be passed on late, whom to answer, and what a trap itself has said."""
        post, truth = told.post, told.truth
        if self._writing is not None and truth.trap == self._writing.trap.kind:
            first = post.repost_of is None and post.reply_to is None
            # Where a post was sent from is not passed on.
            if first and not post.geo and not post.place:
                self._writing.told.append(told)
        elif truth.trap is None and truth.outage and not post.repost_of and not post.reply_to:
            # An even sample of the day so far, or only the last minutes would come again.
            if "outage" in truth.labels and not post.geo and not post.place:
                self._keep(told)
            if "news" not in truth.labels and post.mentions:
                self._asked.append(told)
        self._writing = None

    def _keep(self, told: Told) -> None:
        """Remember a report that is over in time to be passed on late."""
        outage = self._scene.outage_of(told.truth.outage)
        if outage is None or outage.restored_s > self._late_until_s - LATE_S:
            return
        if len(self._over) < REMEMBERED or self._draw.random() < 0.1:
            self._over.append(told)

    def write(self, at_s: float, kind: str, subject: int) -> Draft | None:
        """A post of trap `subject`."""
        which = self._traps[subject]
        self._writing = which
        write = self._write.get(kind, self._by_people)
        draft = self._again(which) or write(which, at_s, subject)
        return replace(draft, trap=kind, outage=None) if draft else None

    def _again(self, which: _Set) -> Draft | None:
        """One of the trap's own posts, passed on."""
        draw = self._draw
        if not which.told or draw.random() >= _REPOSTED.get(which.trap.kind, 0.0):
            return None
        told = which.told[int(len(which.told) * draw.random() ** 2)]
        place = which.place if draw.random() < 0.5 else self._scene.town(draw.random())
        return reposted(self._scene, told, place, int(READERS * draw.random()))

    def _by_people(self, which: _Set, at_s: float, subject: int) -> Draft | None:  # noqa: ARG002
        """People who believe it, or set it: a rumour, an old photo, a dead connection."""
        scene, draw = self._scene, self._draw
        kind = which.trap.kind
        act = _ACTS.get(kind, f"trap_{kind}")
        if not scene.can(act):
            return None
        channel = self._channels.draw(draw)
        person = scene.people.person(which.place, channel, int(READERS * draw.random()))
        zone = scene.zone_at(which.place, draw.random())
        facts = self._pen.facts(person, which.community, at_s)
        draft = self._pen.write(person, act, facts, located=True, mentions=0.15, zone=zone)
        if draft is not None and kind == "old_photo":
            draft = replace(draft, media=(picture(draw.random()),))
        return draft

    def _scam(self, which: _Set, at_s: float, subject: int) -> Draft | None:
        """A look-alike of the utility that answers its customers, or tells everybody."""
        scene, draw = self._scene, self._draw
        if not scene.can("trap_scam"):
            return None
        handle, name = scene.fakes[subject % len(scene.fakes)]
        asked = self._asked[-1] if self._asked and draw.random() < 0.6 else None
        channel = asked.post.channel if asked else self._channels.draw(draw)
        facts = Facts(scene, which.community, draw, at_s, scene.storm.voice[0].language)
        facts["fake"], facts["fake_name"] = f"@{handle}", name
        facts["utility"] = scene.storm.utility.name
        said = scene.official.say("trap_scam", facts, draw, located=False)
        text, reader = said.text, asked.post.author if asked else None
        if reader is not None:
            text = begun_with(f"@{reader.handle}", text, channel)
        return Draft(
            Author(f"{channel}-{handle}", handle, name),
            channel,
            text,
            facts.language,
            said.labels,
            reply_to=asked.post.id if asked else None,
            mentions=(reader.handle,) if reader else (),
            addressed=asked is not None and scene.addressed(asked.post),
        )

    def _late(self, which: _Set, at_s: float, subject: int) -> Draft | None:  # noqa: ARG002
        """A true post, passed on when it is true no more."""
        draw = self._draw
        for _ in range(TRIES):
            told = self._over[int(len(self._over) * draw.random())] if self._over else None
            outage = self._scene.outage_of(told.truth.outage) if told else None
            if told and outage and outage.restored_s < at_s - LATE_S:
                place = self._scene.town(draw.random())
                return reposted(self._scene, told, place, int(READERS * draw.random()))
        return None

    def _drill(self, which: _Set, at_s: float, subject: int) -> Draft | None:  # noqa: ARG002
        """Another utility tells of its exercise."""
        scene, draw = self._scene, self._draw
        if not scene.can("trap_drill"):
            return None
        facts = Facts(scene, which.community, draw, at_s, scene.storm.voice[0].language)
        name = facts["other_utility"]
        said = scene.official.say("trap_drill", facts, draw, located=False)
        channel = self._channels.draw(draw)
        author = Author(f"{channel}-{plain(name)}", plain(name), name)
        return Draft(author, channel, said.text, facts.language, said.labels)

    def _bot(self, which: _Set, at_s: float, subject: int) -> Draft | None:
        """One of hundreds of near-same posts, from an account that nobody knew before."""
        scene, draw = self._scene, self._draw
        speech = scene.official
        if subject not in self._bases:
            act = "trap_bot" if scene.can("trap_bot") else "loss"
            facts = [Facts(scene, which.community, draw, at_s, speech.language) for _ in range(3)]
            said = [speech.say(act, fact, draw, located=True) for fact in facts]
            self._bases[subject] = said
        said = self._bases[subject]
        base = said[int(draw.random() ** 2 * len(said))]
        text = base.text + _ENDINGS[int(draw.random() * 10)]
        number = int(draw.random() * (which.trap.accounts or 1e9))
        person = scene.people.person(-1, "x", subject * 1000 + number % 997)
        handle = f"{plain(person.author.name)[:9]}{number:08d}"
        return Draft(
            Author(f"x-new{subject}.{number}", handle, person.author.name),
            "x",
            text,
            speech.language,
            base.labels,
            community=which.community.id,
            located=base.located,
        )


def _spread(trap: Trap, at_s: float) -> float:
    """The share of a trap's posts that have come by `at_s`: slow, then fast, then slow again."""
    part = (at_s / 3600 - trap.hour) * 60 / trap.minutes
    part = min(1.0, max(0.0, part))
    return part * part * (3 - 2 * part)
