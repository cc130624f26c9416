cimport cython
from rules.kernel.spelling cimport Bits, Commons, Known


@cython.final
cdef class Parts:
    cdef frozenset words, common
    cdef Known own  # the words
    cdef Commons commons
    cdef int longest  # of the words

    cdef bint holds_one(self, const unsigned int *letters, int size) except -1
    cdef int cut(self, const unsigned int *letters, int size) except -1
    cdef bint _is_common(self, const unsigned int *letters, int size, Bits spelling) except -1
