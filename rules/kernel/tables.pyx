# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: freethreading_compatible=False
"""What rules look for, as rows of whole numbers: `rules.plan` and `rules.index` in compiled form."""

cimport cython
from libc.stdlib cimport calloc, free, malloc

from rules.bits import bits
from rules.index import Index, Shelf
from rules.pack import NOTHING

cdef object MASK = 0xFFFFFFFFFFFFFFFF

cdef extern from *:
    int popcount "__builtin_popcountll"(Bits) noexcept


@cython.final
cdef class Sets:
    """Bit sets: of each the blocks that are not empty."""

    def __dealloc__(self):
        free(self.start)
        free(self.block)
        free(self.before)
        free(self.bits)

    def __init__(self, list sets):
        cdef int number, held = 0, before
        cdef list filled = []
        for one in sets:
            blocks, block = [], 0
            while one:
                if one & MASK:
                    blocks.append((block, one & MASK))
                one, block = one >> 64, block + 1
            filled.append(blocks)
        self.count = len(sets)
        self.start = <int *> malloc((self.count + 1) * sizeof(int))
        self.block = <int *> malloc(max(1, sum(map(len, filled))) * sizeof(int))
        self.before = <int *> malloc(max(1, sum(map(len, filled))) * sizeof(int))
        self.bits = <Bits *> malloc(max(1, sum(map(len, filled))) * sizeof(Bits))
        if not (self.start and self.block and self.before and self.bits):
            raise MemoryError
        for number in range(self.count):
            self.start[number] = held
            before = 0
            for block, some in filled[number]:
                self.block[held], self.bits[held], self.before[held] = block, some, before
                before += popcount(self.bits[held])
                held += 1
        self.start[self.count] = held


@cython.final
cdef class Table:
    """An index: rows of phrases under their anchors, the rarest of their elements."""

    def __dealloc__(self):
        free(self.anchor)
        free(self.start)
        free(self.row)
        free(self.begin)
        free(self.probe)
        free(self.element)

    def __init__(self, index, list gaps=None):
        self.mask = Sets([index.mask])
        filed = [
            (anchor, [each for rows in shelf.rows.values() for each in rows])
            for anchor, shelf in sorted(index.shelves.items())
        ]
        cdef int at = 0, element = 0, number
        cdef Row *row
        self.anchors = len(filed)
        self.rows = sum(len(rows) for _, rows in filed)
        self.anchor = <int *> malloc(max(1, self.anchors) * sizeof(int))
        self.start = <int *> malloc((self.anchors + 1) * sizeof(int))
        self.row = <Row *> malloc(max(1, self.rows) * sizeof(Row))
        self.element = <int *> malloc(
            max(1, sum(len(each[2].elements) for _, rows in filed for each in rows)) * sizeof(int)
        )
        if not (self.anchor and self.start and self.row and self.element):
            raise MemoryError
        for number, (anchor, rows) in enumerate(filed):
            self.anchor[number] = anchor
            self.start[number] = at
            if gaps is not None:
                rows.sort(key=lambda filed: _neighbours(filed, gaps))
            for rule, phrase, plain in rows:
                row = &self.row[at]
                at += 1
                row.rule, row.phrase, row.anchor = rule, phrase, plain.anchor
                self.phrases = max(self.phrases, phrase + 1)
                row.first, row.size = element, len(plain.elements)
                for one in plain.elements:
                    self.element[element] = one
                    element += 1
        self.start[self.anchors] = at
        if gaps is not None:
            self.probed(gaps)

    cdef int probed(self, list gaps) except -1:
        """Makes the probes of rows whose rules have these gaps."""
        cdef int anchor, at, count = 0, place, gap, first
        cdef Row *row
        cdef Probe *probe = NULL
        self.begin = <int *> malloc((self.anchors + 1) * sizeof(int))
        self.probe = <Probe *> malloc(max(1, self.rows) * sizeof(Probe))
        if not (self.begin and self.probe):
            raise MemoryError
        for anchor in range(self.anchors):
            self.begin[anchor] = first = count
            for at in range(self.start[anchor], self.start[anchor + 1]):
                row, gap = &self.row[at], gaps[self.row[at].rule]
                if count == first or not self._is_like(probe, row, gap):
                    probe = &self.probe[count]
                    place = row.first + row.anchor
                    probe.before = self.element[place - 1] if row.anchor > 0 else -1
                    probe.after = self.element[place + 1] if row.anchor + 1 < row.size else -1
                    probe.gap, probe.row = gap, at
                    count += 1
                probe.end = at + 1
            for at in range(count - 1, first - 1, -1):
                probe = &self.probe[at]
                probe.following = at + 1
                if at + 1 < count and probe.before == probe[1].before and probe.gap == probe[1].gap:
                    probe.following = probe[1].following
        self.begin[self.anchors] = count
        return 0

    cdef bint _is_like(self, Probe *probe, Row *row, int gap) noexcept:
        """Whether a row has the same neighbours as the rows of a probe, and the same gap."""
        cdef int place = row.first + row.anchor
        return (
            probe.gap == gap
            and probe.before == (self.element[place - 1] if row.anchor > 0 else -1)
            and probe.after == (self.element[place + 1] if row.anchor + 1 < row.size else -1)
        )


def _neighbours(filed, list gaps):
    """By what rows of one anchor are put in order: what they are asked first stands together."""
    rule, _, row = filed
    before, after = row.elements[: row.anchor][-1:], row.elements[row.anchor + 1 :][:1]
    return before, gaps[rule], after


@cython.final
cdef class Scale:
    """The evidence of a rule: of each weight the points, single elements, and other phrases."""

    def __dealloc__(self):
        free(self.points)

    def __init__(self, test):
        cdef int number
        self.weights = len(test.weights)
        self.points = <int *> calloc(max(1, self.weights), sizeof(int))
        if self.points == NULL:
            raise MemoryError
        self.singles = Sets([weight.singles for weight in test.weights])
        for number, weight in enumerate(test.weights):
            self.points[number] = weight.points
        self.others = [Table(weight.others) for weight in test.weights]
        self.phrases = [Table(weight.index) for weight in test.weights]
        self.sizes = [len(weight.phrases) for weight in test.weights]
        self.every = Table(_together([weight.others for weight in test.weights]))


def _together(indexes):
    """Several indexes as one, whose rows have the number of the index for that of a rule."""
    mask, shelves = 0, {}
    for number, index in enumerate(indexes):
        mask |= index.mask
        for anchor, shelf in index.shelves.items():
            rows = shelves.setdefault(anchor, Shelf(0, {0: []})).rows[0]
            rows.extend(
                (number, phrase, row) for each in shelf.rows.values() for _, phrase, row in each
            )
    return Index(mask, shelves)


@cython.final
cdef class Limit:
    """How far a row may be from the text: `rules.plan.Limits`."""

    def __init__(self, limits):
        self.gap, self.tolerance, self.cost = limits.gap, limits.tolerance, limits.cost


@cython.final
cdef class Context:
    """A circumstance: a fact by its name, or told by cues (`rules.plan.Cues`)."""

    cdef int read(self, cues, Tables tables) except -1:
        """Takes over what tells it."""
        self.before, self.after = tables.table(cues.before), tables.table(cues.after)
        self.around, self.anywhere = tables.table(cues.around), tables.table(cues.anywhere)
        self.stop = tables.table(cues.stop)
        self.cued = Sets([cues.before.mask | cues.after.mask | cues.around.mask | cues.anywhere.mask])
        self.limit, self.reach = Limit(cues.limits), cues.reach
        return 0


def _cost(Context context):
    """By what contexts are put in order: the cheaper are told first."""
    return context.kind


cdef dict FACTS = {
    "question": ASKED,
    "hashtag": TAGGED,
    "link": LINKED,
    "mention": MENTIONED,
    "exclaims": EXCLAIMED,
    "headline": TITLED,
    "media": PICTURED,
    "repost": REPOSTED,
}


@cython.final
cdef class Check:
    """A rule, and what a text must hold for it to fire: `rules.plan.Test`."""

    def __init__(self, test, Tables tables):
        rule = test.rule
        self.id, self.label, self.is_silent = rule.id, rule.label, rule.label == NOTHING
        self.priority, self.languages = rule.priority, rule.languages or None
        self.channels = rule.channels or None
        self.limit, self.need, self.reach = Limit(test.limits), rule.need, rule.reach
        self.texts = [phrase.text for phrase in rule.any]
        if not rule.any:
            self.texts = [phrase.text for weight in test.weights for phrase in weight.phrases]
        self.needed = Sets(list(test.needed))
        self.scale = Scale(test) if test.weights else None
        self.all = [tables.table(index) for index in test.all]
        self.none = tables.table(test.none)
        self.near, self.not_near = tables.table(test.near), tables.table(test.not_near)
        self.is_near, self.is_not_near = bool(rule.near), bool(rule.not_near)
        self.when = sorted([tables.context(one) for one in test.when], key=_cost)
        self.unless = sorted([tables.context(one) for one in test.unless], key=_cost)
        self.is_placed = test.placed


@cython.final
cdef class Tables:
    """The tables of a plan, each made once; the plan keeps its indexes, so an id is one of them."""

    def __init__(self):
        self.tables, self.contexts = {}, {}

    cdef Table table(self, index):
        kept = self.tables.get(id(index))
        if kept is None:
            kept = self.tables[id(index)] = Table(index)
        return <Table> kept

    cdef Context context(self, cues):
        """What cues tell, or a fact."""
        cdef Context context
        key = cues if isinstance(cues, str) else id(cues)
        kept = self.contexts.get(key)
        if kept is not None:
            return <Context> kept
        context = self.contexts[key] = Context()
        context.kind = CUED
        if isinstance(cues, str):
            context.kind, context.fact = FACTS.get(cues, OF_POST), cues
        else:
            context.read(cues, self)
        return context


@cython.final
cdef class Book:
    """The rules of a plan: what `rules.plan.Plan` holds, in order."""

    def __dealloc__(self):
        free(self.turn)

    def __init__(self, plan):
        cdef int number, rules = len(plan.tests)
        self.language, self.prioritised = plan.language, plan.prioritised
        self.question, self.link, self.mention = plan.question, plan.link, plan.mention
        self.blocks = (len(plan.elements) + 63) // 64
        self.tables = Tables()
        self.any = Table(plan.any, [test.limits.gap for test in plan.tests])
        self.checks = [Check(test, self.tables) for test in plan.tests]
        self.weighing = tuple(plan.weighing)
        self.lanes = min(LANES_MAX, len(self.weighing))
        self._note_needs()
        self.asked_blocks = (_asked(plan).bit_length() + 63) // 64
        self.turn = <int *> malloc((rules + 1) * sizeof(int))
        if self.turn == NULL:
            raise MemoryError
        for number in range(rules):
            self.turn[number] = plan.turns[number]

    cdef int _note_needs(self) except -1:
        """Notes what the evidence of each lane must come to; of eight lanes each is one of hints."""
        cdef int lane, needs[8]
        for lane in range(8):
            needs[lane] = 128
        for lane in range(self.lanes):
            self.lane_rule[lane] = self.weighing[lane]
            self.need[lane] = (<Check> self.checks[self.lane_rule[lane]]).need
            needs[lane & 7] = min(needs[lane & 7], self.need[lane], 127)
        for lane in range(8):
            if self.lanes < len(self.weighing):  # those without a lane are always looked at
                needs[lane] = 0
            self.lacking |= <Bits> (128 - needs[lane]) << 8 * lane
        return 0

    cdef list anchors(self):
        """The elements by which phrases are looked up."""
        cdef int at
        return [self.any.anchor[at] for at in range(self.any.anchors)]

    cdef dict clues(self, plan):
        """By element, what it may be evidence of for the rules that only weigh evidence.

        Each is a lane, weight, points, anchor and its rows: see `Clue`.
        """
        cdef int lane, number, anchor
        cdef dict clues = {}
        for lane in range(self.lanes):
            for number, weight in enumerate(plan.tests[self.weighing[lane]].weights):
                for element in bits(weight.singles):
                    clues.setdefault(element, []).append((lane, number, weight.points, -1, 1))
                if weight.points > 0:
                    for anchor, element in enumerate(sorted(weight.others.shelves)):
                        rows = sum(map(len, weight.others.shelves[element].rows.values()))
                        clues.setdefault(element, []).append(
                            (lane, number, weight.points, anchor, rows)
                        )
        return clues


cdef object _asked(plan):
    """The elements that texts are asked for, whatever their phrases: as a bit set."""
    asked = 1 << plan.question | 1 << plan.link | 1 << plan.mention
    for test in plan.tests:
        indexes = [*test.all, test.none, test.near, test.not_near]
        for cues in (*test.when, *test.unless):
            if not isinstance(cues, str):
                indexes += [cues.before, cues.after, cues.around, cues.anywhere, cues.stop]
        for weight in test.weights:
            indexes += [weight.index, weight.others]
            asked |= weight.singles
        for index in indexes:
            asked |= index.mask
        for needed in test.needed:
            asked |= needed
    return asked
