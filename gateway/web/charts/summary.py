"""What a chart shows, in a sentence: for who does not see it."""

from __future__ import annotations

from gateway.reports.series import Series
from gateway.web.page_words import PageWords


def summary(series: Series, words: PageWords) -> str:
    """From when to when, least, mean and greatest, and how long there was no valid value and why."""
    texts, steps = words.wording.texts, series.drawn.steps
    begin, end = words.moment(series.drawn.from_ms), words.moment(series.drawn.until_ms)
    told = [texts("page.charts.shown", begin=begin, end=end)]
    there = [(one, step.valid) for step in steps if (one := step.extremes) is not None]
    if there:
        mean = sum(middle * valid for (_, middle, _), valid in there) / sum(valid for _, valid in there)
        values = (min(low for (low, _, _), _ in there), mean, max(high for (_, _, high), _ in there))
        least, middle, greatest = (words.value(value, series.decimals) for value in values)
        unit = words.unit(series.parameter.unit)
        told.append(texts("page.charts.values", least=least, mean=middle, greatest=greatest, unit=unit).strip())
    else:
        told.append(texts("page.charts.nothing_valid"))
    for key, slots in (
        ("calibrating", sum(step.calibrating for step in steps)),
        ("fault", sum(step.fault for step in steps)),
        ("missing", sum(step.missing for step in steps)),
    ):
        if slots:
            told.append(texts(f"page.charts.{key}_for", length=words.length(slots * series.slot_ms)))
    return "; ".join(told) + "."
