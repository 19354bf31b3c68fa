"""Delivery over FTP, plain or with TLS (FTPS, explicit or implicit).

Promises what `Uplink` promises. How the server's answers are read stands in `ftp_login` and `ftp_steps`; how long
anything may take in `line.Patience`.
"""

from __future__ import annotations

import ftplib
from collections.abc import Iterator, Sequence

from gateway.core.errors import DeliveryDeferred, DeliveryError
from gateway.core.interfaces import Delivered, Parcel, Refused
from gateway.uplinks.ftp_login import FtpAccount, Protection, log_in
from gateway.uplinks.ftp_session import FtpSession
from gateway.uplinks.ftp_steps import FtpSteps
from gateway.uplinks.line import Line, Patience
from gateway.uplinks.publish import join, one_line

_GOODBYE_S = 2.0


class FtpUplink:
    """One destination reached over FTP or FTPS. One connection, one file at a time."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        path: str,
        account: FtpAccount,
        protection: Protection,
        patience: Patience | None = None,
    ) -> None:
        """`path` is the base folder as the server names it; empty, or beginning with `/~`, is below the log-in
        folder."""
        self._host = host
        self._port = port
        self._path = path
        self._account = account
        self._protection = protection
        self._patience = patience or Patience()
        self._where = f"{protection.tls.value} {host}:{port}"
        self._line = Line()
        self._session: FtpSession | None = None
        self._steps: FtpSteps | None = None

    def deliver(self, parcels: Sequence[Parcel]) -> Iterator[Delivered | Refused]:
        """See `Uplink.deliver`. After an exception, or when left early, the next call connects anew."""
        finished = False
        try:
            steps = self._connected()
            try:
                for parcel in parcels:
                    if (outcome := steps.publish(parcel)) is not None:
                        yield outcome
                yield from steps.denials.verdicts()
                finished = True
            except ftplib.Error as error:
                raise steps.judged(error) from error
        except (OSError, EOFError) as error:
            raise self._lost(error) from error
        except DeliveryError as error:
            if self._line.broken:  # whatever it looked like, it was `abort`
                raise DeliveryDeferred(f"{self._where}: interrupted") from error
            raise
        finally:
            if not finished:
                self._drop()

    def abort(self) -> None:
        """See `Uplink.abort`. Every `deliver` fails until `close`."""
        self._line.break_off()

    def close(self) -> None:
        """See `Uplink.close`."""
        if self._session is not None:
            self._session.say_goodbye(_GOODBYE_S)
        self._drop()
        self._line.mend()

    def _connected(self) -> FtpSteps:
        """The kept connection if it still answers, else a new one."""
        if self._session is not None and self._steps is not None:
            if self._session.stands():
                return self._steps
            self._drop()
        self._session = FtpSession(self._line, self._patience, self._protection.context(self._where))
        try:
            log_in(self._session, self._host, self._port, self._account, self._protection, self._where)
            self._steps = FtpSteps(self._where, self._session, self._base(self._session))
        except ftplib.Error as error:
            raise DeliveryDeferred(f"{self._where}: no log-in now ({one_line(str(error))})", by_server=True) from error
        return self._steps

    def _base(self, session: FtpSession) -> str:
        if self._path.startswith("/") and not self._path.startswith("/~"):
            return self._path
        return join(session.pwd() or "/", self._path.removeprefix("/~").strip("/"))

    def _lost(self, error: OSError | EOFError) -> DeliveryDeferred:
        """What a failure of the connection means."""
        if self._line.broken:
            why = "interrupted"
        elif isinstance(error, TimeoutError):
            why = f"the server has said nothing for {self._patience.answer_s:g} s"
        elif isinstance(error, EOFError):
            why = "the server closed the connection"
        else:
            why = f"the connection failed ({one_line(str(error)) or type(error).__name__})"
        return DeliveryDeferred(f"{self._where}: {why}")

    def _drop(self) -> None:
        session, self._session, self._steps = self._session, None, None
        if session is not None:
            session.hang_up()
