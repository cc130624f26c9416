"""The rules of X's stream as an app keeps them there: added, tried, listed, deleted."""

from __future__ import annotations

from typing import Any, NamedTuple

from simulator.platforms.x.gate import Limits
from simulator.platforms.x.rule import Node, RuleError, Seen, read_rule

FIRST_ID = 1_900_000_000_000_000_001
PROBLEMS = "https://api.x.com/2/problems"

Json = dict[str, Any]


class Kept(NamedTuple):
    """A rule as it stands at X."""

    id: str
    value: str
    tag: str
    node: Node

    @property
    def told(self) -> Json:
        """The rule as X lists it."""
        return {"id": self.id, "value": self.value} | ({"tag": self.tag} if self.tag else {})


class Book:
    """All rules of the app, in the order in which they were added."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._rules: dict[str, Kept] = {}
        self._rows: dict[str, Node] = {}
        self._next = FIRST_ID

    def __len__(self) -> int:
        return len(self._rules)

    def all(self) -> list[Kept]:
        """The rules, the oldest first."""
        return list(self._rules.values())

    def matching(self, seen: Seen) -> list[Kept]:
        """The rules that a post meets."""
        return [rule for rule in self._rules.values() if rule.node.holds(seen)]

    def add(self, wanted: list[Any], *, dry_run: bool) -> tuple[list[Kept], list[Json]]:
        """Add rules; those added, and what is wrong with the others.

        Where one is invalid none is added, as X does it.
        """
        made: list[Kept] = []
        errors: list[Json] = []
        known = {rule.value: rule for rule in self._rules.values()}
        number = self._next
        for each in wanted:
            value = str(each.get("value", "")) if isinstance(each, dict) else ""
            tag = str(each.get("tag") or "") if isinstance(each, dict) else ""
            if value in known:
                errors.append(_duplicate(value, known[value].id))
                continue
            try:
                node = read_rule(value, self._limits.rule_signs, self._rows)
            except RuleError as error:
                errors.append(_invalid(value, str(error)))
                continue
            kept = Kept(str(number), value, tag, node)
            known[value] = kept
            made.append(kept)
            number += 1
        if len(self._rules) + len(made) > self._limits.rules:
            return [], [*errors, _full(self._limits.rules)]
        if any(each["title"] != "DuplicateRule" for each in errors):
            return ([], errors) if not dry_run else (made, errors)
        if not dry_run:
            self._next = number
            self._rules |= {rule.id: rule for rule in made}
        return made, errors

    def delete(self, ids: list[Any], values: list[Any], *, dry_run: bool) -> tuple[int, list[Json]]:
        """Delete rules by id or value; how many there were, and what is wrong with the others."""
        by_value = {rule.value: rule.id for rule in self._rules.values()}
        asked = [*map(str, ids), *(by_value.get(str(value), str(value)) for value in values)]
        errors = [_missing(id_) for id_ in asked if id_ not in self._rules]
        found = [id_ for id_ in dict.fromkeys(asked) if id_ in self._rules]
        if not dry_run:
            for id_ in found:
                del self._rules[id_]
            if not self._rules:
                self._rows.clear()
        return len(found), errors


def _invalid(value: str, words: str) -> Json:
    kind = f"{PROBLEMS}/invalid-rules"
    return {"value": value, "details": [words], "title": "UnprocessableEntity", "type": kind}


def _duplicate(value: str, id_: str) -> Json:
    kind = f"{PROBLEMS}/duplicate-rules"
    return {"value": value, "id": id_, "title": "DuplicateRule", "type": kind}


def _full(most: int) -> Json:
    words = f"Your app has reached the limit of {most} rules."
    return {"detail": words, "title": "RulesCapExceeded", "type": f"{PROBLEMS}/rule-cap"}


def _missing(id_: str) -> Json:
    return {
        "errors": [{"message": f"Rule does not exist: {id_}", "parameters": {}}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": f"{PROBLEMS}/invalid-request",
    }
