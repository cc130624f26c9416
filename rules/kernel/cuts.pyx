# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: freethreading_compatible=False
"""What texts are cut into: see `rules.chunks`."""

from cpython.ref cimport Py_XDECREF
from cpython.unicode cimport PyUnicode_FromKindAndData, PyUnicode_READ
cimport cython
from libc.stdlib cimport free, realloc

from rules.language import LANE, LANE_BITS, UNKNOWN
from rules.language import CLEAR_LEAD as _CLEAR_LEAD
from rules.memo import MEMO_LETTERS_MAX
from rules.pack import LANGUAGES

cdef Bits ONE_LANE = LANE
cdef int LANES = len(LANGUAGES), BITS = LANE_BITS, CLEAR_LEAD = _CLEAR_LEAD
if MEMO_LETTERS_MAX != CHUNK_LETTERS_MAX or len(LANGUAGES) > TONGUES_MAX:
    raise ImportError("rules.memo remembers longer chunks, or there are more languages")


@cython.final
@cython.no_gc
cdef class Chunk:
    """What stands between two blanks of a text: its code, and its run in each language asked for."""

    def __dealloc__(self):
        cdef int at
        for at in range(TONGUES_MAX):
            Py_XDECREF(self.runs[at])


cdef Chunk chunk_of(int kind, void *data, Py_ssize_t start, Py_ssize_t end):
    """What stands in a text between two places, as a chunk of which nothing is known."""
    cdef Chunk chunk = Chunk.__new__(Chunk)
    cdef Py_ssize_t size = end - start, at
    cdef Py_UCS4 letter
    chunk.near = -1
    if size <= NEAR_LETTERS_MAX:
        for at in range(size):
            letter = PyUnicode_READ(kind, data, start + at)
            if <int> letter > 255:
                break
            chunk.letters[at] = <unsigned char> letter
        else:
            chunk.near = <signed char> size
            return chunk
    chunk.said = PyUnicode_FromKindAndData(kind, <char *> data + kind * start, size)
    return chunk


@cython.final
@cython.no_gc
@cython.freelist(64)
cdef class Cut:
    """A text cut into its chunks: see `rules.chunks.Cut`."""

    def __dealloc__(self):
        cdef int at
        for at in range(self.size):
            Py_XDECREF(self.pieces[at].chunk)
        free(self.pieces)

    cdef int make_room(self) except -1:
        """Makes room for more chunks."""
        cdef int size = 4 * self.room if self.room else 32
        cdef void *room = realloc(self.pieces, size * sizeof(Piece))
        if room == NULL:
            raise MemoryError
        self.pieces, self.room = <Piece *> room, size
        return 0

    @property
    def code(self):
        """The codes of all chunks as one."""
        return self.votes | self.flags

    @property
    def language(self):
        """The language that the chunks speak for, or und."""
        cdef Bits votes = self.votes
        cdef long best = -1, second = -1, count
        cdef int lane, winner = 0
        for lane in range(LANES):
            count = votes & ONE_LANE
            votes >>= BITS
            if count > best:
                best, second, winner = count, best, lane
            elif count > second:
                second = count
        return LANGUAGES[winner] if best - second >= CLEAR_LEAD else UNKNOWN

    def span(self, int number):
        """Where a chunk stands in the text."""
        if not 0 <= number < self.size:
            raise IndexError(number)
        return self.pieces[number].start, self.pieces[number].end
