"""Secrets of a first configuration: who may read them, and what is never overwritten."""

from __future__ import annotations

import grp
import stat
from pathlib import Path

import pytest

from gateway.cli.init.kept import KeptAnswers, alone_in
from gateway.cli.init.secret_files import SecretFiles
from gateway.core.errors import GatewayError
from gateway.runtime import daemon_group

OTHER_GROUP = "daemon"
"""One that every Debian has."""


def files_in(folder: Path) -> SecretFiles:
    return SecretFiles(folder / "secrets", KeptAnswers.beside(folder / "gateway.yaml"))


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.root
def test_what_root_puts_down_the_daemon_may_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daemon_group, "GROUP", OTHER_GROUP)
    files_in(tmp_path).put("so-tnmt", "mật khẩu")
    file = tmp_path / "secrets" / "so-tnmt"
    assert (mode_of(file), mode_of(file.parent)) == (0o640, 0o750)
    assert grp.getgrgid(file.stat().st_gid).gr_name == OTHER_GROUP
    assert grp.getgrgid(file.parent.stat().st_gid).gr_name == OTHER_GROUP
    assert file.read_text() == "mật khẩu\n"


def test_without_that_group_it_is_its_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daemon_group, "GROUP", "no-such-group")
    files_in(tmp_path).put("so-tnmt", "secret")
    assert mode_of(tmp_path / "secrets" / "so-tnmt") == 0o600


def test_what_others_put_there_stays_and_ours_is_known_after_an_interruption(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    theirs = tmp_path / "secrets" / "so-tnmt"
    theirs.write_text("precious")
    files = files_in(tmp_path)
    with pytest.raises(GatewayError, match="is not overwritten"):
        files.put("so-tnmt", "other")
    assert theirs.read_text() == "precious"
    files.put("bo-tnmt", "one")
    again = files_in(tmp_path)
    assert again.is_ours("bo-tnmt")
    assert not again.is_ours("so-tnmt")
    again.put("bo-tnmt", "two")
    again.remove_made()
    assert [one.name for one in (tmp_path / "secrets").iterdir()] == ["so-tnmt"]


def test_a_link_that_somebody_planted_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / "secrets" / "so-tnmt").symlink_to(victim)
    (tmp_path / "secrets" / ".bo-tnmt.part").symlink_to(victim)
    with pytest.raises(GatewayError, match="is there already"):
        files_in(tmp_path).put("so-tnmt", "other")
    files_in(tmp_path).put("bo-tnmt", "other")
    assert victim.read_text() == "precious"


def test_kept_answers_are_their_owners_alone_and_damaged_ones_are_told(tmp_path: Path) -> None:
    kept = KeptAnswers.beside(tmp_path / "gateway.yaml")
    kept.answers = [("station.name", "Trạm"), ("clock.servers", ["a", "b"])]
    kept.keep()
    assert mode_of(kept.file) == 0o600
    assert KeptAnswers.beside(tmp_path / "gateway.yaml").answers == kept.answers
    kept.file.write_bytes(kept.file.read_bytes()[:20])
    with pytest.raises(GatewayError, match="no answers of a former run; remove it"):
        KeptAnswers.beside(tmp_path / "gateway.yaml")


def test_one_at_a_time_in_a_folder(tmp_path: Path) -> None:
    with alone_in(tmp_path), pytest.raises(GatewayError, match="another gateway init is under way"), alone_in(tmp_path):
        pass
