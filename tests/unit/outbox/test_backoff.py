"""Failures in a row make the pauses longer; one success, and all begins anew."""

from __future__ import annotations

from gateway.core.backoff import REJECTED_S
from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.outbox.backoff import Backoff


def test_a_line_that_is_down_is_tried_ever_more_rarely_until_it_is_up() -> None:
    backoff = Backoff(lambda: 0.0)
    assert [backoff.failed(DeliveryDeferred("no answer")) for _ in range(4)] == [1.0, 2.0, 4.0, 8.0]
    assert backoff.succeeded() == 4
    assert backoff.succeeded() == 0
    assert backoff.failed(DeliveryDeferred("no answer")) == 1.0


def test_who_rejects_us_is_tried_as_rarely_as_the_account_bears() -> None:
    backoff = Backoff(lambda: 0.0)
    assert backoff.failed(DestinationRejected("wrong password")) == REJECTED_S
    assert backoff.failures == 1
