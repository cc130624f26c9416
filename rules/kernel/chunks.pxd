cimport cython
from cpython.object cimport PyObject
from rules.kernel.cuts cimport Chunk, Cut
from rules.kernel.parts cimport Parts
from rules.kernel.spelling cimport Bits, Commons, Gate


cdef struct Slot:
    Bits hash  # 0: free
    PyObject *chunk


@cython.final
cdef class Shelf:
    cdef Slot *slots
    cdef Bits size
    cdef Py_ssize_t held

    cdef PyObject *find(self, Bits hash, int kind, void *data, Py_ssize_t start, Py_ssize_t end)
    cdef void expect(self, Bits hash) noexcept
    cdef void expect_chunk(self, Bits hash) noexcept
    cdef int put(self, Chunk chunk) except -1
    cdef void _file(self, Bits hash, PyObject *chunk) noexcept
    cdef int _grow(self) except -1


@cython.final
cdef class Chunks:
    cdef object code_of
    # Of each language the `Parts` of its own words, what says whether a hashtag that holds one fits
    # its phrases, and the flag of those that do.
    cdef tuple telling, tells, flags
    cdef dict known
    cdef Commons commons
    cdef Gate named  # the known words whose code is not that of the common ones
    cdef Shelf young, old  # two generations, as `rules.memo.Memo` has them
    cdef Py_ssize_t limit
    cdef Chunk link

    cpdef Cut of(self, str text)
    cdef int _scan(self, Cut cut, int kind, void *data, Py_ssize_t letters) except -1
    cdef Chunk _chunk(
        self, str text, int kind, void *data, Py_ssize_t start, Py_ssize_t end, Bits hash
    )
    cdef Chunk _new(
        self, str text, int kind, void *data, Py_ssize_t start, Py_ssize_t end, Bits hash
    )
    cdef int _keep(self, Chunk chunk) except -1
    cdef Chunk _mention(self, int kind, void *data, Py_ssize_t start, Py_ssize_t end)
    cdef Chunk _worded(self, int kind, void *data, Py_ssize_t start, Py_ssize_t end)
    cdef int _file_tag(
        self, Chunk chunk, int kind, void *data, Py_ssize_t start, Py_ssize_t end
    ) except -1
    cdef Chunk _base(self, const char *word, Py_ssize_t size)
    cdef Chunk _plain(self, const char *word, Py_ssize_t size)
    cdef Chunk _other(self, str text)
