"""The box: a tree that reads like sysfs and procfs, and what happens to its ports."""

from pathlib import Path

import pytest

from stationsim.box import SimulatedBox

BUS = "sys/bus/usb/devices"


@pytest.fixture
def box(tmp_path: Path) -> SimulatedBox:
    return SimulatedBox(tmp_path / "box")


def read(box: SimulatedBox, path: str) -> str:
    return (box.root / path).read_text().strip()


def leading_nowhere(box: SimulatedBox) -> list[str]:
    """Links of sys and dev; those of proc name sockets and programs, as the kernel's do."""
    return [
        str(it) for part in ("sys", "dev") for it in (box.root / part).rglob("*") if it.is_symlink() and not it.exists()
    ]


def test_a_device_is_found_where_it_was_plugged_in_and_nowhere_after(box: SimulatedBox) -> None:
    before = {str(it.relative_to(box.root)) for it in box.root.rglob("*")}
    box.plug("1-1.3", "hub")
    box.plug("1-1.3.2", "stick")
    box.plug("1-1.3.4", "keyboard")
    box.plug("1-1.2", "rs485")
    box.plug("2-1", "lan")
    assert read(box, f"{BUS}/1-1.3.2/idVendor") == "0781"
    assert read(box, f"{BUS}/1-1.3.2/port/device/serial") == "4C530001230815114133"
    assert (box.root / "sys/block/sda").resolve().is_relative_to((box.root / f"{BUS}/1-1.3.2").resolve())
    assert read(box, "sys/class/input/input0/phys") == "usb-0000:01:00.0-1.3.4/input0"
    assert (
        box.root / "dev/serial/by-id/usb-1a86_USB_Serial-if00-port0"
    ).resolve() == box.root.resolve() / "dev/ttyUSB0"
    assert leading_nowhere(box) == []

    box.unplug("1-1.3")
    assert not (box.root / f"{BUS}/1-1.3.4").exists()
    box.unplug("1-1.2")
    box.unplug("2-1")
    left = {str(it.relative_to(box.root)) for it in box.root.rglob("*")} - before
    assert {it for it in left if not it.startswith(("sys/bus/usb/drivers", "sys/class", "dev/serial"))} == set()
    assert leading_nowhere(box) == []


def test_an_empty_socket_is_there_and_holds_nothing(box: SimulatedBox) -> None:
    sockets = sorted(it.name for it in (box.root / f"{BUS}/1-1:1.0").glob("1-1-port*"))
    assert sockets == ["1-1-port1", "1-1-port2", "1-1-port3", "1-1-port4"]
    assert not (box.root / f"{BUS}/1-1:1.0/1-1-port1/device").exists()


@pytest.mark.parametrize("place", ["1-1.9", "3-1", "1-1.2.1", "1-1"])
def test_what_is_no_free_socket_takes_no_device(box: SimulatedBox, place: str) -> None:
    with pytest.raises(ValueError, match=place):
        box.plug(place, "stick")


def test_a_program_listens_until_it_stops(box: SimulatedBox) -> None:
    box.listen("tcp", 8080, "busybox", user_id=1000)
    box.listen("udp", 5353, "avahi-daemon", address="::", user_id=108, unit="avahi-daemon.service")
    rows = read(box, "proc/net/tcp").splitlines()[1:]
    assert [row.split()[1] for row in rows] == ["00000000:0016", "00000000:1F90"]
    inode = rows[1].split()[9]
    holders = [it for it in (box.root / "proc").glob("[0-9]*/fd/*") if str(it.readlink()) == f"socket:[{inode}]"]
    assert [read(box, f"proc/{it.parent.parent.name}/comm") for it in holders] == ["busybox"]
    assert read(box, "proc/1/net/udp6").splitlines()[1].split()[1] == "0" * 32 + ":14E9"

    box.stop_listening("tcp", 8080)
    assert len(read(box, "proc/net/tcp").splitlines()) == 2
    assert not holders[0].parent.exists()


def test_links_screens_and_radios_change(box: SimulatedBox) -> None:
    assert (read(box, "sys/class/net/eth0/carrier"), read(box, "sys/class/net/eth1/carrier")) == ("1", "0")
    box.link("eth1")
    box.unlink("eth0")
    box.screen("HDMI-A-1")
    box.radio("hci0", False)
    assert (read(box, "sys/class/net/eth0/carrier"), read(box, "sys/class/net/eth1/carrier")) == ("0", "1")
    assert read(box, "sys/class/drm/card1-HDMI-A-1/status") == "connected"
    assert (read(box, "sys/class/rfkill/rfkill0/soft"), read(box, "sys/class/rfkill/rfkill1/soft")) == ("0", "1")
    for what in (lambda: box.link("eth7"), lambda: box.screen("VGA-1"), lambda: box.radio("wwan0", True)):
        with pytest.raises(ValueError, match="there is no"):
            what()


def test_a_box_is_made_anew_over_its_own_and_never_over_something_else(tmp_path: Path) -> None:
    first = SimulatedBox(tmp_path / "box")
    first.plug("1-1.2", "stick")
    assert not (SimulatedBox(tmp_path / "box").root / BUS / "1-1.2").exists()
    (tmp_path / "else" / "sys").mkdir(parents=True)
    with pytest.raises(FileExistsError):
        SimulatedBox(tmp_path / "else")
    assert list((tmp_path / "else").rglob("*")) == [tmp_path / "else" / "sys"]
