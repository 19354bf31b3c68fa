"""`kill -9` while files are made and digested: each file is in one digest, each day has one, each digest is planned."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from gateway.audit.digested_files import check_digested_files
from gateway.core.digest import file_leaf
from gateway.files.proofs import proofs_after
from gateway.journal.digests import DigestStore
from gateway.journal.verification import verify
from tests.support.digests import DESTINATION, DigestStation
from tests.support.examples import examples

pytestmark = pytest.mark.timeout(60 + 6 * examples(10))

_DIGEST_FOR_EVER = """
import sys
from itertools import count
from pathlib import Path
from tests.support.digests import DigestStation
station = DigestStation(Path(sys.argv[1]), recipients=[sys.argv[2]])
[(made,)] = station.journey.database.read("SELECT count(*) FROM record")
for number in count(made):
    station.file(number // 3, 10 + number % 3)
    if number % 3 == 2:
        station.day_over(number // 3 + 1)
        print(number // 3, flush=True)
"""


def test_each_file_is_in_one_digest_whenever_it_is_killed(tmp_path: Path) -> None:
    for kill in range(examples(10)):
        child = subprocess.Popen(
            [sys.executable, "-c", _DIGEST_FOR_EVER, str(tmp_path), DESTINATION],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
        )
        assert child.stdout is not None
        for _ in range(1 + kill % 4):
            assert child.stdout.readline()
        child.kill()
        child.communicate()
    station = DigestStation(tmp_path, recipients=[DESTINATION])
    database = station.journey.database
    [(files,)] = database.read("SELECT count(*) FROM file")
    station.day_over(files // 3 + 2)

    digests = list(DigestStore(database).with_leaves())
    days = [one.of.day for one in digests]
    assert days == [date(2026, 1, 1) + timedelta(days=n) for n in range(len(days))]
    leaves = Counter(leaf for one in digests for leaf in one.leaves or ())
    assert leaves == Counter(file_leaf(one.name, one.sha256) for one in proofs_after(database, 0, files + 1))
    assert check_digested_files(database).faults == ()
    assert verify(database, None).faults == ()
    assert database.read("SELECT count(DISTINCT digest_seq), count(*) FROM digest_delivery") == [(len(digests),) * 2]
    assert database.read("SELECT count(*) FROM journal WHERE kind = 'totals'") == [(len(digests),)]
    assert database.read("SELECT count(*) FROM journal WHERE kind = 'digest'") == [(len(digests),)]
