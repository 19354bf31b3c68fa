"""Slots that were open in a version that was left again: their readings come back, and they are closed here."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from gateway.audit.recovery import Recovery
from gateway.db import open_database
from gateway.db.salvage import Salvage
from gateway.readings.store import ReadingStore
from gateway.records.store import RecordStore
from tests.support.journey import MIDNIGHT_MS, SLOT_MS, block, measured, record

NOW_MS = MIDNIGHT_MS + 10 * SLOT_MS


@pytest.mark.parametrize(("opens_slots", "is_closed", "slots"), [(True, False, 1), (False, False, 0), (True, True, 0)])
def test_what_was_open_there_is_open_here_unless_it_was_closed(
    tmp_path: Path, opens_slots: bool, is_closed: bool, slots: int
) -> None:
    with closing(open_database(tmp_path / "newer.db")) as newer:
        ReadingStore(newer).add([block(MIDNIGHT_MS + 1, measured(7.0))])
    with (
        closing(open_database(tmp_path / "gateway.db")) as database,
        closing(Salvage(tmp_path / "newer.db", tmp_path)) as source,
    ):
        if is_closed:
            RecordStore(database).add(record(MIDNIGHT_MS + SLOT_MS), NOW_MS)
        Recovery(source, database, NOW_MS, lambda table, rows: None, opens_slots=opens_slots).run()
        assert len(RecordStore(database).open_slots(SLOT_MS, NOW_MS)) == slots
        assert len(list(ReadingStore(database).blocks(0, NOW_MS))) == 1
