"""The mark beside a database in which damage was met: the next start checks all of it before it is used."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from gateway.runtime.plain_file import open_plain_file

_log = logging.getLogger(__name__)
_SUFFIX = ".suspect"


def mark(file: Path) -> None:
    try:
        os.close(open_plain_file(_mark(file), os.O_WRONLY | os.O_CREAT))
    except OSError as error:  # no space, or a reader without rights: the damage itself is the news
        _log.error("damaged database cannot be marked, the next start will not look for it error=%r", str(error))


def is_marked(file: Path) -> bool:
    return _mark(file).exists()


def unmark(file: Path) -> None:
    try:
        _mark(file).unlink(missing_ok=True)
    except OSError as error:  # a folder of that name: every start looks through the database, and each one starts
        _log.error("the mark of a damaged database cannot be removed, remove it error=%r", str(error))


def _mark(file: Path) -> Path:
    return file.with_name(file.name + _SUFFIX)
