"""What `gateway check` says of the files that orders need: what is there and cannot be used is a fault."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.cli.order_notes import order_problems
from gateway.config import load
from gateway.config.orders.signing import SignerSettings
from gateway.orders import readiness, token_key
from gateway.orders.readiness import obstacles
from gateway.orders.signing import OrderSigners
from gateway.runtime.clock import SystemClock
from tests.support.order_keys import new_key, signer_files
from tests.unit.config.test_orders import COACH

SIGN = "[{role: station, key: {file: /k}, certificate: {file: /c}}]"


def told(folder: Path, more: str = "", algorithm: str = "RS256") -> list[tuple[str, str, bool]]:
    """Of the files in the folder: place, what is wrong, whether it is a fault."""
    key, certificate = folder / "station.key", folder / "station.pem"
    sign = f"[{{role: station, key: {{file: {key}}}, certificate: {{file: {certificate}}}, algorithm: {algorithm}}}]"
    file = folder / "gateway.yaml"
    file.write_text(COACH.replace(SIGN, sign + more), "utf-8")
    found = obstacles(load(file, check_secrets=False), SystemClock().now().wall_ms)
    return [(one.place, str(one.wrong), one.is_fault) for one in found]


def test_what_is_right_is_not_spoken_of_and_what_is_not_there_is_told_elsewhere(tmp_path: Path) -> None:
    assert told(tmp_path) == []
    signer_files(tmp_path)
    assert told(tmp_path) == []


@pytest.mark.parametrize(
    ("days", "is_fault", "said"), [(29, False, "station ends on"), (31, None, ""), (-1, True, "station ended on")]
)
def test_a_certificate_that_ends_is_told_thirty_days_before(
    tmp_path: Path, days: int, is_fault: bool | None, said: str
) -> None:
    signer_files(tmp_path, valid_from=timedelta(days=-100), valid_for=timedelta(days=100 + days, minutes=5))
    found = told(tmp_path)
    assert [(place, fault) for place, _, fault in found] == (
        [] if is_fault is None else [("orders.sign[0].certificate", is_fault)]
    )
    assert all(said in wrong for _, wrong, _ in found)


def test_one_that_is_not_valid_yet_is_a_fault(tmp_path: Path) -> None:
    signer_files(tmp_path, valid_from=timedelta(days=1))
    ((place, wrong, is_fault),) = told(tmp_path)
    assert (place, is_fault) == ("orders.sign[0].certificate", True)
    assert "and not yet" in wrong


def test_a_key_that_is_not_the_certificates_or_none_is_a_fault(tmp_path: Path) -> None:
    signer_files(tmp_path)
    assert "not one for ES256" in told(tmp_path, algorithm="ES256")[0][1]
    key = (tmp_path / "station.key").read_bytes()
    signer_files(tmp_path, key=new_key())
    (tmp_path / "station.key").write_bytes(key)
    assert told(tmp_path) == [("orders.sign[0]", "station cannot sign: its certificate is not that of its key", True)]
    (tmp_path / "station.pem").write_text("no certificate")
    assert told(tmp_path)[0][2]


@pytest.mark.parametrize(("content", "said"), [("{", "is no JSON"), ('{"type": 7}', "is no JSON Schema")])
def test_a_schema_that_is_none_is_a_fault_and_one_that_is_not_there_may_come(
    tmp_path: Path, content: str, said: str
) -> None:
    signer_files(tmp_path)
    more = f"\n  schema: {tmp_path / 'own.json'}"
    assert [(place, fault) for place, _, fault in told(tmp_path, more)] == [("orders.schema", False)]
    (tmp_path / "own.json").write_text(content)
    ((place, wrong, is_fault),) = told(tmp_path, more)
    assert (place, is_fault) == ("orders.schema", True)
    assert said in wrong


def test_without_what_makes_photos_smaller_it_is_said_which_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer_files(tmp_path)
    monkeypatch.setattr(readiness, "can_be_made_smaller", lambda: False)
    ((place, wrong, is_fault),) = told(tmp_path)
    assert (place, is_fault) == ("destinations.cuc-dbvn.orders.image", False)
    assert "over 2MB are refused" in wrong


def test_a_station_that_measures_is_told_nothing(tmp_path: Path) -> None:
    from tests.support.shipped import CONFIG

    assert order_problems(load(CONFIG / "wastewater.yaml", {}, check_secrets=False), 0) == ([], [])


def test_a_token_is_not_asked_twice_with_a_pin_that_it_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token locks itself after a few wrong ones, and the spool tries every five seconds."""
    files, asked = signer_files(tmp_path), []
    pin = tmp_path / "pin"
    pin.write_text("wrong")
    pin.chmod(0o600)

    def refuse(role: str, uri: str, given: str, algorithm: object) -> None:
        asked.append(given)
        raise token_key.PinRefused("station cannot sign: its token says: pin incorrect")

    monkeypatch.setattr(token_key, "open_token_key", refuse)
    content = {"role": "station", "pkcs11": "pkcs11:token=a;object=b", "pin": {"file": str(pin)}}
    signers = OrderSigners([SignerSettings.model_validate(content | {"certificate": {"file": str(files.certificate)}})])
    for _ in range(3):
        assert "pin incorrect" in str(signers.seen()[0].trouble)
    assert asked == ["wrong"]
    pin.write_text("another")
    signers.seen()
    assert asked == ["wrong", "another"]
