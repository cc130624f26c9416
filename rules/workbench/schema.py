"""A JSON Schema of keyword sets, made of the tables that the parser checks by.

What a schema can't say, `rules check` says: ids, vocabularies and contexts that are unknown or come
twice, and phrases that can't be understood.
"""

from __future__ import annotations

from rules.keys import (
    CONTEXT_KEYS,
    CUES,
    FILE_KEYS,
    MAY_BE_EMPTY,
    NAME,
    POINTS,
    RULE_KEYS,
    TEST_KEYS,
    Key,
)
from rules.pack import FACTS
from rules.text import MARKS

PHRASE_MEANS = (
    "words in order, blanks between; `a|b` either, `a|(b c)` or several words, `word~` its forms, "
    "`stem*` what begins so, `=word` to the letter, `@text` a mention whose handle holds it, "
    f"`$name` a vocabulary, {' '.join(MARKS)}"
)
DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, object]


def schema() -> Schema:
    """The schema (draft 2020-12) of one keyword set."""
    return {
        "$schema": DIALECT,
        "title": "keyword set",
        "description": "Rules that label posts, for one language.",
        **_table(FILE_KEYS),
        "anyOf": [
            {"required": ["rule"], "properties": {"rule": {"minItems": 1}}},
            {"required": ["vocabulary"], "properties": {"vocabulary": {"minProperties": 1}}},
            {"required": ["context"], "properties": {"context": {"minProperties": 1}}},
        ],
    }


def meaning(key: Key) -> str:
    """What a key means, with its range, its choices and what holds without it."""
    parts = [key.means]
    if key.kind in ("whole", "number"):
        parts.append(f"{key.low} to {key.high}")
    if key.kind == "points":
        parts.append(POINTS.fault.removeprefix("give "))
    told = [choice for choice in key.choices if f"`{choice}`" not in key.means]
    if told:
        parts.append(" ".join(f"`{choice}`" for choice in told))
    if key.default is not None:
        shown = f"`{key.default}`" if isinstance(key.default, str) else f"{key.default:g}"
        parts.append(f"without it {shown}")
    return "; ".join(parts)


def _table(keys: tuple[Key, ...]) -> Schema:
    needed = [key.name for key in keys if key.needed]
    return {
        "type": "object",
        "properties": {
            key.name: {"description": meaning(key), **_value(key), **_default(key)} for key in keys
        },
        "additionalProperties": False,
        **({"required": needed} if needed else {}),
    }


def _default(key: Key) -> Schema:
    return {} if key.default is None else {"default": key.default}


def _value(key: Key) -> Schema:
    if key.kind == "text":
        return _text(key)
    if key.kind == "flag":
        return {"type": "boolean"}
    if key.kind in ("whole", "number"):
        kind = "integer" if key.kind == "whole" else "number"
        return {"type": kind, "minimum": key.low, "maximum": key.high}
    if key.kind == "texts":
        facts = {"examples": list(FACTS)} if key.name in ("when", "unless") else {}
        return {"type": "array", "items": {**_text(key), **facts}}
    if key.kind == "phrases":
        return _phrases(1 if key.name not in MAY_BE_EMPTY else 0)
    if key.kind == "points":
        return _points()
    return {"vocabulary": _vocabulary, "context": _contexts, "rule": _rules, "test": _tests}[
        key.name
    ]()


def _text(key: Key) -> Schema:
    if key.choices:
        return {"type": "string", "enum": list(key.choices)}
    if key.form:
        return {"type": "string", "pattern": _whole(key.form.pattern)}
    return {"type": "string"}


def _whole(pattern: str) -> str:
    return f"^(?:{pattern})$"


def _phrases(least: int) -> Schema:
    """A list of phrases, none of them blank."""
    phrase: Schema = {"type": "string", "pattern": r"\S", "description": PHRASE_MEANS}
    return {"type": "array", "items": phrase, **({"minItems": least} if least else {})}


def _points() -> Schema:
    return {
        "type": "object",
        "patternProperties": {_whole(POINTS.pattern): _phrases(1)},
        "additionalProperties": False,
        "not": {"propertyNames": {"pattern": "^-"}},  # one at least must be above 0
    }


def _vocabulary() -> Schema:
    names = {"pattern": _whole(NAME.pattern)}
    return {"type": "object", "propertyNames": names, "additionalProperties": _phrases(1)}


def _contexts() -> Schema:
    cues = [{"required": [cue], "properties": {cue: {"minItems": 1}}} for cue in CUES]
    return {
        "type": "object",
        "propertyNames": {"pattern": _whole(NAME.pattern), "not": {"enum": list(FACTS)}},
        "additionalProperties": {**_table(CONTEXT_KEYS), "anyOf": cues},
    }


def _rules() -> Schema:
    rule = {
        **_table(RULE_KEYS),
        "anyOf": [{"required": ["any"]}, {"required": ["points"]}],
        "dependentRequired": {"points": ["need"], "need": ["points"]},
    }
    return {"type": "array", "items": rule}


def _tests() -> Schema:
    return {"type": "array", "items": _table(TEST_KEYS)}
