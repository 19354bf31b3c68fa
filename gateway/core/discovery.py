"""WS-Discovery, the way in which cameras are found: the question, and what an answer says (ONVIF core, 7.3).

Pure. Answers come from whoever is in the network, and may be anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

GROUP = "239.255.255.250"
PORT = 3702
LARGEST_ANSWER = 65_535
_ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
_SCOPE = "onvif://www.onvif.org/"
_MOST_MATCHES = 16
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class FoundCamera:
    """What a camera answered. `name` and `hardware` are its own words, often empty; `url`: its device service."""

    address: str
    url: str
    name: str = ""
    hardware: str = ""


def probe(message_id: str) -> bytes:
    """The question: which network video transmitters are there? `message_id`: a UUID, which answers repeat."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"'
        f' xmlns:w="{_ADDRESSING}" xmlns:d="{_DISCOVERY}" xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><e:Header>'
        f"<w:MessageID>urn:uuid:{message_id}</w:MessageID><w:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>"
        f"<w:Action>{_DISCOVERY}/Probe</w:Action></e:Header><e:Body><d:Probe>"
        "<d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></e:Body></e:Envelope>"
    ).encode()


def read_answer(content: bytes, sender: str, message_id: str) -> list[FoundCamera]:
    """The cameras that it tells of; none, if it is no answer to this question.

    A camera has often several addresses, of which most cannot be reached from here: that of the `sender` is taken if it
    is among them, else the first.
    """
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:  # a kilobyte that unfolds to gigabytes
        return []
    try:
        root = ElementTree.fromstring(content)  # noqa: S314  # without a document type nothing unfolds
    except (ElementTree.ParseError, ValueError, LookupError):  # the latter: encodings that nobody knows
        return []
    relates = (root.findtext(f".//{{{_ADDRESSING}}}RelatesTo") or "").strip()
    if relates.removeprefix("urn:").removeprefix("uuid:") != message_id:
        return []
    matches = root.findall(f".//{{{_DISCOVERY}}}ProbeMatch")[:_MOST_MATCHES]
    return [found for match in matches if (found := _camera(match, sender)) is not None]


def _camera(match: Element, sender: str) -> FoundCamera | None:
    urls = [url for url in (match.findtext(f"{{{_DISCOVERY}}}XAddrs") or "").split() if _host(url) is not None]
    if not urls:
        return None
    url = next((one for one in urls if _host(one) == sender), urls[0])
    scopes = (match.findtext(f"{{{_DISCOVERY}}}Scopes") or "").split()
    return FoundCamera(_host(url) or "", url, _of_scope(scopes, "name"), _of_scope(scopes, "hardware"))


def _host(url: str) -> str | None:
    """`None`: it is no URL that could be asked, or somebody's password stands in it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.scheme in ("http", "https") and parts.username is None else None
        return host if len(url) <= _LONGEST and (parts.port or 1) > 0 else None
    except ValueError:
        return None


def _of_scope(scopes: list[str], kind: str) -> str:
    beginning = f"{_SCOPE}{kind}/"
    found = next((one for one in scopes if one.startswith(beginning)), beginning)
    return unquote(found.removeprefix(beginning))[:_LONGEST]
