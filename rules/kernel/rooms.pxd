cdef void *table_of(size_t size) except NULL
cdef void let_table_go(void *table, size_t size) noexcept
cdef void *room_of(size_t size) except NULL
cdef void let_go(void *room) noexcept
cdef void *wider(void *room, int *size, int count, size_t each) except NULL
