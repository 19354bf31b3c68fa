"""The packet that a time server answers with. Pure."""

import struct

from stationsim.model.time_server import TimeFaultModel, TimeServerModel

_LENGTH = 48
_CLIENT, _SERVER = 3, 4
_ERA_S = 2_208_988_800  # from 1900 to 1970
_UNSYNCHRONISED = 3


def answer(
    model: TimeServerModel, request: bytes, received_ms: float, sent_ms: float, elapsed_ms: float
) -> bytes | None:
    """What it says to this request, with its own clock; `None`: nothing."""
    if len(request) < _LENGTH or request[0] & 0x7 != _CLIENT:
        return None
    faults = {fault.kind: fault for fault in model.faults if _holds(fault, elapsed_ms)}
    if "silent" in faults:
        return None
    if "garbage" in faults:
        return b"\xff" * 20
    ahead_ms = model.offset + (faults["offset"].by if "offset" in faults else 0)
    leap, stratum, reference = model.leap, model.stratum, b"SIM\0"
    if "unsynchronised" in faults:
        leap, stratum = _UNSYNCHRONISED, 16
    if "kiss" in faults:
        leap, stratum, reference = _UNSYNCHRONISED, 0, faults["kiss"].code.encode().ljust(4, b"\0")
    originate = request[40:48]
    if "wrong_originate" in faults:
        originate = bytes(byte ^ 0xFF for byte in originate)
    return (
        struct.pack("!BBBb", leap << 6 | 4 << 3 | _SERVER, stratum, 6, -20)
        + struct.pack("!II", 0, round(model.root_dispersion * 65.536))
        + reference
        + _stamp(received_ms + ahead_ms)
        + originate
        + _stamp(received_ms + ahead_ms)
        + _stamp(sent_ms + ahead_ms)
    )


def _holds(fault: TimeFaultModel, elapsed_ms: float) -> bool:
    return fault.at <= elapsed_ms and (fault.for_ is None or elapsed_ms < fault.at + fault.for_)


def _stamp(utc_ms: float) -> bytes:
    """Seconds since 1900, which wrap in 2036, and a fraction of 32 bits."""
    units = round((utc_ms / 1000 + _ERA_S) * 2**32)
    return (units % 2**64).to_bytes(8, "big")
