"""`orders.sign`: who signs each order, with which key, known by which certificate."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import unquote

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from gateway.config.file.form_error import FormError
from gateway.config.secrets import CertificateFile, OrderKeyFile, Secret, SecretReference
from gateway.config.section import Name, Section
from gateway.core.phrase import Phrase

PKCS11_FORM = Phrase(
    'write it as "pkcs11:token=…;object=…", with module-path=/usr/lib/….so behind a ? where it is not SoftHSM\'s'
)
_ATTRIBUTE = re.compile(r"[a-z-]+=[^;&?=]+", re.ASCII)
_OF_PATH = frozenset({"token", "object", "id", "serial", "manufacturer", "model", "type"})
_OF_QUERY = frozenset({"module-path", "module-name"})


class SignatureAlgorithm(StrEnum):
    """RFC 7518, 3.1."""

    RS256 = "RS256"
    """RSASSA-PKCS1-v1_5 over SHA-256."""
    ES256 = "ES256"
    """ECDSA on P-256 over SHA-256; the signature is r and s, 32 bytes each."""


def pkcs11_parts(uri: str) -> dict[str, str]:
    """A PKCS#11 URI's attributes (RFC 7512), with their %-codes resolved.

    Raises:
        FormError: it is none, or has what the gateway does not look at: the PIN belongs into a secret.
    """
    if not uri.startswith("pkcs11:") or not uri.isprintable():
        raise FormError(Phrase("is no PKCS#11 URI"), PKCS11_FORM)
    path, _, query = uri.removeprefix("pkcs11:").partition("?")
    parts: dict[str, str] = {}
    for text, known, mark in ((path, _OF_PATH, ";"), (query, _OF_QUERY, "&")):
        for one in text.split(mark) if text else ():
            name, _, value = one.partition("=")
            if name in ("pin-value", "pin-source"):
                raise FormError(
                    Phrase("has the token's PIN in it"), Phrase("take it out; write pin: {file: …} beside it")
                )
            if not _ATTRIBUTE.fullmatch(one) or name not in known or name in parts:
                raise FormError(Phrase("has a part that is not known, or stands twice"), PKCS11_FORM)
            parts[name] = unquote(value)
    if not {"token", "serial"} & parts.keys() or not {"object", "id"} & parts.keys():
        raise FormError(Phrase("names no token or no object in it"), PKCS11_FORM)
    return parts


def _check_uri(text: str) -> str:
    pkcs11_parts(text)
    return text


class SignerSettings(Section):
    """One signature. The key is in a file, or in a token: `pkcs11` and its `pin`."""

    role: Name = Field(description=Phrase("whose signature it is, such as station or operator"))
    pkcs11: Annotated[str, AfterValidator(_check_uri)] | None = None
    key: OrderKeyFile | None = Field(default=None, validate_default=True)
    pin: SecretReference | None = Field(default=None, validate_default=True)
    certificate: CertificateFile = Field(description=Phrase("the certificate of the key: {file: /etc/…}"))
    algorithm: SignatureAlgorithm = SignatureAlgorithm.RS256

    @field_validator("key")
    @classmethod
    def _have_one_key(cls, key: Secret | None, siblings: ValidationInfo[Any]) -> Secret | None:
        if "pkcs11" not in siblings.data:  # it was refused: one fault is enough
            return key
        if (key is None) == (siblings.data["pkcs11"] is None):
            raise FormError(
                Phrase("is missing") if key is None else Phrase("stands beside pkcs11"),
                Phrase('write one of them: key: {file: …}, or pkcs11: "pkcs11:token=…;object=…"'),
            )
        return key

    @field_validator("pin")
    @classmethod
    def _open_the_token(cls, pin: Secret | None, siblings: ValidationInfo[Any]) -> Secret | None:
        if "pkcs11" not in siblings.data:
            return pin
        if (pin is None) != (siblings.data["pkcs11"] is None):
            raise FormError(
                Phrase("is missing") if pin is None else Phrase("is for a key in a token"),
                Phrase("add pin: {file: …}") if pin is None else Phrase("remove it, or write pkcs11"),
            )
        return pin
