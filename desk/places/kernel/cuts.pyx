# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: freethreading_compatible=False
"""Texts cut into words, letter by letter."""

from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.unicode cimport (
    PyUnicode_DATA,
    PyUnicode_FromKindAndData,
    PyUnicode_KIND,
    PyUnicode_READ,
    PyUnicode_Substring,
    Py_UNICODE_ISALNUM,
)

from libc.stdint cimport uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memset

from desk.places import words
from desk.places.plain import FORM
from desk.places.words import plain

ctypedef uint64_t Bits

cdef enum:
    KNOWN = 0x250  # beyond are no letters of Latin but two, and those that only lose their capital
    KELVIN = 0x212A
    ANGSTROM = 0x212B
    SHORT = 8  # letters of a word that is a number here
    LONGEST = 64  # letters of a word that is made plain here

cdef Bits SPREAD = 0x9E3779B97F4A7C15  # 2**64 over the golden ratio: Knuth, TAOCP 3, 6.4

cdef unsigned short small[KNOWN]  # the plain form of a letter
cdef char is_letter[KNOWN]
cdef unsigned char piece[KNOWN]  # ... where it is one of ASCII, else 0


def _tell():
    for code in range(KNOWN):
        letter = plain(chr(code))
        small[code] = ord(letter)
        is_letter[code] = chr(code).isalnum()
        piece[code] = ord(letter) if letter.isascii() and letter.isalnum() else 0


_tell()


cdef inline bint _is_letter(Py_UCS4 letter) noexcept:
    return is_letter[letter] if letter < KNOWN else Py_UNICODE_ISALNUM(letter)


cdef str _plain(str text, int kind, void *data, Py_ssize_t start, Py_ssize_t end):
    """The plain form of one word."""
    cdef unsigned short letters[LONGEST]
    cdef unsigned char narrow[LONGEST]
    cdef unsigned short every = 0
    cdef Py_UCS4 letter
    cdef Py_ssize_t at, size = end - start
    if size > LONGEST:
        return plain(text[start:end])
    for at in range(size):
        letter = PyUnicode_READ(kind, data, start + at)
        if letter >= KNOWN:
            return plain(text[start:end])
        letters[at] = small[letter]
        every |= letters[at]
    if every > 0xFF:
        return PyUnicode_FromKindAndData(2, letters, size)
    for at in range(size):
        narrow[at] = <unsigned char> letters[at]
    return PyUnicode_FromKindAndData(1, narrow, size)


def parts_of(str text):
    """What stands before each word of a text and behind the last, the words, and these plain."""
    cdef int kind = PyUnicode_KIND(text)
    cdef void *data = PyUnicode_DATA(text)
    cdef Py_ssize_t at = 0, before, start, size = len(text)
    cdef list gaps = [], raw = [], simple = []
    while True:
        before = at
        while at < size and not _is_letter(PyUnicode_READ(kind, data, at)):
            at += 1
        gaps.append(PyUnicode_Substring(text, before, at))
        if at == size:
            return gaps, raw, simple
        start = at
        while at < size and _is_letter(PyUnicode_READ(kind, data, at)):
            at += 1
        raw.append(PyUnicode_Substring(text, start, at))
        simple.append(_plain(text, kind, data, start, at))


cdef class Idle:
    """Pieces of texts of which nothing is to be done: those of up to eight letters as numbers."""

    cdef Bits *short
    cdef Py_ssize_t size, held  # of `short`
    cdef set long

    def __cinit__(self):
        self.size, self.held, self.long = 1024, 0, set()
        self.short = <Bits *> calloc(self.size, sizeof(Bits))
        if self.short == NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self.short)

    def __len__(self):
        return self.held + len(self.long)

    def add(self, bytes found):
        """Take in a piece."""
        cdef Bits number
        if len(found) > SHORT:
            self.long.add(found)
            return
        number = number_of(found)
        if self.has(number):
            return
        if 2 * (self.held + 1) > self.size:
            self.grow()
        self.put(number)
        self.held += 1

    def clear(self):
        """Forget all pieces."""
        memset(self.short, 0, self.size * sizeof(Bits))
        self.held = 0
        self.long.clear()

    def rare(self, str text):
        """The pieces of a text that are none of these."""
        return pieces_but(text, self)

    cdef inline bint has(self, Bits number) noexcept:
        cdef Bits at = self.home(number)
        while self.short[at]:
            if self.short[at] == number:
                return True
            at = (at + 1) & (self.size - 1)
        return False

    cdef inline Bits home(self, Bits number) noexcept:
        return (number * SPREAD >> 32) & (self.size - 1)

    cdef void put(self, Bits number) noexcept:
        cdef Bits at = self.home(number)
        while self.short[at]:
            at = (at + 1) & (self.size - 1)
        self.short[at] = number

    cdef grow(self):
        cdef Bits *old = self.short
        cdef Py_ssize_t at, size = self.size
        cdef Bits *wide = <Bits *> calloc(2 * size, sizeof(Bits))
        if wide == NULL:
            raise MemoryError
        self.short, self.size = wide, 2 * size
        for at in range(size):
            if old[at]:
                self.put(old[at])
        free(old)


def pieces_of(str text):
    """The pieces of a text, as `words.pieces_of` has them."""
    return pieces_but(text, None)


cdef set pieces_but(str text, Idle idle):
    """The pieces of a text that are none of `idle`."""
    cdef int kind = PyUnicode_KIND(text)
    cdef void *data = PyUnicode_DATA(text)
    cdef unsigned char letters[LONGEST]
    cdef unsigned char letter
    cdef Py_UCS4 written
    cdef Py_ssize_t at, size = len(text), begun = 0
    cdef Bits number = 0
    cdef set rare = set()
    cdef bytes found
    for at in range(size + 1):
        letter = 0
        if at < size:
            written = PyUnicode_READ(kind, data, at)
            if written < KNOWN:
                letter = piece[written]
            elif written == KELVIN or written == ANGSTROM:
                return plainly(text, idle)
        if letter:
            if begun == LONGEST:
                return plainly(text, idle)
            letters[begun] = letter
            number = number << 8 | letter
            begun += 1
        elif begun:
            if begun > SHORT or idle is None or not idle.has(number):
                found = PyBytes_FromStringAndSize(<char *> letters, begun)
                if begun <= SHORT or idle is None or found not in idle.long:
                    rare.add(found)
            begun, number = 0, 0
    return rare


cdef set plainly(str text, Idle idle):
    """The same of a text with a letter or a word that few have."""
    rare = words.pieces_of(text)
    if idle is None:
        return rare
    return {
        found
        for found in rare
        if not (idle.has(number_of(found)) if len(found) <= SHORT else found in idle.long)
    }


cdef Bits number_of(bytes found):
    cdef Bits number = 0
    for letter in found:
        number = number << 8 | <unsigned char> letter
    return number
