"""`gateway check --plan`: every question that will be sent to the instruments, and whether there is time for it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from gateway.cli.cameras.checked import camera_plan

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.instruments.device_profiles import KnownDevice
    from gateway.instruments.forecast import LinkForecast
    from gateway.instruments.question import Question


def plan_lines(configuration: Configuration) -> list[str]:
    """For a terminal; warnings begin with `warning:`."""
    from gateway.instruments.forecast import forecast

    lines = []
    worst, learned = _worst(configuration), _learned(configuration)
    for link in forecast(configuration):
        settings = configuration.links[link.link]
        busy = f", wire busy {link.load:.1%} of the time" if link.load else ""
        lines.append(f"link {link.link}: {settings.type} {settings.where}{busy}")
        for one in link.instruments:
            wire = f", {one.wire_s * 1000:.0f} ms on the wire" if one.wire_s else ""
            lines.append(f"  {one.instrument} every {one.period_s:g} s{wire}")
            lines += [f"    {_line(question)}" for question in one.questions]
            if one.instrument in learned:
                known = learned[one.instrument]
                lines.append(f"    learned of the device, and asked accordingly: {'; '.join(known.words)}")
            if one.instrument in worst:
                lines.append(f"    its expression takes {worst[one.instrument]:.2f} ms on the worst line")
        if link.sampler:
            lines += ["  sampler", *(f"    {_line(question)}" for question in link.sampler)]
        if link.warning:
            lines.append(f"warning: link {link.link}: {link.warning}; poll less often, or raise the baud rate")
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


def _line(question: Question) -> str:
    occasion = "" if question.occasion is None else f"  {question.occasion}"
    wire_ms = question.wire_s * 1000
    if question.answer_bytes is None:
        size = f"{question.question_bytes} bytes, " if question.question_bytes else ""
        answer = f"{size}answer of any length" + (f", about {wire_ms:.0f} ms" if wire_ms else "")
    else:
        wire = f", {wire_ms:.1f} ms" if wire_ms else ""
        answer = f"{question.question_bytes} bytes, answer {question.answer_bytes}{wire}"
    return f"{question.words}  ({answer}){occasion}"


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
