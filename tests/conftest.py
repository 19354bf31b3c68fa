"""For all tests: Ctrl-C ends what they start, those that look at runs of minutes come last, and properties are tried
with as many examples as there is time for."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import settings

from tests.support.examples import TIMES, examples
from tests.support.live.long_runs import seen_by


def pytest_configure() -> None:
    """A shell's background job ignores Ctrl-C, and so would every command that it starts."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    deadline = None if TIMES > 1 else settings().deadline
    settings.register_profile("asked", max_examples=examples(settings().max_examples), deadline=deadline)
    settings.load_profile("asked")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: bool(seen_by(item)))


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("root") is not None and os.geteuid() != 0:
        pytest.skip("only root can become somebody else; ./test runs this with sudo")
