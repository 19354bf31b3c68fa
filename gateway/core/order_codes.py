"""What the road administration answers to a transport order: the codes of HTTP and of its own list (guide of June
2024), what each means, and what is to be done about it.

0 is accepted unless a destination's profile says otherwise. A code that is in neither list is a refusal: nobody knows
that repeating it would help.
"""

from __future__ import annotations

from enum import Enum, auto

from gateway.core.phrase import Phrase


class CodeRemedy(Enum):
    """What follows from a code."""

    LOG_IN_AGAIN = auto()
    """Once, for the token has ended; then it is `REPAIR`."""
    TRY_AGAIN = auto()
    """After a pause: the server cannot do it now."""
    REPAIR = auto()
    """The same would be refused again: the order is set aside until a person has put right what is wrong."""


_HTTP = {
    400: Phrase("the request is invalid"),
    401: Phrase("user or password is wrong"),
    403: Phrase("this account has no right to it"),
    404: Phrase("there is nothing at this address of the server"),
    405: Phrase("this address of the server does not take this method"),
    408: Phrase("the server did not get the request in time"),
    413: Phrase("the request is larger than the server takes"),
    415: Phrase("the server does not take this format"),
    429: Phrase("the server was asked too often"),
    500: Phrase("the server met an error that it does not know"),
    501: Phrase("the server does not have this function"),
    502: Phrase("a server behind the server does not answer rightly"),
    503: Phrase("the server is unavailable"),
    504: Phrase("a server behind the server does not answer in time"),
    505: Phrase("the server does not take this version of HTTP"),
}
_SYSTEM = {
    20001: Phrase("the sender is not known"),
    20002: Phrase("the sender may not send"),
    20003: Phrase("the address that the order came from is not registered"),
    20004: Phrase("the sender's signature is invalid"),
    20005: Phrase("the signature of a party to the order is not known"),
    20006: Phrase("the signature of a party to the order has expired or was revoked"),
    20007: Phrase("the order's list of signatures is invalid"),
    30001: Phrase("the transport operator is not known"),
    30002: Phrase("the unit on the order is not the one that is registered"),
    30003: Phrase("the unit is locked"),
    30004: Phrase("the code of the provincial transport department is not known"),
    30005: Phrase("the code of the coach station is not known"),
    30006: Phrase("the code of the route is invalid"),
}
_UNKNOWN = Phrase("a code that is not in the authority's list")
_AGAIN = frozenset({408, 429})


def code_meaning(code: int) -> Phrase:
    """In a few words."""
    known = _SYSTEM.get(code) or _HTTP.get(code)
    if known is not None:
        return known
    if 500 <= code < 600:
        return _HTTP[500]
    return _UNKNOWN


def code_remedy(code: int) -> CodeRemedy:
    """What follows from it, of HTTP or of the authority's own list."""
    if code == 401:
        return CodeRemedy.LOG_IN_AGAIN
    if code in _AGAIN or 500 <= code < 600:
        return CodeRemedy.TRY_AGAIN
    return CodeRemedy.REPAIR


def known_codes() -> tuple[int, ...]:
    """All that have a meaning of their own, HTTP's before the authority's."""
    return (*_HTTP, *_SYSTEM)
