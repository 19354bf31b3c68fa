"""The whole box, and everything that can happen to its ports, by the names that ports have."""

from pathlib import Path

from stationsim.box.board import Board
from stationsim.box.programs import Listener, Programs
from stationsim.box.tree import Tree
from stationsim.box.usb import Usb
from stationsim.box.usb_devices import USB_DEVICES, UsbDevice

_MARK = ".simulated-box"


class SimulatedBox:
    """A Pi 4 below `root`, which holds `sys`, `proc` and `dev` once it is made.

    At first: sshd at tcp 22 and chronyd at udp 323 of loopback, a cable in eth0, both radios on, nothing in the
    sockets. What is asked of a port that there is not raises ValueError.

    Raises FileExistsError: below `root` lies something else already. OSError: it cannot be written.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._tree = Tree(root)
        self._begin_anew()
        self._usb = Usb(self._tree)
        self.board = Board(self._tree)
        self._programs = Programs(self._tree)

    def _begin_anew(self) -> None:
        """What an earlier box left goes; what is no box of ours stays, and is an error."""
        for name in ("sys", "proc", "dev"):
            if (self.root / name).exists() and not (self.root / _MARK).exists():
                raise FileExistsError(f"{self.root / name} is there already, and is not a simulated box's")
        self._tree.write(_MARK, "a simulated box: sys, proc and dev beside this file are made anew at each start")
        for name in ("sys", "proc", "dev"):
            self._tree.remove(name)

    def plug(self, place: str, device: str | UsbDevice) -> None:
        """Into a USB socket, such as `1-1.2`; `device` is one of `USB_DEVICES`, or one of your own."""
        self._usb.plug(place, USB_DEVICES[device] if isinstance(device, str) else device)

    def unplug(self, place: str) -> None:
        """What is there, with all that is plugged into it."""
        self._usb.unplug(place)

    def link(self, interface: str) -> None:
        self.board.link(interface, True)

    def unlink(self, interface: str) -> None:
        self.board.link(interface, False)

    def screen(self, output: str, is_connected: bool = True) -> None:
        self.board.screen(output, is_connected)

    def radio(self, name: str, may_send: bool) -> None:
        """`wlan0` or `hci0`."""
        self.board.radio(name, may_send)

    def listen(
        self,
        protocol: str,
        number: int,
        program: str,
        address: str = "0.0.0.0",
        user_id: int = 0,
        unit: str = "",  # noqa: S104
    ) -> None:
        """A program begins to listen; without `unit`, somebody started it by hand."""
        self._programs.listen(Listener(protocol, address, number, program, user_id, unit))

    def stop_listening(self, protocol: str, number: int) -> None:
        self._programs.stop(protocol, number)
