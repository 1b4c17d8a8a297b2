"""Predicates for deleting rows: a small part of SQL, as an Arrow expression.

Deleting is done here rather than by deltalake because a predicate such as `text like '%Mrs Tan%'` would
stay in the table's log for ever.

Taken: `and`, `or`, `not`, `= <> < <= > >=`, `in (...)`, `between`, `is [not] null`, `like`, `true`,
columns of the canonical table and literals.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlglot
from sqlglot import exp

from nagara.citylab.tables import TABLES

_COMPARE: dict[type, Callable[[Any, Any], pc.Expression]] = {
    exp.EQ: lambda a, b: a == b,
    exp.NEQ: lambda a, b: a != b,
    exp.LT: lambda a, b: a < b,
    exp.LTE: lambda a, b: a <= b,
    exp.GT: lambda a, b: a > b,
    exp.GTE: lambda a, b: a >= b,
}
_MIRROR = {exp.LT: exp.GT, exp.GT: exp.LT, exp.LTE: exp.GTE, exp.GTE: exp.LTE}


def predicate(table: str, where: str) -> tuple[pc.Expression, tuple[str, ...]]:
    """The rows of `table` for which `where` is true (not false, not unknown), as an Arrow expression.

    Also the columns that it names.
    Raises ValueError on what is not a predicate of this subset over the table's columns.
    """
    try:
        tree = sqlglot.parse_one(where, dialect="duckdb")
    except sqlglot.ParseError as error:
        raise ValueError(f"not a predicate: {error}") from error
    truth = pc.coalesce(_truth(table, tree), pc.scalar(False))
    return truth, tuple(sorted({column.name for column in tree.find_all(exp.Column)}))


_ARGUMENTS = {"this", "expression", "expressions", "low", "high", "negate"}


def _truth(table: str, node: Any) -> pc.Expression:
    """A condition; what the parser says beyond what is understood here is refused, never passed over."""
    odd = {name for name, value in node.args.items() if value} - _ARGUMENTS
    if odd:
        raise ValueError(f"{node.sql()!r} is not in the predicates that a lake deletes by")
    truth = _plain_truth(table, node)
    return ~truth if node.args.get("negate") else truth


def _plain_truth(table: str, node: Any) -> pc.Expression:  # noqa: PLR0911
    match node:
        case exp.Paren():
            return _truth(table, node.this)
        case exp.And():
            return _truth(table, node.left) & _truth(table, node.right)
        case exp.Or():
            return _truth(table, node.left) | _truth(table, node.right)
        case exp.Not():
            return ~_truth(table, node.this)
        case exp.Boolean():
            return pc.scalar(bool(node.this))
        case exp.Is() if isinstance(node.expression, exp.Null):
            return pc.is_null(_column(table, node.this)[0])
        case exp.Between():
            column, kind = _column(table, node.this)
            return (column >= _value(node.args["low"], kind)) & (column <= _value(node.args["high"], kind))
        case exp.In() if node.expressions:
            column, kind = _column(table, node.this)
            values = [_value(v, kind).as_py() for v in node.expressions]
            return pc.if_else(
                pc.is_null(column), pa.scalar(None, pa.bool_()), column.isin(pa.array(values, kind))
            )
        case exp.Like():
            column, kind = _column(table, node.this)
            pattern = _value(node.expression, kind).as_py()
            return pc.match_like(column, pattern)
    compare = _COMPARE.get(type(node))
    if compare is None:
        raise ValueError(f"{node.sql()!r} is not in the predicates that a lake deletes by")
    left, right = node.this, node.expression
    if not isinstance(_bare(left), exp.Column):
        left, right = right, left
        compare = _COMPARE[_MIRROR.get(type(node), type(node))]
    column, kind = _column(table, left)
    return compare(column, _value(right, kind))


def _bare(node: Any) -> Any:
    return node.unnest() if isinstance(node, exp.Paren) else node


def _column(table: str, node: Any) -> tuple[pc.Expression, pa.DataType]:
    node = _bare(node)
    if not isinstance(node, exp.Column) or node.name not in TABLES[table].column:
        raise ValueError(f"{node.sql()!r} is no column of {table}")
    return pc.field(node.name), TABLES[table].column[node.name].type


def _value(node: Any, kind: pa.DataType) -> pa.Scalar:
    """A literal in the type of the column that it is compared with."""
    node = _bare(node)
    sign = ""
    if isinstance(node, exp.Neg):
        node, sign = node.this, "-"
    if isinstance(node, (exp.Cast, exp.TsOrDsToDate)):
        node = node.this
    if isinstance(node, exp.Boolean):
        return pa.scalar(bool(node.this)).cast(kind)
    if not isinstance(node, exp.Literal):
        raise ValueError(f"{node.sql()!r} is not a literal")
    text = sign + node.this
    try:
        if pa.types.is_timestamp(kind):  # a time without offset is UTC, as everything stored
            moment = dt.datetime.fromisoformat(text)
            return pa.scalar(moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC), kind)
        return pa.scalar(text).cast(kind)
    except (pa.ArrowInvalid, ValueError) as error:
        raise ValueError(f"{text!r} does not fit a column of type {kind}") from error
