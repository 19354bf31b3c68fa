"""What is looked at before SQLite opens a database that this process is going to keep: the write-ahead log beside it.

SQLite takes what it finds there without a word: a log that lost its end to a flipped bit, and one of another database
that was left behind when this one was put back. Nobody else may have the database open for writing.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from gateway.core.phrase import Phrase
from gateway.db.write_ahead_log import LogFound, look_into, pages_of, put_right
from gateway.runtime.plain_file import other_kind

_log = logging.getLogger(__name__)
_FOREIGN = "-wal.foreign"


@dataclass(frozen=True, slots=True)
class LogReport:
    """What was found, in words for a person; empty: nothing. `lost`: the database is older than it was. `mended`: a bit
    was wrong, and nothing is lost."""

    lost: str = ""
    mended: str = ""


def look_at_log(database: Path) -> LogReport:
    """Look at the database's log, and put right what can be. Never raises: what cannot be read is for SQLite to say."""
    log = database.with_name(f"{database.name}-wal")
    try:
        if other_kind(database) or other_kind(log):  # a link out of the folder, a pipe: opening the database refuses it
            return LogReport()
        pages = pages_of(database)
        found = look_into(log, pages)
        if found.flipped is not None:
            put_right(log, found.flipped)
            again = look_into(log, pages)
            if again.commits > found.commits:
                words = Phrase(
                    "one bit of {name} was wrong (byte {byte}) and was put right",
                    name=log.name,
                    byte=found.flipped.offset,
                )
                _log.error("%s transactions_kept=%d", words, again.commits - found.commits)
                return LogReport(mended=words)
            put_right(log, found.flipped)  # it was no bit of ours after all
        if _is_foreign(found, pages) and _is_whole(database):
            aside = _free_name(database)
            log.rename(aside)
            database.with_name(f"{database.name}-shm").unlink(missing_ok=True)
            _log.error("write-ahead log set aside, it is of another database kept=%s", aside)
            return LogReport(
                lost=Phrase(
                    "the write-ahead log beside the database was another's, it is kept as {name}", name=aside.name
                )
            )
        if found.has_lost_its_end:
            return LogReport(
                lost=Phrase(
                    "the write-ahead log lost its end: {count} transactions are damaged",
                    count=found.lost_commits,
                )
            )
    except OSError as error:
        _log.warning("write-ahead log cannot be looked at error=%r", str(error))
    return LogReport()


def _is_foreign(found: LogFound, pages: int) -> bool:
    """Whether the log cannot have been written on top of this database: pages are missing between the two, or it makes
    a database smaller that never shrinks."""
    return found.commits > 0 and pages > 0 and (found.holes > 0 or found.pages < pages)


def _is_whole(database: Path) -> bool:
    """Whether the database is sound without its log."""
    try:
        uri = f"{database.absolute().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            return bool(connection.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok")
    except sqlite3.Error:
        return False


def _free_name(database: Path) -> Path:
    number = 1
    while os.path.lexists(f"{database}{_FOREIGN}-{number}"):
        number += 1
    return database.with_name(f"{database.name}{_FOREIGN}-{number}")
