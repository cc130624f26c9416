cimport cython
ctypedef unsigned long long Bits

cdef extern from *:
    """
    static inline unsigned long long both_halves(unsigned long long one, unsigned long long other) {
        unsigned __int128 product = (unsigned __int128) one * other;
        return (unsigned long long) product ^ (unsigned long long) (product >> 64);
    }
    """
    Bits both_halves(Bits one, Bits other) noexcept

cdef enum:
    COMMON_LETTERS = 23


cdef inline Bits hashed_on(Bits spelling, unsigned int letter) noexcept:
    """The hash of a spelling with one letter more, by an odd factor whose bits are well mixed."""
    return (spelling ^ letter) * 0x9E3779B97F4A7C15ULL  # Knuth's golden ratio


cdef inline Bits hashed(const unsigned int *word, int letters) noexcept:
    """The hash of a word; never 0."""
    cdef Bits spelling = 1
    cdef int at
    for at in range(letters):
        spelling = hashed_on(spelling, word[at])
    return spelling or 1


cdef inline Bits joined_on(Bits hash, Bits letters) noexcept:
    """The hash of a chunk with up to eight letters more, side by side.

    Both halves of the product count: what differs in its last letters only differs in all bits.
    """
    return both_halves(hash ^ letters, 0x9E3779B97F4A7C15ULL)


cdef inline Bits may_be_blank(Bits letters) noexcept:
    """Eight Latin-1 letters: the lowest bit set is the highest of the first that may be a blank.

    That is told of all at once: those up to the common blank, and those above the ASCII ones.
    """
    return ((letters - 0x2121212121212121ULL) | letters) & 0x8080808080808080ULL


cdef inline Bits both_bits(Bits spelling) noexcept:
    """The two bits of a hashed spelling in one word of a gate: a second look at memory costs time."""
    return 1ULL << (spelling >> 24 & 63) | 1ULL << (spelling >> 58)


@cython.final
cdef class Gate:
    cdef Bits *bits
    cdef Bits size

    cdef inline bint may_hold(self, Bits spelling) noexcept:
        cdef Bits at = (spelling >> 24) & (self.size - 1), both = both_bits(spelling)
        return self.bits[at >> 6] & both == both

    cdef inline void let(self, Bits spelling) noexcept:
        cdef Bits at = (spelling >> 24) & (self.size - 1)
        self.bits[at >> 6] |= both_bits(spelling)


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
    cdef bint holds(self, const unsigned int *letters, int size, Bits spelling) noexcept
    cdef int _number_all(self, words, votes) except -1
    cdef int find(self, const char *word, Py_ssize_t size, Bits spelling) noexcept


@cython.final
cdef class Known:
    cdef Gate gate
    cdef Place *places
    cdef int *first  # of the letters of each word, by its number; one more at the end
    cdef unsigned int *letters
    cdef Bits size

    cdef inline int find(self, const unsigned int *word, int size, Bits spelling) noexcept:
        """The number of a word in letters, so spelled, from 1; 0 for those that are not known."""
        return self.look(word, size, spelling) if self.gate.may_hold(spelling) else 0
    cdef int look(self, const unsigned int *word, int size, Bits spelling) noexcept


cdef Commons commons_of(common)
cdef Bits spelled(str word)
