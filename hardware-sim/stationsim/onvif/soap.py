"""SOAP 1.2 as cameras speak it: what was asked, by whom, and how it is answered. Pure."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

_ENVELOPE = "http://www.w3.org/2003/05/soap-envelope"
_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_FRESH_S = 300
"""So far a token's time may be from the camera's clock. Real ones take some seconds to some minutes."""


class NotSoap(Exception):
    """Nothing that could be answered."""


@dataclass(frozen=True)
class Token:
    user: str
    digest: str
    nonce: bytes
    created: str


@dataclass(frozen=True)
class Request:
    """`action`: the name of what is asked, such as `GetProfiles`."""

    action: str
    body: Element
    token: Token | None


def parse(content: bytes) -> Request:
    """Raises NotSoap."""
    try:
        root = ElementTree.fromstring(content)  # noqa: S314  # a simulator on loopback
    except ElementTree.ParseError as error:
        raise NotSoap(str(error)) from None
    body = root.find(f"{{{_ENVELOPE}}}Body")
    if body is None or len(body) != 1:
        raise NotSoap("no body with one element")
    return Request(body[0].tag.rpartition("}")[2], body[0], _token(root))


def text(element: Element, name: str) -> str:
    """Of the first element of that name below, whatever its namespace; empty: there is none."""
    found = next((one for one in element.iter() if one.tag.rpartition("}")[2] == name), None)
    return "" if found is None else (found.text or "")


def is_right(token: Token | None, user: str, password: str, camera_now: datetime) -> bool:
    """Whether the token proves the password, and was made now by the camera's own clock."""
    if token is None or token.user != user:
        return False
    proof = hashlib.sha1(token.nonce + token.created.encode() + password.encode(), usedforsecurity=False).digest()
    try:
        created = datetime.fromisoformat(token.created)
    except ValueError:
        return False
    created = created.replace(tzinfo=created.tzinfo or UTC)
    is_fresh = abs((created - camera_now).total_seconds()) <= _FRESH_S
    return is_fresh and base64.b64encode(proof).decode() == token.digest


def envelope(body: str) -> bytes:
    names = (
        f'xmlns:s="{_ENVELOPE}" xmlns:tds="http://www.onvif.org/ver10/device/wsdl"'
        ' xmlns:trt="http://www.onvif.org/ver10/media/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema"'
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope {names}><s:Body>{body}</s:Body></s:Envelope>'.encode()


def fault(code: str, subcode: str, reason: str) -> bytes:
    """`code`: `Sender` or `Receiver`."""
    return envelope(
        f'<s:Fault><s:Code><s:Value>s:{code}</s:Value><s:Subcode><s:Value xmlns:ter="http://www.onvif.org/ver10/error">'
        f"{subcode}</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang='en'>{escape(reason)}</s:Text></s:Reason>"
        "</s:Fault>"
    )


def _token(root: Element) -> Token | None:
    found = root.find(f".//{{{_WSSE}}}UsernameToken")
    if found is None:
        return None

    def of(space: str, name: str) -> str:
        return found.findtext(f"{{{space}}}{name}") or ""

    try:
        nonce = base64.b64decode(of(_WSSE, "Nonce"))
    except ValueError:
        return None
    return Token(of(_WSSE, "Username"), of(_WSSE, "Password"), nonce, of(_WSU, "Created"))
