"""The table of the protocols and the configuration's models of devices are about the same ones."""

from __future__ import annotations

from gateway.config.instruments.instrument import DEVICE_MODELS
from gateway.instruments.registry import PROTOCOLS


def test_every_device_that_can_be_configured_has_a_protocol() -> None:
    assert {protocol.settings for protocol in PROTOCOLS} == set(DEVICE_MODELS)
    assert len(PROTOCOLS) == len(DEVICE_MODELS)
