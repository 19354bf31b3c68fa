"""Computed parameters: a safe arithmetic expression over other parameters, such as `NOx = NO * 1.5333 + NO2`.

Parsed once, evaluated at every reading. There is nothing in it but numbers, symbols, `+ - * / **`, parentheses and the
functions below; nothing of Python can be reached. Units are declared beside a formula, never derived from it.

    NO * 1.5333 + NO2              a symbol: letters, digits and _, not beginning with a digit
    [PM2,5] / PM10                 any other symbol stands in brackets
    max(A, B, 0) ** 2 - sqrt(C)    min, max: one or more; abs, sqrt, exp, ln: exactly one
    -2 ** 2 is -4, 2 ** 3 ** 2 is 512, 7 - 2 - 1 is 4: precedence as in Python and in mathematics
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gateway.core.formula_range import ANYTHING, Range, range_of_function, range_of_sign
from gateway.core.formula_tokens import FormulaError, Token, tokens_of
from gateway.core.phrase import Phrase

DEEPEST = 50
"""Parentheses, signs and powers in one another."""

ANY_RANGES: Mapping[str, Range] = {}
_Computation = Callable[[Mapping[str, float]], float]
_ONE: Mapping[str, Callable[[float], float]] = {"abs": abs, "sqrt": math.sqrt, "exp": math.exp, "ln": math.log}
_MANY: Mapping[str, Callable[..., float]] = {"min": min, "max": max}
_BINARY: Mapping[str, tuple[int, Callable[[float, float], float]]] = {
    "+": (1, operator.add),
    "-": (1, operator.sub),
    "*": (2, operator.mul),
    "/": (2, operator.truediv),
}
_SIGNED = 3
"""How tightly a sign binds: more than * and /, less than **."""
_NEVER = {
    "/": Phrase("divides by zero"),
    "ln": Phrase("is the logarithm of what is never above zero"),
    "sqrt": "is the root of what is always below zero",
}
_BEYOND = Phrase("is beyond the largest number, or not real")


@dataclass(frozen=True, slots=True)
class Step:
    """What a formula is made of. `name`: `number` or `symbol`, whose text it has; or what is done with its inputs: one
    of `+ - * / **`, `neg` (a sign before a value), a function."""

    name: str
    text: str = ""
    inputs: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a formula: how it is computed, and what it can come to."""

    step: Step
    compute: _Computation
    range: Range = ANYTHING


@dataclass(frozen=True, slots=True)
class Formula:
    """A parsed formula. `symbols` are the parameters it needs, in the order in which they first stand in it."""

    text: str
    symbols: tuple[str, ...]
    _compute: _Computation = field(repr=False, compare=False)
    step: Step = field(repr=False, compare=False)
    """The last of its steps: all others are inputs of it, or of its inputs."""
    never: FormulaError | None = field(default=None, repr=False, compare=False)
    """Why it has no value whatever is measured (`9**9**9`, `1/(2-2)`), and where; `None`: it can have one."""
    range: Range = field(default=ANYTHING, repr=False, compare=False)
    """What its value can be, as far as is known of the parameters: it never is outside."""

    def of(self, values: Mapping[str, float | None]) -> float | None:
        """The result; `None` if a parameter is absent or `None`, or if any step has no finite real result.

        Every step counts: 1 / (1e308 * 10) has no result, though infinity would make it a plausible 0.
        Worked: `(NO + NO2) / O2` of NO 3, NO2 5, O2 4 is 2; of O2 0 it is `None`.
        """
        known = {symbol: value for symbol in self.symbols if (value := values.get(symbol)) is not None}
        if len(known) < len(self.symbols):
            return None
        try:
            return self._compute({symbol: _finite(float(value)) for symbol, value in known.items()})
        except ArithmeticError:
            return None


def parse_formula(text: str, ranges: Mapping[str, Range] = ANY_RANGES) -> Formula:
    """The formula in a text of at most 500 characters. One that never has a value is a formula: see `Formula.never`.

    `ranges` are what is known of its parameters; the others can be anything.

    Raises:
        FormulaError: it cannot be understood; where, and what would be right.
    """
    parser = _Parser(tokens_of(text), ranges)
    whole = parser.expression(0)
    parser.expect_end()
    return Formula(text, tuple(parser.symbols), whole.compute, whole.step, parser.never, whole.range)


class _Parser:
    """Precedence climbing: each level takes what binds at least as tightly as `least`."""

    def __init__(self, tokens: list[Token], ranges: Mapping[str, Range]) -> None:
        self.symbols: dict[str, None] = {}
        self.never: FormulaError | None = None
        self._tokens = tokens
        self._ranges = ranges
        self._next = 0
        self._depth = 0

    def expression(self, least: int) -> _Part:
        self._depth += 1
        if self._depth > DEEPEST:
            raise FormulaError(
                self._token.position, Phrase("is nested too deeply"), Phrase("compute a part of it as a parameter")
            )
        left = self._operand()
        while self._token.kind == "sign" and self._token.text in _BINARY and _BINARY[self._token.text][0] >= least:
            sign = self._take()
            left = self._combined(sign, left, self.expression(_BINARY[sign.text][0] + 1))
        self._depth -= 1
        return left

    def expect_end(self) -> None:
        if self._token.kind != "end":
            raise FormulaError(
                self._token.position,
                Phrase("{text!r} comes unexpectedly", text=self._token.text),
                Phrase("put an operator before it"),
            )

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        self._next += 1
        return self._tokens[self._next - 1]

    def _is(self, sign: str) -> bool:
        return self._token.kind == "sign" and self._token.text == sign

    def _operand(self) -> _Part:
        if self._is("-") or self._is("+"):
            sign = self._take()
            operand = self.expression(_SIGNED)
            return self._applied(sign, "neg", operator.neg, [operand]) if sign.text == "-" else operand
        base = self._atom()
        if not self._is("**"):
            return base
        return self._combined(self._take(), base, self.expression(_SIGNED))

    def _atom(self) -> _Part:
        token = self._take()
        if token.kind == "number":
            return _constant(token)
        if token.kind == "name" and self._is("("):
            return self._call(token)
        if token.kind in ("name", "quoted"):
            self.symbols[token.text] = None
            known = self._ranges.get(token.text, ANYTHING)
            return _Part(Step("symbol", token.text), operator.itemgetter(token.text), known)
        if token.kind == "sign" and token.text == "(":
            inside = self.expression(0)
            self._close(token)
            return inside
        found = Phrase("the formula ends") if token.kind == "end" else Phrase("{text!r} comes", text=token.text)
        raise FormulaError(
            token.position,
            Phrase("{found} where a value is expected", found=found),
            Phrase("write a number, a symbol or ("),
        )

    def _call(self, name: Token) -> _Part:
        if name.text not in _ONE and name.text not in _MANY:
            known = ", ".join(sorted([*_ONE, *_MANY]))
            raise FormulaError(
                name.position,
                Phrase("{text!r} is not a function", text=name.text),
                Phrase("use one of {known}", known=known),
            )
        opening = self._take()
        arguments = [self.expression(0)]
        while self._is(","):
            self._take()
            arguments.append(self.expression(0))
        self._close(opening)
        if name.text in _MANY:
            return self._applied(name, name.text, _MANY[name.text], arguments)
        if len(arguments) > 1:
            raise FormulaError(
                name.position,
                Phrase("{text} takes one value, not {arguments}", text=name.text, arguments=len(arguments)),
                Phrase("leave one"),
            )
        return self._applied(name, name.text, _ONE[name.text], arguments)

    def _combined(self, sign: Token, left: _Part, right: _Part) -> _Part:
        operate = _power if sign.text == "**" else _BINARY[sign.text][1]
        possible = range_of_sign(sign.text, left.range, right.range)
        step = Step(sign.text, inputs=(left.step, right.step))
        return _Part(step, _combined(operate, left.compute, right.compute), self._possible(sign, sign.text, possible))

    def _applied(self, at: Token, name: str, function: Callable[..., float], arguments: list[_Part]) -> _Part:
        possible = range_of_function(name, [one.range for one in arguments])
        step = Step(name, inputs=tuple(one.step for one in arguments))
        return _Part(step, _applied(function, [one.compute for one in arguments]), self._possible(at, name, possible))

    def _possible(self, at: Token, step: str, possible: Range | None) -> Range:
        """The range; of a step without one, note so, unless an earlier step has none already."""
        if possible is None and self.never is None:
            wrong = Phrase("{text!r} never has a value: it {never}", text=at.text, never=_NEVER.get(step, _BEYOND))
            self.never = FormulaError(at.position, wrong, Phrase("write what has a value, whatever is measured"))
        return ANYTHING if possible is None else possible

    def _close(self, opening: Token) -> None:
        if not self._is(")"):
            raise FormulaError(
                self._token.position,
                Phrase("the '(' of character {position} is not closed", position=opening.position),
                Phrase("add ')'"),
            )
        self._take()


def _constant(token: Token) -> _Part:
    number = float(token.text)
    if math.isinf(number):
        raise FormulaError(
            token.position, Phrase("{text} is larger than any number", text=token.text), Phrase("write a smaller one")
        )
    digits = token.text.lower().partition("e")[0]
    if number == 0 and any(digit in digits for digit in "123456789"):
        raise FormulaError(
            token.position,
            Phrase("{text} is nearer to 0 than any number", text=token.text),
            Phrase("write 0, or a larger one"),
        )
    return _Part(Step("number", token.text if number else "0"), lambda values: number, (number, number))


def _combined(operate: Callable[[float, float], float], left: _Computation, right: _Computation) -> _Computation:
    return lambda values: _finite(operate(left(values), right(values)))


def _applied(function: Callable[..., float], arguments: list[_Computation]) -> _Computation:
    def compute(values: Mapping[str, float]) -> float:
        try:
            return _finite(function(*[argument(values) for argument in arguments]))
        except ValueError as outside:  # the root or logarithm of what has none
            raise ArithmeticError(*outside.args) from None

    return compute


def _power(base: float, exponent: float) -> float:
    """Like `**`, except that what is not real is an error: (-8) ** 0.5 would be complex."""
    try:
        return math.pow(base, exponent)
    except ValueError as outside:
        raise ArithmeticError(*outside.args) from None


def _finite(result: float) -> float:
    if not math.isfinite(result):
        raise OverflowError("beyond the largest number")
    return result
