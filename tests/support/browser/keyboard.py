"""A page with Tab alone: everything is reached, is in sight, and shows that it is meant; the way leads on."""

from __future__ import annotations

from collections.abc import Iterator

from tests.support.browser.eyes import Eyes

MOST_STEPS = 400
_FOCUSABLE = """() => [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
    .filter((one) => !one.disabled && !one.matches("input[type=radio]"))
    .filter((one) => one.checkVisibility({visibilityProperty: true}))
    .map((one, number) => { one.dataset.stop = number; return number; })"""
_FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const words = (one.textContent || one.getAttribute("aria-label") || one.name || "").trim().slice(0, 40);
  return {stop: one.dataset.stop ?? null, words: `<${one.tagName.toLowerCase()}> "${words}"`,
          shows: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none",
          seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth};
}"""
_WORDS = "number => document.querySelector(`[data-stop='${number}']`).outerHTML.slice(0, 80)"


def faults_by_keyboard(there: Eyes) -> Iterator[str]:
    """Of the page that is open, in words."""
    stops: list[int] = there.page.evaluate(_FOCUSABLE)
    reached = set[int]()
    for _ in range(min(3 * len(stops) + 10, MOST_STEPS)):  # a field for a day and its time takes several
        if reached.issuperset(stops):
            break
        there.page.keyboard.press("Tab")
        focused = there.page.evaluate(_FOCUSED)
        if focused is None:
            continue  # behind the last the way leads to the first
        if focused["stop"] is None or int(focused["stop"]) in reached:
            continue
        reached.add(int(focused["stop"]))
        if not focused["shows"]:
            yield f"{focused['words']} does not show that it is meant"
        if not focused["seen"]:
            yield f"{focused['words']} is not in sight when it is meant"
    missed = set(stops) - reached
    if missed and len(stops) < MOST_STEPS:
        words = there.page.evaluate(_WORDS, min(missed))
        yield f"{len(missed)} of {len(stops)} are not reached, such as {words}"
