"""The box's ports, as the kernel's files tell them."""

from __future__ import annotations

import random
from ipaddress import ip_address
from pathlib import Path

import pytest

from gateway.config.ports.port_name import parse_port_id
from gateway.core.port_rules import is_the_declared_one
from gateway.core.ports import FoundPort, PortKind
from gateway.ports.inventory.control_groups import unit_of_group
from gateway.ports.inventory.inventory import BOX_KINDS, Inventory
from gateway.ports.inventory.socket_owners import SocketOwner, SocketOwners
from gateway.ports.inventory.socket_table import ListeningSocket
from tests.support.box_tree import EDID, LOOPBACK, LOOPBACK6, MAPPED, BoxTree


@pytest.fixture
def box(tmp_path: Path) -> BoxTree:
    return BoxTree(tmp_path)


def found(box: BoxTree, kind: PortKind, *declared: str) -> dict[str, FoundPort]:
    look = Inventory(box.root, [parse_port_id(name) for name in declared]).look_at({kind})
    assert look.unseen == {}
    assert all(parse_port_id(str(port.id)) == port.id for port in look.found)
    return {port.id.place: port for port in look.found}


def occupied(box: BoxTree, kind: PortKind, *declared: str) -> dict[str, bool | None]:
    return {place: port.is_occupied for place, port in found(box, kind, *declared).items()}


def test_usb_sockets_are_told_by_their_place_empty_or_not(box: BoxTree) -> None:
    bus = box.usb_bus(1, 1)
    box.usb_bus(2, 2)
    hub = box.usb_hub(bus, "1-1", 4)
    adapter = box.usb_device(
        hub, "1-1.2", "1A86:7523", manufacturer="QinHeng", product="USB Serial", serial="A 10", authorized="0"
    )
    (box.root / adapter / "1-1.2:1.0/ttyUSB0").mkdir()
    keyboard = box.usb_device(hub, "1-1.10", "046d:c31c", interface="03")
    box.files(f"{keyboard}/1-1.10:1.0", bInterfaceProtocol="01")
    assert occupied(box, PortKind.USB) == {
        "1-1": True,
        "1-1.1": False,
        "1-1.2": True,
        "1-1.3": False,
        "1-1.4": False,
        "1-1.10": True,
        "2-1": False,
        "2-2": False,
    }
    port = found(box, PortKind.USB)["1-1.2"]
    assert port.identity == "1a86:7523 1a86:7523:A_10"
    assert port.detail == "QinHeng USB Serial, serial number A 10, ttyUSB0, not authorised"
    assert found(box, PortKind.USB)["1-1.10"].detail == "a keyboard"
    box.usb_pull("1-1.2")
    assert found(box, PortKind.USB)["1-1.2"] == FoundPort(parse_port_id("usb:1-1.2"), is_occupied=False)


def test_a_chips_port_that_leads_to_no_socket_is_none(box: BoxTree) -> None:
    bus = box.usb_bus(1, 2, connect_type="not used")
    assert found(box, PortKind.USB) == {}
    box.usb_device(bus, "1-2", "dead:beef")  # the board's maker was wrong
    assert occupied(box, PortKind.USB) == {"1-2": True}


def test_sockets_of_a_hub_that_names_none_are_counted(box: BoxTree) -> None:
    box.files("sys/devices/usb3", maxchild="2")
    box.link("sys/bus/usb/devices/usb3", "sys/devices/usb3")
    assert occupied(box, PortKind.USB) == {"3-1": False, "3-2": False}


def test_a_device_cannot_pass_for_another_by_what_it_says_of_itself(box: BoxTree) -> None:
    bus = box.usb_bus(1, 1)
    says = "x 1a86:7523\u2028\x1b[2J 1a86:7523"
    box.usb_device(bus, "1-1", "dead:beef", serial=says, product=says, manufacturer=says)
    port = found(box, PortKind.USB)["1-1"]
    assert port.identity is not None
    assert "1a86:7523" not in port.identity.split()
    assert port.detail.isprintable()


def test_a_device_that_is_pulled_while_it_is_looked_at_says_nothing(box: BoxTree) -> None:
    bus = box.usb_bus(1, 1)
    device = box.usb_device(bus, "1-1", "dead:beef")
    (box.root / device / "idVendor").unlink()
    (box.root / device / "idProduct").unlink()
    (box.root / device / "idProduct").mkdir()  # an error that is no absence
    assert found(box, PortKind.USB)["1-1"].identity is None


def test_serial_ports_are_those_of_the_board(box: BoxTree) -> None:
    for name, kind, device in (
        ("ttyS0", "4", True),
        ("ttyS1", "0", True),
        ("ttyAMA0", "32", True),
        ("tty1", "4", False),
    ):
        box.files(f"sys/class/tty/{name}", type=kind, dev="4:64" if name == "ttyS0" else "204:64")
        if device:
            (box.root / f"sys/class/tty/{name}/device").mkdir()
    adapter = "sys/devices/platform/usb1/1-1/1-1:1.0/ttyUSB0/tty/ttyUSB0"
    box.files(adapter, dev="188:0", device__driver="x")
    box.link("sys/class/tty/ttyUSB0", adapter)
    assert occupied(box, PortKind.SERIAL) == {"ttyS0": None, "ttyAMA0": None}  # two wires may be there, unheard


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("sys/class/tty/console/active", "tty0 ttyS0\n", "the kernel's console"),
        ("proc/77/stat", "77 (a) getty) S 1 77 77 1088 77 4194560\n", "a login (a) getty)"),
        (
            "sys/fs/cgroup/system.slice/system-serial\\x2dgetty.slice/serial-getty@ttyS0.service/cgroup.procs",
            "77\n",
            "a login",
        ),
    ],
)
def test_who_is_at_a_serial_port_is_told(box: BoxTree, file: str, content: str, said: str) -> None:
    box.files("sys/class/tty/ttyS0", type="4", dev="4:64", device__driver="serial8250")
    box.write("proc/78/stat", "78 (cat) S 77 77 77 1088 77 4194560\n")  # of the same session: began nothing
    box.write("proc/79/stat", "79 (sh) S 1 79 79 0 -1 4194560\n")  # has no terminal
    box.write("proc/80/stat", "torn")
    assert occupied(box, PortKind.SERIAL) == {"ttyS0": None}
    box.write(file, content)
    assert found(box, PortKind.SERIAL)["ttyS0"] == FoundPort(parse_port_id("serial:ttyS0"), True, None, said)


def test_interfaces_that_lead_out_are_told_with_their_link(box: BoxTree) -> None:
    box.files("sys/class/net/lo", type="772", flags="0x9", operstate="unknown", carrier="1")
    box.interface("eth0")
    box.files("sys/class/net/eth0", speed="1000")
    box.interface("eth1", carrier="0")
    box.interface("eth2", up=False)
    box.interface("eth3", carrier=None)
    box.files("sys/class/net/eth3", operstate="unknown")
    box.interface("wg0", hardware=False)  # a way in, and no wire
    box.interface("ifb0", hardware=False, up=False)
    (box.root / box.interface("br0", hardware=False) / "bridge").mkdir()
    (box.root / box.interface("eth0.5", hardware=False) / "lower_eth0").mkdir()
    (box.root / box.interface("veth1a2b", hardware=False) / "brport").mkdir()
    box.radio("wlan0", "phy0")
    assert occupied(box, PortKind.NET) == {"eth0": True, "eth1": False, "eth2": False, "eth3": None, "wg0": True}
    assert found(box, PortKind.NET)["eth0"].detail == "1000 Mbit/s, dc:a6:32:00:00:01"


def test_a_radio_is_occupied_while_nothing_blocks_it(box: BoxTree) -> None:
    box.radio("wlan0", "phy0")
    box.radio("wlan1", "phy1", up=False)
    for name in ("hci0", "hci1", "hci0:11"):
        (box.root / "sys/class/bluetooth" / name).mkdir(parents=True)
    assert occupied(box, PortKind.RADIO) == {"wlan0": True, "wlan1": False, "hci0": True, "hci1": True}
    box.switch(0, "phy0", "wlan", soft="1")
    box.switch(1, "hci0", "bluetooth", hard="1")
    box.switch(2, "phy1", "wlan")
    assert occupied(box, PortKind.RADIO) == {"wlan0": False, "wlan1": True, "hci0": False, "hci1": True}
    assert found(box, PortKind.RADIO)["hci0"].detail == "blocked by a switch"
    box.switch(3, "board-wlan", "wlan", hard="1")
    box.switch(2, "phy9", "wlan")
    assert occupied(box, PortKind.RADIO)["wlan1"] is False


def test_outputs_are_told_with_the_screen(box: BoxTree) -> None:
    for name, status in (
        ("card1-HDMI-A-1", "connected"),
        ("card1-HDMI-A-2", "disconnected"),
        ("card0-DSI-1", "unknown"),
    ):
        box.files(f"sys/class/drm/{name}", status=status)
    box.files("sys/class/drm/card1-Writeback-1", status="unknown")
    box.files("sys/class/drm/card2-HDMI-A-1", status="connected")
    (box.root / "sys/class/drm/renderD128").mkdir()
    box.write("sys/class/drm/card1-HDMI-A-1/edid", EDID)
    assert occupied(box, PortKind.DISPLAY) == {
        "HDMI-A-1": True,
        "HDMI-A-2": False,
        "DSI-1": None,
        "card2-HDMI-A-1": True,  # another card has one of that name
    }
    screen = found(box, PortKind.DISPLAY)["HDMI-A-1"]
    assert (screen.identity, screen.detail) == ("DEL40A3", "a screen DELL U2412M")


def test_keyboards_without_usb_are_told_by_their_way(box: BoxTree) -> None:
    keys = "402000000 3803078f800d001 feffffdfffefffff fffffffffffffffe"
    for number, (bus, phys, uniq, name, capable) in enumerate(
        (
            ("0011", "isa0060/serio0/input0", "", "AT Translated Set 2 keyboard", keys),
            ("0003", "usb-0000:01:00.0-1.3/input0", "", "Logitech", keys),
            ("0005", "dc:a6:32:00:00:02", "AA:BB:CC:00:00:01", "Pocket", keys),
            ("0006", "", "", "types by itself", keys),
            ("0019", "PNP0C0C/button/input0", "", "Power Button", "10000000000000 0"),
        )
    ):
        box.files(f"sys/class/input/input{number}", id__bustype=bus, id__vendor="0001", id__product="00Ab", phys=phys)
        box.files(f"sys/class/input/input{number}", uniq=uniq, name=name, capabilities__key=capable)
    assert occupied(box, PortKind.KEYBOARD) == {
        "isa0060/serio0": True,
        "bluetooth/aa:bb:cc:00:00:01": True,
        "program/types_by_itself": True,
    }
    assert found(box, PortKind.KEYBOARD)["isa0060/serio0"].identity == "0001:00ab"


def test_disks_and_cards_are_told_and_readers_without_one(box: BoxTree) -> None:
    box.files("sys/block/mmcblk0", size="62333952", device__name="SC32G", device__serial="0x1234abcd")
    box.files("sys/block/mmcblk0boot0", size="8192", device__name="SC32G")
    box.files("sys/block/loop0", size="0")
    box.files("sys/block/sr0", size="0", removable="1", device__model="DVD")
    box.files("sys/devices/platform/usb2/2-1/host0/block/sda", size="100", device__model="stick")
    box.link("sys/block/sda", "sys/devices/platform/usb2/2-1/host0/block/sda")
    for folder in ("mmc0/mmc0:aaaa", "mmc1", "mmc2/mmc2:0001"):  # a card, nothing, a radio by SDIO
        (box.root / "sys/class/mmc_host" / folder).mkdir(parents=True)
    assert occupied(box, PortKind.BLOCK) == {"mmcblk0": True, "sr0": False, "mmcblk1": False}
    card = found(box, PortKind.BLOCK)["mmcblk0"]
    assert card.identity == "SC32G SC32G:0x1234abcd"
    assert card.detail == "SC32G, serial number 0x1234abcd, 31.9 GB"


def test_listeners_are_told_with_program_unit_and_user(box: BoxTree) -> None:
    box.listener("tcp", 22, inode=501)
    box.listener("tcp6", 22, inode=502)
    box.listener("udp", 123, uid=1000, inode=503)
    box.listener("tcp6", 8080, uid=77, inode=504)
    box.socket("tcp", "0101A8C0:0016", "0201A8C0:C001", "01", inode=505)  # somebody is connected
    box.socket("udp", "0101A8C0:0044", "0201A8C0:0043", "01", inode=506)
    box.program(900, "/usr/sbin/sshd", [501, 502], unit="/system.slice/ssh.service")
    box.program(901, "/usr/sbin/chronyd (deleted)", [503], comm="chronyd")
    doors = found(box, PortKind.LISTEN)
    assert {place: (port.identity, port.detail) for place, port in doors.items()} == {
        "tcp:22": (
            "sshd ssh.service",
            "the program sshd of the unit ssh.service, run by user root, listening at 0.0.0.0, ::",
        ),
        "udp:123": ("chronyd", "the program chronyd, run by user lan, listening at 0.0.0.0"),
        "tcp:8080": (None, "a program that cannot be told, run by user 77, listening at ::"),
    }
    assert all(port.is_occupied and not port.is_local for port in doors.values())


def test_another_program_at_the_same_number_does_not_pass_for_the_declared_one(box: BoxTree) -> None:
    box.listener("tcp", 22, "0101A8C0", inode=1)
    box.listener("tcp", 22, "0201A8C0", inode=2)
    box.listener("tcp", 22, "0301A8C0", inode=3)  # of which nothing is told
    box.program(900, "/usr/sbin/sshd", [1], unit="/system.slice/ssh.service")
    box.program(901, "/tmp/sshd", [2], unit="/system.slice/evil.service")
    (door,) = found(box, PortKind.LISTEN).values()
    assert door.identity == "evil.service+ssh.service"
    assert door.detail.startswith(
        "the program sshd of the unit ssh.service, evil.service, run by user root, listening at 192.168.1.1"
    )
    assert not is_the_declared_one("ssh.service", door.identity)
    assert is_the_declared_one(door.identity, door.identity)


def test_a_program_at_loopback_is_not_who_is_reached_from_outside(box: BoxTree) -> None:
    box.listener("udp", 53, "3500007F", inode=1)
    box.listener("udp", 53, "0101A8C0", inode=2)
    box.program(900, "/lib/systemd/systemd-resolved", [1], unit="/system.slice/systemd-resolved.service")
    box.program(901, "/usr/sbin/dnsmasq", [2], unit="/system.slice/dnsmasq.service")
    (door,) = found(box, PortKind.LISTEN).values()
    assert is_the_declared_one("dnsmasq.service", door.identity)
    assert not door.is_local


def test_a_door_of_the_box_alone_is_marked(box: BoxTree) -> None:
    box.listener("tcp", 5432, LOOPBACK, inode=1)
    box.listener("tcp6", 5432, LOOPBACK6, inode=2)
    box.listener("tcp6", 631, MAPPED, inode=3)
    box.listener("tcp", 80, LOOPBACK, inode=4)
    box.listener("tcp", 80, "0101A8C0", inode=5)
    assert {place: port.is_local for place, port in found(box, PortKind.LISTEN).items()} == {
        "tcp:5432": True,
        "tcp:631": True,
        "tcp:80": False,
    }


def test_what_a_client_waits_for_is_no_door_unless_it_is_declared(box: BoxTree) -> None:
    box.listener("udp", 40000, inode=1)
    box.listener("tcp", 40000, inode=2)
    assert list(found(box, PortKind.LISTEN)) == ["tcp:40000"]
    assert list(found(box, PortKind.LISTEN, "listen:udp:40000")) == ["tcp:40000", "udp:40000"]
    box.write("proc/sys/net/ipv4/ip_local_port_range", "50000\t60000\n")
    assert list(found(box, PortKind.LISTEN)) == ["tcp:40000", "udp:40000"]


def test_a_unit_of_a_user_does_not_pass_for_one_of_the_machine(box: BoxTree) -> None:
    box.listener("tcp", 22, inode=1)
    box.program(900, "/home/lan/sshd", [1], unit="/user.slice/user-1000.slice/user@1000.service/app.slice/ssh.service")
    assert found(box, PortKind.LISTEN)["tcp:22"].identity == "sshd user@1000.service"


def test_who_holds_a_door_is_asked_again_when_it_is_another_one(box: BoxTree) -> None:
    inventory = Inventory(box.root)
    box.listener("tcp", 22, inode=1)
    box.program(900, "/usr/sbin/sshd", [1])
    assert inventory.look_at({PortKind.LISTEN}).found[0].identity == "sshd"
    box.close_all()
    assert inventory.look_at({PortKind.LISTEN}).found == ()
    box.listener("tcp", 22, inode=2)
    box.program(901, "/tmp/nc", [2])
    assert inventory.look_at({PortKind.LISTEN}).found[0].identity == "nc"
    (box.root / "proc/901/fd/3").unlink()  # handed on; who holds it now is told by the next whole look
    box.program(902, "/tmp/socat", [2])
    assert inventory.look_at({PortKind.LISTEN}).found[0].identity == "nc"
    assert [port.identity for port in inventory.look().found] == ["socat"]


def test_nothing_is_gone_where_nobody_can_look(tmp_path: Path) -> None:
    look = Inventory(tmp_path / "missing").look()
    assert look.found == ()
    assert set(look.unseen) == set(BOX_KINDS)
    for folder in ("sys", "proc"):
        (tmp_path / folder).mkdir()  # nothing is mounted there
    assert set(Inventory(tmp_path).look().unseen) == set(BOX_KINDS)
    (tmp_path / "sys/class").mkdir()
    (tmp_path / "proc/1").mkdir()
    look = Inventory(tmp_path).look()
    assert set(look.unseen) == {PortKind.LISTEN}  # there is no USB on this box, and that is told
    assert look.unseen[PortKind.LISTEN].startswith("nobody can look")


def test_no_tree_makes_it_raise(box: BoxTree) -> None:
    """Files torn, full of anything, folders in place of files and the other way round."""
    bus = box.usb_bus(1, 2)
    box.usb_device(bus, "1-1", "1a86:7523", serial="1")
    box.interface("eth0")
    box.radio("wlan0", "phy0")
    box.switch(0, "phy0", "wlan")
    box.files("sys/class/drm/card0-HDMI-A-1", status="connected")
    box.write("sys/class/drm/card0-HDMI-A-1/edid", EDID)
    box.files("sys/class/input/input0", phys="isa0060/serio0/input0", capabilities__key="fffffffffffffffe")
    box.files("sys/block/mmcblk0", size="1", device__name="SC32G")
    box.files("sys/class/tty/ttyS0", type="4", dev="4:64", device__driver="x")
    box.listener("tcp", 22, inode=1)
    box.program(900, "/usr/sbin/sshd", [1], unit="/system.slice/ssh.service")
    dice = random.Random(13)
    files = [path for path in sorted(box.root.rglob("*")) if path.is_file() and not path.is_symlink()]
    for _ in range(300):
        file = dice.choice(files)
        before = file.read_bytes()
        if dice.random() < 0.2:
            file.unlink()
            file.mkdir()
            look = Inventory(box.root).look()
            file.rmdir()
        else:
            file.write_bytes(
                dice.choice([b"", dice.randbytes(40), before[: len(before) // 2], b"\xff" * 9000, b"-1\n"])
            )
            look = Inventory(box.root).look()
        file.write_bytes(before)
        assert all(parse_port_id(str(port.id)) == port.id and port.detail.isprintable() for port in look.found)


def test_the_unit_is_told_by_the_control_group_in_which_a_socket_was_opened(box: BoxTree) -> None:
    service = box.write("sys/fs/cgroup/system.slice/ssh.service/cgroup.procs", "900\n").parent
    inner = box.write("sys/fs/cgroup/user.slice/user@7.service/app.slice/ssh.service/cgroup.procs", "").parent
    assert unit_of_group(box.root, service.stat().st_ino) is None  # which is no version 2
    box.write("sys/fs/cgroup/cgroup.controllers", "pids\n")
    assert unit_of_group(box.root, service.stat().st_ino) == "ssh.service"
    assert unit_of_group(box.root, inner.stat().st_ino) == "user@7.service"
    assert unit_of_group(box.root, service.parent.stat().st_ino) is None
    assert unit_of_group(box.root, 1 << 32 | service.stat().st_ino) == "ssh.service"  # of a kernel of 32 bits
    assert unit_of_group(box.root, 1 << 60) is None
    owners = SocketOwners(box.root)
    sockets = [ListeningSocket("tcp", 22, ip_address("::"), 0, inode, service.stat().st_ino) for inode in (1, 2)]
    box.program(901, "/usr/bin/inetd", [2])
    assert owners.of(sockets) == {1: (SocketOwner((), "ssh.service"),), 2: (SocketOwner(("inetd",), None),)}
    held = [ListeningSocket("tcp", 22, ip_address("::"), 0, 3, service.stat().st_ino)]
    box.program(1, "/usr/lib/systemd/systemd", [3], unit="/init.scope")
    assert owners.of(held) == {3: (SocketOwner(("systemd",), "ssh.service"),)}
