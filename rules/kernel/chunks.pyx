# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: freethreading_compatible=False
"""Texts cut into chunks, compiled: `rules.chunks` is the plain form, and says what is meant.

That "Power," and "POWER!" are "power" is seen here: what is new is mostly a word known before. A
text is cut and its chunks are looked up in one go, by a hash of their letters, so that chunks
which are known cost no new string.
"""

from cpython.ref cimport Py_INCREF, Py_XDECREF
from cpython.unicode cimport (
    PyUnicode_DATA,
    PyUnicode_FromKindAndData,
    PyUnicode_KIND,
    PyUnicode_READ,
    Py_UNICODE_ISALNUM,
    Py_UNICODE_ISSPACE,
)
cimport cython
from libc.string cimport memcmp, memcpy

from rules.kernel.cuts cimport (
    ASKED, CHUNK_LETTERS_MAX, DRESSED, LINK, MENTION, OTHER, PLAIN, TAG, Chunk, Cut, Piece, chunk_of,
)
from rules.kernel.rooms cimport let_table_go, table_of
from rules.kernel.spelling cimport commons_of, hashed_on, joined_on, may_be_blank, spelled

from sys import byteorder

from rules.language import common_words
from rules.language import VOTES as _VOTES
from rules.memo import is_kept
from rules.reader import SIGNS as _SIGNS
from rules.text import ABBREVIATIONS as _ABBREVIATIONS
from rules.text import LINK_STARTS, ends_sentence, fold

FORM = 6  # as in rules/chunks.py: a kernel of another form is not used

cdef extern from *:
    int lowest_of "__builtin_ctzll"(Bits) noexcept
    void prefetch "__builtin_prefetch"(const void *) noexcept

cdef enum:
    AHEAD = 32  # so many chunks later memory that was asked for is there

if byteorder != "little":
    raise ImportError("letters are hashed side by side as little-endian machines hold them")
cdef Bits MULTIPLIER = 0x9E3779B97F4A7C15ULL  # odd, its bits well mixed (Knuth's golden ratio)
cdef Bits SEED = hash("rules.kernel.chunks") & 0xFFFFFFFFFFFFFFFF  # nobody can aim at one slot
cdef Bits VOTES = _VOTES
cdef str SIGNS = _SIGNS
cdef frozenset ABBREVIATIONS = _ABBREVIATIONS
cdef unsigned char[256] LETTER  # the folded letter that a Latin-1 one stands for, or 0
cdef unsigned char[256] SPACE  # whether a Latin-1 character is a blank
cdef unsigned char[128] SIGN  # whether an ASCII character is a sign
cdef int CODE

for CODE in range(256):
    LETTER[CODE] = 0
    SPACE[CODE] = chr(CODE).isspace()
    if chr(CODE).isalpha():
        folded = fold(chr(CODE))
        if len(folded) == 1 and "a" <= folded <= "z":
            LETTER[CODE] = ord(folded)
for CODE in range(128):
    SIGN[CODE] = chr(CODE) in SIGNS


cdef inline bint _is_sign(Py_UCS4 letter):
    if <int> letter < 128:
        return SIGN[<int> letter]
    return letter in SIGNS


cdef inline bint _is_space(int kind, void *data, Py_ssize_t at) noexcept:
    cdef Py_UCS4 letter = PyUnicode_READ(kind, data, at)
    return SPACE[<int> letter] if <int> letter < 256 else Py_UNICODE_ISSPACE(letter)


cdef inline Bits _mixed(Bits hash) noexcept:
    """The end of a hash: never 0."""
    hash = (hash ^ (hash >> 29)) * MULTIPLIER
    return (hash ^ (hash >> 32)) | 1


cdef inline Bits _hashed(int kind, void *data, Py_ssize_t at, Py_ssize_t end) noexcept:
    """The hash of what stands in a text between two places, however wide its letters are stored."""
    cdef Bits hash = SEED, letters
    cdef int shift
    while at < end:
        letters = 0
        for shift in range(0, 64, 8):
            if at < end:
                letters ^= <Bits> PyUnicode_READ(kind, data, at) << shift
                at += 1
        hash = joined_on(hash, letters)
    return _mixed(hash)


cdef inline Bits _end_of(unsigned char *text, Py_ssize_t *place, Py_ssize_t size) noexcept:
    """Leads a place in a Latin-1 text to the end of the chunk there; its hash."""
    cdef Bits hash = SEED, letters, blanks
    cdef Py_ssize_t at = place[0]
    cdef int some
    while at < size:
        some, letters = 8, 0
        if at + 8 <= size:
            memcpy(&letters, text + at, 8)
        else:
            some = <int> (size - at)
            memcpy(&letters, text + at, some)
        blanks = may_be_blank(letters)
        if blanks:
            some = min(some, lowest_of(blanks) >> 3)
            while some < 8 and at + some < size and not SPACE[text[at + some]]:
                some += 1  # it only may have been one
            letters &= (1ULL << 8 * some) - 1 if some < 8 else ~0ULL
        if some:
            hash = joined_on(hash, letters)
        at += some
        if some < 8:
            break
    place[0] = at
    return _mixed(hash)


cdef inline void _put(Cut cut, int number, PyObject *chunk) noexcept:
    """Puts a chunk to its place in a text."""
    cdef Bits code = (<Chunk> chunk).code
    Py_INCREF(<Chunk> chunk)
    cut.pieces[number].chunk = chunk
    cut.votes += code & VOTES
    cut.flags |= code & ~VOTES


cdef inline bint _same(Chunk chunk, int kind, void *data, Py_ssize_t start, Py_ssize_t size):
    """Whether a chunk is what stands in a text from a place on."""
    cdef Py_ssize_t at
    if chunk.near >= 0:
        if chunk.near != size:
            return False
        if kind == 1:
            return not memcmp(chunk.letters, <char *> data + start, size)
        for at in range(size):
            if chunk.letters[at] != <int> PyUnicode_READ(kind, data, start + at):
                return False
        return True
    if len(chunk.said) != size:
        return False
    for at in range(size):
        if chunk.said[at] != PyUnicode_READ(kind, data, start + at):
            return False
    return True


@cython.final
@cython.no_gc
cdef class Shelf:
    """Chunks by their letters: a hash table with linear probing, twice as large as what it holds."""

    def __cinit__(self):
        self.size = 1024
        self.slots = <Slot *> table_of(self.size * sizeof(Slot))

    def __dealloc__(self):
        cdef Bits at
        if self.slots != NULL:
            for at in range(self.size):
                Py_XDECREF(self.slots[at].chunk)
        let_table_go(self.slots, self.size * sizeof(Slot))

    cdef PyObject *find(
        self, Bits hash, int kind, void *data, Py_ssize_t start, Py_ssize_t end
    ):
        cdef Bits at = hash >> 20 & (self.size - 1)
        while self.slots[at].hash:
            if self.slots[at].hash == hash and _same(
                <Chunk> self.slots[at].chunk, kind, data, start, end - start
            ):
                return self.slots[at].chunk
            at = (at + 1) & (self.size - 1)
        return NULL

    cdef void expect(self, Bits hash) noexcept:
        """Has the memory fetched that `find` will ask for: a whole text's together."""
        prefetch(&self.slots[hash >> 20 & (self.size - 1)])

    cdef void expect_chunk(self, Bits hash) noexcept:
        cdef Slot *slot = &self.slots[hash >> 20 & (self.size - 1)]
        if slot.hash == hash:
            prefetch(slot.chunk)
            prefetch(<char *> slot.chunk + 64)

    cdef int put(self, Chunk chunk) except -1:
        if 2 * self.held >= <Py_ssize_t> self.size:
            self._grow()
        Py_INCREF(chunk)
        self._file(chunk.hash, <PyObject *> chunk)
        self.held += 1
        return 0

    cdef void _file(self, Bits hash, PyObject *chunk) noexcept:
        cdef Bits at = hash >> 20 & (self.size - 1)
        while self.slots[at].hash:
            at = (at + 1) & (self.size - 1)
        self.slots[at].hash, self.slots[at].chunk = hash, chunk

    cdef int _grow(self) except -1:
        cdef Slot *before = self.slots
        cdef Bits at, size = self.size
        cdef Slot *slots = <Slot *> table_of(2 * size * sizeof(Slot))
        self.slots, self.size = slots, 2 * size
        for at in range(size):
            if before[at].hash:
                self._file(before[at].hash, before[at].chunk)
        let_table_go(before, size * sizeof(Slot))
        return 0


@cython.final
cdef class Chunks:
    """Makes the chunks of texts, and remembers them: see `rules.chunks.Chunks`."""

    def __init__(self, code_of, tag_code_of, dict known, Py_ssize_t limit):
        del tag_code_of  # whoever judges says who tells it
        self.code_of, self.known, self.limit = code_of, known, limit
        self.telling = self.tells = self.flags = ()
        self.commons = commons_of(common_words())
        self.named = Gate(len(known), 4)
        votes = common_words().all_votes
        for word, code in known.items():
            if code != votes.get(word, 0):
                self.named.let(spelled(word))
        self.young, self.old = Shelf(), Shelf()
        self.link = _made("https://t.co/")
        self.link.kind = LINK

    @property
    def held(self):
        """How many chunks are remembered."""
        return self.young.held + self.old.held

    cpdef Cut of(self, str text):
        """A text cut into its chunks."""
        cdef Cut cut = Cut.__new__(Cut)
        cdef int kind = PyUnicode_KIND(text), number, missing = 0
        cdef void *data = PyUnicode_DATA(text)
        cdef Shelf young = self.young
        cdef Piece *piece
        cdef PyObject *known
        cdef Chunk chunk
        cut.text = text
        self._scan(cut, kind, data, len(text))
        for number in range(max(0, cut.size - AHEAD), cut.size):
            young.expect_chunk(cut.pieces[number].hash)
        for number in range(cut.size):
            piece = &cut.pieces[number]
            known = young.find(piece.hash, kind, data, piece.start, piece.end)
            if known != NULL:
                _put(cut, number, known)
            else:
                missing += 1
        if missing:
            for number in range(cut.size):
                piece = &cut.pieces[number]
                if piece.chunk == NULL:
                    chunk = self._chunk(text, kind, data, piece.start, piece.end, piece.hash)
                    _put(cut, number, <PyObject *> chunk)
        return cut

    cdef int _scan(self, Cut cut, int kind, void *data, Py_ssize_t letters) except -1:
        """Notes where the chunks of a text stand, and its lines end."""
        cdef Py_ssize_t at = 0, start
        cdef Bits hash
        while True:
            while at < letters and _is_space(kind, data, at):
                if PyUnicode_READ(kind, data, at) == u"\n":
                    if cut.lines is None:
                        cut.lines = []
                    cut.lines.append(cut.size)
                at += 1
            if at == letters:
                return 0
            start = at
            if kind == 1:
                hash = _end_of(<unsigned char *> data, &at, letters)
            else:
                while at < letters and not _is_space(kind, data, at):
                    at += 1
                hash = _hashed(kind, data, start, at)
            self.young.expect(hash)
            cut.note(hash, start, at)
            if cut.size > AHEAD:
                self.young.expect_chunk(cut.pieces[cut.size - 1 - AHEAD].hash)

    cdef Chunk _chunk(
        self, str text, int kind, void *data, Py_ssize_t start, Py_ssize_t end, Bits hash
    ):
        """A chunk that was not among the young ones when the text began."""
        cdef PyObject *known = self.young.find(hash, kind, data, start, end)
        return <Chunk> known if known != NULL else self._new(text, kind, data, start, end, hash)

    cdef Chunk _new(
        self, str text, int kind, void *data, Py_ssize_t start, Py_ssize_t end, Bits hash
    ):
        """A chunk that is not among the young ones."""
        cdef Py_UCS4 first = PyUnicode_READ(kind, data, start)
        cdef Chunk chunk
        cdef PyObject *kept
        if first == u"@":
            chunk = self._mention(kind, data, start, end)
            if chunk is not None:
                return chunk
        elif (first == u"h" or first == u"H") and end - start > 8 and text.startswith(LINK_STARTS, start, end):
            return self.link
        kept = self.old.find(hash, kind, data, start, end)
        if kept != NULL:
            chunk = <Chunk> kept
        else:
            chunk = self._worded(kind, data, start, end)
            if chunk is None:
                chunk = self._other(text[start:end])
            # A word that is plain but for its signs needs no look at what it holds.
            if chunk.kind == OTHER and not is_kept(chunk.read()):
                return chunk
            chunk.hash = hash
        self._keep(chunk)
        return chunk

    cdef int _keep(self, Chunk chunk) except -1:
        if self.young.held >= self.limit:
            self.old, self.young = self.young, Shelf()
        return self.young.put(chunk)

    cdef Chunk _mention(self, int kind, void *data, Py_ssize_t start, Py_ssize_t end):
        """A mention with signs behind it, or None: none is remembered."""
        cdef Py_ssize_t last = end, at
        cdef Py_UCS4 letter
        cdef bint named = False
        cdef Chunk chunk
        while last > start and _is_sign(PyUnicode_READ(kind, data, last - 1)):
            last -= 1
        for at in range(start + 1, last):
            letter = PyUnicode_READ(kind, data, at)
            if letter != u"_":
                if not Py_UNICODE_ISALNUM(letter):
                    return None
                named = True
        if not named:
            return None
        chunk = chunk_of(kind, data, start, last)
        chunk.kind = MENTION
        chunk.ends = last < end and _ends(None, kind, data, last, end)
        return chunk

    cdef Chunk _worded(self, int kind, void *data, Py_ssize_t start, Py_ssize_t end):
        """A chunk that is one word in Latin letters, but for signs before or behind it; or None."""
        cdef char[CHUNK_LETTERS_MAX] word
        cdef Py_ssize_t first = start, last = end, at, size
        cdef Py_UCS4 letter
        cdef bint asked = False, tag = PyUnicode_READ(kind, data, start) == u"#", same
        cdef Chunk chunk
        if end - start > CHUNK_LETTERS_MAX:
            return None
        if PyUnicode_READ(kind, data, end - 1) == u"?":
            asked = True
            while last > first and PyUnicode_READ(kind, data, last - 1) == u"?":
                last -= 1
        else:
            while last > first and _is_sign(PyUnicode_READ(kind, data, last - 1)):
                last -= 1
            while first < last and _is_sign(PyUnicode_READ(kind, data, first)):
                first += 1
            if tag:
                first += 1
        size = last - first
        if size <= 0 or (tag and asked):
            return None
        same = size == end - start
        for at in range(size):
            letter = PyUnicode_READ(kind, data, first + at)
            if <int> letter > 255 or not LETTER[<int> letter]:
                return None
            word[at] = LETTER[<int> letter]
            same = same and LETTER[<int> letter] == <int> letter
        if same:
            return self._plain(word, size)
        chunk = chunk_of(kind, data, start, end)
        chunk.base = self._base(word, size)
        chunk.code, chunk.kind = chunk.base.code, ASKED if asked else DRESSED
        if tag:
            self._file_tag(chunk, kind, data, start, last)
        if last < end and not asked:
            chunk.ends = _ends(None if tag else chunk.base, kind, data, last, end)
        return chunk

    cdef int _file_tag(
        self, Chunk chunk, int kind, void *data, Py_ssize_t start, Py_ssize_t end
    ) except -1:
        """Notes that a chunk is a hashtag, and its code."""
        cdef str tag = None
        cdef unsigned int[CHUNK_LETTERS_MAX] letters
        cdef int size, number
        cdef bint idle = chunk.base.number and not chunk.code & ~VOTES
        chunk.kind, chunk.code = TAG, 0
        if idle:
            return 0
        size = chunk.base.spell(letters)
        for number in range(len(self.telling)):
            if (<Parts> self.telling[number]).holds_one(letters, size):
                if tag is None:
                    tag = PyUnicode_FromKindAndData(kind, <char *> data + kind * start, end - start)
                if self.tells[number](tag):
                    chunk.code |= <Bits> self.flags[number]
        return 0

    cdef Chunk _base(self, const char *word, Py_ssize_t size):
        """The chunk of a folded word."""
        cdef Bits hash = _hashed(1, <void *> word, 0, size)
        cdef PyObject *kept
        cdef Chunk chunk
        kept = self.young.find(hash, 1, <void *> word, 0, size)
        if kept != NULL:
            return <Chunk> kept
        kept = self.old.find(hash, 1, <void *> word, 0, size)
        if kept != NULL:
            chunk = <Chunk> kept
        else:
            chunk = self._plain(word, size)
            chunk.hash = hash
        self._keep(chunk)
        return chunk

    cdef Chunk _plain(self, const char *word, Py_ssize_t size):
        """A chunk that is a folded word."""
        cdef Chunk chunk = chunk_of(1, <void *> word, 0, size)
        cdef Bits spelling = 1
        cdef Py_ssize_t at
        for at in range(size):
            spelling = hashed_on(spelling, <unsigned char> word[at])
        spelling = spelling or 1
        chunk.kind = PLAIN
        chunk.number = self.commons.find(word, size, spelling)
        chunk.code = self.commons.code[self.commons.votes[chunk.number]]
        if self.named.may_hold(spelling):
            chunk.code = self.known.get(chunk.read(), 0)
        return chunk

    cdef Chunk _other(self, str text):
        """A chunk of any kind."""
        cdef str core = text.strip(SIGNS), word
        cdef bytes letters
        cdef Py_ssize_t size = len(text), last = len(text.rstrip(SIGNS))
        cdef int kind = PyUnicode_KIND(text)
        cdef void *data = PyUnicode_DATA(text)
        cdef Chunk chunk = _made(text)
        if size <= CHUNK_LETTERS_MAX and core.isalpha():
            word = fold(core)
            if word.isascii() and word.isalpha() and len(word) <= CHUNK_LETTERS_MAX:
                letters = word.encode("ascii")
                chunk.base, chunk.kind = self._base(letters, len(letters)), DRESSED
                chunk.code = chunk.base.code
                chunk.ends = last < size and _ends(chunk.base, kind, data, last, size)
                return chunk
        chunk.code = self.code_of(text)
        return chunk


cdef Chunk _made(str text):
    """A text as a chunk of which nothing is known."""
    return chunk_of(PyUnicode_KIND(text), PyUnicode_DATA(text), 0, len(text))


cdef bint _ends(Chunk base, int kind, void *data, Py_ssize_t at, Py_ssize_t end) except -1:
    """Whether a sentence ends with the signs behind a word that a blank follows: `ends_sentence`.

    Tags and mentions have no `base`: with their sign they are no abbreviations.
    """
    cdef int stops = 0, dots = 0, signs = end - at
    cdef bint parts = False
    cdef Py_UCS4 sign
    for at in range(at, end):
        sign = PyUnicode_READ(kind, data, at)
        dots += sign == u"."
        stops += sign == u"." or sign == u"!" or sign == u"…"
        parts = parts or sign == u";"
    if not stops:
        return parts
    if base is None or stops > 1 or not dots:
        return True
    if signs == 1:
        return base.near != 1 and base.read() not in ABBREVIATIONS
    said = PyUnicode_FromKindAndData(kind, <char *> data + kind * (end - signs), signs)
    return ends_sentence(base.read(), said, "")
