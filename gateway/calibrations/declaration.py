"""What the gateway declares of an instrument's parameters while it calibrates it, as a person would have to."""

from __future__ import annotations

from gateway.core.interfaces import ClockTrust, Instant
from gateway.core.phrase import Phrase
from gateway.readings.calibrations import BY_ITSELF, CalibrationStore


class OwnDeclaration:
    """Ended by a clock that is right, and so perhaps a little later than asked for."""

    def __init__(self, symbols: tuple[str, ...], declared: CalibrationStore, trust: ClockTrust) -> None:
        """What an earlier life of the gateway declared is ended, too."""
        self._symbols = symbols
        self._declared = declared
        self._trust = trust
        self._has_to_end = True

    def lasting(self, now: Instant) -> str | None:
        """The calibration that somebody declared, in words; `None`: none of these parameters is in one."""
        for one in self._declared.lasting():
            if one.symbol in self._symbols and one.holds(now.wall_ms):
                return Phrase(
                    "a calibration of {symbol} lasts ({begun_by}: {reason})",
                    symbol=one.symbol,
                    begun_by=one.begun_by,
                    reason=one.reason,
                )
        return None

    def begin(self, reason: str, now: Instant) -> None:
        self._has_to_end = True
        self._declared.begin(self._symbols, None, reason, BY_ITSELF, now.wall_ms)

    def end(self, now: Instant) -> None:
        self._has_to_end = True
        self.end_if_due(now)

    def end_if_due(self, now: Instant) -> None:
        """If it was to end before, and the clock was not trusted."""
        if not self._has_to_end or not self._trust.is_trusted(now):
            return
        symbols = [
            one.symbol for one in self._declared.lasting() if one.symbol in self._symbols and one.begun_by == BY_ITSELF
        ]
        if symbols:
            self._declared.end(symbols, BY_ITSELF, now.wall_ms)
        self._has_to_end = False
