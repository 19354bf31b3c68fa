"""Another process that keeps a database, as the daemon does: opened, written, closed or killed as a test says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Self

_PROGRAM = """
import sys
from pathlib import Path
from gateway.db import open_database
database = None
for line in sys.stdin:
    word, _, rest = line.strip().partition(" ")
    if word == "open":
        database = open_database(Path(rest))
    elif word == "add":
        with database.write() as connection:
            connection.execute("INSERT INTO destination (name) VALUES (?)", (rest,))
    elif word == "fold":
        rest = database.read("PRAGMA wal_checkpoint(TRUNCATE)")
    elif word == "close":
        database.close()
    print(rest, flush=True)
"""


class Keeper:
    """Of one file. Ends with the block, whatever it does then."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._child = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def open(self) -> None:
        self._say(f"open {self._file}")

    def add(self, destination: str) -> None:
        self._say(f"add {destination}")

    def fold_log(self) -> bool:
        """Copy all of the log into the database. Tells whether nobody was in the way."""
        return self._say("fold").startswith("[(0,")

    def close(self) -> None:
        self._say("close")

    def kill(self) -> None:
        """kill -9, unless it has ended."""
        self._child.kill()
        self._child.communicate()

    def _say(self, line: str) -> str:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(f"{line}\n")
        self._child.stdin.flush()
        return self._child.stdout.readline()
