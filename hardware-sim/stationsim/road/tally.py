"""What the administration has taken, and the score of it. May be told and asked from any thread."""

import json
import threading
from collections import Counter, deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

_PROBLEMS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class RoadScore:
    """`accepted` counts orders, each once; `duplicates` the same order sent again, `altered` another one under an id
    that was taken. `refused`: by code. `late`: accepted after more than the allowance since `issued_ms`."""

    accepted: int
    duplicates: int
    altered: int
    late: int
    refused: dict[str, int]
    logins: int
    refused_logins: int
    requests: int
    connections: int
    largest_body: int
    newest: str | None
    problems: tuple[str, ...]


class RoadTally:
    """`accepted.jsonl` in the folder has a line for each accepted order, from which a later run goes on; `orders/` the
    orders, if they are kept."""

    def __init__(self, folder: Path, late_after_ms: int, *, keeps: bool) -> None:
        self._turn = threading.Lock()
        self._file = folder / "accepted.jsonl"
        self._orders = folder / "orders" if keeps else None
        if self._orders is not None:
            self._orders.mkdir(parents=True, exist_ok=True)
        self._late_after_ms = late_after_ms
        self._taken: dict[str, str] = {}
        self._newest: str | None = None
        self._counts: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._largest_body = 0
        self._problems: deque[str] = deque(maxlen=_PROBLEMS_SHOWN)
        self._recall()

    def take(self, order: dict[str, Any], sha256: str, at_ms: int) -> bool:
        """Whether it is taken, now or earlier; no: another order was taken under its id."""
        with self._turn:
            known = self._taken.get(order["id"])
            if known is not None:
                self._counts["duplicates" if known == sha256 else "altered"] += 1
                if known != sha256:
                    self._problems.append(f"{order['id']}: other content than what was taken under this id")
                return known == sha256
            late = at_ms - order["issued_ms"] > self._late_after_ms
            self._keep(order, {"id": order["id"], "sha256": sha256, "accepted_ms": at_ms, "late": late})
            self._count(order["id"], sha256, late=late)
            return True

    def refuse(self, order_id: str, code: int, message: str) -> None:
        with self._turn:
            self._refused[str(code)] += 1
            self._problems.append(f"{order_id}: {code} {message}")

    def count(self, what: str) -> None:
        """One more of `logins`, `refused_logins`, `requests`, `connections`."""
        with self._turn:
            self._counts[what] += 1

    def saw_body(self, size: int) -> None:
        with self._turn:
            self._largest_body = max(self._largest_body, size)

    def score(self) -> RoadScore:
        with self._turn:
            return RoadScore(
                accepted=len(self._taken),
                duplicates=self._counts["duplicates"],
                altered=self._counts["altered"],
                late=self._counts["late"],
                refused=dict(self._refused),
                logins=self._counts["logins"],
                refused_logins=self._counts["refused_logins"],
                requests=self._counts["requests"],
                connections=self._counts["connections"],
                largest_body=self._largest_body,
                newest=self._newest,
                problems=tuple(self._problems),
            )

    def _keep(self, order: dict[str, Any], line: dict[str, Any]) -> None:
        if self._orders is not None:
            text = json.dumps(order, ensure_ascii=False)
            (self._orders / f"{quote(order['id'], safe='')}.json").write_text(text, "utf-8")
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def _count(self, order_id: str, sha256: str, *, late: bool) -> None:
        self._taken[order_id] = sha256
        self._newest = order_id
        self._counts["late"] += late

    def _recall(self) -> None:
        if self._file.is_file():
            for text in self._file.read_text("utf-8").splitlines():
                line = json.loads(text)
                self._count(line["id"], line["sha256"], late=line["late"])
