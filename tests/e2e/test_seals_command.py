"""`gateway seals`, the register and the hand-over as a person types them, beside the running daemon."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.support.department import with_age
from tests.support.live.gateway import RunningGateway, command
from tests.support.photo import photo

STATION = """\
station: {{name: Trạm thử, province: HN, facility: TEST, code: TST001, kind: ambient_air}}
storage: {{path: {folder}/storage}}
clock: {{trust: assume}}
links: {{bus: {{type: modbus-tcp, host: 127.0.0.1, port: 9}}}}
instruments: [{{name: ozone, link: bus, unit: 3, profile: teledyne-t400}}]
ports: [{{id: "panel:datalogger-usb", state: unused, of: datalogger}}]
ports_policy: {{undeclared: warning}}
handover:
  accounts: [{{of: datalogger, level: administrator, user: admin, password: {{file: {folder}/password}}}}]
"""
SEAL = ("panel:datalogger-usb", "--number", "TEM-1", "--who", "Nguyễn Văn A", "--reason", "nghiệm thu")


@pytest.mark.timeout(180)
def test_seals_and_hand_over_beside_the_running_daemon(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("Mat-khau-1")
    (tmp_path / "password").chmod(0o600)
    (tmp_path / "seal.jpg").write_bytes(photo())
    config = tmp_path / "gateway.yaml"
    config.write_text(STATION.format(folder=tmp_path), "utf-8")
    running = RunningGateway(config, tmp_path / "log")
    try:
        until_s = time.monotonic() + 90
        while "started" not in running.log.read_text("utf-8", "replace") and time.monotonic() < until_s:
            running.check()
            time.sleep(0.1)
        put = command("seals", "put", *SEAL, "--photo", tmp_path / "seal.jpg", "-c", config)
        again = command("seals", "put", *SEAL, "-c", config)
        department = with_age(tmp_path)
        given = command("handover", "-o", tmp_path / "out", "--for", department.recipient, "-c", config)
    finally:
        running.stop()
    assert (put.returncode, again.returncode, given.returncode) == (0, 1, 0), (put.stderr, given.stderr)
    assert again.stderr.startswith("gateway: TEM-1 is in place on panel:datalogger-usb already")
    opened = json.loads(department.open(tmp_path / "out/accounts.age"))
    assert opened["accounts"] == [
        {"of": "datalogger", "level": "administrator", "user": "admin", "password": "Mat-khau-1"}
    ]
    assert command("journal", "verify", "-c", config).returncode == 0
    plain = [file for file in tmp_path.rglob("*") if file.is_file() and b"Mat-khau-1" in file.read_bytes()]
    assert plain == [tmp_path / "password"]
