"""Who a sensor says that it is: the answer to `aI!`."""

from __future__ import annotations

from gateway.config.instruments.sdi12 import Sdi12Device
from gateway.core.errors import InstrumentSwapped
from gateway.core.phrase import Phrase
from gateway.instruments.lines.text_link import TextLink
from gateway.instruments.reported import shown_text
from gateway.instruments.sdi12.telegram import command, line_in


class Sdi12IdentityCheck:
    """Checks before every poll: a bus knows no connections, and sensors are changed while it runs. Implements
    `IdentityCheck`."""

    def __init__(self, settings: Sdi12Device, expected: str, link: TextLink) -> None:
        self._address = settings.sdi12.address
        self._who = settings.link_address
        self._expected = expected
        self._link = link

    def number(self) -> str:
        """What the sensor says behind its address.

        Raises:
            InstrumentError: it does not say.
        """
        asked = command(self._address, "I")
        return self._link.ask(asked, lambda received: line_in(received, asked), self._who).decode("latin-1")

    def check(self) -> None:
        """Make sure that it is the right one.

        Raises:
            InstrumentSwapped: it is another one.
            InstrumentError: it does not say.
        """
        said = self.number()
        if not said.startswith(self._expected):
            raise InstrumentSwapped(
                Phrase(
                    "link {name}: {who} is another sensor: it says {shown_text}, and {shown_text2} is configured",
                    name=self._link.name,
                    who=self._who,
                    shown_text=shown_text(said),
                    shown_text2=shown_text(self._expected),
                )
            )
