cimport cython
from rules.kernel.chunks cimport Bits


cdef struct Row:
    int rule
    int phrase
    int first  # of its elements
    int size
    int anchor  # the place of the rarest element


@cython.final
cdef class Table:
    cdef int anchors, rows
    cdef int *anchor
    cdef int *start  # by the number of the anchor: its first row; one more at the end
    cdef Row *row
    cdef int *element
    cdef int phrases, blocks
    cdef Bits *mask  # of the anchors
    cdef int lowest, highest  # the blocks of the mask that are not empty; none: 0, -1

    cdef int number_of(self, int element) noexcept


@cython.final
cdef class Scale:
    cdef int weights, blocks
    cdef int *points
    cdef Bits *singles  # a bit set for each weight
    cdef list others


@cython.final
cdef class Limit:
    cdef int gap, tolerance, cost


@cython.final
cdef class Context:
    cdef Table before, after, around, anywhere, stop
    cdef Limit limit
    cdef int reach


@cython.final
cdef class Check:
    cdef readonly object test
    cdef object languages
    cdef Limit limit
    cdef Scale scale
    cdef Table none, near, not_near
    cdef list all, when, unless
    cdef int reach, need, needs
    cdef Bits *needed
    cdef bint is_near, is_not_near


@cython.final
cdef class Tables:
    cdef int blocks
    cdef dict tables, contexts

    cdef Table table(self, index)
    cdef Context context(self, cues)


cdef Bits *bit_sets(list sets, int blocks) except NULL
