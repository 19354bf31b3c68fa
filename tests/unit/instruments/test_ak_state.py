"""What the words of ASTZ mean, by default and as configured."""

from __future__ import annotations

import pytest

from gateway.config import AkStatus
from gateway.core.reading import Status
from gateway.instruments.ak.state import status_of

WORDS = {
    "SREM SMGA": Status.MEASURING,
    "SMAN SMGA SARE": Status.MEASURING,
    "SREM SNGA": Status.CALIBRATING,
    "SREM SMGA SATK": Status.CALIBRATING,
    "SREM STBY SMGA": Status.FAULT,
    "SREM SEGA SPAU": Status.FAULT,
    "SREM": Status.FAULT,
    "": Status.FAULT,
    "# SREM": Status.FAULT,
}


@pytest.mark.parametrize(("words", "status"), WORDS.items())
def test_by_default(words: str, status: Status) -> None:
    assert status_of(words.split(), AkStatus()) is status


def test_a_list_that_is_written_wins_over_the_defaults() -> None:
    settings = AkStatus.model_validate({"measuring": ["SMGA", "STBY"]})
    assert status_of(["SREM", "STBY"], settings) is Status.MEASURING
    assert status_of(["SREM", "SNGA"], settings) is Status.CALIBRATING
    assert status_of(["SREM", "SPAU"], settings) is Status.FAULT
