"""A whole answer is scaled as each of its numbers alone, bit for bit."""

from __future__ import annotations

import struct
from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.core.scaling import CurrentLoop, Unless, linear
from gateway.core.scaling_columns import PlaceContent, scale_all
from tests.support.examples import examples

LOOP = CurrentLoop.between((Decimal(0), Decimal(4095)), (Decimal(4), Decimal(20)), (Decimal(0), Decimal(200))).of
SCALES = ["1", "0.1", "0.01", "10", "-1", "0.3", "1.8816", "1e300"]
lines = st.builds(lambda scale, offset: linear(Decimal(scale), Decimal(offset)), st.sampled_from(SCALES),
                  st.sampled_from(["0", "0", "-40", "273.15"]))  # fmt: skip
coded = st.builds(Unless, st.frozensets(st.sampled_from([Decimal(65535), Decimal(-1), Decimal(7)]), min_size=1), lines)
whole = st.integers(-5, 70_000) | st.integers(-(2**63), 2**64 - 1) | st.sampled_from([65535, -1, 7]) | st.booleans()
floats = st.floats(allow_nan=False, allow_infinity=False) | st.none()
columns = st.one_of(
    st.tuples(lines | coded, st.just(PlaceContent.WHOLE), whole),
    st.tuples(lines | coded, st.just(PlaceContent.ANY), whole | floats),
    st.tuples(lines | coded, st.just(PlaceContent.FLOAT), floats),
    st.tuples(st.just(LOOP), st.just(PlaceContent.WHOLE), whole),
    st.tuples(st.just(lambda code: code), st.just(PlaceContent.WHOLE), whole),
)


def bits(value: object) -> object:
    return type(value), struct.pack(">d", value) if isinstance(value, float) else value


@settings(max_examples=examples(300))
@given(st.lists(columns, min_size=1, max_size=9))
@example(
    [
        (linear(Decimal("0.1"), Decimal(0)), PlaceContent.WHOLE, 713),
        (linear(Decimal("0.1"), Decimal(0)), PlaceContent.WHOLE, 3),
    ]
)
def test_all_at_once_is_each_alone(wanted: list[tuple[object, PlaceContent, object]]) -> None:
    scales = [scale for scale, _, _ in wanted]
    told = tuple(number for _, _, number in wanted)
    together = scale_all(scales, [content for _, content, _ in wanted])(told)  # type: ignore[arg-type]
    alone = [scale(number) for scale, number in zip(scales, told, strict=True)]  # type: ignore[operator]
    assert list(map(bits, together)) == list(map(bits, alone))
