"""`gateway ports policy`: close what is not in use, in two steps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.user import user_name
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.ports.policy.lockout import FoundLockout
    from gateway.ports.policy.plan import ClosingPlan
    from gateway.ports.policy.steps import PolicySteps

policy = typer.Typer(
    help="Close what is declared locked or unused: show, apply, confirm within two minutes, or revert.",
    no_args_is_help=True,
)
Root = Annotated[Path, typer.Option("--root", hidden=True)]
CONFIRM_WITHIN_S = 120.0
"""As `gateway.ports.policy.steps` has it, which is not loaded for every command."""
Within = Annotated[float, typer.Option("--within", min=1, max=600, hidden=True)]
Accept = Annotated[
    list[str] | None,
    typer.Option("--accept", help="What may be cut off though it is in use, as `show` names it.", show_default=False),
]


@policy.command("show")
def show(config: ConfigFile = DEFAULT_CONFIG, as_json: Json = False) -> None:
    """What the declaration closes, what is in force of it, and what it would cut off. Changes nothing."""
    from gateway.cli.ports.policy_view import drift_of, plan_lines, policy_to_json, state_lines
    from gateway.ports.policy.state_folder import StateFolder

    configuration, plan = _declared(config)
    folder = StateFolder(configuration.ports_policy.root)
    found, drift = _lockouts(configuration, plan), drift_of(folder)
    if as_json:
        print_json(policy_to_json(plan, folder, found, drift))
        return
    from gateway.ports.policy.firewall_text import firewall_text
    from gateway.ports.policy.usb_rules import usb_rules

    say(
        *state_lines(folder, plan, configuration.station.timezone),
        *(Phrase("{port}: {detail}", port=port, detail=detail) for port, detail in drift),
        "",
        *plan_lines(plan),
        "",
    )
    say(*firewall_text(plan).replace("\t", "    ").splitlines(), "", *usb_rules(plan).splitlines())
    if found:
        say("", *(Phrase("{kind}: {detail}", kind=one.kind.value, detail=one.detail) for one in found))


@policy.command("apply")
def apply(
    accept: Accept = None, within: Within = CONFIRM_WITHIN_S, config: ConfigFile = DEFAULT_CONFIG, as_json: Json = False
) -> None:
    """Close it. Unless `gateway ports policy confirm` follows within two minutes, everything is as it was again."""
    from gateway.core.errors import GatewayError

    configuration, plan = _declared(config)
    accepted = _known(accept or [])
    found = _lockouts(configuration, plan)
    refused = [one for one in found if one.kind.value not in accepted]
    if refused:
        say(*(Phrase("{kind}: {detail}", kind=one.kind.value, detail=one.detail) for one in refused), err=True)
        options = " ".join(f"--accept {kind}" for kind in dict.fromkeys(one.kind.value for one in refused))
        raise GatewayError(
            Phrase("nothing was changed: what is in use would be cut off. If that is meant: {options}", options=options)
        )
    steps = _steps(configuration.ports_policy.root, within)
    more: dict[str, Any] = {"accepted": sorted({one.kind.value for one in found})} if found else {}
    try:
        outcome = steps.apply(plan, user_name(), **more)
    finally:
        _journal(configuration, steps)
    if as_json:
        print_json(
            {"act": outcome.act.value, "plan": outcome.plan, "confirm_within_s": within if outcome.waits else None}
        )
    elif outcome.waits:
        say(
            Phrase(
                "closed. It is taken back in {within:.0f} s unless you say: gateway ports policy confirm", within=within
            ),
            Phrase("first look whether you can still log in, in another window"),
        )
    else:
        say(Phrase("it is confirmed already, and was put in force once more"))


@policy.command("confirm")
def confirm(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Keep what was applied, also after the next start of the machine."""
    configuration = load_configuration(config)
    steps = _steps(configuration.ports_policy.root)
    try:
        steps.confirm(user_name())
    finally:
        _journal(configuration, steps)
    say(Phrase("it stays, also after the next start of the machine; is station-gateway-ports.service enabled?"))


@policy.command("revert")
def revert(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Take back what was applied and not confirmed; where nothing is, open everything again."""
    configuration = load_configuration(config)
    steps = _steps(configuration.ports_policy.root)
    try:
        outcome = steps.revert(user_name())
    finally:
        _journal(configuration, steps)
    say(
        Phrase("nothing is closed any more")
        if outcome.plan is None
        else Phrase("what was confirmed before is in force again")
    )


@policy.command("keep", hidden=True)
def keep(root: Root = Path("/")) -> None:
    """What station-gateway-ports.service does, at the start of the machine and every five minutes."""
    _steps(root).keep()


@policy.command("wait", hidden=True)
def wait(number: int, root: Root = Path("/")) -> None:
    """Take that one back when its time is over."""
    from gateway.ports.policy.return_watch import wait_for_return
    from gateway.ports.policy.state_folder import StateFolder

    wait_for_return(_steps(root), StateFolder(root), number)


def _declared(config: Path) -> tuple[Configuration, ClosingPlan]:
    from gateway.core.errors import GatewayError
    from gateway.ports.policy.plan import plan_of

    configuration = load_configuration(config)
    if configuration.ports is None:
        raise GatewayError(
            Phrase("no port is declared: gateway ports draft writes the section ports, to be looked through")
        )
    return configuration, plan_of(configuration.ports, configuration.ports_policy)


def _steps(root: Path, within_s: float = CONFIRM_WITHIN_S) -> PolicySteps:
    from gateway.ports.policy.firewall import Nftables
    from gateway.ports.policy.return_watch import start_return_watch
    from gateway.ports.policy.state_folder import StateFolder
    from gateway.ports.policy.steps import PolicySteps
    from gateway.ports.policy.units import unit_control
    from gateway.runtime.clock import SystemClock, boot_id

    clock, folder = SystemClock(), StateFolder(root)
    _be_root()
    return PolicySteps(
        folder,
        Nftables(),
        unit_control(root),
        clock,
        boot_id(),
        lambda number: start_return_watch(folder, number, clock),
        within_s,
    )


def _be_root() -> None:
    import os

    from gateway.core.errors import GatewayError

    if os.geteuid() != 0:
        raise GatewayError(Phrase("ports are closed and opened by root only: sudo gateway ports policy …"))


def _lockouts(configuration: Configuration, plan: ClosingPlan) -> list[FoundLockout]:
    from gateway.config.links.ends import SerialEnd, TcpEnd
    from gateway.core.errors import GatewayError
    from gateway.ports.policy.lockout import FoundLockout, Lockout, lockouts
    from gateway.ports.policy.surroundings import surroundings

    root = configuration.ports_policy.root
    serial = {str(name): end.device for name, end in configuration.links.items() if isinstance(end, SerialEnd)}
    hosts = tuple(str(end.host) for end in configuration.links.values() if isinstance(end, TcpEnd))
    relay = configuration.cameras.relay if configuration.cameras else None
    relayed_at = relay.listen.port if relay is not None and not relay.listen.is_local else None
    try:
        found = lockouts(plan, surroundings(root, serial, hosts, _terminal(), relayed_at))
    except OSError as error:
        raise GatewayError(Phrase("what is in use cannot be seen ({error}); run this as root", error=error)) from None
    if root != Path("/"):
        detail = Phrase(
            "ports_policy.root is {root}, and the firewall that would be changed is that of this machine", root=root
        )
        found.append(FoundLockout(Lockout.MACHINE, detail))
    return found


def _terminal() -> str | None:
    """At which this was typed."""
    import os

    for stream in (0, 1, 2):
        try:
            return os.ttyname(stream)
        except OSError:
            continue
    return None


def _known(accepted: list[str]) -> set[str]:
    from gateway.cli.slots import usage
    from gateway.ports.policy.lockout import Lockout

    for one in accepted:
        if one not in tuple(Lockout):
            raise usage(Phrase("--accept {one}: write one of {kinds}", one=one, kinds=", ".join(Lockout)))
    return set(accepted)


def _journal(configuration: Configuration, steps: PolicySteps) -> None:
    """What was done, by whom; the daemon enters later what cannot be entered now."""
    from contextlib import closing

    from gateway.cli.storage import open_storage
    from gateway.core.errors import GatewayError
    from gateway.ports.policy.act_log import journal_acts
    from gateway.runtime.clock import SystemClock

    try:
        with closing(open_storage(configuration, to_change=True)) as database:
            journal_acts(database, steps.acts.acts(), SystemClock())
    except GatewayError as error:
        say(Phrase("gateway: not in the journal yet, the daemon enters it: {error}", error=error), err=True)
