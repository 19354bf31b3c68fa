"""Whether the wall clock may be believed: what follows from what witnesses said, from a step, and from time passing.

The rules, in their order:

- A step against the machine's own counting takes the trust away at once. It comes back when a witness confirms the new
  time, or when the clock is back where the trusted time was.
- The first kind of witness that can tell decides: servers before the system's synchroniser, before a battery-backed
  clock, before an authority's server. That includes a contradiction: what a server denies no other can vouch for.
- A clock that is a little wrong is told and used (*drifting*). One that was trusted may drift up to a minute; one that
  is met so must not be ahead by more than a slot's grace, or files would bear a time to come.
- If nobody can tell: what was trusted stays so for a day, and is *assumed* then; what was never trusted waits for
  `give_up_s` (or not at all, with `assumes`), and is assumed if it is plausible: not behind the last known good time,
  and not what somebody has contradicted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from gateway.core.instants import DAY_MS, MINUTE_MS
from gateway.core.interfaces import Instant
from gateway.core.phrase import Phrase
from gateway.core.time_server import EARLIEST_MS
from gateway.core.witness import Selection, WitnessKind, WitnessWord, select, zero_ms

DRIFT_LIMIT_MS = MINUTE_MS
"""How wrong a clock may become, slowly, before its times are no longer used."""
USELESS_FROM_MS = 10_000
"""A witness who may be wrong by more confirms nothing."""
ALONE_S = 86_400.0
"""After a day without anybody who vouches a cheap crystal may be 10 s off."""
OFF_FOR_AT_MOST_MS = 3_650 * DAY_MS
"""A clock that is further ahead of the last known good time was not running meanwhile: it was set wrong."""
_HALF_HOUR_MS = 30 * MINUTE_MS
_QUARTER_MS = 15 * MINUTE_MS
_FARTHEST_ZONE_MS = 14 * 60 * MINUTE_MS
_SETTLED = 0.8
"""A drifting clock is called trusted again below this part of the limit: it must not change at every look."""


class TrustState(StrEnum):
    TRUSTED = "trusted"
    DRIFTING = "drifting"
    """Vouched for, and off by more than is allowed."""
    ASSUMED = "assumed"
    """Nobody can be asked."""
    UNTRUSTED = "untrusted"

    @property
    def is_usable(self) -> bool:
        """Whether it may stamp what is kept, closed and sent."""
        return self is not TrustState.UNTRUSTED


@dataclass(frozen=True, slots=True)
class TrustRules:
    """What the configuration asks for."""

    max_offset_ms: int
    grace_ms: int
    """After a slot's end, until it is closed."""
    assumes: bool
    give_up_s: float

    @property
    def ahead_ms(self) -> int:
        """How far ahead an unknown clock may be found."""
        return max(self.max_offset_ms, self.grace_ms)

    @property
    def behind_ms(self) -> int:
        return 10 * self.max_offset_ms


@dataclass(frozen=True, slots=True)
class Trust:
    """What is thought of the clock now, and since when."""

    state: TrustState
    since: Instant
    reason: str
    """In words, for a person."""
    zero_ms: int | None = None
    """Of the trusted time (see `witness`): follows the clock as it is drawn to the right time, and stays when it steps;
    `None`: never trusted since power-on."""
    settled_zero_ms: int | None = None
    """The same when somebody vouched last, or it was assumed: many small steps are one, too."""
    offset_ms: float | None = None
    """By the witness, how far our clock is behind (negative: ahead)."""
    witness: str | None = None
    vouched_s: float | None = None
    """Monotonic second at which somebody vouched last."""
    stepped_from: TrustState | None = None
    """Untrusted only because of a step: what it is again when the clock is back."""
    refuted_zero_ms: int | None = None
    """Of the time that a witness denied last."""


@dataclass(frozen=True, slots=True)
class _Opinion:
    witness: str
    zero_ms: float
    uncertain_ms: float
    kind: WitnessKind

    def offset_ms(self, now_zero_ms: int) -> float:
        return self.zero_ms - now_zero_ms

    def excess_ms(self, now_zero_ms: int) -> float:
        """How wrong the clock is at least."""
        return max(0.0, abs(self.offset_ms(now_zero_ms)) - self.uncertain_ms)


def unknown(now: Instant) -> Trust:
    """Before anybody was asked."""
    return Trust(TrustState.UNTRUSTED, now, "nobody has vouched for the clock since the machine was started")


def reviewed(
    trust: Trust, testimonies: Sequence[WitnessWord], now: Instant, rules: TrustRules, last_good_ms: int | None
) -> Trust:
    """What is to be thought at this look, with the newest word of each witness."""
    trust = _after_step(trust, now, rules)
    opinion = _first_opinion(testimonies, trust, now, rules)
    if opinion is not None:
        return _by_opinion(trust, opinion, now, rules)
    return _by_nobody(trust, now, rules, last_good_ms)


def names_a_zone(offset_ms: float, uncertain_ms: float) -> bool:
    """Whether a server that is off by so much more likely shows the local time of some place as if it were UTC."""
    off = abs(offset_ms)
    beside = abs(off - round(off / _QUARTER_MS) * _QUARTER_MS)
    return off >= _HALF_HOUR_MS - uncertain_ms and off <= _FARTHEST_ZONE_MS + uncertain_ms and beside <= uncertain_ms


def shows_a_zone(said: WitnessWord, trust: Trust, now: Instant) -> bool:
    """Whether the witness more likely shows some place's time than ours is wrong. One that has agreed with the time
    that was trusted does not: our clock was set by whole hours."""
    if not said.may_be_local or not names_a_zone(said.zero_ms - zero_ms(now), said.uncertain_ms):
        return False
    return trust.zero_ms is None or abs(said.zero_ms - trust.zero_ms) > said.uncertain_ms + USELESS_FROM_MS


def resumed(
    state: TrustState, since: Instant, reason: str, offset_ms: float | None, witness: str | None, now: Instant
) -> Trust:
    """What was thought of the clock since the machine was started, before this program was started again."""
    zero = zero_ms(since)
    if state.is_usable:
        return Trust(state, since, reason, zero, zero, offset_ms, witness, now.mono_s)
    return Trust(state, since, reason, offset_ms=offset_ms, witness=witness, refuted_zero_ms=zero if witness else None)


def somebody_else_speaks(testimonies: Sequence[WitnessWord], trust: Trust, now: Instant, rules: TrustRules) -> bool:
    """Whether anybody but an authority's server can tell the time."""
    others = [one for one in testimonies if one.kind is not WitnessKind.AUTHORITY]
    return _first_opinion(others, trust, now, rules) is not None


def _after_step(trust: Trust, now: Instant, rules: TrustRules) -> Trust:
    if trust.zero_ms is None:
        return trust
    by_ms = zero_ms(now) - trust.zero_ms
    if trust.state.is_usable:
        settled_ms = trust.zero_ms if trust.settled_zero_ms is None else trust.settled_zero_ms
        if abs(by_ms) < rules.max_offset_ms and abs(zero_ms(now) - settled_ms) < rules.behind_ms:
            return replace(trust, zero_ms=zero_ms(now)) if by_ms else trust
        words = Phrase(
            "the clock was set {way} by {by}, and nobody has confirmed it", way=_way(by_ms), by=seconds_text(by_ms)
        )
        return replace(_changed(trust, TrustState.UNTRUSTED, now, words), stepped_from=trust.state)
    if trust.stepped_from is not None and abs(by_ms) < rules.max_offset_ms:
        words = Phrase("the clock is back where the trusted time was")
        return replace(_changed(trust, trust.stepped_from, now, words), zero_ms=zero_ms(now), stepped_from=None)
    return trust


def _first_opinion(
    testimonies: Sequence[WitnessWord], trust: Trust, now: Instant, rules: TrustRules
) -> _Opinion | None:
    for kind in WitnessKind:
        said = [one.at(now.mono_s) for one in testimonies if one.kind is kind]
        if kind is WitnessKind.AUTHORITY:
            said = [one for one in said if not shows_a_zone(one, trust, now)]
        chosen = select(said)
        if not chosen.agreeing:
            continue
        opinion = _Opinion(_names(kind, chosen), chosen.zero_ms, chosen.uncertain_ms, kind)
        denies = opinion.excess_ms(zero_ms(now)) > _limit_ms(trust, opinion, now, rules)
        confirms = not denies and opinion.uncertain_ms <= USELESS_FROM_MS
        # A battery-backed clock that differs is one that was never set, or shows the local time: no witness.
        if confirms or denies and kind is not WitnessKind.RTC:
            return opinion
    return None


def _by_opinion(trust: Trust, opinion: _Opinion, now: Instant, rules: TrustRules) -> Trust:
    offset_ms, excess_ms = opinion.offset_ms(zero_ms(now)), opinion.excess_ms(zero_ms(now))
    if excess_ms > _limit_ms(trust, opinion, now, rules):
        words = Phrase(
            "{witness}: the clock is {offset} {way}",
            witness=opinion.witness,
            offset=seconds_text(offset_ms),
            way=_place(offset_ms),
        )
        denied = _changed(trust, TrustState.UNTRUSTED, now, words)
        return replace(
            denied, offset_ms=offset_ms, witness=opinion.witness, refuted_zero_ms=zero_ms(now), vouched_s=None
        )
    allowed_ms = rules.max_offset_ms * (_SETTLED if trust.state is TrustState.DRIFTING else 1.0)
    if excess_ms > allowed_ms:
        words = Phrase(
            "the clock is {offset} {way}, more than max_offset",
            offset=seconds_text(offset_ms),
            way=_place(offset_ms),
        )
        state = TrustState.DRIFTING
    else:
        words, state = Phrase("vouched for by {witness}", witness=opinion.witness), TrustState.TRUSTED
    return replace(
        _changed(trust, state, now, words),
        zero_ms=zero_ms(now),
        settled_zero_ms=zero_ms(now),
        offset_ms=offset_ms,
        witness=opinion.witness,
        vouched_s=now.mono_s,
        stepped_from=None,
        refuted_zero_ms=None,
    )


def _by_nobody(trust: Trust, now: Instant, rules: TrustRules, last_good_ms: int | None) -> Trust:
    if trust.state is TrustState.ASSUMED:
        return trust
    if trust.state.is_usable:
        since_s = trust.since.mono_s if trust.vouched_s is None else trust.vouched_s
        if now.mono_s - since_s < ALONE_S:
            return trust
        return _changed(trust, TrustState.ASSUMED, now, Phrase("nobody has vouched for the clock for a day"))
    waited_s = now.mono_s - trust.since.mono_s
    at_once = rules.assumes and trust.zero_ms is None
    if not (at_once or waited_s >= rules.give_up_s) or not _is_plausible(trust, now, rules, last_good_ms):
        return trust
    words = (
        Phrase("clock.trust is assume")
        if at_once
        else Phrase("nobody could be asked for {give_up}", give_up=seconds_text(rules.give_up_s * 1000))
    )
    assumed = _changed(trust, TrustState.ASSUMED, now, words)
    zero = zero_ms(now)
    return replace(assumed, zero_ms=zero, settled_zero_ms=zero, offset_ms=None, witness=None, stepped_from=None)


def _is_plausible(trust: Trust, now: Instant, rules: TrustRules, last_good_ms: int | None) -> bool:
    refuted = trust.refuted_zero_ms
    if refuted is not None and abs(zero_ms(now) - refuted) < rules.max_offset_ms:
        return False
    earliest_ms = max(EARLIEST_MS, last_good_ms or 0)
    return earliest_ms <= now.wall_ms <= earliest_ms + OFF_FOR_AT_MOST_MS


def _limit_ms(trust: Trust, opinion: _Opinion, now: Instant, rules: TrustRules) -> int:
    """How wrong the clock may be by this opinion."""
    if trust.state.is_usable and trust.state is not TrustState.ASSUMED:
        return DRIFT_LIMIT_MS
    return rules.ahead_ms if opinion.offset_ms(zero_ms(now)) < 0 else rules.behind_ms


def _changed(trust: Trust, state: TrustState, now: Instant, reason: str) -> Trust:
    since = trust.since if state is trust.state else now
    return replace(trust, state=state, since=since, reason=reason)


def _names(kind: WitnessKind, chosen: Selection) -> str:
    names = ", ".join(one.name for one in chosen.agreeing)
    match kind:
        case WitnessKind.SERVER:
            return Phrase(
                "{count} of {all} time servers ({names})",
                count=len(chosen.agreeing),
                all=len(chosen.agreeing) + len(chosen.others),
                names=names,
            )
        case WitnessKind.KERNEL:
            return Phrase("the system's synchroniser")
        case WitnessKind.RTC:
            return Phrase("the battery-backed clock {names}", names=names)
        case _:
            return Phrase("the server of {names}", names=names)


def seconds_text(length_ms: float) -> str:
    """A length as people read it: `0.250 s`, `90 s`, `3,600 s`, `20,454 days`."""
    length_s = abs(length_ms) / 1000
    if length_s < 10:
        return f"{length_s:.3f} s"
    return (
        Phrase("{length:,.0f} s", length=length_s)
        if length_s < 172_800
        else Phrase("{length:,.0f} days", length=length_s / 86_400)
    )


def _way(by_ms: float) -> str:
    return Phrase("ahead") if by_ms > 0 else Phrase("back")


def _place(offset_ms: float) -> str:
    """Where our clock is, by the witness."""
    return Phrase("behind") if offset_ms > 0 else Phrase("ahead")
