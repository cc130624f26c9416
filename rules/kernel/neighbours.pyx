# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: freethreading_compatible=False
"""What must stand beside a phrase's rarest word: most texts are done with once that is asked.

Of each row of phrases one neighbour of its anchor is asked for, the rarer one. A word knows which
neighbours it is, and which it needs before or behind it where it is an anchor: two small sets, and
by chance few have a neighbour in common.
"""

cimport cython
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy

from rules.kernel.tables cimport Probe

cdef extern from *:
    int popcount "__builtin_popcountll"(Bits) noexcept
    int lowest_of "__builtin_ctzll"(Bits) noexcept


@cython.final
cdef class Neighbours:
    """The neighbours that the anchors of a table need, whose elements are so rare."""

    def __dealloc__(self):
        free(self.number_of)
        free(self.start)
        free(self.number)
        free(self.reach)
        free(self.alone)

    def __init__(self, Table any, list rarity):
        cdef int at
        self.number_of = <int *> malloc((len(rarity) + 1) * sizeof(int))
        self.start = <int *> calloc(2 * any.anchors + 1, sizeof(int))
        self.number = <unsigned short *> malloc((any.rows + 1) * sizeof(short))
        self.reach = <int *> calloc(any.anchors + 1, sizeof(int))
        self.alone = <unsigned char *> calloc(any.anchors + 1, 1)
        if not (self.number_of and self.start and self.number and self.reach and self.alone):
            raise MemoryError
        for at in range(len(rarity)):
            self.number_of[at] = -1
        self._file(any, rarity)

    cdef int _file(self, Table any, list rarity) except -1:
        """Numbers the neighbours, and files them under their anchors."""
        cdef int anchor, at, count = 0, held = 0, element
        cdef Probe *probe
        for anchor in range(any.anchors):
            sides = {}, {}
            for at in range(any.begin[anchor], any.begin[anchor + 1]):
                probe = &any.probe[at]
                if probe.before < 0 and probe.after < 0:
                    self.alone[anchor] = True
                    continue
                behind = probe.before < 0 or (
                    probe.after >= 0 and rarity[probe.after] < rarity[probe.before]
                )
                element = probe.after if behind else probe.before
                if self.number_of[element] < 0:
                    self.number_of[element] = count % NEIGHBOURS_MAX
                    count += 1
                sides[behind][self.number_of[element]] = True
                self.reach[anchor] = max(self.reach[anchor], probe.gap)
            for at in range(2):
                self.start[2 * anchor + at] = held
                for number in sides[at]:
                    self.number[held] = number
                    held += 1
        self.start[2 * any.anchors] = held
        self.blocks = (min(count, NEIGHBOURS_MAX) + 63) >> 6
        return 0


cdef int packed(Nears *nears, const Bits *numbers, Bits filled, int blocks, void *room) noexcept:
    """Makes a set of the numbers in a bit set, in a room; how many bytes of it are taken.

    `filled` has a bit for each block that is not empty. Without a room: how many it takes.
    """
    cdef int block, number, count = 0
    cdef Bits left, others = filled
    while others:
        count += popcount(numbers[lowest_of(others)])
        others &= others - 1
    if room == NULL:
        return 8 * blocks if count > FEW else 8 * ((count + 3) >> 2)
    nears.blocks = blocks
    if count > FEW:
        nears.bits = <Bits *> room
        memcpy(room, numbers, 8 * blocks)
    nears.number = <unsigned short *> room
    while filled:
        block = lowest_of(filled)
        filled &= filled - 1
        left = numbers[block]
        while left:
            number = 64 * block + lowest_of(left)
            left &= left - 1
            nears.gist |= 1ULL << (<unsigned int> number * 0x9E3779B1U >> 26)  # as in `gist_of`
            if count <= FEW:
                nears.number[nears.count] = number
                nears.count += 1
    return 8 * blocks if count > FEW else 8 * ((count + 3) >> 2)
