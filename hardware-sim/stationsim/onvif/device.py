"""The HTTP server of a simulated camera's ONVIF service, on loopback."""

import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from stationsim.model.camera import CameraModel
from stationsim.model.onvif import OnvifModel
from stationsim.onvif.answers import Answers
from stationsim.onvif.discovery import DiscoveryResponder
from stationsim.onvif.soap import NotSoap, parse

HOST = "127.0.0.1"
_LARGEST = 1_000_000
_BOMB = b'<!DOCTYPE s [<!ENTITY a "%s"><!ENTITY b "%s"><!ENTITY c "%s">]><s>&c;</s>' % (
    b"a" * 1000,
    b"&a;" * 1000,
    b"&b;" * 1000,
)
"""Some kilobytes that unfold to a gigabyte."""


class OnvifDevice:
    """Serves from its making until `close`. `asked`: the names of what was asked, in order."""

    def __init__(self, camera: CameraModel, model: OnvifModel, rtsp_url: str) -> None:
        self.fault = model.fault
        self.asked: list[str] = []
        self._let_go = threading.Event()
        self._server = _Server((HOST, model.port), _Request)
        self._server.device = self
        self.url = f"http://{HOST}:{self._server.server_address[1]}{model.path}"
        self.path = model.path
        self._answers = Answers(camera, model, rtsp_url, self.url)
        self._discovery = DiscoveryResponder(self.url, camera.name, model.hardware, model.discovery_port)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def discovery_port(self) -> int:
        return self._discovery.port

    @property
    def clock_offset(self) -> timedelta:
        """How far its clock is ahead of the machine's."""
        return self._answers.clock.ahead

    @property
    def time_source(self) -> str:
        return self._answers.clock.source

    def close(self) -> None:
        self._let_go.set()
        self._discovery.close()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, content: bytes) -> tuple[int, bytes] | None:
        """HTTP's status and the body; `None`: none ever."""
        if self.fault == "silent":
            self._let_go.wait()
            return None
        if self.fault == "garbage":
            return 200, b"<html><body>It works!</body></html>"
        if self.fault == "bomb":
            return 200, _BOMB
        if self.fault == "busy":
            return 503, b""
        if self.fault == "not_found" or path != self.path:
            return 404, b"<html><body>404 Not Found</body></html>"
        try:
            request = parse(content)
        except NotSoap as error:
            return 400, str(error).encode()
        self.asked.append(request.action)
        return self._answers.to(request, datetime.now(UTC))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    device: OnvifDevice


class _Request(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        length = min(int(self.headers.get("Content-Length") or 0), _LARGEST)
        answer = self.server.device.answer(self.path, self.rfile.read(length))
        if answer is None:
            self.close_connection = True
            return
        status, content = answer
        self.send_response(status)
        self.send_header("Content-Type", "application/soap+xml; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Whoever asks is told, nobody else."""
