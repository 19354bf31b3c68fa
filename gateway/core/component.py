"""The parts of the outside world, and how each can fare: what workers report and `gateway status` shows."""

from __future__ import annotations

from enum import StrEnum


class ComponentKind(StrEnum):
    LINK = "link"
    INSTRUMENT = "instrument"
    DESTINATION = "destination"
    CERTIFICATE = "certificate"
    """A destination's; it bears the destination's name."""
    STORAGE = "storage"
    """How long the card takes to keep something."""
    STAGE = "stage"
    """Of the gateway's own work: one of the clerk's stages."""


class ComponentState(StrEnum):
    """Each kind knows some of them."""

    UP = "up"
    """A link is open; a destination takes files."""
    DOWN = "down"
    """A link or a destination cannot be reached, or a destination takes nothing now."""
    REJECTED = "rejected"
    """The destination does not know us, or is not the one we know: password, key, certificate."""
    ANSWERING = "answering"
    """The instrument gives values."""
    SILENT = "silent"
    """The instrument does not answer, or its link is down."""
    GARBLED = "garbled"
    """The instrument's answers cannot be understood."""
    REFUSED = "refused"
    """The instrument answers that it will not answer this."""
    WRONG_DEVICE = "wrong-device"
    """Another device answers than the one that is configured."""
    VALID = "valid"
    """The certificate is good for a while."""
    ENDING = "ending"
    """The certificate has ended or soon will."""
    SLOW = "slow"
    """Commits take long: everything that is to be kept waits for them."""
    WORKING = "working"
    """The stage does what it is there for."""
    FAILING = "failing"
    """The stage cannot do its work, and is tried again and again; the others go on."""
