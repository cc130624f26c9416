# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: freethreading_compatible=False
"""Memory in large pages, where the system has them for those who ask (Linux, 2 MB each).

The engine asks for memory here and there: chunks by their hash, words by their chunks. With pages of
4 KB each such look costs another to find out where the page lies, which takes as long.
"""

from libc.stdlib cimport calloc, free, malloc, realloc

cdef extern from *:
    """
    #include <Python.h>
    #include <stdint.h>
    #if defined(__linux__)
    #include <sys/mman.h>
    #endif
    #if defined(MADV_HUGEPAGE)
    #define LARGE_PAGE ((size_t) 2 << 20)

    static void *large_pages(size_t size) {
        size_t over;
        char *from = mmap(NULL, size + LARGE_PAGE, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (from == MAP_FAILED)
            return NULL;
        over = (LARGE_PAGE - (uintptr_t) from % LARGE_PAGE) % LARGE_PAGE;
        if (over)
            munmap(from, over);
        munmap(from + over + size, LARGE_PAGE - over);
        madvise(from + over, size, MADV_HUGEPAGE);  /* refused: then in small ones */
        return from + over;
    }

    static void no_pages(void *pages, size_t size) { munmap(pages, size); }
    #else
    #define LARGE_PAGE ((size_t) 2 << 20)
    static void *large_pages(size_t size) { return calloc(1, size); }
    static void no_pages(void *pages, size_t size) { free(pages); }
    #endif
    """
    size_t LARGE_PAGE
    void *large_pages(size_t size) noexcept
    void no_pages(void *pages, size_t size) noexcept
    int PyTraceMalloc_Track(unsigned int domain, size_t pointer, size_t size) noexcept
    int PyTraceMalloc_Untrack(unsigned int domain, size_t pointer) noexcept

cdef enum:
    STEP = 64  # bytes: rooms are as large as a number of these
    STEPS_MAX = 128  # of larger ones each is asked for by itself


cdef struct Room:
    Room *following  # while nobody has it
    size_t steps  # 0: it was asked for by itself


cdef Room *vacant[STEPS_MAX + 1]  # by their steps
cdef char *left = NULL  # of the newest pages
cdef size_t left_size = 0


cdef inline size_t _paged(size_t size) noexcept:
    return (size + LARGE_PAGE - 1) // LARGE_PAGE * LARGE_PAGE


cdef void *table_of(size_t size) except NULL:
    """Empty memory for a table."""
    cdef void *table = calloc(1, size) if 2 * size < LARGE_PAGE else large_pages(_paged(size))
    if table == NULL:
        raise MemoryError
    PyTraceMalloc_Track(0, <size_t> table, size)
    return table


cdef void let_table_go(void *table, size_t size) noexcept:
    if table == NULL:
        return
    PyTraceMalloc_Untrack(0, <size_t> table)
    if 2 * size < LARGE_PAGE:
        free(table)
    else:
        no_pages(table, _paged(size))


cdef void *room_of(size_t size) except NULL:
    """Memory for one of many things of about a size; what is let go of waits for the next."""
    global left, left_size
    cdef size_t steps = (size + sizeof(Room) + STEP - 1) // STEP
    cdef Room *room
    if steps > STEPS_MAX:
        room, steps = <Room *> malloc(size + sizeof(Room)), 0
    elif vacant[steps] != NULL:
        room = vacant[steps]
        vacant[steps] = room.following
    else:
        if left_size < steps * STEP:
            left = <char *> large_pages(LARGE_PAGE)
            left_size = LARGE_PAGE if left != NULL else 0
        room = <Room *> left
        if left != NULL:
            left, left_size = left + steps * STEP, left_size - steps * STEP
    if room == NULL:
        raise MemoryError
    room.steps = steps
    return <void *> (room + 1)


cdef void let_go(void *room) noexcept:
    cdef Room *one
    if room == NULL:
        return
    one = <Room *> room - 1
    if one.steps:
        one.following = vacant[one.steps]
        vacant[one.steps] = one
    else:
        free(one)


cdef void *wider(void *room, int *size, int count, size_t each) except NULL:
    """A row of things of `each` so many bytes with room for `count` more than its `size`, at least."""
    cdef int wanted = 2 * (size[0] + count) + 16
    room = realloc(room, wanted * each)
    if room == NULL:
        raise MemoryError
    size[0] = wanted
    return room
