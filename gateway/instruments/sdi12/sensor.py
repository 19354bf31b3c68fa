"""One SDI-12 sensor: a measurement is started, waited for, and its values are fetched.

A sensor that measures at the same time as others (`C`) is aborted by any other command to it; one that measures alone
(`M`) by any command on the bus. So nobody is spoken to while an `M` is under way.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from gateway.core.errors import InstrumentGarbled, InstrumentRefused, InstrumentSilent
from gateway.core.phrase import Phrase
from gateway.instruments.lines.text_link import TextLink
from gateway.instruments.sdi12.telegram import (
    Announced,
    announced_in,
    command,
    is_service_request,
    values_in,
)

MOST_FETCHES = 10
"""aD0! to aD9!"""


@dataclass(frozen=True, slots=True)
class StartedMeasurement:
    """One that is under way. `ready_s`: when its values are there at the latest (monotonic)."""

    body: str
    announced: Announced
    started_s: float

    @property
    def ready_s(self) -> float:
        return self.started_s + (0 if self.announced.is_over else self.announced.longest_s)


class Sensor:
    def __init__(self, address: str, link: TextLink, longest_wait_s: float, *, has_crc: bool) -> None:
        self.address = address
        self._who = f"SDI-12 address {address}"
        self._link = link
        self._longest_wait_s = longest_wait_s
        self._has_crc = has_crc
        self._has_answered = False

    def start(self, body: str) -> StartedMeasurement:
        """
        Raises:
            InstrumentError: it does not answer; it wants to measure for longer than is waited; it has no such values.
        """
        asked = command(self.address, f"{body[0]}{'C' if self._has_crc else ''}{body[1:]}")
        digits = 2 if body[0] == "C" else 1
        try:
            announced = self._link.ask(asked, lambda received: announced_in(received, asked, digits), self._who)
        except InstrumentSilent as error:
            raise self._explained(error) from None
        self._has_answered = True
        if not announced.values:
            raise InstrumentRefused(Phrase("{who}: {body} has no values", who=self._who, body=body))
        if announced.longest_s > self._longest_wait_s:
            raise InstrumentRefused(
                Phrase(
                    "{who}: {body} takes {longest_s} s, and it is asked every {longest_wait_s:g} s: a longer "
                    "poll is needed",
                    who=self._who,
                    body=body,
                    longest_s=announced.longest_s,
                    longest_wait_s=self._longest_wait_s,
                )
            )
        return StartedMeasurement(body, announced, self._link.now_s)

    def finish(self, measurement: StartedMeasurement) -> tuple[Decimal, ...]:
        """Wait for it, and fetch its values.

        Raises:
            InstrumentError: no values, fewer or more than were announced, or they are not sound.
        """
        left_s = measurement.ready_s - self._link.now_s
        if left_s > 0:
            self._link.wait(left_s, self._is_over if measurement.body[0] == "M" else _never)
        values: tuple[Decimal, ...] = ()
        for number in range(MOST_FETCHES):
            fetched = self._fetch(f"D{number}")
            values += fetched
            if not fetched or len(values) >= measurement.announced.values:
                break
        if len(values) != measurement.announced.values:
            raise InstrumentGarbled(
                Phrase(
                    "{who}: {values} values of {values2} that {body} announced",
                    who=self._who,
                    values=len(values),
                    values2=measurement.announced.values,
                    body=measurement.body,
                )
            )
        return values

    def at_once(self, body: str) -> tuple[Decimal, ...]:
        """The values of a sensor that measures all the time.

        Raises:
            InstrumentError: it does not answer, or they are not sound.
        """
        try:
            return self._fetch(f"{body[0]}{'C' if self._has_crc else ''}{body[1:]}")
        except InstrumentSilent as error:
            raise self._explained(error) from None

    def _fetch(self, body: str) -> tuple[Decimal, ...]:
        asked = command(self.address, body)
        values = self._link.ask(asked, lambda received: values_in(received, asked, has_crc=self._has_crc), self._who)
        self._has_answered = True
        return values

    def _is_over(self, received: bytes) -> bool | None:
        return is_service_request(received, self.address) or None

    def _explained(self, error: InstrumentSilent) -> InstrumentSilent:
        if self._has_answered or not self._has_crc:
            return error
        return InstrumentSilent(
            Phrase("{error}; a sensor older than SDI-12 1.3 knows no checksum: crc: false", error=error)
        )


def _never(_received: bytes) -> bool | None:
    return None
