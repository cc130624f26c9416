cimport cython
from cpython.object cimport PyObject

ctypedef unsigned long long Bits

cdef enum:
    TONGUES_MAX = 4
    CHUNK_LETTERS_MAX = 64  # of what is remembered


cdef enum Kind:
    OTHER
    PLAIN  # a folded word, and nothing else
    DRESSED  # as its base, but for case, accents and signs
    ASKED  # its base with question marks behind it
    TAG  # its base as a hashtag
    LINK
    MENTION


cdef enum:
    NEAR_LETTERS_MAX = 16


@cython.final
cdef class Chunk:  # first what each text that holds it asks for
    cdef readonly Bits code
    cdef PyObject *runs[TONGUES_MAX]
    cdef int near  # how many letters there are; -1: they are only in the text
    cdef unsigned char[NEAR_LETTERS_MAX] letters  # Latin-1
    cdef Kind kind
    cdef bint ends  # a sentence
    cdef Bits hash
    cdef readonly str text
    cdef Chunk base


cdef struct Piece:
    PyObject *chunk
    Bits hash
    int start
    int end


@cython.final
cdef class Cut:
    cdef readonly str text
    cdef Bits votes, flags
    cdef Piece *pieces
    cdef int size, room
    cdef list lines

    cdef int note(self, Bits hash, Py_ssize_t start, Py_ssize_t end) except -1
    cdef inline void put(self, int number, PyObject *chunk) noexcept
    cdef inline Chunk chunk(self, int number):
        return <Chunk> self.pieces[number].chunk
    cdef inline str said(self, int number):
        return self.text[self.pieces[number].start : self.pieces[number].end]


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
    cdef object code_of, tag_code_of
    cdef dict known
    cdef frozenset common
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
    cdef Chunk _mention(self, str text, int kind, void *data, Py_ssize_t start, Py_ssize_t end)
    cdef Chunk _worded(self, str text, int kind, void *data, Py_ssize_t start, Py_ssize_t end)
    cdef Chunk _on(self, Chunk base, str text)
    cdef Chunk _base(self, char *word, Py_ssize_t size)
    cdef Chunk _other(self, str text)
