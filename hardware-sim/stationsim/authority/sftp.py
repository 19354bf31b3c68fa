"""An authority's SFTP server: paramiko's server side on a port of its own, one account, one folder."""

import logging
import socket
import threading
from pathlib import Path

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED, OPEN_SUCCEEDED

from stationsim.authority.account import Account
from stationsim.authority.sftp_folder import SftpFolder

_log = logging.getLogger(__name__)

_STOP_S = 1.0


class SftpServer:
    """Listens from its making until `close`. Raises OSError when the port cannot be had."""

    def __init__(self, root: Path, account: Account, key: paramiko.PKey, host: str, port: int) -> None:
        self._root = root
        self._account = account
        self._key = key
        self._sessions: list[paramiko.Transport] = []
        self._listener = socket.create_server((host, port))
        self._stopping = False
        self._thread = threading.Thread(target=self._accept, name="sftp-accept")
        self._thread.start()

    @property
    def address(self) -> tuple[str, int]:
        host, port = self._listener.getsockname()[:2]
        return host, port

    def close(self) -> None:
        """Ends all sessions, in the middle of a transfer if need be."""
        self._stopping = True
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in accept
        self._thread.join(_STOP_S)
        self._listener.close()
        for session in self._sessions:
            session.close()
        for session in self._sessions:
            session.join(_STOP_S)

    def _accept(self) -> None:
        while not self._stopping:
            try:
                connection, peer = self._listener.accept()
            except OSError as error:
                if not self._stopping:
                    _log.error("SFTP no longer listens: %s", error)
                return
            self._sessions = [session for session in self._sessions if session.is_alive()]
            self._serve(connection, peer)

    def _serve(self, connection: socket.socket, peer: tuple[str, int]) -> None:
        try:
            session = paramiko.Transport(connection)
            session.add_server_key(self._key)
            session.set_subsystem_handler("sftp", paramiko.SFTPServer, SftpFolder, self._root)
            # An event makes the negotiation happen in the session's own thread: a slow client delays nobody.
            session.start_server(threading.Event(), _Login(self._account))
        except (paramiko.SSHException, OSError, EOFError) as error:
            _log.warning("SFTP session of %s did not start: %s", peer, error)
            connection.close()
        else:
            self._sessions.append(session)


class _Login(paramiko.ServerInterface):
    def __init__(self, account: Account) -> None:
        self._account = account

    def check_auth_password(self, username: str, password: str) -> int:
        return AUTH_SUCCESSFUL if self._account.admits(username, password) else AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED if kind == "session" else OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED
