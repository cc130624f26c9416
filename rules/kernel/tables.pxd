cimport cython
from rules.kernel.spelling cimport Bits

cdef enum:
    LANES_MAX = 64


cdef enum Kind:  # what is told sooner first
    LINKED
    MENTIONED
    ASKED
    TAGGED
    CUED
    EXCLAIMED
    PICTURED
    REPOSTED
    TITLED
    OF_POST  # a fact that `rules.facts` tells


cdef struct Row:
    int rule
    int phrase
    int first  # of its elements
    int size
    int anchor  # the place of the rarest element


cdef struct Probe:  # what is asked first of rows that have it in common
    int before  # the elements beside the anchor; -1: none
    int after
    int gap  # of their rules
    int row  # the first of them
    int end  # the first that is none
    int following  # the first probe with another element before, or another gap


@cython.final
cdef class Sets:
    cdef int count
    cdef int *start  # by the number of the set: its first block; one more at the end
    cdef int *block
    cdef int *before  # how many elements of the set stand in the blocks before
    cdef Bits *bits


@cython.final
cdef class Table:
    cdef int anchors, rows
    cdef int *anchor
    cdef int *start  # by the number of the anchor: its first row; one more at the end
    cdef Row *row
    cdef int *begin  # where `probed`, by the number of the anchor: its first probe
    cdef Probe *probe
    cdef int *element
    cdef int phrases
    cdef Sets mask  # of the anchors

    cdef int probed(self, list gaps) except -1
    cdef bint _is_like(self, Probe *probe, Row *row, int gap) noexcept


@cython.final
cdef class Scale:
    cdef int weights
    cdef int *points
    cdef Sets singles  # of each weight
    cdef list others, phrases, sizes
    cdef Table every  # the others of all weights: `rule` is the number of the weight


@cython.final
cdef class Limit:
    cdef int gap, tolerance, cost


@cython.final
cdef class Context:
    cdef Kind kind
    cdef str fact
    cdef Table before, after, around, anywhere, stop
    cdef Sets cued  # the anchors of its cues: a text that holds none has not got it
    cdef Limit limit
    cdef int reach

    cdef int read(self, cues, Tables tables) except -1


@cython.final
cdef class Check:
    cdef object id, label, languages, channels
    cdef int priority, reach, need
    cdef bint is_silent, is_placed, is_near, is_not_near
    cdef Limit limit
    cdef list texts  # of its phrases, or those of its evidence
    cdef Scale scale
    cdef Table none, near, not_near
    cdef list all, when, unless
    cdef Sets needed  # of each set a text must hold an element


@cython.final
cdef class Tables:
    cdef dict tables, contexts

    cdef Table table(self, index)
    cdef Context context(self, cues)


@cython.final
cdef class Book:
    cdef str language
    cdef bint prioritised
    cdef int blocks  # of a bit set of elements
    cdef int asked_blocks  # of one of those that texts are asked for, whatever their phrases
    cdef int question, link, mention  # the elements of marks
    cdef Tables tables
    cdef Table any
    cdef list checks  # of each rule
    cdef int *turn  # of each rule
    cdef tuple weighing
    cdef int lanes  # of those rules that only weigh evidence
    cdef Bits lacking  # what hints must come to, so that the highest bit of some count is set
    cdef int need[LANES_MAX]
    cdef int lane_rule[LANES_MAX]

    cdef list anchors(self)
    cdef int _note_needs(self) except -1
    cdef dict clues(self, plan)

