"""What happens to the demo's orders while it runs: they are submitted, the line is cut and put back, what was set aside
is released; and a line now and then of how far they are."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

from gateway.cli.demo.child import Child
from gateway.cli.demo.order_source import OrderSource
from gateway.cli.demo.station import Simulator
from gateway.cli.output import say
from gateway.cli.storage import open_storage
from gateway.config import Configuration
from gateway.core.errors import GatewayError
from gateway.core.interfaces import Clock
from gateway.core.order_codes import code_meaning
from gateway.core.phrase import Phrase
from gateway.core.transport_order import OrderState, TransportOrder

LOOK_EVERY_S = 0.3
TELL_EVERY_S = 3.0
STARTED_WITHIN_S = 60.0
SETTLED_WITHIN_S = 90.0


class OrderWatch:
    """For one thread. `orders`: the gateway's, as they were last looked at."""

    def __init__(
        self,
        configuration: Configuration,
        simulator: Simulator,
        children: Mapping[str, Child],
        source: OrderSource,
        clock: Clock,
    ) -> None:
        self._configuration = configuration
        self._simulator = simulator
        self._children = children
        self._source = source
        self._clock = clock
        self._told_s = float("-inf")
        self._released: set[str] = set()
        self.orders: list[TransportOrder] = []

    def started(self) -> None:
        """Until the gateway takes orders, and the administration has answered the first."""
        self._until(self._source.is_heard, STARTED_WITHIN_S, submits=False)
        self._source.submit()
        self._until(self._is_settled, STARTED_WITHIN_S, submits=False)

    def until(self, is_over: Callable[[], bool]) -> None:
        """Submit until then.

        Raises:
            GatewayError: a child has ended by itself.
        """
        self._until(is_over, float("inf"), submits=True)

    def settled(self) -> None:
        """Until nothing waits any more, or for a while: whatever waits still is seen in the verdict."""
        self._source.finish()
        self._until(self._is_settled, SETTLED_WITHIN_S, submits=False)

    def tell(self) -> None:
        """How far they are, here and there."""
        say(_how_far(self._source, Counter(one.state for one in self.orders)))
        for name, score in self._simulator.scores.items():
            say(score_line(name, score))

    def _until(self, is_over: Callable[[], bool], within_s: float, *, submits: bool) -> None:
        until_s = self._clock.now().mono_s + within_s
        while not is_over() and self._clock.now().mono_s < until_s:
            self._simulator.listen(LOOK_EVERY_S)
            for child in self._children.values():
                child.check()
            if submits:
                self._source.submit()
            self._look()
            self._release()
            if self.orders and self._clock.now().mono_s >= self._told_s + TELL_EVERY_S:
                self._told_s = self._clock.now().mono_s
                self.tell()

    def _is_settled(self) -> bool:
        known = {one.order_id: one.state for one in self.orders}
        taken = [name for names in self._source.taken.values() for name in names]
        return all(known.get(name) is OrderState.ACCEPTED for name in taken)

    def _look(self) -> None:
        from gateway.core.instants import FAR_FUTURE_MS
        from gateway.orders.opening import open_order_store

        if self._configuration.orders is None:
            raise AssertionError("the demo's station takes orders")
        try:
            with closing(open_storage(self._configuration)) as database:
                store = open_order_store(self._configuration.orders, database)
                self.orders = store.submitted(0, FAR_FUTURE_MS)
        except GatewayError:
            return  # it is starting

    def _release(self) -> None:
        """What was set aside, once: the administration has learnt the route meanwhile."""
        for order in self.orders:
            if order.state is not OrderState.SET_ASIDE or order.order_id in self._released:
                continue
            self._released.add(order.order_id)
            say(_set_aside(order))
            asked = ["orders", "release", order.order_id, "--config", str(self._configuration.file)]
            subprocess.run([sys.executable, "-m", "gateway", *asked], capture_output=True, check=False)


def _how_far(source: OrderSource, counts: Mapping[OrderState, int]) -> Phrase:
    return Phrase(
        "orders taken: {count}, by folder {folder}, by command {command}, over HTTP {http};"
        " waiting {waiting}, accepted {accepted}, set aside {set_aside}",
        count=source.count,
        folder=len(source.taken["folder"]),
        command=len(source.taken["command"]),
        http=len(source.taken["HTTP"]),
        waiting=counts.get(OrderState.WAITING, 0),
        accepted=counts.get(OrderState.ACCEPTED, 0),
        set_aside=counts.get(OrderState.SET_ASIDE, 0),
    )


def _set_aside(order: TransportOrder) -> Phrase:
    if order.code is None:
        return Phrase("{order} was set aside; gateway orders release sends it again", order=order.order_id)
    return Phrase(
        "{order} was set aside: {code}, {meaning}; gateway orders release sends it again",
        order=order.order_id,
        code=order.code,
        meaning=code_meaning(order.code),
    )


def score_line(name: str, score: Mapping[str, Any]) -> Phrase:
    """What the road administration of that name counts."""
    refused = ", ".join(f"{count} × {code}" for code, count in sorted(score["refused"].items()))
    return Phrase(
        "{road}: accepted {accepted}, sent again {again}, altered {altered}, late {late}, refused {refused},"
        " log-ins {logins}",
        road=name,
        accepted=score["accepted"],
        again=score["duplicates"],
        altered=score["altered"],
        late=score["late"],
        refused=refused or Phrase("none"),
        logins=score["logins"],
    )
