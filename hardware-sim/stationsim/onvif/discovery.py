"""WS-Discovery, as ONVIF's core specification 7.3 wants it: a camera that answers whoever looks for cameras."""

import socket
import struct
import threading
import uuid
from urllib.parse import quote
from xml.etree import ElementTree

GROUP = "239.255.255.250"
PORT = 3702
_LOOPBACK = "127.0.0.1"
_ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_LARGEST = 65_536


class DiscoveryResponder:
    """Hears the group on loopback, and whatever is sent to its port there."""

    def __init__(self, http_url: str, name: str, hardware: str, port: int) -> None:
        self._http_url = http_url
        self._scopes = f"onvif://www.onvif.org/name/{quote(name)} onvif://www.onvif.org/hardware/{quote(hardware)}"
        self._id = uuid.uuid5(uuid.NAMESPACE_URL, http_url)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("", port))
        loopback = struct.pack("=4s4si", socket.inet_aton(GROUP), socket.inet_aton(_LOOPBACK), 0)
        self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, loopback)
        self._socket.settimeout(0.1)
        self._is_closing = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def close(self) -> None:
        self._is_closing.set()
        self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        while not self._is_closing.is_set():
            try:
                content, sender = self._socket.recvfrom(_LARGEST)
            except TimeoutError:
                continue
            answer = self._answer(content)
            if answer is not None:
                self._socket.sendto(answer, sender)

    def _answer(self, content: bytes) -> bytes | None:
        try:
            root = ElementTree.fromstring(content)  # noqa: S314  # a simulator on loopback
        except ElementTree.ParseError:
            return None
        asked = root.findtext(f".//{{{_ADDRESSING}}}MessageID")
        action = root.findtext(f".//{{{_ADDRESSING}}}Action") or ""
        if asked is None or not action.strip().endswith("/Probe"):
            return None
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/'
            'addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/'
            f'network/wsdl"><s:Header><a:MessageID>urn:uuid:{uuid.uuid4()}</a:MessageID><a:RelatesTo>{asked.strip()}'
            "</a:RelatesTo><a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</a:Action></s:Header>"
            f"<s:Body><d:ProbeMatches><d:ProbeMatch><a:EndpointReference><a:Address>urn:uuid:{self._id}</a:Address>"
            "</a:EndpointReference><d:Types>dn:NetworkVideoTransmitter</d:Types>"
            f"<d:Scopes>{self._scopes}</d:Scopes><d:XAddrs>{self._http_url}</d:XAddrs>"
            "<d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"
        ).encode()
