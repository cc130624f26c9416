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
    LINK
    MENTION


cdef class Chunk:
    cdef readonly str text
    cdef readonly Bits code
    cdef Bits hash
    cdef Chunk base
    cdef Kind kind
    cdef bint ends  # a sentence
    cdef PyObject *runs[TONGUES_MAX]


cdef struct Piece:
    PyObject *chunk
    int start
    int end


cdef class Cut:
    cdef readonly str text
    cdef Bits votes, flags
    cdef Piece *pieces
    cdef int size, room
    cdef list lines

    cdef int put(self, Chunk chunk, Py_ssize_t start, Py_ssize_t end) except -1
    cdef inline Chunk chunk(self, int number):
        return <Chunk> self.pieces[number].chunk
    cdef inline str said(self, int number):
        return self.text[self.pieces[number].start : self.pieces[number].end]
