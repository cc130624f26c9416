# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: freethreading_compatible=False
"""The innermost loops of the rules engine, compiled: where phrases stand among the words of a text.

`Page` here and `rules.page.Page` answer alike; that one is the plain form, and says what is meant.
This one is quick because it works on rows of whole numbers, and because it works out of a page
only what is asked for: for most texts the neighbours of their rare words.

    Chunk → Run (its words in a language) → Word (its elements) → Table (rows of phrases by anchor)

Nothing here outlives a call but what its objects own, and no object is changed once it is made: an
engine may be forked, and used from several threads in turn.
"""

from cpython.dict cimport PyDict_GetItemWithError
from cpython.list cimport PyList_GET_ITEM, PyList_GET_SIZE
from cpython.ref cimport Py_INCREF, Py_XDECREF, PyObject
from cpython.tuple cimport PyTuple_GET_ITEM
cimport cython
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memset

FORM = 2  # as in rules/page.py: a kernel of another form is not used
cdef int EDIT_COST = 8
cdef int IDLE_COST = 1
cdef int NEVER = 101
cdef int FEW = 8  # so many elements are looked through about as fast as a bit set is asked
DEF LANES_MAX = 64
DEF TONGUES_MAX = 4

ctypedef unsigned long long Bits

cdef extern from *:
    int popcount "__builtin_popcountll"(Bits) noexcept


cdef struct Row:
    int rule
    int phrase
    int keys[2]  # beside the anchor; -1: none
    int first  # of its elements
    int size
    int anchor  # the place of the rarest element


cdef struct Stand:
    int place
    int edits


cdef struct Trail:
    int place
    int cost
    int begin


from rules.memo import MEMO_LETTERS_MAX, is_kept
from rules.reader import SIGNS
from rules.reading import IDLE, Reading
from rules.typos import tolerance
from rules.text import LINK_STARTS, ends_sentence, fold


cdef class Word:
    """The elements that a word can stand for; `plain` is its plain form."""

    cdef object plain
    cdef int size, lone_edits, anchors, lanes
    cdef int *numbers  # elements, their edits, anchors, (lane, points) of evidence: one block
    cdef int *edits
    cdef int *anchor
    cdef int *lane
    cdef Bits *bits

    def __dealloc__(self):
        free(self.numbers)
        free(self.bits)

    cdef inline bint has(self, int element) noexcept:
        cdef int at
        if self.bits != NULL:
            return (self.bits[element >> 6] >> (element & 63)) & 1
        for at in range(self.size):
            if self.numbers[at] == element:
                return True
        return False

    cdef inline int edits_of(self, int element) noexcept:
        """The edits of an element that the word can stand for."""
        cdef int low = 0, high = self.size - 1, middle
        while low < high:
            middle = (low + high) >> 1
            if self.numbers[middle] < element:
                low = middle + 1
            else:
                high = middle
        return self.edits[low]


@cython.no_gc
cdef class Run:
    """A chunk of a text as words; `reading` is its plain form."""

    cdef readonly object reading
    cdef tuple words, ends
    cdef int size
    cdef bint fragment, idle


@cython.no_gc
cdef class Chunk:
    """What stands between two blanks of a text: its code, and its run in each language asked for.

    One with a `base` has the run of that, but for the end of a sentence behind it where it `ends`.
    """

    cdef readonly str text
    cdef readonly Bits code
    cdef Chunk base
    cdef bint ends, plain  # plain: a folded word, and nothing else
    cdef PyObject *runs[TONGUES_MAX]

    def __init__(self, str text, Bits code):
        self.text, self.code = text, code

    def __dealloc__(self):
        cdef int at
        for at in range(TONGUES_MAX):
            Py_XDECREF(self.runs[at])


cdef class Table:
    """An index: rows of phrases under their anchors, the rarest of their elements."""

    cdef int anchors, rows
    cdef int *anchor
    cdef int *start  # by the number of the anchor: its first row; one more at the end
    cdef Row *row
    cdef int *element
    cdef int phrases, blocks
    cdef Bits *mask  # of the anchors

    def __dealloc__(self):
        free(self.mask)
        free(self.anchor)
        free(self.start)
        free(self.row)
        free(self.element)

    def __init__(self, index, int blocks):
        self.blocks = blocks
        self.mask = _bit_sets([index.mask], blocks)
        filed = [
            (anchor, [each for rows in shelf.rows.values() for each in rows])
            for anchor, shelf in sorted(index.shelves.items())
        ]
        cdef int at = 0, element = 0, number, key
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
            for rule, phrase, plain in rows:
                row = &self.row[at]
                at += 1
                row.rule, row.phrase, row.anchor = rule, phrase, plain.anchor
                self.phrases = max(self.phrases, phrase + 1)
                row.keys[0] = row.keys[1] = -1
                others = [one for one in plain.keys if one != anchor]
                if len(others) > 2:
                    raise ValueError(f"a row has {len(plain.keys)} keys, at most 3")
                for key in range(len(others)):
                    row.keys[key] = others[key]
                row.first, row.size = element, len(plain.elements)
                for one in plain.elements:
                    self.element[element] = one
                    element += 1
        self.start[self.anchors] = at


cdef Bits *_bit_sets(list sets, int blocks) except NULL:
    """Bit sets one behind the other, each of so many blocks."""
    cdef int number, at
    cdef Bits *made = <Bits *> calloc(max(1, len(sets) * blocks), sizeof(Bits))
    if made == NULL:
        raise MemoryError
    for number, one in enumerate(sets):
        for at in range(blocks):
            made[number * blocks + at] = one >> 64 * at & 0xFFFFFFFFFFFFFFFF
    return made


cdef class Scale:
    """The evidence of a rule: of each weight the points, single elements, and other phrases."""

    cdef int weights, blocks
    cdef int *points
    cdef Bits *singles  # a bit set for each weight
    cdef list others

    def __dealloc__(self):
        free(self.points)
        free(self.singles)

    def __init__(self, test, int blocks):
        cdef int number
        self.weights, self.blocks = len(test.weights), blocks
        self.points = <int *> calloc(max(1, self.weights), sizeof(int))
        if self.points == NULL:
            raise MemoryError
        self.singles = _bit_sets([weight.singles for weight in test.weights], blocks)
        for number, weight in enumerate(test.weights):
            self.points[number] = weight.points
        self.others = [Table(weight.others, blocks) for weight in test.weights]


cdef class Phrases:
    """What the rules of one language look for; `plan` is their plain form."""

    cdef readonly object plan
    cdef str language
    cdef int elements, blocks, lanes, rules, tongue
    cdef Table any
    cdef int *number_of  # element → the number of the anchor that it is in `any`, or -1
    cdef int *gap  # of each rule
    cdef int *tolerance
    cdef int *cost
    cdef list languages  # of each rule: those that it reads, or None
    cdef int *needs  # of each rule: its first bit set in `needed`; one more at the end
    cdef Bits *needed
    cdef tuple weighing
    cdef int need[LANES_MAX]
    cdef dict evidence  # element → [lane, points, …]
    cdef Word start, end, idle
    cdef dict tables, scales, idle_runs
    cdef frozenset idle_words

    def __dealloc__(self):
        free(self.number_of)
        free(self.gap)
        free(self.needed)

    def __init__(self, plan, int tongue):
        cdef int at
        if not 0 <= tongue < TONGUES_MAX:
            raise ValueError(f"language {tongue} of at most {TONGUES_MAX}")
        self.plan, self.tongue = plan, tongue
        self.elements = len(plan.elements)
        self.blocks = (self.elements + 63) // 64
        self.rules = len(plan.tests)
        self.any = Table(plan.any, self.blocks)
        self.tables, self.scales, self.idle_runs = {}, {}, {}
        self.number_of = <int *> malloc(max(1, self.elements) * sizeof(int))
        self.gap = <int *> malloc((4 * self.rules + 1) * sizeof(int))
        if not (self.number_of and self.gap):
            raise MemoryError
        memset(self.number_of, 0xFF, self.elements * sizeof(int))
        for at in range(self.any.anchors):
            self.number_of[self.any.anchor[at]] = at
        self.tolerance = self.gap + self.rules
        self.cost = self.tolerance + self.rules
        self.needs = self.cost + self.rules
        self.needed = _bit_sets([mask for test in plan.tests for mask in test.needed], self.blocks)
        self.needs[0] = 0
        for at, test in enumerate(plan.tests):
            self.needs[at + 1] = self.needs[at] + len(test.needed)
        self.languages = [test.rule.languages or None for test in plan.tests]
        self.language = plan.language
        for at, test in enumerate(plan.tests):
            limits = test.limits
            self.gap[at], self.tolerance[at] = limits.gap, limits.tolerance
            self.cost[at] = limits.cost
        self._file_evidence()
        self.idle = self._word(IDLE, 1)
        self.start, self.end = self.word(plan.start), self.word(plan.end)

    def _file_evidence(self):
        """What each element adds, at most, to the points of the rules that only weigh evidence."""
        self.weighing = tuple(self.plan.weighing)
        self.lanes = min(LANES_MAX, len(self.weighing))
        self.evidence = {}
        cdef int lane
        for lane in range(self.lanes):
            test = self.plan.tests[self.weighing[lane]]
            self.need[lane] = test.rule.need
            for weight in test.weights:
                if weight.points > 0:
                    for element, shelf in weight.index.shelves.items():
                        held = {each[1] for rows in shelf.rows.values() for each in rows}
                        pairs = self.evidence.setdefault(element, {})
                        pairs[lane] = pairs.get(lane, 0) + weight.points * len(held)

    cdef Word word(self, plain):
        """A word, made ready; equal ones are mostly one object."""
        if not plain:
            return self.idle
        kept = plain.compiled
        if kept is None:
            kept = plain.compiled = self._word(plain, plain.lone_edits)
        return <Word> kept

    cdef Word _word(self, plain, int lone_edits):
        cdef Word word = Word.__new__(Word)
        cdef int at = 0
        elements = sorted(plain)
        anchors = [one for one in elements if self.number_of[<int> one] >= 0]
        lanes = {}
        for one in elements:
            for lane, points in self.evidence.get(one, {}).items():
                lanes[lane] = lanes.get(lane, 0) + points
        word.size, word.anchors, word.lanes = len(elements), len(anchors), len(lanes)
        word.lone_edits, word.plain = lone_edits, plain
        word.numbers = <int *> malloc(
            max(1, 2 * word.size + word.anchors + 2 * word.lanes) * sizeof(int)
        )
        if word.numbers == NULL:
            raise MemoryError
        word.edits = word.numbers + word.size
        word.anchor = word.edits + word.size
        word.lane = word.anchor + word.anchors
        for at in range(word.size):
            word.numbers[at], word.edits[at] = elements[at], plain[elements[at]]
        for at in range(word.anchors):
            word.anchor[at] = self.number_of[<int> anchors[at]]
        for at, (lane, points) in enumerate(lanes.items()):
            word.lane[2 * at], word.lane[2 * at + 1] = lane, points
        if word.size > FEW:
            word.bits = <Bits *> calloc(self.blocks, sizeof(Bits))
            if word.bits == NULL:
                raise MemoryError
            for at in range(word.size):
                word.bits[word.numbers[at] >> 6] |= 1ULL << (word.numbers[at] & 63)
        return word

    cdef Run run(self, Chunk chunk):
        """A chunk in this language."""
        cdef Run run
        if chunk.runs[self.tongue] != NULL:
            return <Run> chunk.runs[self.tongue]
        if chunk.plain and self._is_idle(chunk.text):
            run = self.idle_runs[1, ()]
        elif chunk.base is None:
            run = self._run(self.plan.reader.read(chunk.text))
        else:
            run = self.run(chunk.base)
            if chunk.ends:
                run = self._ended(run, chunk)
        Py_INCREF(run)
        chunk.runs[self.tongue] = <PyObject *> run
        return run

    cdef bint _is_idle(self, str word) except -1:
        """Whether a plain word means nothing to the rules, seen without reading it."""
        if self.idle_words is None:  # made with the first text of the language, not before
            self.idle_words = self.plan.reader.idle_words
            self._run(Reading((IDLE,)))
        return word in self.idle_words

    cdef Run _ended(self, Run run, Chunk chunk):
        """A run as it is at the end of a sentence."""
        kept = self.idle_runs.get((run.size, (run.size,))) if run.idle else None
        if kept is None:
            kept = self._run(self.plan.reader.read(chunk.text))
        return <Run> kept

    def readings(self, list chunks):
        """The readings of the chunks of a text."""
        return [self.run(<Chunk> chunk).reading for chunk in chunks]

    cdef Run _run(self, reading):
        cdef Run run
        words = reading.words
        idle = not (reading.fragment or any(words))
        if idle and len(words) < FEW:  # one object for equal ones
            kept = self.idle_runs.get((len(words), reading.ends))
            if kept is not None:
                return <Run> kept
        run = Run.__new__(Run)
        run.reading = reading
        run.words = tuple([self.word(plain) for plain in words])
        run.size = len(run.words)
        run.ends = reading.ends
        run.fragment, run.idle = reading.fragment, idle
        if idle and run.size < FEW and len(run.ends) < FEW:
            self.idle_runs[len(words), run.ends] = run
        return run

    cdef Table table(self, index):
        # The plan keeps its indexes for as long as this object lives: an id is one of them.
        kept = self.tables.get(id(index))
        if kept is None:
            kept = self.tables[id(index)] = Table(index, self.blocks)
        return <Table> kept

    cdef Scale scale(self, test):
        kept = self.scales.get(id(test))
        if kept is None:
            kept = self.scales[id(test)] = Scale(test, self.blocks)
        return <Scale> kept

    cdef bint reads(self, int rule, str language):
        """Whether a rule reads texts of a language."""
        languages = self.languages[rule]
        return languages is None or language in languages

    def page(self, list chunks, str language, line_ends, *, bint whole):
        """The words of a text of a language."""
        cdef Page page = Page.__new__(Page)
        cdef int at, place = 1, size = 2, fragments = 0
        cdef Run run
        page.phrases, page.language, page.line_ends = self, language, line_ends
        page.foreign = language not in (self.language, "und")
        page.runs = []
        for chunk in chunks:
            run = self.run(<Chunk> chunk)
            page.runs.append(run)
            size += run.size
            fragments += run.fragment
        page.total = size
        page.words = <PyObject **> malloc(size * sizeof(PyObject *))
        if page.words == NULL:
            raise MemoryError
        page.words[0] = <PyObject *> self.start
        page.words[size - 1] = <PyObject *> (self.end if whole else self.idle)
        for run in page.runs:
            for at in range(run.size):
                page.words[place] = PyTuple_GET_ITEM(run.words, at)
                place += 1
        page.joined = {}
        if fragments:
            page._join([(<Chunk> chunk).text for chunk in chunks])
        return page


cdef inline bint _neighboured(
    PyObject **words, int total, int place, Row *row, int *element, int gap
) noexcept:
    """Whether a row whose anchor stands at a place has the anchor's neighbours near it."""
    cdef int at, wanted
    if row.anchor > 0:
        wanted = element[row.first + row.anchor - 1]
        for at in range(max(0, place - gap - 1), place):
            if (<Word> words[at]).has(wanted):
                break
        else:
            return False
    if row.anchor + 1 < row.size:
        wanted = element[row.first + row.anchor + 1]
        for at in range(place + 1, min(total, place + gap + 2)):
            if (<Word> words[at]).has(wanted):
                return True
        return False
    return True


cdef struct Standing:
    int first  # of its stands
    int count


cdef class Page:
    """The words of one text: see `rules.page.Page`."""

    cdef readonly str language
    cdef readonly dict joined
    cdef Phrases phrases
    cdef list runs, others
    cdef object line_ends
    cdef bint foreign
    cdef int total
    cdef PyObject **words
    cdef Bits *present  # the elements of all words, and behind them those without an edit
    cdef Bits *exact
    cdef int *sentence  # of each word, counted from 0
    cdef int *number_of  # element → 1 + the number of its standing; 0: not looked for yet
    cdef Standing *standings
    cdef Stand *stands
    cdef Trail *trail
    cdef Trail *longer
    cdef int standings_held, standings_size, stands_held, stands_size

    def __dealloc__(self):
        free(self.words)
        free(self.present)
        free(self.sentence)
        free(self.number_of)
        free(self.standings)
        free(self.stands)
        free(self.trail)

    cdef _join(self, list texts):
        """Puts words together that were written in two."""
        self.others = []
        for place, plain in self.phrases.plan.reader.parts(texts, [run.reading for run in self.runs]):
            before = <Word> self.words[<int> place]
            word = self.phrases.word(self.phrases.plan.reader.either(plain, before.plain))
            self.others.append(word)
            self.words[<int> place] = <PyObject *> word
            self.joined[place] = place - 1

    cdef int _look_at_words(self) except -1:
        """Makes `present` and `exact`."""
        cdef int blocks = self.phrases.blocks, place, at, one
        cdef Word word
        self.present = <Bits *> calloc(2 * blocks + 1, sizeof(Bits))
        if self.present == NULL:
            raise MemoryError
        self.exact = self.present + blocks
        for place in range(self.total):
            word = <Word> self.words[place]
            for at in range(word.size):
                one = word.numbers[at]
                self.present[one >> 6] |= 1ULL << (one & 63)
                if not word.edits[at]:
                    self.exact[one >> 6] |= 1ULL << (one & 63)
        return 0

    cdef int _count_sentences(self) except -1:
        """Makes `sentence`."""
        cdef int at, place = 1, number = 0
        cdef Run run
        self.sentence = <int *> calloc(self.total, sizeof(int))
        if self.sentence == NULL:
            raise MemoryError
        begins = []
        for run in self.runs:
            if self.line_ends:
                begins.append(place)
            for end in run.ends:
                self.sentence[place + <int> end] = 1
            place += run.size
        begins.append(place)
        for line in self.line_ends:
            self.sentence[<int> begins[line]] = 1
        for at in range(self.total):
            number += self.sentence[at]
            self.sentence[at] = number
        return 0

    cdef inline bint _parted(self, int place, int following) except -1:
        if self.sentence == NULL:
            self._count_sentences()
        return self.sentence[place] != self.sentence[following]

    cdef inline bint _holds(self, int element) except -1:
        """Whether an element stands somewhere."""
        if self.present == NULL:
            self._look_at_words()
        return (self.present[element >> 6] >> (element & 63)) & 1

    cdef Standing _standing(self, int element) except *:
        """Where an element stands: looked for once."""
        cdef Standing found
        cdef Word word
        cdef int place, at
        if self.number_of == NULL:
            self.number_of = <int *> calloc(self.phrases.elements, sizeof(int))
            self.trail = <Trail *> malloc(2 * self.total * sizeof(Trail))
            if not (self.number_of and self.trail):
                raise MemoryError
            self.longer = self.trail + self.total
        if self.number_of[element]:
            return self.standings[self.number_of[element] - 1]
        found.first = self.stands_held
        for place in range(self.total):
            word = <Word> self.words[place]
            if word.has(element):
                if self.stands_held == self.stands_size:
                    self._make_room()
                self.stands[self.stands_held].place = place
                self.stands[self.stands_held].edits = word.edits_of(element)
                self.stands_held += 1
        found.count = self.stands_held - found.first
        if self.standings_held == self.standings_size:
            self._make_room()
        self.standings[self.standings_held] = found
        self.standings_held += 1
        self.number_of[element] = self.standings_held
        return found

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

    cdef inline int _idle(self, int place, int following) except -1:
        cdef int idle = following - place - 1
        return idle - 1 if idle and self.joined and following in self.joined else idle

    cdef bint _may_stand(self, Row *row, int *elements, int gap) except -1:
        cdef Standing at = self._standing(elements[row.first + row.anchor])
        cdef int one
        if self.joined:
            gap += 1  # the first part of a word written in two is not idle
        for one in range(at.first, at.first + at.count):
            if _neighboured(self.words, self.total, self.stands[one].place, row, elements, gap):
                return True
        return False

    cdef int _sites(
        self, Row *row, int *elements, int gap, int tolerance, int most
    ) except -1:
        """The cheapest way to each place where a row ends in the text: so many, in `trail`."""
        cdef int edit_cost = NEVER if self.foreign else EDIT_COST
        cdef int key, at, number, found = 0
        cdef Standing where
        cdef Stand *stand
        if not self._may_stand(row, elements, gap):
            return 0
        for key in range(2):
            if row.keys[key] >= 0 and not self._holds(row.keys[key]):
                return 0
        where = self._standing(elements[row.first])
        for at in range(where.first, where.first + where.count):
            stand = &self.stands[at]
            if stand.edits * edit_cost > most or stand.edits > tolerance:
                continue
            if row.size == 1 and stand.edits > (<Word> self.words[stand.place]).lone_edits:
                continue
            self.trail[found].place = self.trail[found].begin = stand.place
            self.trail[found].cost = stand.edits * edit_cost
            found += 1
        for number in range(1, row.size):
            if not found:
                return 0
            where = self._standing(elements[row.first + number])
            found = self._go_on(found, where, gap, tolerance, most, edit_cost)
        return found

    cdef int _go_on(
        self, int found, Standing where, int gap, int tolerance, int most, int edit_cost
    ) except -1:
        """Leads the `found` trails on to the places of the next element; so many are left."""
        cdef Stand *stand = self.stands + where.first
        cdef Trail *trail
        cdef int lowest = 0, one, at, idle, cost, begin
        for at in range(where.count):
            self.longer[at].cost, self.longer[at].begin = NEVER, 0
        for one in range(found):
            trail = &self.trail[one]
            while lowest < where.count and stand[lowest].place <= trail.place:
                lowest += 1
            for at in range(lowest, where.count):
                idle = self._idle(trail.place, stand[at].place)
                if idle > (gap if trail.place else 0):
                    break
                if stand[at].edits > tolerance:
                    continue
                if idle and (
                    stand[at].place == self.total - 1 or self._parted(trail.place, stand[at].place)
                ):
                    continue
                cost = trail.cost + stand[at].edits * edit_cost + idle * IDLE_COST
                begin = trail.begin or stand[at].place
                if cost <= most and (
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

    cdef tuple _site(self, int at):
        cdef Trail *trail = &self.trail[at]
        return trail.cost, trail.begin, min(trail.place, self.total - 2)

    # --- rows of an index -------------------------------------------------------------------------

    def has(self, index, limits):
        """Whether a phrase of an index stands in the text."""
        cdef Table table = self.phrases.table(index)
        cdef int number, at
        cdef int gap, tolerance, most
        if not self._meets(table.mask):
            return False
        gap, tolerance, most = limits.gap, limits.tolerance, limits.cost
        for number in range(table.anchors):
            if self._holds(table.anchor[number]):
                for at in range(table.start[number], table.start[number + 1]):
                    if self._sites(&table.row[at], table.element, gap, tolerance, most):
                        return True
        return False

    def every(self, index, limits):
        """Each phrase of an index that stands in the text, by number, with each of its sites."""
        return self._every(self.phrases.table(index), limits.gap, limits.tolerance, limits.cost)

    cdef list _every(self, Table table, int gap, int tolerance, int most):
        cdef int number, at, one, found
        cdef list sites = []
        if not self._meets(table.mask):
            return sites
        for number in range(table.anchors):
            if self._holds(table.anchor[number]):
                for at in range(table.start[number], table.start[number + 1]):
                    found = self._sites(&table.row[at], table.element, gap, tolerance, most)
                    for one in range(found):
                        sites.append((table.row[at].phrase, self._site(one)))
        return sites

    def ways(self):
        """Where phrases of `any` stand: for the number of a rule, sites with the phrase's number."""
        cdef Phrases phrases = self.phrases
        cdef Table any = phrases.any
        cdef dict ways = {}
        cdef Word word
        cdef Row *row
        cdef int place, at, number, each, one, found
        cdef Bits *done = <Bits *> calloc((any.anchors >> 6) + 1, sizeof(Bits))
        if done == NULL:
            raise MemoryError
        try:
            for place in range(self.total):
                word = <Word> self.words[place]
                for at in range(word.anchors):
                    number = word.anchor[at]
                    if done[number >> 6] >> (number & 63) & 1:
                        continue
                    done[number >> 6] |= 1ULL << (number & 63)
                    for each in range(any.start[number], any.start[number + 1]):
                        row = &any.row[each]
                        found = self._sites(
                            row,
                            any.element,
                            phrases.gap[row.rule],
                            phrases.tolerance[row.rule],
                            phrases.cost[row.rule],
                        )
                        if found and self._is_possible(row.rule):
                            sites = ways.setdefault(row.rule, [])
                            for one in range(found):
                                sites.append((self._site(one), row.phrase))
        finally:
            free(done)
        return ways

    cdef bint _is_possible(self, int rule) except -1:
        """Whether the text holds what a rule needs beside its phrase, wherever it stands."""
        cdef Phrases phrases = self.phrases
        cdef int number
        if not phrases.reads(rule, self.language):
            return False
        for number in range(phrases.needs[rule], phrases.needs[rule + 1]):
            if not self._meets(phrases.needed + number * phrases.blocks):
                return False
        return True

    cdef bint _meets(self, Bits *elements) except -1:
        """Whether one of these elements stands in the text."""
        cdef int block
        if self.present == NULL:
            self._look_at_words()
        for block in range(self.phrases.blocks):
            if elements[block] & self.present[block]:
                return True
        return False

    # --- evidence ---------------------------------------------------------------------------------

    def weighed(self):
        """The numbers of the rules without `any` whose evidence comes to what they need."""
        cdef Phrases phrases = self.phrases
        cdef Word word
        cdef int lanes[LANES_MAX]
        cdef int place, at, lane
        if not phrases.weighing:
            return []
        memset(lanes, 0, sizeof(lanes))
        for place in range(self.total):
            word = <Word> self.words[place]
            for at in range(word.lanes):
                lanes[word.lane[2 * at]] += word.lane[2 * at + 1]
        enough = []
        for lane, number in enumerate(phrases.weighing):
            if lane < phrases.lanes and lanes[lane] < phrases.need[lane]:
                continue
            test = phrases.plan.tests[number]
            if phrases.reads(number, self.language) and self.points(test) >= test.rule.need:
                enough.append(number)
        return enough

    def points(self, test):
        """What the evidence of a rule comes to."""
        cdef Scale scale = self.phrases.scale(test)
        limits = test.limits
        cdef int gap = limits.gap, tolerance = limits.tolerance, most = limits.cost
        cdef int total = 0, number, count
        self._holds(0)
        for number in range(scale.weights):
            count = self._singles(scale.singles + number * scale.blocks, tolerance, most)
            count += self._phrases(<Table> scale.others[number], gap, tolerance, most)
            total += scale.points[number] * count
        return total

    cdef int _singles(self, Bits *elements, int tolerance, int most) except -1:
        """How many of these elements stand in the text, each as a phrase by itself."""
        cdef int count = 0, block
        cdef Bits doubtful
        for block in range(self.phrases.blocks):
            if elements[block]:
                count += popcount(elements[block] & self.exact[block])
                doubtful = elements[block] & self.present[block] & ~self.exact[block]
                while doubtful:
                    count += self._stands_alone(
                        64 * block + popcount((doubtful & -doubtful) - 1), tolerance, most
                    )
                    doubtful &= doubtful - 1
        return count

    cdef bint _stands_alone(self, int element, int tolerance, int most) except -1:
        """Whether an element stands in the text as a phrase by itself."""
        cdef Standing where = self._standing(element)
        cdef int edit_cost = NEVER if self.foreign else EDIT_COST
        cdef int at, edits
        for at in range(where.first, where.first + where.count):
            edits = self.stands[at].edits
            if (
                edits * edit_cost <= most
                and edits <= tolerance
                and edits <= (<Word> self.words[self.stands[at].place]).lone_edits
            ):
                return True
        return False

    cdef int _phrases(self, Table table, int gap, int tolerance, int most) except -1:
        """How many phrases of a table stand in the text."""
        cdef int number, at
        cdef set found
        if not self._meets(table.mask):
            return 0
        found = set()
        for number in range(table.anchors):
            if self._holds(table.anchor[number]):
                for at in range(table.start[number], table.start[number + 1]):
                    if self._sites(&table.row[at], table.element, gap, tolerance, most):
                        found.add(table.row[at].phrase)
        return len(found)

    # --- words ------------------------------------------------------------------------------------

    def standing(self, int element):
        """The places where an element stands, in order."""
        cdef Standing where = self._standing(element)
        cdef int at
        return [self.stands[at].place for at in range(where.first, where.first + where.count)]

    def parted(self, int place, int following):
        """Whether a sentence ends between two words."""
        return bool(self._parted(place, following))

    def tagged(self, int first, int last):
        """Whether all of these words stand in hashtags."""
        cdef int at, place = 1
        cdef Run run
        for at in range(PyList_GET_SIZE(self.runs)):
            run = <Run> PyList_GET_ITEM(self.runs, at)
            if place <= last and place + run.size > first and not run.reading.tagged:
                return False
            place += run.size
        return True


cdef class Chunks:
    """Makes the chunks of texts: see `rules.page.Chunks`.

    That "Power," and "POWER!" are "power" is seen here: what is new is mostly a word known before.
    """

    cdef object code_of
    cdef dict known, young, old  # two generations, as `rules.memo.Memo` has them
    cdef Py_ssize_t limit
    cdef Chunk link

    def __init__(self, code_of, dict known, Py_ssize_t limit):
        self.code_of, self.known, self.limit = code_of, known, limit
        self.young, self.old = {}, {}
        self.link = Chunk("https://t.co/", 0)

    @property
    def held(self):
        """How many chunks are remembered."""
        return len(self.young) + len(self.old)

    def of(self, str text):
        """The chunks of a text, in order."""
        cdef list found = text.split()
        cdef PyObject *known
        cdef int at
        for at in range(len(found)):
            chunk = found[at]
            known = PyDict_GetItemWithError(self.young, chunk)
            found[at] = <object> known if known != NULL else self._new(<str> chunk)
        return found

    cdef Chunk _new(self, str text):
        cdef Chunk chunk
        if text[0] == "@" and text[1:].isalnum():
            return Chunk(text, 0)
        if text.startswith(LINK_STARTS) and len(text) > 8:
            chunk = Chunk(text, 0)
            chunk.base = self.link
            return chunk
        cdef PyObject *kept = PyDict_GetItemWithError(self.old, text)
        if kept != NULL:
            chunk = <Chunk> kept
        else:
            chunk = self._made_of(text)
            # A word that is plain but for its signs needs no look at what it holds.
            if not (chunk.plain or chunk.base is not None and len(text) <= MEMO_LETTERS_MAX):
                if not is_kept(text):
                    return chunk
        if len(self.young) >= self.limit:
            self.old, self.young = self.young, {}
        self.young[text] = chunk
        return chunk

    cdef Chunk _made_of(self, str text):
        cdef Chunk chunk
        cdef str core = text.strip(SIGNS), word
        cdef PyObject *kept
        if not core.isalpha() or len(core) > MEMO_LETTERS_MAX:
            return Chunk(text, self.code_of(text))
        word = core.lower() if core.isascii() else fold(core)
        if not (word.isascii() and word.isalpha()):
            return Chunk(text, self.code_of(text))
        if word == text:
            chunk = Chunk(text, self.known.get(word, 0))
            chunk.plain = True
            return chunk
        kept = PyDict_GetItemWithError(self.young, word)
        cdef Chunk base = <Chunk> kept if kept != NULL else self._new(word)
        chunk = Chunk(text, base.code)
        chunk.base = base
        cdef str signs = text[len(text.rstrip(SIGNS)):]
        if "." in signs or "!" in signs or "…" in signs or ";" in signs:
            chunk.ends = ends_sentence(word, signs, "")
        return chunk


def code(list chunks, Bits votes):
    """The codes of the chunks of a text as one: `votes` are summed, flags above them joined."""
    cdef Bits total = 0, flags = 0
    for chunk in chunks:
        total += (<Chunk> chunk).code & votes
        flags |= (<Chunk> chunk).code
    return total & votes | flags & ~votes


# --- spelling -------------------------------------------------------------------------------------

DEF LETTERS_MAX = 64
DEF HEAD_LETTERS = 7
cdef Bits MULTIPLIER = 0x9E3779B97F4A7C15ULL  # odd, its bits well mixed (Knuth's golden ratio)


cdef struct Filed:
    Bits spelling  # hashed: what is found is compared anyway; 0: free
    int word


cdef class Filing:
    """Words under hashed spellings, several under one: a hash table with linear probing."""

    cdef Filed *slots
    cdef Bits size, held

    def __dealloc__(self):
        free(self.slots)

    def __init__(self, Bits entries):
        self.size = 64
        while self.size < 2 * entries:
            self.size *= 2
        self.slots = <Filed *> calloc(self.size, sizeof(Filed))
        if self.slots == NULL:
            raise MemoryError

    cdef void put(self, Bits spelling, int word) noexcept:
        cdef Bits at = (spelling >> 20) & (self.size - 1)
        while self.slots[at].spelling:
            if self.slots[at].spelling == spelling and self.slots[at].word == word:
                return
            at = (at + 1) & (self.size - 1)
        self.slots[at].spelling, self.slots[at].word = spelling, word


cdef inline Bits _hashed(const unsigned int *word, int letters, int but, int but_too) noexcept:
    """The hash of a word without up to two of its letters (-1: with all of them); never 0."""
    cdef Bits spelling = 1
    cdef int at
    for at in range(letters):
        if at != but and at != but_too:
            spelling = (spelling ^ word[at]) * MULTIPLIER
    return spelling or 1


cdef int _apart(
    const unsigned int *one, int letters, const unsigned int *other, int others, int most
) noexcept:
    """How many edits separate two words, or more than `most`: optimal string alignment."""
    cdef int rows[3][LETTERS_MAX + 1]
    cdef int i, j, cost, best, least
    if abs(letters - others) > most:
        return most + 1
    for j in range(others + 1):
        rows[0][j] = j
    for i in range(1, letters + 1):
        rows[i % 3][0] = least = i
        for j in range(1, others + 1):
            cost = one[i - 1] != other[j - 1]
            best = rows[(i - 1) % 3][j - 1] + cost
            best = min(best, rows[(i - 1) % 3][j] + 1)
            best = min(best, rows[i % 3][j - 1] + 1)
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                best = min(best, rows[(i - 2) % 3][j - 2] + 1)
            rows[i % 3][j] = best
            least = min(least, best)
        if least > most + 1:  # a swap may look back two rows
            return most + 1
    return rows[letters % 3][others]


cdef class Typos:
    """Finds the known words that are one edit from a typed one, or else two: see `rules.typos`."""

    cdef list words
    cdef int *first  # of the letters of each word; one more at the end
    cdef unsigned int *letters
    cdef Filing deletes, heads

    def __dealloc__(self):
        free(self.first)
        free(self.letters)

    def __init__(self, words):
        cdef int number, at, other, letters, size
        cdef unsigned int *word_at
        self.words = [
            word for word in dict.fromkeys(words) if tolerance(word) and len(word) <= LETTERS_MAX
        ]
        self.first = <int *> malloc((len(self.words) + 1) * sizeof(int))
        self.letters = <unsigned int *> malloc(max(1, sum(map(len, self.words))) * sizeof(int))
        if not (self.first and self.letters):
            raise MemoryError
        size = 0
        for number, word in enumerate(self.words):
            self.first[number] = size
            for letter in <str> word:  # code points
                self.letters[size] = ord(letter)
                size += 1
        self.first[len(self.words)] = size
        self.deletes = Filing(size + len(self.words))
        self.heads = Filing(29 * len(self.words))  # 7 letters, less none, one or two of them
        for number in range(len(self.words)):
            word_at = self.letters + self.first[number]
            letters = self.first[number + 1] - self.first[number]
            for at in range(-1, letters):
                self.deletes.put(_hashed(word_at, letters, at, -1), number)
            if tolerance(self.words[number]) == 2:
                letters = min(letters, HEAD_LETTERS)
                for at in range(-1, letters):
                    for other in range(at, letters):
                        if other > at or at < 0:
                            self.heads.put(_hashed(word_at, letters, at, other), number)

    def near(self, str typed):
        """The nearest known words, in order, and how many edits away they are."""
        cdef unsigned int letters[LETTERS_MAX]
        cdef int size = len(typed), at = 0, other, head
        if size > LETTERS_MAX:
            return [], 1
        for letter in typed:
            letters[at] = ord(letter)
            at += 1
        found = set()
        for at in range(-1, size):
            self._look(self.deletes, _hashed(letters, size, at, -1), letters, size, 1, found)
        if found or size < 5:
            return sorted(found), 1
        head = min(size, HEAD_LETTERS)
        for at in range(-1, head):
            for other in range(at, head):
                if other > at or at < 0:
                    self._look(self.heads, _hashed(letters, head, at, other), letters, size, 2, found)
        return sorted(found), 2

    cdef int _look(
        self, Filing filing, Bits spelling, const unsigned int *typed, int size, int edits, set found
    ) except -1:
        """Puts the words under a spelling to those found that are just so many edits away."""
        cdef Bits at = (spelling >> 20) & (filing.size - 1)
        cdef int number, letters
        cdef const unsigned int *known
        while filing.slots[at].spelling:
            if filing.slots[at].spelling == spelling:
                number = filing.slots[at].word
                known = self.letters + self.first[number]
                letters = self.first[number + 1] - self.first[number]
                if (
                    (edits == 1 or known[0] == typed[0] or letters >= 6)
                    and _apart(typed, size, known, letters, edits) == edits
                ):
                    found.add(self.words[number])
            at = (at + 1) & (filing.size - 1)
        return 0
