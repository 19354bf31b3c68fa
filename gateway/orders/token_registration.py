"""What a coach station registers with whose key is in a PKCS#11 token: found there or made there. It never leaves the
token, which signs the request for its certificate.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from gateway.config.orders.signing import SignatureAlgorithm, SignerSettings
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase
from gateway.orders.registration import (
    RSA_BITS,
    PublicKey,
    RegisteredKey,
    described,
    holder_name,
    refuse_what_is_there,
    request_in,
    write_new,
)
from gateway.orders.signing import read_secret
from gateway.orders.token_key import TokenKey, in_der, names_of, open_session, private_key, told_of
from gateway.runtime.daemon_group import make_shared_folder

_CURVE = "secp256r1"


def registered_token_key(folder: Path, signer: SignerSettings, holder: str) -> RegisteredKey:
    """The key that `pkcs11` names, made unless the token has it, and the request for its certificate.

    Raises:
        GatewayError: the token does not let us in or cannot make it, the key is of another kind, the request is there
            already, or the folder cannot be written.
    """
    uri, role, algorithm = signer.pkcs11 or "", signer.role, signer.algorithm
    pin = "" if signer.pin is None else read_secret(role, signer.pin)
    request_file = request_in(folder, role)
    refuse_what_is_there(request_file)
    session, found, is_new = _found_or_made(role, uri, pin, algorithm)
    key = TokenKey(role, session, found, algorithm)
    try:
        with told_of(role):
            public = _public(session, found, uri, algorithm)
        request = _request(key, public, algorithm, holder)
    finally:
        key.close()
    try:
        make_shared_folder(folder)
        write_new(request_file, request, 0o644)
    except OSError as error:
        told = Phrase("{file} cannot be used: {why}", file=error.filename or folder, why=error.strerror)
        raise GatewayError(told) from error
    return described(public, None, request_file, is_new)


def _found_or_made(role: str, uri: str, pin: str, algorithm: SignatureAlgorithm) -> tuple[Any, Any, bool]:
    """The session, the private key, and whether it was made now. Only then something is written to the token."""
    session = open_session(role, uri, pin)
    with told_of(role):
        import pkcs11

        try:
            return session, private_key(session, uri), False
        except pkcs11.NoSuchKey:
            session.close()
    session = open_session(role, uri, pin, is_writable=True)
    with told_of(role):
        return session, _made(session, uri, role, algorithm), True


def _made(session: Any, uri: str, role: str, algorithm: SignatureAlgorithm) -> Any:
    """Programs match the halves of a pair by their `id`: it has one, even if the URI names none."""
    import pkcs11
    from pkcs11.util.ec import encode_named_curve_parameters

    named = {"label": f"orders-{role}", "id": os.urandom(8)} | names_of(uri)
    private = {pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False}
    named |= {"store": True, "capabilities": pkcs11.MechanismFlag.SIGN | pkcs11.MechanismFlag.VERIFY}
    if algorithm is SignatureAlgorithm.RS256:
        _, made = session.generate_keypair(pkcs11.KeyType.RSA, RSA_BITS, private_template=private, **named)
        return made
    curve = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters(_CURVE)}
    parameters = session.create_domain_parameters(pkcs11.KeyType.EC, curve, local=True)
    _, made = parameters.generate_keypair(private_template=private, **named)
    return made


def _public(session: Any, key: Any, uri: str, algorithm: SignatureAlgorithm) -> PublicKey:
    """Of RSA the private half knows it; of a curve it is an object of its own."""
    import pkcs11
    from pkcs11.util.ec import encode_ec_public_key
    from pkcs11.util.rsa import encode_rsa_public_key

    is_rsa = algorithm is SignatureAlgorithm.RS256
    if key.key_type is not (pkcs11.KeyType.RSA if is_rsa else pkcs11.KeyType.EC):
        raise _is_no_key_for(uri, algorithm)
    if is_rsa:
        public = load_der_public_key(encode_rsa_public_key(key))
    else:
        try:
            half = session.get_key(object_class=pkcs11.ObjectClass.PUBLIC_KEY, **names_of(uri))
        except pkcs11.NoSuchKey:
            raise GatewayError(
                Phrase("the token has no public key that {uri} names; put it beside the private one", uri=uri)
            ) from None
        public = load_der_public_key(encode_ec_public_key(half))
        if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(public.curve, ec.SECP256R1):
            raise _is_no_key_for(uri, algorithm)
    if not isinstance(public, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise _is_no_key_for(uri, algorithm)
    return public


def _request(key: TokenKey, public: PublicKey, algorithm: SignatureAlgorithm, holder: str) -> bytes:
    """PKCS#10 (RFC 2986), in PEM form: `cryptography` signs with keys in memory alone.

    Raises:
        GatewayError: the public key is not that of the private one.
    """
    from asn1crypto.csr import CertificationRequest, CertificationRequestInfo
    from asn1crypto.keys import PublicKeyInfo
    from asn1crypto.x509 import Name

    content = CertificationRequestInfo(
        {
            "version": "v1",
            "subject": Name.load(holder_name(holder).public_bytes()),
            "subject_pk_info": PublicKeyInfo.load(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)),
            "attributes": [],
        }
    )
    is_rsa = algorithm is SignatureAlgorithm.RS256
    value = key.sign(content.dump())
    request = CertificationRequest(
        {
            "certification_request_info": content,
            "signature_algorithm": {"algorithm": "sha256_rsa" if is_rsa else "sha256_ecdsa"},
            "signature": value if is_rsa else in_der(value),
        }
    )
    made = x509.load_der_x509_csr(request.dump())
    if not made.is_signature_valid:
        raise GatewayError(Phrase("the token's public key of this name is not that of its private one"))
    return made.public_bytes(Encoding.PEM)


def _is_no_key_for(uri: str, algorithm: SignatureAlgorithm) -> GatewayError:
    return GatewayError(Phrase("{file} is not a key for {algorithm}", file=uri, algorithm=algorithm.value))
