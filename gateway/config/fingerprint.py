"""How an instrument is configured, in a few letters."""

from __future__ import annotations

import hashlib

from gateway.config.instruments.instrument import Instrument
from gateway.config.links.link import Link


def fingerprint_of(instrument: Instrument, link: Link) -> str:
    """The same as long as neither the instrument nor its link is configured otherwise."""
    content = instrument.model_dump_json() + link.model_dump_json()
    return hashlib.sha256(content.encode()).hexdigest()[:32]
