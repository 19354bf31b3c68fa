"""The events of a scenario → what is done to the box, and undone after it."""

import logging
from collections.abc import Callable, Iterator

from stationsim.box.box import SimulatedBox
from stationsim.model.box import BoxEventKind, BoxEventModel, BoxModel
from stationsim.script import Step

_log = logging.getLogger(__name__)

Told = Callable[[BoxEventModel, bool], None]

_USUAL_CELSIUS = 48.3
_MEMORY_KB, _FREE_KB, _LOW_KB = 3_794_000, 3_100_000, 60_000


def furnish(box: SimulatedBox, model: BoxModel) -> None:
    """As it is at the start. Raises ValueError: a socket that there is not."""
    for place, device in sorted(model.holds.items()):
        box.plug(place, device)
    for interface in ("eth0", "eth1"):
        (box.link if interface in model.linked else box.unlink)(interface)
    for radio in ("wlan0", "hci0"):
        box.radio(radio, radio in model.radios)


def steps(box: SimulatedBox, model: BoxModel, told: Told) -> Iterator[Step]:
    """`told` hears of each event as it begins and as it ends."""
    for event in model.events:
        yield Step(event.at, _doing(box, model, event, True, told))
        if event.for_ is not None:
            yield Step(event.at + event.for_, _doing(box, model, event, False, told))


def _doing(box: SimulatedBox, model: BoxModel, event: BoxEventModel, begins: bool, told: Told) -> Callable[[], None]:
    def act() -> None:
        try:
            _do(box, model, event, begins)
        except ValueError as impossible:
            _log.warning("%s: %s", event.kind, impossible)
        else:
            told(event, begins)

    return act


def _do(box: SimulatedBox, model: BoxModel, event: BoxEventModel, begins: bool) -> None:
    place = event.place
    match event.kind:
        case BoxEventKind.PLUG if begins:
            box.plug(place, event.device)
        case BoxEventKind.PLUG:
            box.unplug(place)
        case BoxEventKind.UNPLUG if begins:
            box.unplug(place)
        case BoxEventKind.UNPLUG:
            box.plug(place, model.holds[place])
        case BoxEventKind.LINK | BoxEventKind.UNLINK:
            (box.link if begins is (event.kind is BoxEventKind.LINK) else box.unlink)(place)
        case BoxEventKind.SCREEN:
            box.screen(place, begins)
        case BoxEventKind.RADIO_ON | BoxEventKind.RADIO_OFF:
            box.radio(place, begins is (event.kind is BoxEventKind.RADIO_ON))
        case BoxEventKind.LISTEN | BoxEventKind.STOP:
            _listen(box, event, begins is (event.kind is BoxEventKind.LISTEN))
        case BoxEventKind.HOT:
            box.board.temperature(event.celsius if begins else _USUAL_CELSIUS)
        case BoxEventKind.LOW_VOLTAGE:
            box.board.low_voltage(begins)
        case BoxEventKind.LOW_MEMORY:
            box.board.memory(_MEMORY_KB, _LOW_KB if begins else _FREE_KB)
        case BoxEventKind.WORN:
            box.board.card_wear(*(("0x0b 0x0b", "0x03") if begins else ("0x01 0x01", "0x01")))


def _listen(box: SimulatedBox, event: BoxEventModel, begins: bool) -> None:
    protocol, _, number = event.place.partition(":")
    if begins:
        box.listen(protocol, int(number), event.program, event.address, event.user_id, event.unit)
    else:
        box.stop_listening(protocol, int(number))
