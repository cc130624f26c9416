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

from rules.kernel.chunks cimport ASKED, CHUNK_LETTERS_MAX, DRESSED, LINK, MENTION, PLAIN, TAG

from rules.language import LONG_RUN
from rules.lexicon import TOKEN_LETTERS_MAX as _TOKEN_LETTERS_MAX
from rules.lexicon import TYPO_LETTERS_MIN as _TYPO_LETTERS_MIN
from rules.phrase import STEM_LETTERS_MIN as _STEM_LETTERS_MIN
from rules.phrase import Atom
from rules.reader import LONE_LETTERS_MIN as _LONE_LETTERS_MIN
from rules.reading import IDLE, Reading
from rules.text import LINK_STARTS, QUESTION

cdef int FEW = 8  # so many elements are looked through about as fast as a bit set is asked
cdef int TOKEN_LETTERS_MAX = _TOKEN_LETTERS_MAX
cdef int TYPO_LETTERS_MIN = _TYPO_LETTERS_MIN
cdef int LONE_LETTERS_MIN = _LONE_LETTERS_MIN
cdef int STEM_LETTERS_MIN = _STEM_LETTERS_MIN
cdef int LONE_HELD = 65_536  # then they are forgotten, and worked out anew
cdef int TYPED_HELD = 16_384


@cython.final
cdef class Word:
    """The elements that a word can stand for, by number, each with its edits."""

    def __dealloc__(self):
        free(self.numbers)
        free(self.bits)


@cython.final
@cython.no_gc
cdef class Run:
    """A chunk of a text as words, as it stands, and as it is with a sign of the end behind it."""


@cython.final
cdef class Reader:
    """Reads chunks for the rules of a plan, whose number is `tongue`.

    `anchors` are the elements by which phrases are looked up, in order; `clues` are the lane,
    weight, points and anchor of each `Clue`, under the number of its element. Bit sets have so many
    `blocks`.
    """

    def __dealloc__(self):
        free(self.number_of)
        free(self.clue)

    def __init__(self, plan, int tongue, list anchors, dict clues, int blocks):
        cdef int at
        self.plain, self.tongue, self.blocks = plan.reader, tongue, blocks
        self._file(clues)
        self.idle_runs, self.lone, self.typed, self.mentioned = {}, {}, {}, {}
        self.number_of = <int *> malloc(64 * (blocks + 1) * sizeof(int))
        if self.number_of == NULL:
            raise MemoryError
        for at in range(64 * blocks):
            self.number_of[at] = -1
        for at, anchor in enumerate(anchors):
            self.number_of[<int> anchor] = at
        self.idle = self._word([], 1)
        self.start, self.end = self.word(plan.start), self.word(plan.end)

    cdef int _file(self, dict clues) except -1:
        """Numbers the clues."""
        cdef int number = 0
        cdef list told
        self.clues_of = {}
        self.clue = <Clue *> malloc(max(1, sum(map(len, clues.values()))) * sizeof(Clue))
        if self.clue == NULL:
            raise MemoryError
        for element, told in clues.items():
            self.clues_of[element] = range(number, number + len(told))
            for lane, weight, points, anchor in told:
                self.clue[number] = Clue(lane, weight, points, anchor)
                number += 1
        return 0

    cdef int _begin(self) except -1:
        """Makes what takes time: with the first text of the language, not before."""
        lexicon = self.lexicon = self.plain.lexicon
        self.idle_words, self.common = self.plain.idle_words, lexicon.common.words
        self.elements_of = self.plain.elements_of
        self.exact, self.short, self.fragments = lexicon.exact, lexicon.short, lexicon.fragments
        self.stem_heads, self.stemmed = lexicon.stem_heads, lexicon.stemmed
        self.words_in_two = lexicon.splittable
        self.typos, self.parts = lexicon.typos, lexicon.parts
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
            kept = plain.compiled = self._word(sorted(plain.items()), plain.lone_edits)
        return <Word> kept

    cdef Word _word(self, list elements, int lone_edits):
        cdef Word word = Word.__new__(Word)
        cdef int at = 0, anchors = 0, one
        cdef list clues = self._clues(elements) if self.clues_of else []
        cdef tuple pair
        word.size, word.lone_edits, word.clues = len(elements), lone_edits, len(clues)
        word.numbers = <int *> malloc(max(1, 3 * word.size + word.clues) * sizeof(int))
        if word.numbers == NULL:
            raise MemoryError
        word.edits = word.numbers + word.size
        word.clue = word.edits + word.size
        word.anchor = word.clue + word.clues
        word.sure = True
        for pair in elements:
            one = pair[0]
            word.numbers[at], word.edits[at] = one, pair[1]
            if word.edits[at]:
                word.sure = False
            if self.number_of[one] >= 0:
                word.anchor[anchors] = self.number_of[one]
                anchors += 1
            at += 1
        word.anchors = anchors
        for at in range(word.clues):
            word.clue[at] = clues[at]
            word.weighs = word.weighs or self.clue[word.clue[at]].points > 0
        if word.size > FEW:
            word.bits = <Bits *> calloc(self.blocks, sizeof(Bits))
            if word.bits == NULL:
                raise MemoryError
            word.lowest, word.highest = word.numbers[0] >> 6, word.numbers[word.size - 1] >> 6
            for at in range(word.size):
                word.bits[word.numbers[at] >> 6] |= 1ULL << (word.numbers[at] & 63)
        return word

    cdef list _clues(self, list elements):
        """The clues that a word is: one against a rule only where the word is meant surely."""
        cdef list clues = []
        for element, edits in elements:
            for one in self.clues_of.get(element, ()):
                if not edits or self.clue[<int> one].points > 0:
                    clues.append(one)
        return clues

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
        if chunk.kind == TAG:
            run = self._tagged(chunk)
            return _ended(run) if chunk.ends else run
        if chunk.kind == MENTION:
            run = self._mentioned(chunk)
            return _ended(run) if chunk.ends else run
        return self._run(self.plain.read(chunk.text))

    cdef Run _lone(self, str word):
        """A plain folded word."""
        cdef PyObject *kept
        cdef Run run = None
        cdef Word meant
        if word in self.idle_words:
            return self.idle_run
        kept = PyDict_GetItemWithError(self.lone, word)
        if kept != NULL:
            return <Run> kept
        meant = self._literal(word)
        if meant is not None:
            run = self._of_one(meant, word in self.fragments)
        elif self._is_open(word):
            run = self._typed(word)
            if run is not None:
                return run
        if run is None:
            run = self._run(self.plain.read(word))
        if len(self.lone) >= LONE_HELD:
            self.lone.clear()
        self.lone[word] = run
        return run

    cdef Word _literal(self, str word):
        """What a word of the phrases means that stands for itself alone; None for others."""
        cdef set numbers
        atoms = self.exact.get(word)
        if atoms is None or word in self.short or word[:STEM_LETTERS_MIN] in self.stem_heads:
            return None
        numbers = set()
        for atom in atoms:
            numbers.update(self.elements_of.get(atom, ()))
        return self._word([(one, 0) for one in sorted(numbers)], 2) if numbers else self.idle

    cdef Run _of_one(self, Word word, bint fragment):
        """The run of one word."""
        cdef Run run
        if word is self.idle and not fragment:
            return self.idle_run
        run = Run.__new__(Run)
        run.words, run.size, run.ends = (word,), 1, ()
        run.fragment = fragment
        run.telling = word.anchors or word.weighs
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
        if (near is None or edits > 1) and self.parts.cut(letters, size, word):
            return None
        if near is None:
            return self.idle_run
        key = edits, near
        kept = PyDict_GetItemWithError(self.typed, key)
        if kept != NULL:
            return <Run> kept
        run = self._of_one(self._meant(near, edits), False)
        if len(self.typed) >= TYPED_HELD:
            self.typed.clear()
        self.typed[key] = run
        return run

    cdef Word _meant(self, tuple near, int edits):
        """What a word stands for that is meant for one of some others, by their numbers."""
        cdef set numbers = set()
        cdef bint short = False
        cdef str word
        for number in near:
            word = self.typos.words[number]
            atoms = self.stemmed.get(word, ())
            if word in self.exact:
                atoms = (*atoms, Atom("word", word))
            for atom in atoms:
                short = short or len(atom.spelling) < LONE_LETTERS_MIN
                numbers.update(self.elements_of.get(atom, ()))
        if not numbers:
            return self.idle
        return self._word(
            [(one, edits) for one in sorted(numbers)], 1 if short and edits > 1 else 2
        )

    cdef Run _tagged(self, Chunk chunk):
        """A hashtag of one or several words."""
        cdef str tag = chunk.text[1 : 1 + len(chunk.base.text)], hump, folded = chunk.base.text
        cdef int size = len(tag), at, begin = 0
        cdef list words = []
        cdef Run run
        if folded in self.idle_words and tag[1:].islower():
            return self.idle_run
        if not tag.isascii() or size > TOKEN_LETTERS_MAX:
            return self._run(self.plain.read("#" + tag))
        if folded in self.exact:
            words.append(self._part(folded))
        else:
            for at in range(1, size + 1):
                if at == size or _begins_hump(tag, at):
                    hump = folded[begin:at]
                    for start, stop in self.parts.split(hump):
                        words.append(self._part(hump[start:stop]))
                    begin = at
        for word in words:
            if word is not self.idle:
                break
        else:
            return self._run(Reading((IDLE,) * len(words)))
        run = Run.__new__(Run)
        run.words, run.size, run.ends, run.tagged = tuple(words), len(words), (), True
        for word in words:
            run.telling = run.telling or (<Word> word).anchors or (<Word> word).weighs
        return run

    cdef Word _part(self, str part):
        """A folded word of a hashtag."""
        cdef unsigned int[CHUNK_LETTERS_MAX] letters
        cdef int size = len(part), at, edits = 0
        cdef tuple near
        cdef Word meant
        if part in self.idle_words:
            return self.idle
        meant = self._literal(part)
        if meant is not None:
            return meant
        if not self._is_open(part):
            return self.word(self.plain.word(self.lexicon.read(part)))
        if size < TYPO_LETTERS_MIN:
            return self.idle
        for at in range(size):
            letters[at] = part[at]
        near = self.typos.nearest(letters, size, &edits)
        return self.idle if near is None else self._meant(near, edits)

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
            asked.telling = run.telling or self.question.anchors or self.question.weighs
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
            run.telling = run.telling or (<Word> word).anchors or (<Word> word).weighs
        if idle and run.size < FEW and len(run.ends) < FEW:
            self.idle_runs[len(words), run.ends] = run
        return run

    cdef object reading_of(self, Run run, str text):
        """The plain form of a run, and of the text that it is the run of."""
        return self.plain.read(text) if run.reading is None else run.reading


cdef bint _begins_hump(str tag, int at):
    """Whether a word of a tag in camel case begins at a letter: `rules.text.humps`."""
    if not tag[at].isupper():
        return False
    return not tag[at - 1].isupper() or (at + 1 < len(tag) and tag[at + 1].islower())


cdef Run _ended(Run run):
    """A run as it is at the end of a sentence."""
    cdef Run ended
    if run.ended is None:
        ended = run.ended = Run.__new__(Run)
        ended.words, ended.size, ended.ends = run.words, run.size, (run.size,)
        ended.fragment, ended.idle, ended.tagged = run.fragment, run.idle, run.tagged
        ended.telling = run.telling
    return run.ended
