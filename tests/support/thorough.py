"""What `./test` tries one of, and a campaign of `./test --long` all: many of a kind."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import pytest


def a_few(values: Iterable[Any], most: int) -> list[Any]:
    """All of them as parameters of a test; all but `most`, drawn once and for ever, are marked `thorough`.

    `values`: single values, tuples of several, or `pytest.param`s. `most`: how many `./test` tries.
    """
    every = list(values)
    chosen = set(random.Random(f"{len(every)} of {most}").sample(range(len(every)), min(most, len(every))))
    return [value if number in chosen else _thorough(value) for number, value in enumerate(every)]


def _thorough(value: Any) -> Any:
    given = value if isinstance(value, type(pytest.param())) else None
    values = given.values if given else value if isinstance(value, tuple) else (value,)
    marks = (*(given.marks if given else ()), pytest.mark.thorough)
    return pytest.param(*values, marks=marks, id=given.id if given else None)
