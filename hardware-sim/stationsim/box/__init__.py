"""A folder that looks like a small computer: `sys`, `proc` and `dev` as a Raspberry Pi 4 shows them to who looks at its
ports. Things are plugged in and pulled out, links come and go, programs begin to listen.

Nothing is real but the files: their names, places, contents and links are the kernel's. What is behind a device file
is not there. The kernel's messages (uevents, netlink) are not sent: who watches the folder has to look.
"""

from stationsim.box.box import SimulatedBox

__all__ = ["SimulatedBox"]
