cimport cython
from rules.kernel.sheets cimport Sheet
from rules.kernel.tables cimport Book, Check, Context, Limit, Probe, Scale, Sets, Table
from rules.kernel.spelling cimport Bits
from rules.kernel.words cimport Clue

cdef enum:
    EVIDENCE = -1  # a way whose phrases are looked for when its rule's turn has come


cdef struct Way:
    int rank  # the smaller, the sooner
    int rule
    int cost  # 100 - score
    int begin  # first and last word
    int end
    int phrase


cdef struct Spot:
    int begin
    int end


cdef struct Spots:
    void *table
    int first
    int count


@cython.final
cdef class Page(Sheet):
    cdef Book book
    cdef str language
    cdef object item, facts
    cdef frozenset accounts
    cdef Spots *found  # by table, in the order in which they were looked for
    cdef Spot *spots
    cdef Way *way
    cdef int found_held, found_size, spots_held, spots_size, ways, ways_size

    cdef int find_ways(self) except -1
    cdef int _try_rows(self, int place, int anchor, Bits **done) except -1
    cdef void _leave_tellings(self, Table any) noexcept
    cdef int find_weighed(self) except -1
    cdef int find_evidence(self, Check check) except -1
    cdef bint holds(self, Check check) except -1
    cdef bint fits(self, Check check, int first, int last) except -1

    cdef bint _has(self, Table table, Limit limit) except -1
    cdef int _stands(self, Table table, int at, Limit limit) except -1
    cdef int _try(self, int number, Bits **done) except -1
    cdef int _note_ways(self, int found, int rank, int rule, int phrase) except -1
    cdef bint _is_possible(self, Check check) except -1
    cdef int _most_points(self, int *most, Bits lanes, bint near) except -1
    cdef int _rows_near(self, int place, Clue *clue) except -1
    cdef int _points(self, Scale scale, Limit limit) except? -1
    cdef bint _meets(self, Sets sets, int number) except -1
    cdef int _singles(self, Sets singles, int number, Limit limit) except -1
    cdef bint _stands_alone(self, int element, Limit limit) except -1
    cdef int _others(self, Scale scale, Limit limit) except? -1
    cdef bint _is_fact(self, Context context, int first, int last) except -1
    cdef bint _may_be(self, int kind)
    cdef bint _is_asked(self, int first, int last) except -1
    cdef bint _applies(self, Context context, int first, int last) except -1
    cdef bint _beside(
        self, Spots where, int reach, Context context, int first, int last
    ) except -1
    cdef bint _linked(self, int place, int following, int reach, Context context) except -1
    cdef Spots _sites(self, Table table, Limit limit) except *
