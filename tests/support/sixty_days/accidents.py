"""What befell the two stations in their sixty days: instants are told from the midnight before the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.core.instants import DAY_MS, HOUR_MS, MINUTE_MS
from gateway.core.lateness import DelayCause
from gateway.core.reading import Reading, Status
from gateway.core.reason import Cause, Reason


@dataclass(frozen=True, slots=True)
class Span:
    """`[from_ms, until_ms)`, UTC."""

    from_ms: int
    until_ms: int

    def __contains__(self, at_ms: int) -> bool:
        return self.from_ms <= at_ms < self.until_ms


@dataclass(frozen=True, slots=True)
class InstrumentAccident:
    """Of some parameters, what their readings are meanwhile: `value` in the place of what would be measured (`None`:
    there is none), and why; without a reason they stay 00."""

    symbols: Sequence[str]
    span: Span
    value: float | None = None
    factor: float | None = None
    reason: Reason | None = None
    status: Status = Status.FAULT

    def of(self, value: float) -> Reading:
        if self.factor is not None:
            return Reading(value * self.factor, Status.MEASURING)
        return Reading(self.value, Status.MEASURING if self.reason is None else self.status)


@dataclass(frozen=True, slots=True)
class Cut:
    """A time in which a destination took nothing."""

    destination: str
    span: Span
    cause: DelayCause
    error: str


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A person calibrates: declared, and noted afterwards what came of it."""

    symbols: Sequence[str]
    span: Span
    by: str
    reason: str
    results: Sequence[tuple[str, str, str, float, float]]
    """Parameter, its unit, against what (zero, span), what it was, what was shown."""


@dataclass(frozen=True, slots=True)
class Accidents:
    """`refused`, `conflicting`, `unproven`: by destination, of which slots (their ends) the one file was."""

    instruments: Sequence[InstrumentAccident]
    cuts: Sequence[Cut]
    off: Sequence[tuple[Span, bool]]
    """The gateway did not run; whether it was told to stop, or lost its power."""
    calibrated: Sequence[Calibrated] = ()
    refused: Mapping[str, Sequence[int]] | None = None
    conflicting: Mapping[str, Sequence[int]] | None = None
    unproven: Mapping[str, Sequence[int]] | None = None

    def is_off(self, at_ms: int) -> bool:
        return any(at_ms in span for span, _ in self.off)

    def cut(self, destination: str, at_ms: int) -> Cut | None:
        return next((one for one in self.cuts if one.destination == destination and at_ms in one.span), None)


class Calendar:
    """Instants by the days before the end's own, and the time of that day: `(27, 21, 5)` is 21:05, 27 days before."""

    def __init__(self, midnight_ms: int) -> None:
        self._midnight_ms = midnight_ms

    def at(self, days: int, hour: int, minute: int = 0) -> int:
        return self._midnight_ms - days * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS

    def span(self, begin: tuple[int, int, int], hours: float) -> Span:
        from_ms = self.at(*begin)
        return Span(from_ms, from_ms + round(hours * HOUR_MS))


_SILENT = Reason(Cause.SILENT, "no answer from unit 1 within 1 s")
_LINK = Reason(Cause.LINK_DOWN, "/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0: no such device")
_PROBE = Reason(Cause.DEVICE_FAULT, "status holding:100 is 2")
_LAMP = Reason(Cause.DEVICE_FAULT, "error status 04")


def of_wastewater(calendar: Calendar) -> Accidents:
    span, at = calendar.span, calendar.at
    all_of_probe = ("pH", "Temp", "COD", "TSS", "NH4")
    return Accidents(
        instruments=(
            InstrumentAccident(("COD",), span((34, 14, 0), 5), factor=2.1),
            InstrumentAccident(all_of_probe, span((30, 4, 0), 2.25), reason=_SILENT),
            InstrumentAccident(("pH",), span((22, 11, 10), 1), value=5.1),
            InstrumentAccident(("TSS",), span((14, 1, 0), 3), value=47.5),
            InstrumentAccident(("TSS",), span((11, 15, 0), 0.8), value=3.0, reason=_PROBE),
            InstrumentAccident(("COD",), span((6, 7, 0), 30), factor=1.9),
            InstrumentAccident(("NH4",), span((2, 9, 0), 6), factor=1.7),
            InstrumentAccident(("COD",), span((0, 8, 45), 24), factor=2.25),
            InstrumentAccident(("Flow",), span((0, 9, 55), 24), reason=_LINK),
        ),
        cuts=(
            Cut("so-tnmt", span((27, 21, 0), 14.5), DelayCause.LINE, "no answer from ftp.example.vn:21 within 10 s"),
            Cut("bo-tnmt", span((18, 8, 0), 2), DelayCause.SERVER, "552 Requested file action aborted: quota exceeded"),
            Cut("so-tnmt", span((9, 13, 5), 0.75), DelayCause.LINE, "connection reset by ftp.example.vn:21"),
            Cut("bo-tnmt", span((0, 8, 40), 24), DelayCause.REJECTED, "530 Login incorrect."),
        ),
        off=((span((41, 2, 10), 14.5), True), (span((12, 3, 0), 0.4), False)),
        calibrated=tuple(
            Calibrated(
                ("pH", "COD"),
                span((days, 9, 0), 0.7),
                "an.nguyen",
                "hiệu chuẩn định kỳ",
                (("pH", "-", "span", 7.0, 7.0 + off), ("COD", "mg/L", "span", 100.0, 100.0 + 20 * off)),
            )
            for days, off in ((45, 0.02), (15, 0.05), (1, 0.11))
        ),
        refused={"bo-tnmt": [at(15, 10, 15), *(at(3, 7, minute) for minute in (0, 5, 10, 15))]},
        conflicting={"so-tnmt": [at(20, 12, 0)]},
        unproven={"bo-tnmt": [at(4, 16, 30)]},
    )


def of_ambient(calendar: Calendar) -> Accidents:
    span, at = calendar.span, calendar.at
    return Accidents(
        instruments=(
            InstrumentAccident(("PM10", "PM2,5"), span((33, 18, 0), 40), factor=2.6),
            InstrumentAccident(("SO2",), span((19, 13, 0), 2), reason=_LAMP),
            InstrumentAccident(("PM10", "PM2,5"), span((8, 5, 0), 1.5), reason=_SILENT),
            InstrumentAccident(("O3",), span((5, 11, 0), 6), factor=1.8),
            InstrumentAccident(("WS", "WD"), span((0, 6, 0), 24), reason=_SILENT),
        ),
        cuts=(
            Cut("so-tnmt", span((25, 15, 0), 1), DelayCause.LINE, "no answer from ftp.example.vn:21 within 10 s"),
            Cut("trung-tam", span((10, 2, 0), 7), DelayCause.SERVER, "421 Too many connections"),
        ),
        off=((span((22, 10, 0), 0.6), True),),
        refused={"so-tnmt": [at(16, 4, 20)]},
    )
