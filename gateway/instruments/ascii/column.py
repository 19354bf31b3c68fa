"""One parameter of a line: the text in its group → value, status, reason. Pure.

A number counts only with the unit that the device is expected to write, if one is: a device that somebody switched from
mg/m3 to ug/m3 says numbers a thousand times as great.
"""

from __future__ import annotations

from gateway.config import AsciiMeasured
from gateway.config.instruments.ascii_protocol import AsciiProtocol
from gateway.config.instruments.line_pattern import LineMatch
from gateway.core.phrase import Phrase
from gateway.core.reading import NO_ANSWER, Status
from gateway.core.reason import Cause, Reason
from gateway.instruments.reported import NumberForm, ReportedScaling, Told, shown_text


class TextColumn:
    def __init__(self, settings: AsciiMeasured, protocol: AsciiProtocol) -> None:
        self.group = settings.held_in
        self._scaling = ReportedScaling.of(settings)
        self._form = NumberForm(protocol.decimal, protocol.thousands, blank_after_sign=True)
        self._unit = settings.says_unit
        groups = next(groups for groups in protocol.groups_by_kind if self.group in groups)
        self._unit_group = None if self._unit is None else settings.unit_group_in(groups)

    def told(self, match: LineMatch, state: tuple[Status, Reason | None]) -> Told:
        """What the line says of it. A device that says it measures and has no value is at fault."""
        status, reason = state
        text = match[self.group] or ""
        if self._unit is not None:
            number_text = self._without_unit(text, match)
            if number_text is None:
                return NO_ANSWER, self._another_unit(text, match)
            text = number_text
        return self._scaling.told(self._form.number_in(text), text, status, reason)

    def _without_unit(self, text: str, match: LineMatch) -> str | None:
        """The number's text; `None` if its unit is not the expected one."""
        unit = self._unit or ""
        if self._unit_group is not None:
            return text if (match[self._unit_group] or "").strip(" \t") == unit else None
        text = text.rstrip(" \t")
        return text.removesuffix(unit) if text.endswith(unit) else None

    def _another_unit(self, text: str, match: LineMatch) -> Reason:
        said = text if self._unit_group is None else f"{text} {match[self._unit_group] or ''}".rstrip()
        return Reason(
            Cause.REFUSED_TEXT,
            Phrase(
                "{shown_text} is not in {shown_text2}",
                shown_text=shown_text(said),
                shown_text2=shown_text(self._unit or ""),
            ),
        )
