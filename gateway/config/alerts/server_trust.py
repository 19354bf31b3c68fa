"""By what a server that tells people is known, and we to it: the same keys as at a destination."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationInfo, field_validator

from gateway.config.destinations.identity import (
    Certificates,
    ClientCertificate,
    check_only_trust,
    check_proof_of_ourselves,
    check_trusted,
)
from gateway.config.file.form_error import FormError
from gateway.config.section import AbsolutePath, Section
from gateway.core.phrase import Phrase


class ServerTrust(Section):
    """`ca`: whoever these have signed for; `certificate`: exactly this one; neither: the system's authorities.
    `client`: what we show to a server that asks for a certificate."""

    ca: AbsolutePath | None = None
    certificate: Certificates | None = None
    client: ClientCertificate | None = None

    @field_validator("ca")
    @classmethod
    def _hold_certificates(cls, ca: Path | None, siblings: ValidationInfo[Any]) -> Path | None:
        return check_trusted(ca, siblings)

    @field_validator("certificate")
    @classmethod
    def _be_the_only_trust(cls, pins: tuple[str, ...] | None, siblings: ValidationInfo[Any]) -> tuple[str, ...] | None:
        return check_only_trust(pins, siblings)

    @field_validator("client")
    @classmethod
    def _prove_ourselves(
        cls, client: ClientCertificate | None, siblings: ValidationInfo[Any]
    ) -> ClientCertificate | None:
        return check_proof_of_ourselves(client, siblings)

    def check_unused(self, without: str) -> None:
        """Raises `FormError` if anything of this is said of a server `without` encryption."""
        for key in ("ca", "certificate", "client"):
            if getattr(self, key) is not None:
                raise FormError(
                    Phrase("means nothing to {without}", without=without), Phrase("remove it: it is for TLS"), key
                )
