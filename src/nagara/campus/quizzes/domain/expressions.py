"""Formulas of items: arithmetic on decimals with named numbers. Nothing is executed as a program.

Allowed: numbers, names, + - * / // % **, comparisons, brackets, and the functions of FUNCTIONS. A comparison
gives 1 or 0. `**` takes whole exponents from -20 to 20.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation, localcontext
from functools import lru_cache

from nagara.citylab.errors import CityLabError

LONGEST = 300
DIGITS = 28
LARGEST = Decimal("1e30")


class FormulaError(CityLabError):
    """A formula that cannot be read or computed."""


def _round(value: Decimal, places: Decimal = Decimal(0)) -> Decimal:
    """Half away from zero, as people round."""
    if not -12 <= places <= 12 or places != int(places):
        raise FormulaError("round() takes 0 to 12 places.")
    return value.quantize(Decimal(1).scaleb(-int(places)), rounding=ROUND_HALF_UP)


FUNCTIONS: dict[str, Callable[..., Decimal]] = {
    "round": _round,
    "abs": abs,
    "min": min,
    "max": max,
    "sqrt": lambda value: value.sqrt(),
    "floor": lambda value: value.to_integral_value("ROUND_FLOOR"),
    "ceil": lambda value: value.to_integral_value("ROUND_CEILING"),
}
COMPARISONS: dict[type[ast.cmpop], Callable[[Decimal, Decimal], bool]] = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
}
OPERATIONS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.FloorDiv: lambda a, b: (a / b).to_integral_value("ROUND_FLOOR"),
    ast.Mod: lambda a, b: a - b * (a / b).to_integral_value("ROUND_FLOOR"),
}


@lru_cache(maxsize=2048)
def _tree(text: str) -> ast.expr:
    if len(text) > LONGEST:
        raise FormulaError(f"A formula has at most {LONGEST} letters.", where=text[:40])
    try:
        return ast.parse(text.strip().removeprefix("=").strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise FormulaError(
            "This is no formula.", where=text[:60], mend="Write it such as trips * 60 / (minutes + 5)."
        ) from error


def names_in(text: str) -> set[str]:
    """Names of numbers that a formula uses."""
    called = {id(n.func) for n in ast.walk(_tree(text)) if isinstance(n, ast.Call)}
    return {n.id for n in ast.walk(_tree(text)) if isinstance(n, ast.Name) and id(n) not in called}


def evaluate(text: str, names: Mapping[str, Decimal]) -> Decimal:
    """The value of a formula with 28 digits. Raises FormulaError, which names the formula."""
    tree = _tree(text)
    with localcontext(Context(prec=DIGITS)):
        try:
            value = _value(tree, names)
        except FormulaError as error:
            raise FormulaError(error.what, where=text[:60], mend=error.mend) from error
        except (InvalidOperation, ArithmeticError, TypeError) as error:
            raise FormulaError(
                "This cannot be computed: a division by zero, or a root of a negative number.",
                where=text[:60],
            ) from error
    if not value.is_finite() or abs(value) > LARGEST:
        raise FormulaError("The result is too large.", where=text[:60])
    return value


def _value(node: ast.expr, names: Mapping[str, Decimal]) -> Decimal:  # noqa: PLR0911 (a case a line)
    match node:
        case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
            return Decimal(repr(node.value))
        case ast.Name(id=name):
            if name not in names:
                raise FormulaError(f"{name} is no number of this item.", mend="Name it under parameters.")
            return names[name]
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_value(inner, names)
        case ast.UnaryOp(op=ast.UAdd(), operand=inner):
            return _value(inner, names)
        case ast.BinOp(op=ast.Pow(), left=left, right=right):
            return _power(_value(left, names), _value(right, names))
        case ast.BinOp(op=op, left=left, right=right) if type(op) in OPERATIONS:
            return OPERATIONS[type(op)](_value(left, names), _value(right, names))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARISONS:
            return Decimal(COMPARISONS[type(op)](_value(left, names), _value(right, names)))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
            return FUNCTIONS[name](*(_value(argument, names) for argument in arguments))
    raise FormulaError(
        "A formula has numbers, names, + - * / // % **, comparisons and brackets only.",
        mend=f"Functions: {', '.join(sorted(FUNCTIONS))}.",
    )


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    if exponent != int(exponent) or abs(exponent) > 20:
        raise FormulaError("An exponent is a whole number from -20 to 20.")
    return base ** int(exponent)


def plain(value: Decimal, places: int | None = None) -> str:
    """A number as text with a point, without exponent and without grouping."""
    if places is not None:
        return f"{_round(value, Decimal(places)):f}"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
