"""Which conversions and formulas were in force when: a slot is closed by those of its own time."""

from __future__ import annotations

from gateway.core.derivation import Derivation
from gateway.core.interfaces import ClockTrust, Instant
from gateway.db import Database

IDLE_S = 3600.0


class DerivationStore:
    """All access to derivations. There are few: one for each time that the configuration changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._in_force: list[tuple[int, Derivation]] | None = None

    def adopt(self, derivation: Derivation, at_ms: int) -> None:
        """From now on this one is in force, if it is another than the one that was."""
        known = self._known()
        is_known = known[-1][1] == derivation if known else derivation == Derivation()
        if is_known and (not known or known[-1][0] <= at_ms):
            return  # what was adopted by a clock that was ahead is in force only from then on, unless adopted again
        with self._database.write() as connection:
            connection.execute("INSERT INTO recipe (since_ms, definition) VALUES (?, ?)", (at_ms, derivation.to_json()))
        self._in_force = None

    def in_force(self, end_ms: int) -> Derivation:
        """The one by which a slot that ends then is closed: the newest that is older than its end."""
        before = [derivation for since_ms, derivation in self._known() if since_ms < end_ms]
        return before[-1] if before else Derivation()

    def _known(self) -> list[tuple[int, Derivation]]:
        """Oldest first; what was adopted later counts more, whatever the clock said."""
        if self._in_force is None:
            rows = self._database.read("SELECT id, since_ms, definition FROM sound_recipe ORDER BY id")
            self._in_force = self._database.objects("recipe", rows, _recipe)
        return self._in_force


class DerivationAdoption:
    """A stage of the clerk, before slots are closed: what this run was configured with is in force from its start on,
    as soon as the time of that is known."""

    def __init__(self, store: DerivationStore, derivation: Derivation, started_s: float, trust: ClockTrust) -> None:
        """`started_s`: when this run began, by the monotonic clock."""
        self._store = store
        self._derivation = derivation
        self._started_s = started_s
        self._trust = trust
        self._is_adopted = False

    def step(self, now: Instant) -> float:
        started_ms = None if self._is_adopted else self._trust.stamp_ms(self._started_s)
        if started_ms is not None:
            self._store.adopt(self._derivation, started_ms)
            self._is_adopted = True
        return now.mono_s + IDLE_S


def _recipe(_number: int, since_ms: int, definition: str) -> tuple[int, Derivation]:
    return since_ms, Derivation.from_json(definition)
