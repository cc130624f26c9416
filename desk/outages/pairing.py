"""Which predicted outage is which true one: the most pairs, and of these the cheapest."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping


def assign(costs: Mapping[tuple[int, int], int]) -> dict[int, int]:
    """The pairing (left to right) with the most pairs and, among those, the least total cost.

    `costs` holds every pair that may be made; costs are whole numbers >= 0. Each component of the
    graph is solved on its own by successive shortest augmenting paths, which keep the cost least
    at every number of pairs (Ahuja, Magnanti, Orlin, "Network Flows", 1993, section 9.7).
    """
    options: dict[int, dict[int, int]] = {}
    for (left, right), cost in sorted(costs.items()):
        options.setdefault(left, {})[right] = cost
    pairs: dict[int, int] = {}
    for lefts in _components(options):
        part = {left: options[left] for left in lefts}
        taken: dict[int, int] = {}
        while _augment(part, taken):
            pass
        pairs.update((left, right) for right, left in taken.items())
    return pairs


def _components(options: Mapping[int, Mapping[int, int]]) -> list[list[int]]:
    """The lefts of each connected part of the graph."""
    sharing: dict[int, list[int]] = {}
    for left, rights in options.items():
        for right in rights:
            sharing.setdefault(right, []).append(left)
    parts = []
    reached: set[int] = set()
    for start in options:
        if start in reached:
            continue
        reached.add(start)
        part = [start]
        for left in part:
            near = {other for right in options[left] for other in sharing[right]} - reached
            reached |= near
            part += sorted(near)
        parts.append(part)
    return parts


def _augment(options: Mapping[int, Mapping[int, int]], taken: dict[int, int]) -> bool:
    """Make one pair more in `taken` (right to left) along the cheapest path, if there is one."""
    paired = set(taken.values())
    reach = {left: 0 for left in options if left not in paired}
    came_from: dict[int, int] = {}
    cheapest: dict[int, int] = {}
    waiting = deque(reach)
    while waiting:
        left = waiting.popleft()
        for right, cost in options[left].items():
            if taken.get(right) == left or reach[left] + cost >= cheapest.get(right, 1 << 200):
                continue
            cheapest[right] = reach[left] + cost
            came_from[right] = left
            if right in taken:
                owner = taken[right]
                reach[owner] = cheapest[right] - options[owner][right]
                waiting.append(owner)
    ends = [right for right in cheapest if right not in taken]
    if not ends:
        return False
    before = {left: right for right, left in taken.items()}
    end: int | None = min(ends, key=lambda right: (cheapest[right], right))
    while end is not None:
        taken[end] = came_from[end]
        end = before.get(came_from[end])
    return True
