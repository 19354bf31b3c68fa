"""What is thought of the clock, by what happens to it and by what is said of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from gateway.core.clock_trust import ALONE_S, Trust, TrustRules, TrustState, names_a_zone, resumed, reviewed, unknown
from gateway.core.interfaces import Instant
from gateway.core.witness import WitnessKind, WitnessWord, zero_ms
from tests.support.clock import FakeClock

RULES = TrustRules(max_offset_ms=1000, grace_ms=2000, assumes=False, give_up_s=1800.0)
HOUR_MS = 3_600_000
YEAR_MS = 365 * 24 * HOUR_MS
SERVER, KERNEL, RTC, AUTHORITY = WitnessKind.SERVER, WitnessKind.KERNEL, WitnessKind.RTC, WitnessKind.AUTHORITY


@dataclass
class Station:
    """A clock, who knows better, and what is thought."""

    rules: TrustRules = RULES
    last_good_ms: int | None = None
    clock: FakeClock = field(default_factory=FakeClock)
    words: dict[tuple[WitnessKind, str], WitnessWord] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.true_zero_ms = zero_ms(self.clock.now())
        self.trust = unknown(self.clock.now())

    def hear(self, kind: WitnessKind, off_ms: float = 0, uncertain_ms: float = 10, name: str = "") -> TrustState:
        """`off_ms`: how far the witness is ahead of the truth. An authority's server speaks FTP."""
        said_ms, is_ftp = self.true_zero_ms + off_ms, kind is AUTHORITY
        one = WitnessWord(kind, name or kind.value, said_ms, uncertain_ms, self.clock.mono_s, is_ftp)
        self.words[kind, one.name] = one
        return self.look()

    def look(self) -> TrustState:
        words = [*self.words.values()]
        self.trust = reviewed(self.trust, words, self.clock.now(), self.rules, self.last_good_ms)
        return self.trust.state

    def step(self, by_ms: int) -> TrustState:
        self.clock.jump_wall(by_ms)
        return self.look()

    def wait(self, seconds: float) -> TrustState:
        self.clock.advance(seconds)
        return self.look()


def test_nobody_vouches_for_a_clock_that_nobody_was_asked_about() -> None:
    assert Station().wait(60) is TrustState.UNTRUSTED


@pytest.mark.parametrize("kind", list(WitnessKind))
def test_any_witness_that_agrees_makes_it_trusted(kind: WitnessKind) -> None:
    station = Station()
    assert station.hear(kind, 300) is TrustState.TRUSTED
    assert station.trust.offset_ms == pytest.approx(300)
    assert station.trust.witness is not None


@pytest.mark.parametrize("off_ms", [-90_000, -HOUR_MS - 400_000, -73 * YEAR_MS, 56 * YEAR_MS, 90_000])
@pytest.mark.parametrize("kind", [SERVER, KERNEL, AUTHORITY])
def test_a_clock_that_is_wrong_at_the_start_is_not_trusted_until_it_is_set(kind: WitnessKind, off_ms: int) -> None:
    station = Station()
    assert station.hear(kind, off_ms) is TrustState.UNTRUSTED
    assert ("ahead" if off_ms < 0 else "behind") in station.trust.reason
    assert station.step(off_ms) is TrustState.TRUSTED


def test_a_clock_that_is_ahead_by_more_than_the_grace_would_send_the_future() -> None:
    assert Station().hear(SERVER, -1_900) is TrustState.DRIFTING
    assert Station().hear(SERVER, -2_100) is TrustState.UNTRUSTED
    assert Station().hear(SERVER, 9_000) is TrustState.DRIFTING


def test_a_trusted_clock_that_drifts_is_told_and_used_up_to_a_minute() -> None:
    station = Station()
    station.hear(SERVER)
    assert station.hear(SERVER, -1_500) is TrustState.DRIFTING
    assert station.hear(SERVER, -950) is TrustState.DRIFTING, "it is told again only when it is well"
    assert station.hear(SERVER, -700) is TrustState.TRUSTED
    assert station.hear(SERVER, -59_000) is TrustState.DRIFTING
    assert station.hear(SERVER, -61_000) is TrustState.UNTRUSTED


@pytest.mark.parametrize("by_ms", [90_000, -90_000, HOUR_MS, -HOUR_MS, 70 * YEAR_MS, -56 * YEAR_MS, 1_000])
@pytest.mark.parametrize("kind", list(WitnessKind))
def test_a_step_takes_the_trust_away_and_the_way_back_returns_it(kind: WitnessKind, by_ms: int) -> None:
    station = Station()
    station.hear(kind)
    station.words.clear()
    assert station.step(by_ms) is TrustState.UNTRUSTED
    assert "was set" in station.trust.reason
    assert station.wait(60) is TrustState.UNTRUSTED
    assert station.step(-by_ms) is TrustState.TRUSTED


def test_what_was_heard_before_a_step_says_whether_the_new_time_is_right() -> None:
    """The first boot: the servers have told the time, then somebody sets the clock by them."""
    station = Station()
    station.clock.jump_wall(-56 * YEAR_MS)
    station.trust = unknown(station.clock.now())
    assert station.hear(SERVER) is TrustState.UNTRUSTED
    assert station.step(56 * YEAR_MS) is TrustState.TRUSTED
    assert station.step(90_000) is TrustState.UNTRUSTED


def test_a_new_time_is_confirmed_by_a_witness() -> None:
    station = Station()
    station.hear(AUTHORITY)
    station.words.clear()
    assert station.step(5_000) is TrustState.UNTRUSTED
    assert station.hear(SERVER, 5_000) is TrustState.TRUSTED


def test_many_small_steps_are_one() -> None:
    station = Station()
    station.hear(SERVER)
    station.words.clear()
    states = [station.step(900) for _ in range(30)]
    assert states[0] is TrustState.TRUSTED, "a clock that is drawn to the right time is followed"
    assert states[-1] is TrustState.UNTRUSTED


def test_servers_outrank_the_kernel_and_a_contradiction_a_vouching_of_lower_rank() -> None:
    station = Station()
    station.hear(KERNEL)
    assert station.hear(SERVER, 90_000) is TrustState.UNTRUSTED
    assert station.hear(RTC) is TrustState.UNTRUSTED
    assert station.hear(AUTHORITY) is TrustState.UNTRUSTED
    assert station.hear(SERVER, 0) is TrustState.TRUSTED
    assert station.hear(KERNEL, 90_000) is TrustState.TRUSTED


def test_two_servers_that_disagree_leave_it_to_the_next() -> None:
    station = Station()
    station.hear(SERVER, 0, name="a")
    station.words.clear()
    station.trust = unknown(station.clock.now())
    station.words[SERVER, "a"] = WitnessWord(SERVER, "a", station.true_zero_ms, 10, station.clock.mono_s)
    assert station.hear(SERVER, HOUR_MS, name="b") is TrustState.UNTRUSTED
    assert station.hear(KERNEL) is TrustState.TRUSTED


def test_a_battery_backed_clock_that_differs_is_no_witness() -> None:
    station = Station()
    station.hear(RTC, 7 * HOUR_MS)
    assert station.hear(AUTHORITY) is TrustState.TRUSTED


def test_who_may_be_wrong_by_a_minute_confirms_nothing_and_may_deny() -> None:
    assert Station().hear(AUTHORITY, 0, 30_000) is TrustState.UNTRUSTED
    station = Station()
    station.hear(AUTHORITY, -200_000, 30_000)
    assert station.trust.witness is not None


@pytest.mark.parametrize(
    ("off_ms", "is_zone"), [(7 * HOUR_MS, True), (-HOUR_MS // 2, True), (HOUR_MS // 3, False), (5, False)]
)
def test_a_server_that_shows_some_places_time_is_no_witness(off_ms: int, is_zone: bool) -> None:
    assert names_a_zone(off_ms + 300, 700) is is_zone
    assert names_a_zone(7 * YEAR_MS, 700) is False
    station = Station()
    station.hear(AUTHORITY, 7 * HOUR_MS, 700)
    assert station.trust.witness is None
    assert station.wait(1801) is TrustState.ASSUMED


def test_after_give_up_it_is_assumed() -> None:
    station = Station()
    assert station.wait(1799) is TrustState.UNTRUSTED
    assert station.wait(2) is TrustState.ASSUMED
    assert station.hear(SERVER) is TrustState.TRUSTED


def test_it_is_never_assumed_behind_the_last_known_good_time_nor_years_ahead() -> None:
    for off_ms in (-2_000_000, 11 * YEAR_MS):
        station = Station()
        station.last_good_ms = station.clock.wall_ms
        station.clock.jump_wall(off_ms)
        assert station.wait(1900) is TrustState.UNTRUSTED
    early = Station(clock=FakeClock(wall_ms=0))
    assert early.wait(5000) is TrustState.UNTRUSTED


def test_what_somebody_has_denied_is_not_assumed_when_he_falls_silent() -> None:
    station = Station(replace(RULES, assumes=True))
    station.trust = unknown(station.clock.now())
    station.hear(SERVER, 4 * YEAR_MS)
    station.words.clear()
    assert station.wait(100_000) is TrustState.UNTRUSTED
    assert station.step(4 * YEAR_MS) is TrustState.ASSUMED, "of the new time nobody has said anything"


def test_assume_trusts_at_the_start_and_a_step_takes_it_away_all_the_same() -> None:
    station = Station(replace(RULES, assumes=True))
    assert station.look() is TrustState.ASSUMED
    assert station.step(90_000) is TrustState.UNTRUSTED
    assert station.step(-90_000) is TrustState.ASSUMED
    assert station.hear(SERVER, -90_000) is TrustState.UNTRUSTED


def test_after_a_day_alone_it_is_assumed() -> None:
    station = Station()
    station.hear(SERVER)
    station.words.clear()
    assert station.wait(ALONE_S - 1) is TrustState.TRUSTED
    assert station.wait(2) is TrustState.ASSUMED


def test_trust_goes_on_over_a_restart_of_the_program_unless_the_clock_was_set_meanwhile() -> None:
    station = Station()
    station.hear(SERVER)
    before: Trust = station.trust
    station.words.clear()
    for by_ms, state in ((0, TrustState.TRUSTED), (90_000, TrustState.UNTRUSTED), (-90_000, TrustState.TRUSTED)):
        station.clock.jump_wall(by_ms)
        station.clock.advance(60)
        now: Instant = station.clock.now()
        station.trust = resumed(before.state, before.since, before.reason, before.offset_ms, before.witness, now)
        assert station.look() is state
