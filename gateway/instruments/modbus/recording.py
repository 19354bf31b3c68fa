"""A Modbus instrument that keeps the words behind its values, for a read by hand."""

from __future__ import annotations

from gateway.config import ModbusCalculated, ModbusDevice, ModbusMeasured, Table
from gateway.config.instruments.register_read import RegisterRead
from gateway.config.parameters.counting import Counter
from gateway.core.errors import InstrumentError
from gateway.core.reading import Readings
from gateway.core.reason import Cause
from gateway.instruments.modbus.instrument import ModbusInstrument
from gateway.instruments.modbus.link import ModbusLink, known_to
from gateway.instruments.modbus.wanted import status_registers
from gateway.instruments.protocol import Words

_LOST = (Cause.SILENT, Cause.GARBLED, Cause.UNKNOWN_STATUS)
MOST_POLLS = 4
"""Of a device that is there, and does not answer all that is asked of it at once."""


class RecordingModbusInstrument:
    """Implements `gateway.instruments.protocol.RecordingDriver`."""

    def __init__(self, settings: ModbusDevice, link: ModbusLink) -> None:
        self._settings = settings
        self._registers = _RecordedRegisters(link)
        self._driver = ModbusInstrument(settings, self._registers, known_to(link, settings))
        self.name = self._driver.name
        self.parameters = self._driver.parameters
        self.period_s = self._driver.period_s
        self.longest_read_s = self._driver.longest_read_s

    def read(self) -> Readings:
        """As the daemon would read it once it has found out what the device cannot do."""
        for more in reversed(range(MOST_POLLS)):
            try:
                readings = self._driver.read()
            except InstrumentError:
                is_worthwhile = more == MOST_POLLS - 1 or (more > 0 and self._driver.is_there)
                if not is_worthwhile:
                    raise
            else:
                if not more or self._empties_something or not _lacks_answers(readings):
                    return readings
        raise AssertionError("the last one returns or raises")

    @property
    def _empties_something(self) -> bool:
        """Then what a second poll reads is no longer what the device had to say."""
        return any(one.counter is Counter.SINCE_READ for one in self._settings.parameters)

    def parameter_words(self) -> tuple[Words | None, ...]:
        return tuple(map(self._words_of, self._settings.parameters))

    def _words_of(self, one: ModbusMeasured | ModbusCalculated) -> Words | None:
        """Of a value that is calculated: those of all its registers, in the order of the configuration."""
        if isinstance(one, ModbusMeasured):
            return self._registers.words_of(one)
        found = [self._registers.words_of(register) for register in one.registers.values()]
        return None if None in found else tuple(word for words in found for word in words or ())

    def status_words(self) -> tuple[tuple[str, Words | None], ...]:
        return tuple((str(one.register), self._registers.words_of(one)) for one in status_registers(self._settings))


def _lacks_answers(readings: Readings) -> bool:
    return any(why is not None and why.cause in _LOST for why in readings.reasons or ())


class _RecordedRegisters:
    """A link, and everything that was read over it."""

    def __init__(self, link: ModbusLink) -> None:
        self._link = link
        self._words: dict[tuple[Table, int], int] = {}

    @property
    def longest_answer_s(self) -> float:
        return self._link.longest_answer_s

    @property
    def asked_s(self) -> float:
        return self._link.asked_s

    def now_s(self) -> float:
        return self._link.now_s()

    def listens_s(self, unit: int) -> float:
        return self._link.listens_s(unit)

    def rest(self, seconds: float) -> None:
        self._link.rest(seconds)

    def read(self, unit: int, table: Table, address: int, count: int) -> Words:
        answer = self._link.read(unit, table, address, count)
        self._words |= {(table, address + offset): word for offset, word in enumerate(answer)}
        return answer

    def words_of(self, wanted: RegisterRead) -> Words | None:
        first = wanted.register
        places = [(first.table, first.address + offset) for offset in range(wanted.type.registers)]
        return tuple(self._words[place] for place in places) if self._words.keys() >= set(places) else None
