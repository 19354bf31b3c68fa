"""What `gateway check` says of transport orders: how they come in, who signs them, where they go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.core.errors import Problem


def order_lines(configuration: Configuration) -> list[Phrase]:
    """Nothing where there are none."""
    orders, destination = configuration.orders, configuration.order_destination
    if orders is None:
        return []
    door = Phrase(" and at http://{listen}/orders", listen=orders.listen) if orders.listen is not None else ""
    lines = [Phrase("  transport orders: moved into {spool}{door}", spool=orders.spool, door=door)]
    lines += [
        Phrase(
            "    signed by {role} ({algorithm}), its key in {key}",
            role=one.role,
            algorithm=one.algorithm.value,
            key=one.pkcs11 or one.key,
        )
        for one in orders.sign
    ]
    if destination is not None:
        lines.append(Phrase("    sent to {name}: {url}", name=destination.name, url=destination.url))
    lines.append(Phrase("    kept for {days} days once accepted", days=orders.keep.days))
    return lines


def order_problems(configuration: Configuration, now_ms: int) -> tuple[list[Problem], list[Problem]]:
    """Faults, with which no order would be taken, and warnings: of the files that the section names."""
    from gateway.core.errors import Problem

    if configuration.orders is None:
        return [], []
    file = str(configuration.file)
    try:
        from gateway.orders.readiness import obstacles
    except ModuleNotFoundError as error:
        wrong = Phrase("need the package {name}, which is not installed", name=error.name)
        return [], [Problem(file, 0, "orders", wrong, Phrase("pip install 'station-gateway[orders]'"))]
    faults: list[Problem] = []
    warnings: list[Problem] = []
    for one in obstacles(configuration, now_ms):
        (faults if one.is_fault else warnings).append(Problem(file, 0, one.place, one.wrong, one.right))
    return faults, warnings


def orders_configured(configuration: Configuration) -> dict[str, Any] | None:
    """The same for programs; `None` where there are none."""
    orders, destination = configuration.orders, configuration.order_destination
    if orders is None:
        return None
    return {
        "spool": str(orders.spool),
        "listen": None if orders.listen is None else str(orders.listen),
        "sign": [{"role": one.role, "algorithm": one.algorithm.value} for one in orders.sign],
        "destination": None if destination is None else destination.name,
    }
