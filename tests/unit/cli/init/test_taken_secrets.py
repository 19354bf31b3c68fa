"""Secrets that stand elsewhere and are to be the station's: copied whole, for the daemon, when all else is sound."""

from __future__ import annotations

import grp
import stat
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.init.kept import KeptAnswers
from gateway.cli.init.secret_files import SecretFiles
from gateway.cli.init.taken_secrets import faults_of_secrets, taken_from, with_own_files
from gateway.core.errors import GatewayError
from gateway.runtime import daemon_group
from gateway.uplinks.sftp.keys import KeyType, make_key


def secrets_in(folder: Path) -> SecretFiles:
    return SecretFiles(folder / "secrets", KeptAnswers.beside(folder / "gateway.yaml"))


def given(folder: Path, name: str, text: str = "secret\n") -> dict[str, str]:
    file = folder / name
    file.touch(mode=0o600)
    file.write_text(text)
    return {"from_file": str(file)}


@pytest.mark.root
def test_a_key_is_copied_with_all_its_lines_for_the_daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daemon_group, "GROUP", "daemon")
    made = make_key(tmp_path / "root", "key", KeyType.ED25519, "comment")
    content = {"destinations": [{"name": "so-tnmt", "key": {"from_file": str(made.private_file)}}]}
    written = with_own_files(content, secrets_in(tmp_path))
    copy = tmp_path / "secrets" / "so-tnmt-key"
    assert written == {"destinations": [{"name": "so-tnmt", "key": {"file": str(copy)}}]}
    assert copy.read_text() == made.private_file.read_text()
    for place, mode in ((copy, 0o640), (copy.parent, 0o750)):
        assert stat.S_IMODE(place.stat().st_mode) == mode
        assert grp.getgrgid(place.stat().st_gid).gr_name == "daemon"


def test_each_has_a_name_of_its_own(tmp_path: Path) -> None:
    reference = given(tmp_path, "secret")
    content: dict[str, Any] = {
        "destinations": [
            {"name": "so-tnmt", "password": reference, "client": {"certificate": reference, "key": reference}},
            {"password": reference},
        ],
        "cameras": {"relay": {"password": reference}, "list": [{"name": "outlet", "password": reference}]},
        "alerts": [{"mail": {"password": reference}}, {"webhook": "https://x", "secret": reference}],
        "metrics": {"token": reference},
    }
    written = with_own_files(content, secrets_in(tmp_path))
    names = {one.name for one in (tmp_path / "secrets").iterdir()}
    assert names == {
        "so-tnmt", "so-tnmt-client-certificate", "so-tnmt-client-key", "destinations-2", "relay", "camera-outlet",
        "mail", "alerts-2-secret", "metrics-token",
    }  # fmt: skip
    assert written["alerts"][1]["secret"] == {"file": str(tmp_path / "secrets" / "alerts-2-secret")}
    assert content["metrics"] == {"token": reference}


def test_one_that_is_missing_or_has_no_place_is_told_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "relay").write_text("theirs")
    content = {
        "destinations": [{"password": {"from_environment": "NO_SUCH_VARIABLE"}}],
        "cameras": {"relay": {"password": given(tmp_path, "secret")}},
        "metrics": {"token": {"from_file": str(tmp_path / "nowhere")}},
    }
    secrets = secrets_in(tmp_path)
    told = list(faults_of_secrets(content, secrets))
    assert [one.partition(":")[0] for one in told] == [
        "destinations.1.password", f"{tmp_path}/secrets/relay is there already and is not overwritten", "metrics.token",
    ]  # fmt: skip
    assert taken_from(content)["metrics"] == {"token": {"file": str(tmp_path / "nowhere")}}
    with pytest.raises(GatewayError, match="the secret destinations: environment variable NO_SUCH_VARIABLE is not set"):
        with_own_files(content, secrets)
    assert (tmp_path / "secrets" / "relay").read_text() == "theirs"
