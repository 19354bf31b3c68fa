"""`gateway scan LINK`: which units answer, and what their registers may mean in every type and byte order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import Force, print_json, say
from gateway.cli.slots import usage
from gateway.cli.speech import said
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration, RegisterType, Table
    from gateway.core.errors import InstrumentError
    from gateway.instruments.modbus import ModbusLink
    from gateway.instruments.modbus.scan import FoundUnit, UnitAnswer
    from gateway.instruments.protocol import OpenLink

_MOST_ADDRESSES = 16
"""That are tried one by one where nobody can be called to see who is there."""
_UNITS = re.compile(r"([0-9]{1,3})(?:-([0-9]{1,3}))?", re.ASCII)
_REGISTERS = re.compile(r"([a-z0-9]+):([0-9]{1,6})(?:-([0-9]{1,6}))?", re.ASCII)


def scan(
    link: Annotated[str, typer.Argument(help="The name of a modbus link in the configuration.")],
    units: Annotated[str, typer.Option("--units", "--unit", help="Which units to call.")] = "1-247",
    registers: Annotated[
        str, typer.Option(help="Which registers to show of those that answer, such as 4x:40001-40010.")
    ] = "holding:0-9",
    as_type: Annotated[str, typer.Option("--as", help="A type such as float32, or all.")] = "all",
    save: Annotated[
        Path | None, typer.Option(help="Write what was found as a snippet for the configuration.", show_default=False)
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(help="Try a ready instrument on them, or all; gateway instruments list.", show_default=False),
    ] = None,
    force: Force = False,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Call every unit and show registers under all types and byte orders, so that the plausible one is seen.

    Only reads. A serial line can be used by one program at a time: systemctl stop station-gateway frees it.
    """
    from gateway.cli.output import put
    from gateway.cli.scan_config import scan_config
    from gateway.cli.scan_view import scan_lines, to_json
    from gateway.core.errors import InstrumentSilent
    from gateway.reports.atomic_output import refuse_early
    from gateway.runtime.clock import SystemClock

    configuration = load_configuration(config)
    called, (table, addresses), kinds = _units(units), wanted_registers(registers), _kinds(as_type)
    if profile is not None:
        if save is not None:
            raise usage(
                Phrase(
                    "--save is for what is found without a profile: gateway instruments show NAME says what to write"
                )
            )
        _scan_profiles(configuration, link, called, profile, as_json=as_json)
        return
    if save is not None:
        refuse_early(save, overwrite=force)
    opened = _open(configuration, link, SystemClock())
    try:
        _connect(opened, configuration)
        answers = _call(opened, called, table, addresses.start, is_quiet=as_json)
        found = read_registers(opened, answers, table, addresses, kinds, is_quiet=as_json)
    finally:
        opened.close()
    if as_json:
        print_json([to_json(unit) for unit in found])
    else:
        for unit in found:
            say(*scan_lines(unit))
    if not found:
        _tell(
            configuration, link, InstrumentSilent(Phrase("nobody answers: check address, baud rate, parity and wiring"))
        )
        raise typer.Exit(1)
    if save is not None:
        put(scan_config([(unit.answer, unit.registers) for unit in found], link).encode(), save, force=force)
        say(Phrase("choose the types, name the parameters, and put it under instruments"), err=True)


def _scan_profiles(configuration: Configuration, name: str, called: range, profile: str, *, as_json: bool) -> None:
    from gateway.cli.scan_profiles import to_json, trial_lines, try_profiles, wanted_profiles
    from gateway.config import Table
    from gateway.instruments.modbus import ModbusLink
    from gateway.instruments.registry import open_link
    from gateway.runtime.clock import SystemClock

    _know(configuration, name)
    profiles = wanted_profiles(configuration, name, profile)
    link = open_link(name, configuration.links[name], SystemClock())
    try:
        _connect(link, configuration)
        units: Iterable[int] = called
        if isinstance(link, ModbusLink):
            units = [answer.unit for answer in _call(link, called, Table.HOLDING, 0, is_quiet=as_json)]
        elif len(called) > _MOST_ADDRESSES:
            units = called[:1]  # nobody has said which; most protocols of text have no address at all
        trials = try_profiles(link, units, profiles)
    finally:
        link.close()
    if as_json:
        print_json([to_json(trial) for trial in trials])
    else:
        say(*trial_lines(trials))
    if not any(trial.plausible for trial in trials):
        say(
            Phrase("link {name}: no profile fits what answers; gateway scan {name} shows its registers", name=name),
            err=True,
        )
        raise typer.Exit(1)


def _call(link: ModbusLink, units: range, table: Table, address: int, *, is_quiet: bool) -> list[UnitAnswer]:
    """Who answers. Ctrl-C ends the calling, and those that were found until then are looked at."""
    from gateway.instruments.modbus.scan import probe_unit

    answers: list[UnitAnswer] = []
    with _Progress(len(units), is_quiet) as progress:
        try:
            for unit in units:
                progress.show(Phrase("unit {unit}, {count} found", unit=unit, count=len(answers)))
                answer = probe_unit(link, unit, table, address)
                answers += [answer] if answer else []
                progress.advance(1)
        except KeyboardInterrupt:
            say(Phrase("stopped at unit {unit}", unit=unit), err=True)
    return answers


def read_registers(
    link: ModbusLink,
    answers: list[UnitAnswer],
    table: Table,
    addresses: range,
    kinds: tuple[RegisterType, ...],
    *,
    is_quiet: bool,
) -> list[FoundUnit]:
    from gateway.core.errors import InstrumentError
    from gateway.instruments.modbus.scan import FoundUnit, registers_in, texts_in, words_of

    found = []
    with _Progress(len(answers) * len(addresses), is_quiet) as progress:
        for answer in answers:
            span = f"{table}:{addresses.start}-{addresses[-1]}"
            progress.show(Phrase("unit {unit}, {span}", unit=answer.unit, span=span))
            words: dict[int, int] = {}
            try:
                for asked, some in words_of(link, answer.unit, table, addresses):
                    words |= some
                    progress.advance(asked)
            except InstrumentError as error:
                say(Phrase("unit {unit}: {error}", unit=answer.unit, error=error), err=True)
            found.append(FoundUnit(answer, registers_in(table, words, kinds), texts_in(table, words)))
    return found


def _open(configuration: Configuration, name: str, clock: Any) -> ModbusLink:
    from gateway.instruments.modbus import ModbusLink
    from gateway.instruments.registry import open_link

    _know(configuration, name)
    link = open_link(name, configuration.links[name], clock)
    if not isinstance(link, ModbusLink):
        link.close()
        raise usage(
            Phrase(
                "link {name} is {type}; only modbus links are scanned", name=name, type=configuration.links[name].type
            )
        )
    return link


def _know(configuration: Configuration, name: str) -> None:
    if name not in configuration.links:
        raise usage(
            Phrase("no link is called {name}; there are: {links}", name=name, links=", ".join(configuration.links))
        )


def _connect(link: OpenLink, configuration: Configuration) -> None:
    from gateway.core.errors import InstrumentError

    try:
        link.connect()
    except InstrumentError as error:
        _tell(configuration, link.name, error)
        raise typer.Exit(1) from None


def _tell(configuration: Configuration, link: str, error: InstrumentError) -> None:
    from gateway.instruments.busy_hint import with_busy_hint

    say(
        Phrase("link {link}: {error}", link=link, error=with_busy_hint(configuration, link, error)),
        err=True,
    )


class _Progress:
    """A bar on the terminal's stderr; nothing for JSON, or where no terminal is."""

    def __init__(self, total: int, is_quiet: bool) -> None:
        from rich.progress import Progress

        from gateway.cli.drawing import open_console

        console = open_console(err=True)
        self._bar = Progress(console=console, transient=True, disable=is_quiet or not console.is_terminal)
        self._task = self._bar.add_task("", total=total)

    def __enter__(self) -> _Progress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, words: str) -> None:
        self._bar.update(self._task, description=said(words))

    def advance(self, count: int) -> None:
        self._bar.update(self._task, advance=count)


def _units(text: str) -> range:
    match = _UNITS.fullmatch(text)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if not 0 <= first <= last <= 255:
        raise typer.BadParameter(Phrase("write a unit or a range, such as 1-247"), param_hint="--units")
    return range(first, last + 1)


def wanted_registers(text: str) -> tuple[Table, range]:
    """`holding:0-9`, or as in a datasheet: `4x:40001-40010`."""
    from gateway.config.file.form_error import FormError
    from gateway.config.instruments.registers import parse_register

    match = _REGISTERS.fullmatch(text)
    try:
        ends = [parse_register(f"{match[1]}:{digits}") for digits in (match[2], match[3] or match[2])] if match else []
    except FormError as fault:
        raise typer.BadParameter(
            Phrase("{wrong}; {right}", wrong=fault.wrong, right=fault.right), param_hint="--registers"
        ) from None
    if not ends or ends[0].address > ends[1].address:
        wanted = Phrase("write a table and a range, such as holding:0-99, or 4x:40001-40100 as in a datasheet")
        raise typer.BadParameter(wanted, param_hint="--registers")
    return ends[0].table, range(ends[0].address, ends[1].address + 1)


def _kinds(text: str) -> tuple[RegisterType, ...]:
    from gateway.config import RegisterType
    from gateway.instruments.modbus.scan import KINDS, SHOWN

    if text == "all":
        return SHOWN
    if text not in [str(kind) for kind in KINDS]:
        raise typer.BadParameter(Phrase("write all, or one of {kinds}", kinds=", ".join(KINDS)), param_hint="--as")
    return (RegisterType(text),)
