"""What is found and where: phrases of keyword sets, posts, and phrases that people disfigured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

from matchers import Labels, plain

from rules import Engine, load_packs
from rules.language import frequent_words
from rules.pack import Pack, Rule
from rules.phrase import Phrase
from rules.workbench.stream import Stream
from rules.workbench.synthetic import keyword_set
from rules.workbench.variants import Sample, Variants, _kinds
from rules.workbench.wording import Speller, live_rules

_IDLE_RANKS = 20_000
_IDLE_WORDS = (3, 8)
_TRIES = 20
WRITTEN = "as written"


class Case(NamedTuple):
    """A post that holds a phrase of `label`, disfigured in the way of `kind`."""

    kind: str
    text: str
    label: str


class Workload:
    """Keyword sets, and of each of their phrases one way to write it in plain words.

    Phrases with marks (`<link>`, `<start>`) have no plain words and are left to the engine.
    """

    def __init__(self, name: str, packs: Sequence[Pack], seed: int) -> None:
        self.name = name
        self.packs = packs
        self.seed = seed
        self.samples: list[Sample] = []
        phrases: dict[str, Labels] = {}
        spellers = {pack.language: Speller(pack.language, Random(seed)) for pack in packs}
        for rule in live_rules(packs):
            for phrase in rule.any:
                sample = _written(rule, phrase, spellers[rule.language])
                if sample:
                    self.samples.append(sample)
                    written = " ".join(sample.words)
                    phrases[written] = phrases.get(written, frozenset()) | {rule.label}
        self.phrases = phrases

    def posts(self) -> Stream:
        """Posts of which 15 of 100 hold a phrase."""
        return Stream(self.packs, self.seed)

    def clean_posts(self, count: int) -> list[str]:
        """Posts of words by chance: what is found in them nobody meant."""
        return list(Stream(self.packs, self.seed, relevant=0.0).texts(count))


def synthetic(phrases: int, seed: int) -> Workload:
    """A made-up keyword set of so many phrases that uses the whole rule language."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "synthetic.toml"
        path.write_text(keyword_set(phrases, seed), encoding="utf-8")
        return Workload("synthetic", load_packs(path), seed)


def shipped(seed: int) -> Workload:
    """The keyword sets that come with the project."""
    return Workload("shipped", load_packs(), seed)


def _written(rule: Rule, phrase: Phrase, speller: Speller) -> Sample | None:
    spelled = speller.spell_out(phrase)
    words = [word for word, _ in spelled]
    if any(b" " in plain(word) or plain(word).decode("ascii") != word for word in words):
        return None
    exact = frozenset(at for at, (_, to_the_letter) in enumerate(spelled) if to_the_letter)
    return Sample(rule, words, exact)


class Disfigured:
    """Posts that hold a phrase, disfigured; around it stand words that no phrase holds.

    Only phrases are taken that give their label where they are written rightly, so that recall
    tells how well damage is undone. The ways to disfigure are those of `rules.workbench.variants`.
    """

    def __init__(self, workload: Workload, seed: int) -> None:
        self._workload = workload
        self._random = Random(seed)
        self._engine = Engine(workload.packs)
        self._variants = Variants(workload.packs, self._engine, seed)
        self._idle = cache(self._idle_words)

    def cases(self, texts: int) -> list[Case]:
        """`texts` of each kind, where the phrases allow as many."""
        found = []
        for kind, disfigure in _kinds(self._engine).items():
            of_kind: list[Case] = []
            for sample, before, after in self._posts(texts * _TRIES):
                text = disfigure(sample, self._random)
                if text is not None:
                    of_kind.append(Case(kind, f"{before} {text} {after}", sample.rule.label))
                if len(of_kind) == texts:
                    break
            found += of_kind
        return found

    def near_words(self, texts: int) -> list[Case]:
        """Posts that only resemble a phrase: a word is replaced by a real one that is near it.

        Phrases that give their label without that word are passed over.
        """
        own = self._variants._words_of_labels()
        found: list[Case] = []
        for sample, before, after in self._posts(texts * _TRIES):
            label = sample.rule.label
            other = self._variants._with_near_word(sample, own[label])
            if other is None:
                continue
            near, missing = (f"{before} {text} {after}" for text in other)
            if label not in self._labels(missing):
                found.append(Case("near word", near, label))
            if len(found) == texts:
                break
        return found

    def _posts(self, tries: int) -> Iterator[tuple[Sample, str, str]]:
        for _ in range(tries):
            sample = self._random.choice(self._workload.samples)
            before, after = self._surroundings(sample), self._surroundings(sample)
            if sample.rule.label in self._labels(f"{before} {' '.join(sample.words)} {after}"):
                yield sample, before, after

    def _surroundings(self, sample: Sample) -> str:
        count = self._random.randint(*_IDLE_WORDS)
        return " ".join(self._random.choices(self._idle(sample.rule.language), k=count))

    def _idle_words(self, language: str) -> list[str]:
        frequent = frequent_words(language, _IDLE_RANKS)
        return [word for word in frequent if plain(word) and self._engine.is_idle(word)]

    def _labels(self, text: str) -> tuple[str, ...]:
        return self._engine.classify([text])[0].labels
