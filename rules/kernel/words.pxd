cimport cython
from rules.kernel.neighbours cimport Nears, Neighbours
from rules.kernel.spelling cimport Bits


cdef inline Bits gist_of(int element) noexcept:
    """The bit of an element in the gist of words."""
    return 1ULL << (<unsigned int> element * 0x9E3779B1U >> 26)  # Knuth's golden ratio


cdef struct Clue:
    int lane  # the rule that only weighs evidence
    int weight
    int points
    int anchor  # among those of the weight's longer phrases; -1: a phrase of one word
    int rows  # of the anchor


cdef enum:
    LANE_BITS = 7


cdef inline int clue_at(int number, int lane) noexcept:
    """The number of a clue and its lane as one: what is in no open lane need not be looked up."""
    return number << LANE_BITS | lane


cdef inline Bits summed(Bits one, Bits other) noexcept:
    """Two rows of eight counts as one; a count of more than 127 is 127."""
    cdef Bits sum = one + other, over
    over = sum & 0x8080808080808080ULL
    return (sum | (over - (over >> 7))) & 0x7F7F7F7F7F7F7F7FULL


@cython.final
cdef class Word:
    # First what each text asks for: the rest lies in another line of memory.
    cdef Nears held  # which neighbours of anchors it is
    cdef Bits hints  # the most points that it may be worth to each lane, by eight of them
    cdef Bits *bits
    cdef int *numbers  # elements, their edits, anchors, clues: one block
    cdef int *anchor
    cdef int *clue  # each as `clue_at` has it
    cdef int size, anchors, clues
    cdef bint sure  # no element needs an edit
    cdef Nears before, after  # where it is an anchor, those that must stand there
    cdef void *nears  # where all three are
    cdef int reach  # the most idle words between
    cdef bint alone  # a phrase of an anchor has no other word
    cdef int *edits
    cdef int lowest, highest  # the blocks of `bits` that are not empty, of those that texts are asked
    cdef int asked  # how many elements texts are asked for: the first ones
    cdef int lone_edits
    cdef Bits gist  # of the elements, each as one bit of few: what is not there is not held
    cdef bint weighs  # a clue of it speaks for its rule

    cdef inline bint has(self, int element) noexcept:
        cdef int at
        if self.bits != NULL:
            return (self.bits[element >> 6] >> (element & 63)) & 1
        for at in range(self.size):
            if self.numbers[at] == element:
                return True
        return False

    cdef inline void put(self, Bits *elements) noexcept:
        """Puts the elements of the word that texts are asked for to a bit set."""
        cdef int at
        if self.bits != NULL and self.highest - self.lowest < 3 * self.asked:
            for at in range(self.lowest, self.highest + 1):
                elements[at] |= self.bits[at]
            return
        for at in range(self.asked):
            elements[self.numbers[at] >> 6] |= 1ULL << (self.numbers[at] & 63)

    cdef inline void put_exact(self, Bits *elements) noexcept:
        """Puts those without an edit."""
        cdef int at
        if self.sure:
            self.put(elements)
            return
        for at in range(self.asked):
            if not self.edits[at]:
                elements[self.numbers[at] >> 6] |= 1ULL << (self.numbers[at] & 63)

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


cdef class Words:
    cdef int blocks, asked_blocks
    cdef Neighbours neighbours
    cdef Bits *near  # where the neighbours of a word are put together: empty between two
    cdef int *number_of
    cdef Clue *clue
    cdef int *clue_of  # by element: its first clue; one more at the end
    cdef Bits *meant  # where words are made: empty between two
    cdef dict elements_of, shared
    cdef dict first_of  # by kind and spelling of an atom: where its elements begin in `element`
    cdef int *element
    cdef Word idle

    cdef int _file(self, dict clues, int elements) except -1
    cdef int _file_elements(self) except -1
    cdef Word of_plain(self, plain)
    cdef Word of_atoms(self, dict atoms)
    cdef Word _of_atoms(self, dict atoms)
    cdef Word _of_edits(self, dict edits_of, int lone_edits)
    cdef Word meaning(self, list atoms, int edits, int lone_edits)
    cdef list _firsts(self, list atoms)
    cdef Word _of_firsts(self, list firsts, int edits, int lone_edits)
    cdef Word _made(self, int low, int high, int edits, int *edits_of, int lone_edits)
    cdef void _note_clues(self, Word word, int element, int edits) noexcept
    cdef int _beside(self, Word word) except -1
    cdef void _hint(self, Word word) noexcept
    cdef Word either(self, Word one, Word other)
