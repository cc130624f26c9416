# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: freethreading_compatible=False
"""Which rules fire on a text, and where, compiled: `rules.hits` is the plain form."""

from cpython.list cimport PyList_GET_ITEM
from cpython.object cimport PyObject
cimport cython
from libc.stdlib cimport free, qsort, realloc

from rules.kernel.cuts cimport Chunk, Cut
from rules.kernel.pages cimport EVIDENCE, Page, Way
from rules.kernel.reading cimport Reader, Run
from rules.kernel.spelling cimport Bits
from rules.kernel.tables cimport Book, Check
from rules.kernel.words cimport summed

from rules.language import UNKNOWN
from rules.verdict import Match

cdef extern from *:
    void prefetch "__builtin_prefetch"(const void *) noexcept


cdef int _by_turn(const void *one, const void *other) noexcept nogil:
    """The rules in turn, and the cheapest way of each first."""
    cdef const Way *a = <const Way *> one
    cdef const Way *b = <const Way *> other
    if a.rank != b.rank:
        return -1 if a.rank < b.rank else 1
    if a.cost != b.cost:
        return -1 if a.cost < b.cost else 1
    if a.begin != b.begin:
        return -1 if a.begin < b.begin else 1
    if a.end != b.end:
        return -1 if a.end < b.end else 1
    return a.phrase - b.phrase


cdef int _by_points(const void *one, const void *other) noexcept nogil:
    """Evidence: most points first, of equals the first in the text."""
    cdef const Way *a = <const Way *> one
    cdef const Way *b = <const Way *> other
    if a.rank == b.rank and a.begin != b.begin:
        return -1 if a.begin < b.begin else 1
    return _by_turn(one, other)


@cython.final
cdef class Claims:
    """Words that belong to a match, each with the priority of its rule."""

    def __dealloc__(self):
        free(self.claim)

    cdef int put(self, int priority, int first, int last) except -1:
        cdef void *room
        if self.held == self.size:
            self.size = 2 * self.size + 16
            room = realloc(self.claim, self.size * sizeof(Claim))
            if room == NULL:
                raise MemoryError
            self.claim = <Claim *> room
        self.claim[self.held] = Claim(priority, first, last)
        self.held += 1
        return 0

    cdef bint hold(self, int priority, int first, int last) noexcept:
        """Whether one of these words belongs to a rule of higher priority."""
        cdef int at
        for at in range(self.held):
            if (
                self.claim[at].priority > priority
                and self.claim[at].first <= last
                and self.claim[at].last >= first
            ):
                return True
        return False


@cython.final
cdef class Phrases:
    """What the rules of one language find in texts: see `rules.hits.Phrases`."""

    def __init__(self, plan, int tongue, accounts=frozenset()):
        self.book, self.accounts = Book(plan), accounts
        self.reader = Reader(plan, tongue, self.book)

    def matches(self, item, Cut cut, str language, *, bint whole):
        """What fires on an item, whose text of a language was cut, in the order of the rules."""
        return self.find(item, cut, language, whole, None) or ()

    cdef list find(self, item, Cut cut, str language, bint whole, list found):
        """`found` with what fires on an item; None where that is nothing."""
        cdef Page page = self._page(cut, language, whole)
        if page is None:
            return found
        page.find_ways()
        if self.book.weighing:
            page.find_weighed()
        if not page.ways:
            return found
        page.item, page.accounts = item, self.accounts
        return self._matches(page, found)

    cdef Page _page(self, Cut cut, str language, bint whole):
        """The page of a text, or None where nothing of it can fire."""
        cdef Reader reader = self.reader
        cdef int number, words = 2, fragments = 0
        cdef bint telling = reader.start.anchors or reader.start.weighs
        cdef PyObject *chunk  # borrowed, as the run: to count references costs time
        cdef PyObject *run
        cdef Bits hints = summed(reader.start.hints, reader.end.hints)
        cdef Page page
        telling = telling or reader.end.anchors or reader.end.weighs
        for number in range(cut.size):
            chunk = cut.pieces[number].chunk
            if (<Chunk> chunk).runs[reader.tongue] == NULL:
                reader.run(<Chunk> chunk)
            prefetch((<Chunk> chunk).runs[reader.tongue])
        for number in range(cut.size):
            run = (<Chunk> cut.pieces[number].chunk).runs[reader.tongue]
            if run == <PyObject *> reader.idle_run:
                words += 1
                continue
            prefetch(<PyObject *> (<Run> run).lone)
            prefetch(<char *> <PyObject *> (<Run> run).lone + 64)
            if (<Run> run).telling:
                prefetch(<char *> <PyObject *> (<Run> run).lone + 128)
            words += (<Run> run).size
            fragments += (<Run> run).fragment
            telling = telling or (<Run> run).telling
            hints = summed(hints, (<Run> run).hints)
        if not (telling or fragments):
            return None
        page = Page.__new__(Page)
        page.book, page.language, page.hints = self.book, language, hints
        page.foreign = language != self.book.language and language != UNKNOWN
        page.fill(reader, cut, words, whole, fragments > 0)
        return page

    cdef list _matches(self, Page page, list matches):
        """`matches` with those of the rules that fire, of each the best."""
        cdef Claims claims = Claims.__new__(Claims)
        cdef int at = 0, end, ways = page.ways, rule
        cdef Check check
        qsort(page.way, ways, sizeof(Way), _by_turn)
        while at < ways:
            rule, end = page.way[at].rule, at + 1
            while end < ways and page.way[end].rule == rule:
                end += 1
            check = <Check> PyList_GET_ITEM(self.book.checks, rule)
            if page.holds(check):
                if page.way[at].phrase == EVIDENCE:
                    page.ways = ways
                    page.find_evidence(check)
                    qsort(page.way + ways, page.ways - ways, sizeof(Way), _by_points)
                    matches = self._fire(page, check, ways, page.ways, claims, matches)
                else:
                    matches = self._fire(page, check, at, end, claims, matches)
            at = end
        return matches

    cdef list _fire(
        self, Page page, Check check, int at, int end, Claims claims, list matches
    ):
        """Has a rule fire by the first of some ways that may stand where it does."""
        cdef Way way
        while at < end:
            way = page.way[at]
            at += 1
            if claims.hold(check.priority, way.begin, way.end) or (
                check.is_placed and not page.fits(check, way.begin, way.end)
            ):
                continue
            if self.book.prioritised:
                claims.put(check.priority, way.begin, way.end)
            if not check.is_silent:
                if matches is None:
                    matches = []
                matches.append(_match(page, check, way))
                break
        return matches

    def tells(self, str tag):
        """Whether a hashtag holds an element by which phrases are looked up."""
        return self.reader.tells(tag)


cdef object _match(Page page, Check check, Way way):
    """A way as a match."""
    cdef int start, end, begin = way.begin, ignored
    cdef object phrase = <object> PyList_GET_ITEM(check.texts, way.phrase)
    if page.is_joined:
        begin = page.joined.get(begin, begin)
    page.span(begin, &start, &ignored)
    page.span(way.end, &ignored, &end)
    return Match(
        check.id, check.label, phrase, page.cut.text[start:end], start, end, <double> (100 - way.cost)
    )
