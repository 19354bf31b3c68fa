"""What is whole in a broken database comes back, what is here stays, and what is lost is told."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from gateway.audit import runs
from gateway.audit.recovered import LostSlots, Recovered
from gateway.audit.recovery import Recovery
from gateway.core.derivation import Computed, Derivation
from gateway.core.errors import StoreCorrupt
from gateway.core.ports import SealAct, SealEntry
from gateway.core.seal_rules import in_place
from gateway.db import verify
from gateway.db.salvage import Salvage
from gateway.db.salvaged_row import LostRow, SalvagedRow
from gateway.outbox.action import Action
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.delivery_tries import tries_of
from gateway.outbox.interventions import DeliverySelection, Interventions
from gateway.outbox.store import DeliveryResult
from gateway.ports.seal_register import SealRegister
from gateway.readings.calibrations import CalibrationStore
from gateway.records.derivations import DerivationStore
from tests.support.journey import COD, DAY_MS, MIDNIGHT_MS, SLOT_MS, Journey, block, measured

PAGE = 4096
SLOTS = 300
DELIVERED = 200
FIRST_SEED = int(os.environ.get("GATEWAY_RECOVERY_SEED", "0")) * 1000
SEEDS = range(FIRST_SEED, FIRST_SEED + int(os.environ.get("GATEWAY_RECOVERIES", "2")))
"""Of accidents with the file."""


SEALS = [
    SealEntry(MIDNIGHT_MS, SealAct.PUT, "usb:1-1.3", "TEM-1", "A", "new"),
    SealEntry(MIDNIGHT_MS + DAY_MS, SealAct.BROKEN, "usb:1-1.3", "TEM-1", "B", "cable"),
    SealEntry(MIDNIGHT_MS + 2 * DAY_MS, SealAct.PUT, "usb:1-1.3", "TEM-2", "B", "cable"),
]
"""The last one was put after the database was set aside."""


class Broken:
    """A station of a day that was set aside, and the new one beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "old").mkdir()
        self.file = folder / "gateway.db.corrupt-1"
        self._live(folder / "old")
        shutil.copy(folder / "old" / "gateway.db", self.file)
        self.sound = self.file.read_bytes()
        (folder / "new").mkdir()
        self.here = Journey(folder / "new")

    def _live(self, folder: Path) -> None:
        old = Journey(folder)
        runs.begin(old.database, MIDNIGHT_MS, "1")
        DerivationStore(old.database).adopt(Derivation((), (Computed(COD, "pH * 2"),)), MIDNIGHT_MS)
        CalibrationStore(old.database).begin(["pH"], MIDNIGHT_MS + SLOT_MS, "buffer 7", "an", MIDNIGHT_MS)
        for seal in SEALS[:2]:
            SealRegister(old.database).add(seal, (), "an")
        for number in range(1, SLOTS + 1):
            end_ms = MIDNIGHT_MS + number * SLOT_MS
            old.readings.add([block(end_ms - 5000, measured(7.0 + number / 1000))])
            old.send(end_ms, ["so-tnmt", "bo-tnmt"], 7.0 + number / 1000)
            with old.database.write() as connection:
                connection.execute("DELETE FROM open_slot")
        rows = old.database.read("SELECT id, end_ms FROM delivery WHERE end_ms <= ?", (_end(DELIVERED),))
        old.outbox.settle(
            [DeliveryResult(one, DeliveryState.DELIVERED, end_ms + 2500, end_ms + 3000, "226") for one, end_ms in rows]
        )
        for number in range(DELIVERED + 1, DELIVERED + 6):  # to both destinations, each tried twice in vain
            for one in (2 * number - 1, 2 * number):
                for answer in ("no room", "still no room"):
                    at_ms = _end(number) + 2000 + len(answer)
                    failed = DeliveryResult(one, DeliveryState.WAITING, at_ms, at_ms + 500, answer)
                    old.outbox.settle([failed])
        selection = DeliverySelection("bo-tnmt", _end(SLOTS), _end(SLOTS))
        Interventions(old.database).act(Action.CLOSE, selection, "an", _end(SLOTS), "not wanted")
        old.database.close()

    def recover(self) -> Recovered:
        source = Salvage(self.file, self.folder)
        try:
            return Recovery(source, self.here.database, MIDNIGHT_MS + 3 * DAY_MS, lambda table, rows: None).run()
        finally:
            source.close()

    def counts(self) -> dict[str, int]:
        tables = (
            "record", "file", "delivery", "delivery_try", "reading_block", "calibration", "recipe", "run",
            "intervention",
        )  # fmt: skip
        return {name: self.here.database.read(f"SELECT count(*) FROM {name}")[0][0] for name in tables}  # noqa: S608

    def pages(self) -> int:
        return len(self.sound) // PAGE

    def zero(self, pages: list[int]) -> None:
        content = bytearray(self.sound)
        for page in pages:
            content[page * PAGE : (page + 1) * PAGE] = bytes(PAGE)
        self.file.write_bytes(content)


@pytest.fixture(scope="module")
def _lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lived")
    Broken(folder).here.database.close()
    return folder


@pytest.fixture
def broken(_lived: Path, tmp_path: Path) -> Broken:
    made = object.__new__(Broken)
    made.folder, made.file = tmp_path, tmp_path / "gateway.db.corrupt-1"
    shutil.copy(_lived / "gateway.db.corrupt-1", made.file)
    made.sound = made.file.read_bytes()
    made.here = Journey(tmp_path)
    return made


def _end(number: int) -> int:
    return MIDNIGHT_MS + number * SLOT_MS


def test_a_whole_database_comes_back_whole_and_only_once(broken: Broken) -> None:
    found = broken.recover()
    assert found.is_whole
    counts = broken.counts()
    assert counts == {
        "record": SLOTS, "file": SLOTS, "delivery": 2 * SLOTS, "delivery_try": 20, "reading_block": SLOTS,
        "calibration": 1, "recipe": 1, "run": 1, "intervention": 1,
    }  # fmt: skip
    assert verify(broken.here.database) == []
    again = broken.recover()
    assert not again.taken
    assert again.is_whole
    assert broken.counts() == counts
    assert broken.file.read_bytes() == broken.sound


def test_tries_come_back_with_their_deliveries_also_where_those_are_here(broken: Broken) -> None:
    """Here the gateway had gone on and sent one of them, which is its own try: both are told."""
    here = broken.here
    end_ms = _end(DELIVERED + 1)
    here.send(end_ms, ["bo-tnmt", "so-tnmt"], 7.0 + (DELIVERED + 1) / 1000)
    (number,) = here.database.read(
        "SELECT delivery.id FROM delivery JOIN destination ON destination.id = destination_id WHERE name = 'so-tnmt'"
    )[0]
    here.outbox.settle(
        [DeliveryResult(number, DeliveryState.DELIVERED, end_ms + 99_000, end_ms + 99_500, "226 at last")]
    )
    for _ in range(2):
        assert broken.recover().is_whole
        answers = [one.answer for one in tries_of(here.database, number)]
        assert answers == ["no room", "still no room", "226 at last"]
    assert verify(here.database) == []


def test_what_waited_is_asked_for_before_it_is_sent_and_what_arrived_keeps_its_proof(broken: Broken) -> None:
    broken.recover()
    rows = broken.here.database.read(
        "SELECT state, ask_first, delivered_ms - end_ms, count(*) FROM delivery GROUP BY 1, 2, 3"
    )
    assert sorted(map(tuple, rows)) == [
        ("closed", 0, None, 1),
        ("delivered", 0, 3000, 2 * DELIVERED),
        ("waiting", 1, None, 2 * (SLOTS - DELIVERED) - 1),
    ]
    (file_id,) = broken.here.database.read("SELECT file_id FROM delivery WHERE state = 'waiting' LIMIT 1")[0]
    assert broken.here.files.content(file_id).content


def test_what_is_here_stays(broken: Broken) -> None:
    broken.here.send(_end(5), ["so-tnmt"], 9.99)
    broken.here.send(_end(6), ["so-tnmt"], 7.006)
    broken.here.readings.add([block(_end(7) - 60_000, measured(1.0))])
    before = broken.here.database.read("SELECT packed FROM record WHERE end_ms = ?", (_end(5),))
    found = broken.recover()
    assert len(found.other) == 1
    assert broken.here.database.read("SELECT packed FROM record WHERE end_ms = ?", (_end(5),)) == before
    assert found.is_whole
    assert broken.here.database.read("SELECT count(*) FROM open_slot") == [(0,)]
    assert verify(broken.here.database) == []


def test_an_old_derivation_does_not_come_into_force(broken: Broken) -> None:
    now = Derivation((), (Computed(COD, "pH * 3"),))
    DerivationStore(broken.here.database).adopt(now, MIDNIGHT_MS + 2 * DAY_MS)
    broken.recover()
    store = DerivationStore(broken.here.database)
    assert store.in_force(MIDNIGHT_MS + 3 * DAY_MS) == now
    assert store.in_force(MIDNIGHT_MS + DAY_MS).computed[0].formula == "pH * 2"


def test_the_register_of_seals_comes_back_before_what_was_done_since(broken: Broken) -> None:
    """Its order is what was done: a seal that was broken is not in place again."""
    register = SealRegister(broken.here.database)
    register.add(SEALS[2], (), "an")
    found = broken.recover()
    assert register.entries() == SEALS
    assert in_place(register.entries()) == SEALS[2:]
    assert found.taken["seal_act"] == 2
    assert broken.recover().already["seal_act"] == 2


@pytest.mark.parametrize("seed", SEEDS)
def test_zeroed_pages_cost_what_stood_on_them_and_nothing_else(broken: Broken, seed: int) -> None:
    chance = random.Random(seed)
    broken.zero(chance.sample(range(8, broken.pages()), 3))
    _is_sound_and_told(broken, broken.recover())


@pytest.mark.parametrize("seed", SEEDS)
def test_flipped_bits_cost_no_more_than_their_rows(broken: Broken, seed: int) -> None:
    chance = random.Random(100 + seed)
    content = bytearray(broken.sound)
    for _ in range(10):
        bit = chance.randrange(8 * PAGE, 8 * len(content))
        content[bit // 8] ^= 1 << bit % 8
    broken.file.write_bytes(content)
    _is_sound_and_told(broken, broken.recover())


def _is_sound_and_told(broken: Broken, found: Recovered) -> None:
    """Nothing that came is wrong, and what is missing is told."""
    counts = broken.counts()
    wrong = verify(broken.here.database)
    assert all("filed record has no file" in one for one in wrong)
    assert not wrong or not found.is_whole
    for (file_id,) in broken.here.database.read("SELECT id FROM file"):
        broken.here.files.content(file_id)
    if counts["record"] < SLOTS or counts["delivery"] < 2 * SLOTS or counts["reading_block"] < SLOTS:
        assert not found.is_whole
    for end_ms, packed in broken.here.database.read("SELECT end_ms, packed FROM record"):
        assert (end_ms, packed) in _truth(broken)


def _truth(broken: Broken) -> set[tuple[int, bytes]]:
    if not hasattr(broken, "truth"):
        whole = broken.folder / "whole.db"
        whole.write_bytes(broken.sound)
        connection = sqlite3.connect(whole)
        broken.truth = set(connection.execute("SELECT end_ms, packed FROM record"))  # type: ignore[attr-defined]
        connection.close()
    return broken.truth  # type: ignore[attr-defined, no-any-return]


def test_a_lost_record_is_told_by_its_slot_and_its_unsent_file_too(broken: Broken) -> None:
    connection = sqlite3.connect(broken.file)
    connection.execute("DROP TRIGGER record_is_final")
    connection.execute(
        "UPDATE record SET packed = zeroblob(length(packed)) WHERE end_ms IN (?, ?)", (_end(250), _end(251))
    )
    connection.commit()
    connection.close()
    found = broken.recover()
    assert found.slots == [LostSlots(SLOT_MS, _end(250), _end(251))]
    assert sorted(found.unsent) == [
        ("bo-tnmt", _end(250)), ("bo-tnmt", _end(251)), ("so-tnmt", _end(250)), ("so-tnmt", _end(251)),
    ]  # fmt: skip
    assert broken.counts()["record"] == SLOTS - 2


def test_a_record_whose_bytes_do_not_make_its_file_any_more_is_not_sent(broken: Broken) -> None:
    """Of a gateway without checksums: the file's SHA-256 is the only witness."""
    connection = sqlite3.connect(broken.file)
    connection.execute("DROP TRIGGER record_is_final")
    (other,) = connection.execute("SELECT packed FROM record WHERE end_ms = ?", (_end(100),)).fetchone()
    connection.execute("UPDATE record SET packed = ?, checksum = NULL WHERE end_ms = ?", (other, _end(250)))
    connection.commit()
    connection.close()
    found = broken.recover()
    assert ("so-tnmt", _end(250)) in found.unsent
    assert not [end_ms for _, end_ms in broken.here.deliveries() if end_ms == _end(250)]


def test_an_older_schema_is_read_by_what_it_has(broken: Broken) -> None:
    connection = sqlite3.connect(broken.file)
    connection.executescript(
        "DROP TRIGGER record_is_final; DROP TRIGGER file_is_final; ALTER TABLE delivery DROP COLUMN ask_first;"
        "ALTER TABLE delivery DROP COLUMN checksum; ALTER TABLE record DROP COLUMN checksum;"
        "ALTER TABLE file DROP COLUMN checksum; ALTER TABLE reading_block DROP COLUMN checksum; DROP TABLE recipe;"
    )
    connection.close()
    found = broken.recover()
    assert found.is_whole
    assert broken.counts()["delivery"] == 2 * SLOTS


def test_rows_round_a_broken_page_are_read_from_both_sides(broken: Broken) -> None:
    connection = sqlite3.connect(broken.file)
    (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'record'").fetchone()
    connection.close()
    # the children of an interior page stand in its last bytes; the second one is in the middle of the table
    page = broken.sound[(root - 1) * PAGE : root * PAGE]
    assert page[0] == 5
    cell = int.from_bytes(page[12 + 2 : 12 + 4], "big")
    child = int.from_bytes(page[cell : cell + 4], "big")
    broken.zero([child - 1])
    source = Salvage(broken.file, broken.folder)
    rows = list(source.rows("record"))
    source.close()
    lost = [row for row in rows if isinstance(row, LostRow)]
    assert 0 < len(lost) < 100
    assert sorted(row.id for row in rows) == list(range(1, SLOTS + 1))
    whole = {row.id for row in rows if isinstance(row, SalvagedRow)}
    assert {1, SLOTS} <= whole
    found = broken.recover()
    assert [one.slots for one in found.slots] == [len(lost)]


def test_what_is_no_database_is_said(broken: Broken) -> None:
    broken.file.write_bytes(b"nothing of the kind" * 1000)
    with pytest.raises(StoreCorrupt):
        broken.recover()
