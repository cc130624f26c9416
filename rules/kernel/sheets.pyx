# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: freethreading_compatible=False
"""The words of a text and where one row of elements stands among them: the innermost loops.

A sheet works out of a text only what is asked for: for most texts the neighbours of rare words.
"""

from cpython.tuple cimport PyTuple_GET_ITEM
from cpython.unicode cimport PyUnicode_DATA, PyUnicode_KIND, PyUnicode_READ
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy

from rules.kernel.cuts cimport CHUNK_LETTERS_MAX, DRESSED, PLAIN, Chunk
from rules.kernel.rooms cimport wider
from rules.kernel.spelling cimport hashed_on

from rules.hits import spans_within
from rules.page import EDIT_COST as _EDIT_COST
from rules.page import IDLE_COST as _IDLE_COST
from rules.page import NEVER as _NEVER
from rules.reader import SIGNS as _SIGNS
from rules.text import fold

cdef extern from *:
    int popcount "__builtin_popcountll"(Bits) noexcept

cdef int EDIT_COST = _EDIT_COST, IDLE_COST = _IDLE_COST, NEVER = _NEVER
cdef str SIGNS = _SIGNS
cdef int FEW = 48  # so many standings are looked through before they are numbered


cdef class Sheet:
    """The words of one text between <start> and <end>."""

    def __dealloc__(self):
        free(self.gist)
        if self.present != self.exact:
            free(self.present)
        free(self.exact)
        free(self.sentence)
        free(self.number_of)
        free(self.standings)
        free(self.stands)
        free(self.trail)
        free(self.standing_anchors)

    cdef int fill(self, Reader reader, Cut cut, int words, bint whole, bint fragments) except -1:
        """Lays out the words of a text, so many with its start and end; all chunks are read."""
        cdef int number, at, place
        cdef PyObject *run  # borrowed: to count references costs time
        cdef PyObject *word
        self.reader, self.cut, self.total = reader, cut, words
        # A place tells three times at most: as it is, and joined from either of two parts.
        self.gist = <Bits *> malloc(words * (sizeof(Bits) + sizeof(PyObject *) + 4 * sizeof(int)))
        if self.gist == NULL:
            raise MemoryError
        self.words = <PyObject **> (self.gist + words)
        self.place_of = <int *> (self.words + words)
        self.telling = self.place_of + words
        self.words[0] = <PyObject *> reader.start
        self.words[words - 1] = <PyObject *> (reader.end if whole else reader.idle)
        self.gist[0], self.gist[words - 1] = reader.start.gist, (<Word> self.words[words - 1]).gist
        for place in (0, words - 1):
            if (<Word> self.words[place]).anchors:
                self.tell(place)
        place = 1
        for number in range(cut.size):
            run = (<Chunk> cut.pieces[number].chunk).runs[reader.tongue]
            if run == <PyObject *> reader.idle_run:
                self.words[place], self.gist[place] = <PyObject *> reader.idle, 0
                place += 1
            elif (<Run> run).size == 1:
                word = <PyObject *> (<Run> run).lone
                self.lay(place, (<Run> run).telling, word, (<Run> run).gist)
                place += 1
            else:
                for at in range((<Run> run).size):
                    word = PyTuple_GET_ITEM((<Run> run).words, at)
                    self.lay(place, (<Run> run).telling, word, (<Word> word).gist)
                    place += 1
        if fragments:
            self._join()
        return 0

    # --- words written in two ---------------------------------------------------------------------

    cdef int _join(self) except -1:
        """Puts words together that were written in two: see `rules.reader.TokenReader.parts`."""
        cdef int number
        for number in range(self.cut.size):
            if self.run_of(number).fragment:
                self._join_two(number - 1)
                self._join_two(number)
        return 0

    cdef int _join_two(self, int number) except -1:
        """Puts a chunk and the following one together, where they are the parts of a word."""
        cdef int place = 1, at
        cdef Word word
        if number < 0 or number + 1 >= self.cut.size or self.run_of(number).ends:
            return 0
        if not self._may_be_one(number):
            return 0
        one, other = self._bare(number), self._bare(number + 1)
        word = self.reader.in_two(one + other) if one and other else None
        if word is None:
            return 0
        for at in range(number + 1):
            place += self.run_of(at).size
        if not self.is_joined:
            self.is_joined, self.others, self.joined = True, [], {}
        word = self.reader.either(word, <Word> self.words[place])
        self.others.append(word)
        self.words[place], self.gist[place] = <PyObject *> word, word.gist
        self.joined[place] = place - 1
        self.hints = summed(self.hints, word.hints)
        if word.anchors:
            self.tell(place)
        return 0

    cdef bint _may_be_one(self, int number) except -1:
        """Whether two chunks may make a word: mostly a glance at their letters says no."""
        cdef unsigned int[CHUNK_LETTERS_MAX] letters
        cdef Bits spelling = 1
        cdef int at, size, each
        cdef Chunk chunk
        for at in range(number, number + 2):
            chunk = self.cut.chunk(at)
            if chunk.kind == DRESSED:
                chunk = chunk.base
            if chunk.kind != PLAIN:
                return True
            size = chunk.spell(letters)
            for each in range(size):
                spelling = hashed_on(spelling, letters[each])
        return self.reader.splitting.may_hold(spelling or 1)

    def _bare(self, int number):
        """A chunk without signs, folded."""
        cdef Chunk chunk = self.cut.chunk(number)
        if chunk.kind == PLAIN:
            return chunk.read()
        return chunk.base.read() if chunk.kind == DRESSED else fold(self.cut.said(number).strip(SIGNS))

    # --- chunks -----------------------------------------------------------------------------------

    cdef int span(self, int place, int *begin, int *end) except -1:
        """Where a word stands in the text, in code points."""
        cdef int number = 0, kind = PyUnicode_KIND(self.cut.text)
        cdef void *data = PyUnicode_DATA(self.cut.text)
        cdef Chunk chunk
        place -= 1
        while place >= self.run_of(number).size:
            place -= self.run_of(number).size
            number += 1
        begin[0], end[0] = self.cut.pieces[number].start, self.cut.pieces[number].end
        chunk = self.cut.chunk(number)
        if (chunk.kind == PLAIN or chunk.kind == DRESSED) and self.run_of(number).size == 1:
            while PyUnicode_READ(kind, data, begin[0]) in SIGNS:
                begin[0] += 1
            while PyUnicode_READ(kind, data, end[0] - 1) in SIGNS:
                end[0] -= 1
            return 0
        spans = self.reader.reading_of(self.run_of(number), self.cut.said(number)).spans
        if not spans:
            spans = spans_within(
                self.reader.plain, self.cut.said(number), self.run_of(number).size
            )
        first, last = spans[place]
        end[0] = begin[0] + <int> last
        begin[0] += <int> first
        return 0

    cdef bint is_tagged(self, int first, int last) except -1:
        """Whether all of these words stand in hashtags."""
        cdef int number, place = 1
        cdef Run run
        for number in range(self.cut.size):
            run = self.run_of(number)
            if place <= last and place + run.size > first and not run.tagged:
                return False
            place += run.size
        return True

    cdef int _count_sentences(self) except -1:
        """Makes `sentence`."""
        cdef int at, place = 1, number = 0
        cdef list begins = []
        cdef Run run
        self.sentence = <int *> calloc(self.total, sizeof(int))
        if self.sentence == NULL:
            raise MemoryError
        for at in range(self.cut.size):
            run = self.run_of(at)
            if self.cut.lines is not None:
                begins.append(place)
            for end in run.ends:
                self.sentence[place + <int> end] = 1
            place += run.size
        if self.cut.lines is not None:
            begins.append(place)
            for line in self.cut.lines:
                self.sentence[<int> begins[line]] = 1
        for at in range(self.total):
            number += self.sentence[at]
            self.sentence[at] = number
        return 0

    cdef bint _parted(self, int place, int following) except -1:
        if self.sentence == NULL:
            self._count_sentences()
        return self.sentence[place] != self.sentence[following]

    # --- elements ---------------------------------------------------------------------------------

    cdef int look_at_words(self) except -1:
        """Makes `present` and `exact`: mostly one."""
        cdef int blocks = self.reader.asked_blocks, place
        cdef bint sure = True
        cdef Word word
        cdef Bits *present
        cdef Bits *exact = <Bits *> calloc(blocks + 1, sizeof(Bits))
        if exact == NULL:
            raise MemoryError
        for place in range(self.total):
            if self.gist[place]:
                word = <Word> self.words[place]
                word.put_exact(exact)
                sure = sure and word.sure
        present = exact
        if not sure:
            present = <Bits *> malloc((blocks + 1) * sizeof(Bits))
            if present == NULL:
                free(exact)
                raise MemoryError
            memcpy(present, exact, (blocks + 1) * sizeof(Bits))
            for place in range(self.total):
                word = <Word> self.words[place]
                if not word.sure:
                    word.put(present)
        self.present, self.exact = present, exact
        return 0

    cdef bint holds_element(self, int element) except -1:
        """Whether an element that texts are asked for stands somewhere."""
        if self.present == NULL:
            self.look_at_words()
        return (self.present[element >> 6] >> (element & 63)) & 1

    cdef Standing stands_at(self, int element) except *:
        """Where an element stands: looked for once."""
        cdef Standing found
        cdef Word word
        cdef Bits gist = gist_of(element)
        cdef int place, at = self._number_of(element)
        if at:
            return self.standings[at - 1]
        found.element, found.first = element, self.stands_held
        for place in range(self.total):
            word = <Word> self.words[place]
            if self.gist[place] & gist and word.has(element):
                if self.stands_held == self.stands_size:
                    self.stands = <Stand *> wider(self.stands, &self.stands_size, 24, sizeof(Stand))
                self.stands[self.stands_held].place = place
                self.stands[self.stands_held].edits = word.edits_of(element)
                self.stands_held += 1
        found.count = self.stands_held - found.first
        self._note(found)
        return found

    cdef int _number_of(self, int element) except -1:
        """The number of an element's standing from 1, 0 where it was not looked for yet."""
        cdef int at
        if self.number_of != NULL:
            return self.number_of[element]
        for at in range(self.standings_held):
            if self.standings[at].element == element:
                return at + 1
        return 0

    cdef int _note(self, Standing found) except -1:
        cdef int at
        if self.standings_held == self.standings_size:
            self.standings = <Standing *> wider(
                self.standings, &self.standings_size, 8, sizeof(Standing)
            )
        self.standings[self.standings_held] = found
        self.standings_held += 1
        if self.standings_held == FEW:
            self.number_of = <int *> calloc(64 * self.reader.blocks, sizeof(int))
            if self.number_of == NULL:
                raise MemoryError
            for at in range(FEW):
                self.number_of[self.standings[at].element] = at + 1
        elif self.number_of != NULL:
            self.number_of[found.element] = self.standings_held
        return 0

    # --- rows of an index ------------------------------------------------------------------------

    cdef int anchors_of(self, Table table) except -1:
        """Puts the anchors of a table that stand in the text to `standing_anchors`; so many."""
        cdef int at, count = 0
        cdef Sets mask = table.mask
        cdef Bits held
        if not table.anchors:
            return 0
        if self.present == NULL:
            self.look_at_words()
        if self.anchors_size < table.anchors:
            self.standing_anchors = <int *> wider(
                self.standing_anchors, &self.anchors_size, table.anchors, sizeof(int)
            )
        for at in range(mask.start[1]):
            held = mask.bits[at] & self.present[mask.block[at]]
            while held:  # the anchors are in order, so their numbers are told by counting
                self.standing_anchors[count] = mask.before[at] + popcount(
                    mask.bits[at] & ((held & -held) - 1)
                )
                count += 1
                held &= held - 1
        return count

    cdef void look_for(self, Table table, int number) noexcept:
        """Puts where an anchor stands to `place_of`, which `may_stand` asks for each of its rows."""
        cdef int element = table.anchor[number], place
        cdef Bits gist = gist_of(element)
        self.places = 0
        for place in range(self.total):
            if self.stands_in(place, element, gist):
                self.place_of[self.places] = place
                self.places += 1

    cdef bint is_beside(self, int place, Word word) noexcept:
        """Whether a neighbour stands near a place that the word there needs: else it is no phrase's."""
        cdef int at, gap = word.reach + self.is_joined
        if word.alone:
            return True
        if word.before.gist:
            for at in range(max(0, place - gap - 1), place):
                if self.gist[at] and have_common(&word.before, &(<Word> self.words[at]).held):
                    return True
        if word.after.gist:
            for at in range(place + 1, min(self.total, place + gap + 2)):
                if self.gist[at] and have_common(&word.after, &(<Word> self.words[at]).held):
                    return True
        return False

    # --- one row ----------------------------------------------------------------------------------

    cdef bint neighboured(self, int place, Row *row, int *elements, int gap) noexcept:
        """Whether a row whose anchor stands at a place has the anchor's neighbours near it."""
        cdef int at = row.first + row.anchor
        if row.anchor > 0 and not self.is_before(place, elements[at - 1], gap):
            return False
        return row.anchor + 1 >= row.size or self.is_after(place, elements[at + 1], gap)

    cdef bint may_lead(self, int place, Row *row, int *elements, int gap) noexcept:
        """Whether a row may stand with its anchor at a place: each element near the one before it.

        By chance few do, and to see that costs less than to look for elements in the whole text.
        """
        cdef int *element = elements + row.first
        cdef int low = place, high = place, number
        gap += self.is_joined  # the first part of a word written in two is not idle
        for number in range(row.anchor - 1, -1, -1):
            if not self._narrow(element[number], low - gap - 1, high, &low, &high):
                return False
        low = high = place
        for number in range(row.anchor + 1, row.size):
            if not self._narrow(element[number], low + 1, high + gap + 2, &low, &high):
                return False
        return True

    cdef bint _narrow(self, int element, int first, int after, int *low, int *high) noexcept:
        """Puts where an element stands first and last among some places to `low` and `high`."""
        cdef Bits gist = gist_of(element)
        first, after = max(0, first), min(self.total, after)
        while first < after and not self.stands_in(first, element, gist):
            first += 1
        if first >= after:
            return False
        while not self.stands_in(after - 1, element, gist):
            after -= 1
        low[0], high[0] = first, after - 1
        return True

    cdef bint may_stand(self, Row *row, int *elements, int gap) noexcept:
        """Whether a row may stand with its anchor at one of `place_of`."""
        cdef int at
        for at in range(self.places):
            if self.may_lead(self.place_of[at], row, elements, gap):
                return True
        return False

    cdef int sites(self, Row *row, int *elements, Limit limit) except -1:
        """The cheapest way to each place where a row ends in the text: so many, in `trail`."""
        cdef int number, found
        cdef Standing where
        if self.trail == NULL:
            self.trail = <Trail *> malloc(2 * self.total * sizeof(Trail))
            if self.trail == NULL:
                raise MemoryError
            self.longer = self.trail + self.total
        where = self.stands_at(elements[row.first])
        found = self._begun(where, row.size == 1, limit)
        for number in range(1, row.size):
            if not found:
                return 0
            where = self.stands_at(elements[row.first + number])
            found = self._go_on(found, where, limit)
        return found

    cdef int _begun(self, Standing where, bint alone, Limit limit) noexcept:
        """Begins a trail at each stand of the first element; so many."""
        cdef int edit_cost = NEVER if self.foreign else EDIT_COST
        cdef int at, found = 0
        cdef Stand *stand
        for at in range(where.first, where.first + where.count):
            stand = &self.stands[at]
            if stand.edits * edit_cost > limit.cost or stand.edits > limit.tolerance:
                continue
            if alone and stand.edits > (<Word> self.words[stand.place]).lone_edits:
                continue
            self.trail[found].place = self.trail[found].begin = stand.place
            self.trail[found].cost = stand.edits * edit_cost
            found += 1
        return found

    cdef int _go_on(self, int found, Standing where, Limit limit) except -1:
        """Leads the `found` trails on to the places of the next element; so many are left."""
        cdef int edit_cost = NEVER if self.foreign else EDIT_COST
        cdef Stand *stand = self.stands + where.first
        cdef Trail *trail
        cdef int lowest = 0, one, at, idle, cost, begin, place
        for at in range(where.count):
            self.longer[at].cost, self.longer[at].begin = NEVER, 0
        for one in range(found):
            trail = &self.trail[one]
            while lowest < where.count and stand[lowest].place <= trail.place:
                lowest += 1
            for at in range(lowest, where.count):
                place = stand[at].place
                idle = place - trail.place - 1
                if idle and self.is_joined and place in self.joined:
                    idle -= 1
                if idle > (limit.gap if trail.place else 0):
                    break
                if stand[at].edits > limit.tolerance:
                    continue
                if idle and (place == self.total - 1 or self._parted(trail.place, place)):
                    continue
                cost = trail.cost + stand[at].edits * edit_cost + idle * IDLE_COST
                begin = trail.begin or place
                if cost <= limit.cost and (
                    cost < self.longer[at].cost
                    or (cost == self.longer[at].cost and begin < self.longer[at].begin)
                ):
                    self.longer[at].cost, self.longer[at].begin = cost, begin
        found = 0
        for at in range(where.count):
            if self.longer[at].cost != NEVER:
                self.trail[found] = self.longer[at]
                self.trail[found].place = stand[at].place
                found += 1
        return found
