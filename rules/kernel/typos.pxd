ctypedef unsigned long long Bits

cdef enum:
    LETTERS_MAX = 64


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


cdef struct Filed:
    Bits spelling  # hashed: what is found is compared anyway; 0: free
    int word


cdef class Filing:
    cdef Filed *slots
    cdef Bits *gate  # a Bloom filter of one hash: most that is looked for is not there
    cdef Bits size, gate_bits

    cdef void put(self, Bits spelling, int word) noexcept
    cdef inline bint may_hold(self, Bits spelling) noexcept:
        cdef Bits at = (spelling >> 24) & (self.gate_bits - 1)
        return (self.gate[at >> 6] >> (at & 63)) & 1


cdef class Typos:
    cdef list words
    cdef int *first  # of the letters of each word; one more at the end
    cdef unsigned int *letters
    cdef Filing deletes, heads

    cdef tuple nearest(self, const unsigned int *typed, int size, int *edits)
    cdef int _look(
        self,
        Filing filing,
        Bits spelling,
        const unsigned int *typed,
        int size,
        int edits,
        set found,
    ) except -1
