"""Authorities of the real command, filled by independent clients."""

import ftplib
import io
import socket
import ssl
from collections.abc import Callable, Iterator
from typing import Any

import paramiko
import pytest

GoodFile = Callable[[int], tuple[str, str, bytes]]


@pytest.fixture
def sftp(station: Any) -> Iterator[paramiko.SFTPClient]:
    access = station.ready["authorities"]["province"]["sftp"]
    transport = paramiko.Transport((access["host"], access["port"]))
    transport.connect(username=access["user"], password=access["password"])
    client = paramiko.SFTPClient.from_transport(transport)
    assert client is not None
    yield client
    transport.close()


def ftps(access: dict[str, Any]) -> ftplib.FTP_TLS:
    client = ftplib.FTP_TLS(context=ssl.create_default_context(cafile=access["ca"]), timeout=5)
    client.connect("localhost", access["port"])
    client.login(access["user"], access["password"])
    client.prot_p()
    return client


def test_a_file_renamed_over_sftp_is_received(
    station: Any, sftp: paramiko.SFTPClient, good_file: GoodFile, newest_slot_ms: int
) -> None:
    folder, name, content = good_file(newest_slot_ms)
    place = ""
    for part in folder.split("/"):
        place += f"/{part}"
        sftp.mkdir(place)
    with sftp.open(f"{folder}/{name}.part", "wb") as file:
        file.write(content)
    assert sftp.stat(f"{folder}/{name}.part").st_size == len(content)
    sftp.posix_rename(f"{folder}/{name}.part", f"{folder}/{name}")
    assert sftp.listdir(folder) == [name]
    score = station.score("province", lambda score: score["newest"] == name)
    assert (score["received"], score["malformed"], score["late"], score["problems"]) == (1, 0, 0, [])


def test_a_half_file_under_its_final_name_is_caught(
    station: Any, sftp: paramiko.SFTPClient, good_file: GoodFile, newest_slot_ms: int
) -> None:
    _, name, content = good_file(newest_slot_ms - 10_000)
    with sftp.open(f"/{name}", "wb") as file:
        file.write(content[:20])
        file.flush()
        station.score("province", lambda score: score["malformed"] == 1)
        file.write(content[20:])
    score = station.score("province", lambda score: score["duplicates_altered"] == 1)
    assert any("the receiver reads 1 lines instead of 3" in problem for problem in score["problems"])
    assert f"{name}: changed after it was seen, 20 to {len(content)} bytes" in score["problems"]


def test_sftp_speaks_renames_as_openssh_does(sftp: paramiko.SFTPClient) -> None:
    for name in ("one", "two"):
        with sftp.open(name, "wb") as file:
            file.write(name.encode())
    with pytest.raises(OSError, match="Failure"):
        sftp.rename("one", "two")
    sftp.posix_rename("one", "two")
    with sftp.open("two", "rb") as file:
        assert file.read() == b"one"
    with pytest.raises(FileNotFoundError):
        sftp.stat("one")
    sftp.truncate("two", 1)
    assert sftp.stat("two").st_size == 1
    sftp.remove("two")
    with pytest.raises(OSError, match="unsupported"):
        sftp.symlink("/etc", "out")


def test_no_path_leads_out_of_the_folder(station: Any, sftp: paramiko.SFTPClient) -> None:
    with pytest.raises(FileNotFoundError):
        sftp.open("../../../../../../../../etc/passwd")
    (station.out / "authorities/province/planted").symlink_to("/etc")
    with pytest.raises(PermissionError):
        sftp.open("planted/passwd")
    with sftp.open("/../../outside", "wb") as file:
        file.write(b"x")
    assert (station.out / "authorities/province/outside").read_bytes() == b"x"


def test_the_server_proves_itself_with_the_key_it_announced_and_refuses_a_wrong_password(station: Any) -> None:
    access = station.ready["authorities"]["province"]["sftp"]
    transport = paramiko.Transport((access["host"], access["port"]))
    try:
        transport.start_client(timeout=5)
        assert transport.get_remote_server_key().fingerprint == access["host_key"]
        with pytest.raises(paramiko.AuthenticationException):
            transport.auth_password(access["user"], "wrong")
    finally:
        transport.close()


def test_a_file_renamed_over_ftps_is_received(station: Any, good_file: GoodFile, newest_slot_ms: int) -> None:
    folder, name, content = good_file(newest_slot_ms)
    client = ftps(station.ready["authorities"]["ministry"]["ftps"])
    for part in folder.split("/"):
        client.mkd(part)
        client.cwd(part)
    client.storbinary(f"STOR {name}.part", io.BytesIO(content))
    assert client.size(f"{name}.part") == len(content)
    client.rename(f"{name}.part", name)
    client.quit()
    score = station.score("ministry", lambda score: score["newest"] == name)
    assert (score["received"], score["malformed"], score["problems"]) == (1, 0, [])


def test_ftps_refuses_an_unprotected_login_and_an_unprotected_file(station: Any) -> None:
    access = station.ready["authorities"]["ministry"]["ftps"]
    plain = ftplib.FTP(timeout=5)
    plain.connect(access["host"], access["port"])
    with pytest.raises(ftplib.error_perm, match="SSL/TLS required"):
        plain.login(access["user"], access["password"])
    plain.close()
    client = ftps(access)
    client.prot_c()
    with pytest.raises(ftplib.error_perm, match="SSL/TLS required"):
        client.nlst()
    client.close()


def test_ftps_certificate_is_good_for_loopback_only_through_its_ca(station: Any) -> None:
    access = station.ready["authorities"]["ministry"]["ftps-implicit"]
    trusting = ssl.create_default_context(cafile=access["ca"])
    for host, context, good in (
        ("localhost", trusting, True),
        ("127.0.0.1", trusting, True),
        ("example.vn", trusting, False),
        ("localhost", ssl.create_default_context(), False),
    ):
        with socket.create_connection((access["host"], access["port"]), timeout=5) as raw:
            if good:
                with context.wrap_socket(raw, server_hostname=host) as secured:
                    assert secured.recv(100).startswith(b"220 ")
            else:
                with pytest.raises(ssl.SSLCertVerificationError):
                    context.wrap_socket(raw, server_hostname=host)


def test_implicit_ftps_and_plain_ftp_share_the_folder_of_their_authority(station: Any) -> None:
    access = station.ready["authorities"]["ministry"]["ftps-implicit"]
    client = ftplib.FTP_TLS(context=ssl.create_default_context(cafile=access["ca"]), timeout=5)
    with socket.create_connection((access["host"], access["port"]), timeout=5) as raw:
        client.af, client.sock, client.host = (
            raw.family,
            client.context.wrap_socket(raw, server_hostname="localhost"),
            "",
        )
        client.file = client.sock.makefile("r", encoding="utf-8")
        client.welcome = client.getresp()
        client.sendcmd(f"USER {access['user']}")
        client.sendcmd(f"PASS {access['password']}")
        client.prot_p()
        client.host = "localhost"
        client.storbinary("STOR over-implicit", io.BytesIO(b"1"))
        client.quit()
    assert (station.out / "authorities/ministry/over-implicit").read_bytes() == b"1"

    access = station.ready["authorities"]["province"]["ftp"]
    plain = ftplib.FTP(timeout=5)
    plain.connect(access["host"], access["port"])
    plain.login(access["user"], access["password"])
    plain.storbinary("STOR over-plain", io.BytesIO(b"2"))
    plain.quit()
    assert (station.out / "authorities/province/over-plain").read_bytes() == b"2"
