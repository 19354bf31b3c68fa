"""What a person is told, in the station's language: one line for a phone's screen, and what is known besides.

Never fails over what an alert holds: whatever is missing or strange in it is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gateway.core.alert import Alert, AlertKind, AlertMessage, AlertState
from gateway.core.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, local_time
from gateway.core.printable import printable

_MOST_SUBJECTS = 4
_MOST_LINES = 100
"""Of a digest."""
_LONGEST_DETAIL = 300
_LAST_YEAR_MS = 253_370_764_800_000
"""The year 9999: later ones no calendar has."""
_UNITS = ((DAY_MS, "unit.day"), (HOUR_MS, "unit.hour"), (MINUTE_MS, "unit.minute"))
_TERMS = ("term.noted_", "term.reason_", "term.violation_")


@dataclass(frozen=True, slots=True)
class StationWording:
    """Implements `gateway.core.alert.AlertWording` for one station. `texts`: by key, of one language; may be empty.
    `said`: a sentence of the journal in that language. `units`: of parameters, by their symbol in the file."""

    texts: Callable[[], Mapping[str, str]]
    said: Callable[[str], str]
    station_code: str
    station_name: str
    timezone: str
    units: Mapping[str, str]

    def prepare(self) -> None:
        """See `AlertWording`."""
        self.texts()

    def alert(self, alert: Alert) -> AlertMessage:
        """See `AlertWording`."""
        texts = self.texts()
        subject = self._subject(alert, texts)
        lines = tuple(self._lines(alert, texts))
        return self._message(alert.id, alert.kind, alert.state, subject, lines, alert.began_ms, alert.ended_ms)

    def digest(self, message_id: str, alerts: Sequence[Alert], count: int, *, is_first: bool) -> AlertMessage:
        """See `AlertWording`."""
        texts = self.texts()
        subject = _filled(texts, "alert.first" if is_first else "alert.digest", count=count)
        shown = alerts[-_MOST_LINES:]
        lines = [
            _filled(texts, "alert.line", moment=self._moment(texts, _when(one)), subject=self._subject(one, texts))
            for one in shown
        ]
        if count > len(shown):
            lines.insert(0, _filled(texts, "alert.older", count=count - len(shown)))
        began_ms = min((one.began_ms for one in alerts if one.began_ms is not None), default=None)
        return self._message(message_id, None, AlertState.DIGEST, subject, tuple(lines), began_ms, None, count)

    def test(self, message_id: str) -> AlertMessage:
        """See `AlertWording`."""
        texts = self.texts()
        lines = (_filled(texts, "alert.test_text"),)
        return self._message(message_id, None, AlertState.TEST, _filled(texts, "alert.test"), lines, None, None)

    def _message(
        self,
        message_id: str,
        kind: AlertKind | None,
        state: AlertState,
        subject: str,
        lines: tuple[str, ...],
        began_ms: int | None,
        ended_ms: int | None,
        count: int = 1,
    ) -> AlertMessage:
        name = printable(self.station_name)
        return AlertMessage(
            id=message_id,
            kind=kind,
            state=state,
            station_code=self.station_code,
            station_name=name,
            subject=subject,
            began_ms=began_ms,
            ended_ms=ended_ms,
            text="\n".join((f"{name} ({self.station_code})", subject, *lines)),
            lines=lines,
            count=count,
        )

    def _subject(self, alert: Alert, texts: Mapping[str, str]) -> str:
        what = _what(alert, texts)
        names = [printable(name)[:_LONGEST_DETAIL] for name in alert.subjects]
        if names and alert.facts.get("entry") != "box":  # of the box itself there is one
            shown = ", ".join(names[:_MOST_SUBJECTS])
            if len(names) > _MOST_SUBJECTS:
                shown = _filled(texts, "alert.more_subjects", subjects=shown, count=len(names) - _MOST_SUBJECTS)
            what = _filled(texts, "alert.with_subjects", what=what, subjects=shown)
        return _filled(texts, "alert.ended" if alert.state is AlertState.ENDED else "alert.began", what=what)

    def _lines(self, alert: Alert, texts: Mapping[str, str]) -> Iterator[str]:
        facts = alert.facts
        yield from self._time(alert, texts)
        times, first_ms = facts.get("times"), facts.get("first_began_ms", facts.get("since_ms"))
        if isinstance(times, int) and times > 1 and isinstance(first_ms, int):
            yield _filled(texts, "alert.times", count=times, begin=self._moment(texts, first_ms))
        yield from self._worst(alert, texts)
        if alert.kind is AlertKind.CLOCK and isinstance(offset_ms := facts.get("offset_ms"), int):
            yield _filled(texts, "alert.off_by", value=_number(texts, offset_ms / SECOND_MS))
        cause = facts.get("cause")
        known = texts.get(f"term.cause_{cause}") or texts.get(f"term.gap_{cause}")
        if isinstance(cause, str) and cause:
            yield _filled(texts, "alert.cause", cause=known or self._sentence(cause))
        for key in ("detail", "reason"):
            said = facts.get(key)
            if isinstance(said, str) and said:
                yield _filled(texts, "alert.detail", detail=self._sentence(said))

    def _sentence(self, text: str) -> str:
        return printable(self.said(text))[:_LONGEST_DETAIL]

    def _time(self, alert: Alert, texts: Mapping[str, str]) -> Iterator[str]:
        begin, end = self._moment(texts, alert.began_ms), self._moment(texts, alert.ended_ms)
        if begin and end and alert.began_ms is not None and alert.ended_ms is not None:
            length = _length(texts, max(0, alert.ended_ms - alert.began_ms))
            yield _filled(texts, "alert.from_to", begin=begin, end=end, length=length)
        elif begin:
            yield _filled(texts, "alert.since", begin=begin)
        elif end:
            yield _filled(texts, "alert.until", end=end)

    def _worst(self, alert: Alert, texts: Mapping[str, str]) -> Iterator[str]:
        """How far parameters went beyond their limits."""
        subjects = alert.facts.get("subjects")
        if alert.kind is not AlertKind.EXCEEDED or not isinstance(subjects, Mapping):
            return
        for name, worst in list(subjects.items())[:_MOST_SUBJECTS]:
            if isinstance(worst, int | float) and not isinstance(worst, bool):
                value, unit = _number(texts, worst), self.units.get(str(name), "")
                yield _filled(texts, "alert.worst", subject=printable(str(name)), value=value, unit=unit).rstrip(" -")

    def _moment(self, texts: Mapping[str, str], at_ms: int | None) -> str:
        if at_ms is None or not 0 <= at_ms < _LAST_YEAR_MS:
            return ""
        return local_time(at_ms, self.timezone).strftime(texts.get("alert.moment", "%Y-%m-%dT%H:%M%z"))


def _what(alert: Alert, texts: Mapping[str, str]) -> str:
    """What is the matter, by the most exact text that there is."""
    kind, entry = str(alert.facts.get("kind", "")), str(alert.facts.get("entry", ""))
    keys = [f"alert.of_event.{kind}", *(prefix + kind for prefix in _TERMS)] if kind else []
    keys += [f"alert.of_entry.{entry}", f"alert.of_kind.{alert.kind}"]
    return next((texts[key] for key in keys if key in texts), kind or alert.kind.value)


def _when(alert: Alert) -> int | None:
    return alert.ended_ms if alert.state is AlertState.ENDED else alert.began_ms


def _filled(texts: Mapping[str, str], key: str, **fields: str | int) -> str:
    """The text with its placeholders; without one, what would have been put in."""
    text = texts.get(key)
    if text is None:
        return " ".join(str(field) for field in fields.values() if field != "") or key.rpartition(".")[2]
    return text.format(**fields).strip()


def _number(texts: Mapping[str, str], number: float) -> str:
    return f"{number:.6g}".replace(".", texts.get("alert.decimal", "."))


def _length(texts: Mapping[str, str], milliseconds: int) -> str:
    """In days, hours and minutes; below a minute, in seconds."""
    parts = []
    rest = milliseconds
    for unit_ms, key in _UNITS:
        count, rest = divmod(rest, unit_ms)
        if count:
            parts.append(f"{count} {texts.get(key, key.rpartition('.')[2])}")
    return " ".join(parts) or f"{milliseconds // SECOND_MS} {texts.get('unit.second', 's')}"
