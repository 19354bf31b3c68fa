"""The measure for `cost`: what pymodbus and SQLite alone need to read 121 registers a second and keep them.

    python -m tests.bench.bare_poller HOST PORT DATABASE

No decoding, no statuses, no slots, no files, no delivery; a commit every ten seconds with full sync.
Runs until it is killed.
"""

from __future__ import annotations

import sqlite3
import struct
import sys
import time

from pymodbus.client import ModbusTcpClient

REGISTERS = 121


def main(host: str, port: str, database: str) -> None:
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE reading (at_ms INTEGER PRIMARY KEY, words BLOB NOT NULL)")
    client = ModbusTcpClient(host, port=int(port), retries=0)
    waiting: list[tuple[int, bytes]] = []
    due_s = time.monotonic()
    while True:
        words = client.read_holding_registers(0, count=REGISTERS, device_id=1).registers
        waiting.append((time.time_ns() // 1_000_000, struct.pack(f">{REGISTERS}H", *words)))
        if len(waiting) == 10:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO reading VALUES (?, ?)", waiting)
            connection.execute("COMMIT")
            waiting.clear()
        due_s += 1.0
        time.sleep(max(0.0, due_s - time.monotonic()))


if __name__ == "__main__":
    main(*sys.argv[1:])
