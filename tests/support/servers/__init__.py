"""Real servers for the tests, each started on loopback in a private mount namespace and ended by its process id.

with openssh(tmp_path) as server:
    server.host, server.port, server.user, server.password, server.host_key, server.root
"""

from tests.support.servers.dropbear import dropbear
from tests.support.servers.inetutils import inetutils
from tests.support.servers.openssh import openssh
from tests.support.servers.proftpd import proftpd
from tests.support.servers.pureftpd import pureftpd
from tests.support.servers.pyftpd import pyftpd
from tests.support.servers.server import Server
from tests.support.servers.vsftpd import vsftpd

__all__ = ["Server", "dropbear", "inetutils", "openssh", "proftpd", "pureftpd", "pyftpd", "vsftpd"]
