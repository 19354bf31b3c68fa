"""What `gateway ports policy show` tells: what is closed, what is in force of it, what drifted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.core.phrase import Phrase, in_a_row, verbatim

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.ports.policy.lockout import FoundLockout
    from gateway.ports.policy.plan import ClosingPlan
    from gateway.ports.policy.state_folder import StateFolder


def drift_of(folder: StateFolder) -> list[tuple[str, str]]:
    """What is not closed any more as it was, as the daemon tells it."""
    from gateway.ports.policy.drift import PolicyDrift
    from gateway.runtime.clock import SystemClock, boot_id

    return [(str(one.id), one.detail) for one in PolicyDrift(folder.root, SystemClock(), boot_id()).violations()]


def state_lines(folder: StateFolder, plan: ClosingPlan, zone: str) -> Iterator[str]:
    """What was applied and confirmed, by whom, and whether it is what the declaration says now."""
    from gateway.core.instants import local_time
    from gateway.runtime.clock import SystemClock

    pending, confirmed = folder.pending(), folder.confirmed()
    if pending is not None and pending.until is not None:
        left_s = max(0.0, pending.until.mono_s - SystemClock().now().mono_s)
        at = f"{local_time(pending.at_ms, zone):%Y-%m-%d %H:%M:%S}"
        yield Phrase(
            "applied by {who} at {at}; taken back in {left:.0f} s unless confirmed", who=pending.who, at=at, left=left_s
        )
    if folder.is_damaged():
        yield Phrase("what was confirmed cannot be read any more: apply and confirm it again")
    elif confirmed is None or confirmed.plan is None:
        yield Phrase("no policy is confirmed: nothing is closed after the next start of the machine")
    else:
        yield Phrase(
            "confirmed by {who} at {at}", who=confirmed.who, at=f"{local_time(confirmed.at_ms, zone):%Y-%m-%d %H:%M:%S}"
        )
        if confirmed.plan != plan:
            yield Phrase("the declaration is another one by now: apply it")


def plan_lines(plan: ClosingPlan) -> Iterator[str]:
    """What stays open, and what is closed."""
    doors = [
        Phrase("{door} from {sources}", door=door, sources=(", ".join(door.sources) or Phrase("anywhere")))
        for door in plan.open_doors
    ]
    yield Phrase("open: {doors}", doors=in_a_row(doors, "; ") if doors else Phrase("no door"))
    closed: list[str] = [f"listen:{door}" for door in plan.closed_doors]
    closed += [f"usb:{place}" for place in plan.closed_sockets]
    closed += [f"net:{name}" for name in plan.interfaces] + [f"radio:{name}" for name in plan.radios]
    rest = [Phrase("and whatever is not declared")] if plan.closes_undeclared else []
    what = in_a_row([*map(verbatim, closed), *rest], ", ")
    yield Phrase("closed: {what}", what=what or Phrase("nothing"))
    if plan.units:
        yield Phrase("nobody logs in at: {units}", units=", ".join(plan.units))


def policy_to_json(
    plan: ClosingPlan, folder: StateFolder, found: list[FoundLockout], drift: list[tuple[str, str]]
) -> dict[str, Any]:
    """All of it, for programs."""
    from gateway.ports.policy.firewall_text import firewall_text
    from gateway.ports.policy.plan import plan_content
    from gateway.ports.policy.usb_rules import usb_rules

    pending, confirmed = folder.pending(), folder.confirmed()
    return {
        "sha256": plan.sha256,
        "plan": plan_content(plan),
        "firewall": firewall_text(plan),
        "usb_rules": usb_rules(plan),
        "pending": None if pending is None else pending.sha256,
        "confirmed": None if confirmed is None else confirmed.sha256,
        "lockouts": [{"kind": one.kind.value, "detail": one.detail} for one in found],
        "drift": [{"id": port, "detail": said} for port, said in drift],
    }
