# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: freethreading_compatible=False
"""The words of a text and where one row of elements stands among them: the innermost loops.

A sheet works out of a text only what is asked for: for most texts the neighbours of rare words.
"""

from cpython.tuple cimport PyTuple_GET_ITEM
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memcpy

from rules.kernel.cuts cimport DRESSED, PLAIN, Chunk

from rules.hits import spans_within
from rules.page import EDIT_COST as _EDIT_COST
from rules.page import IDLE_COST as _IDLE_COST
from rules.page import NEVER as _NEVER
from rules.reader import SIGNS as _SIGNS
from rules.text import fold

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

    cdef int fill(self, Reader reader, Cut cut, int words, bint whole, bint fragments) except -1:
        """Lays out the words of a text, so many with its start and end; all chunks are read."""
        cdef int number, at, place = 1
        cdef Run run
        self.reader, self.cut, self.total = reader, cut, words
        self.gist = <Bits *> malloc(words * (sizeof(Bits) + sizeof(PyObject *)))
        if self.gist == NULL:
            raise MemoryError
        self.words = <PyObject **> (self.gist + words)
        self.words[0] = <PyObject *> reader.start
        self.words[words - 1] = <PyObject *> (reader.end if whole else reader.idle)
        self.gist[0], self.gist[words - 1] = reader.start.gist, (<Word> self.words[words - 1]).gist
        for number in range(cut.size):
            run = self.run_of(number)
            if run is reader.idle_run:
                self.words[place], self.gist[place] = <PyObject *> reader.idle, 0
                place += 1
            elif run.size == 1:
                self.words[place], self.gist[place] = <PyObject *> run.lone, run.gist
                place += 1
            else:
                for at in range(run.size):
                    self.words[place] = PyTuple_GET_ITEM(run.words, at)
                    self.gist[place] = (<Word> self.words[place]).gist
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
        return 0

    def _bare(self, int number):
        """A chunk without signs, folded."""
        cdef Chunk chunk = self.cut.chunk(number)
        if chunk.kind == PLAIN:
            return chunk.read()
        return chunk.base.read() if chunk.kind == DRESSED else fold(self.cut.said(number).strip(SIGNS))

    # --- chunks -----------------------------------------------------------------------------------

    cdef int span(self, int place, int *begin, int *end) except -1:
        """Where a word stands in the text, in code points."""
        cdef int number = 0
        cdef Chunk chunk
        place -= 1
        while place >= self.run_of(number).size:
            place -= self.run_of(number).size
            number += 1
        begin[0], end[0] = self.cut.pieces[number].start, self.cut.pieces[number].end
        chunk = self.cut.chunk(number)
        if (chunk.kind == PLAIN or chunk.kind == DRESSED) and self.run_of(number).size == 1:
            while self.cut.text[begin[0]] in SIGNS:
                begin[0] += 1
            while self.cut.text[end[0] - 1] in SIGNS:
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
                    self._make_room()
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
            self._make_room()
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

    cdef int _make_room(self) except -1:
        """For twice as many stands, or standings."""
        cdef void *room
        if self.stands_held == self.stands_size:
            self.stands_size = max(64, 2 * self.stands_size)
            room = realloc(self.stands, self.stands_size * sizeof(Stand))
            if room == NULL:
                raise MemoryError
            self.stands = <Stand *> room
        if self.standings_held == self.standings_size:
            self.standings_size = max(32, 2 * self.standings_size)
            room = realloc(self.standings, self.standings_size * sizeof(Standing))
            if room == NULL:
                raise MemoryError
            self.standings = <Standing *> room
        return 0

    # --- one row ----------------------------------------------------------------------------------

    cdef bint neighboured(self, int place, Row *row, int *elements, int gap) noexcept:
        """Whether a row whose anchor stands at a place has the anchor's neighbours near it."""
        cdef int at = row.first + row.anchor
        if row.anchor > 0 and not self.is_before(place, elements[at - 1], gap):
            return False
        return row.anchor + 1 >= row.size or self.is_after(place, elements[at + 1], gap)

    cdef bint may_stand(self, Row *row, int *elements, int gap) except -1:
        """Whether the neighbours of a row's anchor stand near it: by chance few do."""
        cdef Standing where = self.stands_at(elements[row.first + row.anchor])
        cdef int at
        for at in range(where.first, where.first + where.count):
            if self.neighboured(self.stands[at].place, row, elements, gap):
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
