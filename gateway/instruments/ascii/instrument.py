"""A device with lines of its own making, asked or listened to."""

from __future__ import annotations

from gateway.config import AsciiDevice
from gateway.config.instruments.line_pattern import LineMatch, LinePattern
from gateway.core.reading import Readings
from gateway.instruments.ascii.answer import answer_in
from gateway.instruments.ascii.line import LineReader
from gateway.instruments.lines.heard_lines import HeardLines
from gateway.instruments.lines.text_link import LONGEST_WAIT_S, TextLink


class AsciiInstrument:
    """Implements `gateway.core.interfaces.Instrument`. One answer is one poll of the device; of one that talks unasked,
    the newest line of each kind."""

    def __init__(self, settings: AsciiDevice, link: TextLink) -> None:
        protocol = settings.ascii
        self.name = settings.name
        self.parameters = tuple(one.measured for one in settings.parameters)
        self.period_s = settings.poll.total_seconds()
        self._link_address = settings.link_address
        self._link = link
        self._request = None if protocol.request is None else protocol.request.encode("latin-1")
        self._terminator = (protocol.end or "").encode("latin-1")
        self._idle_s = None if protocol.idle is None else protocol.idle.total_seconds()
        self._line_count = protocol.lines
        self._skipped = [LinePattern(text) for text in protocol.skip]
        self._reader = LineReader(settings)

    @property
    def longest_read_s(self) -> float:
        """How long one `read` may take."""
        if self._request is None:
            return LONGEST_WAIT_S + self._link.timeout_s
        return self._link.longest_answer_s + (self._idle_s or 0.0)

    def read(self) -> Readings:
        """Ask for an answer; of a device that talks unasked, take the newest."""
        if self._request is None:
            return self._listen()
        if self._idle_s is not None:
            return self._reader.read(self._link.ask_until_idle(self._request, self._idle_s, self._link_address))
        return self._link.ask(self._request, self._understand, self._link_address)

    def _understand(self, received: bytes) -> Readings | None:
        answer = answer_in(received, self._terminator, self._line_count, self._skipped)
        return None if answer is None else self._reader.read(answer)

    def _listen(self) -> Readings:
        heard = HeardLines[int, LineMatch](self._reader.kinds, self._reader.matches)
        self._link.listen(self._terminator, self.period_s, heard)
        heard.refuse_none()
        found = {kind: match for kind, (match, _) in heard.found.items()}
        if len(self._reader.kinds) == 1:
            return self._reader.readings(found)
        return self._reader.readings(found, heard.why_missing, {kind: at_s for kind, (_, at_s) in heard.found.items()})
