"""An SDI-12 sensor: the measurements of a poll → readings."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from gateway.config.instruments.sdi12 import Sdi12Device
from gateway.core.errors import InstrumentError, InstrumentRefused, InstrumentSilent
from gateway.core.phrase import Phrase
from gateway.core.reading import NO_ANSWER, Readings, Status
from gateway.core.reason import Cause, Reason
from gateway.instruments.lines.text_link import TextLink
from gateway.instruments.reported import ReportedScaling, Told, readings_of
from gateway.instruments.sdi12.bus import bus_on
from gateway.instruments.sdi12.sensor import MOST_FETCHES, Sensor, StartedMeasurement

LONGEST_MEASUREMENT_S = 999.0
"""Three digits of seconds."""

ALMOST_DUE = 0.5
"""Part of a period after which a sensor is started while another one is waited for: in its own turn it was later."""

LONGEST_KEPT_S = 30.0
"""How old the values of a measurement may become that was started early: at most half a period, besides."""


class Sdi12Instrument:
    """Implements `gateway.instruments.protocol.Driver`. Each command is given once a poll, however many parameters it
    is for, and never waited for longer than a period."""

    def __init__(self, settings: Sdi12Device, link: TextLink) -> None:
        self.name = settings.name
        self.parameters = tuple(one.measured for one in settings.parameters)
        self.period_s = settings.poll.total_seconds()
        self._link = link
        self._longest_wait_s = min(self.period_s, LONGEST_MEASUREMENT_S)
        protocol = settings.sdi12
        self._sensor = Sensor(protocol.address, link, self._longest_wait_s, has_crc=protocol.crc)
        self._commands = commands_of(settings)
        self._wanted = [(one.command, one.field, ReportedScaling.of(one)) for one in settings.parameters]
        self._is_concurrent = self._commands[0][0] == "C" and protocol.identity is None
        self._early: StartedMeasurement | None = None
        self._began_s = -math.inf
        self._is_well = False
        self._bus = bus_on(link)
        self._bus.join(self)

    @property
    def longest_read_s(self) -> float:
        """How long one `read` may take."""
        questions = sum(1 if body[0] == "R" else 1 + MOST_FETCHES for body in self._commands)
        waits = sum(body[0] != "R" for body in self._commands)
        return questions * self._link.longest_answer_s + waits * self._longest_wait_s

    def read(self) -> Readings:
        """One poll of the sensor."""
        early, self._early = self._early, None
        self._began_s, self._is_well = self._link.now_s, False
        values: dict[str, tuple[Decimal, ...]] = {}
        answered_s: dict[str, float] = {}
        failures: dict[str, InstrumentError] = {}
        for number, body in enumerate(self._commands):
            try:
                values[body] = self._measured(body, early if number == 0 else None)
            except InstrumentError as error:
                failures[body] = error
            answered_s[body] = self._link.now_s
        if not values:
            raise failures[self._commands[0]]
        self._is_well = not failures
        readings = readings_of(self._told(values, failures))
        if len(self._commands) == 1:
            return readings
        return replace(readings, answered_s=tuple(answered_s[body] for body, _, _ in self._wanted))

    def start_early(self) -> None:
        """While another sensor is waited for: measure too, if this one answered the last time and is due soon."""
        is_due = self._link.now_s - self._began_s >= self.period_s * ALMOST_DUE
        if self._is_concurrent and self._is_well and is_due and self._early is None:
            self._early = self._sensor.start(self._commands[0])

    def _measured(self, body: str, early: StartedMeasurement | None) -> tuple[Decimal, ...]:
        if body[0] == "R":
            return self._sensor.at_once(body)
        measurement = early if early is not None and self._is_fresh(early) else self._sensor.start(body)
        if body[0] == "C" and measurement.ready_s > self._link.now_s:
            self._bus.start_others(self)
        return self._sensor.finish(measurement)

    def _is_fresh(self, early: StartedMeasurement) -> bool:
        return self._link.now_s <= early.ready_s + min(self.period_s / 2, LONGEST_KEPT_S)

    def _told(self, values: dict[str, tuple[Decimal, ...]], failures: dict[str, InstrumentError]) -> Iterator[Told]:
        for body, field, scaling in self._wanted:
            measured = values.get(body)
            if measured is None:
                yield NO_ANSWER, _why(failures[body])
            elif field > len(measured):
                missing = Phrase(
                    "{body} has {measured} values, and value {field} is wanted",
                    body=body,
                    measured=len(measured),
                    field=field,
                )
                yield NO_ANSWER, Reason(Cause.NO_NUMBER, missing)
            else:
                number = measured[field - 1]
                yield scaling.told(number, str(number), Status.MEASURING, None)


def _why(error: InstrumentError) -> Reason:
    if isinstance(error, InstrumentSilent):
        return Reason(Cause.SILENT, str(error))
    return Reason(Cause.REFUSED if isinstance(error, InstrumentRefused) else Cause.GARBLED, str(error))


def commands_of(settings: Sdi12Device) -> tuple[str, ...]:
    """Each once, in their order."""
    return tuple(dict.fromkeys(one.command for one in settings.parameters))
