"""By what a destination's server is known to be the authority's, and by what we are known to it: `host_key`, `ca`,
`certificate`, `client`, `legacy`."""

from __future__ import annotations

import base64
import contextlib
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, ValidationInfo

from gateway.config.destinations.scheme import Scheme, SchemeTraits, ServerProof, schemes_that
from gateway.config.file.form_error import FormError, MissingError
from gateway.config.secrets import CertificateFile, SecretFile
from gateway.config.section import Section, outside
from gateway.core.phrase import Phrase

MOST_PINS = 4
"""One that holds, and those that were announced."""
_LARGEST_CERTIFICATE = 4_194_304
_BASE64 = re.compile(r"SHA256:[A-Za-z0-9+/]{43}", re.ASCII)
_HEXADECIMAL = re.compile(r"(?:SHA256:|sha256 Fingerprint=)?((?:[0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2})", re.ASCII)


def _parse_host_keys(value: object) -> tuple[str, ...]:
    keys = _several(value)
    for key in keys:
        if not isinstance(key, str) or not _BASE64.fullmatch(key):
            raise FormError(
                Phrase("is not a fingerprint"),
                Phrase('write "SHA256:" and 43 characters, as ssh-keygen -lf shows it, without = at the end'),
            )
    return tuple(str(key) for key in keys)


def _parse_certificates(value: object) -> tuple[str, ...]:
    return tuple(_certificate(one) for one in _several(value))


def _certificate(value: object) -> str:
    """`SHA256:` and 43 characters, or as openssl prints it, in hexadecimal digits → the former."""
    if isinstance(value, str):
        if _BASE64.fullmatch(value):
            return value
        if match := _HEXADECIMAL.fullmatch(value):
            digest = bytes.fromhex(match[1].replace(":", ""))
            return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")
    raise FormError(
        Phrase("is not the fingerprint of a certificate"),
        Phrase(
            'write "SHA256:" and 43 characters, as gateway check --online shows it, or the 64 '
            "hexadecimal digits of openssl x509 -fingerprint -sha256"
        ),
    )


def _several(value: object) -> list[object]:
    """One, or a list of them."""
    pins = value if isinstance(value, list) else list(value) if isinstance(value, tuple) else [value]
    if not 1 <= len(pins) <= MOST_PINS:
        raise FormError(
            Phrase("names {pins} fingerprints", pins=len(pins)),
            Phrase("write one, or up to {most_pins} where a change is announced", most_pins=MOST_PINS),
        )
    if len({str(pin) for pin in pins}) < len(pins):
        raise FormError(Phrase("names a fingerprint twice"), Phrase("write each once"))
    return pins


def _one_or_list(pins: tuple[str, ...]) -> str | list[str]:
    return pins[0] if len(pins) == 1 else list(pins)


HostKeys = Annotated[tuple[str, ...], BeforeValidator(_parse_host_keys), PlainSerializer(_one_or_list)]
"""Fingerprints of SSH host keys, each as `ssh-keygen -lf` shows it."""
Certificates = Annotated[tuple[str, ...], BeforeValidator(_parse_certificates), PlainSerializer(_one_or_list)]
"""SHA-256 fingerprints of certificates in DER form, each `SHA256:` and 43 characters of base 64."""


class Legacy(StrEnum):
    """What is too weak to be used unless the configuration names it."""

    SSH_RSA = "ssh-rsa"
    """Host keys and log-ins by RSA signatures over SHA-1."""
    SHA1_KEX = "sha1-kex"
    """Key exchange over SHA-1: diffie-hellman-group14-sha1, group-exchange-sha1, group1-sha1."""


class ClientCertificate(Section):
    """What proves us to a server that asks for a certificate: two files in PEM form."""

    certificate: CertificateFile
    key: SecretFile


def check_host_keys(keys: tuple[str, ...] | None, scheme: Scheme | None) -> tuple[str, ...] | None:
    """Raises `FormError` where it is missing or means nothing."""
    is_pinned = scheme is not None and scheme.traits.server_proof is ServerProof.HOST_KEY
    if keys is None and is_pinned:
        raise FormError(
            Phrase("is missing"),
            Phrase('add host_key: "SHA256:…", as the authority gives it or ssh-keygen -lf shows it'),
        )
    if keys is not None and scheme is not None and not is_pinned:
        raise FormError(
            Phrase("means nothing to {scheme}", scheme=scheme), Phrase("remove it: it pins the key of an SFTP server")
        )
    return keys


def check_shows_certificates(value: object, scheme: Scheme | None, what: str) -> None:
    """Raises `FormError` where there is no TLS. `what`: what the key is for."""
    if value is not None and scheme is not None and not _shows_certificates(scheme.traits):
        raise FormError(
            Phrase("means nothing to {scheme}", scheme=scheme),
            Phrase(
                "remove it: it is {what} {shows_certificates}",
                what=what,
                shows_certificates=schemes_that(_shows_certificates),
            ),
        )


def check_legacy(legacy: tuple[Legacy, ...], scheme: Scheme | None) -> tuple[Legacy, ...]:
    """Raises `FormError` where there is no SSH."""
    if legacy and scheme is not None and scheme.traits.server_proof is not ServerProof.HOST_KEY:
        raise FormError(
            Phrase("means nothing to {scheme}", scheme=scheme), Phrase("remove it: it is for old SFTP servers")
        )
    return legacy


def check_certificates_in(path: Path) -> None:
    """
    Raises:
        MissingError: the file is not there, or not readable by this user.
        FormError: no certificate is in it.
    """
    try:
        with path.open("rb") as opened:
            content = opened.read(_LARGEST_CERTIFICATE)
    except FileNotFoundError:
        raise MissingError(
            Phrase("{path} does not exist", path=path),
            Phrase("copy the authority's certificate there, or leave ca out"),
        ) from None
    except OSError as error:
        raise MissingError(
            Phrase("{path} cannot be read ({strerror})", path=path, strerror=error.strerror),
            Phrase("let the gateway's user read it"),
        ) from None
    if b"-----BEGIN CERTIFICATE-----" not in content:
        raise FormError(
            Phrase("{path} has no certificate in it", path=path),
            Phrase("save it in PEM form: -----BEGIN CERTIFICATE-----"),
        )


def check_trusted(ca: Path | None, siblings: ValidationInfo[Any]) -> Path | None:
    """Raises `FormError` if no certificate is in it, where the station's files are."""
    if ca is not None and _is_judged(siblings):
        with contextlib.suppress(MissingError):  # warned of by `checks.not_filled_in`
            check_certificates_in(ca)
    return ca


def check_only_trust(pins: tuple[str, ...] | None, siblings: ValidationInfo[Any]) -> tuple[str, ...] | None:
    """Raises `FormError` where `ca` says otherwise."""
    if pins is not None and siblings.data.get("ca") is not None:
        raise FormError(
            Phrase("contradicts ca"),
            Phrase("keep one: certificate is exactly this one, ca whoever it has signed for"),
        )
    return pins


def check_proof_of_ourselves(
    client: ClientCertificate | None, siblings: ValidationInfo[Any]
) -> ClientCertificate | None:
    """Raises `FormError` if the two files are there and no server will ever take them."""
    if client is not None and _is_judged(siblings):
        _check_pair(client)
    return client


def _is_judged(siblings: ValidationInfo[Any]) -> bool:
    around = outside(siblings)
    return around is not None and around.judges


def _check_pair(client: ClientCertificate) -> None:
    certificate, key = client.certificate, client.key
    try:
        shown, private = certificate.read(), key.read()
    except FormError:  # each is told of at its own place
        return
    if "-----BEGIN CERTIFICATE-----" not in shown:
        raise FormError(
            Phrase("{place} has no certificate in it", place=certificate.place), Phrase("save it in PEM form")
        )
    if "PRIVATE KEY-----" not in private:
        raise FormError(
            Phrase("{place} has no private key in it", place=key.place),
            Phrase("save it in PEM form: -----BEGIN PRIVATE KEY-----"),
        )
    if "OPENSSH PRIVATE" in private:
        raise FormError(
            Phrase("{place} is an SSH key", place=key.place),
            Phrase("name the key that the certificate was issued for, in PEM form"),
        )
    _check_belong_together(str(certificate.place), str(key.place))


def _check_belong_together(certificate: str, key: str) -> None:
    import ssl  # only here: few stations have a certificate of their own

    def no_passphrase() -> str:
        raise ValueError

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key, password=no_passphrase)
    except ValueError:
        raise FormError(
            Phrase("{key} asks for a passphrase", key=key),
            Phrase("a station cannot type it; take it off: openssl pkey -in {key} -out …", key=key),
        ) from None
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise FormError(
                Phrase("{key} is not the key of {certificate}", key=key, certificate=certificate),
                Phrase("name two files that belong together"),
            ) from None
        raise FormError(
            Phrase(
                "{certificate} and {key} cannot be used ({reason})",
                certificate=certificate,
                key=key,
                reason=error.reason,
            ),
            Phrase("save both anew in PEM form"),
        ) from None
    except OSError:
        return


def _shows_certificates(traits: SchemeTraits) -> bool:
    return traits.server_proof is ServerProof.CERTIFICATE
