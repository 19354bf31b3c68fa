"""TLS for the page: with the certificate that the configuration names, or with one of our own making.

Ours is made at the first start: ECDSA P-256, for the names and addresses by which browsers come. Its SHA-256 is what
people compare: it stands in the log and in `gateway web certificate`. Key and certificate lie in one file, so that they
belong together whatever a power cut leaves. It is made anew a month before it ends, when the clock shows a time at
which it is not valid, when it lacks a name that the configuration gives, and when the file is not what was written.

The certificate's library takes 12 MB: it is loaded by a child process alone (`gateway.web.own_certificate`).
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import ssl
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.core.errors import GatewayError
from gateway.runtime.plain_file import open_plain_file
from gateway.web.addresses import is_any

if TYPE_CHECKING:
    from gateway.config.listen import ListenAddress

_log = logging.getLogger(__name__)

OWN_FILE = Path("tls/own.pem")
"""Below `web.storage`."""
_MADE_WITHIN_S = 120.0
"""A loaded board, and its library on a slow card."""
_MOST_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """Where they lie; of ours, both in one file. `key_file=None`: the same."""

    certificate_file: Path
    key_file: Path | None = None

    def version(self) -> tuple[tuple[int, int, int], ...] | None:
        """Another one when one of the files has changed; `None`: they cannot be looked at."""
        try:
            found = [one.stat() for one in (self.certificate_file, self.key_file) if one is not None]
        except OSError:
            return None
        return tuple((one.st_ino, one.st_mtime_ns, one.st_size) for one in found)


class PageTls:
    """The page's TLS: a context for the server that goes on with a new certificate, without a restart."""

    def __init__(self, files: CertificateFiles) -> None:
        """
        Raises:
            GatewayError: the files cannot be used; which and why is in the message.
        """
        self.files = files
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.context.set_alpn_protocols(["http/1.1"])
        self._version = files.version()
        _load(self.context, files)

    def look(self) -> None:
        """Take the files' new content, where they have changed: connections from now on get it. What cannot be used is
        told, and the one before is kept."""
        version = self.files.version()
        if version is None or version == self._version:
            return
        self._version = version
        try:
            _load(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), self.files)  # on another one first: half a pair is none
            _load(self.context, self.files)
        except GatewayError as error:
            _log.error("the page goes on with the certificate that it has error=%r", str(error))
            return
        _log.warning("the page has another certificate sha256=%s", certificate_sha256(self.files))


def certificate_names(names: Iterable[str], *listens: ListenAddress | None) -> list[str]:
    """What our own certificate has to bear: the configuration's names, and the addresses, if they are certain ones."""
    return [*names, *(one.host for one in listens if one is not None and not is_any(one.host))]


def own_certificate(storage: Path, names: Iterable[str], also: Iterable[str], now_ms: int) -> CertificateFiles:
    """Ours, made or made anew if need be. `names`: host names and addresses that it has to bear; `also`: those that it
    gets besides when it is made. In a child process, which takes a second or more.

    Raises:
        GatewayError: it cannot be made.
    """
    file = storage / OWN_FILE
    needed = sorted(set(names))
    others = sorted(set(also) - set(needed))
    program = [sys.executable, "-I", "-m", "gateway.web.own_certificate"]
    command = [*program, str(file), str(now_ms), *needed, "--", *others]
    try:
        child = subprocess.run(command, capture_output=True, text=True, timeout=_MADE_WITHIN_S, check=False)
    except subprocess.TimeoutExpired:
        raise GatewayError(f"{file} was not made within {_MADE_WITHIN_S:.0f} s: is the card failing?") from None
    if child.returncode:
        reason = child.stderr.strip().rpartition("\n")[2] or f"its maker ended with {child.returncode}"
        raise GatewayError(f"the page's certificate {file} cannot be made: {reason}")
    files = CertificateFiles(file)
    told = json.loads(child.stdout)
    if told["reason"] is not None:
        _log.warning(
            "the page's own certificate was made reason=%r until=%s sha256=%s",
            told["reason"],
            told["until"],
            certificate_sha256(files),
        )
    return files


def certificate_sha256(files: CertificateFiles) -> str:
    """Pairs of hexadecimal digits with colons, as browsers show them.

    Raises:
        GatewayError: there is none, or it is none.
    """
    text = _text(files.certificate_file)
    begin, end = text.find(ssl.PEM_HEADER), text.find(ssl.PEM_FOOTER)
    if begin < 0 or end < begin:
        raise GatewayError(f"{files.certificate_file} holds no certificate in PEM")
    try:
        der = ssl.PEM_cert_to_DER_cert(text[begin : end + len(ssl.PEM_FOOTER)])
    except ValueError:
        raise GatewayError(f"{files.certificate_file} holds no certificate in PEM") from None
    return hashlib.sha256(der).digest().hex(":").upper()


def _text(file: Path) -> str:
    try:
        descriptor = open_plain_file(file.resolve(), os.O_RDONLY)
        try:
            return os.read(descriptor, _MOST_BYTES).decode("ascii", "replace")
        finally:
            os.close(descriptor)
    except OSError as error:
        raise GatewayError(f"{file} cannot be read: {error.strerror}") from None


def _load(context: ssl.SSLContext, files: CertificateFiles) -> None:
    try:
        # Never asks for a pass phrase: the page starts without a person.
        context.load_cert_chain(files.certificate_file, files.key_file, password=lambda: b"")
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise GatewayError(_refused(files, error)) from None


def _refused(files: CertificateFiles, error: Exception) -> str:
    both = f"{files.certificate_file}" + (f" and its key {files.key_file}" if files.key_file else "")
    if isinstance(error, ssl.SSLError):
        reason = error.reason or ""
        if reason == "KEY_VALUES_MISMATCH":
            return f"{both} do not belong together: name the key that the certificate was made with"
        if "KEY_TOO_SMALL" in reason or "MD_TOO_WEAK" in reason:
            return f"{both}: too weak ({reason}); have it issued anew with RSA 2048, P-256 or better"
        return f"{both} cannot be used ({reason or error}); both in PEM, the key without a pass phrase"
    if isinstance(error, OSError):
        return f"{both} cannot be read: {error.strerror}; the user of the page must be able to"
    return f"{both} cannot be used: {error}"
