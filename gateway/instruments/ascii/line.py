"""Complete lines → readings, if all of each is as described and its checksum is right. Pure.

Bytes are taken for the characters of the same number (Latin-1), so every line has a text and an expression can name
every byte.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from gateway.config import AsciiDevice
from gateway.config.instruments.ascii_protocol import CHECKSUM_GROUP, STATUS_GROUP
from gateway.config.instruments.line_pattern import LONGEST_LINE, LineMatch, LinePattern
from gateway.core.errors import InstrumentGarbled
from gateway.core.phrase import Phrase
from gateway.core.reading import NO_ANSWER, Readings, Status
from gateway.core.reason import Cause, Reason
from gateway.instruments.ascii.checksum import is_right
from gateway.instruments.ascii.column import TextColumn
from gateway.instruments.lines.excerpts import text_excerpt
from gateway.instruments.lines.heard_lines import APART_S
from gateway.instruments.reported import Told, readings_of, shown_text

_MEASURING = (Status.MEASURING, None)
_UNKNOWN = Reason(Cause.UNKNOWN_STATUS, Phrase("the line tells no status"))
MOST_CODES = 64
"""Codes of which what they mean is kept."""

State = tuple[Status, Reason | None]


class LineReader:
    """Knows one device's lines, by kind: the number of its expression."""

    def __init__(self, settings: AsciiDevice) -> None:
        protocol, own = settings.ascii, settings.own_status
        self._patterns = [LinePattern(text) for text in protocol.kinds]
        self._checksum = protocol.checksum
        self._columns = [TextColumn(one, protocol) for one in settings.parameters]
        self._calibrating = frozenset(own.calibrating if own else ())
        self._fault = frozenset(own.fault if own else ())
        has_status = [own is not None and STATUS_GROUP in pattern.groups for pattern in self._patterns]
        self._status_kinds = [kind for kind, has in enumerate(has_status) if has]
        self._of_column = [self._kind_of(column) for column in self._columns]
        self._states: dict[str | None, State] = {None: (Status.FAULT, _UNKNOWN)}
        self.kinds = tuple(sorted({*self._of_column, *self._status_kinds}))
        """Those that are wanted: with a parameter, or with the state."""

    def read(self, line: bytes) -> Readings:
        """One reading per parameter; a group that holds no number is a reading without value. For a device with one
        kind of line.

        Raises:
            InstrumentGarbled: the line is not as described, or its checksum is wrong.
        """
        matches = self.matches(line)
        if isinstance(matches, str):
            raise InstrumentGarbled(matches)
        return self.readings(dict(matches))

    def matches(self, line: bytes) -> Sequence[tuple[int, LineMatch]] | str:
        """The kinds of line that it is, or why it is none of them."""
        if len(line) > LONGEST_LINE:
            return Phrase(
                "the line is longer than {longest_line} bytes: {text_excerpt}",
                longest_line=LONGEST_LINE,
                text_excerpt=text_excerpt(line),
            )
        found = [(kind, match) for kind in self.kinds if (match := self._patterns[kind].fullmatch(line)) is not None]
        if not found:
            return Phrase("the line is not as described: {text_excerpt}", text_excerpt=text_excerpt(line))
        if self._checksum is not None and not all(self._is_sound(line, match) for _, match in found):
            return Phrase("the line's checksum is wrong: {text_excerpt}", text_excerpt=text_excerpt(line))
        return found

    def readings(
        self, found: Mapping[int, LineMatch], why_missing: str = "", heard_s: Mapping[int, float] | None = None
    ) -> Readings:
        """What the newest line of each kind says; `why_missing` is for those that have none. `heard_s`: when each was
        heard (monotonic), for kinds that come by themselves."""
        readings = readings_of(self._told(found, why_missing))
        if heard_s is None:
            return readings
        newest_s = max(heard_s.values())
        answered_s = (heard_s.get(kind, newest_s) + kind * APART_S for kind in self._of_column)
        return replace(readings, answered_s=tuple(answered_s))

    def _told(self, found: Mapping[int, LineMatch], why_missing: str) -> Iterator[Told]:
        missing = None
        for column, kind in zip(self._columns, self._of_column, strict=True):
            match = found.get(kind)
            if match is None:
                missing = missing or Reason(Cause.REFUSED_TEXT, why_missing)
                yield NO_ANSWER, missing
            else:
                yield column.told(match, self._state(kind, found))

    def _kind_of(self, column: TextColumn) -> int:
        return next(kind for kind, pattern in enumerate(self._patterns) if column.group in pattern.groups)

    def _state(self, kind: int, found: Mapping[int, LineMatch]) -> State:
        """As the parameter's own line says, or else the others that say it: the worst of them. A device whose state
        cannot be learnt counts as faulty: its values are not vouched for."""
        if not self._status_kinds:
            return _MEASURING
        kinds = [kind] if kind in self._status_kinds else self._status_kinds
        states = [self._meaning(found[one][STATUS_GROUP] if one in found else None) for one in kinds]
        return max(states, key=lambda state: state[0].value)

    def _meaning(self, code: str | None) -> State:
        state = self._states.get(code)
        if state is None:
            state = self._newly_met(code or "")
            if len(self._states) < MOST_CODES:
                self._states[code] = state
        return state

    def _newly_met(self, code: str) -> State:
        if code in self._fault:
            return Status.FAULT, Reason(
                Cause.DEVICE_FAULT, Phrase("status is {shown_text}", shown_text=shown_text(code))
            )
        if code in self._calibrating:
            return Status.CALIBRATING, Reason(
                Cause.CALIBRATING, Phrase("status is {shown_text}", shown_text=shown_text(code))
            )
        return _MEASURING

    def _is_sound(self, line: bytes, match: LineMatch) -> bool:
        digits, at = match[CHECKSUM_GROUP], match.start(CHECKSUM_GROUP)
        checksum = self._checksum
        return checksum is None or (digits is not None and is_right(line.decode("latin-1"), at, digits, checksum))
