"""Is this the device that the configuration means? Asked before its values are believed."""

from __future__ import annotations

from typing import Protocol

from gateway.core.interfaces import Instrument
from gateway.core.reading import Readings


class IdentityCheck(Protocol):
    """How a protocol asks a device who it is."""

    def number(self) -> str | float | None:
        """What the device says that it is; `None` if it says nothing readable.

        Raises:
            InstrumentError: it does not say.
        """

    def check(self) -> None:
        """Make sure that the device is the right one, if that is not certain.

        Raises:
            InstrumentSwapped: it is another one.
            InstrumentError: it does not say.
        """


class IdentifiedInstrument:
    """An instrument whose every answer is that of the right device. Implements `Instrument`."""

    def __init__(self, instrument: Instrument, identity_check: IdentityCheck) -> None:
        self.name = instrument.name
        self.parameters = instrument.parameters
        self.period_s = instrument.period_s
        self._instrument = instrument
        self._check = identity_check

    def read(self) -> Readings:
        self._check.check()
        return self._instrument.read()
