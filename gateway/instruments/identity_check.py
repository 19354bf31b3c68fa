"""Is this the device that the configuration means? Asked before its values are believed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from gateway.core.errors import InstrumentSwapped
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

    def __init__(
        self, instrument: Instrument, identity_check: IdentityCheck, on_swapped: Callable[[], None] = lambda: None
    ) -> None:
        """`on_swapped`: called whenever it is another device."""
        self.name = instrument.name
        self.parameters = instrument.parameters
        self.period_s = instrument.period_s
        self._instrument = instrument
        self._check = identity_check
        self._on_swapped = on_swapped

    def read(self) -> Readings:
        try:
            self._check.check()
        except InstrumentSwapped:
            self._on_swapped()
            raise
        return self._instrument.read()
