cimport cython
from rules.kernel.cuts cimport Cut
from rules.kernel.pages cimport Page
from rules.kernel.reading cimport Reader
from rules.kernel.tables cimport Book, Check


cdef struct Claim:
    int priority
    int first
    int last


@cython.final
cdef class Claims:
    cdef Claim *claim
    cdef int held, size

    cdef int put(self, int priority, int first, int last) except -1
    cdef bint hold(self, int priority, int first, int last) noexcept


@cython.final
cdef class Phrases:
    cdef Book book
    cdef Reader reader
    cdef frozenset accounts

    cdef list find(self, item, Cut cut, str language, bint whole, list found)
    cdef Page _page(self, Cut cut, str language, bint whole)
    cdef list _matches(self, Page page, list matches)
    cdef list _fire(
        self, Page page, Check check, int at, int end, Claims claims, list matches
    )
