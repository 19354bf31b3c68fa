"""The warning comes thirty days before a certificate ends, once a day, and is gone when it is renewed."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.audit.certificates import DAY_MS, CertificateWatch, begins_later, endings
from gateway.core.component import ComponentKind, ComponentState
from tests.support.certificates import Authority
from tests.support.clock import FakeClock


@dataclass
class Slate:
    """What was reported. See `gateway.core.interfaces.StateBoard`."""

    told: list[tuple[str, str, str, str | None]] = field(default_factory=list)

    def report(self, kind: ComponentKind, name: str, state: ComponentState, error: str | None, at_ms: int) -> bool:
        self.told.append((kind, name, state, error))
        return True


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.mark.parametrize(("left_ms", "state"), [(30 * DAY_MS + 1, "valid"), (30 * DAY_MS, "ending")])
def test_thirty_days_before_the_end(clock: FakeClock, left_ms: int, state: str) -> None:
    slate = Slate()
    CertificateWatch("bo-tnmt", slate, clock).seen_until(clock.wall_ms + left_ms)
    ((kind, name, told, words),) = slate.told
    assert (kind, name, told) == ("certificate", "bo-tnmt", state)
    assert (words is None) == (state == "valid")


def test_the_days_are_counted_and_told_once_a_day(clock: FakeClock, caplog: pytest.LogCaptureFixture) -> None:
    slate = Slate()
    watch = CertificateWatch("bo-tnmt", slate, clock)
    end_ms = clock.wall_ms + 10 * DAY_MS + 1
    with caplog.at_level(logging.WARNING):
        for _ in range(2 * 288):
            watch.seen_until(end_ms)
            clock.advance(300)
    assert len(caplog.records) == 2
    assert "ends in 10 days" in caplog.messages[0]
    assert "ends in 9 days" in caplog.messages[1]
    assert slate.told[-1][3] == "the server's certificate ends in 8 days; ask the authority whether it is renewed"


@pytest.mark.parametrize(
    ("left_ms", "words"), [(2 * DAY_MS, "in 2 days;"), (DAY_MS, "in 1 day;"), (DAY_MS - 1, "in less than a day;")]
)
def test_the_last_days(clock: FakeClock, left_ms: int, words: str) -> None:
    slate = Slate()
    CertificateWatch("bo-tnmt", slate, clock).seen_until(clock.wall_ms + left_ms)
    assert words in (slate.told[-1][3] or "")


def test_a_renewed_certificate_is_valid(clock: FakeClock) -> None:
    slate = Slate()
    watch = CertificateWatch("bo-tnmt", slate, clock)
    watch.seen_until(clock.wall_ms + DAY_MS)
    watch.seen_until(clock.wall_ms + 400 * DAY_MS)
    assert slate.told[-1] == ("certificate", "bo-tnmt", "valid", None)


def test_every_certificate_of_a_file_is_looked_at(tmp_path: Path) -> None:
    first, second = Authority(tmp_path / "a", "First"), Authority(tmp_path / "b", "Second")
    both = tmp_path / "both.pem"
    both.write_bytes(first.file.read_bytes() + second.file.read_bytes())
    found = endings(both, 1_000_000_000_000)
    assert found == []
    now_ms = 9_000_000_000_000
    found = endings(both, now_ms)
    assert [ending.holder for ending in found] == ["CN=First", "CN=Second"]
    assert all(ending.left_ms == int(ending.at.timestamp() * 1000) - now_ms < 0 for ending in found)


def test_a_certificate_that_is_not_valid_yet(tmp_path: Path) -> None:
    authority, now_ms = Authority(tmp_path), time.time_ns() // 1_000_000
    assert begins_later(authority.issue("station").certificate, now_ms) is None
    begin = begins_later(authority.issue("station", valid_from=timedelta(days=1)).certificate, now_ms)
    assert begin is not None
    assert abs(begin.timestamp() * 1000 - now_ms - DAY_MS) < 60_000


def test_a_pinned_certificate_that_ends_is_replaced_by_another_and_goes_on_to_be_taken(clock: FakeClock) -> None:
    slate = Slate()
    watch = CertificateWatch("so-tnmt", slate, clock, is_pinned=True)
    watch.seen_until(clock.wall_ms + 3 * DAY_MS)
    assert "list it in certificate:, too" in (slate.told[-1][3] or "")
    watch.seen_until(clock.wall_ms - 900 * DAY_MS)
    assert slate.told[-1][2:] == ("valid", None)


def test_the_certificate_that_we_show_is_watched_too(tmp_path: Path, clock: FakeClock) -> None:
    slate = Slate()
    clock.wall_ms = int(time.time() * 1000)
    ours = Authority(tmp_path).issue("station", for_clients=True).certificate
    watch = CertificateWatch("so-tnmt", slate, clock, ours=ours)
    far_ms = clock.wall_ms + 900 * DAY_MS
    watch.seen_until(far_ms)
    assert "that we show (client:) ends in" in (slate.told[-1][3] or "")
    ours.write_text("-----BEGIN CERTIFICATE-----\nnonsense")
    watch.seen_until(far_ms)
    assert slate.told[-1][2:] == ("valid", None)
