"""The run that the crash tests look at."""

from __future__ import annotations

import pytest

from tests.crash.crashes import Crashes
from tests.support.live.long_runs import result_of


@pytest.fixture(scope="session")
def crashes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Crashes:
    found = result_of("crashes", request, tmp_path_factory)
    assert isinstance(found, Crashes)
    return found
