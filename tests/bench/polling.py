"""Fifty Modbus TCP devices with fifty registers each: the whole path from the instrument to the packed reading in the
database, beside pymodbus alone on such devices. The devices are libmodbus, each a process.

Twice: on the devices' core, and on another, where waking and being woken costs the kernel more. Left to itself the
system does now the one and now the other, and no figure comes out the same again.
"""

from __future__ import annotations

import gc
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from pymodbus.client import ModbusTcpClient

from gateway.config import load
from gateway.core.reading import Sample
from gateway.db import open_database
from gateway.instruments.registry import driver_on, open_link
from gateway.readings.recorder import Recorder
from gateway.readings.store import ReadingStore
from gateway.readings.unstamped import UnstampedStore
from gateway.runtime.clock import AlwaysTrusted, SystemClock
from tests.support.clock import FakeClock
from tests.support.modbus_server.device import tcp_device

DEVICES = 50
REGISTERS = 50
WANDER = 3
"""By how much the registers move between two answers: what stands still packs for less."""
ROUNDS = 11
SCANS = 40
"""Each scan asks every device once, as a station does in a second; forty of them are four commits."""

Scan = Callable[[], None]


def main() -> None:
    with ExitStack() as stack:
        registers = {("holding", address): 1000 + address for address in range(REGISTERS)}

        def devices() -> list[int]:
            """Their ports. A device of libmodbus talks to one client at a time, so each contender has its own."""
            return [stack.enter_context(tcp_device(registers, wander=WANDER)) for _ in range(DEVICES)]

        theirs, *others = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {theirs})  # which the devices inherit
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        contenders: dict[str, Scan] = {
            "25 float32": stack.enter_context(_gateway(folder / "floats", devices(), "float32")),
            "50 scaled uint16": stack.enter_context(_gateway(folder / "words", devices(), "uint16, scale: 0.1")),
            "pymodbus alone": stack.enter_context(_pymodbus(devices())),
        }
        for scan in contenders.values():
            scan()
        gc.freeze()  # as the daemon does
        together = _compared(contenders)
        apart = "one core only"
        if others:
            os.sched_setaffinity(0, {others[0]})
            apart = _compared(contenders)
    print(
        f"polling: {DEVICES} devices × {REGISTERS} registers, CPU s per 1,000 transactions (goal 0.06, 2 × pymodbus):"
        f" on the devices' core {together}; on another {apart}"
    )


def _compared(contenders: dict[str, Scan]) -> str:
    """Medians of all, who take turns."""
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, scan in contenders.items():
            spent[name].append(_per_thousand(scan))
    return ", ".join(
        f"{name} {median(cpu_s for cpu_s, _ in took):.3f} ({1000 / median(wall_s for _, wall_s in took):,.0f}/s)"
        for name, took in spent.items()
    )


def _per_thousand(scan: Scan) -> tuple[float, float]:
    """CPU and wall seconds for a thousand transactions."""
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    for _ in range(SCANS):
        scan()
    thousands = SCANS * DEVICES / 1000
    return (time.process_time() - cpu_s) / thousands, (time.perf_counter() - wall_s) / thousands


@contextmanager
def _pymodbus(ports: list[int]) -> Iterator[Scan]:
    clients = [ModbusTcpClient("127.0.0.1", port=port, retries=0) for port in ports]

    def scan() -> None:
        for client in clients:
            answer = client.read_holding_registers(0, count=REGISTERS, device_id=1)
            if len(answer.registers) != REGISTERS:
                raise SystemExit(f"polling: {answer}")

    yield scan
    for client in clients:
        client.close()


@contextmanager
def _gateway(folder: Path, ports: list[int], kind: str) -> Iterator[Scan]:
    """The gateway's own parts, in one thread; its clock is moved on by a second for each scan."""
    folder.mkdir()
    configuration = load(_configuration(folder, ports, kind))
    clock = FakeClock()
    database = open_database(folder / "gateway.db")
    names = [instrument.name for instrument in configuration.instruments]
    trust, readings = AlwaysTrusted(clock), ReadingStore(database)
    unstamped = UnstampedStore(database, readings, trust.boot_id, 300_000)
    recorder = Recorder(readings, unstamped, trust, dict.fromkeys(names, 1000), 300_000, 2_000)
    with ExitStack() as stack:
        instruments = []
        for settings in configuration.instruments:
            link = open_link(settings.link, configuration.links[settings.link], SystemClock())
            stack.callback(link.close)
            instruments.append(driver_on(settings, link))

        def scan() -> None:
            for instrument in instruments:
                sample = Sample(instrument.name, clock.wall_ms, clock.mono_s, instrument.parameters, instrument.read())
                if None in sample.readings.values:
                    raise SystemExit(f"polling: {instrument.name} has no value")
                recorder.accept(sample)
            recorder.step(clock.advance(1.0))

        yield scan
    database.close()


def _configuration(folder: Path, ports: list[int], kind: str) -> Path:
    width = 2 if kind == "float32" else 1
    secret = folder / "secret"
    secret.touch(mode=0o600)
    secret.write_text("unused")
    links = "".join(f"  link-{port}: {{type: modbus-tcp, host: 127.0.0.1, port: {port}}}\n" for port in ports)
    lines = [
        f"      - {{symbol: P@{n:02}, custom: true, unit: mg/L, register: 'holding:{n * width}', type: {kind}}}\n"
        for n in range(REGISTERS // width)
    ]
    instruments = "".join(
        f"  - name: device-{port}\n    link: link-{port}\n    unit: 1\n    poll: 1s\n    parameters:\n"
        + "".join(lines).replace("@", f"{device}N")
        for device, port in enumerate(ports)
    )
    file = folder / "gateway.yaml"
    file.write_text(
        f"""\
station: {{name: Nhanh, province: HN, facility: ABCD, code: NUO001, kind: wastewater}}
storage: {{path: {folder}}}
links:
{links}instruments:
{instruments}destinations:
  - {{name: unused, authority: province, url: "ftp://nobody@127.0.0.1/NUO001", password: {{file: {secret}}}}}
""",
        encoding="utf-8",
    )
    return file


if __name__ == "__main__":
    main()
