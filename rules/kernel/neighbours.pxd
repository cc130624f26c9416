cimport cython
from rules.kernel.spelling cimport Bits
from rules.kernel.tables cimport Table

cdef enum:
    NEIGHBOURS_MAX = 4096  # told apart: of more, some are taken for others; 64 blocks of bits
    FEW = 16  # so many are kept as a list


cdef struct Nears:  # some neighbours, by number
    Bits gist  # each as one bit of few
    Bits *bits  # NULL: they are few, and in `number`
    unsigned short *number
    int count
    int blocks  # of `bits`


cdef inline bint _one_of(const Nears *few, const Nears *many) noexcept:
    cdef int at
    for at in range(few.count):
        if many.bits[few.number[at] >> 6] >> (few.number[at] & 63) & 1:
            return True
    return False


cdef inline bint have_common(const Nears *one, const Nears *other) noexcept:
    """Whether two sets of neighbours have one in common."""
    cdef int at, each
    if not one.gist & other.gist:
        return False
    if one.bits == NULL and other.bits == NULL:
        for at in range(one.count):
            for each in range(other.count):
                if one.number[at] == other.number[each]:
                    return True
        return False
    if one.bits == NULL:
        return _one_of(one, other)
    if other.bits == NULL:
        return _one_of(other, one)
    for at in range(one.blocks):
        if one.bits[at] & other.bits[at]:
            return True
    return False


@cython.final
cdef class Neighbours:
    cdef int blocks  # of a bit set of them
    cdef int *number_of  # by element; -1: it is none
    cdef int *start  # by anchor: where its neighbours before it begin in `number`, and those behind
    cdef unsigned short *number
    cdef int *reach  # by anchor: the most idle words between it and one of them
    cdef unsigned char *alone  # by anchor: a phrase of it has no other word

    cdef int _file(self, Table any, list rarity) except -1


cdef int packed(Nears *nears, const Bits *numbers, Bits filled, int blocks, void *room) noexcept
