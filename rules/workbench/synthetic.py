"""A keyword set of any size, made up by a seed, that uses the whole rule language.

It measures how the rules' speed and loading time grow with the number of phrases, whatever the
shipped packs look like. Phrases are 2 to 4 words, one of them telling (rank 1,000 to 30,000 of its
language), the others among the 1,000 most common; ten phrases make a rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from rules.language import frequent_words
from rules.verdict import LABELS

PHRASES_A_RULE = 10
_COMMON_RANKS = 1_000
_TELLING_RANKS = 30_000

_CONTEXTS = """
[vocabulary]
place = ["street", "district", "valley"]
[context.supposed]
before = ["if", "in case", "hope~"]
stop = ["but"]
[context.long_ago]
anywhere = ["years ago", "when i was"]
"""


def keyword_set(phrases: int, seed: int, language: str = "en") -> str:
    """The TOML text of a keyword set with so many phrases in `any` lists."""
    random = Random(seed)
    words = frequent_words(language)
    common, telling = words[:_COMMON_RANKS], words[_COMMON_RANKS:_TELLING_RANKS]
    parts = [f'language = "{language}"', _CONTEXTS]
    for number in range(0, phrases, PHRASES_A_RULE):
        count = min(PHRASES_A_RULE, phrases - number)
        parts.append(_rule(number // PHRASES_A_RULE, count, common, telling, random))
    return "\n".join(parts)


def _rule(number: int, count: int, common: list[str], telling: list[str], random: Random) -> str:
    def phrase() -> str:
        row = [_place(common, random) for _ in range(random.randint(1, 3))]
        row.insert(random.randrange(len(row) + 1), random.choice(telling))
        return " ".join(row)

    label = LABELS[number % len(LABELS)]
    lines = ["[[rule]]", f'id = "made-up-{number}"', f'label = "{label}"']
    lines.append(f"any = [{_quoted(phrase() for _ in range(count))}]")
    kind = number % 5
    if kind == 0:
        lines.append(f'none = ["{phrase()}"]')
    elif kind == 1:
        lines.append('unless = ["supposed", "long_ago"]')
    elif kind == 2:
        lines.append(f'not_near = ["{random.choice(telling)}"]\nreach = 4')
    elif kind == 3:
        lines.append('unless = ["question", "hashtag"]\ngap = 3\ntolerance = 1')
    else:
        lines.append(f'priority = 1\n[rule.points]\n1 = ["{random.choice(common)}", "the"]')
        lines.insert(-1, "need = 1")
    return "\n".join(lines)


def _place(common: list[str], random: Random) -> str:
    """One word, or two to choose from; now and then an inflected one or a vocabulary."""
    chance = random.random()
    word = random.choice(common)
    if chance < 0.1:
        return f"{word}|$place"
    if chance < 0.2 and len(word) > 3:
        return f"{word}~"
    return f"{word}|{random.choice(common)}" if chance < 0.5 else word


def _quoted(phrases: Iterable[str]) -> str:
    return ", ".join(f'"{phrase}"' for phrase in phrases)
