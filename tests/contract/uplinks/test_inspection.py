"""What lies at the far end, what is in it, and what the server can do."""

from __future__ import annotations

import pytest

from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.core.interfaces import Auditable, Parcel, RemoteFile, TellsTime
from gateway.core.profile import Probed
from gateway.core.publishing import Publishing
from tests.contract.uplinks.sites import RealSite

DAY = "2026/01/01"
SLOTS = {f"slot_{n:03}.txt": b"x" * n for n in range(40)}


def test_lists_names_and_sizes_but_no_folders(real_site: RealSite) -> None:
    uplink = real_site.uplink()
    assert isinstance(uplink, Auditable)
    for name, content in SLOTS.items():
        real_site.put(f"{DAY}/{name}", content)
    real_site.make_folder(f"{DAY}/a folder")
    found = uplink.listing(DAY)
    uplink.close()
    assert sorted(found, key=lambda file: file.name) == [
        RemoteFile(name, len(content)) for name, content in sorted(SLOTS.items())
    ]


def test_a_folder_that_is_empty_or_not_there_has_nothing_in_it(real_site: RealSite) -> None:
    real_site.make_folder(DAY)
    uplink = real_site.uplink()
    assert list(uplink.listing(DAY)) == []
    assert list(uplink.listing("2026/01/02")) == []
    uplink.close()


def test_fetches_the_exact_bytes(real_site: RealSite) -> None:
    content = bytes(range(256)) * 300 + b"\r\n\n\r"
    uplink = real_site.uplink()
    list(uplink.deliver([Parcel(DAY, "a.txt", content)]))
    assert uplink.fetch(DAY, "a.txt") == content
    with pytest.raises(DeliveryDeferred, match=r"b\.txt cannot be fetched"):
        uplink.fetch(DAY, "b.txt")
    assert uplink.fetch(DAY, "a.txt") == content
    uplink.close()


def test_tries_out_the_server_and_leaves_nothing(real_site: RealSite) -> None:
    uplink = real_site.uplink()
    assert isinstance(uplink, Probed)
    profile = uplink.probe()
    uplink.close()
    assert real_site.files() == {}
    assert profile.software
    assert (profile.renames, profile.replaces, profile.tells_size, profile.makes_folders) == (True, True, True, True)
    server = real_site.server
    if server.scheme == "sftp":
        assert (profile.host_key, profile.replaces_at_once, profile.connections) == (server.host_key, True, 2)
        assert "OpenSSH" in profile.software
        return
    assert profile.data_connections == "PASV"
    assert profile.connections == 4
    assert profile.takes_packs
    if server.scheme != "ftp":
        assert profile.tls in ("TLSv1.2", "TLSv1.3")
        assert profile.certificate_until_ms is not None
        assert profile.resumes_tls == (server.kind != "pureftpd")


def test_the_live_lane_removes_what_the_trial_of_a_killed_run_left(real_site: RealSite) -> None:
    real_site.put("probe_upload-0123abcd.part", b"probe")
    for is_urgent in (False, True):  # the live lane may be trying something while the other delivers
        parcel = Parcel(DAY, f"{is_urgent}.txt", b"12345")
        uplink = real_site.uplink(urgent=is_urgent)
        list(uplink.deliver([parcel]))
        uplink.close()
        assert ("probe_upload-0123abcd.part" in real_site.files()) is not is_urgent
        assert real_site.files()[f"{DAY}/{parcel.name}"] == parcel.content


def test_a_folder_nobody_may_write_into_is_told_by_the_trial(real_site: RealSite) -> None:
    real_site.make_folder("")
    real_site.lock("")
    uplink = real_site.uplink()
    with pytest.raises(DestinationRejected, match="may not write"):
        uplink.probe()
    uplink.close()


def test_direct_publishing_leaves_the_file_and_nothing_else(real_site: RealSite) -> None:
    real_site.put(f"{DAY}/a.txt", b"cont")  # what a cut left of an upload
    uplink = real_site.uplink(publishing=Publishing.DIRECT)
    assert len(list(uplink.deliver([Parcel(DAY, "a.txt", b"content"), Parcel(DAY, "b.txt", b"content")]))) == 2
    uplink.close()
    assert real_site.files() == {f"{DAY}/a.txt": b"content", f"{DAY}/b.txt": b"content"}


def test_tells_what_time_its_server_thinks_it_is_and_leaves_nothing(real_site: RealSite) -> None:
    uplink = real_site.uplink()
    assert isinstance(uplink, TellsTime)
    said = uplink.server_time()
    uplink.close()
    assert real_site.files() == {}
    assert said is not None
    # The server's clock is ours here. What it shows is cut off to the second, of a file written between the two looks.
    assert said.resolution_ms == 1000
    assert said.may_be_local == (real_site.server.scheme != "sftp")
    assert said.asked.wall_ms - 1000 <= said.their_ms <= said.answered.wall_ms
    assert said.asked.mono_s <= said.answered.mono_s


def test_a_folder_nobody_may_write_into_tells_no_time(real_site: RealSite) -> None:
    real_site.make_folder("")
    real_site.lock("")
    uplink = real_site.uplink()
    assert isinstance(uplink, TellsTime)
    with pytest.raises(DestinationRejected, match="may not write"):
        uplink.server_time()
    uplink.close()
