"""HTTPS as the administration speaks it: TLS 1.2 or newer, HTTP/1.1 kept alive, bodies bounded; and what spoils it.

A thread for each connection. Only POST, only JSON; whatever else is asked is answered with the status of HTTP for it.
"""

import contextlib
import json
import logging
import socket
import socketserver
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler
from typing import Any

from stationsim.authority.keys import TlsFiles
from stationsim.model.road import RoadFaultModel, RoadModel
from stationsim.road.desk import LOGIN, SUBMIT, Answer, Desk, Request
from stationsim.road.tally import RoadTally

_log = logging.getLogger(__name__)

_PATIENCE_S = 120.0
_JSON = "application/json"
_ENDLESS = b" " * 65_536


class RoadServer(socketserver.ThreadingTCPServer):
    """Listens from its making until `close`; OSError when it cannot."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, model: RoadModel, port: int, tls: TlsFiles, desk: Desk, tally: RoadTally) -> None:
        self.desk, self.tally, self.most_bytes = desk, tally, model.body
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.minimum_version = ssl.TLSVersion.TLSv1_2
        self._tls.load_cert_chain(tls.certificate, tls.key)
        if model.client_ca is not None:
            self._tls.load_verify_locations(model.client_ca)
            self._tls.verify_mode = ssl.CERT_REQUIRED
        self._turn = threading.Lock()
        self._open: set[socket.socket] = set()
        super().__init__((model.host, port), _Exchange)
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Every connection ends, in the middle of an answer too."""
        self.shutdown()
        self.server_close()
        with self._turn:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)
        self._thread.join()

    def finish_request(self, request: Any, client_address: Any) -> None:
        """In the connection's own thread: the handshake is as slow as its client."""
        request.settimeout(_PATIENCE_S)
        request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            secured = self._tls.wrap_socket(request, server_side=True)
        except (OSError, ValueError) as error:
            _log.debug("handshake with %s failed: %s", client_address, error)
            return
        self.tally.count("connections")
        with self._turn:
            self._open.add(secured)
        try:
            super().finish_request(secured, client_address)
        finally:
            with self._turn:
                self._open.discard(secured)
            with contextlib.suppress(OSError):
                secured.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        _log.debug("connection of %s ended", client_address, exc_info=True)


class _Exchange(BaseHTTPRequestHandler):
    server: RoadServer
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "road-administration", ""
    wbufsize = -1

    def do_POST(self) -> None:
        size = self.headers.get("Content-Length", "")
        if not size.isdigit():
            return self._hang_up_with(411, "say how long the body is")
        if self.path not in (LOGIN, SUBMIT):
            return self._hang_up_with(404, "no such path", int(size))
        if int(size) > self.server.most_bytes:
            return self._hang_up_with(413, f"at most {self.server.most_bytes} bytes", int(size))
        body = self.rfile.read(int(size))
        if self.headers.get_content_type() != _JSON or _JSON not in self.headers.get("Accept", ""):
            return self._hang_up_with(415, "JSON is spoken here")
        token = self.headers.get("Authorization", "").partition(" ")[2]
        answer = self.server.desk.answer(Request(self.path, self.client_address[0], token, body))
        if answer is None:
            self.close_connection = True
            return None
        return self._send(answer)

    def _wrong_method(self) -> None:
        self._hang_up_with(405, "POST is spoken here")

    do_GET = do_PUT = do_DELETE = do_HEAD = do_PATCH = _wrong_method

    def _hang_up_with(self, status: int, message: str, unread: int = 0) -> None:
        """`unread` bytes are read first: who closes with something unread takes its own answer back."""
        while unread > 0 and (part := self.rfile.read(min(unread, len(_ENDLESS)))):
            unread -= len(part)
        self.server.tally.count("requests")
        self.close_connection = True
        self._send(Answer(status, {"code": status, "message": message}))

    def _send(self, answer: Answer) -> None:
        body = json.dumps(answer.content, ensure_ascii=False).encode()
        drip_s, cut_after, endless = 0.0, None, False
        status, location = answer.status, None
        for fault in answer.spoilt:
            if fault.kind == "slow":
                time.sleep(fault.delay / 1000)
            drip_s = fault.delay / 1000 if fault.kind == "drip" else drip_s
            cut_after = fault.bytes if fault.kind == "cut" else cut_after
            endless = endless or fault.kind == "too_large"
            if fault.kind == "redirect":
                status, location = 307, f"https://{self.headers['Host']}/elsewhere"
            body = _spoilt(body, fault)
        self.send_response(status)
        self.send_header("Content-Type", f"{_JSON}; charset=utf-8")
        self.send_header("Content-Length", str(64_000_000 if endless else len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        if location is not None:
            self.send_header("Location", location)
        self.end_headers()
        if cut_after is not None:
            self.close_connection = True
            body = body[:cut_after]
        if drip_s:
            self._drip(body, drip_s)
        else:
            self.wfile.write(body)
        if endless:
            for _ in range(64_000_000 // len(_ENDLESS)):
                self.wfile.write(_ENDLESS)
        self.wfile.flush()

    def _drip(self, body: bytes, pause_s: float) -> None:
        for n in range(len(body)):
            self.wfile.write(body[n : n + 1])
            self.wfile.flush()
            time.sleep(pause_s)

    def log_message(self, format: str, *args: Any) -> None:
        _log.debug("%s: " + format, self.client_address[0], *args)  # noqa: G003 # the library's own form


def _spoilt(body: bytes, fault: RoadFaultModel) -> bytes:
    if fault.kind == "no_json":
        return b"<html><body>502 Bad Gateway</body></html>"
    if fault.kind == "wrong_json":
        return b'{"results": {"id": NaN}, "data": [true, 7]}'
    if fault.kind == "nested":
        return b"[" * 100_000
    return body
