# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: freethreading_compatible=False
"""Which rules may fire on a text, compiled: `rules.page` is the plain form, and says what is meant.

    Chunk → Run (its words in a language) → Word (its elements) → Table (rows of phrases by anchor)

Nothing outlives a call but what its objects own, and no object is changed once it is made: an
engine may be forked, and used from several threads in turn.
"""

from cpython.list cimport PyList_GET_ITEM
from cpython.object cimport PyObject
from cpython.tuple cimport PyTuple_GET_ITEM
cimport cython
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memset

from rules.kernel.chunks cimport Bits, Chunk, Cut
from rules.kernel.reading cimport Clue, Reader, Run, Word
from rules.kernel.sheets cimport Sheet, Standing
from rules.kernel.tables cimport Check, Context, Limit, Row, Scale, Table, Tables

from rules.bits import bits
from rules.language import UNKNOWN
from rules.page import EDIT_COST as _EDIT_COST
from rules.page import NEVER as _NEVER

cdef int EDIT_COST = _EDIT_COST, NEVER = _NEVER
cdef enum:
    LANES_MAX = 64
    CLUES_MAX = 4096  # told apart; of more a text seems to hold more than it does

cdef extern from *:
    int popcount "__builtin_popcountll"(Bits) noexcept
    int lowest_of "__builtin_ctzll"(Bits) noexcept


@cython.final
cdef class Phrases:
    """What the rules of one language look for; `plan` is their plain form."""

    cdef readonly object plan
    cdef str language
    cdef Reader reader
    cdef Tables tables
    cdef Table any
    cdef list checks  # of each rule
    cdef dict check_of  # by the id of its test, which the plan keeps
    cdef int *gap  # of each rule
    cdef tuple weighing
    cdef int lanes
    cdef int need[LANES_MAX]
    cdef int lane_rule[LANES_MAX]

    def __dealloc__(self):
        free(self.gap)

    def __init__(self, plan, int tongue):
        cdef int at, blocks = (len(plan.elements) + 63) // 64
        self.plan, self.language = plan, plan.language
        self.tables = Tables(blocks)
        self.any = self.tables.table(plan.any)
        anchors = [self.any.anchor[at] for at in range(self.any.anchors)]
        self.weighing = tuple(plan.weighing)
        self.lanes = min(LANES_MAX, len(self.weighing))
        self.reader = Reader(plan, tongue, anchors, self._clues(), blocks)
        self.checks = [Check(test, self.tables) for test in plan.tests]
        self.check_of = {id(check.test): check for check in self.checks}
        self.gap = <int *> malloc((len(self.checks) + 1) * sizeof(int))
        if self.gap == NULL:
            raise MemoryError
        for at, test in enumerate(plan.tests):
            self.gap[at] = test.limits.gap

    def _clues(self):
        """By element, what it may be evidence of for the rules that only weigh evidence."""
        cdef int lane, number, anchor
        clues = {}
        for lane in range(self.lanes):
            test = self.plan.tests[self.weighing[lane]]
            self.need[lane], self.lane_rule[lane] = test.rule.need, self.weighing[lane]
            for number, weight in enumerate(test.weights):
                for element in bits(weight.singles):
                    clues.setdefault(element, []).append((lane, number, weight.points, -1))
                if weight.points > 0:
                    for anchor, element in enumerate(sorted(weight.others.shelves)):
                        clues.setdefault(element, []).append(
                            (lane, number, weight.points, anchor)
                        )
        return clues

    def candidates(self, Cut cut, str language, *, bint whole):
        """The page of a text, where phrases stand on it, and what is weighed; None for nothing."""
        cdef Reader reader = self.reader
        cdef int number, words = 2, fragments = 0
        cdef bint telling = reader.start.anchors or reader.start.weighs
        cdef Chunk chunk
        cdef Run run
        cdef Page page
        telling = telling or reader.end.anchors or reader.end.weighs
        for number in range(cut.size):
            chunk = <Chunk> cut.pieces[number].chunk
            if chunk.runs[reader.tongue] != NULL:
                run = <Run> chunk.runs[reader.tongue]
            else:
                run = reader.run(chunk)
            words += run.size
            fragments += run.fragment
            telling = telling or run.telling
        if not (telling or fragments):
            return None
        page = Page.__new__(Page)
        page.phrases, page.language = self, language
        page.foreign = language != self.language and language != UNKNOWN
        page.fill(reader, cut, words, whole, fragments > 0)
        ways = page.ways()
        weighed = page.weighed() if self.weighing else []
        return (page, ways, weighed) if ways or weighed else None


cdef struct Spot:
    int begin
    int end


cdef struct Spots:
    void *table
    int first
    int count


@cython.final
cdef class Page(Sheet):
    """The words of one text under the rules: see `rules.page.Page`."""

    cdef readonly str language
    cdef Phrases phrases
    cdef Spots *found  # by table, in the order in which they were looked for
    cdef Spot *spots
    cdef int found_held, found_size, spots_held, spots_size, anchors_size
    cdef int *standing_anchors

    def __dealloc__(self):
        free(self.standing_anchors)
        free(self.found)
        free(self.spots)

    # --- rows of an index -------------------------------------------------------------------------

    cdef bint _has(self, Table table, Limit limit) except -1:
        """Whether a phrase of a table stands in the text."""
        cdef int one, number, at
        for one in range(self._anchors(table)):
            number = self.standing_anchors[one]
            for at in range(table.start[number], table.start[number + 1]):
                if self._stands(table, at, limit):
                    return True
        return False

    cdef int _anchors(self, Table table) except -1:
        """Puts the anchors of a table that stand in the text to `standing_anchors`; so many."""
        cdef int block, count = 0
        cdef Bits held
        if table.highest < 0:
            return 0
        if self.present == NULL:
            self.look_at_words()
        for block in range(table.lowest, table.highest + 1):
            held = table.mask[block] & self.present[block]
            while held:
                if self.anchors_size < table.anchors:
                    self._make_anchors(table.anchors)
                self.standing_anchors[count] = table.number_of(
                    64 * block + lowest_of(held)
                )
                count += 1
                held &= held - 1
        return count

    cdef int _make_anchors(self, int size) except -1:
        """Makes room for so many anchors; called before the first of a table is put there."""
        cdef void *room = realloc(self.standing_anchors, size * sizeof(int))
        if room == NULL:
            raise MemoryError
        self.standing_anchors, self.anchors_size = <int *> room, size
        return 0

    cdef inline int _stands(self, Table table, int at, Limit limit) except -1:
        """How many sites a row of a table has in the text."""
        cdef Row *row = &table.row[at]
        if not self.may_stand(row, table.element, limit.gap):
            return 0
        return self.sites(row, table.element, limit)

    def every(self, index, limits):
        """Each phrase of an index that stands in the text, by number, with each of its sites."""
        cdef Table table = self.phrases.tables.table(index)
        cdef Limit limit = Limit(limits)
        cdef int each, number, at, one
        cdef list sites = []
        for each in range(self._anchors(table)):
            number = self.standing_anchors[each]
            for at in range(table.start[number], table.start[number + 1]):
                for one in range(self._stands(table, at, limit)):
                    sites.append((table.row[at].phrase, self.site(one)))
        return sites

    def ways(self):
        """Where phrases of `any` stand: for the number of a rule, sites with the phrase's number."""
        cdef Phrases phrases = self.phrases
        cdef Table any = phrases.any
        cdef dict ways = {}
        cdef Check check
        cdef Word word
        cdef Row *row
        cdef int place, at, each, one, found
        cdef Bits *done = NULL
        try:
            for place in range(self.total):
                word = <Word> self.words[place]
                for at in range(word.anchors):
                    for each in range(any.start[word.anchor[at]], any.start[word.anchor[at] + 1]):
                        row = &any.row[each]
                        if not self.neighboured(place, row, any.element, phrases.gap[row.rule]):
                            continue
                        if done == NULL:
                            done = <Bits *> calloc((any.rows >> 6) + 1, sizeof(Bits))
                            if done == NULL:
                                raise MemoryError
                        if done[each >> 6] >> (each & 63) & 1:
                            continue
                        done[each >> 6] |= 1ULL << (each & 63)
                        check = <Check> PyList_GET_ITEM(phrases.checks, row.rule)
                        found = self.sites(row, any.element, check.limit)
                        if found and self._is_possible(check):
                            sites = ways.setdefault(row.rule, [])
                            for one in range(found):
                                sites.append((self.site(one), row.phrase))
        finally:
            free(done)
        return ways

    cdef bint _is_possible(self, Check check) except -1:
        """Whether the text holds what a rule needs beside its phrase, wherever it stands."""
        cdef int number
        if check.languages is not None and self.language not in check.languages:
            return False
        for number in range(check.needs):
            if not self.meets(check.needed + number * self.reader.blocks):
                return False
        return True

    # --- evidence ---------------------------------------------------------------------------------

    def weighed(self):
        """The numbers of the rules without `any` whose evidence comes to what they need."""
        cdef Phrases phrases = self.phrases
        cdef Check check
        cdef int most[LANES_MAX]
        cdef int lane
        self._most_points(most, False)
        enough = []
        for lane, number in enumerate(phrases.weighing):
            if lane < phrases.lanes and most[lane] < phrases.need[lane]:
                continue
            check = phrases.checks[number]
            if check.languages is not None and self.language not in check.languages:
                continue
            if lane < phrases.lanes:
                self._most_points(most, True)
                if most[lane] < phrases.need[lane]:
                    continue
            if self._points(check.scale, check.limit) >= check.need:
                enough.append(number)
        return enough

    cdef int _most_points(self, int *most, bint near) except -1:
        """What the evidence of each lane comes to at most.

        Of longer phrases all count whose rarest word is there, or only those that have its
        neighbours `near` it as well.
        """
        cdef Bits seen[CLUES_MAX >> 6]
        cdef Clue *clue
        cdef Word word
        cdef int place, at, number
        memset(most, 0, LANES_MAX * sizeof(int))
        memset(seen, 0, sizeof(seen))
        for place in range(self.total):
            word = <Word> self.words[place]
            for at in range(word.clues):
                number = word.clue[at]
                clue = &self.reader.clue[number]
                if clue.anchor >= 0:
                    most[clue.lane] += clue.points * self._rows_at(place, clue, near)
                elif number >= CLUES_MAX:
                    most[clue.lane] += max(0, clue.points)
                elif not seen[number >> 6] >> (number & 63) & 1:
                    seen[number >> 6] |= 1ULL << (number & 63)
                    most[clue.lane] += clue.points
        return 0

    cdef int _rows_at(self, int place, Clue *clue, bint near) except -1:
        """How many rows of the clue's anchor there are, or have its neighbours near a place."""
        cdef Phrases phrases = self.phrases
        cdef Check check = <Check> PyList_GET_ITEM(
            phrases.checks, phrases.lane_rule[clue.lane]
        )
        cdef Table table = <Table> PyList_GET_ITEM(check.scale.others, clue.weight)
        cdef int count = 0, at
        if not near:
            return table.start[clue.anchor + 1] - table.start[clue.anchor]
        for at in range(table.start[clue.anchor], table.start[clue.anchor + 1]):
            count += self.neighboured(place, &table.row[at], table.element, check.limit.gap)
        return count

    def points(self, test):
        """What the evidence of a rule comes to."""
        cdef Check check = self.phrases.check_of[id(test)]
        return self._points(check.scale, check.limit)

    cdef int _points(self, Scale scale, Limit limit) except? -1:
        cdef int total = 0, number, count
        if self.present == NULL:
            self.look_at_words()
        for number in range(scale.weights):
            count = self._singles(scale.singles + number * scale.blocks, limit)
            count += self._others(<Table> scale.others[number], limit)
            total += scale.points[number] * count
        return total

    cdef int _singles(self, Bits *elements, Limit limit) except -1:
        """How many of these elements stand in the text, each as a phrase by itself."""
        cdef int count = 0, block
        cdef Bits doubtful
        for block in range(self.reader.blocks):
            if elements[block]:
                count += popcount(elements[block] & self.exact[block])
                doubtful = elements[block] & self.present[block] & ~self.exact[block]
                while doubtful:
                    count += self._stands_alone(
                        64 * block + lowest_of(doubtful), limit
                    )
                    doubtful &= doubtful - 1
        return count

    cdef bint _stands_alone(self, int element, Limit limit) except -1:
        """Whether an element stands in the text as a phrase by itself."""
        cdef Standing where = self.stands_at(element)
        cdef int edit_cost = NEVER if self.foreign else EDIT_COST
        cdef int at, edits
        for at in range(where.first, where.first + where.count):
            edits = self.stands[at].edits
            if (
                edits * edit_cost <= limit.cost
                and edits <= limit.tolerance
                and edits <= (<Word> self.words[self.stands[at].place]).lone_edits
            ):
                return True
        return False

    cdef int _others(self, Table table, Limit limit) except -1:
        """How many phrases of a table stand in the text."""
        cdef int one, number, at
        cdef set found = None
        for one in range(self._anchors(table)):
            number = self.standing_anchors[one]
            for at in range(table.start[number], table.start[number + 1]):
                if self._stands(table, at, limit):
                    if found is None:
                        found = set()
                    found.add(table.row[at].phrase)
        return 0 if found is None else len(found)

    # --- what else a rule asks for ----------------------------------------------------------------

    def holds(self, test):
        """Whether the text as a whole lets a rule fire, wherever its phrase stands."""
        cdef Check check = self.phrases.check_of[id(test)]
        if check.languages is not None and self.language not in check.languages:
            return False
        for table in check.all:
            if not self._has(<Table> table, check.limit):
                return False
        if self._has(check.none, check.limit):
            return False
        return check.scale is None or self._points(check.scale, check.limit) >= check.need

    def fits(self, test, tuple site, fact):
        """Whether a match may stand where it does: what is near it, and its contexts."""
        cdef Check check = self.phrases.check_of[id(test)]
        cdef int first = site[1], last = site[2]
        if check.is_near and not self._is_near(check.near, check.limit, check.reach, first, last):
            return False
        if check.is_not_near and self._is_near(
            check.not_near, check.limit, check.reach, first, last
        ):
            return False
        for one in check.when:
            if not (fact(one, site) if type(one) is str else self._applies(<Context> one, first, last)):
                return False
        for one in check.unless:
            if fact(one, site) if type(one) is str else self._applies(<Context> one, first, last):
                return False
        return True

    def applies(self, cues, tuple site):
        """Whether a context holds of a match."""
        return self._applies(self.phrases.tables.context(cues), site[1], site[2])

    cdef bint _applies(self, Context context, int first, int last) except -1:
        """Whether a context holds of the words from `first` to `last`."""
        cdef Limit limit = context.limit
        cdef Spots where = self._sites(context.anywhere, limit)
        cdef int at
        if where.count:
            return True
        where = self._sites(context.before, limit)
        for at in range(where.first, where.first + where.count):
            if self.spots[at].end < first:
                if self._linked(self.spots[at].end, first, context.reach, context):
                    return True
        where = self._sites(context.after, limit)
        for at in range(where.first, where.first + where.count):
            if self.spots[at].begin > last:
                if self._linked(last, self.spots[at].begin, context.reach, context):
                    return True
        where = self._sites(context.around, limit)
        return self._beside(where, context.reach, context, first, last)

    cdef bint _is_near(self, Table table, Limit limit, int reach, int first, int last) except -1:
        """Whether a phrase of a table stands beside a match or shares words with it."""
        return self._beside(self._sites(table, limit), reach, None, first, last)

    cdef bint _beside(
        self, Spots where, int reach, Context context, int first, int last
    ) except -1:
        cdef int at, begin, end
        cdef bint linked
        for at in range(where.first, where.first + where.count):
            begin, end = self.spots[at].begin, self.spots[at].end
            if begin <= last and end >= first:
                return True
            if end < first:
                linked = self._linked(end, first, reach, context)
            else:
                linked = self._linked(last, begin, reach, context)
            if linked:
                return True
        return False

    cdef bint _linked(self, int place, int following, int reach, Context context) except -1:
        """Whether two places lie in one sentence, within reach, with no stop word between."""
        cdef Spots stops
        cdef int at
        if following - place - 1 > reach or self._parted(place, following):
            return False
        if context is not None:
            stops = self._sites(context.stop, context.limit)
            for at in range(stops.first, stops.first + stops.count):
                if place < self.spots[at].begin and self.spots[at].end < following:
                    return False
        return True

    cdef Spots _sites(self, Table table, Limit limit) except *:
        """First and last word of everything a table finds in the text: looked for once."""
        cdef Spots where
        cdef int number, at, one, each, count
        for at in range(self.found_held):
            if self.found[at].table == <void *> table:
                return self.found[at]
        where.table, where.first, where.count = <void *> table, self.spots_held, 0
        for each in range(self._anchors(table)):
            number = self.standing_anchors[each]
            for at in range(table.start[number], table.start[number + 1]):
                count = self._stands(table, at, limit)
                if self.spots_held + count > self.spots_size:
                    self._make_spots(count)
                for one in range(count):
                    self.spots[self.spots_held].begin = self.trail[one].begin
                    self.spots[self.spots_held].end = min(self.trail[one].place, self.total - 2)
                    self.spots_held += 1
        where.count = self.spots_held - where.first
        if self.found_held == self.found_size:
            self._make_found()
        self.found[self.found_held] = where
        self.found_held += 1
        return where

    cdef int _make_spots(self, int count) except -1:
        """Makes room for so many spots more."""
        self.spots_size = 2 * (self.spots_size + count) + 16
        cdef void *room = realloc(self.spots, self.spots_size * sizeof(Spot))
        if room == NULL:
            raise MemoryError
        self.spots = <Spot *> room
        return 0

    cdef int _make_found(self) except -1:
        """Makes room for twice as many tables."""
        self.found_size = 2 * self.found_size + 16
        cdef void *room = realloc(self.found, self.found_size * sizeof(Spots))
        if room == NULL:
            raise MemoryError
        self.found = <Spots *> room
        return 0
