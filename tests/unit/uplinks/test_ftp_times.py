"""The time that a server gives a file: fourteen plain digits, or none."""

from __future__ import annotations

from typing import Any, cast

import pytest

from gateway.uplinks.ftp import inspection
from gateway.uplinks.ftp.replies import Reply


class Session:
    """Answers MDTM and MLST as given."""

    def __init__(self, mdtm: str, mlst: str) -> None:
        self._says = {"MDTM": mdtm, "MLST": mlst}

    def ask(self, command: str) -> Reply:
        return Reply(self._says[command[:4]])


@pytest.mark.parametrize(
    "mdtm",
    ["213 ", "213 2026", "213 2026110", "213 ٢٠٢٦١١٢٨٢٣٠٠٠٠", "213 20261328000000", "213 " + "9" * 5000, "550 no"],
)
def test_what_is_no_time_is_none(mdtm: str) -> None:
    session = cast(Any, Session(mdtm, "250 modify=٢٠٢٦١١٢٨٢٣٠٠٠٠; x"))
    assert inspection._modified_ms(session, "x") is None


def test_a_time_is_understood_from_either_answer() -> None:
    expected_ms = 1_795_906_800_000
    for mdtm, mlst in (("213 20261128230000", "500 no"), ("500 no", "250- modify=20261128230000;size=5; x")):
        assert inspection._modified_ms(cast(Any, Session(mdtm, mlst)), "x") == expected_ms
