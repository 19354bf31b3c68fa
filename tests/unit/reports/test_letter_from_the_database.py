"""Letters of what a station has really kept: from the ledger, runs and records to the sentences."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.audit import runs
from gateway.audit.events import EventStore
from gateway.config import Configuration, Language, load
from gateway.core.completeness import Outlook
from gateway.core.episode import Episode
from gateway.core.findings import Finding, Topic
from gateway.core.lateness import DelayCause
from gateway.core.long_outage import LongOutage
from gateway.core.record import Record
from gateway.core.slot import Slot
from gateway.outbox.action import Action
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.interventions import DeliverySelection, Interventions
from gateway.outbox.outages import BatchFailure, DestinationOutcome
from gateway.outbox.store import DeliveryResult
from gateway.reports.document import ReportKind
from gateway.reports.formats import ReportFormat, render
from gateway.reports.interruptions import ListedInterruption, interruptions
from gateway.reports.letter.fields import Fields, fields_of, to_be_told
from gateway.reports.period import ReportPeriod, month
from gateway.reports.registry import build
from gateway.reports.report_data import ReportData, read_report_data
from gateway.texts import Wording
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS, SLOT_MS, Journey
from tests.support.three_days import YAML, record_at

JANUARY = month("2026-01", "Asia/Ho_Chi_Minh")
FEBRUARY_MS = MIDNIGHT_MS + 31 * DAY_MS
CUT_MS = range(FEBRUARY_MS - 2 * HOUR_MS, FEBRUARY_MS + 12 * HOUR_MS, SLOT_MS)
"""Ends of slots: the line to the province is down, from January into February. 168 files."""
LATER = "Sở Nông nghiệp và Môi trường Hà Nội"


@pytest.fixture
def configured(tmp_path: Path) -> Configuration:
    text = YAML.format(storage=tmp_path).replace(
        "name: so-tnmt, authority: province,", f"name: so-tnmt, authority: province, official_name: {LATER},"
    )
    file = tmp_path / "gateway.yaml"
    file.write_text(text, "utf-8")
    return load(file, {"HOME": "secret"})


def live(journey: Journey) -> None:
    """From the last evening of January to the next evening. Of the files that the cut held up the first 100 arrive at
    its end, 20 are refused, 30 given up by a person, 8 had nothing in them; 10 wait."""
    journey.database.read("PRAGMA synchronous = OFF")
    runs.begin(journey.database, FEBRUARY_MS - 5 * HOUR_MS, "1")
    back_ms = CUT_MS[-1] + SLOT_MS
    held: list[int] = []
    for end_ms in range(FEBRUARY_MS - 4 * HOUR_MS, FEBRUARY_MS + 16 * HOUR_MS, SLOT_MS):
        is_cut = end_ms in CUT_MS
        is_empty = is_cut and CUT_MS.index(end_ms) >= 160
        file_id = journey.file_of(Record(Slot(end_ms, SLOT_MS), ()) if is_empty else record_at(end_ms))
        journey.plans.plan(file_id, ["so-tnmt"], end_ms + 2000)
        ((number, state),) = journey.database.read("SELECT id, state FROM delivery WHERE file_id = ?", (file_id,))
        assert state == ("empty" if is_empty else "waiting")
        if end_ms == CUT_MS[0]:
            failure = BatchFailure(DelayCause.LINE, end_ms + 2500, end_ms + 3000, "no route")
            journey.outbox.settle([], DestinationOutcome("so-tnmt", failure=failure))
        if not is_cut:
            decided = DestinationOutcome("so-tnmt", decided_ms=end_ms + 4000)
            journey.outbox.settle(
                [DeliveryResult(number, DeliveryState.DELIVERED, end_ms + 3000, end_ms + 4000, "renamed")], decided
            )
        elif not is_empty:
            held.append(number)
    arrived = [DeliveryResult(one, DeliveryState.DELIVERED, back_ms + 4000, back_ms + 4000, "ok") for one in held[:100]]
    refused = [
        DeliveryResult(one, DeliveryState.REFUSED, back_ms + 4000, back_ms + 4000, "553") for one in held[100:120]
    ]
    journey.outbox.settle([*arrived, *refused], None)
    selection = DeliverySelection("so-tnmt", CUT_MS[120], CUT_MS[149])
    assert Interventions(journey.database).act(Action.CLOSE, selection, "lan", back_ms + 5000, "not wanted") == 30


def told(configured: Configuration, journey: Journey, period: ReportPeriod) -> tuple[list[ListedInterruption], Fields]:
    now_ms = FEBRUARY_MS + 16 * HOUR_MS
    data: ReportData = read_report_data(configured, journey.database, period, now_ms)
    reported = to_be_told(interruptions(data))
    return reported, fields_of(data.heading, reported, Wording.of(Language.VIETNAMESE))


@pytest.mark.parametrize("period", [JANUARY, month("2026-02", "Asia/Ho_Chi_Minh")], ids=["January", "February"])
def test_either_month_tells_of_the_whole_of_what_reaches_over_its_edge(
    journey: Journey, configured: Configuration, period: ReportPeriod
) -> None:
    live(journey)
    found, fields = told(configured, journey, period)
    province = next(one for one in found if one.name == "so-tnmt")
    assert (province.slots, province.recovered, province.without_file) == (168, 100, 8)
    assert dict(province.outlooks) == {Outlook.WAITING: 10, Outlook.SET_ASIDE: 20, Outlook.GIVEN_UP: 30}
    assert dict(province.causes) == {DelayCause.LINE: 140, DelayCause.REFUSED: 20, DelayCause.NO_VALUES: 8}
    edge = "bắt đầu trước" if period is not JANUARY else "kết thúc sau"
    assert f"Lần gián đoạn này {edge} thời gian nêu trên" in fields.letter["period_sentence"]
    assert fields.sentences["cause_sentence"] == (
        f"Không kết nối được đến máy chủ nhận dữ liệu của {LATER}; 140 tệp không gửi được đúng hạn.",
        f"Máy chủ nhận dữ liệu của {LATER} từ chối tiếp nhận 20 tệp.",
        f"Trong 8 chu kỳ, không thông số nào có giá trị nên không có tệp để gửi đến {LATER}.",
    )
    assert fields.sentences["value_sentence"] == (
        f"168 chu kỳ không có tệp đến {LATER} đúng hạn: đã gửi bù 100 tệp; 10 tệp được lưu tại trạm, đang chờ gửi;"
        " 20 tệp được lưu tại trạm, không tự động gửi lại, chờ người phụ trách xử lý; 30 tệp không gửi theo quyết định"
        " của người phụ trách; 8 chu kỳ không có tệp để gửi bù.",
    )
    assert fields.sentences["measure_sentence"] == (
        "Hệ thống tự động gửi bù 10 tệp đang chờ khi gửi được đến máy chủ nhận dữ liệu.",
    )


def test_people_read_official_names_in_reports_and_programs_the_short_ones(
    journey: Journey, configured: Configuration
) -> None:
    live(journey)
    now_ms = FEBRUARY_MS + 16 * HOUR_MS
    EventStore(journey.database).note([_long_outage(now_ms)], now_ms)
    for kind in (ReportKind.OUTAGES, ReportKind.COMPLETENESS, ReportKind.MONTHLY):
        made = build(kind, configured, journey.database, month("2026-02", "Asia/Ho_Chi_Minh"), now_ms)
        for form in (ReportFormat.HTML, ReportFormat.TEXT):
            shown = re.sub(r"\s+", " ", render(made, form, Language.VIETNAMESE).decode("utf-8"))
            assert "so-tnmt" not in shown
            assert "môi trường hà nội" in shown.lower() or form is ReportFormat.TEXT  # which is folded
        programs = render(made, ReportFormat.JSON, Language.VIETNAMESE).decode("utf-8")
        assert "so-tnmt" in programs
        assert LATER not in programs


def _long_outage(now_ms: int) -> Finding:
    return Finding("so-tnmt", Episode(LongOutage.OUTAGE, CUT_MS[0], now_ms, 160, None, now_ms), Topic.OUTAGE)


@pytest.mark.parametrize("period", [JANUARY, month("2026-02", "Asia/Ho_Chi_Minh")], ids=["January", "February"])
def test_outages_monthly_and_letter_have_the_same_number(
    journey: Journey, configured: Configuration, period: ReportPeriod
) -> None:
    """Of one month they told 8, 5 and 4."""
    live(journey)
    reported, fields = told(configured, journey, period)
    now_ms = FEBRUARY_MS + 16 * HOUR_MS
    for kind in (ReportKind.OUTAGES, ReportKind.MONTHLY, ReportKind.DAILY):
        facts = dict(build(kind, configured, journey.database, period, now_ms).facts)
        assert facts["reportable"] == len(reported) == 1
    assert fields.letter["outage_count"] == "1"
