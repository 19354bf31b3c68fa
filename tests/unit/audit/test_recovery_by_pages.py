"""A database that SQLite refuses: what stands on whole pages comes back all the same, and nothing else."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gateway.core.checksum import checksum
from gateway.core.errors import StoreCorrupt
from gateway.db import verify
from gateway.db.checksums import sealed_tables
from gateway.db.salvage import Salvage
from gateway.db.salvaged_row import SalvagedRow
from tests.unit.audit.test_recovery import DELIVERED, PAGE, SEEDS, SLOTS, Broken, _lived, broken

__all__ = ["_lived", "broken"]  # fixtures

TABLES = ("destination", "layout", "rendering", "record", "file", "delivery", "reading_block", "recipe", "calibration")


class Intact:
    """The database as it was, read by SQLite itself."""

    def __init__(self, broken: Broken) -> None:
        file = broken.folder / "intact.db"
        file.write_bytes(broken.sound)
        with closing(sqlite3.connect(file)) as connection:
            connection.text_factory = str
            self.rows = {table: self._rows(connection, table) for table in TABLES}
            roots = connection.execute("SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0").fetchall()
        self.roots = dict(roots)
        self.pages = {name: _leaves(broken.sound, root) for name, root in roots}
        self.schema = _all_pages(broken.sound, 1)

    @staticmethod
    def _rows(connection: sqlite3.Connection, table: str) -> dict[int, dict[str, object]]:
        cursor = connection.execute(f"SELECT * FROM {table}")  # noqa: S608
        names = [one[0] for one in cursor.description]
        return {row[0]: {k: v for k, v in zip(names, row, strict=True) if k != "checksum"} for row in cursor}


def _leaves(content: bytes, root: int) -> dict[int, int]:
    """The page of each row's number, of a tree of a table: written apart from what is tested."""
    found: dict[int, int] = {}
    pending = [root]
    while pending:
        number = pending.pop()
        page = content[(number - 1) * PAGE : number * PAGE]
        count = int.from_bytes(page[3:5], "big")
        if page[0] == 5:
            places = [int.from_bytes(page[12 + 2 * n : 14 + 2 * n], "big") for n in range(count)]
            pending += [int.from_bytes(page[at : at + 4], "big") for at in places]
            pending.append(int.from_bytes(page[8:12], "big"))
        elif page[0] == 13:
            for n in range(count):
                at = int.from_bytes(page[8 + 2 * n : 10 + 2 * n], "big")
                while page[at] & 0x80:
                    at += 1
                at, row = at + 1, 0
                while page[at] & 0x80:
                    row, at = row << 7 | page[at] & 0x7F, at + 1
                found[row << 7 | page[at]] = number
    return found


def _all_pages(content: bytes, root: int) -> list[int]:
    start = 100 if root == 1 else 0
    page = content[(root - 1) * PAGE : root * PAGE]
    if page[start] not in (2, 5):
        return [root]
    count = int.from_bytes(page[start + 3 : start + 5], "big")
    places = [int.from_bytes(page[start + 12 + 2 * n : start + 14 + 2 * n], "big") for n in range(count)]
    children = [int.from_bytes(page[at : at + 4], "big") for at in places]
    children.append(int.from_bytes(page[start + 8 : start + 12], "big"))
    return [root, *(one for child in children for one in _all_pages(content, child))]


def _break(broken: Broken, pages: list[int], filler: random.Random | None = None) -> None:
    content = bytearray(broken.sound)
    for page in pages:
        content[(page - 1) * PAGE : page * PAGE] = bytes(PAGE) if filler is None else filler.randbytes(PAGE)
    broken.file.write_bytes(content)


def _left(broken: Broken, intact: Intact, table: str) -> set[int]:
    content = broken.file.read_bytes()
    return {
        number
        for number, page in intact.pages[table].items()
        if len(content) >= page * PAGE
        and content[(page - 1) * PAGE : page * PAGE] == broken.sound[(page - 1) * PAGE : page * PAGE]
    }


def _is_all_that_is_left(broken: Broken) -> None:
    """Every row of a whole page is found as it was, and none that was not there."""
    intact = Intact(broken)
    with closing(Salvage(broken.file, broken.folder)) as source:
        for table in TABLES:
            found = {row.id: row.values for row in source.rows(table) if isinstance(row, SalvagedRow)}
            assert found.keys() >= _left(broken, intact, table), table
            told = ("destination_id", "file_id", "end_ms", "state")
            for number, values in found.items():
                was = intact.rows[table][number]
                if table == "delivery" and number not in _left(broken, intact, table):  # put together from indexes
                    values, was = {one: values[one] for one in told}, {one: was[one] for one in told}
                assert values == was, table
    whole = {table: _left(broken, intact, table) for table in TABLES}
    files = {
        number
        for number in whole["file"]
        if intact.rows["file"][number]["record_id"] in whole["record"]
        and intact.rows["file"][number]["rendering_id"] in whole["rendering"]
    }
    expected = {
        (intact.rows["destination"][row["destination_id"]]["name"], row["end_ms"])  # type: ignore[index]
        for number, row in intact.rows["delivery"].items()
        if number in whole["delivery"]
        and row["state"] == "waiting"
        and row["file_id"] in files
        and row["destination_id"] in whole["destination"]
        and whole["layout"] == intact.rows["layout"].keys()
    }
    recovered = broken.recover()
    back = set(
        broken.here.database.read(
            "SELECT name, end_ms FROM delivery JOIN destination ON destination.id = destination_id"
            " WHERE state = 'waiting' AND ask_first = 1"
        )
    )
    assert {tuple(one) for one in back} >= expected
    assert not recovered.is_whole
    for (file_id,) in broken.here.database.read("SELECT id FROM file"):
        broken.here.files.content(file_id)
    assert [one for one in verify(broken.here.database) if "filed record has no file" not in one] == []


def test_without_its_first_page_nothing_is_lost(broken: Broken) -> None:
    _break(broken, [1])
    found = broken.recover()
    assert found.page_reading is not None
    assert not found.lost.total()
    assert not found.unsent
    assert found.taken["delivery"] == 2 * SLOTS
    assert found.taken["record"] == SLOTS
    waiting = broken.here.database.read("SELECT count(*) FROM delivery WHERE state = 'waiting' AND ask_first = 1")
    assert waiting == [(2 * (SLOTS - DELIVERED) - 1,)]
    _is_all_that_is_left(broken)


def test_without_its_schema_nothing_is_lost(broken: Broken) -> None:
    pages = Intact(broken).schema
    assert len(pages) > 2
    for filler in (None, random.Random(1)):
        _break(broken, pages, filler)
        _is_all_that_is_left(broken)
    assert broken.counts()["delivery"] == 2 * SLOTS


def test_without_the_root_of_a_table_its_leaves_are_read(broken: Broken) -> None:
    with closing(sqlite3.connect(broken.file)) as connection:
        roots = dict(connection.execute("SELECT name, rootpage FROM sqlite_schema WHERE type = 'table'"))
    _break(broken, [roots["record"], roots["delivery"]])
    _is_all_that_is_left(broken)
    assert broken.counts()["delivery"] == 2 * SLOTS


@pytest.mark.parametrize(
    "lost_too", [(), ("delivery_by_slot",), ("delivery_waiting", "delivery_of_file"), ("sqlite_autoindex_delivery_1",)]
)
def test_what_waits_is_sent_though_its_delivery_is_lost(broken: Broken, lost_too: tuple[str, ...]) -> None:
    """Two indexes tell of which slot and of which file it was."""
    intact = Intact(broken)
    indexes = [page for name in lost_too for page in _all_pages(broken.sound, intact.roots[name])]
    _break(broken, [*intact.schema, *set(intact.pages["delivery"].values()), *indexes])
    found = broken.recover()
    assert found.taken["file"] == SLOTS
    (waiting,) = broken.here.database.read("SELECT count(*) FROM delivery WHERE state = 'waiting' AND ask_first = 1")
    assert waiting == (2 * (SLOTS - DELIVERED) - 1,)
    assert len(found.untold) == DELIVERED
    assert verify(broken.here.database) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_zeroed_pages_anywhere_cost_what_stood_on_them(broken: Broken, seed: int) -> None:
    _break(broken, random.Random(seed).sample(range(1, broken.pages() + 1), 17))
    _is_all_that_is_left(broken)


@pytest.mark.parametrize("seed", SEEDS)
def test_garbage_anywhere_is_never_taken_for_rows(broken: Broken, seed: int) -> None:
    chance = random.Random(seed)
    _break(broken, [1, *chance.sample(range(2, broken.pages() + 1), 16)], chance)
    _is_all_that_is_left(broken)


@pytest.mark.parametrize("part", [0.3, 0.5, 0.8, 0.95])
def test_a_file_that_was_cut_short_gives_what_it_has(broken: Broken, part: float) -> None:
    broken.file.write_bytes(broken.sound[: int(len(broken.sound) * part)])
    _is_all_that_is_left(broken)
    broken.file.write_bytes(bytes(PAGE) + broken.sound[PAGE : int(len(broken.sound) * part)])
    _is_all_that_is_left(broken)


def test_what_only_the_log_holds_is_read_too(broken: Broken) -> None:
    file = broken.folder / "live.db"
    file.write_bytes(broken.sound)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("UPDATE delivery SET checksum = NULL, state = 'waiting', delivered_ms = NULL WHERE id = 1")
        connection.commit()
        content = bytearray(file.read_bytes())
        log = file.with_name("live.db-wal").read_bytes()
    content[:PAGE] = bytes(PAGE)
    broken.file.write_bytes(content)
    broken.file.with_name(f"{broken.file.name}-wal").write_bytes(log)
    with closing(Salvage(broken.file, broken.folder)) as source:
        row = source.row("delivery", 1)
    assert row is not None
    assert row.values["state"] == "waiting"


def test_of_two_states_of_a_delivery_the_later_one_counts(broken: Broken) -> None:
    """A page that was given up keeps what its rows were, and their checksums are right."""
    page = Intact(broken).pages["delivery"][1]
    late = broken.sound[(page - 1) * PAGE : page * PAGE]
    with closing(sqlite3.connect(broken.file)) as connection:
        sealed = sealed_tables(connection)["delivery"]
        connection.execute("UPDATE delivery SET state = 'waiting', delivered_ms = NULL, answer = NULL WHERE id = 1")
        row = connection.execute(f"SELECT {', '.join(sealed.columns)} FROM delivery WHERE id = 1").fetchone()  # noqa: S608
        values = [one.encode() if isinstance(one, str) else one for one in row]
        connection.execute("UPDATE delivery SET checksum = ? WHERE id = 1", (checksum(values, sealed.defaults),))
        connection.commit()
    early = broken.file.read_bytes()[(page - 1) * PAGE : page * PAGE]
    assert early != late
    for here, behind in ((early, late), (late, early)):
        content = broken.sound[PAGE : (page - 1) * PAGE] + here + broken.sound[page * PAGE :] + behind
        broken.file.write_bytes(bytes(PAGE) + content)
        with closing(Salvage(broken.file, broken.folder)) as source:
            row = source.row("delivery", 1)
        assert row is not None
        assert row.values["state"] == "delivered"


def test_noise_is_no_database(broken: Broken) -> None:
    broken.file.write_bytes(random.Random(3).randbytes(200 * PAGE))
    with pytest.raises(StoreCorrupt):
        broken.recover()


def test_nothing_but_the_file_is_touched(broken: Broken, tmp_path: Path) -> None:
    _break(broken, [1])
    before = broken.file.read_bytes()
    broken.recover()
    assert broken.file.read_bytes() == before
    assert not list(broken.folder.glob(".recover-*"))
