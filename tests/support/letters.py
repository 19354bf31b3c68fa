"""Letters for each cause alone and for mixtures, and their words as they stand on paper.

`python -m tests.support.letters` writes the golden ones anew, to be read by a person before they are kept.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from docx import Document
from docx.document import Document as Pages
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from gateway.config import Authority, Language, StationKind
from gateway.core.completeness import Outlook
from gateway.core.lateness import DelayCause
from gateway.core.reason import Cause as ReasonCause
from gateway.core.reason import Reason
from gateway.reports.document import Heading
from gateway.reports.interruptions import Cause, InterruptionScope, ListedInterruption, OtherCause
from gateway.reports.letter.notice import LetterFormat, notice
from gateway.reports.period import ReportPeriod, between, month
from gateway.texts import Wording
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS, SLOT_MS

GOLDEN = Path(__file__).parents[1] / "unit/reports/golden_letters"
ZONE = "Asia/Ho_Chi_Minh"
JANUARY = month("2026-01", ZONE)
FEBRUARY_MS = MIDNIGHT_MS + 31 * DAY_MS
HEADING = Heading(
    "Trạm nước thải khu công nghiệp Ví dụ",
    "NUO001",
    "ABCD",
    "HN",
    StationKind.WASTEWATER,
    JANUARY,
    FEBRUARY_MS + 9 * HOUR_MS + 5 * 60_000,
    facility_name="Công ty TNHH Ví dụ",
    province_name="Hà Nội",
    address="Lô A1, khu công nghiệp Ví dụ, Hà Nội",
    telephone="024 3826 1234",
    email="moitruong@example.vn",
)
SO, BO = "Sở Nông nghiệp và Môi trường Hà Nội", "Bộ Nông nghiệp và Môi trường"


@dataclass(frozen=True, slots=True)
class LetterCase:
    reported: tuple[ListedInterruption, ...]
    period: ReportPeriod = JANUARY
    of_one: bool = False
    heading: Heading = HEADING

    def written(self, file_format: LetterFormat, language: Language) -> bytes:
        heading = replace(self.heading, period=self.period)
        return notice(file_format, heading, self.reported, Wording.of(language), of_one=self.of_one)


def off(day: int, hours: float, cause: Cause = DelayCause.GATEWAY_OFF, *, lasts: bool = False) -> ListedInterruption:
    """The station itself, from 20:00 of the day of January on."""
    began_ms, length_ms = _began_ms(day, 20), round(hours * HOUR_MS)
    slots = length_ms // SLOT_MS
    ended_ms = None if lasts else began_ms + length_ms
    scope = InterruptionScope.STATION
    return ListedInterruption(scope, "NUO001", began_ms, ended_ms, length_ms, cause, slots, causes=((cause, slots),))


def cut(
    day: int,
    causes: dict[Cause, int],
    recovered: int = 0,
    outlooks: dict[Outlook, int] | None = None,
    *,
    official_name: str | None = SO,
    name: str = "so-tnmt",
    authority: Authority = Authority.PROVINCE,
    lasts: bool = False,
) -> ListedInterruption:
    """The way to an authority, from 00:55:04 of the day of January on, through as many slots as there are causes of."""
    slots = sum(causes.values())
    began_ms = _began_ms(day, 0) + 55 * 60_000 + 4000
    end_ms = began_ms + slots * SLOT_MS + 4 * 60_000 + 57_000
    return ListedInterruption(
        InterruptionScope.DESTINATION,
        name,
        began_ms,
        None if lasts else end_ms,
        end_ms - began_ms,
        max(causes, key=lambda cause: causes[cause]),
        slots,
        recovered,
        causes=tuple(sorted(causes.items(), key=lambda one: -one[1])),
        outlooks=tuple((outlooks or {}).items()),
        official_name=official_name,
        authority=authority,
    )


def fault(day: int, symbol: str, hours: int, reason: ReasonCause | None = None) -> ListedInterruption:
    began_ms, length_ms = _began_ms(day, 8), hours * HOUR_MS
    return ListedInterruption(
        InterruptionScope.PARAMETER,
        symbol,
        began_ms,
        began_ms + length_ms,
        length_ms,
        OtherCause.DEVICE,
        length_ms // SLOT_MS,
        reason=None if reason is None else Reason(reason, ""),
    )


def _began_ms(day: int, hour: int) -> int:
    return MIDNIGHT_MS + (day - 1) * DAY_MS + hour * HOUR_MS


LINE = DelayCause.LINE
LASTING = cut(31, {LINE: 380}, outlooks={Outlook.WAITING: 380}, lasts=True)
CASES: dict[str, LetterCase] = {
    "gateway_off": LetterCase((off(5, 14),)),
    "stood_still": LetterCase((off(5, 13.5, DelayCause.STOOD_STILL),)),
    "clock": LetterCase((off(5, 13, DelayCause.CLOCK),)),
    "clock_set_ahead": LetterCase((replace(off(5, 18, DelayCause.CLOCK), length_ms=13 * HOUR_MS),)),
    "card_full": LetterCase((off(5, 26, DelayCause.CARD_FULL),)),
    "not_made": LetterCase((off(5, 13, DelayCause.NOT_MADE),)),
    "gateway_off_lasts": LetterCase((off(31, 13, lasts=True),)),
    "line": LetterCase((cut(7, {LINE: 156}, 156),)),
    "line_partly_sent": LetterCase((cut(7, {LINE: 1560}, 1200, {Outlook.WAITING: 360}),)),
    "line_lasts": LetterCase((LASTING,)),
    "server": LetterCase((cut(7, {DelayCause.SERVER: 150}, 100, {Outlook.WAITING: 30, Outlook.SET_ASIDE: 20}),)),
    "rejected_without_official_name": LetterCase(
        (cut(7, {DelayCause.REJECTED: 150}, outlooks={Outlook.WAITING: 150}, official_name=None),)
    ),
    "refused": LetterCase((cut(7, {DelayCause.REFUSED: 150}, outlooks={Outlook.SET_ASIDE: 150}),)),
    "given_up": LetterCase((cut(7, {LINE: 150}, 50, {Outlook.GIVEN_UP: 100}),)),
    "no_values": LetterCase((cut(7, {DelayCause.NO_VALUES: 150}),)),
    "no_file_nobody_knows_why": LetterCase((cut(7, {DelayCause.NOT_MADE: 150}),)),
    "queue_and_configured_later": LetterCase(
        (cut(7, {DelayCause.PLANNED_LATE: 100, DelayCause.QUEUE: 50, OtherCause.UNKNOWN: 2}, 152),)
    ),
    "line_then_off": LetterCase((cut(7, {LINE: 156, DelayCause.GATEWAY_OFF: 24}, 150, {Outlook.WAITING: 6}),)),
    "off_of_every_kind_on_the_way": LetterCase(
        (
            cut(
                7,
                {DelayCause.GATEWAY_OFF: 60, DelayCause.STOOD_STILL: 50, DelayCause.CLOCK: 40, DelayCause.CARD_FULL: 6},
                56,
            ),
        )
    ),
    "instrument": LetterCase((fault(9, "pH", 15, ReasonCause.SILENT),)),
    "instrument_without_reason": LetterCase((fault(9, "COD", 15),)),
    "mixture": LetterCase(
        (
            off(0, 14),
            cut(7, {LINE: 156}, 156),
            cut(7, {LINE: 170}, 170, official_name=BO, name="bo-tnmt", authority=Authority.MINISTRY),
            fault(9, "COD", 15, ReasonCause.DEVICE_FAULT),
            fault(9, "TSS", 15, ReasonCause.DEVICE_FAULT),
            cut(12, {DelayCause.REJECTED: 200, DelayCause.GATEWAY_OFF: 12}, 190, {Outlook.WAITING: 10}),
            off(20, 16, DelayCause.STOOD_STILL),
            off(31, 13),
        )
    ),
    "several_of_one_cause": LetterCase((off(5, 14), off(9, 15), off(12, 12.5))),
    "of_one_alone": LetterCase((off(31, 13),), of_one=True),
    "of_one_that_lasts": LetterCase((LASTING,), of_one=True),
    "a_stretch_of_days": LetterCase((off(5, 14),), between("2026-01-05", "2026-01-07", ZONE)),
    "a_day": LetterCase((off(5, 14),), between("2026-01-05", "2026-01-05", ZONE)),
    "a_month_that_has_not_passed": LetterCase(
        (off(5, 14),),
        JANUARY.until(_began_ms(20, 10)),
        heading=replace(HEADING, made_ms=_began_ms(20, 10) + 300_000, address=None, telephone=None, email=None),
    ),
}


def words_of(content: bytes) -> list[str]:
    """Every line of the document in the order of the paper: the body, then the foot of the first page."""
    document = Document(io.BytesIO(content))
    return [line for line in [*_lines(document), *_foot(document)] if line]


def _lines(document: Pages) -> Iterator[str]:
    for element in document.element.body.iterchildren():
        if element.tag == qn("w:p"):
            yield Paragraph(element, document._body).text
        elif element.tag == qn("w:tbl"):
            for row in Table(element, document._body).rows:
                yield " | ".join(" / ".join(one.text for one in cell.paragraphs if one.text) for cell in row.cells)


def _foot(document: Pages) -> list[str]:
    section = document.sections[0]
    return (
        []
        if section.first_page_footer.is_linked_to_previous
        else [one.text for one in section.first_page_footer.paragraphs]
    )


def golden(name: str, language: Language) -> Path:
    return GOLDEN / f"{name}.{language}.txt"


def _write_anew() -> None:
    GOLDEN.mkdir(exist_ok=True)
    for name, case in CASES.items():
        for language in Language:
            lines = words_of(case.written(LetterFormat.DOCX, language))
            golden(name, language).write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    _write_anew()
