"""What Prometheus is told: the numbers of the database, bounded labels, and nothing of what nobody knows."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.config import Configuration, load
from gateway.core.clock_trust import TrustState
from gateway.core.instants import utc_ms
from gateway.core.interfaces import Instant
from gateway.core.journal_entry import JournalHead
from gateway.db import open_database
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.store import DeliveryResult
from gateway.reports.camera_report import unknown_camera
from gateway.reports.cameras import CamerasReport
from gateway.reports.metrics.delivery_counts import BOUNDS_S, counted_since_ms, delivery_counts
from gateway.reports.metrics.exposition import MetricFamily, MetricSample, MetricType, exposition
from gateway.reports.metrics.station_metrics import MetricsLook, station_metrics
from gateway.reports.status import StationStatus, collect
from tests.support.journey import DAY_MS, MIDNIGHT_MS, SLOT_MS, Journey, block, faulty, measured
from tests.unit.config.wording import edited

NOW_MS = MIDNIGHT_MS + 4 * DAY_MS
SAMPLE = re.compile(r"(?P<name>[a-z_]+)(?P<labels>\{.*\})? (?P<value>\S+)")


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    file = tmp_path / "gateway.yaml"
    file.write_text(edited(("reporting:", f"storage: {{path: {tmp_path}}}\nreporting:"), ("probe", "multiprobe")))
    return load(file, {"SO_TNMT": "secret"})


def seen(configuration: Configuration, journey: Journey, now_ms: int = NOW_MS) -> MetricsLook:
    reader = open_database(journey.file, read_only=True)
    status = collect(configuration, reader, Instant(now_ms, 0.0))
    counts = delivery_counts(reader, counted_since_ms(status.since_ms, now_ms), now_ms)
    reader.close()
    return MetricsLook(status, counts, JournalHead(7, ""))


def samples(look: MetricsLook) -> dict[str, float]:
    """By name and labels, as they are written."""
    lines = [one for one in exposition(station_metrics(look)).splitlines() if not one.startswith("#")]
    found = {}
    for line in lines:
        match = SAMPLE.fullmatch(line)
        assert match, line
        found[f"{match['name']}{match['labels'] or ''}".removeprefix("station_gateway_")] = float(match["value"])
    assert len(found) == len(lines)
    return found


def arrive(journey: Journey, end_ms: int, after_ms: int, state: DeliveryState = DeliveryState.DELIVERED) -> None:
    journey.send(end_ms, ["so-tnmt"])
    (number,) = journey.database.read("SELECT max(id) FROM delivery")[0]
    journey.outbox.settle([DeliveryResult(number, state, end_ms + after_ms - 10, end_ms + after_ms, "said")])


def test_what_is_not_known_has_no_sample(journey: Journey, configuration: Configuration) -> None:
    found = samples(seen(configuration, journey))
    assert found["running"] == 0
    assert found['clock_state{state="untrusted"}'] == 1
    assert found['clock_state{state="trusted"}'] == 0
    assert found['destination_pending_files{destination="so-tnmt"}'] == 0
    assert found['destination_delivered_files_total{destination="so-tnmt"}'] == 0
    assert found["journal_entries_total"] == 7
    for unknown in ("parameter_value", "newest_slot", "link_up", "destination_last_delivery", "camera_", "port_"):
        assert not [name for name in found if name.startswith(unknown)], unknown
    assert not [value for value in found.values() if value != value]


def test_values_statuses_and_times_are_those_of_the_newest_readings(
    journey: Journey, configuration: Configuration
) -> None:
    journey.readings.add([block(NOW_MS - 5000, measured(7.25), faulty())])
    found = samples(seen(configuration, journey))
    assert found['parameter_value{parameter="pH",unit="-"}'] == 7.25
    assert 'parameter_value{parameter="COD",unit="mg/L"}' not in found
    assert found['parameter_status{parameter="pH",status="measuring"}'] == 1
    assert found['parameter_status{parameter="pH",status="fault"}'] == 0
    assert found['parameter_status{parameter="COD",status="fault"}'] == 1
    assert found['parameter_time_seconds{parameter="pH"}'] == (NOW_MS - 5000) / 1000
    assert not [name for name in found if "Flow" in name and "over_limit" not in name]  # never read


def test_deliveries_are_counted_and_their_delays_are_a_histogram(
    journey: Journey, configuration: Configuration
) -> None:
    delays_ms = [4_000, 5_000, 5_001, 299_000, 301_000, 90_000_000]
    for number, delay_ms in enumerate(delays_ms, 1):
        arrive(journey, NOW_MS - DAY_MS - number * SLOT_MS, delay_ms)
    arrive(journey, NOW_MS - SLOT_MS, 4_000, DeliveryState.REFUSED)
    journey.send(NOW_MS, ["so-tnmt"])
    found = samples(seen(configuration, journey, NOW_MS + 1000))
    of = 'destination="so-tnmt"'
    assert found[f"destination_delivered_files_total{{{of}}}"] == 5  # one arrives only an hour from now
    assert found[f"destination_refused_files_total{{{of}}}"] == 1
    assert found[f"destination_refused_files{{{of}}}"] == 1
    assert found[f"destination_pending_files{{{of}}}"] == 1
    assert found[f"destination_oldest_pending_time_seconds{{{of}}}"] == NOW_MS / 1000
    buckets = [found[f'delivery_delay_seconds_bucket{{{of},le="{bound_s}"}}'] for bound_s in BOUNDS_S]
    arrived = delays_ms[:5]
    assert buckets == [sum(one <= bound_s * 1000 for one in arrived) for bound_s in BOUNDS_S]
    assert found[f'delivery_delay_seconds_bucket{{{of},le="+Inf"}}'] == 5
    assert found[f"delivery_delay_seconds_sum{{{of}}}"] == sum(arrived) / 1000
    assert found[f"delivery_delay_seconds_count{{{of}}}"] == 5


def test_counters_begin_with_the_start_or_the_month_whichever_is_later() -> None:
    month_ms = utc_ms(datetime(2026, 1, 1, tzinfo=UTC))
    assert counted_since_ms(None, NOW_MS) == month_ms
    assert counted_since_ms(month_ms - DAY_MS, NOW_MS) == month_ms
    assert counted_since_ms(NOW_MS - DAY_MS, NOW_MS) == NOW_MS - DAY_MS
    assert counted_since_ms(NOW_MS + DAY_MS, NOW_MS) == NOW_MS  # the clock was set back since the start


def test_what_arrived_before_the_start_is_not_counted(journey: Journey, configuration: Configuration) -> None:
    arrive(journey, NOW_MS - DAY_MS, 4_000)
    arrive(journey, NOW_MS - SLOT_MS, 4_000)
    counts = delivery_counts(journey.database, NOW_MS - 2 * SLOT_MS, NOW_MS)
    assert counts["so-tnmt"].delivered == 1


def test_the_reasons_for_a_person_are_counted_by_kind(journey: Journey, configuration: Configuration) -> None:
    look = seen(configuration, journey)
    clock = replace(look.status.clock, state=TrustState.TRUSTED)
    full = replace(look.status, free_bytes=0, clock=clock, running=False)
    found = samples(replace(look, status=full))
    assert found['needs{kind="disk"}'] == 1
    assert found['needs{kind="not_running"}'] == 1
    assert found['needs{kind="port"}'] == 0


def with_camera(status: StationStatus) -> StationStatus:
    camera = replace(unknown_camera("outlet"), is_recording=True, newest_ms=NOW_MS, gap_ms_today=1500, share_kept=0.99)
    return replace(status, cameras=CamerasReport(NOW_MS, True, (camera,)))


def test_cameras_are_told_of(journey: Journey, configuration: Configuration) -> None:
    look = seen(configuration, journey)
    found = samples(replace(look, status=with_camera(look.status)))
    assert found['camera_recording{camera="outlet"}'] == 1
    assert found['camera_gap_seconds{camera="outlet"}'] == 1.5
    assert found['camera_kept_ratio{camera="outlet"}'] == 0.99


def test_labels_are_escaped_and_numbers_keep_their_digits() -> None:
    family = MetricFamily(
        "a_b",
        MetricType.GAUGE,
        "Words.",
        (
            MetricSample(0.1 + 0.2, {"name": 'Trạm "1"\n\\'}),
            MetricSample(1_767_200_400.0, {}),
            MetricSample(-0.0, {}),
            MetricSample(1e300, {}),
        ),
    )
    assert exposition([family]).splitlines() == [
        "# HELP a_b Words.",
        "# TYPE a_b gauge",
        'a_b{name="Trạm \\"1\\"\\n\\\\"} 0.30000000000000004',
        "a_b 1767200400",
        "a_b 0",
        "a_b 1e+300",
    ]
    assert exposition([replace(family, samples=())]) == ""
