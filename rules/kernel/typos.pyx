# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: freethreading_compatible=False
"""Which known words a typed one may be meant for, compiled: `rules.typos` says what is meant."""

cimport cython
from libc.stdlib cimport free, malloc
from libc.string cimport memmove

from rules.kernel.rooms cimport let_table_go, table_of, wider

from rules.typos import HEAD_LETTERS as _HEAD_LETTERS
from rules.typos import TWO_EDITS_LETTERS_MIN, tolerance

cdef int HEAD_LETTERS = _HEAD_LETTERS
cdef int LONG = TWO_EDITS_LETTERS_MIN
cdef Bits BASE = 0x9E3779B97F4A7C15ULL  # odd, its bits well mixed (Knuth's golden ratio)
cdef Bits[LETTERS_MAX + 1] POWER  # of the base
cdef int PLACE

POWER[0] = 1
for PLACE in range(LETTERS_MAX):
    POWER[PLACE + 1] = POWER[PLACE] * BASE


cdef inline Bits _mixed(Bits sum) noexcept:
    """The end of a hash."""
    sum = (sum ^ (sum >> 32)) * BASE
    return sum ^ (sum >> 29)


cdef void _add_up(const unsigned int *word, int letters, Bits *sums) noexcept:
    """Puts the polynomials of a word's beginnings to `sums`: one more than it has letters.

    By them the hash of the word without a letter or two costs no walk over the others.
    """
    cdef int at
    sums[0] = 1
    for at in range(letters):
        sums[at + 1] = sums[at] * BASE + word[at]


cdef inline Bits _without(const Bits *sums, int letters, int but) noexcept:
    """The polynomial of a word's first letters without one of them."""
    return sums[letters] + (sums[but] - sums[but + 1]) * POWER[letters - 1 - but]


cdef inline Bits _thinned(const Bits *sums, int letters, int but, int but_too) noexcept:
    """The hash of a word without up to two of its letters, the first of them first; -1: none."""
    if but_too < 0:
        return _mixed(sums[letters])
    if but < 0:
        return _mixed(_without(sums, letters, but_too))
    return _mixed(
        (_without(sums, but_too, but) - sums[but_too + 1]) * POWER[letters - 1 - but_too]
        + sums[letters]
    )


@cython.final
cdef class Filing:
    """Words under hashed spellings, several under one: a hash table with linear probing."""

    def __dealloc__(self):
        let_table_go(self.slots, self.size * sizeof(Filed))

    def __init__(self, Bits entries):
        self.size = 64
        while self.size < 2 * entries:
            self.size *= 2
        self.gate = Gate(entries, 12)
        self.slots = <Filed *> table_of(self.size * sizeof(Filed))

    cdef void put(self, Bits spelling, int word) noexcept:
        cdef Bits at = (spelling >> 20) & (self.size - 1)
        while self.slots[at].word:
            if self.slots[at].tag == <unsigned int> spelling and self.slots[at].word == word + 1:
                return
            at = (at + 1) & (self.size - 1)
        self.slots[at].tag, self.slots[at].word = <unsigned int> spelling, word + 1
        self.gate.let(spelling)


cdef int _apart(
    const unsigned int *one, int letters, const unsigned int *other, int others, int most
) noexcept:
    """How many edits separate two words, or more than `most`: optimal string alignment."""
    cdef int rows[3][LETTERS_MAX + 1]
    cdef int i, j, cost, best, least
    if abs(letters - others) > most:
        return most + 1
    while letters and others and one[letters - 1] == other[others - 1]:
        letters, others = letters - 1, others - 1
    while letters and others and one[0] == other[0]:
        one, other, letters, others = one + 1, other + 1, letters - 1, others - 1
    if not letters or not others:
        return letters + others
    if most == 1:  # both differ at their first and their last letter
        if letters == 2 and others == 2 and one[0] == other[1] and one[1] == other[0]:
            return 1
        return 1 if letters == 1 and others == 1 else 2
    for j in range(others + 1):
        rows[0][j] = j
    for i in range(1, letters + 1):
        rows[i % 3][0] = least = i
        for j in range(1, others + 1):
            cost = one[i - 1] != other[j - 1]
            best = rows[(i - 1) % 3][j - 1] + cost
            best = min(best, rows[(i - 1) % 3][j] + 1)
            best = min(best, rows[i % 3][j - 1] + 1)
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                best = min(best, rows[(i - 2) % 3][j - 2] + 1)
            rows[i % 3][j] = best
            least = min(least, best)
        if least > most + 1:  # a swap may look back two rows
            return most + 1
    return rows[letters % 3][others]


@cython.final
cdef class Typos:
    """Finds the known words that are one edit from a typed one, or else two: see `rules.typos`."""

    def __dealloc__(self):
        free(self.first)
        free(self.letters)
        free(self.found)

    def __init__(self, words):
        cdef int number, at, other, letters, size
        cdef unsigned int *word_at
        cdef Bits[LETTERS_MAX + 1] sums
        self.words = [
            word for word in dict.fromkeys(words) if tolerance(word) and len(word) <= LETTERS_MAX
        ]
        self.first = <int *> malloc((len(self.words) + 1) * sizeof(int))
        self.letters = <unsigned int *> malloc(max(1, sum(map(len, self.words))) * sizeof(int))
        if not (self.first and self.letters):
            raise MemoryError
        size = 0
        for number, word in enumerate(self.words):
            self.first[number] = size
            for letter in <str> word:  # code points
                self.letters[size] = ord(letter)
                size += 1
        self.first[len(self.words)] = size
        self.deletes = Filing(size + len(self.words))
        self.heads = Filing(29 * len(self.words))  # 7 letters, less none, one or two of them
        for number in range(len(self.words)):
            word_at = self.letters + self.first[number]
            letters = self.first[number + 1] - self.first[number]
            _add_up(word_at, letters, sums)
            for at in range(-1, letters):
                self.deletes.put(_thinned(sums, letters, -1, at), number)
            if tolerance(self.words[number]) == 2:
                letters = min(letters, HEAD_LETTERS)
                for at in range(-1, letters):
                    for other in range(at, letters):
                        if other > at or at < 0:
                            self.heads.put(_thinned(sums, letters, at, other), number)

    def near(self, str typed):
        """The nearest known words, in order, and how many edits away they are."""
        cdef unsigned int letters[LETTERS_MAX]
        cdef int size = len(typed), at = 0, edits = 1
        if size > LETTERS_MAX:
            return [], 1
        for letter in typed:
            letters[at] = ord(letter)
            at += 1
        found = self.nearest(letters, size, &edits)
        return sorted([self.words[at] for at in found or ()]), edits

    cdef tuple nearest(self, const unsigned int *typed, int size, int *edits):
        """The numbers of the nearest known words, and their edits; None where there are none."""
        cdef int at, other, head
        cdef Bits spelling
        cdef Bits[LETTERS_MAX + 1] sums
        edits[0] = 1
        self.found_held = 0
        _add_up(typed, size, sums)
        for at in range(-1, size):
            spelling = _thinned(sums, size, -1, at)
            if self.deletes.gate.may_hold(spelling):
                self._look(self.deletes, spelling, typed, size, 1)
        if not self.found_held and size >= LONG:
            edits[0] = 2
            head = min(size, HEAD_LETTERS)
            for at in range(-1, head):
                for other in range(at, head):
                    if other > at or at < 0:
                        spelling = _thinned(sums, head, at, other)
                        if self.heads.gate.may_hold(spelling):
                            self._look(self.heads, spelling, typed, size, 2)
        return tuple([self.found[at] for at in range(self.found_held)]) if self.found_held else None

    cdef int _look(
        self, Filing filing, Bits spelling, const unsigned int *typed, int size, int edits
    ) except -1:
        """Puts the words under a spelling to those found that are just so many edits away."""
        cdef Bits at = (spelling >> 20) & (filing.size - 1)
        cdef int number, letters
        cdef const unsigned int *known
        while filing.slots[at].word:
            if filing.slots[at].tag == <unsigned int> spelling:
                number = filing.slots[at].word - 1
                known = self.letters + self.first[number]
                letters = self.first[number + 1] - self.first[number]
                if (
                    (edits == 1 or known[0] == typed[0] or letters >= 6)
                    and _apart(typed, size, known, letters, edits) == edits
                ):
                    self._find(number)
            at = (at + 1) & (filing.size - 1)
        return 0

    cdef int _find(self, int number) except -1:
        """Puts a number to those found, to its place, once."""
        cdef int at = self.found_held
        while at and self.found[at - 1] > number:
            at -= 1
        if at and self.found[at - 1] == number:
            return 0
        if self.found_held == self.found_size:
            self.found = <int *> wider(self.found, &self.found_size, 1, sizeof(int))
        memmove(self.found + at + 1, self.found + at, (self.found_held - at) * sizeof(int))
        self.found[at] = number
        self.found_held += 1
        return 0
