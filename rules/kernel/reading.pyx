# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: freethreading_compatible=False
"""What chunks of text mean to the rules of a language, compiled: the short cut of `rules.reader`.

Most new chunks are plain words that mean nothing. That, and what a mistyped word stands for, is
told here; all else, and what a word means at first, is asked of the plain reader.

    Chunk → Run (its words in a language) → Word (its elements)
"""

from cpython.dict cimport PyDict_GetItemWithError
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF
cimport cython
from libc.stdlib cimport calloc, free, malloc

from rules.kernel.chunks cimport ASKED, CHUNK_LETTERS_MAX, DRESSED, LINK, MENTION, PLAIN
from rules.kernel.typos cimport hashed, hashed_on

from rules.language import LONG_RUN
from rules.lexicon import JOINED_LETTERS_MIN as _JOINED_LETTERS_MIN
from rules.lexicon import TOKEN_LETTERS_MAX as _TOKEN_LETTERS_MAX
from rules.lexicon import TYPO_LETTERS_MIN as _TYPO_LETTERS_MIN
from rules.phrase import STEM_LETTERS_MIN as _STEM_LETTERS_MIN
from rules.reading import IDLE, Reading
from rules.text import LINK_STARTS, QUESTION

cdef int FEW = 8  # so many elements are looked through about as fast as a bit set is asked
cdef int JOINED_LETTERS_MIN = _JOINED_LETTERS_MIN
cdef int TOKEN_LETTERS_MAX = _TOKEN_LETTERS_MAX
cdef int TYPO_LETTERS_MIN = _TYPO_LETTERS_MIN
cdef int STEM_LETTERS_MIN = _STEM_LETTERS_MIN
cdef int LONE_HELD = 65_536  # then they are forgotten, and worked out anew
cdef int TYPED_HELD = 16_384


cdef class Word:
    """The elements that a word can stand for; `plain` is its plain form."""

    def __dealloc__(self):
        free(self.numbers)
        free(self.bits)


@cython.no_gc
cdef class Run:
    """A chunk of a text as words, as it stands, and as it is with a sign of the end behind it."""


cdef class Reader:
    """Reads chunks for the rules of a plan, whose number is `tongue`.

    `anchors` are the elements by which phrases are looked up, in order, `evidence` has for an
    element what it adds to each lane of evidence; bit sets have so many `blocks`.
    """

    def __dealloc__(self):
        free(self.number_of)

    def __init__(self, plan, int tongue, list anchors, dict evidence, int blocks):
        cdef int at
        self.plain, self.tongue, self.evidence, self.blocks = plan.reader, tongue, evidence, blocks
        self.idle_runs, self.lone, self.typed, self.mentioned = {}, {}, {}, {}
        self.number_of = <int *> malloc(64 * (blocks + 1) * sizeof(int))
        if self.number_of == NULL:
            raise MemoryError
        for at in range(64 * blocks):
            self.number_of[at] = -1
        for at, anchor in enumerate(anchors):
            self.number_of[<int> anchor] = at
        self.idle = self._word(IDLE, 1)
        self.start, self.end = self.word(plan.start), self.word(plan.end)

    cdef int _begin(self) except -1:
        """Makes what takes time: with the first text of the language, not before."""
        lexicon = self.lexicon = self.plain.lexicon
        self.idle_words, self.common = self.plain.idle_words, lexicon.common.words
        self.exact, self.short, self.fragments = lexicon.exact, lexicon.short, lexicon.fragments
        self.stem_heads, self.words_in_two = lexicon.stem_heads, lexicon.splittable
        self.typos = lexicon.typos
        self.parts = Filing(len(lexicon.words_in_tags))
        for word in lexicon.words_in_tags:
            self.parts.put(_spelled(word), 0)
        self.question = self.word(self.plain.mark(QUESTION))
        self.idle_run = self._run(Reading((IDLE,)))
        self.link_run = self._run(self.plain.read(LINK_STARTS[0] + "t.co/"))
        return 0

    # --- words ------------------------------------------------------------------------------------

    cdef Word word(self, plain):
        """A word, made ready; equal ones are mostly one object."""
        if not plain:
            return self.idle
        kept = plain.compiled
        if kept is None:
            kept = plain.compiled = self._word(plain, plain.lone_edits)
        return <Word> kept

    cdef Word _word(self, plain, int lone_edits):
        cdef Word word = Word.__new__(Word)
        cdef int at = 0
        elements = sorted(plain)
        anchors = [one for one in elements if self.number_of[<int> one] >= 0]
        lanes = {}
        for one in elements:
            for lane, points in self.evidence.get(one, {}).items():
                lanes[lane] = lanes.get(lane, 0) + points
        word.size, word.anchors, word.lanes = len(elements), len(anchors), len(lanes)
        word.lone_edits, word.plain = lone_edits, plain
        word.numbers = <int *> malloc(
            max(1, 2 * word.size + word.anchors + 2 * word.lanes) * sizeof(int)
        )
        if word.numbers == NULL:
            raise MemoryError
        word.edits = word.numbers + word.size
        word.anchor = word.edits + word.size
        word.lane = word.anchor + word.anchors
        for at in range(word.size):
            word.numbers[at], word.edits[at] = elements[at], plain[elements[at]]
        for at in range(word.anchors):
            word.anchor[at] = self.number_of[<int> anchors[at]]
        for at, (lane, points) in enumerate(lanes.items()):
            word.lane[2 * at], word.lane[2 * at + 1] = lane, points
        if word.size > FEW:
            word.bits = <Bits *> calloc(self.blocks, sizeof(Bits))
            if word.bits == NULL:
                raise MemoryError
            for at in range(word.size):
                word.bits[word.numbers[at] >> 6] |= 1ULL << (word.numbers[at] & 63)
        return word

    # --- chunks -----------------------------------------------------------------------------------

    cdef Run run(self, Chunk chunk):
        """A chunk in this language."""
        cdef Run run
        if chunk.runs[self.tongue] != NULL:
            return <Run> chunk.runs[self.tongue]
        run = self._read(chunk)
        Py_INCREF(run)
        chunk.runs[self.tongue] = <PyObject *> run
        return run

    cdef Run _read(self, Chunk chunk):
        cdef Run run
        if self.lexicon is None:
            self._begin()
        if chunk.kind == PLAIN:
            return self._lone(chunk.text)
        if chunk.kind == DRESSED:
            run = self.run(chunk.base)
            return _ended(run) if chunk.ends else run
        if chunk.kind == ASKED:
            return self._asked(self.run(chunk.base))
        if chunk.kind == LINK:
            return self.link_run
        if chunk.kind == MENTION:
            run = self._mentioned(chunk)
            return _ended(run) if chunk.ends else run
        return self._run(self.plain.read(chunk.text))

    cdef Run _lone(self, str word):
        """A plain folded word."""
        cdef PyObject *kept
        cdef Run run
        if word in self.idle_words:
            return self.idle_run
        kept = PyDict_GetItemWithError(self.lone, word)
        if kept != NULL:
            return <Run> kept
        if self._is_open(word):
            run = self._typed(word)
            if run is not None:
                return run
        run = self._run(self.plain.read(word))
        if len(self.lone) >= LONE_HELD:
            self.lone.clear()
        self.lone[word] = run
        return run

    cdef bint _is_open(self, str word) except -1:
        """Whether a word is known by none of its letters: what it means hangs on its typos."""
        cdef Py_ssize_t size = len(word), at
        if size > TOKEN_LETTERS_MAX or not word.isascii():
            return False
        if word in self.common or word in self.exact or word in self.short:
            return False
        if word in self.fragments or word[:STEM_LETTERS_MIN] in self.stem_heads:
            return False
        for at in range(2, size):
            if word[at] == word[at - 1] == word[at - 2]:
                return size < TYPO_LETTERS_MIN
        return True

    cdef Run _typed(self, str word):
        """An open word; None where it may be two that lost the blank between them."""
        cdef unsigned int[CHUNK_LETTERS_MAX] letters
        cdef int size = len(word), at, edits = 0
        cdef tuple near
        cdef PyObject *kept
        cdef Run run
        if size < TYPO_LETTERS_MIN:
            return self.idle_run
        for at in range(size):
            letters[at] = word[at]
        near = self.typos.nearest(letters, size, &edits)
        if (near is None or edits > 1) and self._may_be_joined(letters, size):
            return None
        if near is None:
            return self.idle_run
        key = edits, near
        kept = PyDict_GetItemWithError(self.typed, key)
        if kept != NULL:
            return <Run> kept
        run = self._run(self.plain.read(word))
        if len(self.typed) >= TYPED_HELD:
            self.typed.clear()
        self.typed[key] = run
        return run

    cdef bint _may_be_joined(self, const unsigned int *letters, int size) noexcept:
        """Whether a word may be two words of the phrases: said of a few that are not."""
        cdef Bits spelling = 1
        cdef int at
        if size < JOINED_LETTERS_MIN:
            return False
        for at in range(size - 2):
            spelling = hashed_on(spelling, letters[at])
            if at and self.parts.may_hold(spelling):
                if self.parts.may_hold(hashed(letters + at + 1, size - at - 1, -1, -1)):
                    return True
        return False

    cdef Run _mentioned(self, Chunk chunk):
        """A mention: those that hold the same share a run."""
        cdef Run run
        reading = self.plain.mentioned(chunk.text)
        cdef PyObject *kept = PyDict_GetItemWithError(self.mentioned, id(reading))
        if kept != NULL:
            return <Run> kept
        run = self._run(reading)
        if len(self.mentioned) >= TYPED_HELD:
            self.mentioned.clear()
        self.mentioned[id(reading)] = run  # which keeps the reading: its id is that of no other
        return run

    cdef Run _asked(self, Run run):
        """A run with question marks behind it."""
        cdef Run asked
        if run.asked is None:
            asked = run.asked = Run.__new__(Run)
            asked.words, asked.size = (*run.words, self.question), run.size + 1
            asked.ends, asked.idle = (asked.size,), run.idle and self.question is self.idle
            asked.telling = run.telling or self.question.anchors or self.question.lanes
        return run.asked

    cdef Run _run(self, reading):
        cdef Run run
        words = reading.words
        idle = not (reading.fragment or any(words))
        if idle and len(words) < FEW:  # one object for equal ones
            kept = self.idle_runs.get((len(words), reading.ends))
            if kept is not None:
                return <Run> kept
        run = Run.__new__(Run)
        run.reading = reading
        run.words = tuple([self.word(plain) for plain in words])
        run.size = len(run.words)
        run.ends, run.tagged = reading.ends, reading.tagged
        run.fragment, run.idle = reading.fragment, idle
        for word in run.words:
            run.telling = run.telling or (<Word> word).anchors or (<Word> word).lanes
        if idle and run.size < FEW and len(run.ends) < FEW:
            self.idle_runs[len(words), run.ends] = run
        return run

    cdef object reading_of(self, Run run, str text):
        """The plain form of a run, and of the text that it is the run of."""
        return self.plain.read(text) if run.reading is None else run.reading


cdef Run _ended(Run run):
    """A run as it is at the end of a sentence."""
    cdef Run ended
    if run.ended is None:
        ended = run.ended = Run.__new__(Run)
        ended.words, ended.size, ended.ends = run.words, run.size, (run.size,)
        ended.fragment, ended.idle, ended.tagged = run.fragment, run.idle, run.tagged
        ended.telling = run.telling
    return run.ended


cdef Bits _spelled(str word) except 0:
    cdef Bits spelling = 1
    for letter in word:
        spelling = hashed_on(spelling, ord(letter))
    return spelling
