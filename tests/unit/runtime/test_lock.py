"""One daemon per storage folder, for as long as it lives and no longer."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from gateway.runtime import lock

_HOLD = """
import sys
from pathlib import Path
from gateway.runtime import lock
held = lock.hold(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_daemon_is_refused_and_told_what_to_do(tmp_path: Path) -> None:
    with lock.hold(tmp_path):
        assert lock.is_held(tmp_path)
        with pytest.raises(lock.StorageLocked, match="systemctl stop station-gateway"):
            lock.hold(tmp_path)
    assert not lock.is_held(tmp_path)
    lock.hold(tmp_path).close()


def test_nobody_has_ever_worked_there(tmp_path: Path) -> None:
    assert not lock.is_held(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_killed_daemon_leaves_no_lock_behind(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    assert lock.is_held(tmp_path)
    child.kill()
    child.communicate()
    assert not lock.is_held(tmp_path)


def test_looking_at_the_status_does_not_keep_the_daemon_from_starting(tmp_path: Path) -> None:
    """Looking took the lock for an instant, and a start at that very instant was refused."""
    lock.hold(tmp_path).close()
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            lock.is_held(tmp_path)

    watcher = threading.Thread(target=look)
    watcher.start()
    refused = 0
    try:
        for _ in range(200):
            try:
                lock.hold(tmp_path).close()
            except lock.StorageLocked:
                refused += 1
    finally:
        done.set()
        watcher.join()
    assert refused == 0
