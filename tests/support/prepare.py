"""Everything that the tests would otherwise fetch on the way, where a minute of downloading is taken for a hang.

python -m tests.support.prepare
"""

from __future__ import annotations

from tests.support.debian import is_unpacked, unpacked
from tests.support.department import OPENSSL
from tests.support.department import PACKAGES as AGE
from tests.support.faketime import PACKAGES as FAKETIME
from tests.support.modbus_server.device import PACKAGES as LIBMODBUS
from tests.support.modbus_server.device import program
from tests.support.servers.chrony import PACKAGES as CHRONY
from tests.support.servers.mosquitto import PACKAGES as MOSQUITTO
from tests.support.servers.openssh import PACKAGES as OPENSSH
from tests.support.servers.proftpd import PACKAGES as PROFTPD
from tests.support.servers.pureftpd import PACKAGES as PUREFTPD
from tests.support.servers.snmpd import PACKAGES as SNMPD
from tests.support.servers.udev import PACKAGES as UDEV
from tests.support.servers.vsftpd import PACKAGES as VSFTPD

PACKAGES = (AGE, CHRONY, FAKETIME, LIBMODBUS, MOSQUITTO, OPENSSH, OPENSSL, PROFTPD, PUREFTPD, SNMPD, UDEV, VSFTPD)


def main() -> None:
    for packages in PACKAGES:
        if not is_unpacked(*packages):
            print(f"fetching {' '.join(packages)} for the tests (below .servers, not installed)", flush=True)
            unpacked(*packages)
    program()


if __name__ == "__main__":
    main()
