"""An instrument that says NMEA 0183 sentences: unasked every so often, or asked for one of them (`$--WIQ,MWV*hh`)."""

import re
from collections.abc import Iterator, Mapping, Sequence

from stationsim.condition import Condition, Moment
from stationsim.display import Display
from stationsim.faults import FaultKind
from stationsim.lines.responder import Reply, Unsolicited
from stationsim.text.checksums import checksum, spoiled
from stationsim.text.numbers import fixed
from stationsim.truth import Shown, with_faults

_QUERY = re.compile(rb"\$[A-Z]{2}([A-Z]{2})Q,([A-Z]{3})(?:\*([0-9A-F]{2}))?\r\n")


class Talker:
    """`sentences` are what stands between $ and *, with symbols and `status` in braces; `decimals` is by symbol."""

    silence_s = 5.0

    def __init__(
        self,
        name: str,
        sentences: Sequence[str],
        decimals: Mapping[str, int],
        every_ms: int | None,
        condition: Condition,
        display: Display,
    ) -> None:
        self.name = name
        self._sentences = tuple(sentences)
        self._decimals = decimals
        self._condition = condition
        self._display = display
        self.unsolicited: Unsolicited | None = None
        if every_ms is not None:
            self.unsolicited = Unsolicited(every_ms / 1000, lambda: self._say(self._sentences, 0))

    def answer(self, buffer: bytearray) -> Iterator[Reply]:
        """A question with a wrong checksum, or to somebody else, is not answered."""
        while match := _QUERY.search(buffer):
            asked, name, digits = match[1].decode("ascii"), match[2].decode("ascii"), match[3]
            content = bytes(match[0][1:].partition(b"*")[0].rstrip())
            length = match.end()
            del buffer[:length]
            of_it = [one for one in self._sentences if one.startswith(asked + name)]
            if of_it and digits in (None, checksum("xor", content)):
                yield self._say(of_it, length)

    def after_silence(self, buffer: bytearray) -> Iterator[Reply]:
        buffer.clear()
        return iter(())

    def _say(self, sentences: Sequence[str], asked_with: int) -> Reply:
        moment = self._condition.now()
        written = {symbol: fixed(self._display(symbol, moment), places) for symbol, places in self._decimals.items()}
        status = "A" if moment.state is None else "V"
        fields = {symbol: number.text for symbol, number in written.items()} | {"status": status}
        content = b"".join(self._closed(one.format_map(fields).encode("ascii"), moment) for one in sentences)
        values = {symbol: number.value for symbol, number in written.items()}
        shown = with_faults(Shown(moment.at_ms, self.name, None, values, status), moment.faults)
        return Reply(content, moment.faults, (shown,) if shown else (), asked_with + len(content))

    def _closed(self, content: bytes, moment: Moment) -> bytes:
        digits = checksum("xor", content)
        return b"$%s*%s\r\n" % (content, spoiled(digits) if moment.last(FaultKind.BAD_CHECKSUM) else digits)
