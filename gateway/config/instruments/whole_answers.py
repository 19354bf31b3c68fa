"""Whether an expression takes no answer that was cut short: nothing that it matches begins with another match. Pure.

Where only silence ends an answer, a pause in its middle ends it too. `[0-9.]+` then takes `12.` for the whole of
`12.5`; `[0-9]+[.][0-9] mg` takes nothing but the whole. Two looks at the expression are taken at once, along the same
characters: one of them has come to the end, and the other must not be able to come to it later.
"""

from __future__ import annotations

from gateway.config.instruments.pattern_states import PatternStates, TooLargeError

MOST_STEPS = 500_000
"""As many are taken, which is a moment."""


def is_whole_only(text: str) -> bool:
    """Whether no match begins with another one. `False` too where that cannot be told. `text` is an expression that
    `LinePattern` takes; anchors in it are taken for nothing, so that it is rather refused than taken."""
    try:
        states = PatternStates.of(text)
    except TooLargeError:
        return False
    return not _ends_twice(states)


def _ends_twice(states: PatternStates) -> bool:
    """Whether one look can be at the end while another, along the same characters, comes to it later; true as well
    where that is too much to find out."""
    begin, end = states.begin, states.end
    reached = [states.freely_from(state) for state in range(len(states.steps))]
    comes_later = _with_an_end_ahead(states, reached, end)
    seen: set[tuple[int, int]] = set()
    waiting = [(begin, begin)]
    left = MOST_STEPS
    while waiting:
        pair = waiting.pop()
        if pair in seen:
            continue
        seen.add(pair)
        first = [step for state in reached[pair[0]] for step in states.steps[state]]
        second = [step for state in reached[pair[1]] for step in states.steps[state]]
        left -= len(first) * len(second)
        if left < 0:
            return True
        for by, there in first:
            for also_by, also_there in second:
                if by & also_by:
                    if end in reached[there] and also_there in comes_later:
                        return True
                    waiting.append((there, also_there))
    return False


def _with_an_end_ahead(states: PatternStates, reached: list[frozenset[int]], end: int) -> frozenset[int]:
    """The states from which the end can be reached by one more character, or several."""
    ahead: set[int] = set()
    is_growing = True
    while is_growing:
        before = len(ahead)
        for state, freely in enumerate(reached):
            if any(end in reached[to] or to in ahead for one in freely for by, to in states.steps[one] if by):
                ahead.add(state)
        is_growing = len(ahead) > before
    return frozenset(ahead)
