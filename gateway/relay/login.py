"""Who may look: one user, by digest, and nobody learns anything of the station before."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from typing import Any

from .gstreamer import Gio, GLib, GstRtsp, GstRtspServer
from .settings import ServerSettings

REALM = "Station Gateway"
ROLE = "viewer"
_URL = "auth.check.url"
_FACTORY = "auth.check.media.factory.access"


class NoCertificate(Exception):
    """The certificate or its key is none."""


class _Login(GstRtspServer.RTSPAuth):  # type: ignore[misc]  # gi has no types
    """GStreamer asks for a password only once it has found what was asked for, and so tells everybody which paths there
    are. Here it is asked for first, for all but OPTIONS."""

    def __init__(self, on_wrong: Callable[[Any], object]) -> None:
        super().__init__()
        self._on_wrong = on_wrong

    def do_check(self, asked: Any, check: str) -> bool:
        if check == _URL and asked.method != GstRtsp.RTSPMethod.OPTIONS and not self._is_known(asked):
            check = _FACTORY  # says that a password is wanted, and no more
        allowed: bool = GstRtspServer.RTSPAuth.do_check(self, asked, check)
        return allowed

    def _is_known(self, asked: Any) -> bool:
        GstRtspServer.RTSPAuth.do_authenticate(self, asked)
        if asked.token is not None:
            return True
        if asked.request.get_header(GstRtsp.RTSPHeaderField.AUTHORIZATION, 0)[0] == GstRtsp.RTSPResult.OK:
            self._on_wrong(asked.client)
        return False


def make_login(settings: ServerSettings, on_wrong: Callable[[Any], object]) -> Any:
    """`on_wrong` is called with the connection over which a login failed.

    Raises:
        NoCertificate: what should be one is none.
    """
    login = _Login(on_wrong)
    login.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    login.set_realm(REALM)
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", ROLE)
    login.add_digest(settings.user, settings.password, token)
    if settings.certificate is not None:
        try:
            login.set_tls_certificate(Gio.TlsCertificate.new_from_pem(f"{settings.certificate}\n{settings.key}", -1))
        except GLib.Error as error:
            raise NoCertificate(f"the certificate or its key cannot be used: {error.message}") from None
        if not _is_pair(f"{settings.certificate}\n{settings.key}"):
            raise NoCertificate("the key is not the certificate's: nobody could connect")
    return login


def _is_pair(pem: str) -> bool:
    """GStreamer takes any two, and then fails at each viewer without a word."""
    try:
        with os.fdopen(os.memfd_create("relay-certificate"), "wb") as file:
            file.write(pem.encode())
            file.flush()
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(f"/proc/self/fd/{file.fileno()}")
    except ssl.SSLError as error:
        return error.reason != "KEY_VALUES_MISMATCH"
    except OSError:
        return True  # not to be found out here
    return True
