cimport cython
ctypedef unsigned long long Bits

cdef enum:
    COMMON_LETTERS = 23


cdef inline Bits hashed_on(Bits spelling, unsigned int letter) noexcept:
    """The hash of a spelling with one letter more, by an odd factor whose bits are well mixed."""
    return (spelling ^ letter) * 0x9E3779B97F4A7C15ULL  # Knuth's golden ratio


cdef inline Bits hashed(const unsigned int *word, int letters, int but, int but_too) noexcept:
    """The hash of a word without up to two of its letters (-1: with all of them); never 0."""
    cdef Bits spelling = 1
    cdef int at
    for at in range(letters):
        if at != but and at != but_too:
            spelling = hashed_on(spelling, word[at])
    return spelling or 1


@cython.final
cdef class Gate:
    cdef Bits *bits
    cdef Bits size

    cdef inline bint may_hold(self, Bits spelling) noexcept:
        cdef Bits at = (spelling >> 24) & (self.size - 1)
        return (self.bits[at >> 6] >> (at & 63)) & 1

    cdef inline void let(self, Bits spelling) noexcept:
        cdef Bits at = (spelling >> 24) & (self.size - 1)
        self.bits[at >> 6] |= 1ULL << (at & 63)


cdef Gate gate_of(words, int bits)


cdef struct Common:
    unsigned char size
    char[COMMON_LETTERS] letters


cdef struct Place:
    unsigned int tag  # of the hash
    int number  # from 1; 0: free


@cython.final
cdef class Commons:
    cdef Gate gate  # of all
    cdef Common *words
    cdef unsigned short *votes  # of each word: which of `codes`
    cdef Bits *code
    cdef Place *places
    cdef Bits size
    cdef int count

    cdef int number_of(self, str word) except -1
    cdef int _number_all(self, words, votes) except -1
    cdef int find(self, const char *word, Py_ssize_t size, Bits spelling) noexcept


cdef Commons commons_of(common)
cdef Bits spelled(str word)
