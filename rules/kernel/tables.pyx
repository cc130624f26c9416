# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: freethreading_compatible=False
"""What rules look for, as rows of whole numbers: `rules.plan` and `rules.index` in compiled form."""

cimport cython
from libc.stdlib cimport calloc, free, malloc


@cython.final
cdef class Table:
    """An index: rows of phrases under their anchors, the rarest of their elements."""

    def __dealloc__(self):
        free(self.mask)
        free(self.anchor)
        free(self.start)
        free(self.row)
        free(self.element)

    def __init__(self, index, int blocks):
        self.blocks = blocks
        self.mask = bit_sets([index.mask], blocks)
        self.lowest = (index.mask & -index.mask).bit_length() - 1 >> 6 if index.mask else 0
        self.highest = index.mask.bit_length() - 1 >> 6 if index.mask else -1
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

    cdef int number_of(self, int element) noexcept:
        """The number of an anchor."""
        cdef int low = 0, high = self.anchors - 1, middle
        while low < high:
            middle = (low + high) >> 1
            if self.anchor[middle] < element:
                low = middle + 1
            else:
                high = middle
        return low


cdef Bits *bit_sets(list sets, int blocks) except NULL:
    """Bit sets one behind the other, each of so many blocks."""
    cdef int number, at
    cdef Bits *made = <Bits *> calloc(max(1, len(sets) * blocks), sizeof(Bits))
    if made == NULL:
        raise MemoryError
    for number, one in enumerate(sets):
        for at in range(blocks):
            made[number * blocks + at] = one >> 64 * at & 0xFFFFFFFFFFFFFFFF
    return made


@cython.final
cdef class Scale:
    """The evidence of a rule: of each weight the points, single elements, and other phrases."""

    def __dealloc__(self):
        free(self.points)
        free(self.singles)

    def __init__(self, test, int blocks):
        cdef int number
        self.weights, self.blocks = len(test.weights), blocks
        self.points = <int *> calloc(max(1, self.weights), sizeof(int))
        if self.points == NULL:
            raise MemoryError
        self.singles = bit_sets([weight.singles for weight in test.weights], blocks)
        for number, weight in enumerate(test.weights):
            self.points[number] = weight.points
        self.others = [Table(weight.others, blocks) for weight in test.weights]


@cython.final
cdef class Limit:
    """How far a row may be from the text: `rules.plan.Limits`."""

    def __init__(self, limits):
        self.gap, self.tolerance, self.cost = limits.gap, limits.tolerance, limits.cost


@cython.final
cdef class Context:
    """A circumstance told by cues: `rules.plan.Cues`."""

    def __init__(self, cues, Tables tables):
        self.before, self.after = tables.table(cues.before), tables.table(cues.after)
        self.around, self.anywhere = tables.table(cues.around), tables.table(cues.anywhere)
        self.stop = tables.table(cues.stop)
        self.limit, self.reach = Limit(cues.limits), cues.reach


@cython.final
cdef class Check:
    """A rule, and what a text must hold for it to fire: `rules.plan.Test`."""

    def __dealloc__(self):
        free(self.needed)

    def __init__(self, test, Tables tables):
        self.test, self.languages, self.limit = test, test.rule.languages or None, Limit(test.limits)
        self.needs, self.needed = len(test.needed), bit_sets(list(test.needed), tables.blocks)
        self.scale = Scale(test, tables.blocks) if test.weights else None
        self.need = test.rule.need
        self.all = [tables.table(index) for index in test.all]
        self.none = tables.table(test.none)
        self.near, self.not_near = tables.table(test.near), tables.table(test.not_near)
        self.is_near, self.is_not_near = bool(test.rule.near), bool(test.rule.not_near)
        self.reach = test.rule.reach
        self.when = [_applied(one, tables) for one in test.when]
        self.unless = [_applied(one, tables) for one in test.unless]


cdef object _applied(one, Tables tables):
    """A context, or a fact by its name."""
    return one if isinstance(one, str) else tables.context(one)


@cython.final
cdef class Tables:
    """The tables of a plan, each made once; the plan keeps its indexes, so an id is one of them."""

    def __init__(self, int blocks):
        self.blocks, self.tables, self.contexts = blocks, {}, {}

    cdef Table table(self, index):
        kept = self.tables.get(id(index))
        if kept is None:
            kept = self.tables[id(index)] = Table(index, self.blocks)
        return <Table> kept

    cdef Context context(self, cues):
        kept = self.contexts.get(id(cues))
        if kept is None:
            kept = self.contexts[id(cues)] = Context(cues, self)
        return <Context> kept
