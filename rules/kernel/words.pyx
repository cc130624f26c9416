# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: freethreading_compatible=False
"""What words stand for: elements of phrases, as sets of whole numbers."""

from cpython.dict cimport PyDict_GetItemWithError
from cpython.object cimport PyObject
cimport cython
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memset

from rules.kernel.neighbours cimport NEIGHBOURS_MAX, packed
from rules.kernel.rooms cimport let_go, room_of

from rules.reader import LONE_LETTERS_MIN as _LONE_LETTERS_MIN

cdef int FEW = 16  # so many elements are looked through about as fast as a bit set is asked
cdef int LONE_LETTERS_MIN = _LONE_LETTERS_MIN
cdef int SHARED_HELD = 16_384  # then they are forgotten, and made anew

cdef extern from *:
    int popcount "__builtin_popcountll"(Bits) noexcept
    int lowest_of "__builtin_ctzll"(Bits) noexcept


@cython.final
cdef class Word:
    """The elements that a word can stand for, by number, each with its edits."""

    def __bool__(self):
        return self.size > 0

    def __dealloc__(self):
        let_go(self.numbers)
        let_go(self.bits)
        let_go(self.nears)


cdef class Words:
    """Makes the words of a plan whose elements fill so many `blocks` of bit sets.

    Texts are asked for the elements of the first `asked_blocks`. `anchors` are the elements by
    which phrases are looked up, in order, `neighbours` what must stand beside them; `clues` are the
    lane, weight, points, anchor and rows of each `Clue`, under the number of its element.
    """

    def __dealloc__(self):
        free(self.number_of)
        free(self.clue)
        free(self.clue_of)
        free(self.meant)
        free(self.near)
        free(self.element)

    def __init__(
        self,
        dict elements_of,
        list anchors,
        Neighbours neighbours,
        dict clues,
        int blocks,
        int asked_blocks,
    ):
        cdef int at, elements = 64 * blocks
        self.neighbours = neighbours
        self.elements_of, self.shared = elements_of, {}
        self.blocks, self.asked_blocks = blocks, asked_blocks
        self.number_of = <int *> malloc(max(1, elements) * sizeof(int))
        self.clue_of = <int *> calloc(elements + 1, sizeof(int))
        self.clue = <Clue *> malloc(max(1, sum(map(len, clues.values()))) * sizeof(Clue))
        self.meant = <Bits *> calloc(max(1, blocks), sizeof(Bits))
        self.near = <Bits *> calloc(3 * (NEIGHBOURS_MAX >> 6), sizeof(Bits))
        if not (self.number_of and self.clue_of and self.clue and self.meant and self.near):
            raise MemoryError
        for at in range(elements):
            self.number_of[at] = -1
        for at, anchor in enumerate(anchors):
            self.number_of[<int> anchor] = at
        self._file(clues, elements)
        self.idle = self._made(0, 0, 0, NULL, 1)

    cdef int _file(self, dict clues, int elements) except -1:
        """Numbers the clues, element by element."""
        cdef int element, number = 0
        for element in range(elements):
            self.clue_of[element] = number
            for lane, weight, points, anchor, rows in clues.get(element, ()):
                self.clue[number] = Clue(lane, weight, points, anchor, rows)
                number += 1
        self.clue_of[elements] = number
        return 0

    cdef int _file_elements(self) except -1:
        """Puts the elements of all atoms side by side."""
        cdef int at = 0, one
        self.first_of = {}
        self.element = <int *> malloc(
            (1 + len(self.elements_of) + sum(map(len, self.elements_of.values()))) * sizeof(int)
        )
        if self.element == NULL:
            raise MemoryError
        for atom, elements in self.elements_of.items():
            self.first_of.setdefault(atom.kind, {})[atom.spelling] = at
            self.element[at] = len(elements)
            at += 1
            for one in elements:
                self.element[at] = one
                at += 1
        return 0

    cdef Word of_plain(self, plain):
        """A word of the plain form, by its elements."""
        return self._of_edits(dict(plain), plain.lone_edits)

    cdef Word of_atoms(self, dict atoms):
        """A word that stands for some atoms, each with its edits: equal ones are mostly one object."""
        cdef tuple key = tuple(atoms.items())
        cdef PyObject *kept = PyDict_GetItemWithError(self.shared, key)
        if kept != NULL:
            return <Word> kept
        if len(self.shared) >= SHARED_HELD:
            self.shared.clear()
        meant = self.shared[key] = self._of_atoms(atoms)
        return meant

    cdef Word _of_atoms(self, dict atoms):
        cdef dict edits_of = {}
        cdef bint short = False
        cdef int most = max(atoms.values(), default=0)
        if not most:
            return self.meaning(list(atoms), 0, 2)
        for atom, edits in atoms.items():
            short = short or (edits > 1 and len(atom.spelling) < LONE_LETTERS_MIN)
            for element in self.elements_of.get(atom, ()):
                edits_of[element] = min(edits, edits_of.get(element, edits))
        return self._of_edits(edits_of, 1 if short else 2) if edits_of else self.idle

    cdef Word _of_edits(self, dict edits_of, int lone_edits):
        cdef int low = self.blocks, high = 0, one
        cdef int *edits = <int *> malloc(64 * max(1, self.blocks) * sizeof(int))
        if edits == NULL:
            raise MemoryError
        try:
            for element, some in edits_of.items():
                one = element
                self.meant[one >> 6] |= 1ULL << (one & 63)
                edits[one] = some
                low, high = min(low, one >> 6), max(high, (one >> 6) + 1)
            return self._made(low, high, 0, edits, lone_edits)
        finally:
            free(edits)

    cdef Word meaning(self, list atoms, int edits, int lone_edits):
        """A word that stands for these atoms, with so many edits."""
        return self._of_firsts(self._firsts(atoms), edits, lone_edits)

    cdef list _firsts(self, list atoms):
        """Where the elements of atoms begin in `element`."""
        cdef list firsts = []
        cdef PyObject *first
        cdef PyObject *of_kind
        if self.first_of is None:
            self._file_elements()
        for atom in atoms:
            kind, spelling = <tuple> atom  # which is hashed by itself: an atom is hashed anew
            of_kind = PyDict_GetItemWithError(self.first_of, kind)
            if of_kind == NULL:
                continue
            first = PyDict_GetItemWithError(<dict> of_kind, spelling)
            if first != NULL:
                firsts.append(<object> first)
        return firsts

    cdef Word _of_firsts(self, list firsts, int edits, int lone_edits):
        """A word that stands for the atoms whose elements begin there, with so many edits."""
        cdef int low = self.blocks, high = 0, at, one, first
        cdef int *element
        for first in firsts:
            element = self.element + first
            for at in range(1, element[0] + 1):
                one = element[at]
                self.meant[one >> 6] |= 1ULL << (one & 63)
                low, high = min(low, one >> 6), max(high, (one >> 6) + 1)
        return self._made(low, high, edits, NULL, lone_edits) if high else self.idle

    cdef Word _made(self, int low, int high, int edits, int *edits_of, int lone_edits):
        """The word of the elements in `meant`, which stand in its blocks from `low` to `high`.

        Leaves `meant` empty. The edits of all are in `edits_of`, or the same.
        """
        cdef Word word = Word.__new__(Word)
        cdef int block, one, size = 0, clues = 0, at = 0
        cdef Bits left
        for block in range(low, high):
            left = self.meant[block]
            if left:  # most are empty
                size += popcount(left)
            while left:
                one = 64 * block + lowest_of(left)
                clues += self.clue_of[one + 1] - self.clue_of[one]
                left &= left - 1
        word.numbers = <int *> room_of((3 * size + clues) * sizeof(int))
        word.edits, word.clue = word.numbers + size, word.numbers + 2 * size
        word.anchor = word.clue + clues
        word.size, word.lone_edits, word.sure = size, lone_edits, True
        if size > FEW:
            word.bits = <Bits *> room_of(self.blocks * sizeof(Bits))
            memset(word.bits, 0, self.blocks * sizeof(Bits))
            word.lowest, word.highest = low, min(high, self.asked_blocks) - 1
        for block in range(low, high):
            left = self.meant[block]
            self.meant[block] = 0
            if word.bits != NULL:
                word.bits[block] = left
            while left:
                one = 64 * block + lowest_of(left)
                left &= left - 1
                word.numbers[at] = one
                word.asked += block < self.asked_blocks
                word.gist |= gist_of(one)
                word.edits[at] = edits_of[one] if edits_of != NULL else edits
                word.sure = word.sure and not word.edits[at]
                if self.number_of[one] >= 0:
                    word.anchor[word.anchors] = self.number_of[one]
                    word.anchors += 1
                self._note_clues(word, one, word.edits[at])
                at += 1
        self._hint(word)
        if size:
            self._beside(word)
        return word

    cdef void _note_clues(self, Word word, int element, int edits) noexcept:
        """Notes the clues that a word is: one against a rule only where the word is meant surely."""
        cdef int number
        for number in range(self.clue_of[element], self.clue_of[element + 1]):
            if not edits or self.clue[number].points > 0:
                word.clue[word.clues] = clue_at(number, self.clue[number].lane)
                word.clues += 1
                word.weighs = word.weighs or self.clue[number].points > 0

    cdef void _hint(self, Word word) noexcept:
        """Makes the hints of a word: its points against a rule may not count."""
        cdef int most[8]
        cdef int at, lane
        cdef Clue *clue
        memset(most, 0, sizeof(most))
        for at in range(word.clues):
            clue = &self.clue[word.clue[at] >> LANE_BITS]
            if clue.points > 0:
                most[clue.lane & 7] += clue.points * (clue.rows if clue.anchor >= 0 else 1)
        for lane in range(8):
            word.hints |= <Bits> min(127, most[lane]) << 8 * lane

    cdef int _beside(self, Word word) except -1:
        """Notes which neighbours a word is, and which it needs where it is an anchor."""
        cdef Neighbours all = self.neighbours
        cdef int blocks = all.blocks, at, each, number, side, room = 0
        cdef Bits *near = self.near
        cdef Bits[3] filled  # by side, the blocks of it that are not empty
        cdef Nears *nears[3]
        memset(filled, 0, sizeof(filled))
        for at in range(word.size):
            number = all.number_of[word.numbers[at]]
            if number >= 0:
                near[number >> 6] |= 1ULL << (number & 63)
                filled[0] |= 1ULL << (number >> 6)
        for at in range(word.anchors):
            number = word.anchor[at]
            word.reach = max(word.reach, all.reach[number])
            word.alone = word.alone or all.alone[number]
            for side in range(2):
                for each in range(all.start[2 * number + side], all.start[2 * number + side + 1]):
                    near[(side + 1) * blocks + (all.number[each] >> 6)] |= (
                        1ULL << (all.number[each] & 63)
                    )
                    filled[side + 1] |= 1ULL << (all.number[each] >> 6)
        nears[0], nears[1], nears[2] = &word.held, &word.before, &word.after
        for side in range(3):
            room += packed(nears[side], near + side * blocks, filled[side], blocks, NULL)
        word.nears = room_of(room)
        room = 0
        for side in range(3):
            room += packed(
                nears[side], near + side * blocks, filled[side], blocks, <char *> word.nears + room
            )
            if filled[side]:
                memset(near + side * blocks, 0, blocks * sizeof(Bits))
        return 0

    cdef Word either(self, Word one, Word other):
        """A word that stands for what `one` and what `other` stands for."""
        cdef int low = self.blocks, high = 0, at, element
        cdef int *edits
        cdef Word word
        if not (one.size and other.size):
            return one if one.size else other
        edits = <int *> malloc(64 * max(1, self.blocks) * sizeof(int))
        if edits == NULL:
            raise MemoryError
        for word in (other, one):
            for at in range(word.size):
                element = word.numbers[at]
                self.meant[element >> 6] |= 1ULL << (element & 63)
                edits[element] = word.edits[at]
                low, high = min(low, element >> 6), max(high, (element >> 6) + 1)
        try:
            return self._made(low, high, 0, edits, min(one.lone_edits, other.lone_edits))
        finally:
            free(edits)
