# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: freethreading_compatible=False
"""From items to verdicts, compiled: `rules.judge` is the plain form, and says what is meant."""

from cpython.dict cimport PyDict_GetItemWithError
from cpython.object cimport PyObject
cimport cython

from rules.kernel.chunks cimport Chunks
from rules.kernel.cuts cimport Cut
from rules.kernel.hits cimport Phrases
from rules.kernel.spelling cimport Bits

from rules.judge import TEXT_LETTERS_MAX as _TEXT_LETTERS_MAX
from rules.judge import stated, verdict
from rules.language import VOTES as _VOTES
from rules.verdict import Verdict

cdef int TEXT_LETTERS_MAX = _TEXT_LETTERS_MAX
cdef Bits VOTES = _VOTES
cdef enum:
    FLAGS = 8  # what the flags of three languages may come to
if (_VOTES + 1) * FLAGS != 1 << 63:
    raise ImportError("rules.language has other languages")


@cython.final
cdef class Judge:
    """Says what rules find in texts: see `rules.judge.Judge`."""

    cdef Chunks chunks
    cdef object tongues
    cdef dict chosen  # by language: for each sum of flags the phrases in play, or None

    def __init__(self, Chunks chunks, tongues):
        self.chunks, self.tongues, self.chosen = chunks, tongues, {}
        chunks.telling, chunks.flags = tuple(tongues.own_parts), tuple(tongues.flags)
        chunks.tells = tuple([phrases.tells for phrases in tongues.phrases])

    def classify(self, items):
        """One verdict for each item, in order."""
        cdef list verdicts = [], found
        cdef bint whole
        cdef Cut cut
        cdef str text, language
        for item in items:
            id_ = language = None
            if isinstance(item, str):
                text = item
            else:
                text, id_, lang = item.text, getattr(item, "id", None), getattr(item, "lang", None)
                if isinstance(lang, str):
                    language = stated(lang)
            whole = len(text) <= TEXT_LETTERS_MAX
            cut = self.chunks.of(text if whole else text[:TEXT_LETTERS_MAX])
            if language is None:
                language = cut.language
            found = None
            for phrases in self._in_play(language, cut):
                found = (<Phrases> phrases).find(item, cut, language, whole, found)
            if found is None:
                verdicts.append(Verdict(id_, (), language, ()))
            else:
                verdicts.append(_verdict(id_, language, found))
        return verdicts

    cdef tuple _in_play(self, str language, Cut cut):
        """The phrases that a text is held against."""
        cdef int flags = cut.flags // (VOTES + 1)
        cdef list chosen
        cdef PyObject *kept = PyDict_GetItemWithError(self.chosen, language)
        if kept == NULL:
            chosen = self.chosen[language] = [None] * FLAGS
        else:
            chosen = <list> kept
        if chosen[flags] is None:
            matchers = self.tongues.in_play(language, cut.code)
            chosen[flags] = tuple([matcher.phrases for matcher in matchers])
        return <tuple> chosen[flags]


cdef object _verdict(id_, str language, list found):
    """What the matches found in a text say together: mostly there is one."""
    if len(found) > 1:
        return verdict(id_, language, found)
    return Verdict(id_, (found[0].label,), language, (found[0],))
