"""One read of an instrument by hand: everything that it says, for the person at the cabinet.

Goes straight to the device: neither hold nor warm-up nor schedule has a say, so its own state is seen.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.config import Configuration
from gateway.config.instruments.instrument import Instrument as Settings
from gateway.config.parameters.counting import Counter
from gateway.core.errors import InstrumentError
from gateway.core.interfaces import Clock
from gateway.core.quality import distance_outside
from gateway.core.reading import Parameter, Reading
from gateway.core.reason import Cause, Reason
from gateway.instruments.busy_hint import with_busy_hint
from gateway.instruments.causes import cause_of
from gateway.instruments.protocol import OpenLink, Words
from gateway.instruments.registry import driver_on, open_link, protocol_of


@dataclass(frozen=True, slots=True)
class ParameterRead:
    """A parameter as read; `raw`: its registers' words as they came, for Modbus. `range`: what the configuration says
    that its values lie in, as far as this is of values as they are read, before any `convert`."""

    parameter: Parameter
    reading: Reading
    raw: Words | None
    range: tuple[float, float] | None
    reason: Reason | None = None
    """Why it is not 00."""
    counter: Counter | None = None
    """What the number is, where amounts are summed."""

    @property
    def is_in_range(self) -> bool | None:
        """`None`: there is no value, or no range to compare it with. A value outside is as it was read nevertheless."""
        if self.range is None or self.reading.value is None:
            return None
        return distance_outside(self.reading.value, *self.range) == 0


@dataclass(frozen=True, slots=True)
class ManualRead:
    """What one poll by hand brought. `error` says why there is nothing; `identity` what the device says that it is."""

    instrument: str
    error: str | None = None
    cause: Cause | None = None
    """Of the error."""
    latency_s: float | None = None
    identity: str | None = None
    status: tuple[tuple[str, Words | None], ...] = ()
    shown: tuple[ParameterRead, ...] = ()


def read_manually(configuration: Configuration, name: str, clock: Clock) -> ManualRead:
    """Ask that instrument once, over a connection of its own that is closed at the end.

    Raises:
        KeyError: no instrument of that name.
    """
    settings = {one.name: one for one in configuration.instruments}[name]
    link = open_link(settings.link, configuration.links[settings.link], clock)
    is_up = False
    try:
        link.connect()
        is_up = True
        return _read(settings, link, clock)
    except InstrumentError as error:
        words = with_busy_hint(configuration, settings.link, error)
        return ManualRead(name, words, cause_of(error) if is_up else Cause.LINK_DOWN)
    finally:
        link.close()


def _read(settings: Settings, link: OpenLink, clock: Clock) -> ManualRead:
    protocol = protocol_of(settings)
    identity_check = protocol.identity_check(settings, link, clock)
    identity = None
    if identity_check is not None:
        identity = str(identity_check.number())
        identity_check.check()
    recording = protocol.recording_driver(settings, link) if protocol.recording_driver is not None else None
    driver = recording or driver_on(settings, link)
    began_s = clock.now().mono_s
    readings = driver.read()
    latency_s = clock.now().mono_s - began_s
    words = recording.parameter_words() if recording is not None else (None,) * len(driver.parameters)
    reasons = readings.reasons or (None,) * len(readings)
    read = zip(driver.parameters, readings, words, settings.parameters, reasons, strict=True)
    return ManualRead(
        settings.name,
        None,
        None,
        latency_s,
        identity,
        recording.status_words() if recording is not None else (),
        tuple(
            ParameterRead(parameter, reading, raw, one.range_as_read, why, one.counter)
            for parameter, reading, raw, one, why in read
        ),
    )
