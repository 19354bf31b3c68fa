"""When a destination's server is probed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from gateway.core.errors import DeliveryDeferred
from gateway.core.interfaces import Delivered, Parcel
from gateway.core.profile import ServerProfile
from gateway.uplinks.probing import ProbingUplink
from tests.support.servers.memory import MemoryServer, MemoryUplink

PROFILE = ServerProfile("220 hello", renames=True, replaces=False, tls="TLSv1.3", connections=4)
PARCEL = Parcel("day", "a.txt", b"content")


class ProbedMemory(MemoryUplink):
    """A server whose trial fails as often as is wanted."""

    def __init__(self, failures: int) -> None:
        super().__init__(MemoryServer())
        self.trials = 0
        self._failures = failures

    def deliver(self, parcels: Sequence[Parcel]) -> Iterator[Delivered]:  # type: ignore[override]
        for outcome in super().deliver(parcels):
            assert isinstance(outcome, Delivered)
            yield outcome

    def probe(self) -> ServerProfile:
        self.trials += 1
        if self.trials <= self._failures:
            raise DeliveryDeferred("memory: the connection failed")
        return PROFILE


@pytest.mark.parametrize(("failures", "trials", "told"), [(0, 1, 1), (2, 3, 1), (9, 3, 0)])
def test_a_trial_that_fails_fails_no_delivery_and_is_not_repeated_for_ever(
    failures: int, trials: int, told: int
) -> None:
    learned: list[ServerProfile] = []
    uplink = ProbedMemory(failures)
    probing = ProbingUplink(uplink, "so-tnmt", learned.append)
    for n in range(5):
        (outcome,) = probing.deliver([Parcel("day", f"{n}.txt", b"content")])
        assert isinstance(outcome, Delivered)
    assert (uplink.trials, len(learned)) == (trials, told)


def test_nothing_is_tried_out_before_something_has_arrived() -> None:
    uplink = ProbedMemory(0)
    uplink._server.reachable = False
    probing = ProbingUplink(uplink, "so-tnmt", lambda _: None)
    with pytest.raises(DeliveryDeferred):
        list(probing.deliver([PARCEL]))
    assert uplink.trials == 0


def test_the_journal_says_what_was_learned_as_keys_and_values(caplog: pytest.LogCaptureFixture) -> None:
    """It was a Python object, with everything that nobody had tried."""
    probing = ProbingUplink(ProbedMemory(0), "so-tnmt", lambda _: None)
    with caplog.at_level("INFO", "gateway.uplinks.probing"):
        list(probing.deliver([PARCEL]))
    (line,) = caplog.messages
    assert line.startswith(f"server tried out destination=so-tnmt software={PROFILE.software!r} ")
    assert "None" not in line
    assert "ServerProfile" not in line
