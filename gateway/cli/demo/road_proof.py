"""What lies at the road administration beside what the gateway says of it, each signature looked at by openssl."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path

from gateway.core.phrase import Phrase, verbatim
from gateway.core.transport_order import OrderState


def faults_of(
    states: Mapping[str, OrderState], taken: Collection[str], root: Path, signers: dict[str, Path]
) -> list[str]:
    """What is wrong, a line each. `states`: of every order that the gateway has; `taken`: of which somebody was told
    that the gateway has it; `root`: the administration's folder; `signers`: the certificate of each who signs."""
    from stationsim.road.signatures import Signatures

    lines = [json.loads(line) for line in (root / "accepted.jsonl").read_text("utf-8").splitlines()]
    names = [line["id"] for line in lines]
    accepted = {name for name, state in states.items() if state is OrderState.ACCEPTED}
    faults: list[str] = [
        Phrase("{order}: is there more than once", order=name) for name in sorted(set(names)) if names.count(name) > 1
    ]
    faults += [Phrase("{order}: is accepted, and is not there", order=name) for name in sorted(accepted - set(names))]
    faults += [_not_accepted(name, states.get(name)) for name in taken if name not in accepted]
    faults += [
        Phrase("{order}: is there, and nobody submitted it", order=name) for name in sorted(set(names) - set(states))
    ]
    signatures = Signatures(list(signers), list(signers.values()))
    for file in sorted((root / "orders").glob("*.json")):
        order = json.loads(file.read_text("utf-8"))
        if (wrong := signatures.fault(order)) is not None:
            faults.append(verbatim(f"{order['id']}: {wrong[1]}"))
    return faults


def _not_accepted(name: str, state: OrderState | None) -> Phrase:
    if state is None:
        return Phrase("{order}: was taken, and is lost", order=name)
    if state is OrderState.SET_ASIDE:
        return Phrase("{order}: was taken, and is set aside", order=name)
    return Phrase("{order}: was taken, and is waiting", order=name)
