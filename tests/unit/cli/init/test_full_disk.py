"""A disk that gets full while a first configuration is made: said so, nothing half is left, and it goes on later."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.cli.init.kept import KeptAnswers
from gateway.cli.init.secret_files import SecretFiles
from gateway.cli.init.written import write
from gateway.core.errors import GatewayError
from tests.support.small_disk import small_disk

pytestmark = pytest.mark.root


def test_answers_secrets_and_the_configuration_itself(tmp_path: Path) -> None:
    with small_disk(tmp_path, 64) as disk:
        if not disk.is_real:
            pytest.skip("no disk of our own can be mounted here")
        kept = KeptAnswers.beside(tmp_path / "gateway.yaml")
        secrets = SecretFiles(tmp_path / "secrets", kept)
        kept.answers = [("station.name", "Trạm")]
        secrets.prepare("so-tnmt")
        disk.fill_up()
        kept.answers = [*kept.answers, ("station.code", "NUO001" * 2000)]
        attempts = (
            kept.keep,
            lambda: secrets.put("so-tnmt", "x"),
            lambda: write("station: {}\n", tmp_path / "gw.yaml"),
        )
        for attempt in attempts:
            with pytest.raises(GatewayError, match=r"the disk is full: make room, then start gateway init again"):
                attempt()
        left = sorted(one.name for one in tmp_path.rglob("*") if one.is_file())
        assert left == [".gateway.yaml.init", "ballast"]
        assert KeptAnswers.beside(tmp_path / "gateway.yaml").answers == [("station.name", "Trạm")]
        disk.clear()
        for attempt in attempts:
            attempt()
        assert (tmp_path / "secrets" / "so-tnmt").read_text() == "x\n"
