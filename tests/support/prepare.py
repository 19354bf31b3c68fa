"""Everything that the tests would otherwise fetch on the way, where a minute of downloading is taken for a hang.

python -m tests.support.prepare
"""

from __future__ import annotations

from tests.support.browser.chromium import PACKAGES as CHROMIUM
from tests.support.debian import is_unpacked, unpacked
from tests.support.department import OPENSSL
from tests.support.department import PACKAGES as AGE
from tests.support.faketime import PACKAGES as FAKETIME
from tests.support.modbus_server.device import PACKAGES as LIBMODBUS
from tests.support.modbus_server.device import program
from tests.support.registries import are_fetched, node_packages, python_packages
from tests.support.servers.chrony import PACKAGES as CHRONY
from tests.support.servers.dropbear import PACKAGES as DROPBEAR
from tests.support.servers.inetutils import PACKAGES as INETUTILS
from tests.support.servers.mosquitto import PACKAGES as MOSQUITTO
from tests.support.servers.openssh import PACKAGES as OPENSSH
from tests.support.servers.proftpd import PACKAGES as PROFTPD
from tests.support.servers.prometheus import PACKAGES as PROMETHEUS
from tests.support.servers.pureftpd import PACKAGES as PUREFTPD
from tests.support.servers.snmpd import PACKAGES as SNMPD
from tests.support.servers.softhsm import PACKAGES as SOFTHSM
from tests.support.servers.udev import PACKAGES as UDEV
from tests.support.servers.vsftpd import PACKAGES as VSFTPD

PACKAGES = (
    AGE, CHROMIUM, CHRONY, DROPBEAR, FAKETIME, INETUTILS, LIBMODBUS, MOSQUITTO, OPENSSH, OPENSSL, PROFTPD, PROMETHEUS,
    PUREFTPD, SNMPD, SOFTHSM, UDEV, VSFTPD,
)  # fmt: skip


def main() -> None:
    for packages in PACKAGES:
        if not is_unpacked(*packages):
            print(f"fetching {' '.join(packages)} for the tests (below .servers, not installed)", flush=True)
            unpacked(*packages)
    if not are_fetched():
        print("fetching servers from PyPI and npm for the tests (below .servers, not installed)", flush=True)
        python_packages()
        node_packages()
    program()


if __name__ == "__main__":
    main()
