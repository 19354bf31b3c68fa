"""What the reports say of three known days: figures reckoned by hand from `tests.support.three_days`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from gateway.config import Configuration, Language, load
from gateway.core.episode import Episode
from gateway.core.lateness import DelayCause
from gateway.core.limits import Limit
from gateway.core.long_outage import LongOutage
from gateway.core.permit_limit import PermitLimit
from gateway.reports import period
from gateway.reports.document import ReportKind
from gateway.reports.events import EventSource, Finding, Topic
from gateway.reports.formats import ReportFormat, render
from gateway.reports.registry import build
from tests.support.journey import SLOT_MS
from tests.support.three_days import CALIBRATING_MS, DAY_5_MS, DAY_6_MS, DAY_8_MS, NOW_MS, SLOTS, cod_at
from tests.unit.reports.conftest import Kept


def told(kept: Kept, kind: ReportKind, events: EventSource | None = None) -> dict[str, Any]:
    """The report as programs get it."""
    made = build(kind, kept.configuration, kept.database, kept.days, NOW_MS, events)
    content: dict[str, Any] = json.loads(render(made, ReportFormat.JSON, Language.ENGLISH))
    return content


def rows(content: dict[str, Any], section: str, key: str) -> dict[str, dict[str, Any]]:
    return {row[key]: row for row in content[section]}


def test_received_ratios_per_destination_parameter_and_day(kept: Kept) -> None:
    content = told(kept, ReportKind.COMPLETENESS)
    recorded = SLOTS - 168  # fourteen hours off
    assert content["summary"]["expected_slots"] == SLOTS
    assert content["summary"]["recorded_slots"] == recorded
    assert content["summary"]["received_share"] == round(recorded / SLOTS, 6) == 0.805556
    assert content["summary"]["requirement"] == "met"
    province, ministry = (rows(content, "destinations", "destination")[name] for name in ("so-tnmt", "bo-tnmt"))
    assert (province["delivered"], province["in_time"], province["late"]) == (696, 696 - 156, 156)
    assert (ministry["in_time"], ministry["late"], ministry["not_made"]) == (696, 0, 168)
    ph, cod = (rows(content, "parameters", "parameter")[symbol] for symbol in ("pH", "COD"))
    assert (ph["valid"], ph["fault"], ph["calibrating"], ph["missing"]) == (690, 6, 0, 168)
    assert (cod["valid"], cod["fault"], cod["calibrating"], cod["missing"]) == (684, 0, 12, 168)
    assert (ph["requirement"], cod["requirement"]) == ("not_met", "not_met")  # 79.9 % and 79.2 %
    days = rows(content, "days", "day")
    assert list(days) == ["2026-01-05", "2026-01-06", "2026-01-07"]
    assert [day["recorded"] for day in days.values()] == [288, 120, 288]
    assert days["2026-01-06"]["received_share_so-tnmt"] == round(120 / 288, 6)


def test_a_destination_of_which_nothing_is_due_yet_does_not_stand_for_all(kept: Kept) -> None:
    """Half an hour has no hourly file; of the six of five minutes none was made."""
    destinations = kept.configuration.destinations
    hourly = destinations[1].model_copy(update={"interval": timedelta(hours=1)})
    configuration = kept.configuration.model_copy(update={"destinations": (destinations[0], hourly)})
    asked = period.between("2026-01-06T03:05", "2026-01-06T03:30", "Asia/Ho_Chi_Minh")
    made = build(ReportKind.COMPLETENESS, configuration, kept.database, asked, NOW_MS)
    summary = json.loads(render(made, ReportFormat.JSON, Language.ENGLISH))["summary"]
    assert (summary["received_share"], summary["requirement"]) == (0.0, "not_met")


def test_interruptions_bear_their_cause_and_those_over_twelve_hours_are_to_be_reported(kept: Kept) -> None:
    content = told(kept, ReportKind.OUTAGES)
    seen = [
        (row["scope"], row["subject"], row["begin"][:16], row["cause"], row["length"], row["to_be_reported"])
        for row in content["outages"]
    ]
    # From the last record to the start; from the file of 01:55, four seconds after that, to the one of 16:00.
    unheard = ("2026-01-06T01:55", "gateway_off", 14 * 3600.0 + 300, "with_station")
    assert seen == [
        ("station", "NUO001", "2026-01-06T01:55", "gateway_off", 14 * 3600.0 + 10, "yes"),
        ("destination", "so-tnmt", *unheard),
        ("destination", "bo-tnmt", *unheard),
        # From the file of 00:55, at 00:55:04, to what waited, at 14:00:01.
        ("destination", "so-tnmt", "2026-01-07T00:55", "line", 13 * 3600.0 + 297, "yes"),
        ("parameter", "pH", "2026-01-07T14:55", "device", 1800.0, "no"),
    ]
    line = content["outages"][3]
    assert (line["slots"], line["recovered"]) == (156, 156)
    assert line["last_error"] == "no answer from ftp.example.vn:990"
    assert content["summary"] == {"interruptions": 3, "reportable": 2, "longest": 14 * 3600.0 + 10}


def test_an_interruption_that_began_before_the_asked_days_is_told_in_its_whole_length(kept: Kept) -> None:
    asked = period.between("2026-01-06T12:00", "2026-01-06T13:00", "Asia/Ho_Chi_Minh")
    made = build(ReportKind.OUTAGES, kept.configuration, kept.database, asked, NOW_MS)
    content = json.loads(render(made, ReportFormat.JSON, Language.ENGLISH))
    assert [(row["scope"], row["length"]) for row in content["outages"]] == [
        ("station", 14 * 3600.0 + 10),
        ("destination", 14 * 3600.0 + 300),
        ("destination", 14 * 3600.0 + 300),
    ]


def test_days_before_the_first_record_are_no_interruption_but_count_as_not_received(kept: Kept) -> None:
    asked = period.between("2026-01-03", "2026-01-05", "Asia/Ho_Chi_Minh")
    outages = build(ReportKind.OUTAGES, kept.configuration, kept.database, asked, NOW_MS)
    assert dict(outages.facts)["interruptions"] == 0
    ratios = build(ReportKind.COMPLETENESS, kept.configuration, kept.database, asked, NOW_MS)
    assert dict(ratios.facts)["recorded_slots"] == 288


def test_slots_that_are_not_due_yet_are_not_asked_for(kept: Kept) -> None:
    asked = period.month("2026-01", "Asia/Ho_Chi_Minh")
    made = build(ReportKind.COMPLETENESS, kept.configuration, kept.database, asked, DAY_5_MS + 3_600_000)
    due = 4 * 288 + 12  # the slot that ends now is due in five minutes
    assert dict(made.facts)["expected_slots"] == due
    assert made.heading.period.until_ms == DAY_5_MS + 3_300_000


def test_least_mean_and_greatest_of_a_day_come_from_valid_values_alone(kept: Kept) -> None:
    content = told(kept, ReportKind.DAILY)
    day = {(row["day"], row["parameter"]): row for row in content["daily"]}
    calm = day["2026-01-07", "COD"]
    assert (calm["least"], calm["greatest"], calm["valid"]) == (40.0, 87.5, 288)
    assert calm["mean"] == 63.75  # each of 40.0, 40.5 … 87.5 three times
    assert (calm["exceeded"], calm["valid_share"]) == (0, 1.0)
    busy = day["2026-01-05", "COD"]
    assert (busy["greatest"], busy["valid"], busy["expected"], busy["exceeded"]) == (200.0, 276, 288, 12)
    faulty = day["2026-01-07", "pH"]
    assert (faulty["least"], faulty["mean"], faulty["valid"]) == (7.25, 7.25, 282)


def test_a_day_without_any_value_has_no_mean(kept: Kept) -> None:
    asked = period.between("2026-01-02", "2026-01-02", "Asia/Ho_Chi_Minh")
    made = build(ReportKind.DAILY, kept.configuration, kept.database, asked, NOW_MS)
    content = json.loads(render(made, ReportFormat.JSON, Language.ENGLISH))
    assert [(row["least"], row["mean"], row["valid"], row["expected"]) for row in content["daily"]] == [
        (None, None, 0, 288)
    ] * 2


def test_the_month_says_when_its_extremes_were(kept: Kept) -> None:
    content = told(kept, ReportKind.MONTHLY)
    cod = rows(content, "extremes", "parameter")["COD"]
    assert (cod["greatest"], cod["greatest_at"]) == (200.0, "2026-01-05T10:00:00+07:00")
    assert cod["least"] == 40.0
    assert rows(content, "monthly", "parameter")["COD"]["exceeded"] == 12
    assert (content["summary"]["interruptions"], content["summary"]["reportable"]) == (3, 2)


def test_exceedances_are_counted_against_the_permit(kept: Kept) -> None:
    content = told(kept, ReportKind.EXCEEDANCES)
    ph, cod = content["limits"]
    assert (ph["limit_least"], ph["limit_most"], ph["exceeded"], ph["farthest"]) == (5.5, 9.0, 0, None)
    assert (cod["limit_least"], cod["limit_most"], cod["exceeded"]) == (None, 150.0, 12)
    assert (cod["farthest"], cod["farthest_at"]) == (200.0, "2026-01-05T10:00:00+07:00")
    assert cod["exceeded_share"] == round(12 / 684, 6)
    assert content["exceedances"] == []


def with_limit(kept: Kept, limit: str) -> Configuration:
    """The same station, whose permit has another limit for COD."""
    text = (kept.folder / "gateway.yaml").read_text("utf-8")
    file = kept.folder / "other.yaml"
    file.write_text(text.replace('{standard: "QCVN 40:2011", column: B}', limit), "utf-8")
    return load(file, {"HOME": "secret"})


def test_a_mean_of_an_hour_is_compared_for_the_whole_time_also_where_nobody_watched(kept: Kept) -> None:
    made = build(ReportKind.EXCEEDANCES, with_limit(kept, "{max: 150, over: 1h}"), kept.database, kept.days, NOW_MS)
    content = json.loads(render(made, ReportFormat.JSON, Language.ENGLISH))
    cod = content["limits"][1]
    assert (cod["averaged_over"], cod["limit_most"]) == (3600.0, 150.0)
    assert cod["exceeded"] == sum(mean > 150 for mean in hours_of_day_5())
    assert (cod["farthest"], cod["farthest_at"]) == (200.0, "2026-01-05T10:55:00+07:00")
    assert content["exceedances"] == []


def test_a_mean_needs_three_quarters_of_its_slots_in_the_report_too(kept: Kept) -> None:
    asked = period.between("2026-01-05", "2026-01-05", "Asia/Ho_Chi_Minh")
    made = build(ReportKind.EXCEEDANCES, with_limit(kept, "{max: 150, over: 1h}"), kept.database, asked, NOW_MS)
    cod = json.loads(render(made, ReportFormat.JSON, Language.ENGLISH))["limits"][1]
    assert cod["valid"] == len(hours_of_day_5()) < 288


def hours_of_day_5() -> list[float]:
    """The means of the hours that end with each slot of the day, reckoned anew for each."""
    means = []
    for end_ms in range(DAY_5_MS, DAY_5_MS + 86_400_000, SLOT_MS):
        hour = range(max(DAY_5_MS, end_ms - 11 * SLOT_MS), end_ms + 1, SLOT_MS)
        values = [cod_at(one) for one in hour if one not in CALIBRATING_MS]
        if len(values) >= 9:
            means.append(sum(values) / len(values))
    return means


def test_a_mean_reaches_back_before_the_asked_time(kept: Kept) -> None:
    asked = period.between("2026-01-05T11:00", "2026-01-05T11:05", "Asia/Ho_Chi_Minh")
    made = build(ReportKind.EXCEEDANCES, with_limit(kept, "{max: 150, over: 1h}"), kept.database, asked, NOW_MS)
    content = json.loads(render(made, ReportFormat.JSON, Language.ENGLISH))
    assert (content["limits"][1]["valid"], content["limits"][1]["exceeded"]) == (2, 2)


class Noticed:
    """One finding, one exceedance and one outage, whatever is asked."""

    def findings(self, topic: Topic, from_ms: int, until_ms: int) -> Sequence[Finding]:
        assert (from_ms, until_ms) == (DAY_5_MS, DAY_8_MS - 1000)
        if topic is Topic.EXCEEDANCE:
            episode = Episode("exceeded", DAY_5_MS, DAY_5_MS + 60_000, 12, 200.0, DAY_5_MS + 90_000)
            old = Finding("COD", episode, topic, "at most 100 mg/L")
            permit_limit = PermitLimit(Limit(None, 150.5), "mg/L")
            near = [
                Finding(
                    "COD", Episode("tendency", DAY_5_MS, DAY_5_MS, 1, peak, DAY_5_MS + last_ms), topic, permit_limit
                )
                for peak, last_ms in ((130.0, 600_000), (148.0, 300_000))
            ]
            return [Finding("COD", episode, topic, permit_limit), old, *near]
        if topic is Topic.OUTAGE:
            length_ms = 13 * 3_600_000
            episode = Episode(LongOutage.OUTAGE, DAY_5_MS, DAY_5_MS + length_ms, 156, None, DAY_5_MS + length_ms)
            return [Finding("so-tnmt", episode, topic, cause=DelayCause.LINE)]
        silent = Episode("low_coverage", DAY_6_MS, DAY_6_MS, 1, 25.0, DAY_6_MS)
        return [Finding("pH", Episode("flatline", DAY_6_MS, DAY_6_MS + 60_000, 288, 7.25)), Finding("pH", silent)]


def test_what_was_noticed_is_told_with_begin_end_and_count(kept: Kept) -> None:
    (finding, coverage) = told(kept, ReportKind.QUALITY, Noticed())["findings"]
    assert (finding["noted"], finding["subject"], finding["count"], finding["peak"]) == ("flatline", "pH", 288, 7.25)
    assert (finding["begin"], finding["end"]) == ("2026-01-06T00:00:00+07:00", None)
    assert coverage["peak"] == 0.25, "the least share of the readings, not a value of the parameter"
    exceedance, old = told(kept, ReportKind.EXCEEDANCES, Noticed())["exceedances"]
    assert (exceedance["detail"], old["detail"]) == ("at most 150.5 mg/L", "at most 100 mg/L")
    assert (exceedance["noted"], exceedance["length"], exceedance["peak"]) == ("exceeded", 90.0, 200.0)


def test_what_only_came_near_a_limit_is_no_exceedance(kept: Kept) -> None:
    content = told(kept, ReportKind.EXCEEDANCES, Noticed())
    assert content["summary"]["noted_exceedances"] == 2
    (near,) = content["approaches"]
    assert (near["noted"], near["times"], near["length"], near["longest"]) == ("tendency", 2, 900.0, 600.0)
    assert (near["detail"], near["peak"]) == ("at most 150.5 mg/L", 148.0)


def test_a_limit_is_shown_with_all_its_digits(kept: Kept) -> None:
    """COD is shown with one digit after the point; its limit of 148.25 is not rounded to 148.2."""
    made = build(ReportKind.EXCEEDANCES, with_limit(kept, "{max: 148.25}"), kept.database, kept.days, NOW_MS)
    assert "148,25" in render(made, ReportFormat.TEXT, Language.VIETNAMESE).decode("utf-8")


def test_the_limit_that_was_exceeded_is_worded_in_the_readers_language(kept: Kept) -> None:
    made = build(ReportKind.EXCEEDANCES, kept.configuration, kept.database, kept.days, NOW_MS, Noticed())
    vietnamese, english = (
        render(made, ReportFormat.HTML, language).decode("utf-8").replace("\u00a0", " ")
        for language in (Language.VIETNAMESE, Language.ENGLISH)
    )
    assert "không quá 150,5 mg/L" in vietnamese
    assert "at most 150.5 mg/L" in english
    assert "at most 100 mg/L" in vietnamese  # the words of an older gateway


def test_an_outage_that_was_noted_is_told_with_its_cause(kept: Kept) -> None:
    (outage,) = told(kept, ReportKind.OUTAGES, Noticed())["long_outages"]
    assert (outage["noted"], outage["subject"], outage["cause"]) == ("outage", "so-tnmt", "line")
    assert (outage["length"], outage["slots"]) == (13 * 3600.0, 156)


def test_quality_counts_what_the_receiver_would_count(kept: Kept) -> None:
    ph, cod = told(kept, ReportKind.QUALITY)["oddities"]
    assert (ph["negative"], ph["zero"], ph["longest_equal"], ph["fault"]) == (0, 0, 690 * 300.0, 6)
    assert (cod["calibrating"], cod["longest_equal"]) == (12, 12 * 300.0)


@pytest.mark.parametrize("kind", ReportKind)
def test_a_station_that_never_ran_gets_its_reports_too(kept: Kept, kind: ReportKind) -> None:
    asked = period.between("2025-01-05", "2025-01-05", "Asia/Ho_Chi_Minh")
    made = build(kind, kept.configuration, kept.database, asked, DAY_5_MS - 300 * 86_400_000)
    for form in ReportFormat:
        assert render(made, form, Language.VIETNAMESE)
