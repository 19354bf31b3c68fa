"""`gateway web certificate`: what the page shows, to be compared with what a browser says."""

from __future__ import annotations

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase
from gateway.web.page_settings import page_settings


def certificate(config: ConfigFile = DEFAULT_CONFIG, as_json: Json = False) -> None:
    """The SHA-256 of the page's certificate: whoever comes for the first time compares it with the browser's."""
    from gateway.web.accounts.folder import as_owner
    from gateway.web.tls import OWN_FILE, CertificateFiles, certificate_sha256

    configuration = load_configuration(config)
    settings, metrics = page_settings(configuration), configuration.metrics
    if not settings.is_encrypted and (metrics is None or not metrics.is_encrypted):
        raise GatewayError(Phrase("the page is on loopback and not encrypted: it has no certificate"))
    if settings.certificate is not None:
        files = CertificateFiles(settings.certificate)
        sha256 = certificate_sha256(files)
    else:
        files = CertificateFiles(settings.storage / OWN_FILE)
        with as_owner(settings.storage):
            if not files.certificate_file.exists():
                raise GatewayError(
                    Phrase(
                        "{certificate_file} is made when the page starts for the first time",
                        certificate_file=files.certificate_file,
                    )
                )
            sha256 = certificate_sha256(files)
    if as_json:
        made_by = "configuration" if settings.certificate is not None else "gateway"
        print_json({"file": str(files.certificate_file), "made_by": made_by, "sha256": sha256})
        return
    say(str(files.certificate_file), f"SHA-256 {sha256}")
