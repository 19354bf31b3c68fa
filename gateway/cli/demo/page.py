"""The demo's page: at the usual port if nobody has it, else at a free one."""

from __future__ import annotations

import socket
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

_HOST = "127.0.0.1"
_USUAL_PORT = 8080


def why_no_page() -> str | None:
    """Why the demo has none, in words; `None`: it has one."""
    for module in ("starlette", "uvicorn", "jinja2", "argon2"):
        if find_spec(module) is None:
            return Phrase("the package {package} is missing: pip install 'station-gateway[web]'", package=module)
    return None


def add_page(configuration: Path, folder: Path) -> str:
    """Write it into the configuration. Returns its address."""
    port = _port()
    with configuration.open("a", encoding="utf-8") as file:
        file.write(f'\nweb: {{listen: "{_HOST}:{port}", storage: "{folder / "page"}"}}\n')
    return f"http://{_HOST}:{port}/"


def _port() -> int:
    for wanted in (_USUAL_PORT, 0):
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((_HOST, wanted))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise GatewayError(Phrase("no port is free"))
