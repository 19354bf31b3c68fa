"""The order of the tests: first those with deadlines, then those that only compute, beside which the long runs go on,
and last those that look at the long runs."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.support.live.rehearsals import seen_by

COMPUTING = Path(__file__).parent / "unit"


def pytest_configure() -> None:
    """A shell's background job ignores Ctrl-C, and so would every command that it starts."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: 2 if seen_by(item) else 1 if item.path.is_relative_to(COMPUTING) else 0)
