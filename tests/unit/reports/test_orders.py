"""Orders of a coach station, counted: what needs a person, what a report says of each day, and in which language."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.config import Configuration, Language, load
from gateway.core.instants import DAY_MS
from gateway.core.interfaces import Instant
from gateway.core.transport_order import OrderState
from gateway.db import Database, open_database
from gateway.orders.fates import OrderFate
from gateway.orders.known_signers import OrderSigner
from gateway.reports.document import ReportKind
from gateway.reports.formats import ReportFormat, render
from gateway.reports.need import NeedKind
from gateway.reports.needs import needs
from gateway.reports.needs_words import need_words
from gateway.reports.orders.status import OrdersStatus
from gateway.reports.orders.sums import order_sums
from gateway.reports.period import between, month
from gateway.reports.registry import build
from gateway.reports.status import StationStatus, collect
from gateway.reports.status_json import to_json
from gateway.runtime import lock
from gateway.texts import Wording
from tests.support import three_days
from tests.support.sixty_days.made import NOW_MS, SECRETS, made

ZONE = "Asia/Ho_Chi_Minh"
T0 = NOW_MS


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Configuration, Database]]:
    folder = tmp_path_factory.mktemp("coach")
    configuration = load(made("coach", 2, folder), SECRETS)
    with closing(lock.hold(folder)), closing(open_database(folder / "gateway.db", read_only=True)) as database:
        yield configuration, database


@pytest.fixture(scope="module")
def status(station: tuple[Configuration, Database]) -> StationStatus:
    return collect(*station, Instant(NOW_MS, 1e6))


def with_orders(status: StationStatus, orders: OrdersStatus) -> StationStatus:
    return replace(status, orders=orders)


def told(status: StationStatus, language: Language = Language.ENGLISH) -> list[str]:
    kinds = (NeedKind.ORDERS, NeedKind.CERTIFICATE, NeedKind.STANDSTILL, NeedKind.REFUSED)
    return [need_words(one, Wording.of(language), ZONE) for one in needs(status) if one.kind in kinds]


def test_what_is_late_or_set_aside_and_an_ending_certificate_need_a_person(status: StationStatus) -> None:
    assert told(status) == [
        "Transport orders that wait for a person: 2",
        "Transport orders not accepted within 3 minutes: 2; the oldest waits since 2026-06-16 10:16",
        "operator: the certificate that signs transport orders ends soon, last day: 2026-07-05",
    ]
    assert "Lệnh vận chuyển chờ người xử lý: 2" in told(status, Language.VIETNAMESE)


def test_orders_that_go_their_way_need_nobody(status: StationStatus) -> None:
    well = OrderSigner("station", "CN=x", 0, NOW_MS + 31 * DAY_MS, None)
    assert told(with_orders(status, OrdersStatus(1, NOW_MS - 60_000, 0, 0, signers=(well,)))) == []


@pytest.mark.parametrize(
    ("signer", "words"),
    [
        (OrderSigner("station", "CN=x", 0, T0 + 30 * DAY_MS, None), "ends soon, last day: 2026-07-16"),
        (OrderSigner("station", "CN=x", 0, T0 - 1, None), "has ended, last day: 2026-06-16"),
        (OrderSigner("station", None, None, None, "no key"), "transport orders cannot be signed: no key"),
    ],
)
def test_who_cannot_sign_for_long_is_told(status: StationStatus, signer: OrderSigner, words: str) -> None:
    (said,) = told(with_orders(status, OrdersStatus(0, None, 0, 0, signers=(signer,))))
    assert words in said


def test_the_road_administrations_destination_is_in_use_and_counts_orders(status: StationStatus) -> None:
    (shown,) = status.destinations
    assert (shown.name, shown.in_use, shown.gets_orders) == ("cuc-dbvn", True, True)
    assert (shown.counts.pending, shown.counts.refused) == (3, 2)
    assert shown.counts.last_delivered_ms is not None
    (listed,) = to_json(status)["destinations"]
    assert (listed["carries"], listed["pending"]) == ("orders", 3)
    assert to_json(status)["orders"]["today"]["share_in_time"] == pytest.approx(shown.ratio_today)


def test_a_station_without_orders_says_nothing_of_them(tmp_path: Path) -> None:
    configuration = three_days.configuration(tmp_path)
    with closing(open_database(tmp_path / "gateway.db")) as database:
        assert to_json(collect(configuration, database, Instant(NOW_MS, 1e6)))["orders"] is None


def fate(submitted_s: int, state: OrderState, settled_s: int | None = None, cause: str | None = None) -> OrderFate:
    settled_ms = None if settled_s is None else settled_s * 1000
    return OrderFate(submitted_s * 1000, state, settled_ms, 30005 if state is OrderState.SET_ASIDE else None, cause)


def test_three_minutes_are_in_time_and_a_millisecond_more_is_late() -> None:
    done, waits, aside = OrderState.ACCEPTED, OrderState.WAITING, OrderState.SET_ASIDE
    late = replace(fate(0, done), settled_ms=180_001, late_cause="line")
    fates = [fate(0, done, 180), late, fate(0, waits), fate(900, waits), fate(0, aside, 5)]
    sums = order_sums(fates, 1_000_000)
    assert (sums.submitted, sums.accepted, sums.in_time, sums.late) == (5, 2, 1, 3)
    assert (sums.waiting, sums.set_aside, sums.share_in_time) == (2, 1, 0.25)
    assert dict(sums.causes) == {"line": 1, "waiting": 1, "set_aside": 1}
    assert order_sums([], 0).share_in_time is None


def test_a_months_report_adds_up_day_by_day(station: tuple[Configuration, Database]) -> None:
    report = build(ReportKind.ORDERS, *station, month("2026-06", ZONE), NOW_MS)
    content = json.loads(render(report, ReportFormat.JSON, Language.ENGLISH))
    facts = content["summary"]
    rows = [row for row in content["order_days"] if row["orders_submitted"]]
    assert [row["day"] for row in rows] == ["2026-06-14", "2026-06-15", "2026-06-16"]
    for name in ("orders_submitted", "orders_in_time", "orders_late", "orders_set_aside"):
        assert sum(row[name] for row in rows) == facts[name]
    assert sum(row["orders"] for row in content["order_causes"]) == facts["orders_late"]
    assert {row["order_code"] for row in content["order_refusals"]} == {"30005", "20006", "30001", "415"}
    assert [row["order_code"] for row in content["orders_set_aside"]] == ["30005", "20006"]


@pytest.mark.parametrize("file_format", list(ReportFormat))
@pytest.mark.parametrize("language", list(Language))
def test_it_is_written_in_every_form_and_language(
    station: tuple[Configuration, Database], file_format: ReportFormat, language: Language
) -> None:
    report = build(ReportKind.ORDERS, *station, between("2026-06-15", "2026-06-15", ZONE), NOW_MS)
    made_of_it = render(report, file_format, language)
    if file_format is ReportFormat.TEXT:
        meaning = "the code of the coach station is not known" if language is Language.ENGLISH else "mã bến xe"
        assert meaning in made_of_it.decode()


def test_orders_are_told_of_that_were_taken_before_the_configuration_had_none(
    station: tuple[Configuration, Database], tmp_path: Path
) -> None:
    report = build(ReportKind.ORDERS, three_days.configuration(tmp_path), station[1], month("2026-06", ZONE), NOW_MS)
    assert dict(report.facts)["orders_set_aside"] == 2
