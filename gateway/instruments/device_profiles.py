"""What was learned of the devices, kept in the database: used at the next start, shown to people, forgotten when the
configuration of an instrument or its link changes.

The pollers' threads hand it over, the clerk writes it: no poller touches the disk.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from gateway.config import Configuration
from gateway.core.interfaces import Clock, Instant
from gateway.db import Database

LOOK_EVERY_S = 10.0


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """What is known of an instrument's device, and since when (UTC, ms)."""

    instrument: str
    words: tuple[str, ...]
    learned_ms: int


@dataclass(frozen=True, slots=True)
class DeviceMemory:
    """For one driver: what is known, and where to leave what was learned. `lesson`: `None`: nothing. Nothing to tell is
    kept as an empty lesson."""

    lesson: str | None
    age_s: float
    keep: Callable[[str | None, tuple[str, ...]], None]


class DeviceProfiles:
    """All access to what was learned, and a stage of the clerk."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: dict[str, tuple[str, int, str | None, tuple[str, ...]]] = {}

    def memory_of(self, name: str, fingerprint: str) -> DeviceMemory:
        """Of the device of this name as it is configured now (`Configuration.fingerprints`)."""

        def keep(lesson: str | None, words: tuple[str, ...]) -> None:
            with self._lock:
                self._waiting[name] = fingerprint, self._clock.now().wall_ms, lesson, words

        rows = self._database.read(
            "SELECT lesson, learned_ms FROM sound_device_profile WHERE instrument = ? AND fingerprint = ?",
            (name, fingerprint),
        )
        if not rows:
            return DeviceMemory(None, 0.0, keep)
        lesson, learned_ms = rows[0]
        return DeviceMemory(lesson, max(0.0, (self._clock.now().wall_ms - learned_ms) / 1000), keep)

    def step(self, now: Instant) -> float:
        """Write what was learned since."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        if not waiting:
            return now.mono_s + LOOK_EVERY_S
        try:
            with self._database.write() as connection:
                for name, (fingerprint, at_ms, lesson, words) in waiting.items():
                    connection.execute("DELETE FROM device_profile WHERE instrument = ?", (name,))
                    if lesson is not None:
                        connection.execute(
                            "INSERT INTO device_profile (instrument, fingerprint, learned_ms, lesson, words)"
                            " VALUES (?, ?, ?, ?, ?)",
                            (name, fingerprint, at_ms, lesson, "\n".join(words)),
                        )
        except BaseException:
            with self._lock:
                self._waiting = waiting | self._waiting
            raise
        return now.mono_s + LOOK_EVERY_S


def known_devices(configuration: Configuration, database: Database) -> dict[str, KnownDevice]:
    """What is known of the devices as they are configured now, by instrument."""
    rows = database.read("SELECT instrument, fingerprint, words, learned_ms FROM sound_device_profile")
    return {
        name: KnownDevice(name, tuple(words.splitlines()), learned_ms)
        for name, fingerprint, words, learned_ms in rows
        if configuration.fingerprints.get(name) == fingerprint
    }
