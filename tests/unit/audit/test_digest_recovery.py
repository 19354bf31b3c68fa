"""Digests of a database that was set aside: what they prove they prove still, and no day is digested twice."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from gateway.audit.digested_files import check_digested_files
from gateway.audit.evidence import covering_digest
from gateway.audit.recovered import Recovered
from gateway.audit.recovery import Recovery
from gateway.audit.rollback import account_for_rollback
from gateway.db.anchor import AnchorFile
from gateway.db.before_opening import LogReport
from gateway.db.salvage import Salvage
from gateway.journal.key import is_signed
from gateway.journal.verification import verify
from tests.support.digests import DigestStation
from tests.support.journey import DAY_MS, MIDNIGHT_MS, SLOT_MS

DAYS, SLOTS = 3, 4


class Lost(DigestStation):
    """A station of three digested days whose database is set aside on the fourth."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder
        for day in range(DAYS):
            for slot in range(10, 10 + SLOTS):
                self.file(day, slot)
            self.day_over(day + 1)
        self.before = self.days()
        account_for_rollback(self.journey.database, AnchorFile(folder), LogReport(), self.now_ms)
        self.journey.database.read("PRAGMA wal_checkpoint(TRUNCATE)")
        self.journey.database.close()
        self.aside = self.journey.file.rename(folder / "gateway.db.corrupt-1")
        for beside in folder.glob("gateway.db-*"):
            beside.unlink()
        self.journey.reopen()
        account_for_rollback(self.journey.database, AnchorFile(folder), LogReport(), self.now_ms)
        self.begin()

    @property
    def now_ms(self) -> int:
        return MIDNIGHT_MS + DAYS * DAY_MS + 20 * SLOT_MS

    def recover(self) -> Recovered:
        with closing(Salvage(self.aside, self.folder)) as source:
            return Recovery(source, self.journey.database, self.now_ms, lambda *_told: None).run()


@pytest.fixture
def lost(tmp_path: Path) -> Lost:
    return Lost(tmp_path)


def test_what_was_digested_is_not_digested_again_as_that_day(lost: Lost) -> None:
    found = lost.recover()
    assert found.taken["digest"] == DAYS
    lost.at(lost.now_ms)
    assert lost.days() == lost.before
    lost.day_over(DAYS + 1)
    assert lost.days() == [*lost.before, (date(2026, 1, 4).isoformat(), DAYS * SLOTS)]
    assert verify(lost.journey.database, None).faults == ()
    assert check_digested_files(lost.journey.database).faults == ()


def test_the_old_digest_proves_its_files_whatever_numbers_they_have_now(lost: Lost) -> None:
    lost.recover()
    for wait in (False, True):
        if wait:
            lost.day_over(DAYS + 1)
            lost.day_over(DAYS + 2)
        for day in range(DAYS):
            [one] = covering_digest(lost.journey.database, MIDNIGHT_MS + day * DAY_MS + 10 * SLOT_MS).files
            assert one.fault(is_signed) is None
            assert one.digest.what["day"] == date(2026, 1, 1 + day).isoformat()


def test_done_twice_it_changes_nothing(lost: Lost) -> None:
    lost.recover()
    again = lost.recover()
    assert (again.taken["digest"], again.already["digest"]) == (0, DAYS)


def test_without_it_the_new_database_begins_with_its_own_first_day(lost: Lost) -> None:
    lost.at(lost.now_ms)
    assert lost.days() == []
    lost.file(DAYS, 30)
    lost.day_over(DAYS + 1)
    assert lost.days() == [("2026-01-04", 1)]
    lost.recover()
    lost.day_over(DAYS + 2)
    assert lost.days()[-1] == ("2026-01-05", DAYS * SLOTS)
    assert check_digested_files(lost.journey.database).faults == ()
