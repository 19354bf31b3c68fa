"""The lanes of a destination share what they carry."""

from __future__ import annotations

from gateway.outbox.in_flight import InFlight


def test_what_one_lane_carries_the_other_does_not_see() -> None:
    in_flight = InFlight()
    assert in_flight.claim([1, 2, 3]) == {1, 2, 3}
    assert in_flight.claim([2, 3, 4]) == {4}
    in_flight.release({1, 2, 3})
    assert in_flight.claim([1, 4]) == {1}
