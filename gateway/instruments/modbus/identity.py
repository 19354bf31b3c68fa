"""The identity that stands in a device's registers: a serial number, as a text or a number."""

from __future__ import annotations

from typing import Protocol

from gateway.config import Identity, RegisterType, Table
from gateway.core.errors import InstrumentGarbled, InstrumentSilent, InstrumentSwapped
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
from gateway.instruments.decode import decode, text


class Connected(Protocol):
    """Where registers come from, and how many connections there were so far."""

    name: str
    connection: int

    def read(self, unit: int, table: Table, address: int, count: int) -> tuple[int, ...]: ...


class RegisterIdentityCheck:
    """Checks one unit's number on every new connection and every so often. Implements `IdentityCheck`."""

    def __init__(self, settings: Identity, unit: int, link: Connected, clock: Clock) -> None:
        self._settings = settings
        self._unit = unit
        self._link = link
        self._clock = clock
        self._seen_on: int | None = None
        self._due_s = 0.0
        self._is_lost = False

    def number(self) -> str | float | None:
        """What the device says that it is; `None` if it says nothing readable.

        Raises:
            InstrumentError: it does not say.
        """
        wanted = self._settings
        words = self._words((self._unit, wanted.register.table, wanted.register.address, wanted.registers))
        if wanted.type is RegisterType.STRING:
            return text(words, wanted.byte_order)
        return decode(words, wanted.type, wanted.byte_order, wanted.register.part)

    def _words(self, question: tuple[int, Table, int, int]) -> tuple[int, ...]:
        """Asked twice if a frame was lost, unless nothing was heard the last time either."""
        try:
            words = self._link.read(*question)
        except (InstrumentSilent, InstrumentGarbled):
            if self._is_lost:
                raise
            self._is_lost = True
            words = self._link.read(*question)
        self._is_lost = False
        return words

    def check(self) -> None:
        """Make sure that the device is the right one, if that is not certain.

        Raises:
            InstrumentSwapped: it is another one.
            InstrumentError: it does not say.
        """
        now_s = self._clock.now().mono_s
        if self._seen_on == self._link.connection and now_s < self._due_s:
            return
        self._seen_on = None
        number = self.number()
        if number != self._settings.equals:
            said = Phrase("nothing readable") if number is None else repr(number)
            raise InstrumentSwapped(
                Phrase(
                    "link {name}: unit {unit} is another device: {register} says {said}, and {equals!r} is configured",
                    name=self._link.name,
                    unit=self._unit,
                    register=self._settings.register,
                    said=said,
                    equals=self._settings.equals,
                )
            )
        self._seen_on = self._link.connection
        self._due_s = now_s + self._settings.check_every.total_seconds()
