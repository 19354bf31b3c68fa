"""`kill -9` in the middle of appending, by two programs at once: the chain is whole, and what entries tell is there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.core.journal_entry import EntryKind
from gateway.journal.rows import head
from gateway.journal.verification import verify
from tests.support.examples import examples
from tests.support.journal import all_rows
from tests.support.journey import Journey

pytestmark = pytest.mark.timeout(60 + 6 * examples(20))

_APPEND_FOR_EVER = """
import sys
from itertools import count
from pathlib import Path
from gateway.core.journal_entry import EntryKind
from gateway.db import join_database
from gateway.journal.chain import append
database, who = join_database(Path(sys.argv[1])), sys.argv[2]
for number in count():
    with database.write() as connection:
        connection.execute("INSERT INTO recipe (since_ms, definition) VALUES (?, ?)", (number, who))
        row = connection.execute("SELECT last_insert_rowid()").fetchone()[0]
        entry = append(connection, number, EntryKind.CONFIGURATION, {"row": row}, who)
    print(entry.seq, entry.hash, flush=True)
"""


def test_the_chain_is_whole_after_kills_in_the_middle_of_appending(tmp_path: Path) -> None:
    journey = Journey(tmp_path)
    said: dict[int, str] = {}
    for kill in range(examples(20)):
        children = [
            subprocess.Popen(
                [sys.executable, "-c", _APPEND_FOR_EVER, str(journey.file), who], stdout=subprocess.PIPE, text=True
            )
            for who in ("daemon", f"person {kill}")
        ]
        lines: list[str] = []
        for child in children:
            assert child.stdout is not None
            lines += [child.stdout.readline() for _ in range(1 + kill % 5)]
        for child in children:
            child.kill()
        for child in children:
            assert child.stdout is not None
            lines += [line for line in child.stdout if line.endswith("\n")]
            child.wait()
            child.stdout.close()
        for line in lines:
            seq, hash_ = line.split()
            assert said.setdefault(int(seq), hash_) == hash_
    journey.restart()
    newest = head(journey.database)
    assert newest is not None
    found = verify(journey.database, newest)
    assert found.faults == ()
    kept = all_rows(journey.database)
    assert said.items() <= {row.seq: row.hash for row in kept}.items()
    rows = {number for (number,) in journey.database.read("SELECT id FROM recipe")}
    told = [json.loads(row.what)["row"] for row in kept if row.kind == EntryKind.CONFIGURATION]
    assert sorted(told) == sorted(rows)
    journey.database.close()
