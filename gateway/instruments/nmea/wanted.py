"""Where a parameter stands: what of a sentence is its value, and what must stand with it so that it is one. Pure.

One sentence comes in several forms from one device: the wind relative and true, in knots and in m/s. Whatever says
otherwise than the configuration is another form, and no value of this parameter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.config.instruments.nmea import NmeaDevice, NmeaMeasured
from gateway.config.instruments.nmea_sentences import TRANSDUCERS
from gateway.core.phrase import Phrase
from gateway.instruments.nmea.sentence import Sentence
from gateway.instruments.reported import shown_text

GROUP = 4
"""Fields of one transducer: type, value, unit, name."""


@dataclass(frozen=True, slots=True)
class SaidValue:
    """The number as it stands there, and the status letter beside it; `None`: there is no field for one."""

    text: str
    status: str | None


class WantedField:
    """One parameter's place."""

    def __init__(self, settings: NmeaMeasured, device: NmeaDevice) -> None:
        known = settings.known
        self.sentence = settings.sentence
        self._talker = device.nmea.talker
        self._field = settings.field
        self._transducer = settings.transducer
        self._unit = settings.unit_letter
        self._status_field = known.status_field if device.nmea.state else None
        self._expected = dict(settings.expects)
        if known.unit_field is not None and self._unit is not None:
            self._expected[known.unit_field] = self._unit
        if known.reference_field is not None and settings.reference is not None:
            self._expected[known.reference_field] = settings.reference

    def value_in(self, sentence: Sentence) -> SaidValue | str | None:
        """What the sentence says of it; why it says something else; `None` if it is another sentence."""
        if sentence.name != self.sentence or (sentence.talker and self._talker not in (None, sentence.talker)):
            return None
        for number, expected in self._expected.items():
            said = sentence.field(number)
            if said != expected:
                return Phrase(
                    "field {number} of {name} is {shown}, and {shown_text} is expected",
                    number=number,
                    name=sentence.name,
                    shown=_shown(said),
                    shown_text=shown_text(expected),
                )
        if self.sentence == TRANSDUCERS:
            return self._transducer_in(sentence)
        text = sentence.field(self._field or 0) if self._field else None
        if text is None:
            return Phrase(
                "{name} has {fields} fields, and field {field} is wanted",
                name=sentence.name,
                fields=len(sentence.fields),
                field=self._field,
            )
        status = None if self._status_field is None else (sentence.field(self._status_field) or "")
        return SaidValue(text, status)

    def _transducer_in(self, sentence: Sentence) -> SaidValue | str | None:
        wanted = self._transducer
        if wanted is None:
            return None
        of_it = [
            (value, unit) for kind, value, unit, name in _groups(sentence) if (kind, name) == (wanted.type, wanted.id)
        ]
        texts = [value for value, unit in of_it if unit == self._unit]
        who = f"transducer {wanted.type} {shown_text(wanted.id)}"
        if len(texts) > 1:
            return Phrase("{who} stands twice in one {name}", who=who, name=sentence.name)
        if texts:
            return SaidValue(texts[0], None)
        if of_it:
            return Phrase(
                "{who} is in {shown}, and {shown_text} is expected",
                who=who,
                shown=_shown(of_it[0][1]),
                shown_text=shown_text(self._unit or ""),
            )
        return None


def _groups(sentence: Sentence) -> Iterator[tuple[str, ...]]:
    for at in range(0, len(sentence.fields) - GROUP + 1, GROUP):
        yield sentence.fields[at : at + GROUP]


def _shown(text: str | None) -> str:
    return Phrase("not there") if text is None else shown_text(text) if text else "empty"
