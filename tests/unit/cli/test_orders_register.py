"""`gateway orders register`: a key that openssl knows, a request that is signed by it, and what the form asks for."""

from __future__ import annotations

import io
import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from docx import Document

from gateway.cli import main
from gateway.config import load
from tests.unit.config.test_orders import COACH


def configured(folder: Path, algorithm: str = "RS256") -> Path:
    file, key = folder / "gateway.yaml", folder / "secrets" / "orders.key"
    station = "kind: coach_station, facility_name: Công ty Bến xe, address: Số 1 đường Ví dụ"
    sign = f"[{{role: station, key: {{file: {key}}}, certificate: {{file: /c}}, algorithm: {algorithm}}}]"
    text = COACH.replace("kind: coach_station", station).replace("api.example.vn", "127.0.0.1")
    text = text.replace("[{role: station, key: {file: /k}, certificate: {file: /c}}]", sign)
    file.write_text(text, "utf-8")
    return file


def run(*arguments: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["gateway", "orders", "register", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
    return int(ended.value.code or 0)


def openssl(*arguments: str) -> str:
    return subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_key_request_and_form_are_one(tmp_path: Path, algorithm: str, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = configured(tmp_path, algorithm), tmp_path / "out"
    assert run("-c", str(file), "-o", str(out), "--tax-code", "0100109106", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    key, request = tmp_path / "secrets" / "orders.key", out / "orders-station.csr"
    assert told["key_file"] == str(key)
    assert stat.S_IMODE(key.stat().st_mode) in (0o600, 0o640)
    assert openssl("pkey", "-in", str(key), "-pubout") == told["public_key"]
    assert openssl("req", "-in", str(request), "-noout", "-pubkey", "-verify") == told["public_key"]
    assert "Công ty Bến xe" in openssl("req", "-in", str(request), "-noout", "-subject", "-nameopt", "utf8")
    assert (told["tax_code"], told["source_address"], told["new"]) == ("0100109106", "127.0.0.1", True)
    written = json.loads((out / "registration.json").read_text("utf-8"))
    assert written.items() <= told.items()
    cells = [
        cell.text
        for row in Document(io.BytesIO((out / "registration.docx").read_bytes())).tables[0].rows
        for cell in row.cells
    ]
    assert {"Công ty Bến xe", "Mã số thuế", "0100109106", "Khóa công khai", told["public_key"]} <= set(cells)
    assert "PRIVATE" not in json.dumps(told)


def test_nothing_is_overwritten_and_a_key_that_is_there_is_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = configured(tmp_path), tmp_path / "out"
    assert run("-c", str(file), "-o", str(out)) == 0
    before = {one: one.read_bytes() for one in out.iterdir()}
    assert run("-c", str(file), "-o", str(out)) == 1
    assert {one: one.read_bytes() for one in out.iterdir()} == before
    capsys.readouterr()
    key = tmp_path / "secrets" / "orders.key"
    made = key.read_bytes()
    assert run("-c", str(file), "-o", str(tmp_path / "again"), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["new"], told["key_file"], key.read_bytes()) == (False, str(key), made)
    assert openssl("req", "-in", told["request_file"], "-noout", "-pubkey") == told["public_key"]
    assert sorted(one.name for one in (tmp_path / "again").iterdir()) == [
        "orders-station.csr",
        "registration.docx",
        "registration.json",
    ]


def test_check_says_who_makes_the_key_that_is_missing(tmp_path: Path) -> None:
    found = {one.path: str(one) for one in load(configured(tmp_path)).warnings}
    assert "gateway orders register -o FOLDER" in found["orders.sign[0].key"]
    assert "gateway keys new" not in " ".join(found.values())


def test_a_key_of_another_kind_is_not_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("-c", str(configured(tmp_path)), "-o", str(tmp_path / "first")) == 0
    assert run("-c", str(configured(tmp_path, "ES256")), "-o", str(tmp_path / "second")) == 1
    assert "is not a key for ES256" in capsys.readouterr().err
    assert not (tmp_path / "second").exists()


def test_whoever_signs_with_a_token_or_not_at_all_has_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("-c", str(configured(tmp_path)), "-o", str(tmp_path / "out"), "--role", "operator") == 1
    assert not (tmp_path / "out").exists()
