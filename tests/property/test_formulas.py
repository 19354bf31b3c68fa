"""Formulas against Python: the same texts are understood, and they come to the same numbers."""

from __future__ import annotations

import ast
import math
import warnings

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from gateway.core.formula import Formula, FormulaError, parse_formula
from tests.support.examples import examples

ONE = ("abs", "sqrt", "exp", "ln")
MANY = ("min", "max")
WORDS = [
    "2",
    "0.5",
    "1e3",
    "A",
    "B",
    "C",
    "(",
    ")",
    "+",
    "-",
    "*",
    "/",
    "**",
    ",",
    *(f"{name} (" for name in ONE + MANY),
]
values = st.sampled_from([2.0, 3.0, 0.5, -1.5, 7.25, 1.0, 0.0, 1e-3, 1e200])


class Strict(float):
    """A float whose every step has a finite real result, or fails."""

    def __add__(self, other: float) -> Strict:
        return strict(float(self) + float(other))

    def __sub__(self, other: float) -> Strict:
        return strict(float(self) - float(other))

    def __mul__(self, other: float) -> Strict:
        return strict(float(self) * float(other))

    def __truediv__(self, other: float) -> Strict:
        return strict(float(self) / float(other))

    def __pow__(self, other: float) -> Strict:  # type: ignore[override]
        return strict(float(self) ** float(other))

    def __neg__(self) -> Strict:
        return strict(-float(self))

    def __pos__(self) -> Strict:
        return self

    def __abs__(self) -> Strict:
        return strict(abs(float(self)))


def strict(result: complex) -> Strict:
    if isinstance(result, complex) or not math.isfinite(result):
        raise OverflowError
    return Strict(result)


NAMES = {
    "abs": abs,
    "min": min,
    "max": max,
    "sqrt": lambda value: strict(math.sqrt(value)),
    "exp": lambda value: strict(math.exp(value)),
    "ln": lambda value: strict(math.log(value)),
    "strict": strict,
}


class _Wrapped(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        return ast.copy_location(ast.Call(ast.Name("strict", ast.Load()), [node], []), node)


def python_of(text: str) -> ast.Expression | None:
    """The text as Python understands it; `None` if it does not, or if there is something in it that formulas lack."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError:
        return None
    return tree if is_arithmetic(tree.body) else None


def is_arithmetic(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        known = isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div | ast.Pow)
        return known and is_arithmetic(node.left) and is_arithmetic(node.right)
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.UAdd | ast.USub) and is_arithmetic(node.operand)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords and node.args:
        known = node.func.id in MANY or (node.func.id in ONE and len(node.args) == 1)
        return known and all(is_arithmetic(argument) for argument in node.args)
    return isinstance(node, ast.Name) or (isinstance(node, ast.Constant) and isinstance(node.value, int | float))


def result_of(tree: ast.Expression, symbols: dict[str, float]) -> float | None:
    wrapped = ast.fix_missing_locations(_Wrapped().visit(tree))
    names = NAMES | {name: strict(value) for name, value in symbols.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        code = compile(wrapped, "formula", "eval")
    try:
        result = eval(code, {"__builtins__": {}}, names)  # noqa: S307 - the other opinion; the words are ours
    except (ArithmeticError, ValueError):
        return None
    except TypeError:  # min and max of one number, which Python wants as a list
        assume(False)
    return float(result)


def chains(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Two to five operands without parentheses between them, so that only precedence says what belongs together."""
    signed = st.one_of(inner, inner, st.just("-").flatmap(lambda sign: inner.map(lambda text: f"{sign}{text}")))
    pairs = st.lists(st.tuples(st.sampled_from(["+", "-", "*", "/", "**"]), signed), min_size=1, max_size=4)
    return st.tuples(signed, pairs).map(
        lambda chain: " ".join([chain[0], *(f"{sign} {text}" for sign, text in chain[1])])
    )


atoms = st.sampled_from(["A", "B", "C", "2", "0.5", "3", "1e3"])
expressions = st.recursive(
    chains(atoms),
    lambda inner: chains(
        st.one_of(
            atoms,
            inner.map(lambda text: f"({text})"),
            st.tuples(st.sampled_from(ONE), inner).map(lambda parts: f"{parts[0]}({parts[1]})"),
            st.tuples(st.sampled_from(MANY), inner, inner).map(lambda parts: f"{parts[0]}({parts[1]}, {parts[2]})"),
        )
    ),
    max_leaves=4,
)


@settings(max_examples=examples(500))
@given(expressions, values, values, values)
@example("-A ** 2", 3.0, 0.0, 0.0)
@example("A ** -B ** 2", 2.0, 1.0, 0.0)
@example("2 / (A * A)", 1e200, 0.0, 0.0)
@example("(-8) ** (1 / 3)", 0.0, 0.0, 0.0)
def test_comes_to_what_python_comes_to(text: str, a: float, b: float, c: float) -> None:
    tree = python_of(text)
    assert tree is not None
    symbols = {"A": a, "B": b, "C": c}
    needed = parse_formula(text).symbols
    expected = result_of(tree, symbols)
    assert parse_formula(text).of(symbols) == expected
    assert set(needed) <= set(symbols)


@settings(max_examples=examples(500))
@given(st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join), values, values)
def test_understands_what_python_understands_of_arithmetic_and_nothing_else(text: str, a: float, b: float) -> None:
    assume(", )" not in text)  # Python lets a list of arguments end with a comma
    tree = python_of(text)
    formula = understood(text)
    assert (formula is None) == (tree is None)
    if formula is None or tree is None:
        return
    symbols = {"A": a, "B": b, "C": 2.0}
    expected = result_of(tree, symbols)
    assert formula.of(symbols) == expected


@given(st.text(max_size=40) | st.text(alphabet="AB01.e[]()+-*/ ,\t\u00a0_", max_size=40))
def test_any_text_is_a_formula_or_is_refused_with_its_place(text: str) -> None:
    formula = understood(text)
    result = formula.of({"A": 1.0, "B": 2.0}) if formula is not None else None
    assert result is None or math.isfinite(result)


@settings(max_examples=examples(1000))
@given(expressions, values, values, values)
@example("A ** -0.5", 0.0, 0.0, 0.0)
@example("exp(A) * ln(B)", 1e-3, 3.0, 0.0)
def test_one_that_has_a_value_is_never_said_to_have_none(text: str, a: float, b: float, c: float) -> None:
    formula = parse_formula(text)
    if formula.of({"A": a, "B": b, "C": c}) is not None:
        assert formula.never is None


def understood(text: str) -> Formula | None:
    try:
        return parse_formula(text)
    except FormulaError as refusal:
        position = refusal.position
    assert 1 <= position <= len(text) + 1
    return None
