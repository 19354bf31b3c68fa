"""The runs that the survival tests look at."""

from __future__ import annotations

import pytest

from tests.support.live.long_runs import result_of
from tests.survival.rollbacks import Rollbacks


@pytest.fixture(scope="session")
def rollbacks(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Rollbacks:
    found = result_of("rollbacks", request, tmp_path_factory)
    assert isinstance(found, Rollbacks)
    return found
