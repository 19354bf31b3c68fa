"""A private key that never leaves its token: signing is asked of it over PKCS#11."""

from __future__ import annotations

import contextlib
import hashlib
import re
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from gateway.config.orders.signing import SignatureAlgorithm, pkcs11_parts
from gateway.core.order_faults import OrderNotNow
from gateway.core.phrase import Phrase

SOFTHSM = "/usr/lib/softhsm/libsofthsm2.so"
"""Debian's; another module is named in the URI."""
_PROBE = b"is this the certificate's key"
_HALF = 32


class PinRefused(OrderNotNow):
    """Asked a few times more, the token locks itself."""


def open_token_key(role: str, uri: str, pin: str, algorithm: SignatureAlgorithm) -> TokenKey:
    """
    Raises:
        PinRefused: its PIN is another one.
        OrderNotNow: there is no such token or key.
    """
    try:
        import pkcs11
    except ModuleNotFoundError:
        raise _cannot(
            role,
            Phrase(
                "keys in tokens need the package python-pkcs11, which is not installed:"
                " pip install 'station-gateway[tokens]'"
            ),
        ) from None
    parts = pkcs11_parts(uri)
    wanted: dict[str, Any] = {"label": parts.get("object"), "id": parts.get("id")}
    if wanted["id"] is not None:
        wanted["id"] = wanted["id"].encode("latin-1", "replace")
    try:
        module = pkcs11.lib(parts.get("module-path", SOFTHSM))
        serial = parts["serial"].encode() if "serial" in parts else None
        token = module.get_token(token_label=parts.get("token"), token_serial=serial)
        session = token.open(user_pin=pin)
        try:
            found = session.get_key(
                object_class=pkcs11.ObjectClass.PRIVATE_KEY,
                **{name: one for name, one in wanted.items() if one is not None},
            )
        except BaseException:
            session.close()
            raise
    except (pkcs11.PinIncorrect, pkcs11.PinLocked) as error:
        raise PinRefused(_cannot(role, _said(error)).words) from None
    except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
        raise _cannot(role, _said(error)) from None
    return TokenKey(role, session, found, algorithm)


class TokenKey:
    """See `gateway.orders.signing.SignatureKey`."""

    def __init__(self, role: str, session: Any, key: Any, algorithm: SignatureAlgorithm) -> None:
        self._role = role
        self._session = session
        self._key = key
        self._algorithm = algorithm

    def sign(self, content: bytes) -> bytes:
        import pkcs11

        try:
            if self._algorithm is SignatureAlgorithm.RS256:
                return bytes(self._key.sign(content, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS))
            # Of ECDSA with its hash few tokens know anything.
            return bytes(self._key.sign(hashlib.sha256(content).digest(), mechanism=pkcs11.Mechanism.ECDSA))
        except (pkcs11.PKCS11Error, RuntimeError) as error:
            raise _cannot(self._role, _said(error)) from None

    def belongs_to(self, certificate: x509.Certificate) -> bool:
        """Tried, for many tokens keep the private half alone."""
        public, value = certificate.public_key(), self.sign(_PROBE)
        try:
            if isinstance(public, rsa.RSAPublicKey):
                public.verify(value, _PROBE, padding.PKCS1v15(), hashes.SHA256())
                return True
            if isinstance(public, ec.EllipticCurvePublicKey) and len(value) == 2 * _HALF:
                numbers = (int.from_bytes(part, "big") for part in (value[:_HALF], value[_HALF:]))
                public.verify(encode_dss_signature(*numbers), _PROBE, ec.ECDSA(hashes.SHA256()))
                return True
        except InvalidSignature:
            return False
        return False

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self._session.close()


def _said(error: Exception) -> Phrase:
    """The library's errors bear their meaning in their names."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__name__).lower()
    return (
        Phrase("its token says: {name} {words}", name=name, words=str(error))
        if str(error)
        else Phrase("its token says: {name}", name=name)
    )


def _cannot(role: str, why: Phrase) -> OrderNotNow:
    return OrderNotNow(Phrase("{role} cannot sign: {why}", role=role, why=why))
