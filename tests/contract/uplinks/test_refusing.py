"""What the far end does not take: a file, a folder, or anything while its disk is full."""

from __future__ import annotations

import shutil

import pytest

from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.core.interfaces import Delivered, Parcel, Refused, Uplink
from tests.contract.uplinks.conftest import KINDS
from tests.contract.uplinks.sites import RealSite, Site

DAY = "2026/01/01"


def test_one_refused_file_does_not_hold_up_the_others(site: Site, uplink: Uplink) -> None:
    site.make_folder(f"{DAY}/b.txt")
    parcels = [Parcel(DAY, name, b"content of " + name.encode()) for name in ("a.txt", "b.txt", "c.txt")]
    outcomes = {outcome.parcel.name: outcome for outcome in uplink.deliver(parcels)}
    assert isinstance(outcomes["a.txt"], Delivered)
    assert isinstance(outcomes["c.txt"], Delivered)
    refused = outcomes["b.txt"]
    assert isinstance(refused, Refused)
    assert "b.txt" in refused.reason
    assert sorted(site.files()) == [f"{DAY}/a.txt", f"{DAY}/c.txt"]


def test_a_folder_that_cannot_be_made_is_the_destinations_fault(site: Site, uplink: Uplink) -> None:
    site.make_folder("locked")
    site.lock("locked")
    with pytest.raises(DestinationRejected, match=r"locked/2026.*cannot be made"):
        list(uplink.deliver([Parcel("locked/2026", "a.txt", b"content")]))
    site.unlock("locked")
    (outcome,) = uplink.deliver([Parcel("locked/2026", "a.txt", b"content")])
    assert isinstance(outcome, Delivered)


@pytest.mark.parametrize("count", [1, 5])
def test_a_folder_nobody_may_write_sets_no_file_aside(site: Site, uplink: Uplink, count: int) -> None:
    site.make_folder(DAY)
    site.lock(DAY)
    parcels = [Parcel(DAY, f"{n}.txt", b"content") for n in range(count)]
    with pytest.raises(DestinationRejected, match=f"may not write.*{DAY}"):
        list(uplink.deliver(parcels))
    site.unlock(DAY)
    assert len([outcome for outcome in uplink.deliver(parcels) if isinstance(outcome, Delivered)]) == count


@pytest.mark.parametrize("count", [1, 5])
def test_what_may_not_be_written_says_nothing_against_the_log_in(real_site: RealSite, count: int) -> None:
    real_site.make_folder(DAY)
    real_site.lock(DAY)
    uplink = real_site.uplink()
    for _ in range(2):  # the second time over a new connection
        with pytest.raises(DestinationRejected, match="may not write") as caught:
            list(uplink.deliver([Parcel(DAY, f"{n}.txt", b"content") for n in range(count)]))
        assert caught.value.after_login
    uplink.close()
    real_site.unlock(DAY)


@pytest.mark.parametrize("count", [1, 10])
def test_a_full_disk_defers_everything_until_there_is_room(site: Site, count: int) -> None:
    uplink, make_room, names = site.on_small_disk()
    parcels = [Parcel("day", f"{n}.txt", b"x" * (20_000 // count)) for n in range(count)]
    with pytest.raises(DeliveryDeferred):
        list(uplink.deliver(parcels))
    assert [name for name in names() if name.endswith(".txt")] == []
    make_room()
    assert len(list(uplink.deliver(parcels))) == count
    uplink.close()
    assert names() == sorted(f"day/{n}.txt" for n in range(count))


# pyftpdlib falls silent when its disk is full; there the next attempt takes back, as the test above shows.
@pytest.mark.parametrize("site", [kind for kind in KINDS if not kind.startswith("pyftpdlib")], indirect=True)
def test_what_did_not_fit_is_taken_back_at_once(site: Site) -> None:
    uplink, _, names = site.on_small_disk()
    with pytest.raises(DeliveryDeferred):
        list(uplink.deliver([Parcel("day", f"{n}.txt", b"x" * 3_000) for n in range(10)]))
    uplink.close()
    assert [name for name in names() if name != "ballast"] == []


def test_a_folder_that_vanishes_is_made_again(real_site: RealSite) -> None:
    uplink = real_site.uplink()
    list(uplink.deliver([Parcel(DAY, "a.txt", b"content")]))
    shutil.rmtree(real_site.root / "2026")
    if real_site.server.scheme != "sftp":  # which makes it in the same call
        with pytest.raises(DeliveryDeferred, match=DAY):
            list(uplink.deliver([Parcel(DAY, "b.txt", b"content")]))
    (outcome,) = uplink.deliver([Parcel(DAY, "b.txt", b"content")])
    uplink.close()
    assert isinstance(outcome, Delivered)
    assert real_site.files() == {f"{DAY}/b.txt": b"content"}
