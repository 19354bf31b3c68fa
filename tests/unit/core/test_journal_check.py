"""Whatever is done to a journal is found, and what was not touched is not suspected."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

import pytest

from gateway.core.journal_check import JournalCheck, JournalRow
from gateway.core.journal_entry import JournalHead
from gateway.journal.key import is_signed
from tests.support.journal import EDITS, Edit, all_rows, changed, exchanged, removed, truncated, write_journal
from tests.support.journey import Journey

RANDOM_EDITS = 2000


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> list[JournalRow]:
    journey = Journey(tmp_path_factory.mktemp("journal"))
    write_journal(journey.database)
    found = all_rows(journey.database)
    journey.database.close()
    return found


def faults(rows: Iterable[JournalRow], witness: JournalHead | None) -> list[str]:
    check = JournalCheck(is_signed, witness)
    found = [str(fault) for row in rows for fault in check.follow(row)]
    return found + [str(fault) for fault in check.end()]


def head(rows: list[JournalRow]) -> JournalHead:
    return JournalHead(rows[-1].seq, rows[-1].hash)


def test_one_that_nobody_touched_follows_throughout(kept: list[JournalRow]) -> None:
    assert faults(kept, head(kept)) == []
    assert faults(kept[:-1], head(kept[:-1])) == []
    assert faults([], None) == []


def test_two_thousand_random_edits_are_all_found(kept: list[JournalRow]) -> None:
    chance = random.Random(13)
    done = dict.fromkeys(EDITS, 0)
    while sum(done.values()) < RANDOM_EDITS:
        edit = chance.choice(EDITS)
        edited = edit(kept, chance)
        if edited != kept:
            done[edit] += 1
            assert faults(edited, head(kept)), edit.__name__
    assert min(done.values()) > RANDOM_EDITS / len(EDITS) / 2


@pytest.mark.parametrize("edit", [changed, removed, exchanged])
def test_what_is_done_in_the_middle_is_found_without_a_witness(kept: list[JournalRow], edit: Edit) -> None:
    chance = random.Random(7)
    for _ in range(50):
        edited = edit(kept, chance)
        if edited not in (kept, kept[: len(edited)]):
            assert faults(edited, None)


def test_the_entry_that_does_not_follow_is_named_and_those_behind_it_are_not(kept: list[JournalRow]) -> None:
    without = kept[:10] + kept[12:]
    assert [fault.partition(":")[0] for fault in faults(without, head(kept))] == ["entry 13"]
    assert "entries 11 to 12 are missing" in faults(without, head(kept))[0]
    cut = truncated(kept, random.Random(1))
    assert faults(cut, head(kept))[-1].startswith(f"entry {len(cut) + 1}: it is missing")


@pytest.mark.parametrize("damaged", [None, 3, b"\xff", "", "[]", '{"a":1,"a":1}', "[" * 100_000, '{"a":NaN}'])
def test_nonsense_in_an_entry_is_a_fault_of_that_entry(kept: list[JournalRow], damaged: object) -> None:
    row = kept[4]
    rows = [*kept[:4], JournalRow(row.seq, row.time_ms, row.kind, row.who, damaged, row.prev, row.hash), *kept[5:]]
    assert [fault.partition(":")[0] for fault in faults(rows, head(kept))] == ["entry 5"]


def test_a_digest_that_another_key_signed_is_found(kept: list[JournalRow], tmp_path: Path) -> None:
    check = JournalCheck(lambda *_: True, key="00" * 32)
    found = [fault.seq for row in kept[1:] for fault in check.follow(row) if "key" in fault.reason]
    assert found == [row.seq for row in kept if row.kind == "digest"]
