"""There, not there, not told: whatever keeps a receiver from telling, nothing that lies there is called missing."""

from __future__ import annotations

import random
from contextlib import closing
from dataclasses import replace

import pytest

from gateway.core.errors import DeliveryDeferred
from gateway.core.interfaces import Delivered, Parcel
from gateway.uplinks.ftp.uplink import FtpUplink
from gateway.uplinks.sftp.uplink import SftpUplink
from tests.contract.uplinks.test_odd_receivers import CONTENTS, PARCELS, ftp_uplink, sftp_uplink
from tests.support.odd_ftp import FtpOddities, Listing, odd_ftp
from tests.support.odd_sftp import Code, SftpOddities, odd_sftp

FOLDER = "2026/01/01"
THERE = {path.rpartition("/")[2]: len(content) for path, content in CONTENTS.items() if path.startswith(f"/{FOLDER}/")}
SFTP = {
    "opendir-denied": {"answers": {"OPENDIR": Code.PERMISSION_DENIED}},
    "opendir-failure": {"answers": {"OPENDIR": Code.FAILURE}},
    "denied-as-if-absent": {"answers": {"OPENDIR": Code.NO_SUCH_FILE}},
    "denied-as-if-absent-and-not-told": {
        "answers": {"OPENDIR": Code.NO_SUCH_FILE, "STAT": Code.PERMISSION_DENIED, "LSTAT": Code.PERMISSION_DENIED}
    },
    "denied-as-if-absent-and-told-otherwise": {"answers": {"OPENDIR": Code.NO_SUCH_FILE, "STAT": Code.OP_UNSUPPORTED}},
    "readdir-denied": {"answers": {"READDIR": Code.PERMISSION_DENIED}},
    "readdir-unsupported": {"answers": {"READDIR": Code.OP_UNSUPPORTED}},
    "readdir-fails-in-the-middle": {"fails_at": {"READDIR": frozenset({2})}, "entries_at_once": 2},
    "cut-in-the-middle": {"cuts_before": {"READDIR": frozenset({2})}, "entries_at_once": 2},
    "hides-folders": {"hides_folders": True},
    "without-sizes": {"without_sizes": {"READDIR", "STAT", "LSTAT"}},
    "without-sizes-in-lists": {"without_sizes": {"READDIR"}},
}
FTP = {
    "list-denied": {"denied": {"MLSD", "LIST", "NLST"}},
    "denied-as-if-absent": {"says": dict.fromkeys(("MLSD", "LIST", "NLST"), b"550 No such file or directory.\r\n")},
    "denied-as-if-not-found": {"says": dict.fromkeys(("MLSD", "LIST", "NLST"), b"550 Not found or no access.\r\n")},
    "list-unknown": {"unknown": {"MLSD", "LIST", "NLST", "MLST"}},
    "mlsd-as-list": {"told_as_list": {"MLSD"}},
    "mlsd-as-list-and-nothing-else": {"told_as_list": {"MLSD"}, "unknown": {"NLST", "LIST"}},
    "nlst-as-list": {"told_as_list": {"NLST"}, "unknown": {"MLSD", "MLST"}},
    "nlst-as-dos-list": {"told_as_list": {"NLST"}, "unknown": {"MLSD", "MLST"}, "listing": Listing.DOS},
    "no-mlsd": {"unknown": {"MLSD", "MLST"}},
    "no-sizes": {"unknown": {"MLSD", "MLST", "SIZE"}, "listing": Listing.NAMES},
    "size-denied": {"unknown": {"MLSD", "MLST"}, "denied": {"SIZE"}},
    "cut-lists": {"cuts_listings": True},
    "cut-lists-only": {"unknown": {"MLSD", "MLST", "NLST"}, "cuts_listings": True},
    "busy": {"says": {"MLSD": b"450 busy\r\n", "NLST": b"450 busy\r\n", "LIST": b"450 busy\r\n"}},
    "down": {"says": {"MLSD": b"421 going down\r\n", "NLST": b"421 going down\r\n", "LIST": b"421 down\r\n"}},
}


@pytest.mark.parametrize("oddity", SFTP)
def test_an_sftp_listing_is_whole_or_not_told(oddity: str) -> None:
    with odd_sftp() as server:
        with closing(sftp_uplink(server)) as uplink:
            assert all(isinstance(outcome, Delivered) for outcome in uplink.deliver(PARCELS))
        server.counted.clear()
        server.oddities = SftpOddities(**SFTP[oddity])  # type: ignore[arg-type]
        with closing(sftp_uplink(server)) as uplink:
            expect_whole_or_not_told(uplink)


@pytest.mark.parametrize("oddity", FTP)
def test_an_ftp_listing_is_whole_or_not_told(oddity: str) -> None:
    with odd_ftp() as server:
        with closing(ftp_uplink(server)) as uplink:
            assert all(isinstance(outcome, Delivered) for outcome in uplink.deliver(PARCELS))
        server.oddities = FtpOddities(**FTP[oddity])  # type: ignore[arg-type]
        with closing(ftp_uplink(server)) as uplink:
            expect_whole_or_not_told(uplink)


def expect_whole_or_not_told(uplink: SftpUplink | FtpUplink) -> None:
    try:
        listed = {file.name: file.size for file in uplink.listing(FOLDER)}
    except DeliveryDeferred:
        return
    assert listed.keys() == THERE.keys()
    assert all(size in (None, THERE[name]) for name, size in listed.items())


@pytest.mark.parametrize("oddity", [*SFTP, "size-told-of-nothing"])
def test_what_is_asked_for_first_is_not_sent_over_what_is_not_told(oddity: str) -> None:
    """Nobody's other bytes are replaced because a question was not answered."""
    theirs = b"of somebody else"
    path = f"/{FOLDER}/{PARCELS[0].name}"
    switches = SFTP.get(oddity, {"answers": dict.fromkeys(("STAT", "LSTAT", "FSTAT"), Code.PERMISSION_DENIED)})
    with odd_sftp(SftpOddities(**switches)) as server, closing(sftp_uplink(server)) as uplink:  # type: ignore[arg-type]
        server.storage.folders |= {"/2026", "/2026/01", f"/{FOLDER}"}
        server.storage.files[path] = theirs
        try:
            outcomes = list(uplink.deliver([replace(PARCELS[0], ask_first=True)]))
        except DeliveryDeferred:
            outcomes = []
        assert server.storage.files[path] == theirs
        assert not any(isinstance(outcome, Delivered) for outcome in outcomes)


@pytest.mark.parametrize("largest", [32_768, 16_384, 4_096])
def test_a_large_file_comes_whole_where_writes_are_small(largest: int) -> None:
    content = random.Random(1).randbytes(100_001)
    with odd_sftp(SftpOddities(largest_write=largest)) as server, closing(sftp_uplink(server)) as uplink:
        (outcome,) = uplink.deliver([Parcel("", "large.txt", content)])
        assert isinstance(outcome, Delivered)
        assert server.storage.files == {"/large.txt": content}
