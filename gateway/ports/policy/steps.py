"""The policy in two steps: applied, and confirmed by somebody who can still reach the box.

What is applied returns by itself to what was confirmed before: when nobody confirms it within two minutes, when a part
of it cannot be done, when the machine starts anew. Every way out of the middle leads to one of two states, whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gateway.core.errors import GatewayError
from gateway.core.interfaces import Clock
from gateway.core.journal_entry import GATEWAY
from gateway.core.phrase import Phrase
from gateway.ports.policy.act_log import ActLog, PolicyAct
from gateway.ports.policy.enforcer import Enforcer
from gateway.ports.policy.firewall import Firewall
from gateway.ports.policy.plan import ClosingPlan
from gateway.ports.policy.read_back import DAMAGED, Deviation, seen_by_anybody, seen_by_root
from gateway.ports.policy.report_file import PolicyReport, write_report
from gateway.ports.policy.state_folder import AppliedPolicy, ReturnTime, StateFolder
from gateway.ports.policy.units import UnitControl

CONFIRM_WITHIN_S = 120.0
STARTING_FOR_S = 180.0
"""So long after the machine's start ports may still appear, and are closed when they do."""


@dataclass(frozen=True, slots=True)
class PolicyOutcome:
    """What a step came to. `waits`: it has to be confirmed."""

    act: PolicyAct
    plan: str | None
    waits: bool = False


class PolicySteps:
    """All that puts a policy in force. `watch_return` has somebody else wait for the time of an unconfirmed one, who
    outlives this process; it raises GatewayError where nobody can."""

    def __init__(
        self,
        folder: StateFolder,
        firewall: Firewall,
        control: UnitControl,
        clock: Clock,
        boot_id: str,
        watch_return: Callable[[int], None],
        confirm_within_s: float = CONFIRM_WITHIN_S,
    ) -> None:
        self._folder = folder
        self._firewall = firewall
        self._enforcer = Enforcer(folder, firewall, control)
        self._clock = clock
        self._boot_id = boot_id
        self._watch_return = watch_return
        self._confirm_within_s = confirm_within_s
        self.acts = ActLog(folder.kept)

    def apply(self, plan: ClosingPlan, who: str, **more: Any) -> PolicyOutcome:
        """Put it in force until it has to be confirmed. What is confirmed already is put in force once more, and stays.
        `more`: what else is to be told in the journal.

        Raises:
            GatewayError: it cannot be put in force; what was in force is again.
        """
        with self._folder.hold(self._clock):
            self._enforcer.check(plan)
            confirmed = self._folder.confirmed()
            if confirmed is not None and confirmed.plan == plan and not self._folder.has_pending():
                self._put(plan)
                return self._done(PolicyAct.RENEWED, who, plan, **more)
            now = self._clock.now()
            number = self.acts.add(PolicyAct.APPLIED, now.wall_ms, who, plan.sha256, **more).number
            until = ReturnTime(self._boot_id, now.mono_s + self._confirm_within_s)
            self._folder.keep_pending(AppliedPolicy(number, plan, now.wall_ms, who, until))
            try:
                self._watch_return(number)
                self._put(plan)
            except GatewayError as error:
                self._take_back(PolicyAct.FAILED, who, error=str(error))
                raise
            return PolicyOutcome(PolicyAct.APPLIED, plan.sha256, waits=True)

    def confirm(self, who: str) -> PolicyOutcome:
        """From here on it stays, and the start of the machine puts it in force.

        Raises:
            GatewayError: nothing waits to be confirmed, or not any more.
        """
        with self._folder.hold(self._clock):
            pending = self._folder.pending()
            if pending is None or self._is_over(pending):
                self._settle()
                raise GatewayError(Phrase("nothing waits to be confirmed (any more): gateway ports policy show"))
            in_force = self._enforcer.in_force()
            if in_force is None or not in_force.is_whole or in_force.sha256 != pending.sha256:
                raise GatewayError(Phrase("it is not in force as a whole: apply it again"))
            self._folder.keep_confirmed(AppliedPolicy(pending.number, pending.plan, pending.at_ms, pending.who))
            self._folder.drop_pending()
            return self._done(PolicyAct.CONFIRMED, who, pending.plan, of=pending.number)

    def revert(self, who: str) -> PolicyOutcome:
        """Of one that waits: back to what was confirmed. Else everything is opened, and stays open.

        Raises:
            GatewayError: there is nothing to take back, or a part of it cannot be opened.
        """
        with self._folder.hold(self._clock):
            if self._folder.has_pending():
                return self._take_back(PolicyAct.REVERTED, who)
            confirmed = self._folder.confirmed()
            if (confirmed is None or confirmed.plan is None) and not self._folder.is_damaged():
                raise GatewayError(Phrase("no policy is in force: there is nothing to take back"))
            try:
                self._keep_nothing(who)
            finally:  # a full disk leaves nothing closed
                self._put(None)
            return PolicyOutcome(PolicyAct.REVERTED, None)

    def keep(self) -> None:
        """What root's oneshot does at the start of the machine and now and then: what is confirmed is put in force
        where it is not, what was not confirmed in time is taken back, and what is in force is read back for the daemon.

        Raises:
            GatewayError: something could not be done; the report says so, too.
        """
        with self._folder.hold(self._clock):
            try:
                self._settle()
            finally:  # a full disk leaves nothing open
                self._close_again()
            self._folder.mend_confirmed()

    def return_if_over(self, number: int) -> bool:
        """Whether the one of that number still waits to be confirmed; takes it back once its time is over.

        Raises:
            GatewayError: it could not be taken back.
        """
        pending = self._folder.pending()
        if pending is None or pending.number != number:
            return False
        if self._is_over(pending):
            with self._folder.hold(self._clock):
                self._settle()
        return True

    def report(self) -> tuple[Deviation, ...]:
        """Hold what is in force against what is to be, and leave for the daemon what only root can see.

        Raises:
            GatewayError: it cannot be left.
        """
        wanted = self._folder.pending() or self._folder.confirmed()
        plan = None if wanted is None else wanted.plan
        found = () if plan is None else tuple(seen_by_root(self._firewall, self._enforcer.in_force(), plan))
        now, sha256 = self._clock.now(), None if wanted is None else wanted.sha256
        write_report(self._folder, PolicyReport(self._boot_id, now.mono_s, now.wall_ms, sha256, found))
        damaged = (DAMAGED,) if self._folder.is_damaged() else ()
        return (*damaged, *found, *(() if plan is None else seen_by_anybody(self._folder, plan)))

    def _close_again(self) -> None:
        if self._folder.pending() is None and self._is_to_be_closed_again():
            confirmed = self._folder.confirmed()
            self._put(None if confirmed is None else confirmed.plan)
        else:
            self.report()

    def _is_to_be_closed_again(self) -> bool:
        """At the start, while ports appear, and where somebody was cut off in the middle. Later on, what is open again
        is told and left: who opened it is to be found."""
        if self._folder.is_damaged():
            return False
        confirmed, in_force = self._folder.confirmed(), self._enforcer.in_force()
        wanted = None if confirmed is None else confirmed.sha256
        if in_force is None or self._clock.now().mono_s < STARTING_FOR_S:
            return wanted is not None
        return not in_force.is_whole or in_force.sha256 != wanted

    def _is_over(self, pending: AppliedPolicy) -> bool:
        until = pending.until
        return until is None or until.boot_id != self._boot_id or self._clock.now().mono_s >= until.mono_s

    def _settle(self) -> None:
        """Take back what nobody confirmed, and note what was done when the power went before it was noted."""
        pending, confirmed = self._folder.pending(), self._folder.confirmed()
        if pending is not None and confirmed is not None and confirmed.number == pending.number:
            self._folder.drop_pending()
            pending = None
        elif self._folder.has_pending() and (pending is None or self._is_over(pending)):
            self._take_back(PolicyAct.RETURNED, GATEWAY)
            return
        last = next((one for one in reversed(self.acts.acts()) if one.act is not PolicyAct.RENEWED), None)
        if pending is None and last is not None and last.act is PolicyAct.APPLIED:
            is_kept = confirmed is not None and confirmed.number == last.number
            act = PolicyAct.CONFIRMED if is_kept else PolicyAct.RETURNED
            self.acts.add(act, self._clock.now().wall_ms, last.who if is_kept else GATEWAY, last.plan, of=last.number)

    def _keep_nothing(self, who: str) -> None:
        """Where that cannot be written, what was confirmed is taken away: a full disk has room for that."""
        now = self._clock.now()
        try:
            number = self.acts.add(PolicyAct.REVERTED, now.wall_ms, who, None).number
            self._folder.keep_confirmed(AppliedPolicy(number, None, now.wall_ms, who))
        except GatewayError:
            self._folder.drop_confirmed()
            raise

    def _take_back(self, act: PolicyAct, who: str, **more: Any) -> PolicyOutcome:
        pending, confirmed = self._folder.pending(), self._folder.confirmed()
        self._enforcer.put_in_force(None if confirmed is None else confirmed.plan)
        self._folder.drop_pending()
        of = {} if pending is None else {"of": pending.number}
        return self._done(act, who, None if confirmed is None else confirmed.plan, **of, **more)

    def _put(self, plan: ClosingPlan | None) -> None:
        try:
            self._enforcer.put_in_force(plan)
        finally:
            self.report()

    def _done(self, act: PolicyAct, who: str, plan: ClosingPlan | None, **more: Any) -> PolicyOutcome:
        sha256 = None if plan is None else plan.sha256
        self.acts.add(act, self._clock.now().wall_ms, who, sha256, **more)
        self.report()
        return PolicyOutcome(act, sha256)
