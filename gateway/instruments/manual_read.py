"""One read of an instrument by hand: everything that it says, for the person at the cabinet.

Goes straight to the device: neither hold nor warm-up nor schedule has a say, so its own state is seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.config import Configuration, ModbusDevice, Schedule, Table
from gateway.config.instruments.registers import RegisterAddress
from gateway.config.parameters.quantity import Quantity
from gateway.core.errors import InstrumentError
from gateway.core.interfaces import Clock
from gateway.core.quality import distance_outside
from gateway.core.reading import Parameter, Reading
from gateway.instruments.busy_hint import with_busy_hint
from gateway.instruments.modbus import ModbusInstrument, ModbusLink
from gateway.instruments.modbus.identity import IdentityCheck
from gateway.instruments.registry import instrument_on, open_link

Words = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ParameterRead:
    """A parameter as read; `raw`: its registers' words as they came, for Modbus. `range`: what the configuration says
    that its values lie in, as far as this is of values as they are read, before any `convert`."""

    parameter: Parameter
    reading: Reading
    raw: Words | None
    range: tuple[float, float] | None

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
    try:
        link.connect()
        if isinstance(settings, ModbusDevice) and isinstance(link, ModbusLink):
            return _read_registers(settings, link, clock)
        driver = instrument_on(settings, link)
        began_s = clock.now().mono_s
        readings = driver.read()
        latency_s = clock.now().mono_s - began_s
        read = zip(driver.parameters, readings, settings.parameters, strict=True)
        shown = tuple(ParameterRead(parameter, reading, None, _range(one)) for parameter, reading, one in read)
        return ManualRead(name, None, latency_s, shown=shown)
    except InstrumentError as error:
        return ManualRead(name, with_busy_hint(configuration, settings.link, error))
    finally:
        link.close()


@dataclass(slots=True)
class _RecordedRegisters:
    """A link, and everything that was read over it."""

    link: ModbusLink
    words: dict[tuple[Table, int], int] = field(default_factory=dict)

    def read(self, unit: int, table: Table, address: int, count: int) -> Words:
        answer = self.link.read(unit, table, address, count)
        self.words |= {(table, address + offset): word for offset, word in enumerate(answer)}
        return answer

    def at(self, register: RegisterAddress, count: int) -> Words | None:
        places = [(register.table, register.address + offset) for offset in range(count)]
        return tuple(self.words[place] for place in places) if self.words.keys() >= set(places) else None


def _read_registers(settings: ModbusDevice, link: ModbusLink, clock: Clock) -> ManualRead:
    identity = None
    if settings.identity is not None:
        identity_check = IdentityCheck(settings.identity, settings.unit, link, clock)
        identity = str(identity_check.number())
        identity_check.check()
    recorded = _RecordedRegisters(link)
    driver = ModbusInstrument(settings, recorded)
    began_s = clock.now().mono_s
    readings = driver.read()
    latency_s = clock.now().mono_s - began_s
    sources = [source for source in settings.status if not isinstance(source, Schedule)]
    return ManualRead(
        settings.name,
        None,
        latency_s,
        identity,
        tuple((str(one.register), recorded.at(one.register, one.type.registers)) for one in sources),
        tuple(
            ParameterRead(parameter, reading, recorded.at(one.register, one.type.registers), _range(one))
            for parameter, reading, one in zip(driver.parameters, readings, settings.parameters, strict=True)
        ),
    )


def _range(settings: Quantity) -> tuple[float, float] | None:
    return settings.range if settings.convert is None else None
