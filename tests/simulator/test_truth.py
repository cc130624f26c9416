"""The truth speaks of the same labels as the rules, though neither looks at the other."""

from __future__ import annotations

import rules
from simulator import truth


def test_the_labels_of_the_truth_are_those_of_the_rules_in_the_same_order() -> None:
    assert truth.LABELS == rules.LABELS
