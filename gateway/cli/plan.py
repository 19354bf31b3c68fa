"""`gateway check --plan`: every question that will be sent to the instruments, and whether there is time for it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from gateway.cli.cameras.checked import camera_plan
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.instruments.device_profiles import KnownDevice
    from gateway.instruments.forecast import LinkForecast
    from gateway.instruments.question import Question


def plan_lines(configuration: Configuration) -> list[Phrase]:
    """For a terminal; warnings begin with `warning:`."""
    from gateway.instruments.forecast import forecast

    lines = []
    worst, learned = _worst(configuration), _learned(configuration)
    for link in forecast(configuration):
        settings = configuration.links[link.link]
        busy = Phrase(", wire busy {load:.1%} of the time", load=link.load) if link.load else ""
        lines.append(
            Phrase(
                "link {link}: {type2} {where}{busy}",
                link=link.link,
                type2=settings.type,
                where=settings.where,
                busy=busy,
            )
        )
        for one in link.instruments:
            wire = Phrase(", {wire_s:.0f} ms on the wire", wire_s=one.wire_s * 1000) if one.wire_s else ""
            lines.append(
                Phrase(
                    "  {instrument} every {period_s:g} s{wire}",
                    instrument=one.instrument,
                    period_s=one.period_s,
                    wire=wire,
                )
            )
            lines += [Phrase("    {line}", line=_line(question)) for question in one.questions]
            if one.instrument in learned:
                known = learned[one.instrument]
                lines.append(
                    Phrase("    learned of the device, and asked accordingly: {words}", words="; ".join(known.words))
                )
            if one.instrument in worst:
                lines.append(
                    Phrase("    its expression takes {worst:.2f} ms on the worst line", worst=worst[one.instrument])
                )
        if link.sampler:
            lines += [Phrase("  sampler"), *(Phrase("    {line}", line=_line(question)) for question in link.sampler)]
        if link.warning:
            lines.append(
                Phrase(
                    "warning: link {link}: {warning}; poll less often, or raise the baud rate",
                    link=link.link,
                    warning=link.warning,
                )
            )
    return lines + camera_plan(configuration)


def plan_json(configuration: Configuration) -> list[dict[str, Any]]:
    from gateway.instruments.forecast import forecast

    worst, learned = _worst(configuration), _learned(configuration)
    return [_link(link, worst, learned) for link in forecast(configuration)]


def _learned(configuration: Configuration) -> dict[str, KnownDevice]:
    """What the running gateway has found out; nothing where it never ran, or its database cannot be read."""
    from gateway.cli.storage import open_storage
    from gateway.core.errors import GatewayError
    from gateway.instruments.device_profiles import known_devices

    try:
        with closing(open_storage(configuration)) as database:
            return known_devices(configuration, database)
    except GatewayError:
        return {}


def _worst(configuration: Configuration) -> dict[str, float]:
    """How long the expressions of instruments may take, in ms."""
    from gateway.cli.pattern_time import worst_ms
    from gateway.runtime.clock import SystemClock

    clock = SystemClock()
    took = {one.name: worst_ms(one, clock) for one in configuration.instruments}
    return {name: ms for name, ms in took.items() if ms is not None}


def _line(question: Question) -> Phrase:
    occasion = "" if question.occasion is None else f"  {question.occasion}"
    wire_ms = question.wire_s * 1000
    if question.answer_bytes is None:
        size = (
            Phrase("{question_bytes} bytes, ", question_bytes=question.question_bytes)
            if question.question_bytes
            else ""
        )
        answer = Phrase("{size}answer of any length", size=size) + (
            Phrase(", about {wire_ms:.0f} ms", wire_ms=wire_ms) if wire_ms else ""
        )
    else:
        wire = Phrase(", {wire:.1f} ms", wire=wire_ms) if wire_ms else ""
        answer = Phrase(
            "{question_bytes} bytes, answer {answer_bytes}{wire}",
            question_bytes=question.question_bytes,
            answer_bytes=question.answer_bytes,
            wire=wire,
        )
    return Phrase("{words}  ({answer}){occasion}", words=question.words, answer=answer, occasion=occasion)


def _link(link: LinkForecast, worst: dict[str, float], learned: dict[str, KnownDevice]) -> dict[str, Any]:
    return {
        "link": link.link,
        "load": round(link.load, 4),
        "warning": link.warning,
        "instruments": [
            {
                "instrument": one.instrument,
                "period_s": one.period_s,
                "wire_ms": round(one.wire_s * 1000, 2),
                "worst_line_ms": worst.get(one.instrument),
                "learned": list(learned[one.instrument].words) if one.instrument in learned else [],
                "questions": [_question(question) for question in one.questions],
            }
            for one in link.instruments
        ],
        "sampler": [_question(question) for question in link.sampler],
    }


def _question(question: Question) -> dict[str, Any]:
    return {
        "question": question.words,
        "question_bytes": question.question_bytes,
        "answer_bytes": question.answer_bytes,
        "wire_ms": round(question.wire_s * 1000, 2),
        "occasion": question.occasion,
    }
