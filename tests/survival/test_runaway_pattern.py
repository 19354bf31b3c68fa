r"""An expression that holds Python's own engine for ever, `(\s*[0-9.]+\s*)+;`, and devices whose digits never end:
those instruments alone have no value, the others keep their period, and SIGTERM is heard."""

from __future__ import annotations

import json
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.support.live.gateway import RunningGateway, command

LASTS_S = 9.0
RUNAWAY = r"(?P<GROUP>(\s*[0-9.]+\s*)+);"
DIGITS = b"1" * 10_000
Talk = Callable[[socketserver.StreamRequestHandler], None]


def endless(talk: socketserver.StreamRequestHandler) -> None:
    """Asked once, says `1` for ever."""
    talk.connection.recv(64)
    while True:
        talk.wfile.write(DIGITS)
        time.sleep(0.01)


def longest(talk: socketserver.StreamRequestHandler) -> None:
    """Answers with as many digits as the expression is shown, ten thousand at every other question."""
    while talk.connection.recv(64):
        talk.wfile.write(DIGITS[:4000] + b"\r\n")
        if talk.connection.recv(64):
            talk.wfile.write(DIGITS + b"\r\n")


def streaming(talk: socketserver.StreamRequestHandler) -> None:
    while True:
        talk.wfile.write(DIGITS[:1000] + b"\r\n")
        time.sleep(0.05)


@contextmanager
def device(talk: Talk) -> Iterator[int]:
    """A device on a port of its own."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            try:
                talk(self)
            except OSError:
                return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.timeout(90)
def test_digits_without_end_cost_that_instrument_alone(tmp_path: Path) -> None:
    asked_s: list[float] = []

    def honest(talk: socketserver.StreamRequestHandler) -> None:
        while talk.connection.recv(64):
            asked_s.append(time.monotonic())
            talk.wfile.write(b"42.5;\r\n")

    hostile: dict[str, Talk] = {"PM": endless, "NO2": longest, "CO": streaming}
    with ExitStack() as devices:
        ports = {symbol: devices.enter_context(device(talk)) for symbol, talk in hostile.items()}
        ports["SO2"] = devices.enter_context(device(honest))
        file = configuration(tmp_path, ports)
        gateway = RunningGateway(file, tmp_path / "log")
        try:
            time.sleep(LASTS_S)
            gateway.check()
            shown = said(file)
        finally:
            stopped = gateway.stop(15.0)
    assert stopped.code == 0
    assert stopped.took_s < 5
    assert len(asked_s) >= LASTS_S - 4
    assert max(later - earlier for earlier, later in zip(asked_s, asked_s[1:], strict=False)) < 1.5
    assert shown == {"SO2": (42.5, "00"), "PM": (None, "02"), "NO2": (None, "02"), "CO": (None, "02")}
    log = (tmp_path / "log").read_text()
    assert "Traceback" not in log
    assert "worker failed" not in log


def said(file: Path) -> dict[str, tuple[float | None, str | None]]:
    """Value and status of each parameter, once something was kept of all of them: that may take a commit more."""
    give_up = time.monotonic() + 20
    while True:
        status = json.loads(command("status", "--json", "-c", file).stdout)
        shown = {one["symbol"]: (one["value"], one["status"]) for one in status["parameters"]}
        if all(one is not None for _, one in shown.values()) or time.monotonic() > give_up:
            return shown
        time.sleep(0.5)


def configuration(folder: Path, ports: dict[str, int]) -> Path:
    links = "".join(
        f"  link-{symbol}: {{type: tcp, host: 127.0.0.1, port: {port}, timeout: 500ms}}\n"
        for symbol, port in ports.items()
    )
    instruments = "".join(
        f"  - name: device-{symbol}\n    link: link-{symbol}\n    poll: 1s\n"
        f"    ascii: {{{asking(symbol)}, response: '{RUNAWAY.replace('GROUP', symbol)}'}}\n"
        f"    parameters: [{{symbol: {symbol}, unit: mg/Nm3}}]\n"
        for symbol in ports
    )
    file = folder / "gateway.yaml"
    file.write_text(
        f"""\
station: {{name: Trạm khí thải, province: HN, facility: ABCD, code: KHI001, kind: emission}}
storage: {{path: {folder / "storage"}}}
reporting: {{slot: 10s}}
clock: {{trust: assume}}
links:
{links}
instruments:
{instruments}
""",
        encoding="utf-8",
    )
    return file


def asking(symbol: str) -> str:
    return "streaming: true" if symbol == "CO" else r'request: "R\r"'
