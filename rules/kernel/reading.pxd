cimport cython
from rules.kernel.cuts cimport Chunk
from rules.kernel.parts cimport Parts
from rules.kernel.spelling cimport Bits, Commons, Gate
from rules.kernel.typos cimport Typos
from rules.kernel.words cimport Word, Words


@cython.final
cdef class Run:
    cdef Word lone  # the word of a run of one
    cdef Bits gist  # of it
    cdef Bits hints  # of all words
    cdef int size
    cdef unsigned char fragment, idle, tagged
    cdef unsigned char telling  # a word of it is an anchor, or weighs
    cdef tuple words  # of another run
    cdef tuple ends
    cdef object reading  # or None: as it is for a text
    cdef Run ended, asked

    cdef int put(self, list words) except -1
    cdef Run dressed(self)
    cdef inline Word word(self, int number):
        return self.lone if self.size == 1 else <Word> self.words[number]


@cython.final
cdef class Reader(Words):
    cdef object plain, lexicon
    cdef int tongue
    cdef dict idle_runs, lone, literals, typed, mentioned, words_in_two
    cdef list near_to  # by the number of a word: what is meant by its typos, or None
    cdef str last_tag  # what was told of it is asked again at once, where it is read
    cdef Run last_tagged
    cdef Parts handles  # or None: what mentions are asked for
    cdef frozenset fragments, stem_heads
    cdef Commons commons
    cdef unsigned char *idle_word  # by the number of a common word: it means nothing
    cdef dict exact, short, stems, stemmed
    cdef int stem_letters_max
    cdef Typos typos
    cdef Parts parts
    cdef Gate broken, shortened, stemming  # fragments, abbreviations, stems; hashed
    cdef Gate splitting  # what may be written in two
    cdef Word start, end, question
    cdef Run idle_run, broken_run, link_run, mention_run

    cdef int _begin(self) except -1
    cdef int _note_idle(self) except -1
    cdef Run run(self, Chunk chunk)
    cdef Run _read(self, Chunk chunk)
    cdef Run _lone(self, Chunk chunk)
    cdef bint _may_be_literal(
        self, const unsigned int *letters, int size, Bits spelling
    ) noexcept
    cdef Word _literal(self, str word)
    cdef bint tells(self, str tag) except -1
    cdef bint _holds_anchor(self, Run run) except -1
    cdef Run _tagged(self, str tag, str folded)
    cdef Run _split(self, str tag, str folded)
    cdef Word _part(self, str part)
    cdef Run _typed(self, const unsigned int *letters, int size, bint fragment)
    cdef Word _meant(self, tuple near, int edits)
    cdef tuple _near_to(self, int number)
    cdef Run _of_one(self, Word word, bint fragment)
    cdef Run _mentioned(self, Chunk chunk)
    cdef bint _may_be_asked_for(self, Chunk chunk) except -1
    cdef Word in_two(self, str whole)
    cdef Run _asked(self, Run run)
    cdef Run _run(self, reading)
    cdef object reading_of(self, Run run, str text)
