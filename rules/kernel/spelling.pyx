# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: freethreading_compatible=False
"""Words told by their hashed letters: sets of them lie far off in memory, and most ask in vain."""

cimport cython
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp, memcpy

from rules.kernel.rooms cimport let_table_go, table_of


@cython.final
cdef class Gate:
    """Hashed spellings: most that are not among them are told apart (a Bloom filter of two bits)."""

    def __dealloc__(self):
        free(self.bits)

    def __init__(self, Bits entries, int bits):
        self.size = 256
        while self.size < bits * entries:
            self.size *= 2
        self.bits = <Bits *> calloc(self.size >> 6, sizeof(Bits))
        if self.bits == NULL:
            raise MemoryError


cdef Bits spelled(str word):
    cdef Bits spelling = 1
    for letter in word:
        spelling = hashed_on(spelling, <unsigned int> letter)
    return spelling or 1


cdef Gate gate_of(words, int bits):
    """A gate for words, with so many bits for each: the more, the fewer ask in vain."""
    cdef Gate gate = Gate(len(words), bits)
    for word in words:
        gate.let(spelled(word))
    return gate


@cython.final
cdef class Commons:
    """The common words of `rules.language` in plain letters, numbered, each with its votes."""

    def __dealloc__(self):
        let_table_go(self.words, (self.count + 1) * sizeof(Common))
        free(self.votes)
        free(self.code)
        let_table_go(self.places, self.size * sizeof(Place))

    def __init__(self, common):
        words = common.frequencies
        self.gate = gate_of(words, 8)
        self.size = 1024
        while self.size < 2 * <Bits> len(words):
            self.size *= 2
        self.count = len(words)
        self.words = <Common *> table_of((self.count + 1) * sizeof(Common))
        self.votes = <unsigned short *> calloc(self.count + 1, sizeof(unsigned short))
        self.places = <Place *> table_of(self.size * sizeof(Place))
        if self.votes == NULL:
            raise MemoryError
        self._number_all(words, common.all_votes)

    cdef int _number_all(self, words, votes) except -1:
        cdef dict numbers = {0: 0}
        cdef int number = 0
        cdef Bits spelling, at
        cdef bytes letters
        for word in words:
            if not ((<str> word).isascii() and (<str> word).isalpha()):
                continue
            letters = (<str> word).encode("ascii")
            if len(letters) > COMMON_LETTERS:
                raise ValueError(f"a common word is too long: {word}")
            number += 1
            self.words[number].size = len(letters)
            memcpy(self.words[number].letters, <char *> letters, len(letters))
            code = votes.get(word, 0)
            self.votes[number] = numbers.setdefault(code, len(numbers))
            spelling = spelled(word)
            at = spelling >> 24 & (self.size - 1)
            while self.places[at].number:
                at = (at + 1) & (self.size - 1)
            self.places[at].tag, self.places[at].number = <unsigned int> (spelling >> 32), number
        self.code = <Bits *> calloc(len(numbers), sizeof(Bits))
        if self.code == NULL:
            raise MemoryError
        for code, number in numbers.items():
            self.code[number] = code
        return 0

    cdef int find(self, const char *word, Py_ssize_t size, Bits spelling) noexcept:
        """The number of a common word, from 1; 0 for others."""
        cdef Bits at = spelling >> 24 & (self.size - 1)
        cdef Common *known
        while self.places[at].number:
            if self.places[at].tag == <unsigned int> (spelling >> 32):
                known = &self.words[self.places[at].number]
                if known.size == size and not memcmp(known.letters, word, size):
                    return self.places[at].number
            at = (at + 1) & (self.size - 1)
        return 0

    cdef bint holds(self, const unsigned int *letters, int size, Bits spelling) noexcept:
        """Whether a word in letters, so spelled, is common and plain."""
        cdef char[COMMON_LETTERS] word
        cdef int at
        if size > COMMON_LETTERS:
            return False
        for at in range(size):
            if letters[at] >= 128:
                return False
            word[at] = <char> letters[at]
        return self.find(word, size, spelling) > 0

    cdef int number_of(self, str word) except -1:
        """The same of a string."""
        cdef char[COMMON_LETTERS] letters
        cdef Py_ssize_t at, size = len(word)
        if size > COMMON_LETTERS or not word.isascii():
            return 0
        for at in range(size):
            letters[at] = <char> word[at]
        return self.find(letters, size, spelled(word))


@cython.final
cdef class Known:
    """Words by their letters, numbered from 1."""

    def __dealloc__(self):
        free(self.places)
        free(self.first)
        free(self.letters)

    def __init__(self, words):
        cdef int number = 0, at = 0
        cdef Bits spelling, place
        self.gate = gate_of(words, 32)
        self.size = 64
        while self.size < 2 * <Bits> len(words):
            self.size *= 2
        self.places = <Place *> calloc(self.size, sizeof(Place))
        self.first = <int *> calloc(len(words) + 2, sizeof(int))
        self.letters = <unsigned int *> calloc(sum(map(len, words)) + 1, sizeof(int))
        if not (self.places and self.first and self.letters):
            raise MemoryError
        for word in words:
            number += 1
            self.first[number] = at
            for letter in <str> word:
                self.letters[at] = <unsigned int> letter
                at += 1
            spelling = spelled(word)
            place = spelling >> 24 & (self.size - 1)
            while self.places[place].number:
                place = (place + 1) & (self.size - 1)
            self.places[place].tag = <unsigned int> (spelling >> 32)
            self.places[place].number = number
        self.first[number + 1] = at

    cdef int look(self, const unsigned int *word, int size, Bits spelling) noexcept:
        cdef Bits at = spelling >> 24 & (self.size - 1)
        cdef int number
        while self.places[at].number:
            if self.places[at].tag == <unsigned int> (spelling >> 32):
                number = self.places[at].number
                if self.first[number + 1] - self.first[number] == size and not memcmp(
                    self.letters + self.first[number], word, size * sizeof(int)
                ):
                    return number
            at = (at + 1) & (self.size - 1)
        return 0


cdef Commons commons_of(common):
    """The common words in compiled form: made once."""
    if common.compiled is None:
        common.compiled = Commons(common)
    return <Commons> common.compiled
