"""The portable subset of SQL: one text, the same digest on DuckDB and Spark, on one thread and on many.

`check_recipe` reads every SQL step of a recipe and tells what leaves the subset. Types of the canonical
tables are known, and flow from step to step; what a kernel gives is not, and must be cast where it matters.

| rule | why |
|---|---|
| float-sum | a float sum depends on the order of rows: go through decimal(18,6) |
| small-sum | sums of small integers have other types elsewhere: cast them to bigint |
| float-to-integer | engines round and cut differently: say round, floor or ceil first |
| division | by nought it is null here and an error there: guard the divisor |
| window-order | lag, lead, row_number, ... need an order |
| window-frame | a running sum needs rows between, else ties decide |
| function | not among those that both engines know |
| construct | not among those that both engines know |
| not-portable | the text has no Spark form |
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import pyarrow as pa
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify

from nagara.citylab.recipes import Recipe
from nagara.citylab.tables import TABLES

Node: TypeAlias = Any
"""A piece of parsed SQL; sqlglot's own classes for it change their names between versions."""
Types = dict[str, dict[str, str]]

_ARROW = {
    pa.string(): "varchar",
    pa.float64(): "double",
    pa.int64(): "bigint",
    pa.int32(): "int",
    pa.int8(): "tinyint",
    pa.bool_(): "boolean",
    pa.date32(): "date",
    pa.binary(): "blob",
}
_FLOAT = {exp.DataType.Type.DOUBLE, exp.DataType.Type.FLOAT}
_SMALL = {
    exp.DataType.Type.INT,
    exp.DataType.Type.SMALLINT,
    exp.DataType.Type.TINYINT,
    exp.DataType.Type.BIGINT,
}
_NAMED = {"epoch_us"}
"""Functions that the parser does not know; spark.py writes them in another way."""
_KNOWN: tuple[type[Any], ...] = (
    exp.Sum, exp.Avg, exp.Count, exp.Min, exp.Max, exp.Median, exp.PercentileCont, exp.Quantile,
    exp.Abs, exp.Round, exp.Floor, exp.Ceil, exp.Sqrt, exp.Ln, exp.Exp, exp.Pow, exp.Sign,
    exp.Sin, exp.Cos, exp.Asin, exp.Acos, exp.Atan2, exp.Radians, exp.Pi,
    exp.Least, exp.Greatest, exp.Coalesce, exp.Nullif, exp.Case, exp.If,
    exp.Cast, exp.Extract, exp.DateDiff, exp.TimestampTrunc, exp.DateTrunc, exp.DayOfWeek, exp.DayOfWeekIso,
    exp.RowNumber, exp.Rank, exp.DenseRank, exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.Ntile,
    exp.Lower, exp.Upper, exp.Trim, exp.Substring, exp.Length, exp.Concat, exp.DPipe, exp.Left, exp.Right,
    exp.BitwiseAndAgg, exp.BitwiseOrAgg, exp.And, exp.Or, exp.Exists, exp.CurrentDate, exp.UnixMicros,
    exp.UnixToTime,
)  # fmt: skip
_BANNED: tuple[type[Any], ...] = (
    exp.Unnest, exp.Lateral, exp.Array, exp.Struct, exp.Bracket, exp.Lambda, exp.Pivot, exp.Qualify,
    exp.TableSample, exp.Map,
)  # fmt: skip
_ORDERED: tuple[type[Any], ...] = (
    exp.Lag, exp.Lead, exp.RowNumber, exp.Rank, exp.DenseRank, exp.FirstValue, exp.LastValue, exp.Ntile,
)  # fmt: skip


@dataclass(frozen=True)
class Breach:
    """Where a text leaves the subset: recipe and step, rule, the piece of SQL."""

    where: str
    rule: str
    piece: str

    def __str__(self) -> str:
        return f"{self.where}: {self.rule}: {self.piece}"


def canonical_types() -> Types:
    """Column types of the canonical tables and of `clock`, as the engine shows them."""
    types = {
        name: {
            f.name: "timestamp" if pa.types.is_timestamp(f.type) else _ARROW.get(f.type, "varchar")
            for f in table.schema
        }
        for name, table in TABLES.items()
    }
    types["clock"] = {"start_ts": "timestamp", "end_ts": "timestamp", "offset_s": "bigint"}
    return types


def _typed(node: Node | None) -> Any:
    kind = node.type if node is not None else None
    return kind.this if isinstance(kind, exp.DataType) else None


def _bare(node: Node | None) -> Node | None:
    while isinstance(node, exp.Paren | exp.Distinct):
        node = node.expressions[0] if isinstance(node, exp.Distinct) else node.this
    return node


def _piece(node: Node) -> str:
    return node.sql(dialect="duckdb")[:160]


def _parts(node: Node) -> list[Node] | None:
    """What decides the type of a case, a coalesce or an expression of two; None for anything else."""
    if isinstance(node, exp.Null):
        return []
    if isinstance(node, exp.Case):
        ends = [branch.args.get("true") for branch in node.args.get("ifs", [])]
        return [end for end in (*ends, node.args.get("default")) if end is not None]
    if isinstance(node, exp.Neg):
        return [node.this]
    if isinstance(node, exp.Coalesce | exp.Least | exp.Greatest):
        return [node.this, *node.expressions]
    return [node.left, node.right] if isinstance(node, exp.Mul | exp.Add | exp.Sub) else None


def _safe_sum(argument: Node | None) -> bool:
    """True for a sum that does not depend on order: of decimals, of whole numbers, of cases of them."""
    node = _bare(argument)
    if isinstance(node, exp.Cast):
        return node.to.this not in _FLOAT
    if isinstance(node, exp.Literal):
        return not node.is_string and "." not in node.name
    parts = _parts(node)
    if parts is not None:
        return all(_safe_sum(part) for part in parts)
    kind = _typed(node)
    return kind in _SMALL or kind in {exp.DataType.Type.DECIMAL, exp.DataType.Type.BOOLEAN}


def _is_positive(node: Node | None) -> bool:
    node = _bare(node)
    return isinstance(node, exp.Literal) and not node.is_string and float(node.name) > 0


def _safe_divisor(node: Node | None, division: Node) -> bool:
    node = _bare(node)
    if node is None or _is_positive(node) or isinstance(node, exp.Nullif):
        return True
    if isinstance(node, exp.Greatest | exp.Add):
        parts = [node.left, node.right] if isinstance(node, exp.Add) else [node.this, *node.expressions]
        return any(_is_positive(part) for part in parts)
    if isinstance(node, exp.Cast | exp.Sqrt | exp.Neg):
        return _safe_divisor(node.this, division)
    if isinstance(node, exp.Mul):
        return _safe_divisor(node.left, division) and _safe_divisor(node.right, division)
    if isinstance(node, exp.Count) and isinstance(node.this, exp.Star):
        return True
    return _is_tested(node.sql(), division)


def _is_tested(divisor: str, division: Node) -> bool:
    """True where a case around the division, or the select's own where, speaks of the divisor."""
    case = division.find_ancestor(exp.Case, exp.Select)
    tests = [branch.this for branch in case.args.get("ifs", [])] if isinstance(case, exp.Case) else []
    select = division.find_ancestor(exp.Select)
    tests += [select.args[part].this for part in ("where", "having") if select and select.args.get(part)]
    return any(re.search(rf"(?<![\w.]){re.escape(divisor)} (>|<>|BETWEEN)", test.sql()) for test in tests)


def _sums(tree: Node) -> Iterator[tuple[str, Node]]:
    for node in tree.find_all(exp.Sum, exp.Avg):
        if not _safe_sum(node.this):
            yield "float-sum", node
        elif isinstance(node, exp.Avg) and _typed(_bare(node.this)) != exp.DataType.Type.DECIMAL:
            inner = _bare(node.this)
            if not (isinstance(inner, exp.Cast) and inner.to.this == exp.DataType.Type.DECIMAL):
                yield "float-sum", node
        elif isinstance(node, exp.Sum) and _typed(_bare(node.this)) in _SMALL:
            above = node.parent
            while isinstance(above, exp.Window | exp.Paren | exp.Coalesce | exp.Nullif):
                above = above.parent
            if not isinstance(above, exp.Cast):
                yield "small-sum", node


def _casts(tree: Node) -> Iterator[tuple[str, Node]]:
    for node in tree.find_all(exp.Cast):
        inner = _bare(node.this)
        whole = node.to.this not in _SMALL or isinstance(inner, exp.Round | exp.Floor | exp.Ceil)
        if not whole and (_typed(inner) in _FLOAT or isinstance(inner, exp.Div)):
            yield "float-to-integer", node


def _windows(tree: Node) -> Iterator[tuple[str, Node]]:
    for node in tree.find_all(exp.Window):
        order = node.args.get("order")
        if node.args.get("alias") is not None and order is None:
            order = _named_order(node)
        if isinstance(node.this, _ORDERED) and order is None:
            yield "window-order", node
        if isinstance(node.this, exp.Sum | exp.Avg | exp.Count) and order is not None:
            spec = node.args.get("spec")
            if spec is None or str(spec.args.get("kind")).upper() != "ROWS":
                yield "window-frame", node


def _named_order(node: exp.Window) -> Node | None:
    select = node.find_ancestor(exp.Select)
    for named in select.args.get("windows") or [] if select is not None else []:
        if named.this.name == node.alias:
            found: Node | None = named.args.get("order")
            return found
    return None


def _names(tree: Node) -> Iterator[tuple[str, Node]]:
    for node in tree.find_all(exp.Func):
        if isinstance(node, exp.Anonymous):
            if node.name.lower() not in _NAMED:
                yield "function", node
        elif not isinstance(node, (*_KNOWN, *_BANNED)):
            yield "function", node
    for node in tree.find_all(*_BANNED):
        yield "construct", node
    for select in tree.find_all(exp.Select):
        distinct = select.args.get("distinct")
        if distinct is not None and distinct.args.get("on") is not None:
            yield "construct", distinct


def _divisions(tree: Node) -> Iterator[tuple[str, Node]]:
    for node in tree.find_all(exp.Div, exp.IntDiv, exp.Mod):
        if not _safe_divisor(node.args.get("expression"), node):
            yield "division", node


def _annotated(tree: Node, types: Types) -> Node:
    """The tree with types where they can be known."""
    schema: dict[str, object] = {name: columns or {"_": "int"} for name, columns in types.items()}
    with contextlib.suppress(SqlglotError):
        tree = qualify(
            tree, schema=schema, dialect="duckdb", validate_qualify_columns=False, quote_identifiers=False
        )
    return annotate_types(tree, schema=schema, dialect="duckdb")


def check(text: str, where: str, types: Types | None = None) -> tuple[list[Breach], dict[str, str]]:
    """What leaves the subset in one SELECT, and the types of its columns where they are known."""
    types = types if types is not None else canonical_types()
    try:
        plain = sqlglot.parse_one(text, read="duckdb")
        plain.sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    except SqlglotError as error:
        return [Breach(where, "not-portable", re.sub(r"\s+", " ", str(error))[:200])], {}
    tree = _annotated(plain.copy(), types)
    found = [*_sums(tree), *_casts(tree), *_windows(plain), *_names(plain), *_divisions(plain)]
    given: dict[str, str] = {}
    if isinstance(tree, exp.Query):
        given = {column.alias_or_name: _name_of(column) for column in tree.selects}
    breaches = {Breach(where, rule, _piece(node)) for rule, node in found}
    return sorted(breaches, key=str), given


def _name_of(column: Node) -> str:
    kind = column.type
    return str(kind.sql(dialect="duckdb")) if isinstance(kind, exp.DataType) else "unknown"


def check_recipe(recipe: Recipe, extra: Mapping[str, Mapping[str, str]] | None = None) -> list[Breach]:
    """Every breach of every SQL step. `extra`: column types of kernel steps, where a test knows them."""
    types = canonical_types()
    breaches: list[Breach] = []
    for step in recipe.steps:
        if step.sql:
            found, given = check(step.sql, f"{recipe.name}/{step.file}", types)
            breaches += found
            types[step.name] = {name: kind for name, kind in given.items() if kind.lower() != "unknown"}
        for name in step.gives:
            types[name] = dict((extra or {}).get(name, {}))
        if not step.sql:
            types[step.name] = dict((extra or {}).get(step.name, {}))
    return breaches
