"""An AK device: the commands of a poll → readings."""

from __future__ import annotations

from gateway.config import AkDevice, AkMeasured
from gateway.core.errors import InstrumentRefused
from gateway.core.phrase import Phrase
from gateway.core.reading import Readings, Status
from gateway.core.reason import Cause, Reason
from gateway.instruments.ak.state import status_of, why_not_measuring
from gateway.instruments.ak.telegram import AkAnswer, answer_in, question
from gateway.instruments.lines.text_link import TextLink
from gateway.instruments.reported import ReportedScaling, Told, number_in, reading, readings_of

STATE = "ASTZ"

AkQuery = tuple[str, str]
"""A command and the channel that it is for."""


class AkInstrument:
    """Implements `gateway.core.interfaces.Instrument`.

    The state is asked first, then each command once, however many parameters it answers. A command that the device
    declines leaves its parameters without value; only if it declines them all is the poll a failure. An error digit
    other than 0 in any answer is a fault of the whole device.
    """

    def __init__(self, settings: AkDevice, link: TextLink) -> None:
        self.name = settings.name
        self.parameters = tuple(one.measured for one in settings.parameters)
        self.period_s = settings.poll.total_seconds()
        self._link_address = settings.link_address
        self._link = link
        self._own = settings.ak.channel
        self._asks_state = settings.ak.state
        self._status = settings.own_status
        self._wanted = [(_query(settings, one), one.field, ReportedScaling.of(one)) for one in settings.parameters]
        self._queries = queries(settings)

    @property
    def longest_read_s(self) -> float:
        """How long one `read` may take."""
        return (len(self._queries) + self._asks_state) * self._link.longest_answer_s

    def read(self) -> Readings:
        """One poll of the device."""
        status, why = self._state() if self._asks_state else (Status.MEASURING, None)
        answers: dict[AkQuery, AkAnswer] = {}
        refusals: dict[AkQuery, InstrumentRefused] = {}
        for query in self._queries:
            try:
                answers[query] = self._ask(*query)
            except InstrumentRefused as error:
                refusals[query] = error
        if not answers:
            raise refusals[self._queries[-1]]
        for (command, _), answer in answers.items():
            if answer.error:
                status, why = Status.FAULT, _error(command, answer)
        return readings_of(
            _told(answers.get(query), field, scaling, status, why or _refused(refusals.get(query)))
            for query, field, scaling in self._wanted
        )

    def _state(self) -> tuple[Status, Reason | None]:
        """A device whose state cannot be learnt counts as faulty: its values are not vouched for."""
        try:
            answer = self._ask(STATE, self._own)
        except InstrumentRefused as error:
            return Status.FAULT, Reason(Cause.UNKNOWN_STATUS, str(error))
        if answer.error:
            return Status.FAULT, _error(STATE, answer)
        status = status_of(answer.values, self._status)
        return status, why_not_measuring(answer.values, status)

    def _ask(self, command: str, channel: str) -> AkAnswer:
        return self._link.ask(
            question(command, channel), lambda received: answer_in(received, command, channel), self._link_address
        )


def queries(settings: AkDevice) -> tuple[AkQuery, ...]:
    """What is asked for the parameters: each command once, however many it answers."""
    return tuple(dict.fromkeys(_query(settings, one) for one in settings.parameters))


def _query(settings: AkDevice, wanted: AkMeasured) -> AkQuery:
    return wanted.command, wanted.channel or settings.ak.channel


def _error(command: str, answer: AkAnswer) -> Reason:
    return Reason(
        Cause.DEVICE_FAULT, Phrase("{command}: the error digit is {error}", command=command, error=answer.error)
    )


def _refused(error: InstrumentRefused | None) -> Reason | None:
    return None if error is None else Reason(Cause.REFUSED, str(error))


def _told(answer: AkAnswer | None, field: int, scaling: ReportedScaling, status: Status, why: Reason | None) -> Told:
    """A value that the device marks with `#` is not valid, or only with reservations: no value."""
    if answer is None:
        return reading(None, status), why
    if field > len(answer.values):
        missing = Reason(
            Cause.NO_NUMBER,
            Phrase(
                "the answer has {values} values, and field {field} is wanted", values=len(answer.values), field=field
            ),
        )
        return reading(None, status), why or missing
    text = answer.values[field - 1]
    return scaling.told(number_in(text), text, status, why)
