"""A database of its own for every test that asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.db import verify
from tests.support.journey import Journey


@pytest.fixture
def journey(tmp_path: Path) -> Iterator[Journey]:
    """Whatever a test does through the stages, it must leave a sound database."""
    made = Journey(tmp_path)
    yield made
    assert verify(made.database) == []
    made.database.close()
