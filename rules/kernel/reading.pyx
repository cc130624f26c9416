# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: freethreading_compatible=False
"""What chunks of text mean to the rules of a language, compiled: the short cut of `rules.reader`.

Most new chunks are plain words. What they stand for, to the letter, by a stem, in short or
mistyped, is told here; all else is asked of the plain reader.

    Chunk → Run (its words in a language) → Word (its elements)
"""

from cpython.dict cimport PyDict_GetItemWithError
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF
from cpython.tuple cimport PyTuple_GET_ITEM
cimport cython
from libc.stdlib cimport calloc, free, malloc

from rules.kernel.chunks cimport ASKED, CHUNK_LETTERS_MAX, DRESSED, LINK, MENTION, PLAIN, TAG

from rules.kernel.parts cimport gate_of, hashed

from rules.language import LONG_RUN
from rules.lexicon import TOKEN_LETTERS_MAX as _TOKEN_LETTERS_MAX
from rules.lexicon import TYPO_LETTERS_MIN as _TYPO_LETTERS_MIN
from rules.parts import PART_LETTERS_MIN as _PART_LETTERS_MIN
from rules.phrase import STEM_LETTERS_MIN as _STEM_LETTERS_MIN
from rules.phrase import Atom
from rules.reader import LONE_LETTERS_MIN as _LONE_LETTERS_MIN
from rules.reader import TokenReader
from rules.reading import IDLE, Reading
from rules.text import LINK_STARTS, QUESTION

cdef int FEW = 8  # so many elements are looked through about as fast as a bit set is asked
cdef int TOKEN_LETTERS_MAX = _TOKEN_LETTERS_MAX
cdef int TYPO_LETTERS_MIN = _TYPO_LETTERS_MIN
cdef int LONE_LETTERS_MIN = _LONE_LETTERS_MIN
cdef int PART_LETTERS_MIN = _PART_LETTERS_MIN
cdef int STEM_LETTERS_MIN = _STEM_LETTERS_MIN
cdef int LONE_HELD = 65_536  # then they are forgotten, and worked out anew
cdef int TYPED_HELD = 16_384

cdef extern from *:
    int popcount "__builtin_popcountll"(Bits) noexcept
    int lowest_of "__builtin_ctzll"(Bits) noexcept


@cython.final
cdef class Word:
    """The elements that a word can stand for, by number, each with its edits."""

    def __bool__(self):
        return self.size > 0

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
        free(self.clue_of)
        free(self.meant)

    def __init__(self, plan, int tongue, list anchors, dict clues, int blocks):
        cdef int at, elements = 64 * blocks
        self.plain, self.tongue, self.blocks = plan.reader, tongue, blocks
        self.elements_of = plan.reader.elements_of
        self.idle_runs, self.lone, self.typed, self.mentioned = {}, {}, {}, {}
        self.literals, self.shared = {}, {}
        self.number_of = <int *> malloc(max(1, elements) * sizeof(int))
        self.clue_of = <int *> calloc(elements + 1, sizeof(int))
        self.clue = <Clue *> malloc(max(1, sum(map(len, clues.values()))) * sizeof(Clue))
        self.meant = <Bits *> calloc(max(1, blocks), sizeof(Bits))
        if not (self.number_of and self.clue_of and self.clue and self.meant):
            raise MemoryError
        for at in range(elements):
            self.number_of[at] = -1
        for at, anchor in enumerate(anchors):
            self.number_of[<int> anchor] = at
        self._file(clues, elements)
        self.idle = self._made(0, 0, 0, NULL, 1)
        self.start, self.end = self.of_plain(plan.start), self.of_plain(plan.end)

    cdef int _file(self, dict clues, int elements) except -1:
        """Numbers the clues, element by element."""
        cdef int element, number = 0
        for element in range(elements):
            self.clue_of[element] = number
            for lane, weight, points, anchor in clues.get(element, ()):
                self.clue[number] = Clue(lane, weight, points, anchor)
                number += 1
        self.clue_of[elements] = number
        return 0

    cdef int _begin(self) except -1:
        """Makes what takes time: with the first text of the language, not before."""
        lexicon = self.lexicon = self.plain.lexicon
        self.plain = _TokenReader(self.plain, self)
        self.idle_words, self.common = self.plain.idle_words, lexicon.common.words
        self.exact, self.short, self.fragments = lexicon.exact, lexicon.short, lexicon.fragments
        self.stems, self.stem_letters_max = lexicon.stems, lexicon.stem_letters_max
        self.stem_heads, self.stemmed = lexicon.stem_heads, lexicon.stemmed
        self.words_in_two = lexicon.splittable
        self.typos, self.parts = lexicon.typos, lexicon.parts
        self.broken = gate_of(self.fragments)
        self.question = self.plain.mark(QUESTION)
        self.idle_run = self._run(Reading((IDLE,)))
        self.link_run = self._run(self.plain.read(LINK_STARTS[0] + "t.co/"))
        self.mention_run = self._run(self.plain.mention)
        if self.plain.handles is not None:
            spellings = [atom.spelling for atom in self.plain.handles.atoms]
            self.handles = Parts(spellings, lexicon.common)
        return 0

    # --- words ------------------------------------------------------------------------------------

    cdef Word of_plain(self, plain):
        """A word of the plain form, by its elements."""
        return self._of_edits(dict(plain), plain.lone_edits)

    cdef Word of_atoms(self, dict atoms):
        """A word that stands for some atoms, each with its edits: equal ones are mostly one object."""
        cdef tuple key = tuple(atoms.items())
        cdef PyObject *kept = PyDict_GetItemWithError(self.shared, key)
        if kept != NULL:
            return <Word> kept
        if len(self.shared) >= TYPED_HELD:
            self.shared.clear()
        meant = self.shared[key] = self._of_atoms(atoms)
        return meant

    cdef Word _of_atoms(self, dict atoms):
        cdef dict edits_of = {}
        cdef bint short = False
        cdef int most = max(atoms.values(), default=0)
        if not most:
            return self._meaning(list(atoms), 0, 2)
        for atom, edits in atoms.items():
            short = short or (edits > 1 and len(atom.spelling) < LONE_LETTERS_MIN)
            for element in self.elements_of.get(atom, ()):
                edits_of[element] = min(edits, edits_of.get(element, edits))
        return self._of_edits(edits_of, 1 if short else 2) if edits_of else self.idle

    cdef Word _of_edits(self, dict edits_of, int lone_edits):
        cdef int low = self.blocks, high = 0, one
        cdef int *edits = <int *> malloc(64 * max(1, self.blocks) * sizeof(int))
        if edits == NULL:
            raise MemoryError
        try:
            for element, some in edits_of.items():
                one = element
                self.meant[one >> 6] |= 1ULL << (one & 63)
                edits[one] = some
                low, high = min(low, one >> 6), max(high, (one >> 6) + 1)
            return self._made(low, high, 0, edits, lone_edits)
        finally:
            free(edits)

    cdef Word _meaning(self, list atoms, int edits, int lone_edits):
        """A word that stands for these atoms, with so many edits."""
        cdef int low = self.blocks, high = 0, at, one
        cdef tuple elements
        for atom in atoms:
            elements = self.elements_of.get(atom)
            if elements is None:
                continue
            for at in range(len(elements)):
                one = <object> PyTuple_GET_ITEM(elements, at)
                self.meant[one >> 6] |= 1ULL << (one & 63)
                low, high = min(low, one >> 6), max(high, (one >> 6) + 1)
        return self._made(low, high, edits, NULL, lone_edits) if high else self.idle

    cdef Word _made(self, int low, int high, int edits, int *edits_of, int lone_edits):
        """The word of the elements in `meant`, which stand in its blocks from `low` to `high`.

        Leaves `meant` empty. The edits of all are in `edits_of`, or the same.
        """
        cdef Word word = Word.__new__(Word)
        cdef int block, one, size = 0, clues = 0, at = 0
        cdef Bits left
        for block in range(low, high):
            left = self.meant[block]
            size += popcount(left)
            while left:
                one = 64 * block + lowest_of(left)
                clues += self.clue_of[one + 1] - self.clue_of[one]
                left &= left - 1
        word.numbers = <int *> malloc(max(1, 3 * size + clues) * sizeof(int))
        if word.numbers == NULL:
            raise MemoryError
        word.edits, word.clue = word.numbers + size, word.numbers + 2 * size
        word.anchor = word.clue + clues
        word.size, word.lone_edits, word.sure = size, lone_edits, True
        if size > FEW:
            word.bits = <Bits *> calloc(self.blocks, sizeof(Bits))
            if word.bits == NULL:
                raise MemoryError
            word.lowest, word.highest = low, high - 1
        for block in range(low, high):
            left = self.meant[block]
            self.meant[block] = 0
            if word.bits != NULL:
                word.bits[block] = left
            while left:
                one = 64 * block + lowest_of(left)
                left &= left - 1
                word.numbers[at] = one
                word.gist |= gist_of(one)
                word.edits[at] = edits_of[one] if edits_of != NULL else edits
                word.sure = word.sure and not word.edits[at]
                if self.number_of[one] >= 0:
                    word.anchor[word.anchors] = self.number_of[one]
                    word.anchors += 1
                self._note_clues(word, one, word.edits[at])
                at += 1
        return word

    cdef void _note_clues(self, Word word, int element, int edits) noexcept:
        """Notes the clues that a word is: one against a rule only where the word is meant surely."""
        cdef int number
        for number in range(self.clue_of[element], self.clue_of[element + 1]):
            if not edits or self.clue[number].points > 0:
                word.clue[word.clues] = number
                word.clues += 1
                word.weighs = word.weighs or self.clue[number].points > 0

    cdef Word in_two(self, str whole):
        """What a word means that was written in two: that is one edit; None for no such word."""
        atoms = self.words_in_two.get(whole)
        return None if atoms is None else self._meaning(list(atoms), 1, 2)

    cdef Word either(self, Word one, Word other):
        """A word that stands for what `one` and what `other` stands for."""
        cdef int low = self.blocks, high = 0, at, element
        cdef int *edits
        cdef Word word
        if not (one.size and other.size):
            return one if one.size else other
        edits = <int *> malloc(64 * max(1, self.blocks) * sizeof(int))
        if edits == NULL:
            raise MemoryError
        for word in (other, one):
            for at in range(word.size):
                element = word.numbers[at]
                self.meant[element >> 6] |= 1ULL << (element & 63)
                edits[element] = word.edits[at]
                low, high = min(low, element >> 6), max(high, (element >> 6) + 1)
        try:
            return self._made(low, high, 0, edits, min(one.lone_edits, other.lone_edits))
        finally:
            free(edits)

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
            run = self._tagged(chunk.text[1 : 1 + len(chunk.base.text)], chunk.base.text)
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
        cdef unsigned int[CHUNK_LETTERS_MAX] letters
        cdef int size = len(word), at
        cdef Bits spelling
        cdef bint common, fragment
        for at in range(size):
            letters[at] = word[at]
        spelling = hashed(letters, size, -1, -1)
        # Large sets lie far off in memory: most of what they don't hold is told by a few bits.
        common = self.parts.real.may_hold(spelling)
        if common and word in self.idle_words:
            return self.idle_run
        fragment = self.broken.may_hold(spelling) and word in self.fragments
        meant = self._literal(word) if self._may_be_literal(word, spelling) else None
        if meant is not None:
            return self._of_one(meant, fragment)
        common = common and word in self.common
        if not common and self._is_open(word):
            run = self._typed(letters, size, word, fragment)
        elif common and LONG_RUN.search(word) is None:
            run = self._of_one(self.idle, fragment)
        if run is not None:
            return run
        kept = PyDict_GetItemWithError(self.lone, word)
        if kept != NULL:
            return <Run> kept
        if len(self.lone) >= LONE_HELD:
            self.lone.clear()
        run = self.lone[word] = self._run(self.plain.read(word))
        return run

    cdef bint _may_be_literal(self, str word, Bits spelling) except -1:
        if self.parts.own.may_hold(spelling) or len(word) < PART_LETTERS_MIN:
            return True
        return word in self.short or word[:STEM_LETTERS_MIN] in self.stem_heads

    cdef Word _literal(self, str word):
        """What a word means to the letter, by its stem or in short; None for others."""
        cdef PyObject *kept = PyDict_GetItemWithError(self.literals, word)
        cdef list atoms
        cdef int end
        if kept != NULL:
            return <Word> kept
        atoms = [*self.exact.get(word, ()), *self.short.get(word, ())]
        if word[:STEM_LETTERS_MIN] in self.stem_heads:
            for end in range(STEM_LETTERS_MIN, min(len(word), self.stem_letters_max) + 1):
                stem = self.stems.get(word[:end])
                if stem is not None:
                    atoms.append(stem)
        if not atoms:
            return None
        if len(self.literals) >= LONE_HELD:
            self.literals.clear()
        meant = self.literals[word] = self._meaning(atoms, 0, 2)
        return meant

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
        """Whether what a word means, that is no common one, hangs on its typos."""
        cdef Py_ssize_t size = len(word), at
        if size > TOKEN_LETTERS_MAX:
            return False
        for at in range(2, size):
            if word[at] == word[at - 1] == word[at - 2]:
                return size < TYPO_LETTERS_MIN
        return True

    cdef Run _typed(self, const unsigned int *letters, int size, str word, bint fragment):
        """An open word; None where it may be two that lost the blank between them."""
        cdef int edits = 0
        cdef tuple near = None
        cdef PyObject *kept
        cdef Run run
        if size >= TYPO_LETTERS_MIN:
            near = self.typos.nearest(letters, size, &edits)
            if (near is None or edits > 1) and self.parts.cut(letters, size, word):
                return None
        if near is None:
            return self._of_one(self.idle, fragment)
        key = edits, near, fragment
        kept = PyDict_GetItemWithError(self.typed, key)
        if kept != NULL:
            return <Run> kept
        run = self._of_one(self._meant(near, edits), fragment)
        if len(self.typed) >= TYPED_HELD:
            self.typed.clear()
        self.typed[key] = run
        return run

    cdef Word _meant(self, tuple near, int edits):
        """What a word stands for that is meant for one of some others, by their numbers."""
        cdef tuple key = (edits, near)
        cdef PyObject *kept = PyDict_GetItemWithError(self.shared, key)
        cdef list atoms = []
        if kept != NULL:
            return <Word> kept
        cdef bint short = False
        cdef str word
        for number in near:
            word = self.typos.words[number]
            atoms.extend(self.stemmed.get(word, ()))
            if word in self.exact:
                atoms.append(Atom("word", word))
        for atom in atoms:
            short = short or len(atom.spelling) < LONE_LETTERS_MIN
        if len(self.shared) >= TYPED_HELD:
            self.shared.clear()
        meant = self.shared[key] = self._meaning(atoms, edits, 1 if short and edits > 1 else 2)
        return meant

    cdef bint tells(self, str tag) except -1:
        """Whether a hashtag holds an anchor."""
        cdef str word = tag[1:]
        if self.lexicon is None:
            self._begin()
        if not (tag[0] == u"#" and word.isascii() and word.isalpha()):
            return self._holds_anchor(self._run(self.plain.read(tag)))
        return self._holds_anchor(self._tagged(word, word.lower()))

    cdef bint _holds_anchor(self, Run run) except -1:
        for word in run.words:
            if (<Word> word).anchors:
                return True
        return False

    cdef Run _tagged(self, str tag, str folded):
        """A hashtag of one or several words, without its sign and as it is folded."""
        cdef str hump
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
        if part in self.common and LONG_RUN.search(part) is None:
            return self.idle
        if part in self.common or not self._is_open(part):
            return self.of_atoms(self.lexicon.read(part))
        if size < TYPO_LETTERS_MIN:
            return self.idle
        for at in range(size):
            letters[at] = part[at]
        near = self.typos.nearest(letters, size, &edits)
        return self.idle if near is None else self._meant(near, edits)

    cdef Run _mentioned(self, Chunk chunk):
        """A mention: those that hold the same share a run."""
        cdef Run run
        if not self._may_be_asked_for(chunk.text[1:]):
            return self.mention_run
        reading = self.plain.mentioned(chunk.text)
        cdef PyObject *kept = PyDict_GetItemWithError(self.mentioned, id(reading))
        if kept != NULL:
            return <Run> kept
        run = self._run(reading)
        if len(self.mentioned) >= TYPED_HELD:
            self.mentioned.clear()
        self.mentioned[id(reading)] = run  # which keeps the reading: its id is that of no other
        return run

    cdef bint _may_be_asked_for(self, str handle) except -1:
        """Whether a handle may hold what mentions are asked for."""
        if self.handles is None:
            return False
        if not handle.isascii() or len(handle) > CHUNK_LETTERS_MAX:
            return True
        return self.handles.holds_one(handle.lower().replace("_", ""))

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
        run.words = tuple([word or self.idle for word in words])
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


class _TokenReader(TokenReader):
    """The reader of another, for chunks of all kinds: its words are those of the kernel."""

    def __init__(self, reader, Reader words):
        self.words = words
        super().__init__(lambda: reader.lexicon, reader.elements_of, 0)

    def word(self, atoms):
        """The elements that hold one of `atoms`, each with the fewest edits."""
        return (<Reader> self.words).of_atoms(atoms) if atoms else IDLE

    def either(self, one, other):
        """A word that stands for what `one` and what `other` stands for."""
        return (<Reader> self.words).either(one, other) if one and other else one or other


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
