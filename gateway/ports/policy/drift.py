"""What was closed by the policy and is not closed any more: for the watch of ports, by what this user can see.

Sysfs and the folders of udev and systemd are looked at each time. What only root can ask of the kernel is taken from
the report that `station-gateway-ports.service` leaves; one that is too old is told, since then nobody knows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from gateway.core.errors import GatewayError
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
from gateway.core.ports import PortId, Violation, ViolationKind
from gateway.ports.policy.act_log import ActLog, NotedAct
from gateway.ports.policy.in_force import read_in_force
from gateway.ports.policy.read_back import DAMAGED, POLICY, Deviation, seen_by_anybody
from gateway.ports.policy.report_file import read_report
from gateway.ports.policy.state_folder import AppliedPolicy, StateFolder

_log = logging.getLogger(__name__)
STALE_AFTER_S = 900.0
"""Three runs of the timer."""
_STARTS_WITHIN_S = 300.0
"""So long after the machine's start the oneshot may not have been there yet."""
_ASK_FOR_IT = "systemctl enable --now station-gateway-ports.timer"


class PolicyDrift:
    """`enter`: writes acts in the journal that are not in it yet; called when there may be new ones."""

    def __init__(
        self, root: Path, clock: Clock, boot_id: str, enter: Callable[[Sequence[NotedAct]], object] | None = None
    ) -> None:
        self._folder = StateFolder(root)
        self._clock = clock
        self._boot_id = boot_id
        self._acts = ActLog(self._folder.kept)
        self._enter = enter
        self._entered: object = None

    def violations(self) -> list[Violation]:
        """One for each port, in words; none, where no policy is to be in force. Never raises."""
        self._enter_acts()
        found: dict[PortId, list[str]] = {}
        for one in self._deviations():
            found.setdefault(one.id, []).append(one.detail)
        return [Violation(port, ViolationKind.POLICY_DRIFT, "; ".join(said)) for port, said in found.items()]

    def _deviations(self) -> Iterator[Deviation]:
        if self._folder.is_damaged():
            yield DAMAGED
        pending = self._folder.pending()
        wanted = pending or self._folder.confirmed()
        if wanted is None or wanted.plan is None:
            return
        in_force = read_in_force(self._folder)
        if pending is not None and (in_force is None or not in_force.is_whole):
            return  # it is being put in force
        yield from self._seen_by_root(wanted)
        yield from seen_by_anybody(self._folder, wanted.plan)

    def _seen_by_root(self, wanted: AppliedPolicy) -> Iterator[Deviation]:
        report, now_s = read_report(self._folder), self._clock.now().mono_s
        if report is None or report.boot_id != self._boot_id:
            if now_s >= _STARTS_WITHIN_S:
                yield Deviation(
                    POLICY,
                    Phrase("nobody has read it back since the machine's start: {ask_for_it}", ask_for_it=_ASK_FOR_IT),
                )
        elif now_s - report.mono_s > STALE_AFTER_S:
            yield Deviation(
                POLICY,
                Phrase(
                    "nobody has read it back for more than {stale_after_s:.0f} min: {ask_for_it}",
                    stale_after_s=STALE_AFTER_S / 60,
                    ask_for_it=_ASK_FOR_IT,
                ),
            )
        elif report.sha256 == wanted.sha256:
            yield from report.deviations
        elif wanted.until is None:
            yield Deviation(POLICY, Phrase("another policy is in force than was confirmed: gateway ports policy show"))

    def _enter_acts(self) -> None:
        state = self._acts.state()
        if self._enter is None or state is None or state == self._entered:
            return
        try:
            self._enter(self._acts.acts())
        except GatewayError as error:
            _log.warning("what was done to the policy is not in the journal yet error=%r", str(error))
        else:
            self._entered = state
