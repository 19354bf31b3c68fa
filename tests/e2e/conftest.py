"""The runs that the end-to-end tests look at."""

from __future__ import annotations

import pytest

from tests.e2e.acceptance import AcceptanceSeen
from tests.e2e.kinds import Lived
from tests.e2e.outage import Outage
from tests.e2e.troubled_cameras import TroubledCameras
from tests.e2e.troubled_destinations import TroubledDestinations
from tests.e2e.troubled_instruments import TroubledInstruments
from tests.support.live.long_runs import result_of


@pytest.fixture(scope="session")
def acceptance_run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AcceptanceSeen:
    found = result_of("acceptance_run", request, tmp_path_factory)
    assert isinstance(found, AcceptanceSeen)
    return found


@pytest.fixture(scope="session")
def cameras_run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> TroubledCameras:
    found = result_of("cameras_run", request, tmp_path_factory)
    assert isinstance(found, TroubledCameras)
    return found


@pytest.fixture(scope="session")
def instruments_run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> TroubledInstruments:
    found = result_of("instruments_run", request, tmp_path_factory)
    assert isinstance(found, TroubledInstruments)
    return found


@pytest.fixture(scope="session")
def destinations_run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> TroubledDestinations:
    found = result_of("destinations_run", request, tmp_path_factory)
    assert isinstance(found, TroubledDestinations)
    return found


@pytest.fixture(scope="session")
def outage_run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Outage:
    found = result_of("outage_run", request, tmp_path_factory)
    assert isinstance(found, Outage)
    return found


@pytest.fixture(scope="session")
def kinds_run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Lived]:
    found = result_of("kinds_run", request, tmp_path_factory)
    assert isinstance(found, dict)
    return found
