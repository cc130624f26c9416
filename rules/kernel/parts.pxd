cimport cython
from rules.kernel.spelling cimport Bits, Gate


@cython.final
cdef class Parts:
    cdef frozenset words, common
    cdef Gate own, real  # words and common words, hashed
    cdef int longest  # of the words

    cdef bint holds_one(self, const unsigned int *letters, int size) except -1
    cdef int cut(self, const unsigned int *letters, int size) except -1
