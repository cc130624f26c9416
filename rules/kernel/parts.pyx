# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: freethreading_compatible=False
"""Words that longer ones are made of, compiled: `rules.parts` says what is meant."""

cimport cython
from cpython.unicode cimport PyUnicode_FromKindAndData
from libc.stdlib cimport free, malloc

from rules.kernel.spelling cimport Known, commons_of, hashed, hashed_on

from rules.parts import COMMON_LETTERS_MIN as _COMMON_LETTERS_MIN
from rules.parts import JOINED_LETTERS_MIN as _JOINED_LETTERS_MIN
from rules.parts import PART_LETTERS_MAX as _PART_LETTERS_MAX
from rules.parts import PART_LETTERS_MIN as _PART_LETTERS_MIN
from rules.parts import SPLIT_LETTERS_MAX as _SPLIT_LETTERS_MAX
from rules.parts import spans_of

cdef int COMMON_LETTERS_MIN = _COMMON_LETTERS_MIN
cdef int JOINED_LETTERS_MIN = _JOINED_LETTERS_MIN
cdef int PART_LETTERS_MAX = _PART_LETTERS_MAX
cdef int PART_LETTERS_MIN = _PART_LETTERS_MIN
cdef enum:
    LETTERS_MAX = 64
if _SPLIT_LETTERS_MAX > LETTERS_MAX:
    raise ImportError("rules.parts splits longer tags")


cdef str _said(const unsigned int *letters, int size):
    return PyUnicode_FromKindAndData(4, <const void *> letters, size)


@cython.final
cdef class Parts:
    """Folded words to look for in longer ones: see `rules.parts.Parts`."""

    def __init__(self, words, common):
        self.words = frozenset([word for word in words if len(word) >= PART_LETTERS_MIN])
        self.common = common.words
        self.own = Known(self.words)
        self.longest = max(map(len, self.words), default=0)
        self.commons = commons_of(common)

    def within(self, str text):
        """Whether a word of three letters or more is a part of a text."""
        cdef Py_ssize_t size = len(text), at
        cdef unsigned int *letters = <unsigned int *> malloc((size + 1) * sizeof(int))
        if letters == NULL:
            raise MemoryError
        for at in range(size):
            letters[at] = <unsigned int> text[at]
        try:
            return self.holds_one(letters, size)
        finally:
            free(letters)

    cdef bint holds_one(self, const unsigned int *letters, int size) except -1:
        """The same of a text in letters."""
        cdef int begin, end
        cdef Bits spelling
        for begin in range(size - COMMON_LETTERS_MIN + 1):
            spelling = 1
            for end in range(begin, min(size, begin + self.longest)):
                spelling = hashed_on(spelling, letters[end])
                if end - begin + 1 < COMMON_LETTERS_MIN:
                    continue
                if self.own.find(letters + begin, end - begin + 1, spelling or 1):
                    return True
        return False

    def joined(self, str word):
        """Where a word that has lost its blank ("nopower") falls into two, or 0."""
        cdef unsigned int[LETTERS_MAX] letters
        cdef int size = len(word), at
        if size > LETTERS_MAX:
            return self._cut(word)
        for at in range(size):
            letters[at] = <unsigned int> word[at]
        return self.cut(letters, size)

    cdef int cut(self, const unsigned int *letters, int size) except -1:
        """The same of a word in letters."""
        cdef Bits spelling = 1
        cdef int at
        if size < JOINED_LETTERS_MIN:
            return 0
        for at in range(1, size - PART_LETTERS_MIN + 1):
            spelling = hashed_on(spelling, letters[at - 1])
            if at >= PART_LETTERS_MIN and self.own.gate.may_hold(spelling or 1):
                if self.own.gate.may_hold(hashed(letters + at, size - at)):
                    return self._cut(_said(letters, size))
        return 0

    def _cut(self, str word):
        cdef int size = len(word), at
        if size < JOINED_LETTERS_MIN or word in self.common:
            return 0
        for at in range(PART_LETTERS_MIN, size - PART_LETTERS_MIN + 1):
            if word[:at] in self.words and word[at:] in self.words:
                if max(at, size - at) > COMMON_LETTERS_MIN:
                    return at
        return 0

    cdef bint _is_common(self, const unsigned int *letters, int size, Bits spelling) except -1:
        """Whether a word in letters, so spelled, is a common one, or one with other signs."""
        cdef int at
        if not self.commons.gate.may_hold(spelling):
            return False
        for at in range(size):
            if not (c"a" <= letters[at] <= c"z"):
                return _said(letters, size) in self.common
        return self.commons.holds(letters, size, spelling)

    def split(self, str tag):
        """Spans of the words in a joined lower-case tag, or its whole span."""
        cdef int size = len(tag), at, begin, end, held = 0, other, words, spent
        cdef unsigned char[LETTERS_MAX][LETTERS_MAX + 1] kinds  # by begin and end: own 1, common 2
        cdef unsigned int[LETTERS_MAX] letters
        cdef int[LETTERS_MAX + 1] others, counts, begins
        cdef Bits spelling
        cdef int[LETTERS_MAX * LETTERS_MAX] part
        cdef int parts = 0, number
        whole = [(0, size)]
        if size > _SPLIT_LETTERS_MAX:
            return whole
        for at in range(size):
            letters[at] = <unsigned int> tag[at]
        spelling = hashed(letters, size)
        if self.own.find(letters, size, spelling):
            return whole
        if self._is_common(letters, size, spelling):
            return whole
        for begin in range(size):
            spelling = 1
            for end in range(begin + 1, min(size, begin + PART_LETTERS_MAX) + 1):
                spelling = hashed_on(spelling, letters[end - 1])
                kinds[begin][end] = 0
                if end - begin < PART_LETTERS_MIN:
                    continue
                number = self.own.find(letters + begin, end - begin, spelling or 1)
                if not number:
                    continue
                kinds[begin][end] = 1
                for at in range(parts):
                    if part[at] == number:
                        break
                else:  # one that stands there twice counts once
                    part[parts] = number
                    parts += 1
                    held += end - begin
        if 2 * held < size:  # however it may be split
            return whole
        for begin in range(size):
            spelling = hashed(letters + begin, COMMON_LETTERS_MIN - 1)
            for end in range(begin + COMMON_LETTERS_MIN, min(size, begin + PART_LETTERS_MAX) + 1):
                spelling = hashed_on(spelling, letters[end - 1])
                if not kinds[begin][end] and self.commons.gate.may_hold(spelling or 1):
                    kinds[begin][end] = 2  # or not: asked only where it matters
        for end in range(size + 1):
            others[end], counts[end], begins[end] = 2 * end, end, end - 1
        for begin in range(size):
            words = counts[begin] + 1
            for end in range(begin + 1, min(size, begin + PART_LETTERS_MAX) + 1):
                if end == begin + 1:
                    other = others[begin] + 2
                elif kinds[begin][end] == 1:
                    other = others[begin]
                elif kinds[begin][end] == 2:
                    other = others[begin] + end - begin
                else:
                    continue
                if other > others[end] or (other == others[end] and words > counts[end]):
                    continue
                if other == others[end] and words == counts[end] and begin >= begins[end]:
                    continue
                if kinds[begin][end] == 2 and not self._is_common(
                    letters + begin, end - begin, hashed(letters + begin, end - begin)
                ):
                    continue
                others[end], counts[end], begins[end] = other, words, begin
        spans = spans_of([begins[end] for end in range(size + 1)])
        spent = 0
        for begin, end in spans:
            at = end - begin
            if self.own.find(letters + <int> begin, at, hashed(letters + <int> begin, at)):
                spent += at
        return spans if 2 * spent >= size else whole
