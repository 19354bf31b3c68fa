"""Any register content under any configuration that is accepted gives the true value, or none.

The configuration is written as a person would and loaded as always; what the registers then mean is worked out here a
second time, from what manuals say: bytes, signs, decimal digits and IEEE 754 by hand, and fractions that are rounded
once. Nothing of the gateway decodes, scales or compares on this side.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from hypothesis import HealthCheck, given, note, reject, settings
from hypothesis import strategies as st

from gateway.config import ModbusDevice, Table, load
from gateway.core.errors import ConfigError
from gateway.core.reading import Status
from gateway.instruments.modbus.instrument import ModbusInstrument
from tests.support.examples import examples

ORDERS = ("ABCD", "CDAB", "BADC", "DCBA")
WIDTHS = {
    "int16": 1, "uint16": 1, "bcd16": 1, "sm16": 1, "int24": 2, "uint24": 2, "int32": 2, "uint32": 2, "float32": 2,
    "bcd32": 2, "sm32": 2, "uint48": 3, "int64": 4, "uint64": 4, "float64": 4,
}  # fmt: skip
MEMORY = 12
"""Registers of each table: values overlap and share them."""
LEAST_MA, MOST_MA = Fraction("3.6"), Fraction(21)
LARGEST = Fraction(1.7976931348623157e308)
STATION = """\
station: {name: Trạm thử, province: HN, facility: ABCD, code: NUO001, kind: wastewater}
links: {plc: {type: modbus-tcp, host: 192.168.1.10}}
instruments:
  - name: device
    link: plc
    poll: 5s
"""

Words = Mapping[str, list[int]]
Number = Callable[[Words], Fraction | None]


# What stands in registers.


def big_endian(words: list[int], order: str) -> bytes:
    """ABCD as it is, CDAB the words the other way round, BADC the bytes of each word, DCBA both."""
    pairs = [(word // 256, word % 256) for word in words]
    if order in ("CDAB", "DCBA"):
        pairs.reverse()
    if order in ("BADC", "DCBA"):
        pairs = [(low, high) for high, low in pairs]
    return bytes(byte for pair in pairs for byte in pair)


def meaning(kind: str, content: bytes) -> Fraction | None:
    whole = int.from_bytes(content, "big")
    bits = 8 * len(content)
    if kind in ("int24", "uint24"):
        above, low = divmod(whole, 1 << 24)
        is_below = kind == "int24" and low >= 1 << 23
        if above != 0 and not (above == 0xFF and is_below):
            return None
        return Fraction(low - (1 << 24) if is_below else low)
    if kind.startswith("uint"):
        return Fraction(whole)
    if kind.startswith("int"):
        return Fraction(whole - (1 << bits) if whole >= 1 << (bits - 1) else whole)
    if kind.startswith("sm"):
        sign, size = divmod(whole, 1 << (bits - 1))
        return Fraction(-size if sign else size)
    if kind.startswith("bcd"):
        digits = f"{whole:0{bits // 4}x}"
        return Fraction(int(digits)) if set(digits) <= set("0123456789") else None
    exponent_bits, fraction_bits = (8, 23) if kind == "float32" else (11, 52)
    sign, rest = divmod(whole, 1 << (bits - 1))
    exponent, mantissa = divmod(rest, 1 << fraction_bits)
    if exponent == (1 << exponent_bits) - 1:
        return None
    bias = (1 << (exponent_bits - 1)) - 1
    size = Fraction(mantissa, 1 << fraction_bits) + (1 if exponent else 0)
    return (-1) ** sign * size * Fraction(2) ** (max(exponent, 1) - bias)


@dataclass(frozen=True)
class Place:
    """A number in a table, as it stands in the file and as it is read."""

    written: dict[str, str]
    kind: str
    read: Number


def whole_place(table: str, first: int, kind: str, order: str) -> Place:
    written = {"register": f'"{table}:{first}"', "type": kind, "byte_order": order}
    width = WIDTHS[kind]
    return Place(written, kind, lambda words: meaning(kind, big_endian(words[table][first : first + width], order)))


def half_place(table: str, first: int, kind: str, half: str) -> Place:
    def read(words: Words) -> Fraction:
        byte = words[table][first] // 256 if half == "high" else words[table][first] % 256
        return Fraction(byte - 256 if kind == "int8" and byte > 127 else byte)

    return Place({"register": f'"{table}:{first}.{half}"', "type": kind}, kind, read)


def bit_place(table: str, first: int, bit: int | None) -> Place:
    """A coil, or a bit of a register, bit 0 the least significant."""

    def read(words: Words) -> Fraction:
        return Fraction(words[table][first] // 2 ** (bit or 0) % 2)

    return Place({"register": f'"{table}:{first}{"" if bit is None else f".{bit}"}"'}, "bool", read)


tables = st.sampled_from(["holding", "input"])
firsts = st.integers(0, MEMORY - 1)
whole_places = st.builds(
    whole_place, tables, st.integers(0, MEMORY - 4), st.sampled_from(sorted(WIDTHS)), st.sampled_from(ORDERS)
)
halves = st.sampled_from(["high", "low"])
half_places = st.builds(half_place, tables, firsts, st.sampled_from(["int8", "uint8"]), halves)
bit_places = st.builds(bit_place, tables, firsts, st.integers(0, 15)) | st.builds(
    bit_place, st.sampled_from(["coil", "discrete"]), firsts, st.none()
)
places = st.one_of(whole_places, whole_places, half_places, bit_places)
integer_places = st.one_of(
    whole_places.filter(lambda place: not place.kind.startswith("float") and WIDTHS[place.kind] < 3), half_places
)


# What becomes of it.


def decimals(most: int, places_after: int) -> st.SearchStrategy[str]:
    return st.builds(
        lambda whole, after: f"{whole / 10**after:.{after}f}",
        st.integers(1, most) | st.integers(-most, -1),
        st.integers(0, places_after),
    )


def rounded(exact: Fraction | None) -> float | None:
    """The nearest number of 64 bits; `None` beyond the largest."""
    if exact is None:
        return None
    try:
        return float(exact)
    except OverflowError:
        return None


@dataclass(frozen=True)
class Wanted:
    """A parameter as it is written, and its true value; `may_be_none`: when none is right although there is one."""

    written: dict[str, str]
    true: Callable[[Words], float | None]
    may_be_none: Callable[[Words], bool] = field(default=lambda words: False)


def flow(entries: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {text}" for key, text in entries.items()) + "}"


def without(codes: list[Fraction], number: Fraction | None) -> Fraction | None:
    return None if number in codes else number


@st.composite
def code_lists(draw: st.DrawFn, kind: str) -> tuple[str, list[Fraction]]:
    """Some numbers that such a register can hold, as they are written and what they are: mostly those of manuals."""
    if kind == "bool":
        return "", []
    width = WIDTHS.get(kind, 0)
    if width == 0 or draw(st.booleans()):
        return "", []
    contents = draw(
        st.lists(st.sampled_from([b"\x80\x00", b"\xff\xff", b"\x7f\xff", b"\x00\x00", b"\x00\x99"]), max_size=2)
    )
    texts, numbers = [], []
    for head in contents:
        content = head + (b"\xff" if head[1] == 0xFF else b"\x00") * (2 * width - 2)
        number = meaning(kind, content)
        if number is None or kind.startswith("float"):
            texts.append("-9999" if kind.startswith("float") else f"0x{content.hex()}")
            numbers += [Fraction(-9999)] if kind.startswith("float") else []
        elif content == b"\x80" + bytes(2 * width - 1) and kind.startswith("sm"):
            continue  # -0, which is read as any other 0: refused
        elif draw(st.booleans()):
            texts.append(f"0x{content.hex()}")  # as manuals print raw words
            numbers.append(number)
        else:
            texts.append(str(number.numerator))
            numbers.append(number)
    return (f"[{', '.join(texts)}]", numbers) if texts else ("", [])


@st.composite
def scaled(draw: st.DrawFn) -> Wanted:
    """`raw × scale + offset`; a number of `invalid` is no value."""
    place = draw(places)
    scale = draw(st.sampled_from(["1", "0.1", "0.01", "0.001", "10", "-1"]) | decimals(99999, 6))
    offset = draw(st.sampled_from(["0", "0", "-40", "273.15"]) | decimals(9999, 3))
    text, codes = draw(code_lists(place.kind))
    written = {**place.written, "scale": scale, "offset": offset} | ({"invalid": text} if text else {})

    def true(words: Words) -> float | None:
        raw = without(codes, place.read(words))
        return None if raw is None else rounded(raw * Fraction(scale) + Fraction(offset))

    return Wanted(written, true)


@st.composite
def current_loops(draw: st.DrawFn) -> Wanted:
    """A straight line through two points, and NAMUR NE 43's band."""
    place = draw(integer_places)
    raw = sorted(draw(st.lists(st.integers(-32768, 65535), min_size=2, max_size=2, unique=True)))
    current = draw(st.sampled_from([("4", "20"), ("0", "20"), ("3.8", "20.5"), ("0", "24")]))
    value = draw(st.lists(decimals(9999, 2), min_size=2, max_size=2, unique_by=Fraction))
    loop = {"raw": f"[{raw[0]}, {raw[1]}]", "current": f"[{', '.join(current)}]", "value": f"[{', '.join(value)}]"}

    def along(number: Fraction, first: Fraction, last: Fraction) -> Fraction:
        return first + (number - raw[0]) * (last - first) / (raw[1] - raw[0])

    def true(words: Words) -> float | None:
        number = place.read(words)
        if number is None:
            return None
        milliamperes = along(number, Fraction(current[0]), Fraction(current[1]))
        is_live_zero = Fraction(current[0]) >= LEAST_MA
        if milliamperes > MOST_MA or (is_live_zero and milliamperes < LEAST_MA):
            return None
        return rounded(along(number, Fraction(value[0]), Fraction(value[1])))

    return Wanted({**place.written, "from_current": flow(loop)}, true)


def of_paper(result: Callable[[Fraction, Fraction], Fraction]) -> Callable[[Fraction, Fraction], float | None]:
    def of(a: Fraction, b: Fraction) -> float | None:
        try:
            exact = result(a, b)
        except ZeroDivisionError:
            return None
        return None if exact and not float_size(exact) else rounded(exact)

    return of


def float_size(exact: Fraction) -> float:
    return 1.0 if abs(exact) > 1 else float(exact)


FORMULAS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "[a] * 10 ** [b]": lambda a, b: a * (Fraction(10) ** int(b)),
    "[a] + [b] * 65536": lambda a, b: a + b * 65536,
    "([a] - [b]) / ([a] + [b])": lambda a, b: (a - b) / (a + b),
    "0.1 * [a] - -[b] / 3": lambda a, b: a / 10 + b / 3,
    "max([a], [b], 0) - min([a], 7)": lambda a, b: max(a, b, 0) - min(a, 7),
    "abs([a]) * (1 - 2 * ([b] - [b])) ** 3": lambda a, b: abs(a),
    "-[a] ** 2 + [b]": lambda a, b: -a * a + b,
}


@st.composite
def calculated(draw: st.DrawFn) -> Wanted:
    """Two registers of one table; an exponent is a whole number."""
    text = draw(st.sampled_from(sorted(FORMULAS)))
    table = draw(tables)
    at, order = st.just(table), st.sampled_from(ORDERS)
    own = st.builds(whole_place, at, st.integers(0, MEMORY - 4), st.sampled_from(sorted(WIDTHS)), order)
    small = st.one_of(
        st.builds(half_place, at, firsts, st.just("int8"), halves),
        st.builds(whole_place, at, firsts, st.sampled_from(["int16", "sm16"]), order),
    )
    a, b = draw(own), draw(small if "**" in text else own | small)
    codes_text, codes = draw(code_lists(a.kind))
    at_a = {**a.written} | ({"invalid": codes_text} if codes_text else {})
    work_out = of_paper(FORMULAS[text])

    def numbers(words: Words) -> tuple[Fraction, Fraction] | None:
        left, right = without(codes, a.read(words)), b.read(words)
        return None if left is None or right is None else (left, right)

    def true(words: Words) -> float | None:
        found = numbers(words)
        if found is None or ("10 **" in text and abs(found[1]) > 4000):
            return None
        return work_out(*found)

    def may_be_none(words: Words) -> bool:
        """Where a step on the way is beyond all bounds, though the end may not be."""
        found = numbers(words)
        return found is not None and "10 **" in text and abs(found[1]) > 4000

    registers = flow({"a": flow(at_a), "b": flow(b.written)})
    return Wanted({"calculate": f'"{text}"', "registers": registers}, true, may_be_none)


# What the device says of its state.


@st.composite
def code_status(draw: st.DrawFn) -> tuple[str, Callable[[Words], Status]]:
    place = draw(integer_places)
    lowest = 0 if place.kind.startswith(("uint", "bcd")) else -128
    codes = draw(st.lists(st.integers(lowest, 99), unique=True, min_size=1, max_size=4))
    cut = draw(st.integers(0, len(codes)))
    fault, calibrating = codes[:cut], codes[cut:]

    def true(words: Words) -> Status:
        code = place.read(words)
        if code is None or code in fault:
            return Status.FAULT
        return Status.CALIBRATING if code in calibrating else Status.MEASURING

    lists = {"fault": fault, "calibrating": calibrating}
    return flow(place.written | {key: str(some) for key, some in lists.items() if some}), true


@st.composite
def bit_status(draw: st.DrawFn) -> tuple[str, Callable[[Words], Status]]:
    place = draw(st.builds(whole_place, tables, firsts, st.just("uint16"), st.sampled_from(ORDERS)))
    bits = draw(st.lists(st.integers(0, 15), unique=True, min_size=1, max_size=5))
    cut = draw(st.integers(0, len(bits)))
    fault, calibrating = bits[:cut], bits[cut:]

    def true(words: Words) -> Status:
        flags = int(place.read(words) or 0)
        if any(flags // 2**bit % 2 for bit in fault):
            return Status.FAULT
        return Status.CALIBRATING if any(flags // 2**bit % 2 for bit in calibrating) else Status.MEASURING

    lists = {"fault_bits": fault, "calibrating_bits": calibrating}
    return flow(place.written | {key: str(some) for key, some in lists.items() if some}), true


# All together.


@dataclass(frozen=True)
class Memory:
    """A device that answers every question with what it holds."""

    words: Words
    longest_answer_s: float = 1.0
    asked_s: float = 0.0

    def now_s(self) -> float:
        return 0.0

    def read(self, unit: int, table: Table, address: int, count: int) -> tuple[int, ...]:
        return tuple(self.words[str(table)][address : address + count])


ODD_WORDS = (
    [0, 1, 2, 5, 7, 0x007F, 0x0080, 0x00FF, 0x0099, 0x1234, 0x7F80, 0x7FC0, 0x7FFF, 0x8000, 0x8001, 0x8005, 0x9999]
    + [0xFF00, 0xFF12, 0xFF80, 0xFF99, 0xFFFE, 0xFFFF]
)  # fmt: skip
registers = st.lists(st.sampled_from(ODD_WORDS) | st.integers(0, 0xFFFF), min_size=MEMORY + 4, max_size=MEMORY + 4)
coils = st.lists(st.integers(0, 1), min_size=MEMORY + 4, max_size=MEMORY + 4)
memories = st.fixed_dictionaries({"holding": registers, "input": registers, "coil": coils, "discrete": coils})
WORST = (Status.MEASURING, Status.CALIBRATING, Status.FAULT)


def device_of(parameters: list[Wanted], sources: list[str]) -> ModbusDevice:
    lines = [f"    status: [{', '.join(sources)}]"] if sources else []
    lines.append("    parameters:")
    for index, one in enumerate(parameters):
        named = {"symbol": f"P{index}", "custom": "true", "unit": '"-"', **one.written}
        lines.append(f"      - {flow(named)}")
    text = STATION + "\n".join(lines) + "\ndestinations: []\n"
    note(text)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "gateway.yaml"
        file.write_text(text, encoding="utf-8")
        try:
            (device,) = load(file, {}).instruments
        except ConfigError as refused:
            note(str(refused))
            reject()
    assert isinstance(device, ModbusDevice)
    return device


@settings(max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    parameters=st.lists(st.one_of(scaled(), scaled(), current_loops(), calculated()), min_size=1, max_size=6),
    statuses=st.lists(code_status() | bit_status(), max_size=2),
    contents=st.lists(memories, min_size=6, max_size=6),
)
def test_any_content_under_any_configuration_is_the_true_value_or_none(
    parameters: list[Wanted],
    statuses: list[tuple[str, Callable[[Words], Status]]],
    contents: list[Words],
) -> None:
    device = device_of(parameters, [text for text, _ in statuses])
    for words in contents:
        readings = ModbusInstrument(device, Memory(words)).read()
        state = max((true(words) for _, true in statuses), key=WORST.index, default=Status.MEASURING)
        for wanted, reading in zip(parameters, readings, strict=True):
            true = wanted.true(words)
            if not (reading.value is None and wanted.may_be_none(words)):
                assert reading.value == true, wanted.written
            without_value = Status.FAULT if state is Status.MEASURING else state
            assert reading.status is (without_value if reading.value is None else state), wanted.written
