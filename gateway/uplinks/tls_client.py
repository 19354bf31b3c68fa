"""What proves us to a server that asks for a certificate: a certificate and its key, two files in PEM form."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gateway.config import Destination
from gateway.config.destinations.identity import ClientCertificate
from gateway.core.errors import DestinationRejected
from gateway.core.phrase import Phrase
from gateway.uplinks.publish import one_line


@dataclass(frozen=True, slots=True)
class TlsClient:
    """Both are read anew for each connection, so that a renewed certificate works without a restart."""

    certificate: Path
    key: Path
    reveal_key: Callable[[], str]
    """Reads the key as secrets are read; raises `DestinationRejected` if it is not there or everybody may read it."""

    def show_on(self, context: ssl.SSLContext, where: str) -> None:
        """Have it shown to servers that ask for one.

        Raises:
            DestinationRejected: it cannot be used. The message says why, without a word of the key.
        """
        self.reveal_key()
        try:
            context.load_cert_chain(self.certificate, self.key, password=_no_passphrase)
        except (OSError, ValueError) as error:
            raise DestinationRejected(
                Phrase("{where}: client: {unusable}", where=where, unusable=_unusable(error))
            ) from error


def client_of(destination: Destination) -> TlsClient | None:
    """As it is configured; `None`: there is none."""
    return client_from(destination.client)


def client_from(pair: ClientCertificate | None) -> TlsClient | None:
    """The same of what any section says of it."""
    if pair is None or pair.certificate.place is None or pair.key.place is None:
        return None
    return TlsClient(pair.certificate.place, pair.key.place, pair.key.reveal)


def _no_passphrase() -> str:
    raise ValueError("the key asks for a passphrase")


def _unusable(error: Exception) -> str:
    if getattr(error, "reason", None) == "KEY_VALUES_MISMATCH":
        return Phrase("the key is not that of the certificate; name the two files that belong together")
    if isinstance(error, ValueError):
        return Phrase(
            "the key asks for a passphrase, which a station cannot type; take it off: openssl pkey -in … -out …"
        )
    if isinstance(error, ssl.SSLError):
        return Phrase(
            "certificate and key cannot be used ({one_line}); save both in PEM form", one_line=one_line(str(error))
        )
    return Phrase("certificate or key cannot be read ({one_line})", one_line=one_line(str(error)))
