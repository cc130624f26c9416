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
cimport cython
from libc.stdlib cimport free, malloc
from libc.string cimport memset

from rules.kernel.cuts cimport (
    ASKED, CHUNK_LETTERS_MAX, DRESSED, LINK, MENTION, NEAR_LETTERS_MAX, PLAIN, TAG,
)
from rules.kernel.neighbours cimport Neighbours
from rules.kernel.spelling cimport commons_of, gate_of, hashed, hashed_on
from rules.kernel.tables cimport Book
from rules.kernel.words cimport summed

from rules.lexicon import TOKEN_LETTERS_MAX as _TOKEN_LETTERS_MAX
from rules.lexicon import TYPO_LETTERS_MIN as _TYPO_LETTERS_MIN
from rules.parts import PART_LETTERS_MIN as _PART_LETTERS_MIN
from rules.phrase import STEM_LETTERS_MIN as _STEM_LETTERS_MIN
from rules.reader import LONE_LETTERS_MIN as _LONE_LETTERS_MIN
from rules.reader import TokenReader
from rules.reading import IDLE, Reading
from rules.text import LINK_STARTS, QUESTION

cdef int FEW = 8
cdef int TOKEN_LETTERS_MAX = _TOKEN_LETTERS_MAX
cdef int TYPO_LETTERS_MIN = _TYPO_LETTERS_MIN
cdef int LONE_LETTERS_MIN = _LONE_LETTERS_MIN
cdef int PART_LETTERS_MIN = _PART_LETTERS_MIN
cdef int STEM_LETTERS_MIN = _STEM_LETTERS_MIN
cdef int LONE_HELD = 65_536  # then they are forgotten, and worked out anew
cdef int TYPED_HELD = 16_384
cdef tuple ONE_END = (1,)


cdef inline bint _is_drawn_out(const unsigned int *letters, int size) noexcept:
    """Whether a letter stands three times in a row."""
    cdef int at
    for at in range(2, size):
        if letters[at] == letters[at - 1] == letters[at - 2]:
            return True
    return False


@cython.final
@cython.no_gc
cdef class Run:
    """A chunk of a text as words, as it stands, and as it is with a sign of the end behind it."""

    cdef int put(self, list words) except -1:
        """Takes over the words."""
        cdef Word word
        self.size = len(words)
        if self.size == 1:
            self.lone = words[0]
            self.gist = self.lone.gist
        else:
            self.words = tuple(words)
        for word in words:
            self.hints = summed(self.hints, (<Word> word).hints)
            if word.anchors or word.weighs:
                self.telling = True
        return 0

    cdef Run dressed(self):
        """The same words in a run of their own."""
        cdef Run run = Run.__new__(Run)
        run.lone, run.gist, run.size, run.words = self.lone, self.gist, self.size, self.words
        run.fragment, run.idle, run.tagged = self.fragment, self.idle, self.tagged
        run.telling, run.hints = self.telling, self.hints
        return run


@cython.final
cdef class Reader(Words):
    """Reads chunks for the rules of a plan, whose number is `tongue`: its words are `Words`."""

    def __dealloc__(self):
        free(self.idle_word)

    def __init__(self, plan, int tongue, Book book):
        super().__init__(
            plan.reader.elements_of,
            book.anchors(),
            Neighbours(book.any, plan.rarity),
            book.clues(plan),
            book.blocks,
            book.asked_blocks,
        )
        self.plain, self.tongue = plan.reader, tongue
        self.idle_runs, self.lone, self.typed, self.mentioned = {}, {}, {}, {}
        self.literals = {}
        self.start, self.end = self.of_plain(plan.start), self.of_plain(plan.end)

    cdef int _begin(self) except -1:
        """Makes what takes time: with the first text of the language, not before."""
        lexicon = self.lexicon = self.plain.lexicon
        self.plain = _TokenReader(self.plain, self)
        self.commons = commons_of(lexicon.common)
        self.exact, self.short, self.fragments = lexicon.exact, lexicon.short, lexicon.fragments
        self.stems, self.stem_letters_max = lexicon.stems, lexicon.stem_letters_max
        self.stem_heads, self.stemmed = lexicon.stem_heads, lexicon.stemmed
        self.words_in_two = lexicon.splittable
        self.typos, self.parts = lexicon.typos, lexicon.parts
        self.near_to = [None] * len(self.typos.words)
        self.broken, self.shortened = gate_of(self.fragments, 16), gate_of(self.short, 32)
        self.stemming, self.splitting = gate_of(self.stems, 32), gate_of(self.words_in_two, 16)
        self._note_idle()
        self.question = self.plain.mark(QUESTION)
        self.idle_run = self._run(Reading((IDLE,)))
        self.broken_run = self._run(Reading((IDLE,), fragment=True))
        self.link_run = self._run(self.plain.read(LINK_STARTS[0] + "t.co/"))
        self.mention_run = self._run(self.plain.mention)
        if self.plain.handles is not None:
            spellings = [atom.spelling for atom in self.plain.handles.atoms]
            self.handles = Parts(spellings, lexicon.common)
        return 0

    cdef int _note_idle(self) except -1:
        """Notes which common words mean nothing."""
        common = self.lexicon.common
        self.idle_word = <unsigned char *> malloc(self.commons.count + 1)
        if self.idle_word == NULL:
            raise MemoryError
        memset(self.idle_word, True, self.commons.count + 1)
        self.idle_word[0] = False
        for words in (self.exact, self.short, self.fragments, common.drawn_out()):
            for word in words:
                self.idle_word[self.commons.number_of(word)] = False
        for head in self.stem_heads:
            stems = tuple([stem for stem in self.stems if stem.startswith(head)])
            for word in common.beginning_with(head):
                if word.startswith(stems):
                    self.idle_word[self.commons.number_of(word)] = False
        return 0

    # --- words ------------------------------------------------------------------------------------

    cdef Word in_two(self, str whole):
        """What a word means that was written in two: that is one edit; None for no such word."""
        atoms = self.words_in_two.get(whole)
        return None if atoms is None else self.meaning(list(atoms), 1, 2)

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
            return self.idle_run if self.idle_word[chunk.number] else self._lone(chunk)
        if chunk.kind == DRESSED:
            run = self.run(chunk.base)
            return _ended(run) if chunk.ends else run
        if chunk.kind == ASKED:
            return self._asked(self.run(chunk.base))
        if chunk.kind == LINK:
            return self.link_run
        if chunk.kind == TAG:
            said = chunk.base.read()
            run = self._tagged(chunk.read()[1 : 1 + len(said)], said)
            return _ended(run) if chunk.ends else run
        if chunk.kind == MENTION:
            run = self._mentioned(chunk)
            return _ended(run) if chunk.ends else run
        return self._run(self.plain.read(chunk.read()))

    cdef Run _lone(self, Chunk chunk):
        """A plain folded word."""
        cdef PyObject *kept
        cdef Run run = None
        cdef Word meant
        cdef str word
        cdef unsigned int[CHUNK_LETTERS_MAX] letters
        cdef int size = chunk.spell(letters)
        cdef bint fragment = False, drawn_out = _is_drawn_out(letters, size)
        cdef Bits spelling = hashed(letters, size)
        # Large sets lie far off in memory: most of what they don't hold is told by a few bits.
        if self.broken.may_hold(spelling):
            fragment = chunk.read() in self.fragments
        if self._may_be_literal(letters, size, spelling):
            meant = self._literal(chunk.read())
            if meant is not None:
                return self._of_one(meant, fragment)
        if chunk.number:
            meant = self.of_atoms(self.lexicon.read(chunk.read())) if drawn_out else self.idle
            return self._of_one(meant, fragment)
        if size <= TOKEN_LETTERS_MAX and not (drawn_out and size >= TYPO_LETTERS_MIN):
            run = self._typed(letters, size, fragment)
            if run is not None:
                return run
        word = chunk.read()
        kept = PyDict_GetItemWithError(self.lone, word)
        if kept != NULL:
            return <Run> kept
        if len(self.lone) >= LONE_HELD:
            self.lone.clear()
        run = self.lone[word] = self._run(self.plain.read(word))
        return run

    cdef bint _may_be_literal(
        self, const unsigned int *letters, int size, Bits spelling
    ) noexcept:
        """Whether a word, so spelled, may mean something to the letter, by its stem or in short."""
        cdef Bits begun
        cdef int at
        if size < PART_LETTERS_MIN or self.parts.own.gate.may_hold(spelling):
            return True
        if self.shortened.may_hold(spelling):
            return True
        if size < STEM_LETTERS_MIN:
            return False
        begun = hashed(letters, STEM_LETTERS_MIN)
        for at in range(STEM_LETTERS_MIN, min(size, self.stem_letters_max) + 1):
            if self.stemming.may_hold(begun or 1):
                return True
            if at < size:
                begun = hashed_on(begun, letters[at])
        return False

    cdef Word _literal(self, str word):
        """What a word means to the letter, by its stem or in short; None for others."""
        cdef list atoms = []
        cdef int end
        cdef PyObject *found
        for spellings in (self.exact, self.short):
            found = PyDict_GetItemWithError(spellings, word)
            if found != NULL:
                atoms.extend(<tuple> found)
        if word[:STEM_LETTERS_MIN] in self.stem_heads:
            for end in range(STEM_LETTERS_MIN, min(len(word), self.stem_letters_max) + 1):
                stem = self.stems.get(word[:end])
                if stem is not None:
                    atoms.append(stem)
        return self.meaning(atoms, 0, 2) if atoms else None

    cdef Run _of_one(self, Word word, bint fragment):
        """The run of one word."""
        cdef Run run
        if word is self.idle:
            return self.broken_run if fragment else self.idle_run
        run = Run.__new__(Run)
        run.put([word])
        run.ends, run.fragment = (), fragment
        return run

    cdef Run _typed(self, const unsigned int *letters, int size, bint fragment):
        """A word that is no common one; None where it may be two that lost the blank between."""
        cdef int edits = 0
        cdef tuple near = None
        cdef PyObject *kept
        cdef Run run
        if size >= TYPO_LETTERS_MIN:
            near = self.typos.nearest(letters, size, &edits)
            if (near is None or edits > 1) and self.parts.cut(letters, size):
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
        cdef list firsts = []
        cdef bint short = False
        cdef int number
        if kept != NULL:
            return <Word> kept
        for number in near:
            some, shorter = self._near_to(number)
            firsts.extend(some)
            short = short or shorter
        if len(self.shared) >= TYPED_HELD:
            self.shared.clear()
        meant = self.shared[key] = self._of_firsts(firsts, edits, 1 if short and edits > 1 else 2)
        return meant

    cdef tuple _near_to(self, int number):
        """Where the elements begin of what a word's typos are taken for; and whether some is short."""
        cdef str word
        cdef list atoms
        if self.near_to[number] is None:
            word = self.typos.words[number]
            atoms = list(self.stemmed.get(word, ()))
            atoms.extend([atom for atom in self.exact.get(word, ()) if atom.kind == "word"])
            short = any([len(atom.spelling) < LONE_LETTERS_MIN for atom in atoms])
            self.near_to[number] = self._firsts(atoms), short
        return <tuple> self.near_to[number]

    cdef bint tells(self, str tag) except -1:
        """Whether a hashtag holds an anchor."""
        cdef str word = tag[1:]
        if self.lexicon is None:
            self._begin()
        if not (tag[0] == u"#" and word.isascii() and word.isalpha()):
            return self._holds_anchor(self._run(self.plain.read(tag)))
        return self._holds_anchor(self._tagged(word, word.lower()))

    cdef bint _holds_anchor(self, Run run) except -1:
        cdef int number
        for number in range(run.size):
            if run.word(number).anchors:
                return True
        return False

    cdef Run _tagged(self, str tag, str folded):
        """A hashtag of one or several words, without its sign and as it is folded."""
        if tag != self.last_tag:
            self.last_tagged = self._split(tag, folded)
            self.last_tag = tag
        return self.last_tagged

    cdef Run _split(self, str tag, str folded):
        """The same, split into its words."""
        cdef str hump
        cdef int size = len(tag), at, begin = 0
        cdef list words = []
        cdef Run run
        if tag[1:].islower() and self.idle_word[self.commons.number_of(folded)]:
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
        run.put(words)
        run.ends, run.tagged = (), True
        return run

    cdef Word _part(self, str part):
        """A folded word of a hashtag."""
        cdef unsigned int[CHUNK_LETTERS_MAX] letters
        cdef int size = len(part), at, edits = 0, number = self.commons.number_of(part)
        cdef bint drawn_out
        cdef tuple near
        cdef Word meant
        if self.idle_word[number]:
            return self.idle
        for at in range(size):
            letters[at] = part[at]
        if self._may_be_literal(letters, size, hashed(letters, size)):
            if part not in self.literals:
                if len(self.literals) >= LONE_HELD:
                    self.literals.clear()
                self.literals[part] = self._literal(part)
            meant = self.literals[part]
            if meant is not None:
                return meant
        drawn_out = _is_drawn_out(letters, size)
        if number and not drawn_out:
            return self.idle
        if number or (drawn_out and size >= TYPO_LETTERS_MIN):
            return self.of_atoms(self.lexicon.read(part))
        if size < TYPO_LETTERS_MIN:
            return self.idle
        near = self.typos.nearest(letters, size, &edits)
        return self.idle if near is None else self._meant(near, edits)

    cdef Run _mentioned(self, Chunk chunk):
        """A mention: those that hold the same share a run."""
        cdef Run run
        if not self._may_be_asked_for(chunk):
            return self.mention_run
        reading = self.plain.mentioned(chunk.read())
        cdef PyObject *kept = PyDict_GetItemWithError(self.mentioned, id(reading))
        if kept != NULL:
            return <Run> kept
        run = self._run(reading)
        if len(self.mentioned) >= TYPED_HELD:
            self.mentioned.clear()
        self.mentioned[id(reading)] = run  # which keeps the reading: its id is that of no other
        return run

    cdef bint _may_be_asked_for(self, Chunk chunk) except -1:
        """Whether a handle may hold what mentions are asked for."""
        cdef unsigned int[NEAR_LETTERS_MAX] letters
        cdef int at, size = 0
        if self.handles is None:
            return False
        if chunk.near < 0:
            return True
        for at in range(1, chunk.near):
            if chunk.letters[at] >= 128:
                return True
            if chunk.letters[at] != c"_":
                letters[size] = chunk.letters[at] | (32 if chunk.letters[at] >= 64 else 0)
                size += 1
        return self.handles.holds_one(letters, size)

    cdef Run _asked(self, Run run):
        """A run with question marks behind it."""
        cdef Run asked
        if run.asked is None:
            asked = run.asked = Run.__new__(Run)
            asked.put([*[run.word(at) for at in range(run.size)], self.question])
            asked.ends, asked.idle = (asked.size,), run.idle and self.question is self.idle
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
        run.put([word or self.idle for word in words])
        run.ends, run.tagged = reading.ends, reading.tagged
        run.fragment, run.idle = reading.fragment, idle
        if idle and run.size < FEW and len(run.ends) < FEW:
            self.idle_runs[len(words), run.ends] = run
        return run

    cdef object reading_of(self, Run run, str text):
        """The plain form of a run, and of the text that it is the run of."""
        return self.plain.read(text) if run.reading is None else run.reading


class _TokenReader(TokenReader):
    """The reader of another, for chunks of all kinds: its words are those of the kernel."""

    idle_words = frozenset()  # they are told before it is asked

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
        ended = run.ended = run.dressed()
        ended.ends = ONE_END if run.size == 1 else (run.size,)
    return run.ended
