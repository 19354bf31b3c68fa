"""Whether an order bears the signatures that it should, by the openssl program: another mind than the gateway's."""

import base64
import binascii
import hashlib
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from stationsim.road.canonical import canonical

SENDER_INVALID, SUBJECT_UNKNOWN, SUBJECT_EXPIRED, LIST_INVALID = 20004, 20005, 20006, 20007
_ALGORITHMS = ("RS256", "ES256")
_RAW_ES256 = 64


class Signatures:
    """Those that are wanted: of every role, by a registered certificate if any is registered. May be called from any
    thread."""

    def __init__(self, roles: Sequence[str], registered: Sequence[Path]) -> None:
        self._roles = tuple(roles)
        self._registered = {_der_of_pem(path.read_text("ascii")) for path in registered}
        self._keys: dict[bytes, str] = {}

    def fault(self, order: dict[str, Any]) -> tuple[int, str] | None:
        """The system code of what is wrong, and what it is; None: all is well."""
        listed = order.get("signatures")
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            return LIST_INVALID, "signatures is no list of objects"
        roles = [one.get("role") for one in listed]
        if sorted(map(str, roles)) != sorted(set(map(str, roles))) or not set(self._roles) <= set(map(str, roles)):
            return LIST_INVALID, f"signed by {roles}, wanted once each: {', '.join(self._roles)}"
        try:
            signed = canonical({name: value for name, value in order.items() if name != "signatures"})
        except (ValueError, RecursionError) as error:
            return LIST_INVALID, f"no canonical form: {error}"
        return next((fault for one in listed if (fault := self._fault(one, signed)) is not None), None)

    def _fault(self, one: dict[str, Any], signed: bytes) -> tuple[int, str] | None:
        invalid = SENDER_INVALID if one["role"] == self._roles[0] else LIST_INVALID
        try:
            der = _der(one["certificate"])
            value = base64.b64decode(one["value"], validate=True)
        except (KeyError, TypeError, ValueError, binascii.Error):
            return LIST_INVALID, f"{one['role']}: certificate or value is not base64"
        if one.get("algorithm") not in _ALGORITHMS:
            return LIST_INVALID, f"{one['role']}: algorithm {one.get('algorithm')!r}"
        if self._registered and der not in self._registered:
            return SUBJECT_UNKNOWN, f"{one['role']}: its certificate was not registered"
        pem = self._keys.get(der)
        if pem is None:
            shown = _openssl("x509", "-inform", "DER", "-noout", "-pubkey", "-checkend", "0", stdin=der)
            if b"Certificate will expire" in shown.stdout:
                return SUBJECT_EXPIRED, f"{one['role']}: its certificate has expired"
            if shown.returncode:
                return LIST_INVALID, f"{one['role']}: openssl reads no certificate"
            pem = self._keys[der] = shown.stdout.decode("ascii").partition("Certificate will")[0]
        if not verifies(pem, signed, value, is_raw=one["algorithm"] == "ES256"):
            return invalid, f"{one['role']}: the signature is not that of the document"
        return None


def verifies(public_key: str, signed: bytes, value: bytes, *, is_raw: bool) -> bool:
    """Whether openssl finds the signature (SHA-256) good. `is_raw`: ES256 of JWA is two numbers of 32 bytes, which
    openssl wants as ASN.1; ASN.1 is taken, too."""
    with tempfile.TemporaryDirectory() as folder:
        key, signature = Path(folder, "key.pem"), Path(folder, "signature")
        key.write_text(public_key, "ascii")
        signature.write_bytes(_asn1(value) if is_raw and len(value) == _RAW_ES256 else value)
        asked = ("dgst", "-sha256", "-verify", str(key), "-signature", str(signature))
        return _openssl(*asked, stdin=signed).returncode == 0


def sha256(order: dict[str, Any]) -> str:
    """What tells two orders apart."""
    return hashlib.sha256(canonical(order)).hexdigest()


def _openssl(*arguments: str, stdin: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *arguments], input=stdin, capture_output=True, check=False)


def _der(text: str) -> bytes:
    return _der_of_pem(text) if "-----BEGIN" in text else base64.b64decode(text, validate=True)


def _der_of_pem(text: str) -> bytes:
    inside = text.partition("-----BEGIN CERTIFICATE-----")[2].partition("-----END CERTIFICATE-----")[0]
    return base64.b64decode(inside)


def _asn1(value: bytes) -> bytes:
    numbers = b"".join(map(_integer, (value[:32], value[32:])))
    return b"\x30" + bytes([len(numbers)]) + numbers


def _integer(big_endian: bytes) -> bytes:
    plain = big_endian.lstrip(b"\0") or b"\0"
    plain = b"\0" + plain if plain[0] & 0x80 else plain
    return b"\x02" + bytes([len(plain)]) + plain
