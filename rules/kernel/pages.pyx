# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: freethreading_compatible=False
"""What rules are told of a text, compiled: `rules.page` is the plain form, and says what is meant.

    Chunk → Run (its words in a language) → Word (its elements) → Table (rows of phrases by anchor)

Nothing outlives a call but what its objects own, and no object is changed once it is made: an
engine may be forked, and used from several threads in turn.
"""

from cpython.list cimport PyList_GET_ITEM
from cpython.object cimport PyObject
from cpython.unicode cimport (
    PyUnicode_DATA, PyUnicode_KIND, PyUnicode_READ, Py_UNICODE_ISUPPER,
)
cimport cython
from libc.stdlib cimport calloc, free
from libc.string cimport memset

from rules.kernel.rooms cimport wider
from rules.kernel.spelling cimport Bits
from rules.kernel.sheets cimport Sheet, Standing
from rules.kernel.tables cimport (
    ASKED, CUED, EXCLAIMED, LANES_MAX, LINKED, MENTIONED, PICTURED, REPOSTED,
    TAGGED, TITLED, Book, Check, Context, Limit, Probe, Row, Scale,
    Sets, Table,
)
from rules.kernel.words cimport LANE_BITS, Clue, Word, gist_of

from rules.facts import TITLE_CAPITALS_MIN as _TITLE_CAPITALS_MIN
from rules.facts import REPOST, PostFacts
from rules.page import EDIT_COST as _EDIT_COST
from rules.page import NEVER as _NEVER

cdef int EDIT_COST = _EDIT_COST, NEVER = _NEVER, TITLE_CAPITALS_MIN = _TITLE_CAPITALS_MIN
cdef enum:
    CLUES_MAX = 4096  # told apart; of more a text seems to hold more than it does

cdef extern from *:
    int popcount "__builtin_popcountll"(Bits) noexcept
    int lowest_of "__builtin_ctzll"(Bits) noexcept
    void prefetch "__builtin_prefetch"(const void *) noexcept


@cython.final
cdef class Page(Sheet):
    """The words of one text under the rules: see `rules.page.Page`."""

    def __dealloc__(self):
        free(self.found)
        free(self.spots)
        free(self.way)

    # --- rows of an index -------------------------------------------------------------------------

    cdef bint _has(self, Table table, Limit limit) except -1:
        """Whether a phrase of a table stands in the text."""
        cdef int one, number, at
        for one in range(self.anchors_of(table)):
            number = self.standing_anchors[one]
            self.look_for(table, number)
            for at in range(table.start[number], table.start[number + 1]):
                if self._stands(table, at, limit):
                    return True
        return False

    cdef inline int _stands(self, Table table, int at, Limit limit) except -1:
        """How many sites a row of a table has in the text; its anchor is that of `place_of`."""
        cdef Row *row = &table.row[at]
        if not self.may_stand(row, table.element, limit.gap):
            return 0
        return self.sites(row, table.element, limit)

    cdef int find_ways(self) except -1:
        """Puts the places where phrases of `any` stand to `way`, of rules that may fire."""
        cdef Table any = self.book.any
        cdef Word word
        cdef int place, at, one
        cdef Bits *done = NULL
        if not any.rows:
            return 0
        self._leave_tellings(any)
        try:
            for one in range(self.tellings):
                place = self.telling[one]
                word = <Word> self.words[place]
                for at in range(word.anchors):
                    self._try_rows(place, word.anchor[at], &done)
        finally:
            free(done)
        return 0

    cdef int _try_rows(self, int place, int anchor, Bits **done) except -1:
        """Tries the rows of `any` whose anchor stands at a place with its neighbours beside it."""
        cdef Table any = self.book.any
        cdef Probe *probe = &any.probe[any.begin[anchor]]
        cdef Probe *end = &any.probe[any.begin[anchor + 1]]
        cdef Probe *following
        cdef Bits behind
        cdef int row
        while probe < end:
            following = &any.probe[probe.following]
            if probe.before >= 0 and not self.is_before(place, probe.before, probe.gap):
                probe = following
                continue
            behind = self.gist_behind(place, probe.gap)
            while probe < following:
                if probe.after < 0 or (
                    behind & gist_of(probe.after) and self.is_after(place, probe.after, probe.gap)
                ):
                    for row in range(probe.row, probe.end):
                        if self.may_lead(place, &any.row[row], any.element, probe.gap):
                            self._try(row, done)
                probe += 1
        return 0

    cdef void _leave_tellings(self, Table any) noexcept:
        """Leaves the anchors that have what they need beside them, and has memory fetched for them."""
        cdef PyObject *word  # borrowed: to count references costs time
        cdef int one, at, left = 0
        for one in range(self.tellings):
            word = self.words[self.telling[one]]
            if self.is_beside(self.telling[one], <Word> word):
                self.telling[left] = self.telling[one]
                left += 1
                for at in range((<Word> word).anchors):
                    prefetch(&any.probe[any.begin[(<Word> word).anchor[at]]])
        self.tellings = left

    cdef int _try(self, int number, Bits **done) except -1:
        """Puts where a row of `any` stands to `way`, but for those that are `done`."""
        cdef Table any = self.book.any
        cdef Row *row = &any.row[number]
        cdef Check check
        cdef int found
        if done[0] == NULL:
            done[0] = <Bits *> calloc((any.rows >> 6) + 1, sizeof(Bits))
            if done[0] == NULL:
                raise MemoryError
        if done[0][number >> 6] >> (number & 63) & 1:
            return 0
        done[0][number >> 6] |= 1ULL << (number & 63)
        check = <Check> PyList_GET_ITEM(self.book.checks, row.rule)
        found = self.sites(row, any.element, check.limit)
        if found and self._is_possible(check):
            self._note_ways(found, self.book.turn[row.rule], row.rule, row.phrase)
        return 0

    cdef int _note_ways(self, int found, int rank, int rule, int phrase) except -1:
        """Puts the sites in `trail`, so many, to `way`."""
        cdef int one
        cdef Way *way
        if self.ways + found > self.ways_size:
            self.way = <Way *> wider(self.way, &self.ways_size, found, sizeof(Way))
        for one in range(found):
            way = &self.way[self.ways]
            way.rank, way.rule, way.phrase = rank, rule, phrase
            way.cost, way.begin = self.trail[one].cost, self.trail[one].begin
            way.end = min(self.trail[one].place, self.total - 2)
            self.ways += 1
        return 0

    cdef bint _is_possible(self, Check check) except -1:
        """Whether the text holds what a rule needs beside its phrase, wherever it stands."""
        cdef int number
        if check.languages is not None and self.language not in check.languages:
            return False
        for number in range(check.needed.count):
            if not self._meets(check.needed, number):
                return False
        return True

    cdef bint _meets(self, Sets sets, int number) except -1:
        """Whether an element of a set stands in the text."""
        cdef int at
        if self.present == NULL:
            self.look_at_words()
        for at in range(sets.start[number], sets.start[number + 1]):
            if sets.bits[at] & self.present[sets.block[at]]:
                return True
        return False

    # --- evidence ---------------------------------------------------------------------------------

    cdef int find_weighed(self) except -1:
        """Puts the rules without `any` to `way` whose evidence comes to what they need."""
        cdef Book book = self.book
        cdef Check check
        cdef int most[LANES_MAX]
        cdef int lane, number
        cdef bint near = False
        cdef Bits lanes = (self.hints + book.lacking) & 0x8080808080808080ULL
        if not lanes:
            return 0
        self._most_points(most, lanes >> 7, False)
        for lane in range(len(book.weighing)):
            if lane < book.lanes and most[lane] < book.need[lane]:
                continue
            number = book.weighing[lane]
            check = <Check> PyList_GET_ITEM(book.checks, number)
            if check.languages is not None and self.language not in check.languages:
                continue
            if lane < book.lanes:
                if not near:
                    self._most_points(most, lanes >> 7, True)
                    near = True
                if most[lane] < book.need[lane]:
                    continue
            if self._points(check.scale, check.limit) >= check.need:
                if self.ways == self.ways_size:
                    self.way = <Way *> wider(self.way, &self.ways_size, 1, sizeof(Way))
                self.way[self.ways] = Way(book.turn[number], number, 0, 0, 0, EVIDENCE)
                self.ways += 1
        return 0

    cdef int find_evidence(self, Check check) except -1:
        """Puts where the evidence for a rule stands to `way`, ranked by its points."""
        cdef Scale scale = check.scale
        cdef Table table
        cdef int number, each, anchor, at, first = 0
        for number in range(scale.weights):
            if scale.points[number] > 0:
                table = <Table> PyList_GET_ITEM(scale.phrases, number)
                for each in range(self.anchors_of(table)):
                    anchor = self.standing_anchors[each]
                    self.look_for(table, anchor)
                    for at in range(table.start[anchor], table.start[anchor + 1]):
                        self._note_ways(
                            self._stands(table, at, check.limit),
                            -scale.points[number], -1, first + table.row[at].phrase,
                        )
            first += <int> scale.sizes[number]
        return 0

    cdef int _most_points(self, int *most, Bits lanes, bint near) except -1:
        """What the evidence of each lane comes to at most, where its byte of `lanes` is 1.

        Of longer phrases all count whose rarest word is there, or only those that have its neighbours
        `near` it as well.
        """
        cdef Bits seen[CLUES_MAX >> 6]
        cdef Clue *clue
        cdef PyObject *word  # borrowed: to count references costs time
        cdef int place, at, number
        memset(most, 0, LANES_MAX * sizeof(int))
        memset(seen, 0, sizeof(seen))
        for place in range(self.total):
            if not self.gist[place]:
                continue
            word = self.words[place]
            for at in range((<Word> word).clues):
                number = (<Word> word).clue[at]
                if not lanes >> 8 * (number & 7) & 1:
                    continue
                number >>= LANE_BITS
                clue = &self.reader.clue[number]
                if clue.anchor >= 0:
                    most[clue.lane] += clue.points * (
                        self._rows_near(place, clue) if near else clue.rows
                    )
                elif number >= CLUES_MAX:
                    most[clue.lane] += max(0, clue.points)
                elif not seen[number >> 6] >> (number & 63) & 1:
                    seen[number >> 6] |= 1ULL << (number & 63)
                    most[clue.lane] += clue.points
        return 0

    cdef int _rows_near(self, int place, Clue *clue) except -1:
        """How many rows of the clue's anchor have its neighbours near a place."""
        cdef int rule = self.book.lane_rule[clue.lane]
        cdef Check check = <Check> PyList_GET_ITEM(self.book.checks, rule)
        cdef Table table = <Table> PyList_GET_ITEM(check.scale.others, clue.weight)
        cdef int at, count = 0
        for at in range(table.start[clue.anchor], table.start[clue.anchor + 1]):
            count += self.neighboured(place, &table.row[at], table.element, check.limit.gap)
        return count

    cdef int _points(self, Scale scale, Limit limit) except? -1:
        cdef int total = 0, number, count
        if self.present == NULL:
            self.look_at_words()
        for number in range(scale.weights):
            count = self._singles(scale.singles, number, limit)
            total += scale.points[number] * count
        return total + self._others(scale, limit)

    cdef int _singles(self, Sets singles, int number, Limit limit) except -1:
        """How many elements of a set stand in the text, each as a phrase by itself."""
        cdef int count = 0, at, block
        cdef Bits doubtful
        for at in range(singles.start[number], singles.start[number + 1]):
            block = singles.block[at]
            doubtful = singles.bits[at] & self.present[block]
            if not doubtful:
                continue
            count += popcount(doubtful & self.exact[block])
            doubtful &= ~self.exact[block]
            while doubtful:
                count += self._stands_alone(64 * block + lowest_of(doubtful), limit)
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

    cdef int _others(self, Scale scale, Limit limit) except? -1:
        """What the longer phrases come to that stand in the text, each counted once."""
        cdef Table table = scale.every
        cdef int one, number, at, total = 0
        cdef set found = None
        for one in range(self.anchors_of(table)):
            number = self.standing_anchors[one]
            self.look_for(table, number)
            for at in range(table.start[number], table.start[number + 1]):
                if self._stands(table, at, limit):
                    if found is None:
                        found = set()
                    phrase = table.row[at].rule, table.row[at].phrase
                    if phrase not in found:
                        found.add(phrase)
                        total += scale.points[table.row[at].rule]
        return total

    # --- what else a rule asks for ----------------------------------------------------------------

    cdef bint holds(self, Check check) except -1:
        """Whether the post as a whole lets a rule fire, wherever its phrase stands."""
        if check.channels is not None:
            if getattr(self.item, "channel", None) not in check.channels:
                return False
        if check.languages is not None and self.language not in check.languages:
            return False
        for table in check.all:
            if not self._has(<Table> table, check.limit):
                return False
        if self._has(check.none, check.limit):
            return False
        return check.scale is None or self._points(check.scale, check.limit) >= check.need

    cdef bint fits(self, Check check, int first, int last) except -1:
        """Whether a match may stand where it does: what is near it, and its contexts."""
        if check.is_near and not self._beside(
            self._sites(check.near, check.limit), check.reach, None, first, last
        ):
            return False
        if check.is_not_near and self._beside(
            self._sites(check.not_near, check.limit), check.reach, None, first, last
        ):
            return False
        for one in check.when:
            if not self._applies(<Context> one, first, last):
                return False
        for one in check.unless:
            if self._applies(<Context> one, first, last):
                return False
        return True

    cdef bint _is_fact(self, Context context, int first, int last) except -1:
        """Whether a fact holds of a match."""
        if context.kind == ASKED:
            return self._is_asked(first, last)
        if context.kind == TAGGED:
            return self.is_tagged(first, last)
        if context.kind == LINKED:
            return self.holds_element(self.book.link)
        if context.kind == MENTIONED:
            return self.holds_element(self.book.mention)
        if not self._may_be(context.kind):
            return False
        if self.facts is None:
            self.facts = PostFacts(self.cut.text, self.item, self.accounts)
        return self.facts[context.fact]

    cdef bint _may_be(self, int kind):
        """Whether a fact may hold that `rules.facts` tells: mostly a glance at the text says no."""
        cdef int width = PyUnicode_KIND(self.cut.text), capitals = 0
        cdef void *data = PyUnicode_DATA(self.cut.text)
        cdef Py_ssize_t at
        cdef Py_UCS4 letter
        if kind == REPOSTED:
            return not isinstance(self.item, str) or self.cut.text.startswith(REPOST)
        if kind == PICTURED:
            return not isinstance(self.item, str) or u"/" in self.cut.text
        if kind != TITLED and kind != EXCLAIMED:
            return True
        for at in range(len(self.cut.text)):
            letter = PyUnicode_READ(width, data, at)
            if kind == TITLED:
                capitals += Py_UNICODE_ISUPPER(letter)
            elif letter == u"!" or letter == u"¡" or <int> letter > 0x2000:  # some signs, some emoji
                return True
        return kind == TITLED and capitals >= TITLE_CAPITALS_MIN

    cdef bint _is_asked(self, int first, int last) except -1:
        """Whether the sentence of a match holds a question mark."""
        cdef Standing where
        cdef int at, place
        if not self.holds_element(self.book.question):
            return False
        where = self.stands_at(self.book.question)
        for at in range(where.first, where.first + where.count):
            place = self.stands[at].place
            if not (self._parted(place, last) and self._parted(place, first)):
                return True
        return False

    cdef bint _applies(self, Context context, int first, int last) except -1:
        """Whether a context holds of the words from `first` to `last`."""
        cdef Limit limit = context.limit
        cdef Spots where
        cdef int at
        if context.kind != CUED:
            return self._is_fact(context, first, last)
        if not self._meets(context.cued, 0):
            return False
        where = self._sites(context.anywhere, limit)
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
        where.table, where.first, where.count = <void *> table, self.spots_held, 0
        if not table.anchors:
            return where
        for at in range(self.found_held):
            if self.found[at].table == <void *> table:
                return self.found[at]
        for each in range(self.anchors_of(table)):
            number = self.standing_anchors[each]
            self.look_for(table, number)
            for at in range(table.start[number], table.start[number + 1]):
                count = self._stands(table, at, limit)
                if self.spots_held + count > self.spots_size:
                    self.spots = <Spot *> wider(self.spots, &self.spots_size, count, sizeof(Spot))
                for one in range(count):
                    self.spots[self.spots_held].begin = self.trail[one].begin
                    self.spots[self.spots_held].end = min(self.trail[one].place, self.total - 2)
                    self.spots_held += 1
        where.count = self.spots_held - where.first
        if self.found_held == self.found_size:
            self.found = <Spots *> wider(self.found, &self.found_size, 1, sizeof(Spots))
        self.found[self.found_held] = where
        self.found_held += 1
        return where
