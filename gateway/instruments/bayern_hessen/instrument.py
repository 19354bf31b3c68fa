"""A Bayern-Hessen device: one answer → readings."""

from __future__ import annotations

from gateway.config import BayernHessenDevice, BayernHessenStatus
from gateway.core.errors import InstrumentGarbled
from gateway.core.phrase import Phrase
from gateway.core.reading import Readings, Status
from gateway.core.reason import Cause, Reason
from gateway.instruments.bayern_hessen.telegram import Measurement, answer_in, question
from gateway.instruments.lines.text_link import TextLink
from gateway.instruments.reported import ReportedScaling, Told, readings_of


class BayernHessenInstrument:
    """Implements `gateway.core.interfaces.Instrument`. Every measurement has a status of its own."""

    def __init__(self, settings: BayernHessenDevice, link: TextLink) -> None:
        self.name = settings.name
        self.parameters = tuple(one.measured for one in settings.parameters)
        self.period_s = settings.poll.total_seconds()
        address = settings.bayern_hessen.address
        self._link_address = settings.link_address
        self._link = link
        self._is_checked = settings.bayern_hessen.checksum == "bcc"
        self._by_serial = settings.bayern_hessen.id_from == "serial"
        self._question = question(address, self._is_checked)
        self._status = settings.own_status
        self._wanted = [(address if one.id is None else one.id, ReportedScaling.of(one)) for one in settings.parameters]

    @property
    def longest_read_s(self) -> float:
        """How long one `read` may take."""
        return self._link.longest_answer_s

    def read(self) -> Readings:
        """One poll of the device. An answer that lacks a number it should have is another device's, and not believed:
        a neighbour's numbers may be among ours."""
        return self._link.ask(self._question, self._understand, self._link_address)

    def _understand(self, received: bytes) -> Readings | None:
        measurements = answer_in(received, self._is_checked, self._by_serial)
        if measurements is None:
            return None
        missing = [number for number, _ in self._wanted if number not in measurements]
        if missing:
            raise InstrumentGarbled(
                Phrase(
                    "{link_address} answered for {measurements}, without {missing}",
                    link_address=self._link_address,
                    measurements=sorted(measurements),
                    missing=missing,
                )
            )
        return readings_of(self._told(measurements[number], scaling) for number, scaling in self._wanted)

    def _told(self, measurement: Measurement, scaling: ReportedScaling) -> Told:
        status = status_of(measurement, self._status)
        return scaling.told(measurement.value, str(measurement.value), status, _why(measurement, status))


def _why(measurement: Measurement, status: Status) -> Reason | None:
    if status is Status.MEASURING:
        return None
    said = Phrase(
        "operating status {operating:02X}, error status {error:02X}",
        operating=measurement.operating,
        error=measurement.error,
    )
    return Reason(Cause.CALIBRATING if status is Status.CALIBRATING else Cause.DEVICE_FAULT, said)


def status_of(measurement: Measurement, settings: BayernHessenStatus) -> Status:
    """The status by the two status bytes; the worst wins."""
    if measurement.error & settings.error_mask or measurement.operating & settings.fault_mask:
        return Status.FAULT
    if measurement.operating & settings.calibrating_mask:
        return Status.CALIBRATING
    return Status.MEASURING
