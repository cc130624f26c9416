cimport cython
from cpython.object cimport PyObject
from cpython.unicode cimport PyUnicode_FromKindAndData

from rules.kernel.spelling cimport Bits

cdef enum:
    TONGUES_MAX = 3
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
cdef class Chunk:  # small, and what each text asks for first: many lie far off in memory
    cdef readonly Bits code
    cdef PyObject *runs[TONGUES_MAX]
    cdef unsigned char[NEAR_LETTERS_MAX] letters  # Latin-1
    cdef signed char near  # how many letters there are; -1: they are in `said`
    cdef unsigned char kind
    cdef unsigned char ends  # a sentence
    cdef int number  # of a plain one among the common words; 0: it is none
    cdef Bits hash
    cdef str said
    cdef Chunk base

    cdef inline str read(self):
        """The chunk as it was written."""
        if self.near < 0:
            return self.said
        return PyUnicode_FromKindAndData(1, self.letters, self.near)

    cdef inline int spell(self, unsigned int *letters):
        """Puts the letters of a chunk of no more than `CHUNK_LETTERS_MAX`; so many."""
        cdef int at, size = self.near if self.near >= 0 else <int> len(self.said)
        for at in range(size):
            letters[at] = self.letters[at] if self.near >= 0 else <unsigned int> self.said[at]
        return size


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

    cdef int make_room(self) except -1
    cdef inline int note(self, Bits hash, Py_ssize_t start, Py_ssize_t end) except -1:
        """Notes where a chunk stands, and the hash by which it will be found."""
        cdef Piece *piece
        if self.size == self.room:
            self.make_room()
        piece = &self.pieces[self.size]
        piece.chunk, piece.hash, piece.start, piece.end = NULL, hash, start, end
        self.size += 1
        return 0
    cdef inline Chunk chunk(self, int number):
        return <Chunk> self.pieces[number].chunk
    cdef inline str said(self, int number):
        return self.text[self.pieces[number].start : self.pieces[number].end]


cdef Chunk chunk_of(int kind, void *data, Py_ssize_t start, Py_ssize_t end)
