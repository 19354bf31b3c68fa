"""A private key that never leaves its token: signing is asked of it over PKCS#11."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator
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
    session = open_session(role, uri, pin)
    try:
        with told_of(role):
            return TokenKey(role, session, private_key(session, uri), algorithm)
    except BaseException:
        session.close()
        raise


def open_session(role: str, uri: str, pin: str, *, is_writable: bool = False) -> Any:
    """Logged in at the token that the URI names. Raises as `open_token_key`."""
    with told_of(role):
        import pkcs11

        parts = pkcs11_parts(uri)
        module = pkcs11.lib(parts.get("module-path", SOFTHSM))
        serial = parts["serial"].encode() if "serial" in parts else None
        token = module.get_token(token_label=parts.get("token"), token_serial=serial)
        return token.open(user_pin=pin, rw=is_writable)


def private_key(session: Any, uri: str) -> Any:
    """
    Raises:
        pkcs11.NoSuchKey, pkcs11.MultipleObjectsReturned: not one that the URI names.
    """
    import pkcs11

    return session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, **names_of(uri))


def names_of(uri: str) -> dict[str, Any]:
    """`label` and `id` of the key, as far as the URI says them."""
    parts = pkcs11_parts(uri)
    names: dict[str, Any] = {}
    if "object" in parts:
        names["label"] = parts["object"]
    if "id" in parts:
        names["id"] = parts["id"].encode("latin-1", "replace")
    return names


@contextlib.contextmanager
def told_of(role: str) -> Iterator[None]:
    """What the library or the token refuses is said as of whom it keeps from signing. Raises as `open_token_key`."""
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
    try:
        yield
    except (pkcs11.PinIncorrect, pkcs11.PinLocked) as error:
        raise PinRefused(_cannot(role, _said(error)).words) from None
    except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
        raise _cannot(role, _said(error)) from None


class TokenKey:
    """See `gateway.orders.signing.SignatureKey`."""

    def __init__(self, role: str, session: Any, key: Any, algorithm: SignatureAlgorithm) -> None:
        self._role = role
        self._session = session
        self._key = key
        self._algorithm = algorithm

    def sign(self, content: bytes) -> bytes:
        import pkcs11

        with told_of(self._role):
            if self._algorithm is SignatureAlgorithm.RS256:
                return bytes(self._key.sign(content, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS))
            # Of ECDSA with its hash few tokens know anything.
            return bytes(self._key.sign(hashlib.sha256(content).digest(), mechanism=pkcs11.Mechanism.ECDSA))

    def belongs_to(self, certificate: x509.Certificate) -> bool:
        """Tried, for many tokens keep the private half alone."""
        public, value = certificate.public_key(), self.sign(_PROBE)
        try:
            if isinstance(public, rsa.RSAPublicKey):
                public.verify(value, _PROBE, padding.PKCS1v15(), hashes.SHA256())
                return True
            if isinstance(public, ec.EllipticCurvePublicKey) and len(value) == 2 * _HALF:
                public.verify(in_der(value), _PROBE, ec.ECDSA(hashes.SHA256()))
                return True
        except InvalidSignature:
            return False
        return False

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self._session.close()


def in_der(value: bytes) -> bytes:
    """A signature of ECDSA as certificates and requests have it, from r and s as a token gives them."""
    return encode_dss_signature(*(int.from_bytes(part, "big") for part in (value[:_HALF], value[_HALF:])))


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
