"""What a delivery leaves at the far end."""

from __future__ import annotations

import hashlib
import random

import pytest

from gateway.core.interfaces import Conflict, Delivered, Parcel, Refused, Uplink
from gateway.core.publishing import Publishing
from tests.contract.uplinks.sites import MemorySite, RealSite, Site

DAY = "NUO001/2026/01/01"
NAME = "HN_ABCD_NUO001_20260101000500.txt"
CONTENT = b"pH\t7.21\t-\t20260101000500\t00\r\nTemp\t28.4\toC\t20260101000500\t00\r\n"


def test_delivers_the_exact_bytes_and_makes_the_folders(site: Site, uplink: Uplink) -> None:
    content = random.Random(1).randbytes(70_001) + b"\r\n\n\r\x00\xff"
    parcel = Parcel(DAY, NAME, content)
    (outcome,) = uplink.deliver([parcel])
    assert isinstance(outcome, Delivered)
    assert outcome.parcel is parcel
    assert outcome.answer
    assert site.files() == {f"{DAY}/{NAME}": content}


def test_delivers_without_a_folder_below_the_base(site: Site, uplink: Uplink) -> None:
    (outcome,) = uplink.deliver([Parcel("", NAME, CONTENT)])
    assert isinstance(outcome, Delivered)
    assert site.files() == {NAME: CONTENT}


def test_delivers_an_empty_file(site: Site, uplink: Uplink) -> None:
    (outcome,) = uplink.deliver([Parcel(DAY, NAME, b"")])
    assert isinstance(outcome, Delivered)
    assert site.files() == {f"{DAY}/{NAME}": b""}


def test_delivers_nothing_when_there_is_nothing(site: Site, uplink: Uplink) -> None:
    assert list(uplink.deliver([])) == []
    assert site.files() == {}


def test_delivers_many_into_several_folders(site: Site, uplink: Uplink) -> None:
    parcels = [Parcel(f"2026/01/0{1 + n % 3}", f"slot_{n:02}.txt", CONTENT * (n + 1)) for n in range(70)]
    outcomes = list(uplink.deliver(parcels))
    assert {id(outcome.parcel) for outcome in outcomes if isinstance(outcome, Delivered)} == set(map(id, parcels))
    assert len(outcomes) == len(parcels)
    assert site.files() == {f"{parcel.folder}/{parcel.name}": parcel.content for parcel in parcels}


def test_the_same_uplink_delivers_again_and_again(site: Site, uplink: Uplink) -> None:
    for n in range(3):
        (outcome,) = uplink.deliver([Parcel(DAY, f"slot_{n}.txt", CONTENT)])
        assert isinstance(outcome, Delivered)
    assert sorted(site.files()) == [f"{DAY}/slot_{n}.txt" for n in range(3)]


def test_repeating_is_harmless_and_uploads_nothing(site: Site, uplink: Uplink) -> None:
    parcel = Parcel(DAY, NAME, CONTENT)
    list(uplink.deliver([parcel]))
    before = site.trace(f"{DAY}/{NAME}")
    (again,) = uplink.deliver([parcel])
    assert isinstance(again, Delivered)
    assert "already there" in again.answer
    assert site.trace(f"{DAY}/{NAME}") == before
    assert site.files() == {f"{DAY}/{NAME}": CONTENT}


def test_an_equal_file_of_somebody_else_counts_as_delivered(site: Site, uplink: Uplink) -> None:
    site.put(f"{DAY}/{NAME}", CONTENT)
    before = site.trace(f"{DAY}/{NAME}")
    (outcome,) = uplink.deliver([Parcel(DAY, NAME, CONTENT)])
    assert isinstance(outcome, Delivered)
    assert site.trace(f"{DAY}/{NAME}") == before


@pytest.mark.parametrize("theirs", [b"half of it", CONTENT[:20], b"", CONTENT[:-1] + b"?", CONTENT * 2])
@pytest.mark.parametrize("ask_first", [False, True])
def test_other_bytes_under_the_name_are_left_alone_and_told(
    site: Site, uplink: Uplink, theirs: bytes, ask_first: bool
) -> None:
    site.put(f"{DAY}/{NAME}", theirs)
    before = site.trace(f"{DAY}/{NAME}")
    parcel = Parcel(DAY, NAME, CONTENT, was_tried=True, ask_first=ask_first)
    outcome, other = sorted(
        uplink.deliver([parcel, Parcel(DAY, "other.txt", CONTENT)]), key=lambda one: one.parcel is not parcel
    )
    assert isinstance(outcome, Conflict)
    assert (outcome.their_size, outcome.their_sha256) == (len(theirs), hashlib.sha256(theirs).digest())
    assert hashlib.sha256(theirs).hexdigest() in outcome.reason
    assert hashlib.sha256(CONTENT).hexdigest() in outcome.reason
    assert isinstance(other, Delivered)
    assert site.trace(f"{DAY}/{NAME}") == before or isinstance(site, MemorySite)
    assert site.files() == {f"{DAY}/{NAME}": theirs, f"{DAY}/other.txt": CONTENT}


def test_a_person_may_have_other_bytes_replaced(site: Site, uplink: Uplink) -> None:
    site.put(f"{DAY}/{NAME}", b"half of it")
    (outcome,) = uplink.deliver([Parcel(DAY, NAME, CONTENT, replaces=True, ask_first=True)])
    if isinstance(site, RealSite) and site.server.kind == "ssh2":  # renames onto nothing, and names no posix-rename
        assert isinstance(outcome, Refused)
        assert site.files() == {f"{DAY}/{NAME}": b"half of it"}
        return
    assert isinstance(outcome, Delivered)
    assert site.files() == {f"{DAY}/{NAME}": CONTENT}


def test_what_comes_after_the_folder_was_listed_is_left_alone(site: Site, uplink: Uplink) -> None:
    list(uplink.deliver([Parcel(DAY, "first.txt", CONTENT)]))
    site.put(f"{DAY}/{NAME}", b"of somebody else")
    (outcome,) = uplink.deliver([Parcel(DAY, NAME, CONTENT)])
    assert isinstance(outcome, Conflict)
    assert site.files() == {f"{DAY}/first.txt": CONTENT, f"{DAY}/{NAME}": b"of somebody else"}


@pytest.mark.parametrize("ask_first", [False, True])
def test_what_is_asked_for_first_and_is_not_there_is_sent(site: Site, uplink: Uplink, ask_first: bool) -> None:
    parcels = [Parcel(DAY, f"slot_{n}.txt", CONTENT, ask_first=ask_first) for n in range(3)]
    assert all(isinstance(outcome, Delivered) for outcome in uplink.deliver(parcels))
    assert site.files() == {f"{DAY}/slot_{n}.txt": CONTENT for n in range(3)}


@pytest.mark.parametrize("publishing", [Publishing.RENAME_DELETE, Publishing.DIRECT])
@pytest.mark.parametrize("theirs", [b"half of it", CONTENT[:-1] + b"?", CONTENT + b"?"])
def test_other_bytes_are_left_alone_however_files_are_published(
    real_site: RealSite, publishing: Publishing, theirs: bytes
) -> None:
    real_site.put(f"{DAY}/{NAME}", theirs)
    before = real_site.trace(f"{DAY}/{NAME}")
    uplink = real_site.uplink(publishing=publishing)
    (outcome,) = uplink.deliver([Parcel(DAY, NAME, CONTENT, was_tried=True)])
    uplink.close()
    assert isinstance(outcome, Conflict)
    assert real_site.trace(f"{DAY}/{NAME}") == before


@pytest.mark.parametrize("ours_by_size", [True, False])
@pytest.mark.parametrize(("was_tried", "ask_first"), [(True, False), (False, False), (True, True)])
def test_what_may_not_be_read_is_ours_only_by_its_size_and_a_try_before(
    real_site: RealSite, ours_by_size: bool, was_tried: bool, ask_first: bool
) -> None:
    theirs = b"?" * (len(CONTENT) - (not ours_by_size))
    real_site.put(f"{DAY}/{NAME}", theirs)
    (real_site.root / DAY / NAME).chmod(0o200)
    uplink = real_site.uplink()
    (outcome,) = uplink.deliver([Parcel(DAY, NAME, CONTENT, was_tried=was_tried, ask_first=ask_first)])
    uplink.close()
    assert isinstance(outcome, Delivered) == (ours_by_size and was_tried and not ask_first)
    assert isinstance(outcome, Delivered | Conflict)
    assert real_site.files() == {f"{DAY}/{NAME}": theirs}


def test_close_then_deliver_connects_anew(site: Site, uplink: Uplink) -> None:
    list(uplink.deliver([Parcel(DAY, "first.txt", CONTENT)]))
    uplink.close()
    uplink.close()
    (outcome,) = uplink.deliver([Parcel(DAY, "second.txt", CONTENT)])
    assert isinstance(outcome, Delivered)
    assert len(site.files()) == 2


def test_leaving_a_delivery_early_harms_nothing(site: Site, uplink: Uplink) -> None:
    parcels = [Parcel(DAY, f"slot_{n}.txt", CONTENT) for n in range(20)]
    iterator = iter(uplink.deliver(parcels))
    next(iterator)
    iterator.close()  # type: ignore[attr-defined]
    assert len(list(uplink.deliver(parcels))) == 20
    assert site.files() == {f"{DAY}/{parcel.name}": CONTENT for parcel in parcels}


def test_leftovers_of_a_crash_go_when_the_file_is_sent_again(site: Site, uplink: Uplink) -> None:
    site.put(f"{DAY}/{NAME}_upload-0123abcd.part", CONTENT[:5])
    site.put(f"{DAY}/other.txt_upload-0123abcd.part", CONTENT[:5])  # another lane may be at work on it
    list(uplink.deliver([Parcel(DAY, NAME, CONTENT)]))
    assert sorted(site.files()) == [f"{DAY}/{NAME}", f"{DAY}/other.txt_upload-0123abcd.part"]


def test_folders_with_vietnamese_letters_and_spaces(site: Site, uplink: Uplink) -> None:
    if isinstance(site, RealSite) and site.server.kind == "conch":
        pytest.skip("Conch knows names of ASCII only")
    (outcome,) = uplink.deliver([Parcel("Trạm nước thải/Tháng 01", NAME, CONTENT)])
    assert isinstance(outcome, Delivered)
    assert site.files() == {f"Trạm nước thải/Tháng 01/{NAME}": CONTENT}


def test_a_path_may_begin_at_the_log_in_folder(real_site: RealSite) -> None:
    uplink = real_site.uplink(path=f"/~{real_site.base.removeprefix(real_site.server.home)}")
    (outcome,) = uplink.deliver([Parcel(DAY, NAME, CONTENT)])
    uplink.close()
    assert isinstance(outcome, Delivered)
    assert real_site.files() == {f"{DAY}/{NAME}": CONTENT}


def test_the_server_may_restart_between_deliveries(real_site: RealSite) -> None:
    uplink = real_site.uplink()
    list(uplink.deliver([Parcel(DAY, "first.txt", CONTENT)]))
    real_site.server.start_again()
    (outcome,) = uplink.deliver([Parcel(DAY, "second.txt", CONTENT)])
    uplink.close()
    assert isinstance(outcome, Delivered)
    assert sorted(real_site.files()) == [f"{DAY}/first.txt", f"{DAY}/second.txt"]
