"""Everything that can go wrong, named by what is to be done about it, never by the library that noticed.

Foreign exceptions are mapped to these where they enter the program and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.core.phrase import Phrase


class GatewayError(Exception):
    """Root of all errors that the gateway raises on purpose."""

    @property
    def words(self) -> str:
        """What it says; a `Phrase`, where it was raised with one."""
        first = self.args[0] if self.args else None
        return first if isinstance(first, Phrase) else str(self)


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a configuration: where it stands, what is wrong, what would be right.

    `line` counts from 1; 0 when the fault has no line (a missing file).
    """

    file: str
    line: int
    path: str
    wrong: Phrase
    right: Phrase

    @property
    def where(self) -> str:
        """As compilers write it, `gateway.yaml:17: instruments.probe.poll:`, the same in every language."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.path}:" if self.path else f"{place}:"

    @property
    def words(self) -> Phrase:
        """All of it in one line."""
        return Phrase("{where} {wrong}; {right}", where=self.where, wrong=self.wrong, right=self.right)

    def __str__(self) -> str:
        return str(self.words)


class ConfigError(GatewayError):
    """The configuration cannot be used. Carries every fault at once; the command line exits with 2."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class InstrumentError(GatewayError):
    """An instrument gave no usable answer. Becomes readings with status 02, never a crash."""


class InstrumentSilent(InstrumentError):
    """No answer within the time-out, or no connection to ask over."""


class InstrumentGarbled(InstrumentError):
    """An answer came that is not the answer to what was asked: wrong unit, length, checksum, or nonsense."""


class InstrumentRefused(InstrumentError):
    """The instrument understood and declined. `code` is the Modbus exception code; other protocols have none."""

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code


class InstrumentSwapped(InstrumentError):
    """Another device answers than the configuration names. Nothing that it says is believed."""


class DeliveryError(GatewayError):
    """A file did not reach a destination."""


class DeliveryDeferred(DeliveryError):
    """Not now: the line is down, the server is busy or full. The same call is worth repeating after a pause.

    `by_server`: the server answered, and says so itself; otherwise the line to it failed. The ledger names the one or
    the other as the cause of what is late.
    """

    def __init__(self, message: str, *, by_server: bool = False) -> None:
        super().__init__(message)
        self.by_server = by_server


class Crowded(DeliveryDeferred):
    """The server has as many connections as it takes: somebody has to leave first."""

    def __init__(self, message: str) -> None:
        super().__init__(message, by_server=True)


class NotTold(DeliveryDeferred):
    """The far end was asked whether something is there, or what is in it, and does not tell: it is neither there nor
    not there, and nothing may be concluded from it."""

    def __init__(self, message: str) -> None:
        super().__init__(message, by_server=True)


class DeliveryRefused(DeliveryError):
    """Not this item: repeating it changes nothing. It is set aside and must not hold up the others."""


class OrdersRefused(DeliveryRefused):
    """A request with several transport orders was refused as a whole: one of them may be the culprit.

    `code`: the authority's system code, or else the status of HTTP.
    """

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class DestinationRejected(DeliveryError):
    """Not this destination as configured: credentials, host key or certificate. Retried slowly, alarmed at once.

    `by_clock`: by our clock its certificate is not valid yet, or no longer. `after_login`: the account was let in; it
    is about what it may do at this destination, and nothing that another one has to wait for.
    """

    def __init__(self, message: str, *, by_clock: bool = False) -> None:
        super().__init__(message)
        self.by_clock = by_clock
        self.after_login = False


class CameraError(GatewayError):
    """A camera gives no stream. Tried again for ever; what is missing meanwhile is a gap with a cause."""


class CameraSilent(CameraError):
    """Nothing answers at its address, or a stream that was open brings nothing any more."""


class CameraCut(CameraError):
    """A stream that was open has ended: the camera, or something on the way, closed the connection."""


class CameraGarbled(CameraError):
    """What it sends is no stream that can be recorded."""


class CameraRefused(CameraError):
    """It answered, and declined. `cause` says what a person has to look at: `password`, `path`, `busy`, `transport`, or
    `other`."""

    def __init__(self, message: str, cause: str) -> None:
        super().__init__(message)
        self.cause = cause

    @property
    def locks_out(self) -> bool:
        """Whether asking often makes it worse: cameras lock an account after a few wrong passwords."""
        return self.cause == "password"


class StoreError(GatewayError):
    """The database cannot do what it was asked."""


class StoreFull(StoreError):
    """No space left on the card."""


class StoreCorrupt(StoreError):
    """The database file is damaged."""


class SchemaTooNew(StoreError):
    """The database was written by a newer gateway; this one must not touch it."""
