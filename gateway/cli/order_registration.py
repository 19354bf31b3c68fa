"""`gateway orders register`: key pair, certificate request, and what the road administration's form asks for."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.config.orders.signing import SignerSettings
    from gateway.orders.registration import RegisteredKey


def register(
    out: Annotated[Path, typer.Option("-o", "--out", help="The folder to put all of it in.", show_default=False)],
    role: Annotated[
        str | None,
        typer.Option(
            "--role",
            help="Whose signature, as in orders.sign; without it the first who has no key yet (of a key in a token: no"
            " certificate).",
            show_default=False,
        ),
    ] = None,
    tax_code: Annotated[str, typer.Option("--tax-code", help="The sender's, for the form.")] = "",
    representative: Annotated[str, typer.Option("--representative", help="Who represents the sender.")] = "",
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Make a key pair, unless the configured one is there, and the request for its certificate; and write what the
    authority's form asks for, as a document and as JSON. Nothing is sent, nothing overwritten."""
    configuration = load_configuration(config)
    signer = _signer(configuration, role)
    registration, registration_form = _libraries()
    folder = out.absolute()
    as_object, document = folder / "registration.json", folder / "registration.docx"
    registration.refuse_what_is_there(as_object, document)
    if signer.key is None:
        from gateway.orders.token_registration import registered_token_key

        made = registered_token_key(folder, signer, _sender(configuration))
    else:
        holder, known = _sender(configuration), signer.key.place
        made = registration.registered_key(folder, signer.role, signer.algorithm, holder, known)
    content = _content(configuration, made, signer.role, signer.algorithm.value, tax_code, representative)
    try:
        registration.write_new(document, registration_form(_rows(content)), 0o640)
        registration.write_new(as_object, json.dumps(content, ensure_ascii=False, indent=2).encode(), 0o640)
    except OSError as error:
        raise GatewayError(
            Phrase("{file} cannot be used: {why}", file=error.filename or folder, why=error.strerror)
        ) from None
    if as_json:
        key_file = None if made.key_file is None else str(made.key_file)
        files_made = {"key_file": key_file, "pkcs11": signer.pkcs11, "request_file": str(made.request_file)}
        print_json(content | files_made | {"new": made.is_new, "document": str(document)})
        return
    place = made.key_file or signer.pkcs11
    key = Phrase("made the key {file}", file=place) if made.is_new else Phrase("the key is {file}", file=place)
    say(key, Phrase("the request for its certificate: {file}", file=made.request_file))
    say(Phrase("what the form asks for: {file}, and {json}", file=document, json=as_object))
    say(Phrase("put the certificate, once you have it, at {file}", file=signer.certificate.place))
    if content["source_address_is_private"]:
        words = Phrase(
            "{address} is an address of the local network: ask the provider which one the authority sees",
            address=content["source_address"],
        )
        say(words)


def _signer(configuration: Configuration, role: str | None) -> SignerSettings:
    signers = [] if configuration.orders is None else configuration.orders.sign
    found = [one for one in signers if role in (None, one.role)]
    if not found:
        raise GatewayError(
            Phrase("orders.sign has nobody who signs")
            if role is None
            else Phrase("orders.sign has nobody of the role {role}", role=role)
        )

    def is_absent(one: SignerSettings) -> bool:
        """What a token has is not asked for, for that takes its PIN."""
        place = (one.certificate if one.key is None else one.key).place
        return place is None or not place.exists()

    return next(filter(is_absent, found), found[0])


def _libraries() -> tuple[ModuleType, Callable[[Sequence[tuple[Phrase, str]]], bytes]]:
    """Before anything is made.

    Raises:
        GatewayError: one is not installed.
    """
    from gateway.orders.opening import library_missing
    from gateway.reports.letter.docx_letter import require
    from gateway.reports.letter.registration_form import registration_form

    require()
    try:
        from gateway.orders import registration
    except ModuleNotFoundError as error:
        raise library_missing(error) from error
    return registration, registration_form


def _sender(configuration: Configuration) -> str:
    return configuration.station.facility_name or configuration.station.name


def _content(
    configuration: Configuration, made: RegisteredKey, role: str, algorithm: str, tax_code: str, representative: str
) -> dict[str, Any]:
    from gateway.orders.registration import is_seen_otherwise, source_address

    station, destination = configuration.station, configuration.order_destination
    contact = station.contacts[0].name if station.contacts else ""
    address = None
    if destination is not None:
        address = destination.order_profile.source or source_address(destination.url.host, destination.url.port)
    return {
        "sender": _sender(configuration),
        "tax_code": tax_code or None,
        "address": station.address,
        "representative": representative or contact or None,
        "telephone": station.telephone,
        "email": station.email,
        "station": station.code,
        "source_address": address,
        "source_address_is_private": address is not None and is_seen_otherwise(address),
        "role": role,
        "algorithm": algorithm,
        "public_key": made.public,
        "public_key_sha256": made.sha256,
    }


def _rows(content: dict[str, Any]) -> list[tuple[Phrase, str]]:
    labels = {
        "sender": Phrase("Sender"),
        "tax_code": Phrase("Tax code"),
        "address": Phrase("Address"),
        "representative": Phrase("Representative"),
        "telephone": Phrase("Telephone"),
        "email": Phrase("E-mail"),
        "station": Phrase("Code of the coach station"),
        "source_address": Phrase("Address on the network from which orders are sent"),
        "algorithm": Phrase("Signature algorithm"),
        "public_key": Phrase("Public key"),
        "public_key_sha256": Phrase("SHA-256 of the public key"),
    }
    return [(label, str(content[name] or "")) for name, label in labels.items()]
