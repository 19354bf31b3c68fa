"""A device with lines of its own making, asked or overheard."""

from __future__ import annotations

from gateway.config import AsciiDevice
from gateway.core.reading import Parameter, Reading
from gateway.instruments.ascii.line import LineReader, answer_in
from gateway.instruments.lines.text_link import TextLink


class AsciiInstrument:
    """Implements `gateway.core.interfaces.Instrument`. One line is one look at the device."""

    most_requests = 1

    def __init__(self, settings: AsciiDevice, link: TextLink) -> None:
        self.name = settings.name
        self.parameters = tuple(Parameter(one.symbol, one.unit) for one in settings.parameters)
        self.period_s = settings.poll.total_seconds()
        self._who = settings.who
        self._link = link
        request = settings.ascii.request
        self._request = None if request is None else request.encode("latin-1")
        self._terminator = settings.ascii.terminator.encode("latin-1")
        self._reader = LineReader(settings)

    def read(self) -> tuple[Reading, ...]:
        """Ask for a line; of a device that talks unasked, take the newest."""
        if self._request is None:
            return self._reader.read(self._link.newest_line(self._terminator, self.period_s))
        return self._link.ask(self._request, self._understand, self._who)

    def _understand(self, received: bytes) -> tuple[Reading, ...] | None:
        line = answer_in(received, self._terminator)
        return None if line is None else self._reader.read(line)
