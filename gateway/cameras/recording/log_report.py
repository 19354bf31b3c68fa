"""What was found of the write-ahead log before the recorder's database was opened, written down for a person."""

from __future__ import annotations

import logging

from gateway.core.instants import utc_text
from gateway.db import Database, set_aside
from gateway.db.before_opening import LogReport
from gateway.db.damage import SetAsideKind

_log = logging.getLogger(__name__)


def note_log(database: Database, report: LogReport, now_ms: int) -> None:
    """An older database knows nothing of the newest video: the look at the disk finds it again."""
    if report.lost:
        _log.critical("the cameras' database is older than it was: %s", report.lost)
    with database.write() as connection:
        if report.lost:
            set_aside.keep(connection, SetAsideKind.ROLLBACK, utc_text(now_ms), report.lost, now_ms)
        if report.mended:
            subject = f"{database.file.name}-wal"
            set_aside.keep(connection, SetAsideKind.ROW, subject, report.mended, now_ms, mended=True)
