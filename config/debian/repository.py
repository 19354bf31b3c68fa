"""A signed repository of apt, kept by reprepro: a folder that any web server, or a stick, brings to the stations."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from config.debian.wheels import MACHINES

SUITE = "stable"
PUBLIC_KEY = "station-gateway.asc"
_OWNER = "Station Gateway packages"


def include(folder: Path, packages: Sequence[Path], key: str | None) -> None:
    """Put the packages into the repository; those of before stay in `pool` until reprepro forgets them.

    `key` is one of the caller's own keyring. Without it, one is made at the first time, in `FOLDER.keys` beside the
    repository, which is to be kept, and kept from others.
    """
    folder = folder.absolute()
    (folder / "conf").mkdir(parents=True, exist_ok=True)
    environment = dict(os.environ)
    if key is None:
        environment["GNUPGHOME"] = str(folder.with_name(f"{folder.name}.keys"))
        key = _own_key(Path(environment["GNUPGHOME"]), environment)
    (folder / "conf/distributions").write_text(_distribution(key), "utf-8")
    for package in packages:
        _run(["reprepro", "--silent", "-b", str(folder), "includedeb", SUITE, str(package)], environment)
    public = _run(["gpg", "--batch", "--armor", "--export", key], environment)
    (folder / PUBLIC_KEY).write_text(public, "utf-8")
    print(f"{folder}: signed by {key}; stations need {PUBLIC_KEY}, see docs/install.md", flush=True)


def _distribution(key: str) -> str:
    return (
        f"Origin: Station Gateway\nLabel: Station Gateway\nSuite: {SUITE}\nCodename: {SUITE}\n"
        f"Architectures: {' '.join(MACHINES)}\nComponents: main\nSignWith: {key}\n"
    )


def _own_key(home: Path, environment: dict[str, str]) -> str:
    """Its fingerprint; made if there is none."""
    if not home.exists():
        home.mkdir(mode=0o700)
        print(f"making a key that signs the repository, in {home} (keep it, and keep it from others)", flush=True)
        _run(
            ["gpg", "--batch", "--passphrase", "", "--quick-generate-key", _OWNER, "ed25519", "sign", "never"],
            environment,
        )
    told = _run(["gpg", "--batch", "--with-colons", "--list-secret-keys"], environment)
    return next(line.split(":")[9] for line in told.splitlines() if line.startswith("fpr:"))


def _run(command: list[str], environment: dict[str, str]) -> str:
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if ended.returncode:
        raise SystemExit(f"package: {command[0]} failed:\n{ended.stdout[-1000:]}{ended.stderr[-1000:]}")
    return ended.stdout
