"""The signed repository, as a stick brings it: apt of a fresh Debian believes it, and nothing that was changed."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from config.debian import repository
from config.debian.version import PROJECT
from tests.packages.conftest import Built
from tests.support.debian_machine import Machine

pytestmark = pytest.mark.root
SCRIPT = """
part() { printf '==== %s\\n' "$*"; }
rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*
part believed
install -d /etc/apt/keyrings
install -m 644 /machine/gateway/station-gateway.asc /etc/apt/keyrings/
echo 'deb [signed-by=/etc/apt/keyrings/station-gateway.asc] file:/machine/gateway stable main' \\
    > /etc/apt/sources.list.d/station-gateway.list
apt-get update -qq && apt-get install -qq -y --no-install-recommends station-gateway > /dev/null 2>&1
gateway --version
dpkg -l station-gateway-cameras 2>/dev/null | grep ^ii || echo no cameras
part changed
sed -i 's/^Description: .*/Description: something else/' /machine/gateway/dists/stable/main/binary-*/Packages
rm -f /machine/gateway/dists/stable/main/binary-*/Packages.gz
rm -rf /var/lib/apt/lists/*
apt-get update -qq 2>&1 || true
apt-cache policy station-gateway | sed -n 's/^ *Candidate: //p'
part signed by another
rm -rf /var/lib/apt/lists/*
install -m 644 /machine/other.asc /etc/apt/keyrings/station-gateway.asc
apt-get update 2>&1 || true
"""


@pytest.mark.skipif(shutil.which("reprepro") is None, reason="./package --repo and ./test --long install reprepro")
def test_a_station_installs_from_it_and_refuses_what_was_changed(built: Built, tmp_path: Path) -> None:
    packages = [built.package("station-gateway", one) for one in ("amd64", "arm64")]
    repository.include(tmp_path / "gateway", packages, None)
    repository.include(tmp_path / "gateway", packages, None)  # once more is nothing new
    repository.include(tmp_path / "other", packages[:1], None)
    listed = sorted(one.name for one in (tmp_path / "gateway/pool").rglob("*.deb"))
    assert listed == sorted(one.name for one in packages)
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine("bookworm", Path(folder))
        shutil.copytree(tmp_path / "gateway", machine.shared / "gateway")
        shutil.copy(tmp_path / "other" / repository.PUBLIC_KEY, machine.shared / "other.asc")
        said = machine.boot(SCRIPT, within_s=600)
    told = dict(re.findall(r"^==== (.+)\n((?:(?!====).*\n)*)", said, re.MULTILINE))
    assert told["believed"].startswith("gateway "), said
    assert "no cameras" in told["believed"]
    assert "(none)" in told["changed"] or "mismatch" in told["changed"], said
    assert "NO_PUBKEY" in told["signed by another"] or "not signed" in told["signed by another"], said


def test_the_key_stays_with_who_made_it(built: Built, tmp_path: Path) -> None:
    if shutil.which("reprepro") is None:
        pytest.skip("./package --repo and ./test --long install reprepro")
    repository.include(tmp_path / "gateway", [built.package("station-gateway", "amd64")], None)
    keys = tmp_path / "gateway.keys"
    assert keys.stat().st_mode & 0o077 == 0
    assert not list((tmp_path / "gateway").rglob("private-keys*"))
    public = (tmp_path / "gateway" / repository.PUBLIC_KEY).read_text("ascii")
    assert public.startswith("-----BEGIN PGP PUBLIC KEY BLOCK-----")
    checked = ["gpg", "--batch", "--verify", str(tmp_path / "gateway/dists/stable/InRelease")]
    subprocess.run(checked, env={"GNUPGHOME": str(keys), "PATH": "/usr/bin:/bin"}, check=True, cwd=PROJECT)
