"""A device with lines of its own making, asked or listened to."""

from __future__ import annotations

from gateway.config import AsciiDevice
from gateway.core.reading import Readings
from gateway.instruments.ascii.line import LineReader, answer_in
from gateway.instruments.lines.text_link import LONGEST_WAIT_S, TextLink


class AsciiInstrument:
    """Implements `gateway.core.interfaces.Instrument`. One line is one poll of the device."""

    def __init__(self, settings: AsciiDevice, link: TextLink) -> None:
        self.name = settings.name
        self.parameters = tuple(one.measured for one in settings.parameters)
        self.period_s = settings.poll.total_seconds()
        self._link_address = settings.link_address
        self._link = link
        request = settings.ascii.request
        self._request = None if request is None else request.encode("latin-1")
        self._terminator = settings.ascii.terminator.encode("latin-1")
        self._reader = LineReader(settings)

    @property
    def longest_read_s(self) -> float:
        """How long one `read` may take."""
        return LONGEST_WAIT_S + self._link.timeout_s if self._request is None else self._link.longest_answer_s

    def read(self) -> Readings:
        """Ask for a line; of a device that talks unasked, take the newest."""
        if self._request is None:
            return self._reader.read(self._link.newest_line(self._terminator, self.period_s))
        return self._link.ask(self._request, self._understand, self._link_address)

    def _understand(self, received: bytes) -> Readings | None:
        line = answer_in(received, self._terminator)
        return None if line is None else self._reader.read(line)
