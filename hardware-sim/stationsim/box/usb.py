"""The USB tree of a Pi 4: one controller with two buses, a hub of four sockets on the first.

Places are the kernel's: `1-1.2` is the second socket of the hub at the first socket of bus 1. The same four holes of
the case are also the sockets 2-1 to 2-4 of the second bus, for devices that are fast.
"""

from stationsim.box.tree import Tree
from stationsim.box.usb_devices import UsbDevice, UsbUse

_CONTROLLER = "sys/devices/platform/scb/fd500000.pcie/pci0000:00/0000:00:00.0/0000:01:00.0"
_BY_PATH = "platform-fd500000.pcie-pci-0000:01:00.0-usb-0"
_SHELVES = ("bus/usb/devices", "class/tty", "class/input", "class/net", "class/block", "block")
"""Where the kernel keeps links to what is behind a device."""
_ROOT_HUBS = {1: ("0002", "480", 1), 2: ("0003", "5000", 4)}
_BOARD_HUB = UsbDevice("2109", "3431", "", "USB2.0 Hub", UsbUse.HUB, driver="hub", sockets=4)


class Usb:
    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._devices: dict[str, UsbDevice] = {}
        self._count = 0
        for bus, (product, speed, sockets) in _ROOT_HUBS.items():
            self._root_hub(bus, product, speed, sockets)
        self.plug("1-1", _BOARD_HUB)

    def plug(self, place: str, device: UsbDevice) -> None:
        """Raises ValueError: there is no such socket, or something is in it."""
        socket = self._socket(place)
        if not self._tree.exists(socket):
            raise ValueError(f"there is no socket usb:{place}")
        if place in self._devices:
            raise ValueError(f"usb:{place} holds a device already")
        self._count += 1
        self._devices[place] = device
        folder = self._folder(place)
        self._describe(folder, place, device)
        interface = f"{folder}/{place}:1.0"
        self._interface(interface, place, device)
        self._tree.link(f"{socket}/device", folder)
        self._tree.link(f"{folder}/port", socket)
        self._tree.write(f"{socket}/state", "configured")
        self._tree.link(f"sys/bus/usb/devices/{place}:1.0", interface)
        self._tree.link(f"sys/bus/usb/devices/{place}", folder)

    def unplug(self, place: str) -> None:
        """With all that is plugged into it. Nothing when the socket is empty."""
        if place not in self._devices:
            return
        below = [it for it in self._devices if it == place or it.startswith(f"{place}.")]
        folder = self._folder(place)
        for shelf in _SHELVES:
            for link in self._tree.links_into(f"sys/{shelf}", folder):
                name = link.rpartition("/")[2]
                self._tree.remove(link)
                self._tree.remove_links("dev/serial/by-id", name)
                self._tree.remove_links("dev/serial/by-path", name)
                self._tree.remove(f"dev/{name}")
        self._tree.remove(f"{self._socket(place)}/device")
        self._tree.write(f"{self._socket(place)}/state", "not attached")
        self._tree.remove(folder)
        for gone in below:
            del self._devices[gone]

    def _folder(self, place: str) -> str:
        bus, _, path = place.partition("-")
        steps = path.split(".")
        parts = [f"{bus}-{'.'.join(steps[:n])}" for n in range(1, len(steps) + 1)]
        return "/".join((_CONTROLLER, f"usb{bus}", *parts))

    def _socket(self, place: str) -> str:
        """Where the hub shows the socket: beside the interface of the hub that it is part of."""
        parent, dot, number = place.rpartition(".")
        if dot:
            return f"{self._folder(parent)}/{parent}:1.0/{parent}-port{number}"
        bus, _, number = place.partition("-")
        return f"{_CONTROLLER}/usb{bus}/{bus}-0:1.0/usb{bus}-port{number}"

    def _root_hub(self, bus: int, product: str, speed: str, sockets: int) -> None:
        folder = f"{_CONTROLLER}/usb{bus}"
        values = {
            "idVendor": "1d6b", "idProduct": product, "bDeviceClass": "09", "bNumInterfaces": " 1",
            "manufacturer": "Linux 6.12.47+rpt-rpi-v8 xhci-hcd", "product": "xHCI Host Controller",
            "serial": "0000:01:00.0", "busnum": str(bus), "devnum": "1", "devpath": "0", "speed": speed,
            "maxchild": str(sockets), "authorized": "1", "authorized_default": "1", "removable": "unknown",
            "uevent": f"MAJOR=189\nMINOR={(bus - 1) * 128}\nDEVNAME=bus/usb/{bus:03}/001\n"
            "DEVTYPE=usb_device\nDRIVER=usb",
        }  # fmt: skip
        self._tree.attributes(folder, values)
        self._hub_interface(f"{folder}/{bus}-0:1.0", f"usb{bus}", sockets)
        self._tree.link(f"{folder}/subsystem", "sys/bus/usb")
        self._tree.link(f"sys/bus/usb/devices/{bus}-0:1.0", f"{folder}/{bus}-0:1.0")
        self._tree.link(f"sys/bus/usb/devices/usb{bus}", folder)

    def _hub_interface(self, interface: str, hub: str, sockets: int) -> None:
        self._tree.attributes(
            interface, {"bInterfaceClass": "09", "bInterfaceSubClass": "00", "bInterfaceProtocol": "00",
                        "bInterfaceNumber": "00", "uevent": "DEVTYPE=usb_interface\nDRIVER=hub"}
        )  # fmt: skip
        self._tree.folder("sys/bus/usb/drivers/hub")
        self._tree.link(f"{interface}/driver", "sys/bus/usb/drivers/hub")
        for number in range(1, sockets + 1):
            self._tree.attributes(
                f"{interface}/{hub}-port{number}",
                {"connect_type": "hotplug", "location": "0x00000000", "over_current_count": "0",
                 "state": "not attached", "disable": "0", "quirks": "00000000"},
            )  # fmt: skip

    def _describe(self, folder: str, place: str, device: UsbDevice) -> None:
        bus, _, path = place.partition("-")
        number = self._count + 1
        texts = {"manufacturer": device.maker, "product": device.title, "serial": device.serial}
        values = {
            "idVendor": device.vendor, "idProduct": device.product, "bcdDevice": "0264",
            "bDeviceClass": device.device_class, "bDeviceSubClass": "00", "bDeviceProtocol": "00",
            "bNumInterfaces": " 1", "bNumConfigurations": "1", "bConfigurationValue": "1",
            "busnum": bus, "devnum": str(number), "devpath": path, "speed": "480" if device.sockets else "12",
            "maxchild": str(device.sockets), "authorized": "1", "removable": "removable", "version": " 2.00",
            "uevent": f"MAJOR=189\nMINOR={number - 1}\nDEVNAME=bus/usb/{int(bus):03}/{number:03}\nDEVTYPE=usb_device\n"
            f"DRIVER=usb\nPRODUCT={device.vendor.lstrip('0')}/{device.product.lstrip('0')}/264\nTYPE=0/0/0",
        }  # fmt: skip
        self._tree.attributes(folder, values | {name: text for name, text in texts.items() if text})
        self._tree.folder("sys/bus/usb/drivers/usb")
        self._tree.link(f"{folder}/driver", "sys/bus/usb/drivers/usb")
        self._tree.link(f"{folder}/subsystem", "sys/bus/usb")

    def _interface(self, interface: str, place: str, device: UsbDevice) -> None:
        if device.use is UsbUse.HUB:
            self._hub_interface(interface, place, device.sockets)
            return
        class_, subclass, protocol = device.interface
        self._tree.attributes(
            interface,
            {"bInterfaceClass": class_, "bInterfaceSubClass": subclass, "bInterfaceProtocol": protocol,
             "bInterfaceNumber": "00", "bAlternateSetting": " 0", "bNumEndpoints": "02",
             "uevent": "DEVTYPE=usb_interface" + (f"\nDRIVER={device.driver}" if device.driver else "")},
        )  # fmt: skip
        self._tree.link(f"{interface}/subsystem", "sys/bus/usb")
        if device.driver:
            self._tree.folder(f"sys/bus/usb/drivers/{device.driver}")
            self._tree.link(f"{interface}/driver", f"sys/bus/usb/drivers/{device.driver}")
        match device.use:
            case UsbUse.SERIAL:
                self._serial(interface, place, device)
            case UsbUse.KEYBOARD | UsbUse.MOUSE:
                self._input(interface, place, device)
            case UsbUse.STORAGE:
                self._disk(interface, device)
            case UsbUse.NETWORK:
                self._network(interface)

    def _serial(self, interface: str, place: str, device: UsbDevice) -> None:
        name = self._next("sys/class/tty/ttyUSB", [str(n) for n in range(16)])
        folder = f"{interface}/{name}/tty/{name}"
        self._tree.attributes(
            folder, {"uevent": f"MAJOR=188\nMINOR={name[6:]}\nDEVNAME={name}", "dev": f"188:{name[6:]}"}
        )
        self._tree.write(f"{interface}/{name}/port_number", "0")
        self._tree.link(f"{folder}/device", f"{interface}/{name}")
        self._tree.link(f"{folder}/subsystem", "sys/class/tty")
        self._tree.link(f"sys/class/tty/{name}", folder)
        self._tree.write(f"dev/{name}", "")
        words = [device.maker or device.vendor, device.title, device.serial]
        title = "_".join(word.replace(" ", "_") for word in words if word)
        self._tree.link(f"dev/serial/by-id/usb-{title}-if00-port0", f"dev/{name}")
        path = f"{_BY_PATH}:{place.partition('-')[2]}:1.0-port0"
        self._tree.link(f"dev/serial/by-path/{path}", f"dev/{name}")

    def _input(self, interface: str, place: str, device: UsbDevice) -> None:
        name = self._next("sys/class/input/input", [str(n) for n in range(64)])
        folder = f"{interface}/0003:{device.vendor.upper()}:{device.product.upper()}.{self._count:04X}/input/{name}"
        keyboard = device.use is UsbUse.KEYBOARD
        keys = "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe" if keyboard else "70000 0 0 0 0"
        self._tree.attributes(
            folder,
            {"name": f"{device.maker} {device.title}", "uniq": device.serial,
             "phys": f"usb-0000:01:00.0-{place.partition('-')[2]}/input0",
             "capabilities/ev": "120013" if keyboard else "17", "capabilities/key": keys,
             "capabilities/rel": "0" if keyboard else "903", "capabilities/led": "7" if keyboard else "0",
             "id/bustype": "0003", "id/vendor": device.vendor, "id/product": device.product, "id/version": "0110"},
        )  # fmt: skip
        self._tree.link(f"{folder}/subsystem", "sys/class/input")
        self._tree.link(f"{folder}/device", folder.rpartition("/input/")[0])
        event = f"{folder}/event{name[5:]}"
        self._tree.attributes(event, {"uevent": f"MAJOR=13\nMINOR={64 + int(name[5:])}\nDEVNAME=input/event{name[5:]}"})
        self._tree.link(f"{event}/device", folder)
        self._tree.link(f"sys/class/input/event{name[5:]}", event)
        self._tree.link(f"sys/class/input/{name}", folder)

    def _disk(self, interface: str, device: UsbDevice) -> None:
        name = self._next("sys/class/block/sd", list("abcdefgh"))
        lun = f"{interface}/host0/target0:0:0/0:0:0:0"
        folder = f"{lun}/block/{name}"
        self._tree.attributes(lun, {"vendor": device.maker, "model": device.title, "type": "0"})
        self._tree.attributes(
            folder,
            {"size": "60062500", "removable": "1", "ro": "0", "dev": "8:0",
             "uevent": f"MAJOR=8\nMINOR=0\nDEVNAME={name}\nDEVTYPE=disk\nDISKSEQ=9"},
        )  # fmt: skip
        self._tree.link(f"{folder}/device", lun)
        self._tree.link(f"{folder}/subsystem", "sys/class/block")
        self._tree.link(f"sys/class/block/{name}", folder)
        self._tree.link(f"sys/block/{name}", folder)
        self._tree.write(f"dev/{name}", "")

    def _network(self, interface: str) -> None:
        name = self._next("sys/class/net/eth", [str(n) for n in range(2, 10)])
        folder = f"{interface}/net/{name}"
        self._tree.attributes(
            folder,
            {"address": "00:e0:4c:68:00:01", "type": "1", "operstate": "down", "carrier": "0", "flags": "0x1003",
             "ifindex": str(10 + self._count), "iflink": str(10 + self._count), "mtu": "1500", "speed": "-1",
             "duplex": "unknown", "addr_assign_type": "0", "uevent": f"INTERFACE={name}\nIFINDEX={10 + self._count}"},
        )  # fmt: skip
        self._tree.link(f"{folder}/device", interface)
        self._tree.link(f"{folder}/subsystem", "sys/class/net")
        self._tree.link(f"sys/class/net/{name}", folder)

    def _next(self, begin: str, ends: list[str]) -> str:
        """The first name that is free: what is pulled out and plugged in again often has the same."""
        return next(f"{begin}{end}" for end in ends if not self._tree.exists(f"{begin}{end}")).rpartition("/")[2]
