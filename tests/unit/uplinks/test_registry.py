"""From a configured destination to its uplink."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.config import Authority, Destination, DestinationUrl, Scheme, Secret
from gateway.uplinks.ftp import FtpUplink
from gateway.uplinks.registry import open_uplink
from gateway.uplinks.sftp import SftpUplink


def destination(scheme: Scheme) -> Destination:
    return Destination.model_construct(
        name="so-tnmt",
        authority=Authority.PROVINCE,
        url=DestinationUrl(scheme, "nuo001", "no-such-host.invalid", 1, "/NUO001"),
        password=Secret(env="NOT_SET"),
        key=None,
        host_key="SHA256:" + "A" * 43,
        ca=Path("/no/such/file"),
    )


@pytest.mark.parametrize("scheme", list(Scheme))
def test_every_scheme_has_an_uplink_that_touches_nothing_when_opened(scheme: Scheme) -> None:
    uplink = open_uplink(destination(scheme))
    assert isinstance(uplink, SftpUplink if scheme is Scheme.SFTP else FtpUplink)
    uplink.close()


def test_paramiko_is_loaded_only_for_sftp() -> None:
    program = "import sys, gateway.uplinks.registry, gateway.uplinks.ftp; sys.exit('paramiko' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
