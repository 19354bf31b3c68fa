"""vsftpd as Debian builds it: plain, or explicit TLS with `require_ssl_reuse=YES` (its default)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.support.certificates import ServerCertificate
from tests.support.debian import library_path, unpacked
from tests.support.servers import private
from tests.support.servers.server import Server, started

PACKAGES = ("vsftpd",)
_DATA_PORTS = 12


@contextmanager
def vsftpd(
    folder: Path, *, certificate: ServerCertificate | None = None, ca: Path | None = None, extra: str = ""
) -> Iterator[Server]:
    """With a certificate: FTPS only, for log-in and data. `extra` are further lines of its configuration."""
    packages = unpacked(*PACKAGES)
    with private.undone_on_failure(folder):
        port = private.free_port()
        data_ports = private.free_ports(_DATA_PORTS)
        lines = [
            "listen=YES", f"listen_port={port}", "listen_address=127.0.0.1", "background=NO", "anonymous_enable=NO",
            "local_enable=YES", "write_enable=YES", "local_umask=022", "chroot_local_user=YES",
            "allow_writeable_chroot=YES", f"local_root={private.ROOT}", "pam_service_name=vsftpd",
            "seccomp_sandbox=NO", "isolate=NO", "isolate_network=NO",
            "secure_chroot_dir=/run/vsftpd/empty", "pasv_enable=YES", f"pasv_min_port={data_ports[0]}",
            f"pasv_max_port={data_ports[-1]}", "xferlog_enable=YES", "log_ftp_protocol=YES",
            "vsftpd_log_file=/run/vsftpd.log",
            "check_shell=NO", "utf8_filesystem=YES", "max_per_ip=0", "delay_failed_login=0",
        ]  # fmt: skip
        if certificate is not None:
            lines += [
                "ssl_enable=YES", "force_local_logins_ssl=YES", "force_local_data_ssl=YES", "require_ssl_reuse=YES",
                f"rsa_cert_file={certificate.certificate}", f"rsa_private_key_file={certificate.key}", "debug_ssl=YES",
            ]  # fmt: skip
        configuration = folder / "vsftpd.conf"
        configuration.write_text("\n".join([*lines, extra, ""]))
        (folder / "run/vsftpd/empty").mkdir(parents=True)

        def start() -> private.Child:
            return private.start(
                [packages / "usr/sbin/vsftpd", configuration],
                folder=folder,
                port=port,
                environment=library_path(packages),
            )

        scheme = "ftp" if certificate is None else "ftps"
        logs = (folder / "run/vsftpd.log",)
        server = started("vsftpd", scheme, folder, port, start, ca=ca, data_ports=data_ports, logs=logs)
    with closing(server):
        yield server
