"""What a letter can say: the fields that stand in a template as `{name}`, in a row of a table that is repeated for each
interruption as `{outage.name}`, and the sentences of which there is a paragraph each (`{cause_sentence}`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gateway.core.completeness import Outlook
from gateway.core.errors import GatewayError
from gateway.core.instants import local_time
from gateway.core.phrase import Phrase
from gateway.core.printable import printable
from gateway.reports.document import Heading
from gateway.reports.interruptions import InterruptionScope, ListedInterruption
from gateway.reports.letter.sentences import Sentences
from gateway.reports.letter.shown_times import ShownTimes
from gateway.texts import Texts, Wording

_PLACEHOLDER = re.compile(r"\{((?:outage\.)?[a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Fields:
    """Values by the names of their placeholders; `outages` has those of each row, `sentences` those of paragraphs that
    are there once for each."""

    letter: Mapping[str, str]
    outages: tuple[Mapping[str, str], ...]
    sentences: Mapping[str, tuple[str, ...]]

    def each(self, text: str) -> tuple[Mapping[str, str], ...] | None:
        """The values for each time that a paragraph with this text is there; `None`: it is no such paragraph. Of two
        such placeholders in one paragraph the first one counts, and the other has all its sentences."""
        name = next((name for name in _PLACEHOLDER.findall(text) if name in self.sentences), None)
        return None if name is None else tuple({**self.all, name: sentence} for sentence in self.sentences[name])

    @property
    def all(self) -> Mapping[str, str]:
        """With sentences one after the other, for where there is no paragraph."""
        return {**self.letter, **{name: " ".join(told) for name, told in self.sentences.items()}}


def fields_of(
    heading: Heading,
    reported: Sequence[ListedInterruption],
    wording: Wording,
    addressee: str | None = None,
    *,
    of_one: bool = False,
) -> Fields:
    """Without an `addressee` the letter is for the department that the configuration names, or that of the province;
    where neither is known, the name is left open. `of_one`: the letter's time is that of the one interruption that it
    tells of, not the one that was asked for."""
    texts, zone = wording.texts, heading.period.zone
    made = local_time(heading.made_ms, zone)
    sentences = Sentences(heading, reported, wording, of_one)
    times = [ShownTimes.of(one) for one in reported]
    lengths_ms = [one.length_ms for one in times]
    begin_ms, end_ms = heading.period.from_ms, heading.period.until_ms
    if of_one:
        begin_ms, end_ms = times[0].begin_ms, times[0].end_ms
    return Fields(
        {
            "station_name": heading.station_name,
            "station_code": heading.station_code,
            "station_kind": texts(f"station_kind.{heading.station_kind}"),
            "facility": heading.facility_shown,
            "facility_capitals": heading.facility_shown.upper(),
            "facility_code": heading.facility,
            "facility_address": heading.address or "",
            "facility_telephone": heading.telephone or "",
            "facility_email": heading.email or "",
            "province": heading.province_shown,
            "province_code": heading.province,
            "addressee": addressee or heading.department or _department(heading, texts),
            "date": wording.date(made),
            "date_day": f"{made:%d}",
            "date_month": wording.month_of_letter(made),
            "date_year": f"{made:%Y}",
            "now": texts("letter.at", time=f"{made:%H:%M}", day=wording.date(made)),
            "period_begin": wording.date(local_time(begin_ms, zone)),
            "period_end": wording.date(local_time(end_ms, zone)),
            "period_sentence": " ".join(sentences.period()),
            "outage_count": wording.count(len(reported)),
            "outage_total": wording.hours_and_minutes(sum(lengths_ms)),
            "outage_longest": wording.hours_and_minutes(max(lengths_ms, default=0)),
        },
        tuple(_row(number, one, zone, sentences) for number, one in enumerate(reported, 1)),
        {
            "cause_sentence": sentences.causes(),
            "value_sentence": sentences.values(),
            "measure_sentence": sentences.measures(),
            "contact_line": _contact(heading, texts),
        },
    )


def _contact(heading: Heading, texts: Texts) -> tuple[str, ...]:
    """Where the facility is to be reached, as far as it is configured: a line, or none."""
    known = {"address": heading.address, "telephone": heading.telephone, "email": heading.email}
    parts = [texts(f"letter.contact_{name}", **{name: shown}) for name, shown in known.items() if shown]
    return (". ".join(parts),) if parts else ()


def _department(heading: Heading, texts: Texts) -> str:
    if heading.province_name is None:
        return texts("letter.addressee_open")
    return texts("letter.addressee", province=heading.province_name)


def to_be_told(found: Sequence[ListedInterruption]) -> list[ListedInterruption]:
    """Those that must be reported."""
    return [one for one in found if one.is_reportable]


def _row(number: int, one: ListedInterruption, zone: str, sentences: Sentences) -> dict[str, str]:
    wording, texts = sentences.wording, sentences.wording.texts
    times = ShownTimes.of(one)
    causes = [f"term.cause_{cause}" for cause, _ in one.causes or ((one.cause, one.slots),)]
    if one.reason is not None:
        causes = [f"term.reason_{one.reason.cause}"]
    return {
        "outage.number": str(number),
        "outage.subject": sentences.subject(one),
        "outage.begin": wording.moment(local_time(times.begin_ms, zone)),
        "outage.end": texts("letter.lasting")
        if one.ended_ms is None
        else wording.moment(local_time(times.end_ms, zone)),
        "outage.length": wording.hours_and_minutes(times.length_ms),
        "outage.cause": "; ".join(map(texts, causes)),
        "outage.values": ", ".join(_values(one, wording)),
        "outage.error": one.error,
    }


def _values(one: ListedInterruption, wording: Wording) -> Iterator[str]:
    texts = wording.texts
    yield texts(f"letter.values_{one.scope}", slots=wording.count(one.slots), recovered=wording.count(one.recovered))
    if one.scope is InterruptionScope.DESTINATION:
        counts = {**{outlook.value: one.files(outlook) for outlook in Outlook}, "without_file": one.without_file}
        for name, count in counts.items():
            if count:
                yield texts(f"letter.values_{name}", count=wording.count(count))


def has_placeholder(text: str) -> bool:
    return _PLACEHOLDER.search(text) is not None


def is_of_outage(text: str) -> bool:
    """Whether the text belongs into a row that is repeated."""
    return any(name.startswith("outage.") for name in _PLACEHOLDER.findall(text))


def filled(text: str, fields: Mapping[str, str], written: Callable[[str], str] = str) -> str:
    """The text with its placeholders replaced by the fields as `written` puts them; what is not seen of a field is
    escaped: some are what a server said.

    Raises:
        GatewayError: a placeholder that there is no field for.
    """

    def value(found: re.Match[str]) -> str:
        if found[1] not in fields:
            known = ", ".join(f"{{{name}}}" for name in fields)
            raise GatewayError(
                Phrase(
                    "the template has {found}, which is not known here; write one of {known}",
                    found=found[0],
                    known=known,
                )
            )
        return written(printable(fields[found[1]]))

    return _PLACEHOLDER.sub(value, text)
