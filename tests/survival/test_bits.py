"""One bit flips in one column of one row, of every table that there is: the gateway measures, closes and sends on, only
that row is concerned, `status` tells, and nothing is sent with other bytes.

GATEWAY_BIT_SEEDS: how many bits in each column; GATEWAY_BIT_SEED: which.
"""

from __future__ import annotations

import logging
import os
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path

import pytest

from gateway.config import Configuration
from gateway.db import open_database
from gateway.db.checksums import sealed_tables
from gateway.outbox.store import OutboxStore
from gateway.readings.store import ReadingStore
from tests.support.journey import Journey, block, measured
from tests.support.thorough import a_few
from tests.support.three_days import configuration as a_configuration
from tests.survival.bits import Triggers, flip, triggers_of
from tests.survival.filled import NAME, NOW_MS, fill, fill_rest, go_on

SEEDS = int(os.environ.get("GATEWAY_BIT_SEEDS", "1"))
FIRST_SEED = int(os.environ.get("GATEWAY_BIT_SEED", "1"))


@dataclass(frozen=True, slots=True)
class Filled:
    content: bytes
    configuration: Configuration
    sent: dict[str, bytes]
    triggers: Triggers


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    folder = tmp_path_factory.mktemp("filled")
    configuration = a_configuration(folder)
    journey = Journey(folder)
    fill(journey, configuration)
    fill_rest(journey.database)
    sent = go_on(journey.database, configuration)
    assert sent.set_aside == []
    journey.database.close()
    with closing(sqlite3.connect(journey.file)) as connection:
        triggers = triggers_of(connection)
    assert len(sent.sent) > 5
    return Filled(journey.file.read_bytes(), configuration, sent.sent, triggers)


def columns() -> Iterator[tuple[str, str]]:
    """Of the schema as it is now: a new table is tried out by itself."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "gateway.db"
        open_database(file).close()
        with closing(sqlite3.connect(file)) as connection:
            for table in sorted(sealed_tables(connection)):
                for _, column, *_ in connection.execute(f"PRAGMA table_info({table})"):
                    yield table, column


COLUMNS = [pytest.param(*one, id=".".join(one)) for one in columns()]
OF_EACH_TABLE = [a_few(ones, 1) for _, ones in groupby(COLUMNS, key=lambda one: one.values[0])]


@pytest.mark.parametrize(("table", "column"), list(chain(*OF_EACH_TABLE)))
def test_a_flipped_bit_costs_nothing(
    table: str, column: str, filled: Filled, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for seed in range(FIRST_SEED, FIRST_SEED + SEEDS):
        file = tmp_path / f"{seed}" / "gateway.db"
        file.parent.mkdir()
        file.write_bytes(filled.content)
        chance = random.Random(f"{table}.{column}.{seed}")
        row = flip(file, table, column, chance, filled.triggers)
        if row is None:
            return
        caplog.clear()
        database = open_database(file)
        seen = go_on(database, filled.configuration, NOW_MS)
        if column == "state":  # an index leaves it out until the look has put it right
            seen = go_on(database, filled.configuration, NOW_MS)
        database.close()
        if (table, column) not in {("record", "filed_ms"), ("record", "damage")}:
            assert [one for one in seen.set_aside if not one.startswith(("index of", "table "))] == [row]
        assert seen.newest_slot == "2026-01-01T01:10:00.000+07:00"
        assert {name: seen.sent.get(name) for name in filled.sent} == filled.sent
        assert not [line for line in caplog.records if line.exc_info]
        assert list(file.parent.glob("*corrupt*")) == []


def test_a_flipped_bit_in_the_files_bytes_costs_a_row_at_most(
    filled: Filled, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the content of rows lies, in tables and in indexes."""
    caplog.set_level(logging.ERROR)
    whole = tmp_path / "whole.db"
    whole.write_bytes(filled.content)
    with closing(sqlite3.connect(whole)) as connection:
        texts = [name.encode() for (name,) in connection.execute("SELECT name FROM file")]
        texts += [name.encode() for (name,) in connection.execute("SELECT name FROM destination")]
        texts += [packed for (packed,) in connection.execute("SELECT packed FROM record")]
        texts += [packed for (packed,) in connection.execute("SELECT packed FROM reading_block")]
    chance = random.Random(FIRST_SEED)
    for number in range(12 * SEEDS):
        text = chance.choice(texts)
        at = chance.choice([place for place in range(len(filled.content)) if filled.content.startswith(text, place)])
        at += chance.randrange(len(text))
        file = tmp_path / f"{number}" / "gateway.db"
        file.parent.mkdir()
        file.write_bytes(
            filled.content[:at] + bytes([filled.content[at] ^ 1 << chance.randrange(8)]) + filled.content[at + 1 :]
        )
        database = open_database(file)
        seen = go_on(database, filled.configuration, NOW_MS)
        database.close()
        assert {name: seen.sent.get(name) for name in filled.sent} == filled.sent
        assert len(seen.set_aside) in (1, 2)
        assert list(file.parent.glob("*corrupt*")) == []
        assert not [line for line in caplog.records if line.exc_info]


@pytest.fixture(autouse=True)
def _own_folder(filled: Filled, tmp_path: Path) -> None:
    """`status` looks at the disk of the configured storage."""
    assert filled.configuration.storage.path.exists()


def test_a_delivery_that_is_lost_holds_up_neither_the_others_nor_retention(filled: Filled, tmp_path: Path) -> None:
    file = tmp_path / "gateway.db"
    file.write_bytes(filled.content)
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("UPDATE delivery SET planned_ms = 5, tries = 9 WHERE state = 'waiting' AND file_id = 2")
        oldest = connection.execute(
            "SELECT end_ms FROM delivery WHERE state = 'waiting' AND file_id <> 2 ORDER BY end_ms LIMIT 1"
        ).fetchone()
    with closing(open_database(file)) as database:
        outbox = OutboxStore(database)
        assert 2 not in [one.file_id for one in outbox.waiting(NAME, 0, 1 << 60, 100)]
        assert (outbox.oldest_undelivered_ms(),) == oldest


def test_a_damaged_layout_is_kept_anew_and_slots_are_closed_with_their_readings(filled: Filled, tmp_path: Path) -> None:
    """More than one bit: it cannot be put right. Its index still knows it, and must not give its number away."""
    file = tmp_path / "gateway.db"
    file.write_bytes(filled.content)
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("UPDATE layout SET definition = replace(definition, 'parameters', 'xxxxxxxxxx')")
    with closing(open_database(file)) as database:
        readings = ReadingStore(database)
        readings.add([block(NOW_MS + 1000, measured(7.5), measured(21.0))])
        [(layout, rows)] = readings.blocks(NOW_MS, NOW_MS + 9000)
        assert (layout.instrument, len(rows)) == ("multiprobe", 1)
        assert len(database.damage.left_out()) >= 1
