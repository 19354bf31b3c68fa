"""What a broker's reason codes mean (MQTT 5, chapter 2.4): not now, not this message, or not us.

Said of one message, `BAD_MESSAGE` is about it; said at the log-in or at the end of a connection, nobody knows which
message is meant: not now, and the courier finds out.

Those of version 3.1.1 arrive here as their counterparts of version 5.
"""

from __future__ import annotations

from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from gateway.core.errors import DeliveryDeferred, DeliveryError, DestinationRejected
from gateway.core.phrase import Phrase

NOBODY_LISTENS = 0x10
_FAILURE = 0x80
_BAD_VERSION = 0x84
_BAD_CLIENT_ID = 0x85
_BAD_CREDENTIALS = (0x86, 0x87, 0x8C)
_TAKEN_OVER = 0x8E
BAD_MESSAGE = (0x95, 0x99)
"""Too large, or not of the form that it says."""
_LATER = (0x80, 0x83, 0x88, 0x89, 0x8B, 0x8D, 0x8E, 0x93, 0x96, 0x97, 0x9F, 0xA0)
"""Unspecified, busy, shutting down, time-out, taken over, too many or too fast, quota: worth another try."""
_ADVICE = {
    _TAKEN_OVER: Phrase("; another client uses the same client_id: give each its own"),
    0x87: Phrase("; ask the authority for the right to publish there"),
    0x8A: Phrase("; this station is banned, ask the authority why"),
    0x90: Phrase("; ask the authority for the topic"),
    0x9A: Phrase("; it keeps no messages: write mqtt: {retain: false, status: ''}"),
    0x9B: Phrase("; it takes no messages at QoS 1, so none could be proven"),
    0x9C: Phrase("; ask the authority for the new address"),
    0x9D: Phrase("; ask the authority for the new address"),
}


def check_log_in(reason: ReasonCode, granted_properties: Properties | None, where: str, user: str) -> None:
    """Judge the answer to a log-in.

    Raises:
        DeliveryDeferred, DestinationRejected: we are not in.
    """
    code = reason.value
    if code == _BAD_VERSION:
        raise DestinationRejected(
            Phrase(
                "{where}: the broker does not speak this version of MQTT; write mqtt: {{version: v3.1.1}} (or v5)",
                where=where,
            )
        )
    if code == _BAD_CLIENT_ID:
        raise DestinationRejected(
            Phrase("{where}: the broker does not accept the client_id; ask the authority for it", where=where)
        )
    if code in _BAD_CREDENTIALS:
        raise DestinationRejected(
            Phrase(
                "{where}: the broker refuses user {user} with this password ({reason}); check both, and the "
                "client_id, with the authority",
                where=where,
                user=user,
                reason=reason,
            )
        )
    if code >= _FAILURE:
        raise judged(reason, where, Phrase("the broker does not let us in"))
    if getattr(granted_properties, "MaximumQoS", 2) == 0:
        raise DestinationRejected(
            Phrase("{where}: the broker acknowledges nothing (QoS 0), so no arrival could be proven", where=where)
        )


def judged(reason: ReasonCode, where: str, what: str) -> DeliveryError:
    """The error for a reason that is a failure."""
    text = f"{where}: {what} ({reason}{_ADVICE.get(reason.value, '')})"
    is_for_now = reason.value in (*_LATER, *BAD_MESSAGE) or reason.value < _FAILURE
    return DeliveryDeferred(text, by_server=True) if is_for_now else DestinationRejected(text)
