from cpython.object cimport PyObject

from rules.kernel.cuts cimport Cut
from rules.kernel.spelling cimport Bits
from rules.kernel.reading cimport Reader, Run
from rules.kernel.tables cimport Limit, Row, Sets, Table
from rules.kernel.neighbours cimport have_common
from rules.kernel.words cimport Word, gist_of, summed


cdef extern from *:
    void prefetch "__builtin_prefetch"(const void *) noexcept


cdef struct Stand:
    int place
    int edits


cdef struct Standing:
    int element
    int first  # of its stands
    int count


cdef struct Trail:
    int place
    int cost
    int begin


cdef class Sheet:
    cdef Cut cut
    cdef Reader reader
    cdef dict joined  # or None: the second parts of words written in two, and the first
    cdef list others
    cdef bint foreign, is_joined
    cdef Bits hints  # of all words
    cdef int total
    cdef PyObject **words
    cdef Bits *gist  # of each word
    cdef int *telling  # the places of words that are anchors
    cdef int tellings
    cdef int *place_of  # where an anchor stands whose rows are looked at
    cdef int places
    cdef int *standing_anchors  # by their numbers in a table
    cdef int anchors_size
    cdef Bits *present  # the elements of all words that texts are asked for
    cdef Bits *exact  # those without an edit: the same where no word needs one
    cdef int *sentence  # of each word, counted from 0
    cdef int *number_of  # element → 1 + the number of its standing; 0: not looked for yet
    cdef Standing *standings
    cdef Stand *stands
    cdef Trail *trail
    cdef Trail *longer
    cdef int standings_held, standings_size, stands_held, stands_size

    cdef inline void lay(self, int place, bint telling, PyObject *word, Bits gist) noexcept:
        """Puts a word to its place; of those of a `telling` run some are anchors."""
        self.words[place], self.gist[place] = word, gist
        if telling:
            prefetch((<Word> word).clue)
            if (<Word> word).anchors:
                self.tell(place)
    cdef inline void tell(self, int place) noexcept:
        """Notes that the word at a place is an anchor, and has the memory fetched that says what it needs."""
        self.telling[self.tellings] = place
        self.tellings += 1
        prefetch((<Word> self.words[place]).nears)
    cdef int fill(self, Reader reader, Cut cut, int words, bint whole, bint fragments) except -1
    cdef inline Run run_of(self, int number):
        return <Run> self.cut.chunk(number).runs[self.reader.tongue]
    cdef int _join(self) except -1
    cdef int _join_two(self, int number) except -1
    cdef bint _may_be_one(self, int number) except -1
    cdef int span(self, int place, int *begin, int *end) except -1
    cdef bint is_tagged(self, int first, int last) except -1
    cdef int look_at_words(self) except -1
    cdef int _count_sentences(self) except -1
    cdef bint _parted(self, int place, int following) except -1
    cdef bint holds_element(self, int element) except -1
    cdef Standing stands_at(self, int element) except *
    cdef int _number_of(self, int element) except -1
    cdef int _note(self, Standing found) except -1
    cdef inline bint stands_in(self, int place, int element, Bits gist) noexcept:
        """Whether an element, of this gist, stands at a place."""
        return self.gist[place] & gist and (<Word> self.words[place]).has(element)
    cdef inline bint _is_within(self, int element, int first, int after) noexcept:
        """Whether an element stands at one of these places."""
        cdef Bits gist = gist_of(element)
        cdef int at
        for at in range(first, after):
            if self.stands_in(at, element, gist):
                return True
        return False
    cdef inline Bits gist_behind(self, int place, int gap) noexcept:
        """The gist of all words behind a place within a gap."""
        cdef Bits gist = 0
        cdef int at
        for at in range(place + 1, min(self.total, place + gap + self.is_joined + 2)):
            gist |= self.gist[at]
        return gist
    cdef inline bint is_before(self, int place, int element, int gap) noexcept:
        """Whether an element stands before a place, or within a gap."""
        gap += self.is_joined  # the first part of a word written in two is not idle
        return self._is_within(element, max(0, place - gap - 1), place)
    cdef inline bint is_after(self, int place, int element, int gap) noexcept:
        """Whether an element stands behind a place, or within a gap."""
        gap += self.is_joined
        return self._is_within(element, place + 1, min(self.total, place + gap + 2))
    cdef int anchors_of(self, Table table) except -1
    cdef void look_for(self, Table table, int number) noexcept
    cdef bint is_beside(self, int place, Word word) noexcept
    cdef bint neighboured(self, int place, Row *row, int *elements, int gap) noexcept
    cdef bint may_lead(self, int place, Row *row, int *elements, int gap) noexcept
    cdef bint _narrow(self, int element, int first, int after, int *low, int *high) noexcept
    cdef bint may_stand(self, Row *row, int *elements, int gap) noexcept
    cdef int sites(self, Row *row, int *elements, Limit limit) except -1
    cdef int _begun(self, Standing where, bint alone, Limit limit) noexcept
    cdef int _go_on(self, int found, Standing where, Limit limit) except -1
