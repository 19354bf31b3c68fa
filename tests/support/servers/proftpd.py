"""ProFTPD with mod_tls as Debian builds it: TLS required, and the session reuse that it demands by default (522
otherwise)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.support.certificates import ServerCertificate
from tests.support.debian import library_path, unpacked
from tests.support.servers import private
from tests.support.servers.server import Server, started

PACKAGES = ("proftpd-core", "proftpd-mod-crypto")
_DATA_PORTS = 12


@contextmanager
def proftpd(
    folder: Path,
    *,
    certificate: ServerCertificate,
    ca: Path | None = None,
    extra: str = "",
    passive_ports: int = _DATA_PORTS,
) -> Iterator[Server]:
    """FTPS only. `extra` are further lines of its configuration, for example `TLSProtocol TLSv1.2`."""
    packages = unpacked(*PACKAGES)
    with private.undone_on_failure(folder):
        port = private.free_port()
        data_ports = private.free_ports(passive_ports)
        configuration = folder / "proftpd.conf"
        configuration.write_text(
            f"""
ModulePath "{packages}/usr/lib/proftpd"
{_modules(packages)}
ServerType standalone
ServerName test
DefaultAddress 127.0.0.1
Port {port}
PassivePorts {data_ports[0]} {data_ports[-1]}
UseIPv6 off
WtmpLog off
UseReverseDNS off
User nobody
Group nogroup
AuthPAM off
RequireValidShell off
PersistentPasswd off
DefaultRoot {private.ROOT}
AllowOverwrite on
Umask 022 022
TransferLog NONE
SystemLog /run/proftpd.log
PidFile /run/proftpd.pid
ScoreboardFile /run/proftpd.scoreboard
DelayEngine off
TLSEngine on
TLSLog /run/tls.log
TLSRSACertificateFile {certificate.certificate}
TLSRSACertificateKeyFile {certificate.key}
TLSRequired on
ExtendedLog /run/commands.log ALL
{extra}
"""
        )
        (folder / "run").mkdir()

        def start() -> private.Child:
            return private.start(
                [packages / "usr/sbin/proftpd", "--nodaemon", "--config", configuration],
                folder=folder,
                port=port,
                environment=library_path(packages),
            )

        logs = (folder / "run/proftpd.log", folder / "run/tls.log", folder / "run/commands.log")
        server = started("proftpd", "ftps", folder, port, start, ca=ca, data_ports=data_ports, logs=logs)
    with closing(server):
        yield server


def _modules(packages: Path) -> str:
    """mod_tls, and what one release has as modules that another has compiled in."""
    wanted = ("mod_ls", "mod_xfer", "mod_delay", "mod_tls")
    return "\n".join(f"LoadModule {name}.c" for name in wanted if (packages / f"usr/lib/proftpd/{name}.so").exists())
