"""What a letter can say: the fields that stand in a template as `{name}`, and, in a row of a table that is repeated for
each interruption, as `{outage.name}`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gateway.core.errors import GatewayError
from gateway.core.instants import local_time
from gateway.core.printable import printable
from gateway.reports.document import Heading
from gateway.reports.interruptions import ListedInterruption
from gateway.texts import Texts, Wording

_PLACEHOLDER = re.compile(r"\{((?:outage\.)?[a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Fields:
    """Values by the names of their placeholders; `outages` has those of each row."""

    letter: Mapping[str, str]
    outages: tuple[Mapping[str, str], ...]


def fields_of(
    heading: Heading, reported: Sequence[ListedInterruption], wording: Wording, addressee: str | None = None
) -> Fields:
    """Without an `addressee` the letter is for the department that the configuration names, or that of the province;
    where neither is known, the name is left open."""
    texts, zone = wording.texts, heading.period.zone
    made = local_time(heading.made_ms, zone)
    lengths_ms = [one.length_ms for one in reported]
    return Fields(
        {
            "station_name": heading.station_name,
            "station_code": heading.station_code,
            "station_kind": texts(f"station_kind.{heading.station_kind}"),
            "facility": heading.facility_shown,
            "facility_capitals": heading.facility_shown.upper(),
            "facility_code": heading.facility,
            "province": heading.province_shown,
            "province_code": heading.province,
            "addressee": addressee or heading.department or _department(heading, texts),
            "date": wording.date(made),
            "date_day": f"{made:%d}",
            "date_month": wording.month_of_letter(made),
            "date_year": f"{made:%Y}",
            "period_begin": wording.date(local_time(heading.period.from_ms, zone)),
            "period_end": wording.date(local_time(heading.period.until_ms, zone)),
            "outage_count": wording.count(len(reported)),
            "outage_total": wording.length(sum(lengths_ms)),
            "outage_longest": wording.length(max(lengths_ms, default=0)),
        },
        tuple(_row(number, one, zone, wording) for number, one in enumerate(reported, 1)),
    )


def _department(heading: Heading, texts: Texts) -> str:
    if heading.province_name is None:
        return texts("letter.addressee_open")
    return texts("letter.addressee", province=heading.province_name)


def to_be_told(found: Sequence[ListedInterruption]) -> list[ListedInterruption]:
    """Those that must be reported."""
    return [one for one in found if one.is_reportable]


def _row(number: int, one: ListedInterruption, zone: str, wording: Wording) -> dict[str, str]:
    texts = wording.texts
    ended = texts("letter.lasting") if one.ended_ms is None else wording.moment(local_time(one.ended_ms, zone))
    return {
        "outage.number": str(number),
        "outage.subject": texts(f"letter.subject_{one.scope}", name=one.name),
        "outage.begin": wording.moment(local_time(one.began_ms, zone)),
        "outage.end": ended,
        "outage.length": wording.length(one.length_ms),
        "outage.cause": texts(f"term.cause_{one.cause}" if one.reason is None else f"term.reason_{one.reason.cause}"),
        "outage.values": texts(
            f"letter.values_{one.scope}", slots=wording.count(one.slots), recovered=wording.count(one.recovered)
        ),
        "outage.error": one.error,
    }


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
            raise GatewayError(f"the template has {found[0]}, which is not known here; write one of {known}")
        return written(printable(fields[found[1]]))

    return _PLACEHOLDER.sub(value, text)
