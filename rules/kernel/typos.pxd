cimport cython
from rules.kernel.spelling cimport Bits, Gate

cdef enum:
    LETTERS_MAX = 64


cdef struct Filed:
    unsigned int tag  # of the hashed spelling: what is found is compared anyway
    int word  # counted from 1; 0: free


@cython.final
cdef class Filing:
    cdef Filed *slots
    cdef Gate gate
    cdef Bits size

    cdef void put(self, Bits spelling, int word) noexcept


@cython.final
cdef class Typos:
    cdef list words
    cdef int *first  # of the letters of each word; one more at the end
    cdef unsigned int *letters
    cdef Filing deletes, heads
    cdef int *found  # numbers of words, in order: of one call alone
    cdef int found_held, found_size

    cdef tuple nearest(self, const unsigned int *typed, int size, int *edits)
    cdef int _look(
        self, Filing filing, Bits spelling, const unsigned int *typed, int size, int edits
    ) except -1
    cdef int _find(self, int number) except -1
