"""Why an FTP server does not let us in, in the words of servers that are in use."""

from __future__ import annotations

import pytest

from gateway.core.errors import Crowded, DeliveryDeferred, DestinationRejected
from gateway.uplinks.ftp.refusals import not_let_in
from gateway.uplinks.ftp.replies import Reply

PASSWORD = "geheim-8472"


def judged(text: str, password: str | None = PASSWORD, asked: str = "PASS") -> Exception:
    return not_let_in("ftp x:21", "nuo001", Reply(text), password, asked)


@pytest.mark.parametrize(
    ("reply", "advice"),
    [
        ("530 Login incorrect.", "check both"),  # vsftpd, ProFTPD
        ("530 Login authentication failed", "check both"),  # Pure-FTPd
        ("530 User cannot log in.", "check both"),  # IIS
        ("530 Not logged in.", "check both"),
        ("530 Your password has expired", "password"),
        ("530 Password expired, please change it", "new one"),
        ("530 You must change your password before logging in", "new one"),
        ("530-User cannot log in.\n Win32 error:   The password for this account has expired. \n530 End", "new one"),
        ("530 User account has been disabled.", "open it"),
        ("530 Account locked due to too many failed attempts", "open it"),
        ("421 Too many failed log-ins, you are banned", "open it"),
        ("421 Login incorrect.", "check both"),
        ("430 Invalid username or password", "check both"),
        ("530 Account is locked", "open it"),
        ("530 Your account has expired", "open it"),
        ("530 Account suspended, contact support", "open it"),
        ("530 Access from your IP address is not permitted", "address"),
        ("530 Login not allowed from this host", "address"),
        ("530 User cannot log in, home directory inaccessible.", "folder"),  # IIS
        ("500 OOPS: cannot change directory:/home/nuo001", "folder"),  # vsftpd
        ("530 Non-anonymous sessions must use encryption.", "ftps://"),  # vsftpd
        ("550 SSL/TLS required on the control channel", "ftps://"),  # ProFTPD
        ("421 Sorry, cleartext sessions are not accepted on this server.", "ftps://"),  # Pure-FTPd
        ("534 Policy requires SSL.", "ftps://"),  # IIS
        ("503 Use AUTH first.", "ftps://"),  # FileZilla
        ("332 Need account for login.", "cannot give"),
        ("532 Need account for storing files.", "cannot give"),
    ],
)
def test_a_persons_matter(reply: str, advice: str) -> None:
    error = judged(reply)
    assert advice in str(error)
    assert isinstance(error, DestinationRejected)


@pytest.mark.parametrize(
    "reply",
    [
        "530 Sorry, the maximum number of clients (1) from your host are already connected.",  # ProFTPD
        "421 There are too many connected users, please try later.",  # vsftpd
        "530 Too many users logged in for this account",
        "421 Timeout.",
    ],
)
def test_crowded(reply: str) -> None:
    assert isinstance(judged(reply), Crowded)


@pytest.mark.parametrize(
    "reply",
    [
        "530 Login temporarily unavailable, try again later",
        "530 Server is shutting down",
        "530 Server down for maintenance",
        "530 LDAP server is down",
        "530 Disk quota exceeded",
        "451 Internal error",
    ],
)
def test_not_now(reply: str) -> None:
    error = judged(reply)
    assert isinstance(error, DeliveryDeferred)
    assert not isinstance(error, Crowded)
    assert error.by_server


@pytest.mark.parametrize(
    ("reply", "asked", "password"),
    [
        (f"530 Login of nuo001/{PASSWORD} incorrect", "PASS", PASSWORD),
        (f"430 {PASSWORD}?", "PASS", PASSWORD),
        (f"530 Your password {PASSWORD} has expired", "PASS", PASSWORD),
    ],
)
def test_no_message_repeats_the_password(reply: str, asked: str, password: str) -> None:
    assert PASSWORD not in str(judged(reply, password, asked))


def test_what_is_missing_is_named() -> None:
    assert "certificate alone" in str(judged("530 Login incorrect.", None))
    assert "before it has heard a password" in str(judged("530 Permission denied.", asked="USER"))
