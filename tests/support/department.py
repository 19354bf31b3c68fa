"""The department that takes a station over: its keys, and the tools with which it opens what is encrypted for them,
which are Debian's."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.support.debian import library_path, unpacked

PACKAGES = ("age",)
OPENSSL = ("openssl",)


@dataclass(frozen=True, slots=True)
class Department:
    """`recipient` is public, `key` is a file that nobody else has."""

    recipient: str
    key: Path
    opens: tuple[str, ...]
    """The command, without the file that is to be opened."""
    folder: Path

    def open(self, file: Path) -> bytes:
        """What was encrypted. Raises CalledProcessError: the tool does not open it."""
        return _said(*self.opens, str(file), folder=self.folder)


def with_age(folder: Path) -> Department:
    root = unpacked(*PACKAGES)
    key = folder / "department.age"
    _said(str(root / "usr/bin/age-keygen"), "-o", str(key), folder=folder)
    recipient = _said(str(root / "usr/bin/age-keygen"), "-y", str(key), folder=folder).decode().strip()
    return Department(recipient, key, (str(root / "usr/bin/age"), "-d", "-i", str(key)), folder)


def with_certificate(folder: Path, *, key: str = "rsa:2048", form: str = "PEM") -> Department:
    openssl = str(unpacked(*OPENSSL) / "usr/bin/openssl")
    private, certificate = folder / "department.key", folder / "department.crt"
    kind, _, more = key.partition(":")
    new = ("-newkey", key) if kind == "rsa" else ("-newkey", kind, "-pkeyopt", more)
    subject = "/C=VN/O=Sở Nông nghiệp và Môi trường/CN=Bàn giao"
    _said(
        openssl, "req", "-x509", *new, "-nodes", "-keyout", str(private), "-out", str(certificate), "-outform", form,
        "-days", "30", "-utf8", "-subj", subject, folder=folder,
    )  # fmt: skip
    opens = (openssl, "cms", "-decrypt", "-inform", "DER", "-inkey", str(private), "-in")
    return Department(str(certificate), private, opens, folder)


def _said(*command: str, folder: Path) -> bytes:
    root = Path(command[0]).parents[2]
    ended = subprocess.run(
        command,
        capture_output=True,
        check=True,
        cwd=folder,
        env=library_path(root),
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    return ended.stdout
