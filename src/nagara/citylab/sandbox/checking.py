"""The first wall: DuckDB's own parser says what a statement does, and this file whether that is for learners.

It refuses in plain words and with the place. It is not what holds an attack: the process is (enclosure.py).
It runs in the query's process, so a statement that breaks the parser breaks nothing else.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import duckdb

LONGEST = 20_000
"""Characters that a statement may have."""


class Refused(Exception):
    """A statement that is not for learners: why, what to do, and where (byte in the text, or None)."""

    def __init__(self, problem: str, mend: str = "", at: int | None = None) -> None:
        super().__init__(problem)
        self.problem, self.mend, self.at = problem, mend, at


_NODES = {"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"}
_TABLES = {
    "BASE_TABLE",
    "SUBQUERY",
    "JOIN",
    "TABLE_FUNCTION",
    "EXPRESSION_LIST",
    "EMPTY",
    "PIVOT",
    "SHOW_REF",
}
_TABLE_FUNCTIONS = {"range", "generate_series", "unnest", "repeat", "repeat_row", "json_each", "json_tree"}
_LEAKING = re.compile(
    r"read_|duckdb_|pragma_|pg_(?!typeof$|size_pretty$)|__internal|has_\w+_privilege|inet_|parquet_|arrow_"
    r"|python_|pandas_|sniff_|json_(execute|serialize|deserialize)|current_(?!date$|time$|timestamp$|local)"
    r"|enable_|disable_|force_|register_|deregister_|query|which_|truncate_|create_|write_|load_|copy_"
)
_LEAKING_NAMES = {
    *("getenv", "getvariable", "nextval", "currval", "setval", "txid_current", "version", "sleep_ms"),
    *("in_search_path", "glob", "get_block_size", "index_key", "session_user", "user", "checkpoint"),
    *("sql_auto_complete", "col_description", "obj_description", "shobj_description", "error"),
    *("seq_scan", "histogram_values", "summary", "test_all_types"),
}
_HARMLESS = frozenset(["create_sort_key"])
_SYSTEM = re.compile(r"(duckdb|pg|sqlite|pragma|information_schema|read|__)_?", re.IGNORECASE)
_KINDS = {
    "INSERT": "adds rows",
    "UPDATE": "changes rows",
    "DELETE": "removes rows",
    "COPY": "copies to or from a file",
    "ATTACH": "opens another database",
    "LOAD": "loads an extension",
    "SET": "changes a setting",
    "VARIABLE_SET": "changes a setting",
    "PRAGMA": "changes a setting",
    "EXPORT": "writes files",
    "CREATE": "makes something",
    "DROP": "removes something",
    "CALL": "calls a procedure",
    "PREPARE": "prepares a statement",
    "EXECUTE": "runs a prepared statement",
}
ONE_SELECT = "Write one statement that begins with SELECT, WITH or FROM."


def check(con: duckdb.DuckDBPyConnection, text: str, tables: Collection[str]) -> set[str]:
    """Names of the tables that a statement reads. Raises Refused, or DuckDB's error where it is no SQL."""
    statements = con.extract_statements(text)
    if not statements:
        raise Refused("There is no statement to run.", ONE_SELECT)
    if len(statements) > 1:
        first = statements[0].query
        raise Refused("There is more than one statement.", ONE_SELECT, len(first.encode()))
    kind, offset = statements[0].type.name, 0
    if kind == "EXPLAIN":
        text, offset = _explained(text)
        inner = con.extract_statements(text)
        kind = inner[0].type.name if len(inner) == 1 else "OTHER"
    if kind == "MULTI":
        raise Refused("A PIVOT here must name its columns.", "Write: pivot ... on x in ('a', 'b') using ...")
    if kind != "SELECT":
        does = _KINDS.get(kind, "is not a question")
        raise Refused(f"A statement that {does} is not for here.", ONE_SELECT, offset)
    found: dict[str, Any] = _tree(con, text, offset)
    read: set[str] = set()
    known = {name.lower() for name in tables}
    for name, at in _walk(found["statements"], frozenset(), offset):
        if name not in known:
            raise _no_table(name, known, at)
        read.add(name)
    return read


def _explained(text: str) -> tuple[str, int]:
    """The statement that EXPLAIN explains, and where it begins (bytes)."""
    space = r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/)*"
    start = re.match(rf"{space}explain\b{space}(analyze\b)?{space}", text, re.IGNORECASE | re.DOTALL)
    if start is None:
        raise Refused("EXPLAIN must come first.", ONE_SELECT, 0)
    if start.group(1) or re.match(r"\(", text[start.end() :]) is not None:
        raise Refused("Only the plain EXPLAIN is for here.", "Write: explain select ...", 0)
    return text[start.end() :], len(text[: start.end()].encode())


def _tree(con: duckdb.DuckDBPyConnection, text: str, offset: int) -> dict[str, Any]:
    rows = con.execute(
        "select json_serialize_sql(?::varchar, skip_default := true, skip_empty := true, skip_null := true)",
        [text],
    ).fetchall()
    try:
        found: dict[str, Any] = json.loads(rows[0][0])
    except RecursionError:
        raise Refused("The statement is nested too deeply.", "Use WITH to name its parts.") from None
    if found.get("error"):
        at = offset + int(found["position"]) if str(found.get("position", "")).isdigit() else None
        raise Refused(f"This cannot be read: {found.get('error_message')}.", ONE_SELECT, at)
    return found


def _walk(node: Any, scope: frozenset[str], offset: int) -> Iterator[tuple[str, int | None]]:
    """Tables named in a tree, CTEs left out. Raises Refused at what is not for learners."""
    waiting = [(node, scope)]
    while waiting:
        this, scope = waiting.pop()
        if isinstance(this, list):
            waiting += [(one, scope) for one in this]
        if not isinstance(this, dict):
            continue
        at = offset + this["query_location"] if isinstance(this.get("query_location"), int) else None
        if "cte_map" in this:
            scope = _scope(this, scope)
        elif this.get("class") == "FUNCTION":
            _check_function(this, at)
        elif this.get("class") == "PARAMETER":
            raise Refused("There is no value for a parameter here.", "Write the value itself.", at)
        elif "class" not in this and this.get("type") == "BASE_TABLE":
            name = _plain_name(this, at)
            if name not in scope:
                yield name, at
        elif this.get("type") in {"TABLE_FUNCTION", "SHOW_REF"}:
            _check_table(this, at)
        waiting += [(one, scope) for key, one in this.items() if key not in {"literal", "qualified_name"}]


def _scope(node: Mapping[str, Any], scope: frozenset[str]) -> frozenset[str]:
    """Names of CTEs that hold within a node."""
    if node.get("type") not in _NODES:
        raise Refused(f"A statement with a {node.get('type')} is not for here.", ONE_SELECT)
    if (table := node.get("from_table")) and table.get("type") not in _TABLES:
        raise Refused("This kind of FROM is not for here.", "Name a table of the city.")
    named = [str(entry["key"]) for entry in (node["cte_map"] or {}).get("map", [])]
    if node.get("cte_name"):
        named.append(str(node["cte_name"]))
    for name in named:
        if _SYSTEM.match(name):
            raise Refused(f"The name {name} is taken by the system.", "Choose another name in WITH.")
    return scope | {name.lower() for name in named}


def _plain_name(table: Mapping[str, Any], at: int | None) -> str:
    name = str(table.get("table_name", ""))
    if len((table.get("qualified_name") or {}).get("path", [name])) > 1 or table.get("schema_name"):
        raise Refused("A table is named by its name alone here.", f"Write {name}.", at)
    if "at_clause" in table:
        raise Refused("There are no earlier versions to ask for.", "Leave out the AT.", at)
    return name.lower()


def _check_table(table: Mapping[str, Any], at: int | None) -> None:
    if table["type"] == "SHOW_REF":
        if table.get("show_type") not in {"DESCRIBE", "SUMMARY"} or "query" not in table:
            raise Refused(
                "SHOW is not for here.", "The list of tables shows what there is; or: describe stop", at
            )
        return
    name = str((table.get("function") or {}).get("function_name", "")).lower()
    if name not in _TABLE_FUNCTIONS:
        raise Refused(
            f"{name}() cannot be read from here.", "Only the tables of the city can: name one in FROM.", at
        )


def _check_function(function: Mapping[str, Any], at: int | None) -> None:
    name = str(function.get("function_name", "")).lower()
    if name in _HARMLESS or not (_LEAKING.match(name) or name in _LEAKING_NAMES):
        return
    raise Refused(
        f"The function {name}() is not for here.", "Functions that compute from columns are all there.", at
    )


def _no_table(name: str, known: Collection[str], at: int | None) -> Refused:
    near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    mend = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(sorted(known))}."
    return Refused(f"There is no table {name[:60]} here.", mend, at)
