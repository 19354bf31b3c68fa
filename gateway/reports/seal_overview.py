"""The seals of a station: what the register has, held against what the configuration says."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.config import Configuration
from gateway.core.phrase import Phrase
from gateway.core.ports import DeclaredPort, SealEntry
from gateway.core.seal_rules import in_place, is_same_number, unregistered, without_seal
from gateway.db import Database
from gateway.ports.seal_register import SealRegister


@dataclass(frozen=True, slots=True)
class SealOverview:
    """`unregistered`: ports with a seal by the configuration alone. `other_than_declared`: ports with a seal by the
    configuration that is not among those in place by the register, which follow."""

    declared: tuple[DeclaredPort, ...]
    entries: tuple[SealEntry, ...]
    in_place: tuple[SealEntry, ...]
    unregistered: tuple[DeclaredPort, ...]
    other_than_declared: tuple[tuple[DeclaredPort, tuple[str, ...]], ...]
    without_seal: tuple[DeclaredPort, ...]

    def numbers_on(self, port: str) -> tuple[str, ...]:
        """What is on it now, also by the configuration alone."""
        placed = tuple(one.number for one in self.in_place if one.port == port)
        return placed or tuple(one.seal for one in self.unregistered if str(one.id) == port and one.seal is not None)

    @property
    def contradictions(self) -> tuple[Phrase, ...]:
        """A line for each port of which the configuration and the register do not say the same."""
        return tuple(
            Phrase(
                "{port}  the configuration says {seal}, the register {numbers}; the register counts, correct the one"
                " that is wrong",
                port=port.id,
                seal=port.seal,
                numbers=", ".join(numbers) or Phrase("that it bears none"),
            )
            for port, numbers in self.other_than_declared
        )


def seal_overview(configuration: Configuration, database: Database) -> SealOverview:
    entries = tuple(SealRegister(database).entries())
    declared = tuple(one.declared for one in configuration.ports or ())
    placed = tuple(in_place(entries))
    sealed = {one.port for one in placed}
    unknown = tuple(one for one in unregistered(entries, declared) if str(one.id) not in sealed)
    other = []
    for port in declared:
        seal, numbers = port.seal, tuple(one.number for one in placed if one.port == str(port.id))
        if seal is not None and port not in unknown and not any(is_same_number(seal, number) for number in numbers):
            other.append((port, numbers))
    return SealOverview(declared, entries, placed, unknown, tuple(other), tuple(without_seal(entries, declared)))
