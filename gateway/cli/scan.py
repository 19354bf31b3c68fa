"""`gateway scan LINK`: which units answer, and what their registers may mean in every type and byte order."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration

if TYPE_CHECKING:
    from gateway.config import Configuration, RegisterType, Table
    from gateway.core.errors import InstrumentError
    from gateway.instruments.modbus import ModbusLink
    from gateway.instruments.scan import Answer, Found

_UNITS = re.compile(r"([0-9]{1,3})(?:-([0-9]{1,3}))?", re.ASCII)
_REGISTERS = re.compile(r"(coil|discrete|holding|input):([0-9]{1,5})(?:-([0-9]{1,5}))?", re.ASCII)


def scan(
    link: Annotated[str, typer.Argument(help="The name of a modbus link in the configuration.")],
    units: Annotated[str, typer.Option(help="Which units to call.")] = "1-247",
    registers: Annotated[str, typer.Option(help="Which registers to show of those that answer.")] = "holding:0-9",
    as_type: Annotated[str, typer.Option("--as", help="A type such as float32, or all.")] = "all",
    save: Annotated[
        Path | None, typer.Option(help="Write what was found as a snippet for the configuration.", show_default=False)
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Call every unit and show registers under all types and byte orders, so that the plausible one is seen.

    Only reads. A serial line can be used by one program at a time: systemctl stop station-gateway frees it.
    """
    from gateway.cli.snippet import snippet
    from gateway.core.errors import InstrumentSilent
    from gateway.instruments.scan import found_in, knock
    from gateway.runtime.clock import SystemClock

    configuration = load_configuration(config)
    called, (table, addresses), kinds = _units(units), _registers(registers), _kinds(as_type)
    opened = _open(configuration, link, SystemClock())
    found: list[tuple[Answer, list[Found]]] = []
    try:
        _connect(opened, configuration)
        with _Progress(len(called), as_json) as progress:
            answers: list[Answer] = []
            for unit in called:
                progress.advance(f"unit {unit}, {len(answers)} found")
                answer = knock(opened, unit, table, addresses.start)
                answers += [answer] if answer else []
        for answer in answers:
            found.append((answer, found_in(table, _read(opened, answer.unit, table, addresses), kinds)))
    finally:
        opened.close()
    if as_json:
        typer.echo(json.dumps([_to_json(*one) for one in found], indent=2))
    else:
        _show(found)
        if not found:
            _tell(configuration, link, InstrumentSilent("nobody answers: check address, baud rate, parity and wiring"))
    if save is not None:
        save.write_text(snippet(found, link), encoding="utf-8")
        typer.echo(f"saved {save}: choose the types, name the parameters, and put it under instruments", err=True)
    if not found:
        raise typer.Exit(1)


def _open(configuration: Configuration, name: str, clock: Any) -> ModbusLink:
    from gateway.instruments.modbus import ModbusLink
    from gateway.instruments.registry import open_link

    if name not in configuration.links:
        typer.echo(f"gateway: no link is called {name}; there are: {', '.join(configuration.links)}", err=True)
        raise typer.Exit(2)
    link = open_link(name, configuration.links[name], clock)
    if not isinstance(link, ModbusLink):
        link.close()
        typer.echo(f"gateway: link {name} is {configuration.links[name].type}; only modbus links are scanned", err=True)
        raise typer.Exit(2)
    return link


def _connect(link: ModbusLink, configuration: Configuration) -> None:
    from gateway.core.errors import InstrumentError

    try:
        link.connect()
    except InstrumentError as error:
        _tell(configuration, link.name, error)
        raise typer.Exit(1) from None


def _tell(configuration: Configuration, link: str, error: InstrumentError) -> None:
    from gateway.instruments.company import explained

    typer.echo(f"link {link}: {explained(configuration, link, error)}", err=True)


def _read(link: ModbusLink, unit: int, table: Table, addresses: range) -> dict[int, int]:
    from gateway.core.errors import InstrumentError
    from gateway.instruments.scan import words_of

    words: dict[int, int] = {}
    try:
        for some in words_of(link, unit, table, addresses):
            words |= some
    except InstrumentError as error:
        typer.echo(f"unit {unit}: {error}", err=True)
    return words


class _Progress:
    """A bar on the terminal's stderr; nothing for JSON, or where no terminal is."""

    def __init__(self, total: int, is_quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import Progress

        console = Console(stderr=True)
        self._bar = Progress(console=console, transient=True, disable=is_quiet or not console.is_terminal)
        self._task = self._bar.add_task("calling", total=total)

    def __enter__(self) -> _Progress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def advance(self, words: str) -> None:
        self._bar.update(self._task, advance=1, description=words)


def _show(found: list[tuple[Answer, list[Found]]]) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    for answer, registers in found:
        console.print(f"unit {answer.unit}: {answer.said}", markup=False)
        if registers:
            console.print(_table(registers))


def _table(registers: list[Found]) -> Any:
    """One line for each type that a register may begin, the byte orders side by side."""
    from rich import box
    from rich.table import Table as Drawn

    from gateway.config import ByteOrder

    drawn = Drawn(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("register", "word", "type", *ByteOrder):
        drawn.add_column(heading, justify="right" if heading in set(ByteOrder) else "left", no_wrap=True)
    for found in registers:
        first = (f"{found.table}:{found.address}", f"{found.word:04x}")
        if not found.meanings:
            drawn.add_row(*first, "bool", str(found.word))
        for kind in dict.fromkeys(one.kind for one in found.meanings):
            numbers = {one.order: f"{one.number:.6g}" for one in found.meanings if one.kind is kind}
            drawn.add_row(*first, str(kind), *(numbers.get(order, "") for order in ByteOrder))
            first = ("", "")
    return drawn


def _to_json(answer: Answer, registers: list[Found]) -> dict[str, Any]:
    return {
        "unit": answer.unit,
        "said": answer.said,
        "registers": [
            {
                "register": f"{found.table}:{found.address}",
                "word": found.word,
                "meanings": [
                    {"type": str(one.kind), "byte_order": str(one.order), "number": one.number}
                    for one in found.meanings
                ],
            }
            for found in registers
        ],
    }


def _units(text: str) -> range:
    match = _UNITS.fullmatch(text)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if not 0 <= first <= last <= 255:
        raise typer.BadParameter("write a unit or a range, such as 1-247", param_hint="--units")
    return range(first, last + 1)


def _registers(text: str) -> tuple[Table, range]:
    from gateway.config import Table

    match = _REGISTERS.fullmatch(text)
    first, last = (int(match[2]), int(match[3] or match[2])) if match else (1, 0)
    if match is None or not 0 <= first <= last <= 65535:
        raise typer.BadParameter("write a table and a range, such as holding:0-99", param_hint="--registers")
    return Table(match[1]), range(first, last + 1)


def _kinds(text: str) -> tuple[RegisterType, ...]:
    from gateway.config import RegisterType
    from gateway.instruments.scan import SHOWN

    if text == "all":
        return SHOWN
    if text not in [str(kind) for kind in SHOWN]:
        raise typer.BadParameter(f"write all, or one of {', '.join(SHOWN)}", param_hint="--as")
    return (RegisterType(text),)
