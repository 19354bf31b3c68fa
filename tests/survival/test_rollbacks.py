"""A database that is older than the world changes nothing at the authorities, says so, and the station goes on."""

from __future__ import annotations

import os
import random
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from gateway.audit.rollback import account_for_rollback
from gateway.db import open_database, verify
from gateway.db.anchor import NAMES, AnchorFile
from gateway.db.before_opening import look_at_log
from gateway.db.set_aside import open_ones
from gateway.journal.rows import rows as journal_rows
from gateway.journal.verification import verify as verify_journal
from tests.support.live.long_runs import ENOUGH_S
from tests.survival.rollbacks import AUTHORITIES, ROLLBACKS, Rollbacks, cut, flip

pytestmark = [
    pytest.mark.timeout(ENOUGH_S + 40 * ROLLBACKS),
    pytest.mark.thorough,  # tests/unit/audit/test_rollback.py: the same without a station that lives
]

FLIPS = int(os.environ.get("GATEWAY_ROLLBACK_FLIPS", "12"))
SEED = int(os.environ.get("GATEWAY_ROLLBACK_SEED", "2021"))


def test_it_was_put_back_as_often_as_was_asked_for(rollbacks: Rollbacks) -> None:
    assert len(rollbacks.cases) == ROLLBACKS
    assert rollbacks.stopped is not None
    assert rollbacks.stopped.code == 0


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_no_file_was_changed(rollbacks: Rollbacks, authority: str) -> None:
    for case in rollbacks.cases:
        before, after = case.before[authority], case.after[authority]
        assert before
        assert {path: after.get(path) for path in before} == before, case.way


def test_the_status_and_the_log_say_so(rollbacks: Rollbacks) -> None:
    for case in rollbacks.cases:
        if case.way == "newer log beside it":
            continue  # as long as nothing was written into the database itself, its newest log holds everything
        told = [one["reason"] for one in case.status["set_aside"] if one["kind"] == "rollback" or one["mended"]]
        assert told, case.way
        assert "rolled back" in case.log or "was put right" in case.log, case.way


def test_no_slot_was_closed_anew(rollbacks: Rollbacks) -> None:
    for case in rollbacks.cases:
        assert [end_ms for end_ms, _ in case.closed if end_ms <= case.newest_ms] == [], case.way


def test_measuring_and_delivering_went_on(rollbacks: Rollbacks) -> None:
    for case in rollbacks.cases:
        assert case.closed, case.way
        assert case.refused == 0, case.way
        for authority in AUTHORITIES:
            assert len(case.after[authority]) > len(case.before[authority]), (case.way, authority)


def test_nobody_says_a_traceback(rollbacks: Rollbacks) -> None:
    assert "Traceback" not in rollbacks.log
    assert "worker failed" not in rollbacks.log


def test_the_journal_goes_on_behind_what_was_lost(rollbacks: Rollbacks, tmp_path: Path) -> None:
    """Nothing in it is wrong but what is missing, and before each gap's end an entry tells of it."""
    newest = max((one for one in rollbacks.copies.iterdir() if one.is_dir()), key=lambda one: one.stat().st_mtime_ns)
    for file in newest.iterdir():
        shutil.copy(file, tmp_path / file.name)
    with closing(open_database(tmp_path / "gateway.db")) as database:
        faults = verify_journal(database, None).faults
        told = {row.seq for row in journal_rows(database) if row.kind == "rollback"}
        assert all("missing before it" in fault.reason for fault in faults), faults
        assert {fault.seq for fault in faults} <= told
        assert told


@pytest.mark.parametrize("number", range(FLIPS))
def test_a_copy_is_known_to_be_older_whatever_was_done_to_it(rollbacks: Rollbacks, tmp_path: Path, number: int) -> None:
    """Each copy beside the last anchors: as it is, its log cut at some commit, one bit of its log flipped."""
    chance = random.Random(f"{SEED} {number}")
    kept = chance.choice([one for one in rollbacks.copies.iterdir() if one.is_dir()])
    for file in [*kept.iterdir(), *(rollbacks.copies / name for name in NAMES)]:
        shutil.copy(file, tmp_path / file.name)
    log = tmp_path / "gateway.db-wal"
    if log.exists() and number % 3:
        flip(log, chance) if number % 3 == 1 else cut(log, 0.9 * chance.random())
    report = look_at_log(tmp_path / "gateway.db")
    with closing(open_database(tmp_path / "gateway.db")) as database:
        anchor = account_for_rollback(database, AnchorFile(tmp_path), report, 1 << 42)
        assert verify(database) == []
        assert any("rolled back" in one.reason for one in open_ones(database))
        assert database.read("SELECT count(*) FROM open_slot WHERE end_ms <= ?", (max(anchor.closed[10_000]),)) == [
            (0,)
        ]
