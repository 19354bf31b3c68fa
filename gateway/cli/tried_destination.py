"""`gateway check --online` at one destination: what its server shows, and what becomes of a file that is delivered
there by the delivery's own steps."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from gateway.cli.output import say
from gateway.cli.retry_when_crowded import retry_when_crowded
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration, Destination
    from gateway.core.interfaces import Clock, Uplink
    from gateway.core.order_uplink import OrderUplink
    from gateway.core.profile import ServerProfile
    from gateway.core.trial import TrialResult
    from gateway.uplinks.tls_look import ShownCertificate

_LOOKED_FOR_AFTER_S = 1.0


RefusedLogIns = dict[tuple[object, ...], str]
"""By what we log in with: the destination of which somebody was not let in by it."""


def try_destination(
    configuration: Configuration, destination: Destination, clock: Clock, refused: RefusedLogIns, quietly: bool
) -> dict[str, Any]:
    """Log in and deliver a probe, where there are files. `error`: what a person has to see to; `None`: it takes files,
    or lets us in. `refused` gets an account that did not, which is not tried again."""
    from gateway.core.errors import DestinationRejected, GatewayError
    from gateway.uplinks.context import UplinkContext
    from gateway.uplinks.registry import login_of, open_order_uplink, open_uplink
    from gateway.uplinks.trial import LogsIn, TriedUplink

    shown = _certificate(destination, clock)
    result: TrialResult | None = None
    profile: ServerProfile | None = None
    error = None
    is_tried = True
    try:
        if (other := refused.get(login_of(destination))) is not None:
            raise DestinationRejected(
                Phrase("not tried: it logs in as {other} does, which was not let in", other=other)
            )
        # As the backlog: a broker throws out whoever is there under the same client id, and live files are urgent.
        context = UplinkContext(configuration.station.code, "backlog", historical=True)
        uplink = (open_order_uplink if destination.takes_orders else open_uplink)(destination, context)
        try:
            is_tried = isinstance(uplink, LogsIn | TriedUplink)
            result = _trial(destination, uplink, clock)
            if result is not None and not result.is_taken_away:
                profile = _profile(uplink)
        finally:
            uplink.close()
    except GatewayError as failure:
        error = str(failure)
        if isinstance(failure, DestinationRejected) and not failure.after_login:
            refused.setdefault(login_of(destination), destination.name)
    error = error or _complaint(destination, result)
    if not quietly:
        _say(destination, shown, result, profile, error, is_tried=is_tried)
    return {
        "destination": destination.name,
        "tried": is_tried,
        "error": error,
        "shows": _shows(shown, profile),
        "probe": None if result is None else _fate(result),
        "proof": {
            "configured": destination.proof.value,
            "advised": None if result is None or result.advised is None else result.advised.value,
            "reason": None if result is None else result.reason(),
        },
        "certificate_advised": _advised_certificate(destination, shown, error),
    }


def _trial(destination: Destination, uplink: Uplink | OrderUplink, clock: Clock) -> TrialResult | None:
    """What becomes of a probe; `None`: there are messages instead of files, and nothing but a log-in was tried, or the
    uplink cannot be tried at all.

    Raises:
        DeliveryError: it does not work.
    """
    from gateway.uplinks.trial import DeliveryTrial, LogsIn, TriedUplink

    if isinstance(uplink, LogsIn):
        retry_when_crowded(destination.name, uplink.log_in, clock)
        return None
    if not isinstance(uplink, TriedUplink):
        return None
    trial = DeliveryTrial(uplink)
    retry_when_crowded(destination.name, trial.begin, clock)
    threading.Event().wait(_LOOKED_FOR_AFTER_S)
    return trial.end()


def _profile(uplink: Uplink | OrderUplink) -> ServerProfile | None:
    """What the server can do.

    Raises:
        DeliveryError: what the configured way of publishing needs does not work.
    """
    from gateway.core.profile import Probed

    return uplink.probe() if isinstance(uplink, Probed) else None


def _certificate(destination: Destination, clock: Clock) -> ShownCertificate | None:
    from gateway.config.destinations.scheme import ServerProof

    if destination.url.scheme.traits.server_proof is not ServerProof.CERTIFICATE:
        return None
    from gateway.uplinks.tls_look import look_at_certificate

    return look_at_certificate(destination.url, clock)


def _complaint(destination: Destination, result: TrialResult | None) -> str | None:
    """What keeps deliveries from counting, though nothing failed."""
    from gateway.core.publishing import Proof

    if result is None:
        return None
    if result.refusal is not None:
        return result.refusal
    if result.doubt is not None and destination.proof is Proof.PRESENT:
        return Phrase("takes files, and no delivery would ever count: {doubt}", doubt=result.doubt)
    return None


def _say(
    destination: Destination,
    shown: ShownCertificate | None,
    result: TrialResult | None,
    profile: ServerProfile | None,
    error: str | None,
    *,
    is_tried: bool,
) -> None:
    let_in = Phrase("not tried: this version cannot")
    if is_tried:
        by_order = Phrase("lets us in; no order was sent")
        let_in = by_order if destination.takes_orders else Phrase("lets us in; no message was sent")
    said = error or (let_in if result is None else Phrase("takes files"))
    say(Phrase("destination {name}: {said}", name=destination.name, said=said), err=error is not None)
    lines = []
    if profile is not None:
        lines.append(Phrase("server: {software}", software=profile.software))
        lines += [Phrase("host key {key}", key=profile.host_key)] if profile.host_key is not None else []
        lines += (
            [Phrase("warns at the log-in: {warning}", warning=profile.warning)] if profile.warning is not None else []
        )
    if shown is not None:
        lines.append(Phrase("shows the certificate {fingerprint}", fingerprint=shown.fingerprint))
        lines.append(
            Phrase(
                "  of {subject}, issued by {issuer}",
                subject=(shown.subject or Phrase("nobody")),
                issuer=(shown.issuer or Phrase("nobody")),
            )
        )
        until = Phrase("a day that cannot be read") if shown.ends is None else f"{shown.ends:%Y-%m-%d}"
        lines.append(
            Phrase("  for {names}, until {until}", names=(", ".join(shown.names) or Phrase("no name")), until=until)
        )
    advised = _advised_certificate(destination, shown, error)
    if advised is not None:
        lines.append(
            Phrase(
                'once the authority has confirmed that it is theirs, write certificate: "{advised}"', advised=advised
            )
        )
    if result is not None and result.advised is not None:
        if result.advised is destination.proof:
            lines.append(Phrase("proof: {proof} suits it: {reason}", proof=destination.proof, reason=result.reason()))
        else:
            lines.append(
                Phrase("advice: write proof: {advised}; {reason}", advised=result.advised, reason=result.reason())
            )
    say(*("  " + line for line in lines))


def _advised_certificate(destination: Destination, shown: ShownCertificate | None, error: str | None) -> str | None:
    """The fingerprint to be compared with the authority's, where the server is not believed as it is configured."""
    if shown is None or error is None or shown.fingerprint in (destination.certificate or ()):
        return None
    return shown.fingerprint if "certificate" in error else None


def _shows(shown: ShownCertificate | None, profile: ServerProfile | None) -> dict[str, Any]:
    return {
        "software": None if profile is None else profile.software,
        "host_key": None if profile is None else profile.host_key,
        "warning": None if profile is None else profile.warning,
        "certificate": None
        if shown is None
        else {
            "sha256": shown.fingerprint,
            "subject": shown.subject,
            "issuer": shown.issuer,
            "names": list(shown.names),
            "from": None if shown.begins is None else shown.begins.isoformat(),
            "until": None if shown.ends is None else shown.ends.isoformat(),
        },
    }


def _fate(result: TrialResult) -> dict[str, Any]:
    return {
        "answer": result.answer,
        "at_once": result.at_once.value,
        "after_a_second": result.later.value,
        "taken_away": result.is_taken_away,
    }
