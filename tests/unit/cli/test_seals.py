"""`gateway seals` as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from gateway.cli.ports.list import list_all
from gateway.cli.seals import break_seal, list_seals, put
from gateway.cli.status import status
from gateway.core.errors import GatewayError
from gateway.core.ports import FoundPort, PortId, PortKind
from gateway.ports.seen_ports import SeenPort, SeenPorts
from tests.support.journey import Journey
from tests.support.photo import photo

STATION = """\
station: {{name: Trạm thử, province: HN, facility: TEST, code: TST001, kind: ambient_air}}
storage: {{path: {storage}}}
links: {{bus: {{type: modbus-tcp, host: 192.168.1.10}}}}
instruments: [{{name: ozone, link: bus, unit: 3, profile: teledyne-t400}}]
ports:
  - {{id: "usb:1-1.3", state: unused, seal: TEM-1}}
  - {{id: "panel:datalogger-usb", state: unused, of: datalogger}}
"""
WORDS = {"who": "Nguyễn Văn A", "reason": "kiểm tra"}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "gateway.yaml"
    file.write_text(STATION.format(storage=tmp_path), "utf-8")
    database = Journey(tmp_path).database
    SeenPorts(database).keep([SeenPort(FoundPort(PortId(PortKind.USB, "1-1.4"), False), 1)], ())
    database.close()
    return file


def listed(config: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, list[dict[str, str]]]:
    capsys.readouterr()
    list_seals(config, as_json=True)
    found: dict[str, list[dict[str, str]]] = json.loads(capsys.readouterr().out)
    return found


def test_a_seal_is_put_with_its_photo_and_broken(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = config.parent / "photo.jpg"
    picture.write_bytes(photo())
    assert [one["number"] for one in listed(config, capsys)["unregistered"]] == ["TEM-1"]
    put("usb:1-1.3", "TEM-1", **WORDS, photo=picture, config=config)
    put("panel:datalogger-usb", "TEM-2", **WORDS, config=config)
    put("usb:1-1.4", "TEM-3", **WORDS, config=config)
    break_seal("usb:1-1.3", "TEM-1", **WORDS, config=config)
    put("usb:1-1.3", "TEM-4", **WORDS, config=config)
    found = listed(config, capsys)
    assert [one["number"] for one in found["in_place"]] == ["TEM-2", "TEM-3", "TEM-4"]
    assert found["unregistered"] == []
    assert found["other_than_declared"] == [{"port": "usb:1-1.3", "declared": "TEM-1", "in_place": ["TEM-4"]}]
    assert [one["act"] for one in found["entries"]] == ["put", "put", "put", "broken", "put"]
    assert [file.stem for file in (config.parent / "seals").iterdir()] == [found["entries"][0]["photo"]]
    list_seals(config)
    assert "usb:1-1.3  the configuration says TEM-1, the register TEM-4" in capsys.readouterr().out


def test_programs_are_told_what_was_noted(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put("panel:datalogger-usb", "TEM-2", **WORDS, config=config, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["act"], told["port"], told["number"]) == ("put", "panel:datalogger-usb", "TEM-2")
    break_seal("panel:datalogger-usb", "TEM-2", **WORDS, config=config, as_json=True)
    assert json.loads(capsys.readouterr().out)["act"] == "broken"


def test_a_port_with_another_seal_than_declared_is_told_wherever_ports_are_shown(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put("usb:1-1.3", "TEM-9", **WORDS, config=config)
    assert listed(config, capsys)["unregistered"] == []
    told = "usb:1-1.3  the configuration says TEM-1, the register TEM-9"
    for show in (list_seals, list_all, status):
        show(config=config)
        assert told in " ".join(capsys.readouterr().out.split()).replace("usb:1-1.3 the", "usb:1-1.3  the")


@pytest.mark.parametrize(
    ("port", "number", "said"),
    [
        ("usb:1-1.5", "TEM-1", "no port is called usb:1-1.5; did you mean usb:1-1."),
        ("net:eth9", "TEM-1", "no port is called net:eth9; declare it"),
        ("disk:sda", "TEM-1", "begins with no kind of port"),
        ("usb:1-1.3", " \t", "--number is empty"),
        ("usb:1-1.3", "9" * 65, "--number has 65 characters"),
    ],
)
def test_what_cannot_be_meant_is_told(
    config: Path, capsys: pytest.CaptureFixture[str], port: str, number: str, said: str
) -> None:
    with pytest.raises(typer.Exit) as ended:
        put(port, number, **WORDS, config=config)
    assert ended.value.exit_code == 2
    assert said in capsys.readouterr().err
    assert listed(config, capsys)["entries"] == []


def test_a_row_never_tells_of_a_photo_that_is_not_there_yet(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = config.parent / "photo.jpg"
    picture.write_bytes(photo())

    def power_cut(*_: object, **__: object) -> None:
        assert len(list((config.parent / "seals").glob("*.jpg"))) == 1
        raise GatewayError("the power went")

    with monkeypatch.context() as patched:
        patched.setattr("gateway.ports.seal_register.SealRegister.add", power_cut)
        with pytest.raises(GatewayError, match="the power went"):
            put("usb:1-1.3", "TEM-1", **WORDS, photo=picture, config=config)
    assert listed(config, capsys)["entries"] == []
    put("usb:1-1.3", "TEM-1", **WORDS, photo=picture, config=config)
    (config.parent / "seals").rename(config.parent / "away")
    (config.parent / "seals").write_text("no folder")
    with pytest.raises(GatewayError, match="nothing was noted"):
        break_seal("usb:1-1.3", "TEM-1", **WORDS, photo=picture, config=config)
    assert [one["act"] for one in listed(config, capsys)["entries"]] == ["put"]


def test_without_a_picture_that_was_named_nothing_is_noted(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(GatewayError, match="cannot be read"):
        put("usb:1-1.3", "TEM-1", **WORDS, photo=config.parent / "none.jpg", config=config)
    assert listed(config, capsys)["entries"] == []
    assert not (config.parent / "seals").exists()
